package app

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rassync/internal/plan"
)

// Another version may know the kinds otherwise than the one whose plan was
// approved.
func TestPlanOfAnotherVersionIsRefused(t *testing.T) {
	env := &Env{Now: func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) }}
	mine, err := New(env, "1.0")
	if err != nil {
		t.Fatal(err)
	}
	other, err := New(env, "1.1")
	if err != nil {
		t.Fatal(err)
	}
	file, err := plan.NewFile(&plan.Plan{FormatVersion: plan.FormatVersion, Tool: mine.Tool, Changes: []plan.Change{}, Warnings: []string{}}, env.Now(), time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "a.plan")
	if err := file.Write(path); err != nil {
		t.Fatal(err)
	}
	if _, err := mine.OpenPlan(path); err != nil {
		t.Fatal(err)
	}
	_, err = other.OpenPlan(path)
	if ClassOf(err) != Input || !strings.Contains(err.Error(), "rassync 1.0, this is rassync 1.1") {
		t.Errorf("%v", err)
	}
}
