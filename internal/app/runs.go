package app

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"

	"rassync/internal/apply"
	"rassync/internal/model"
	"rassync/internal/plan"
)

// Run is one apply or rollback on disk: a folder that holds what was planned
// (plan.json), how the touched objects were before (snapshot.json, whose
// contents are in the blobs beside the runs) and what was done (journal.jsonl).
type Run struct {
	Dir  string
	Info RunInfo
	// Entries are the lines of the journal; nil if the run never began.
	Entries []apply.Entry
	// Damage says why the journal or the description cannot be trusted.
	Damage error
}

// RunInfo is what run.json says: who did what, from where.
type RunInfo struct {
	ID      string    `json:"id"`
	Command string    `json:"command"` // apply, rollback or restore
	Of      string    `json:"of,omitempty"`
	Who     string    `json:"who"`
	Host    string    `json:"host"`
	PID     int       `json:"pid"`
	Started time.Time `json:"started"`
	Farm    plan.Farm `json:"farm"`
	Digest  string    `json:"planDigest"`
	Changes int       `json:"changes"`
	Commit  string    `json:"commit,omitempty"` // of the workspace
}

// The files of a run.
const (
	runsFolder  = "runs"
	blobsFolder = "blobs"
	runFile     = "run.json"
	planFile    = "plan.json"
	journalFile = "journal.jsonl"
	filesFolder = "files" // of snapshots of version 1
)

// newRunID makes an id that sorts by time.
func newRunID(now time.Time) (string, error) {
	b := make([]byte, 3)
	if _, err := rand.Read(b); err != nil {
		return "", err
	}
	return now.UTC().Format("20060102T150405.000Z") + "-" + hex.EncodeToString(b), nil
}

// Runs lists the runs of a workspace, the newest first.
func Runs(dir string) ([]*Run, error) {
	entries, err := os.ReadDir(filepath.Join(dir, toolFolder, runsFolder))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []*Run
	for _, e := range entries {
		if !e.IsDir() || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		out = append(out, readRun(filepath.Join(dir, toolFolder, runsFolder, e.Name())))
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Info.ID > out[j].Info.ID })
	return out, nil
}

