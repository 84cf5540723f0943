package app

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rassync/internal/guard"
	"rassync/internal/plan"
)

// save plans and writes the plan into a file.
func (d *desk) save(o PlanOptions) string {
	d.t.Helper()
	file, err := d.app.SavePlan(d.plan(o).Plan, time.Hour)
	if err != nil {
		d.t.Fatal(err)
	}
	path := filepath.Join(d.t.TempDir(), "saved.plan")
	if err := file.Write(path); err != nil {
		d.t.Fatal(err)
	}
	return path
}

// applyFile carries out a saved plan.
func (d *desk) applyFile(path string) (*Planned, error) {
	d.t.Helper()
	s := d.session()
	file, err := d.app.OpenPlan(path)
	if err != nil {
		return nil, err
	}
	f, err := d.app.Configured(d.dir, "")
	if err != nil {
		return nil, err
	}
	checkout, err := d.app.Checkout(f, true, "")
	if err != nil {
		return nil, err
	}
	p, err := d.app.Bind(context.Background(), s, f, checkout, file, guard.Allowance{})
	if err != nil {
		return nil, err
	}
	_, err = d.carryOut(s, p, Execution{Command: "apply"})
	return p, err
}

func TestSavedPlan(t *testing.T) {
	for _, tt := range []struct {
		name    string
		between func(d *desk)
		class   Class
		words   []string
	}{
		{"nothing has changed", func(*desk) {}, Done, nil},
		{"somebody changed the object", func(d *desk) {
			other := *d
			other.dir = d.t.TempDir()
			other.write("rassync.yaml", "references: farm\n")
			other.write("a.yaml", strings.ReplaceAll(twoFolders, "For administrators", "By somebody"))
			other.mustApply()
		}, Stale, []string{"Main/PubFolder/Tools", "plan again"}},
		{"the documents say something else", func(d *desk) { d.edit("Changed", "Changed again") }, Input, []string{"Main/PubFolder/Tools"}},
		{"another key", func(d *desk) { d.vars[EnvPlanKey] = strings.Repeat("k", 40) }, Input, []string{EnvPlanKey}},
		{"another contract", func(d *desk) { d.app.Tool.Contract = "built in + 1 correction" }, Stale, []string{"another contract"}},
		{"another version", func(d *desk) { d.app.Tool.Version = "later" }, Input, []string{"rassync test"}},
		{"it is too old", func(d *desk) { d.app.Now = func() time.Time { return time.Now().Add(2 * time.Hour) } }, Stale, []string{"expired"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := circle(t)
			d.edit("For administrators", "Changed")
			path := d.save(PlanOptions{})
			tt.between(d)
			p, err := d.applyFile(path)
			if tt.class == Done {
				if err != nil {
					t.Fatal(told(err))
				}
				if got := changes(p.Plan); got != "update Main/PubFolder/Tools description" {
					t.Error(got)
				}
				if p := d.plan(PlanOptions{}); !p.Plan.Empty() {
					t.Error(changes(p.Plan))
				}
				return
			}
			fails(t, err, tt.class, tt.words...)
		})
	}
}

func TestSignedPlan(t *testing.T) {
	d := circle(t)
	d.vars[EnvPlanKey] = strings.Repeat("s", 40)
	d.edit("For administrators", "Changed")
	path := d.save(PlanOptions{})
	if _, err := d.applyFile(path); err != nil {
		t.Fatal(told(err))
	}
	d.vars[EnvPlanKey] = "short"
	_, err := d.app.SavePlan(&plan.Plan{}, time.Hour)
	fails(t, err, Input, EnvPlanKey)
	delete(d.vars, EnvPlanKey)
	for _, valid := range []time.Duration{0, -time.Hour, PlanMaxValid + time.Second} {
		_, err := d.app.SavePlan(&plan.Plan{}, valid)
		fails(t, err, Input, "--valid-for")
	}
}

func TestPlanOfDeletesFollowsFromTheDocuments(t *testing.T) {
	d := circle(t)
	d.write("rassync.yaml", "references: farm\nmanage:\n  kinds:\n    - {kind: PubFolder, mode: exclusive}\n")
	d.write("folders.yaml", strings.Split(twoFolders, "---")[0])
	path := d.save(PlanOptions{Prune: true})
	// The document is back: the plan does not follow from the commit any more.
	d.write("folders.yaml", twoFolders)
	_, err := d.applyFile(path)
	fails(t, err, Input, "Main/PubFolder/Tools")
	d.write("folders.yaml", strings.Split(twoFolders, "---")[0])
	if _, err := d.applyFile(path); err != nil {
		t.Fatal(told(err))
	}
}
