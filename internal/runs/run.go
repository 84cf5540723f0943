package runs

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"sort"
	"strings"
	"time"

	"rassync/internal/model"
	"rassync/internal/plan"
)

// Run is one apply or rollback on disk: a folder that holds what was planned
// (plan.json), how the touched objects were before (snapshot.json, whose
// contents are in the blobs beside the runs) and what was done (journal.jsonl).
type Run struct {
	Dir  string
	Info Info
	// Entries are the lines of the journal; nil if the run never began.
	Entries []Entry
	// Damage says why the journal or the description cannot be trusted.
	Damage error

	store *Store
}

// Info is what run.json says: who did what, from where.
type Info struct {
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
	runFile      = "run.json"
	planFile     = "plan.json"
	journalFile  = "journal.jsonl"
	snapshotFile = "snapshot.json"
	filesFolder  = "files" // of snapshots of version 1
)

// newID makes an id that sorts by time.
func newID(now time.Time) (string, error) {
	b := make([]byte, 3)
	if _, err := rand.Read(b); err != nil {
		return "", err
	}
	return now.UTC().Format("20060102T150405.000Z") + "-" + hex.EncodeToString(b), nil
}

// New prepares a run; nothing is on disk until Create.
func (s *Store) New(info Info, now time.Time) (*Run, error) {
	id, err := newID(now)
	if err != nil {
		return nil, err
	}
	info.ID, info.Started = id, now.UTC()
	return s.run(info), nil
}

func (s *Store) run(info Info) *Run {
	return &Run{Dir: s.Path(path.Join(runsFolder, info.ID)), Info: info, store: s}
}

// name is a file of the run in the private folder.
func (r *Run) name(parts ...string) string {
	return path.Join(append([]string{runsFolder, r.Info.ID}, parts...)...)
}

// Runs lists the runs of a workspace, the newest first.
func (s *Store) Runs() ([]*Run, error) {
	entries, err := s.ReadDir(runsFolder)
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
		out = append(out, s.read(e.Name()))
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Info.ID > out[j].Info.ID })
	return out, nil
}

func (s *Store) read(id string) *Run {
	r := s.run(Info{ID: id})
	data, err := s.ReadFile(r.name(runFile))
	if err == nil {
		err = json.Unmarshal(data, &r.Info)
	}
	if err != nil {
		r.Damage = err
	}
	r.Info.ID = id
	r.Entries, _, err = readJournal(s, r.name(journalFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		r.Damage = err
	}
	if r.Damage == nil && !r.agrees() {
		r.Damage = fmt.Errorf("%s was changed: the journal names another person or plan", runFile)
	}
	return r
}

// OpenJournal opens the journal of the run to write on.
func (r *Run) OpenJournal(now func() time.Time) (*Journal, error) {
	j, entries, err := openJournal(r.store, r.name(journalFile), now)
	if err == nil {
		r.Entries = entries
	}
	return j, err
}

// Reread reads the run again from disk.
func (r *Run) Reread() *Run { return r.store.read(r.Info.ID) }

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

// UnknownError says that no run, or more than one, has an id that begins so.
type UnknownError struct {
	ID   string
	Hits []string
}

// Error names the runs that may be meant.
func (e *UnknownError) Error() string {
	if len(e.Hits) == 0 {
		return fmt.Sprintf("there is no run %q", e.ID)
	}
	return fmt.Sprintf("%q is the beginning of %d runs: %s", e.ID, len(e.Hits), strings.Join(e.Hits, ", "))
}

// Find finds a run by its id or the beginning of it.
func (s *Store) Find(id string) (*Run, error) {
	runs, err := s.Runs()
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
	if len(hits) == 1 {
		return hits[0], nil
	}
	return nil, &UnknownError{ID: id, Hits: ids}
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
			applied = applied && e.Request == ActivateRequest
		}
	}
	return applied
}

// Activations lists what the run activated in between, as apply names it.
func (r *Run) Activations() map[string]bool {
	out := map[string]bool{}
	for _, e := range r.Entries {
		if e.Event == "applied" && e.ID == ActivatedBefore {
			out[e.Address+" "+e.Action] = true
		}
	}
	return out
}

// Done lists the changes that the run finished, as apply names them.
func (r *Run) Done() map[string]bool {
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
	var f *plan.File
	data, err := r.store.ReadFile(r.name(planFile))
	if err == nil {
		f, err = plan.Parse(data, cat, time.Time{})
	}
	if err == nil && f.Digest != r.Info.Digest {
		err = plan.ErrEdited
	}
	if err != nil {
		return nil, fmt.Errorf("%s of run %s: %w", planFile, r.Info.ID, err)
	}
	return f, nil
}

// NoSnapshotError says that a run has no snapshot.
type NoSnapshotError struct {
	ID    string
	Wrote bool // it had one
}

// Error says why there is none.
func (e *NoSnapshotError) Error() string {
	if e.Wrote {
		return fmt.Sprintf("run %s has no snapshot any more: rassync snapshot prune removed it", e.ID)
	}
	return fmt.Sprintf("run %s has no snapshot: it ended before anything was written", e.ID)
}

// Snapshot reads how the touched objects were before.
func (r *Run) Snapshot() (*Snapshot, error) {
	s, err := r.readSnapshot()
	if errors.Is(err, fs.ErrNotExist) && !r.HasSnapshot() {
		return nil, &NoSnapshotError{ID: r.Info.ID, Wrote: r.Wrote()}
	}
	return s, err
}

// Create puts the description and the plan of a new run on disk.
func (r *Run) Create(p *plan.File) error {
	if err := r.store.KeepFromGit(); err != nil {
		return err
	}
	if err := r.store.MkdirAll(runsFolder); err != nil {
		return err
	}
	if err := r.store.Mkdir(r.name()); err != nil {
		return err
	}
	data, err := json.MarshalIndent(r.Info, "", "  ")
	if err != nil {
		return err
	}
	if err := r.store.WriteFile(r.name(runFile), append(data, '\n')); err != nil {
		return err
	}
	text, err := p.Text()
	if err != nil {
		return err
	}
	return r.store.WriteFile(r.name(planFile), text)
}

// File reads a picture of the run by its digest; nil if the run does not hold it.
func (r *Run) File(digest string) []byte {
	if digest == "" {
		return nil
	}
	for _, name := range []string{blobPath(digest), r.name(filesFolder, path.Base(digest))} {
		data, err := r.store.ReadFile(name)
		if err != nil {
			continue
		}
		if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) == digest {
			return data
		}
	}
	return nil
}

// HasSnapshot tells whether the run saved anything.
func (r *Run) HasSnapshot() bool { return r.store.Exists(r.name(snapshotFile)) }
