package runs

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rassync/internal/plan"
)

// leaveRun makes a run with a snapshot and a journal, as app does.
func leaveRun(t *testing.T, s *Store, now time.Time) *Run {
	t.Helper()
	r, err := s.New(Info{Command: "apply", Who: "jane", Host: "here", Digest: "d", Farm: plan.Farm{GUID: "farm"}}, now)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Create(&plan.File{Digest: "d"}); err != nil {
		t.Fatal(err)
	}
	if err := r.Save(&Snapshot{ID: r.Info.ID, Time: now}, s.Blobs(), nil); err != nil {
		t.Fatal(err)
	}
	j, err := r.OpenJournal(func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	for _, e := range []Entry{{Event: "run", Action: "apply", Who: "jane@here", Digest: "d"}, {Event: "send", Request: "POST /x"}, {Event: "answer", Request: "POST /x"}, {Event: "finished", Result: "done"}} {
		if err := j.Append(e); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

func list(t *testing.T, s *Store) []*Run {
	t.Helper()
	out, err := s.Runs()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// The clock of a machine may go back; the number of a run does not.
func TestNewestRunIsTheLastOne(t *testing.T) {
	s := Open(t.TempDir())
	var ids []string
	for _, hours := range []int{0, -2, 1, -5} {
		ids = append(ids, leaveRun(t, s, clock().Add(time.Duration(hours)*time.Hour)).Info.ID)
	}
	runs := list(t, s)
	for i, r := range runs {
		if r.Damage != nil || r.Info.ID != ids[len(ids)-1-i] || r.Info.Seq != len(ids)-i {
			t.Errorf("run %d is %s (%d), %v", i, r.Info.ID, r.Info.Seq, r.Damage)
		}
	}
}

// TestDamageOfARunIsNoticed: nothing that is taken away from a run, or changed in
// it, goes unnoticed, and the run is not passed over.
func TestDamageOfARunIsNoticed(t *testing.T) {
	for name, c := range map[string]struct {
		do   func(s *Store, r *Run) error
		says string
	}{
		"journal missing":        {func(_ *Store, r *Run) error { return os.Remove(filepath.Join(r.Dir, journalFile)) }, "journal.jsonl is missing or empty"},
		"journal empty":          {func(_ *Store, r *Run) error { return os.Truncate(filepath.Join(r.Dir, journalFile), 0) }, "journal.jsonl is missing or empty"},
		"last line removed":      {func(_ *Store, r *Run) error { return cutLines(r, 1) }, "1 lines at the end"},
		"three lines removed":    {func(_ *Store, r *Run) error { return cutLines(r, 3) }, "3 lines at the end"},
		"journal of another":     {func(s *Store, r *Run) error { return copyFile(s, r, journalFile) }, "journal.jsonl is not what"},
		"description missing":    {func(_ *Store, r *Run) error { return os.Remove(filepath.Join(r.Dir, runFile)) }, "run.json is missing"},
		"description empty":      {func(_ *Store, r *Run) error { return os.Truncate(filepath.Join(r.Dir, runFile), 0) }, "run.json cannot be read"},
		"description edited":     {func(_ *Store, r *Run) error { return edit(r, runFile, `"commit": "c0ffee",`, ``) }, "run.json is not what"},
		"description of another": {func(s *Store, r *Run) error { return copyFile(s, r, runFile) }, "run.json is not what"},
		"folder removed":         {func(_ *Store, r *Run) error { return os.RemoveAll(r.Dir) }, "is missing"},
		"head edited":            {func(s *Store, r *Run) error { return replaceIn(s.Path(headName(r.Info.ID)), `"lines":4`, `"lines":3`) }, "kept apart"},
		"head removed":           {func(s *Store, r *Run) error { return os.Remove(s.Path(headName(r.Info.ID))) }, "kept apart"},
		"head and folder": {func(s *Store, r *Run) error {
			return errors.Join(os.Remove(s.Path(headName(r.Info.ID))), os.RemoveAll(r.Dir))
		}, "is missing"},
		"all runs": {func(s *Store, _ *Run) error { return os.RemoveAll(s.Path(runsFolder)) }, "is missing"},
	} {
		t.Run(name, func(t *testing.T) {
			s := Open(t.TempDir())
			leaveRun(t, s, clock())
			r := leaveRun(t, s, clock().Add(time.Hour))
			if err := c.do(s, r); err != nil {
				t.Fatal(err)
			}
			newest := list(t, s)[0]
			if newest.Info.ID != r.Info.ID || newest.Damage == nil || !strings.Contains(newest.Damage.Error(), c.says) {
				t.Errorf("the newest is %s, damage: %v", newest.Info.ID, newest.Damage)
			}
			if !errors.Is(newest.Damage, ErrDamaged) && !errors.Is(newest.Damage, ErrHead) && !errors.Is(newest.Damage, ErrJournal) {
				t.Errorf("unknown sort of damage: %v", newest.Damage)
			}
		})
	}
}

func cutLines(r *Run, n int) error {
	file := filepath.Join(r.Dir, journalFile)
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	lines := bytes.SplitAfter(bytes.TrimSuffix(data, []byte("\n")), []byte("\n"))
	return os.WriteFile(file, bytes.Join(lines[:len(lines)-n], nil), 0o600)
}

// copyFile puts a file of the older run into the newer one.
func copyFile(s *Store, r *Run, name string) error {
	dirs, err := filepath.Glob(s.Path(runsFolder + "/2*"))
	if err != nil {
		return err
	}
	data, err := os.ReadFile(filepath.Join(dirs[0], name))
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(r.Dir, name), data, 0o600)
}

func edit(r *Run, name, old, new string) error {
	file := filepath.Join(r.Dir, name)
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	text := strings.Replace(string(data), old, new, 1)
	if text == string(data) {
		text += "\n"
	}
	return os.WriteFile(file, []byte(text), 0o600)
}

func replaceIn(file, old, new string) error {
	data, err := os.ReadFile(file)
	if err != nil || !strings.Contains(string(data), old) {
		return errors.Join(err, errors.New("nothing to replace"))
	}
	return os.WriteFile(file, []byte(strings.Replace(string(data), old, new, 1)), 0o600)
}

// A run that died before its first line, and one whose last line was not noted
// yet, are as they should be.
func TestDeadRunIsNoDamage(t *testing.T) {
	s := Open(t.TempDir())
	r, err := s.New(Info{Command: "apply", Who: "jane", Host: "here", Digest: "d"}, clock())
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Create(&plan.File{Digest: "d"}); err != nil {
		t.Fatal(err)
	}
	check := func(when, state string) {
		t.Helper()
		if got := list(t, s)[0]; got.Damage != nil || got.State() != state {
			t.Errorf("%s: %s, %v", when, got.State(), got.Damage)
		}
	}
	check("before the snapshot", "not started")
	if err := r.Save(&Snapshot{ID: r.Info.ID, Time: clock()}, s.Blobs(), nil); err != nil {
		t.Fatal(err)
	}
	check("before the journal", "not started")
	j, err := r.OpenJournal(clock)
	if err != nil {
		t.Fatal(err)
	}
	check("before the first line", "not started")
	head, err := s.ReadFile(headName(r.Info.ID))
	if err != nil {
		t.Fatal(err)
	}
	if err := j.Append(Entry{Event: "run", Action: "apply", Who: "jane@here", Digest: "d"}); err != nil {
		t.Fatal(err)
	}
	j.Close()
	if err := os.WriteFile(s.Path(headName(r.Info.ID)), head, 0o600); err != nil {
		t.Fatal(err)
	}
	check("before the line was noted", "unfinished")
}

// Runs that were brought here without what is kept apart, or without the key, can
// be used.
func TestCopiedRuns(t *testing.T) {
	for name, without := range map[string][]string{"without heads": {headsFolder, keyFile, sequenceFile}, "without key": {keyFile, sequenceFile}, "runs alone": {keyFile, sequenceFile}} {
		s := Open(t.TempDir())
		old := leaveRun(t, s, clock())
		for _, f := range without {
			if err := os.RemoveAll(s.Path(f)); err != nil {
				t.Fatal(err)
			}
		}
		if r := list(t, s)[0]; r.Damage != nil {
			t.Errorf("%s: %v", name, r.Damage)
		}
		leaveRun(t, s, clock().Add(-time.Hour))
		runs := list(t, s)
		if len(runs) != 2 || runs[0].Damage != nil || runs[1].Damage != nil || runs[1].Info.ID != old.Info.ID {
			t.Errorf("%s, and one more: %v %v", name, runs[0].Damage, runs[1].Damage)
		}
	}
}

// A full disk leaves half a line: the next one takes its place.
func TestFailedLineLeavesNoTrace(t *testing.T) {
	s := writeJournal(t, threeEntries...)
	j, err := openJournal(s, aJournal, clock)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := j.f.WriteAt([]byte(`{"v":2,"seq":4,"ti`), j.at.end); err != nil {
		t.Fatal(err)
	}
	if err := j.Append(Entry{Event: "finished", Result: "done"}); err != nil {
		t.Fatal(err)
	}
	j.Close()
	if entries, _, err := readJournal(s, aJournal); err != nil || len(entries) != 4 {
		t.Errorf("%d entries, %v", len(entries), err)
	}
}

// TestNewerFormatsAreNamedAsSuch, not as damage; what a newer rassync of the same
// format adds is passed over.
func TestNewerFormatsAreNamedAsSuch(t *testing.T) {
	for name, change := range map[string]func(s *Store, r *Run) error{
		"journal": func(_ *Store, r *Run) error {
			return replaceIn(filepath.Join(r.Dir, journalFile), `{"v":2,"seq":4`, `{"v":3,"seq":4`)
		},
		"run": func(_ *Store, r *Run) error {
			return replaceIn(filepath.Join(r.Dir, runFile), `"formatVersion": "2"`, `"formatVersion": "3"`)
		},
		"head": func(s *Store, r *Run) error {
			return replaceIn(s.Path(headName(r.Info.ID)), `"formatVersion":"1"`, `"formatVersion":"2"`)
		},
	} {
		s := Open(t.TempDir())
		r := leaveRun(t, s, clock())
		if err := change(s, r); err != nil {
			t.Fatal(err)
		}
		if got := list(t, s)[0]; !errors.Is(got.Damage, ErrNewer) || !strings.Contains(got.Damage.Error(), "a newer rassync wrote it") {
			t.Errorf("%s: %v", name, got.Damage)
		}
	}
	line := `{"v":2,"seq":1,"time":"2026-01-02T03:04:05Z","event":"run","later":{"a":[1]},"prev":""`
	text := line + `,"hash":"` + hexSum([]byte(line)) + `"}` + "\n"
	if entries, _, err := parseJournal(strings.NewReader(text)); err != nil || len(entries) != 1 || entries[0].Event != "run" {
		t.Errorf("an added field: %v %v", entries, err)
	}
	if _, _, err := parseJournal(strings.NewReader(strings.Replace(text, "[1]", "[2]", 1) + text)); !errors.Is(err, ErrJournal) {
		t.Errorf("an added field was changed: %v", err)
	}
}

// TestRunsThatLeaveNoTrace: that runs are gone is noticed although what is kept apart
// of them is gone too; what was pruned is not missed.
func TestRunsThatLeaveNoTrace(t *testing.T) {
	three := func() (*Store, []*Run) {
		s := Open(t.TempDir())
		return s, []*Run{leaveRun(t, s, clock()), leaveRun(t, s, clock().Add(time.Hour)), leaveRun(t, s, clock().Add(2*time.Hour))}
	}
	damages := func(s *Store) string {
		var out []string
		for _, r := range list(t, s) {
			if r.Damage != nil {
				out = append(out, r.Info.ID+": "+r.Damage.Error())
			}
		}
		return strings.Join(out, "\n")
	}
	s, all := three()
	if err := errors.Join(os.RemoveAll(all[1].Dir), os.Remove(s.Path(headName(all[1].Info.ID)))); err != nil {
		t.Fatal(err)
	}
	if got := damages(s); !strings.Contains(got, "nothing is left of run number 2") || strings.Contains(got, "\n") {
		t.Errorf("one in the middle: %s", got)
	}

	s, _ = three()
	if err := errors.Join(os.RemoveAll(s.Path(runsFolder)), os.Remove(s.Path(sequenceFile))); err != nil {
		t.Fatal(err)
	}
	if got := damages(s); !strings.Contains(got, "the runs of this workspace were removed") {
		t.Errorf("all of them, and the count: %s", got)
	}
	leaveRun(t, s, clock().Add(3*time.Hour))
	if got := list(t, s); len(got) != 2 || got[0].Damage != nil || got[1].Damage == nil {
		t.Errorf("after another run: %s", damages(s))
	}

	s, _ = three()
	if _, err := s.Prune(PruneOptions{Keep: 1}); err != nil {
		t.Fatal(err)
	}
	leaveRun(t, s, clock().Add(3*time.Hour))
	if got := damages(s); got != "" || len(list(t, s)) != 2 {
		t.Errorf("pruned: %s", got)
	}
	if q, err := s.readSequence(nil); err != nil || q.Pruned != "1-2" {
		t.Errorf("pruned: %+v %v", q, err)
	}

	// A run that never began, as on a full disk, is no damage.
	s, all = three()
	hollow := s.Path(runsFolder + "/20260102T030405.000Z-abcdef")
	if err := errors.Join(os.Mkdir(hollow, 0o700), os.WriteFile(hollow+"/.rassync-X", nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	if got := list(t, s); len(got) != 3 || got[0].Info.ID != all[2].Info.ID || damages(s) != "" {
		t.Errorf("never begun: %d runs, %s", len(got), damages(s))
	}
}
