package runs

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestLearntIsKeptPerFarmAndVersion(t *testing.T) {
	dir := t.TempDir()
	s := Open(dir)
	l, err := s.Learnt("guid", "21.2")
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Took("PUT RDSHostPool/2", 1); err != nil {
		t.Fatal(err)
	}
	if err := l.Spells("gateways", "gwMode", "mode"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		guid, version, spelling string
		bodies                  int
	}{
		{"guid", "21.2", "mode", 1},
		{"guid", "22.0", "", 0}, // names move with versions
		{"other", "21.2", "", 0},
	} {
		l, err := s.Learnt(c.guid, c.version)
		if err != nil {
			t.Fatal(err)
		}
		if got := l.Spelling("gateways", "gwMode"); got != c.spelling {
			t.Errorf("farm %s %s: spelling %q, want %q", c.guid, c.version, got, c.spelling)
		}
		if got := len(l.Bodies()); got != c.bodies {
			t.Errorf("farm %s %s: %d bodies, want %d", c.guid, c.version, got, c.bodies)
		}
	}
	var none *Learnt
	if none.Spelling("x", "y") != "" || len(none.Bodies()) != 0 || none.Took("x", 1) != nil {
		t.Error("nil knows something")
	}
	if err := os.WriteFile(filepath.Join(dir, FolderName, learntFile), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Learnt("guid", "21.2"); err == nil || !strings.Contains(err.Error(), "learnt.json is damaged") {
		t.Errorf("a damaged file: %v", err)
	}
}

func TestRefusedUpdatesAreKept(t *testing.T) {
	s := Open(t.TempDir())
	l, err := s.Learnt("guid", "21.2")
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Refused("MFARadius", "radiusPort"); err != nil {
		t.Fatal(err)
	}
	again, err := s.Learnt("guid", "21.2")
	if err != nil || !again.RefusesUpdate("MFARadius", "radiusPort") || again.RefusesUpdate("MFARadius", "timeout") {
		t.Errorf("%v, %+v", err, again.all)
	}
}