func readRun(dir string) *Run {
	r := &Run{Dir: dir, Info: RunInfo{ID: filepath.Base(dir)}}
	data, err := os.ReadFile(filepath.Join(dir, runFile))
	if err == nil {
		err = json.Unmarshal(data, &r.Info)
	}
	if err != nil {
		r.Damage = err
	}
	r.Info.ID = filepath.Base(dir)
	r.Entries, err = apply.ReadJournal(filepath.Join(dir, journalFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		r.Damage = err
	}
	if r.Damage == nil && !r.agrees() {
		r.Damage = fmt.Errorf("%s was changed: the journal names another person or plan", runFile)
	}
	return r
}

// agrees tells whether the description says of the run what its journal says,
// which nobody changes unnoticed.
func (r *Run) agrees() bool {
	for _, e := range r.Entries {
		if e.Event == "run" { // the first one: others have resumed it
			return e.Who == r.Info.Who+"@"+r.Info.Host && e.Digest == r.Info.Digest && e.Action == r.Info.Command
		}
	}
	return true
}

// FindRun finds a run by its id or the beginning of it.
func FindRun(dir, id string) (*Run, error) {
	runs, err := Runs(dir)
	if err != nil {
		return nil, err
	}
	var hits []*Run
	var ids []string
	for _, r := range runs {
		if r.Info.ID == id {
			return r, nil
		}
		if id != "" && strings.HasPrefix(r.Info.ID, id) {
			hits = append(hits, r)
			ids = append(ids, r.Info.ID)
		}
	}
	switch len(hits) {
	case 1:
		return hits[0], nil
	case 0:
		return nil, Failf(Input, "there is no run %q in %s", id, dir).With("rassync snapshot list shows the runs")
	}
	return nil, Failf(Input, "%q is the beginning of %d runs: %s", id, len(hits), strings.Join(ids, ", "))
}

// State says how a run ended.
func (r *Run) State() string {
	if r.Damage != nil {
		return "damaged"
	}
	state := "not started"
	for _, e := range r.Entries {
		switch e.Event {
		case "run", "begin":
			state = "unfinished"
		case "finished":
			state = e.Result
		}
	}
	return state
}

// Wrote tells whether the run sent at least one write.
func (r *Run) Wrote() bool {
	for _, e := range r.Entries {
		if e.Event == "send" {
			return true
		}
	}
	return false
}

// Activated tells whether all of the run's writes were applied on the farm: a
// run may activate in between and go on.
func (r *Run) Activated() bool {
	applied := false
	for _, e := range r.Entries {
		switch e.Event {
		case "applied":
			applied = true
		case "send":
			applied = applied && e.Request == apply.ActivateRequest
		}
	}
	return applied
}

// activations lists what the run activated in between, as apply names it.
func (r *Run) activations() map[string]bool {
	out := map[string]bool{}
	for _, e := range r.Entries {
		if e.Event == "applied" && e.ID == apply.ActivatedBefore {
			out[e.Address+" "+e.Action] = true
		}
	}
	return out
}

// done lists the changes that the run finished, as apply names them.
func (r *Run) done() map[string]bool {
	out := map[string]bool{}
	for _, e := range r.Entries {
		if e.Event == "done" {
			out[e.Address+" "+e.Action] = true
		}
	}
	return out
}

// Plan reads the plan of the run. That it has expired meanwhile doesn't
// matter: it was begun in time.
func (r *Run) Plan(cat *model.Catalog) (*plan.File, error) {
	f, err := plan.ReadFile(filepath.Join(r.Dir, planFile), cat, time.Time{})
	if err == nil && f.Digest != r.Info.Digest {
		err = plan.ErrEdited
	}
	if err != nil {
		return nil, fmt.Errorf("%s of run %s: %w", planFile, r.Info.ID, err)
	}
	return f, nil
}

// Snapshot reads how the touched objects were before.
func (r *Run) Snapshot() (*apply.Snapshot, error) {
	s, err := apply.ReadSnapshot(r.Dir, r.blobs())
	switch {
	case errors.Is(err, fs.ErrNotExist) && r.Wrote():
		return nil, Failf(Input, "run %s has no snapshot any more: rassync snapshot prune removed it", r.Info.ID)
	case errors.Is(err, fs.ErrNotExist):
		return nil, Failf(Input, "run %s has no snapshot: it ended before anything was written", r.Info.ID)
	}
	return s, err
}

// blobs are the contents that the snapshots of a workspace share.
func (r *Run) blobs() *apply.Blobs {
	return apply.OpenBlobs(filepath.Join(filepath.Dir(filepath.Dir(r.Dir)), blobsFolder))
}

// create makes the folder of a new run.
func (r *Run) create() error {
	if err := os.MkdirAll(filepath.Dir(r.Dir), 0o700); err != nil {
		return err
	}
	if err := keepPrivate(filepath.Dir(filepath.Dir(r.Dir))); err != nil {
		return err
	}
	if err := os.Mkdir(r.Dir, 0o700); err != nil {
		return err
	}
	data, err := json.MarshalIndent(r.Info, "", "  ")
	if err != nil {
		return err
	}
	return apply.WriteFile(filepath.Join(r.Dir, runFile), append(data, '\n'))
}

// keepPrivate makes sure that git leaves the private folder alone, whether or
// not an export has been there.
func keepPrivate(dir string) error {
	file := filepath.Join(dir, ".gitignore")
	if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, []byte("# rassync works in this folder; only the schemas belong in git.\n*\n!.gitignore\n!schemas/\n!schemas/**\n"), 0o644)
}

// file gives the content of a file that belongs to an object: from the run's
// own folder, or from where the document names it. The digest decides.
func (r *Run) file(workspace string) func(model.Source, model.FileRef) ([]byte, error) {
	return func(src model.Source, ref model.FileRef) ([]byte, error) {
		places := []string{}
		if ref.Digest != "" && r.Dir != "" {
			places = append(places, r.blobs().Path(ref.Digest), filepath.Join(r.Dir, filesFolder, filepath.Base(ref.Digest)))
		}
		if ref.Abs != "" {
			places = append(places, ref.Abs)
		}
		if ref.Path != "" && src.File != "" {
			p := filepath.Join(filepath.FromSlash(filepath.Dir(src.File)), filepath.FromSlash(strings.ReplaceAll(ref.Path, `\`, "/")))
			if filepath.IsLocal(p) {
				places = append(places, filepath.Join(workspace, p))
			}
		}
		for _, p := range places {
			data, err := os.ReadFile(p)
			if err != nil {
				continue
			}
			if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) == ref.Digest {
				return data, nil
			}
		}
		return nil, fmt.Errorf("the file %s is missing or has changed since the plan was made", ref)
	}
}

// HasSnapshot tells whether the run saved anything.
func (r *Run) HasSnapshot() bool {
	_, err := os.Stat(filepath.Join(r.Dir, apply.SnapshotFile))
	return err == nil
}
