package runs

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"
	"time"
)

func clock() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) }

// aJournal is where the journal of the tests lies.
const aJournal = "runs/a/" + journalFile

func writeJournal(t *testing.T, entries ...Entry) *Store {
	t.Helper()
	s := Open(t.TempDir())
	if err := s.MkdirAll("runs/a"); err != nil {
		t.Fatal(err)
	}
	j, err := openJournal(s, aJournal, clock)
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	for _, e := range entries {
		if err := j.Append(e); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

var threeEntries = []Entry{{Event: "run", Who: "tester"}, {Event: "begin", Address: "Main/Theme/A", Action: "create"}, {Event: "done", Address: "Main/Theme/A", Action: "create"}}

func TestJournalIsReadAsWritten(t *testing.T) {
	entries, _, err := readJournal(writeJournal(t, threeEntries...), aJournal)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 3 || entries[1].Address != "Main/Theme/A" || entries[2].Prev != entries[1].Hash {
		t.Errorf("read %+v", entries)
	}
}

func TestTornLastLineIsCutOff(t *testing.T) {
	s := writeJournal(t, threeEntries...)
	path := s.Path(aJournal)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	end := bytes.LastIndexByte(whole[:len(whole)-1], '\n') + 1
	for cut := end; cut < len(whole); cut++ {
		if err := os.WriteFile(path, whole[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		j, err := openJournal(s, aJournal, clock)
		if err != nil || len(j.Entries()) != 2 {
			t.Fatalf("cut at %d: %d entries, %v", cut, len(j.Entries()), err)
		}
		if err := j.Append(threeEntries[2]); err != nil {
			t.Fatal(err)
		}
		j.Close()
		if entries, _, err := readJournal(s, aJournal); err != nil || len(entries) != 3 {
			t.Fatalf("cut at %d, written on: %d entries, %v", cut, len(entries), err)
		}
	}
}

func TestChangedLineIsNoticed(t *testing.T) {
	s := writeJournal(t, threeEntries...)
	path := s.Path(aJournal)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(whole), "\n")
	for name, changed := range map[string]string{
		"value":   strings.Replace(string(whole), "tester", "nobody", 1),
		"removed": lines[0] + lines[2],
		"swapped": lines[1] + lines[0] + lines[2],
		"rubbish": lines[0] + "rubbish\n" + lines[1],
	} {
		if err := os.WriteFile(path, []byte(changed), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, _, err := readJournal(s, aJournal); !errors.Is(err, ErrJournal) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzJournal(f *testing.F) {
	f.Add([]byte("{}\n"))
	f.Add([]byte(`{"seq":1,"time":"2026-01-02T03:04:05Z","event":"run","prev":"","hash":"x"}` + "\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		entries, good, err := parseJournal(bytes.NewReader(data))
		if err == nil && (good > int64(len(data)) || (len(entries) == 0 && good > 0)) {
			t.Errorf("%d entries, good up to %d of %d", len(entries), good, len(data))
		}
	})
}

func FuzzSnapshot(f *testing.F) {
	f.Add([]byte(`{"formatVersion":"1","objects":[]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if s, err := parseSnapshot(data); err == nil && s == nil {
			t.Error("no snapshot and no error")
		}
	})
}
