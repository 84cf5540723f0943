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
	"slices"
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
	head  *head // nil if nothing is kept apart of it
}

// Info is what run.json says: who did what, from where.
type Info struct {
	FormatVersion string `json:"formatVersion,omitempty"` // "" before version 2
	ID            string `json:"id"`
	// Seq counts the runs of the workspace; 0 where a version before 2 made it.
	Seq     int       `json:"seq,omitempty"`
	Command string    `json:"command"` // apply, rollback or restore
	Of      string    `json:"of,omitempty"`
	Who     string    `json:"who"`
	Host    string    `json:"host"`
	Account string    `json:"account,omitempty"` // of the farm
	PID     int       `json:"pid"`
	Started time.Time `json:"started"`
	Farm    plan.Farm `json:"farm"`
	Digest  string    `json:"planDigest"`
	Changes int       `json:"changes"`
	Commit  string    `json:"commit,omitempty"` // of the workspace
	// Override is the reason that was given to run outside the change windows,
	// Overridden what stood against it.
	Override   string   `json:"override,omitempty"`
	Overridden []string `json:"overridden,omitempty"`
	Tool       string   `json:"tool,omitempty"`     // the version of rassync
	Contract   string   `json:"contract,omitempty"` // the corrections of the built-in schemas that were in force
}

// infoVersion is the version of run.json.
const infoVersion = "2"

// ErrDamaged says that a run is not what rassync left.
var ErrDamaged = errors.New("damaged")

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

// New prepares a run and gives it its number; nothing is on disk until Create.
// The caller holds the lock.
func (s *Store) New(info Info, now time.Time) (*Run, error) {
	id, err := newID(now)
	if err != nil {
		return nil, err
	}
	key, err := s.Key()
	if err != nil {
		return nil, err
	}
	info.FormatVersion, info.ID, info.Started = infoVersion, id, now.UTC()
	if info.Seq, err = s.next(key); err != nil {
		return nil, err
	}
	return s.run(info), nil
}

func (s *Store) run(info Info) *Run {
	return &Run{Dir: s.Path(path.Join(runsFolder, info.ID)), Info: info, store: s}
}

// name is a file of the run in the private folder.
func (r *Run) name(parts ...string) string {
	return path.Join(append([]string{runsFolder, r.Info.ID}, parts...)...)
}

