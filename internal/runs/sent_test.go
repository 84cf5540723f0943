package runs

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rassync/internal/model"
	"rassync/internal/plan"
)

func TestSentNoticesAChangedSecret(t *testing.T) {
	dir := t.TempDir()
	secret := "canary-4711"
	reveal := func(model.SecretRef) (string, error) { return secret, nil }
	a := model.Address{Kind: "MailboxSettings"}
	ref := model.SecretRef{Env: "MAILBOX_PASSWORD"}
	s, err := Open(dir).Sent("farm-1", reveal)
	if err != nil {
		t.Fatal(err)
	}
	if got := s.State(a, "password", ref); got != plan.NeverSent {
		t.Errorf("before: %v", got)
	}
	if err := s.Record(a, "password", ref); err != nil {
		t.Fatal(err)
	}
	if err := s.Save(); err != nil {
		t.Fatal(err)
	}
	if s, err = Open(dir).Sent("farm-1", reveal); err != nil {
		t.Fatal(err)
	}
	if got := s.State(a, "password", ref); got != plan.SentSame {
		t.Errorf("same secret: %v", got)
	}
	secret = "canary-4712"
	if got := s.State(a, "password", ref); got != plan.SentOther {
		t.Errorf("other secret: %v", got)
	}
	other, err := Open(dir).Sent("farm-2", reveal)
	if err != nil {
		t.Fatal(err)
	}
	if got := other.State(a, "password", ref); got != plan.NeverSent {
		t.Errorf("other farm: %v", got)
	}
	data, err := os.ReadFile(filepath.Join(dir, FolderName, sentFile))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(data), "canary") {
		t.Error("the secret stands in the file")
	}
}
