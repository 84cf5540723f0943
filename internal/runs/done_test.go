package runs

import (
	"os"
	"testing"
	"time"
)

func TestDoneIsRememberedByJob(t *testing.T) {
	s := Open(t.TempDir())
	if all, err := s.Done(); err != nil || len(all) != 0 {
		t.Fatalf("of a new folder: %v, %v", all, err)
	}
	at := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	for _, d := range []struct {
		job string
		Done
	}{{JobExport, Done{at, "https://a", ""}}, {JobDrift, Done{at, "https://a", "drift"}}, {JobExport, Done{at.Add(time.Hour), "https://b", ""}}} {
		if err := s.NoteDone(d.job, d.Done); err != nil {
			t.Fatal(err)
		}
	}
	all, err := s.Done()
	if err != nil || len(all) != 2 || all[JobExport] != (Done{at.Add(time.Hour), "https://b", ""}) || all[JobDrift].Result != "drift" {
		t.Errorf("got %v, %v", all, err)
	}
	if err := os.WriteFile(s.Path(DoneFile), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Done(); err == nil {
		t.Error("a damaged file is read")
	}
	if err := s.NoteDone(JobExport, Done{Time: at}); err != nil {
		t.Errorf("a damaged file stops the next export: %v", err)
	}
}