// Runs lists the runs of a workspace, the newest first; one that is missing or
// damaged is among them.
func (s *Store) Runs() ([]*Run, error) {
	key, err := s.Key()
	if err != nil {
		return nil, err
	}
	// First what is kept apart: a run that is under way writes it last.
	heads, bad, err := s.readHeads(key)
	if err != nil {
		return nil, err
	}
	last, err := s.readSequence(key)
	if err != nil {
		return nil, err
	}
	entries, err := s.ReadDir(runsFolder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var out []*Run
	there := map[string]bool{}
	for _, e := range entries {
		h := heads[e.Name()]
		if !e.IsDir() || strings.HasPrefix(e.Name(), ".") || h != nil && h.Pruned {
			continue
		}
		if h == nil && bad[e.Name()] == nil && s.hollow(e.Name()) {
			continue // a run that never began: the disk was full, say
		}
		there[e.Name()] = true
		out = append(out, s.read(e.Name(), h, bad[e.Name()], heads != nil))
	}
	for id, h := range heads {
		if !there[id] && !h.Pruned {
			there[id] = true
			out = append(out, s.missing(id, h.Seq, h.Command, h.Farm))
		}
	}
	if last.ID != "" && !there[last.ID] && (heads[last.ID] == nil || !heads[last.ID].Pruned) {
		out = append(out, s.missing(last.ID, last.Last, "", last.Farm))
	}
	out = append(out, s.unaccounted(out, heads, last)...)
	if s.lost(key, last, len(out) > 0) {
		r := s.missing("before", 0, "", "")
		r.Damage = fmt.Errorf("%w: the runs of this workspace were removed, and the count of them too (%s)", ErrDamaged, s.Path(sequenceFile))
		out = append(out, r)
	}
	sort.Slice(out, func(i, j int) bool { return out[j].older(out[i]) })
	return out, nil
}

// unaccounted stands for the runs of which nothing is left at all: neither a folder
// nor what is kept apart, and they were not pruned.
func (s *Store) unaccounted(list []*Run, heads map[string]*head, q sequence) []*Run {
	there := map[int]bool{}
	for _, r := range list {
		there[r.Info.Seq] = true
	}
	for _, h := range heads {
		there[h.Seq] = true // being pruned
	}
	var out []*Run
	for _, n := range q.gaps(there) {
		r := s.missing(fmt.Sprintf("number-%d", n), n, "", q.Farm)
		r.Damage = fmt.Errorf("%w: nothing is left of run number %d, and it was not pruned", ErrDamaged, n)
		out = append(out, r)
	}
	return out
}

// hollow tells whether the folder of a run holds nothing but leftovers of writing.
func (s *Store) hollow(id string) bool {
	list, err := s.ReadDir(path.Join(runsFolder, id))
	if err != nil {
		return false
	}
	return !slices.ContainsFunc(list, func(e fs.DirEntry) bool { return !strings.HasPrefix(e.Name(), ".") })
}

// older tells which of two runs was first: by their numbers, and by the clock
// where versions before 2 gave none.
func (r *Run) older(than *Run) bool {
	if r.Info.Seq != than.Info.Seq {
		return r.Info.Seq < than.Info.Seq
	}
	return r.Info.ID < than.Info.ID
}

// missing stands for a run whose folder is gone.
func (s *Store) missing(id string, seq int, command, farm string) *Run {
	r := s.run(Info{ID: id, Seq: seq, Command: command, Farm: plan.Farm{GUID: farm}})
	r.Damage = fmt.Errorf("%w: its folder %s is missing", ErrDamaged, r.Dir)
	return r
}

// read reads a run and holds it against its head. badHead says why the head
// cannot be read; apart tells whether the workspace keeps heads at all.
func (s *Store) read(id string, h *head, badHead error, apart bool) *Run {
	r := s.run(Info{ID: id})
	data, infoErr := s.ReadFile(r.name(runFile))
	switch {
	case errors.Is(infoErr, fs.ErrNotExist):
		infoErr = fmt.Errorf("%w: %s is missing", ErrDamaged, runFile)
	case infoErr == nil:
		if err := json.Unmarshal(data, &r.Info); err != nil {
			infoErr = fmt.Errorf("%w: %s cannot be read: %w", ErrDamaged, runFile, err)
		}
	}
	r.Info.ID = id
	if h != nil {
		r.head = h
		r.Info.Seq = h.Seq // the description may be damaged
		if infoErr != nil {
			r.Info.Command, r.Info.Farm.GUID = h.Command, h.Farm
		}
	}
	var journalErr error
	r.Entries, _, journalErr = readJournal(s, r.name(journalFile))
	switch v := r.Info.FormatVersion; {
	case infoErr != nil:
		r.Damage = infoErr
	case v != "" && v != infoVersion:
		r.Damage = fmt.Errorf("%w (%s has format %q, this rassync reads up to %s)", ErrNewer, runFile, v, infoVersion)
	case journalErr != nil && !errors.Is(journalErr, fs.ErrNotExist):
		r.Damage = journalErr
	case badHead != nil:
		r.Damage = badHead
	case h != nil:
		r.Damage = h.check(r, data)
	case v == infoVersion && apart && (journalErr == nil || r.HasSnapshot()):
		r.Damage = fmt.Errorf("%w: what is kept apart of it is missing (%s)", ErrDamaged, headName(id))
	case errors.Is(journalErr, fs.ErrNotExist) && r.HasSnapshot():
		r.Damage = fmt.Errorf("%w: %s is missing", ErrDamaged, journalFile)
	case journalErr == nil && len(r.Entries) == 0:
		r.Damage = fmt.Errorf("%w: %s is empty", ErrDamaged, journalFile)
	}
	if r.Damage == nil && !r.agrees() {
		r.Damage = fmt.Errorf("%w: %s was changed: the journal names another person or plan", ErrDamaged, runFile)
	}
	return r
}

// OpenJournal opens the journal of the run to write on.
func (r *Run) OpenJournal(now func() time.Time) (*Journal, error) {
	key, err := r.store.needKey()
	if err != nil {
		return nil, err
	}
	j, err := openJournal(r.store, r.name(journalFile), now)
	if err != nil {
		return nil, err
	}
	if j.head, err = r.openHead(j, key); err != nil {
		j.Close()
		return nil, err
	}
	r.Entries = j.entries
	return j, nil
}

// openHead opens what is kept apart of the run, and makes it for a run of a
// version before 2, or one that was copied without it.
func (r *Run) openHead(j *Journal, key []byte) (*headFile, error) {
	if !r.store.Exists(headName(r.Info.ID)) {
		if err := r.adopt(key, j.entries); err != nil {
			return nil, err
		}
	}
	return r.store.openHead(r.Info.ID, key)
}

// adopt makes what is kept apart of a run that has nothing.
func (r *Run) adopt(key []byte, entries []Entry) error {
	h, err := r.newHead()
	if err != nil {
		return err
	}
	if n := len(entries); n > 0 {
		h.Lines, h.Hash = n, entries[n-1].Hash
	}
	if s, err := r.Manifest(); err == nil {
		h.Snapshot = s.Digest
	}
	return r.store.writeHead(h, key)
}

// adoptAll does so for the runs of older versions, and those that were copied here
// without it.
func (s *Store) adoptAll(key []byte) error {
	if s.Exists(headsFolder) {
		return nil
	}
	list, err := s.Runs()
	if err != nil {
		return err
	}
	for _, r := range list {
		if r.Damage != nil {
			continue
		}
		if err := r.adopt(key, r.Entries); err != nil {
			return err
		}
	}
	return nil
}

func (r *Run) newHead() (head, error) {
	info, err := r.store.ReadFile(r.name(runFile))
	sum := sha256.Sum256(info)
	return head{FormatVersion: headVersion, ID: r.Info.ID, Seq: r.Info.Seq, Command: r.Info.Command, Farm: r.Info.Farm.GUID, Info: hex.EncodeToString(sum[:]), Plan: r.Info.Digest}, err
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

// MayHaveWritten tells whether the farm took, or may have taken, a write of the
// run: one that was not answered counts, if only because the answer could not be
// noted.
func (r *Run) MayHaveWritten() bool {
	unanswered := map[string]bool{} // changes may be under way side by side
	for _, e := range r.Entries {
		switch {
		case e.Event == "send" && e.Request != ActivateRequest:
			unanswered[e.Address] = true
		case e.Event == "answer" && (e.Error == "" || e.Error == "unknown-outcome" || e.Error == "server"):
			return true
		case e.Event == "answer":
			delete(unanswered, e.Address)
		}
	}
	return len(unanswered) > 0
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

// Now gives the run with today's names of kinds in its journal.
func (r *Run) Now(cat *model.Catalog) *Run {
	out := *r
	out.Entries = append([]Entry(nil), r.Entries...)
	for i := range out.Entries {
		e := &out.Entries[i]
		e.Address = cat.AddressNow(e.Address)
		if e.Object != "" {
			e.Object = cat.AddressNow(e.Object)
		}
	}
	return &out
}

// Made lists the ids of what the run made, by address.
func (r *Run) Made() map[string][]string {
	out := map[string][]string{}
	for _, e := range r.Entries {
		if e.Event == "made" {
			address := e.Object
			if address == "" {
				address = e.Address
			}
			out[address] = append(out[address], e.ID)
		}
	}
	return out
}

// Beside are the ids of the objects that had the name of one that the run makes
// when it first sent the create, as Entry.Beside has them, by address.
func (r *Run) Beside() map[string]string {
	out := map[string]string{}
	for _, e := range r.Entries {
		address := e.Object
		if address == "" {
			address = e.Address
		}
		if e.Event == "send" && e.Does == "create" && out[address] == "" {
			out[address] = e.Beside
		}
	}
	return out
}

// Unanswered are the creates of which nobody knows what became, by the address of
// the object, with the time at which they were sent.
func (r *Run) Unanswered() map[string]time.Time {
	out := map[string]time.Time{}
	sent := map[string]string{} // what is being made, by the change that it is for
	for _, e := range r.Entries {
		switch {
		case e.Event == "send" && e.Does == "create":
			made := e.Object
			if made == "" {
				made = e.Address
			}
			sent[e.Address] = made
			out[made] = e.Time
		case e.Event == "answer" && sent[e.Address] != "":
			if e.Error != "unknown-outcome" || e.Status == 500 {
				delete(out, sent[e.Address])
			}
			delete(sent, e.Address)
		case e.Event == "made":
			delete(out, e.Address)
			delete(out, e.Object)
		}
	}
	return out
}

// MetForeign tells whether the run stopped because others had staged changes.
func (r *Run) MetForeign() bool {
	met := false
	for _, e := range r.Entries {
		switch e.Event {
		case Foreign:
			met = true
		case "applied":
			met = false
		}
	}
	return met
}

// Overrides are the reasons that were given to begin the run, or to go on with
// it, outside the change windows.
func (r *Run) Overrides() []string {
	var out []string
	if r.Info.Override != "" {
		out = append(out, r.Info.Override)
	}
	for _, e := range r.Entries {
		if e.Override != "" && !slices.Contains(out, e.Override) {
			out = append(out, e.Override)
		}
	}
	return out
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
		switch e.Event {
		case "done":
			out[e.Address+" "+e.Action] = true
		case Undone:
			delete(out, e.Address+" "+e.Action)
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
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("run %s: %w: %s is missing", r.Info.ID, ErrDamaged, planFile)
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
	switch {
	case err == nil:
		return s, nil
	case errors.Is(err, fs.ErrNotExist) && !r.HasSnapshot() && (r.head == nil || r.head.Snapshot == ""):
		return nil, &NoSnapshotError{ID: r.Info.ID, Wrote: r.Wrote()}
	case errors.Is(err, fs.ErrNotExist) && !r.HasSnapshot():
		err = fmt.Errorf("%w: %s is missing", ErrSnapshot, snapshotFile)
	}
	return nil, fmt.Errorf("run %s: %w", r.Info.ID, err)
}

// Create puts the description and the plan of a new run on disk.
func (r *Run) Create(p *plan.File) error {
	if err := r.store.KeepFromGit(); err != nil {
		return err
	}
	key, err := r.store.needKey()
	if err != nil {
		return err
	}
	if err := r.store.adoptAll(key); err != nil {
		return err
	}
	if err := r.store.MkdirAll(headsFolder); err != nil {
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
	h, err := r.newHead()
	if err != nil {
		return err
	}
	if err := r.store.writeHead(h, key); err != nil {
		return err
	}
	if err := r.store.count(r, key); err != nil {
		return err
	}
	text, err := p.Text()
	if err != nil {
		return err
	}
	return r.store.WriteFile(r.name(planFile), text)
}

// Picture reads a picture that a run of the workspace has kept, by its digest; nil if
// none has.
func (s *Store) Picture(digest string) []byte {
	if data, err := s.Blobs().Get(digest); err == nil {
		return data
	}
	if !blobName.MatchString(digest) {
		return nil
	}
	list, err := s.ReadDir(runsFolder)
	if err != nil {
		return nil
	}
	for _, e := range list { // snapshots of version 1 kept them beside
		data, err := s.ReadFile(path.Join(runsFolder, e.Name(), filesFolder, digest))
		if err == nil && hexSum(data) == digest {
			return data
		}
	}
	return nil
}

// HasSnapshot tells whether the run saved anything.
func (r *Run) HasSnapshot() bool { return r.store.Exists(r.name(snapshotFile)) }
