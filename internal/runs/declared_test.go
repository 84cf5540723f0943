package runs

import (
	"os"
	"slices"
	"testing"
)

func TestDeclaredIsRememberedByFarm(t *testing.T) {
	s := Open(t.TempDir())
	if d, err := s.Declared("a"); err != nil || len(d.Objects) != 0 {
		t.Fatalf("of a new folder: %v, %v", d, err)
	}
	for farm, objects := range map[string][]string{"a": {"Site/Main"}, "b": {"Site/Berlin", "Berlin/Theme/T"}} {
		if err := s.NoteDeclared(farm, Declared{objects}); err != nil {
			t.Fatal(err)
		}
	}
	if d, err := s.Declared("b"); err != nil || !slices.Equal(d.Objects, []string{"Site/Berlin", "Berlin/Theme/T"}) {
		t.Errorf("got %v, %v", d, err)
	}
	if err := os.WriteFile(s.Path(DeclaredFile), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Declared("a"); err == nil {
		t.Error("a damaged file is read")
	}
	if err := s.NoteDeclared("a", Declared{}); err != nil {
		t.Errorf("a damaged file stops the next apply: %v", err)
	}
}
