package runs

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"sync"
	"time"
)

// journalVersion is the version of a line. Version 1 had none, and knew no fields
// but its own. A line of a newer version is named as such, not as damage; fields
// may be added within a version: see the comment of Entry.
const journalVersion = 2

// Entry is one line of a journal. It holds no value of the configuration and
// no secret: what was sent can be seen in the plan beside it.
//
// A new field goes before Prev, with omitempty. Versions that do not know it pass
// over it, and the chain holds nevertheless: a line's hash is over its bytes up to
// the field "hash", which stays the last.
type Entry struct {
	V       int       `json:"v,omitempty"`
	Seq     int       `json:"seq"`
	Time    time.Time `json:"time"`
	Event   string    `json:"event"` // run, begin, send, answer, made, copied, done, failed, read, applied, finished
	Address string    `json:"address,omitempty"`
	Action  string    `json:"action,omitempty"`
	Request string    `json:"request,omitempty"` // method and path
	Status  int       `json:"status,omitempty"`
	ID      string    `json:"id,omitempty"` // of the object that is written, or was made
	// Object is the address of the object that is written, where it is not that
	// of the change: what refers to a replaced object, or its new one.
	Object string `json:"object,omitempty"`
	// Does says what the request does: create, delete or update the object, add or
	// remove an entry of one of its lists. Fields are the properties that it
	// brings, as a plan names them. Runs of earlier versions have neither.
	Does   string   `json:"does,omitempty"`
	Fields []string `json:"fields,omitempty"`
	// Beside are, of a create, the ids of the objects of that name that were there
	// before, separated by commas, or "none": what it makes is none of them.
	Beside string `json:"beside,omitempty"`
	// Reads are, after the last write, the properties that read back otherwise
	// than written, with the hash of what is read.
	Reads  map[string]string `json:"reads,omitempty"`
	Site   string            `json:"site,omitempty"`
	Who    string            `json:"who,omitempty"`
	Digest string            `json:"digest,omitempty"` // of the plan
	Result string            `json:"result,omitempty"`
	// Override is the reason to begin, or to go on, outside the change windows.
	Override string `json:"override,omitempty"`
	Error    string `json:"error,omitempty"`
	// Prev is the hash of the line before, Hash that of this line: a changed line
	// is noticed.
	Prev string `json:"prev"`
	Hash string `json:"hash"`
}

// sumV1 is the hash of a line of version 1: of the line with an empty hash.
func (e Entry) sumV1() string {
	e.Hash = ""
	data, _ := json.Marshal(e)
	return hexSum(data)
}

// noHash is how a line ends before it has its hash.
const noHash = `,"hash":""}`

// line writes the entry as a line, with its hash.
func (e *Entry) line() ([]byte, error) {
	e.Hash = ""
	data, err := json.Marshal(e)
	if err != nil {
		return nil, err
	}
	data = bytes.TrimSuffix(data, []byte(noHash))
	e.Hash = hexSum(data)
	return fmt.Appendf(data, `,"hash":"%s"}`+"\n", e.Hash), nil
}

// parseEntry reads a line. The error is ErrNewer for a line of a version that this
// rassync does not know.
func parseEntry(line []byte) (e Entry, sum string, err error) {
	var version struct {
		V int `json:"v"`
	}
	if err := json.Unmarshal(line, &version); err != nil {
		return e, "", err
	}
	switch {
	case version.V > journalVersion:
		return e, "", fmt.Errorf("%w (its lines have format %d, this rassync reads up to %d)", ErrNewer, version.V, journalVersion)
	case version.V == journalVersion:
		end := bytes.LastIndex(line, []byte(`,"hash":"`))
		if end < 0 {
			return e, "", errors.New("it has no hash")
		}
		return e, hexSum(line[:end]), json.Unmarshal(line, &e)
	}
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	if err := d.Decode(&e); err != nil {
		return e, "", err
	}
	return e, e.sumV1(), nil
}

// Journal is an append-only file; every line is on the disk before Append
// returns. Lines that are written at the same time are flushed together.
type Journal struct {
	f    *os.File
	head *headFile // nil in tests
	now  func() time.Time

	mu      sync.Mutex
	entries []Entry
	at      place
	cuts    int   // how often lines were taken off again
	cause   error // of the last time

	flushing sync.Mutex // who has it flushes; taken before mu
	safe     place      // what is on the disk
}

// place is how far a journal goes.
type place struct {
	end  int64 // of the lines
	seq  int
	hash string // of the last line
}

// openJournal opens a journal to write on, making it if needed. A torn last
// line (the process died while writing it) is cut off.
func openJournal(s *Store, name string, now func() time.Time) (*Journal, error) {
	entries, good, err := readJournal(s, name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	f, err := s.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := f.Truncate(good); err != nil {
		f.Close()
		return nil, err
	}
	// The file itself, and what was written beside it, must be found again
	// after a power cut.
	for _, dir := range []string{path.Dir(name), path.Dir(path.Dir(name))} {
		if err := s.Flush(dir); err != nil {
			f.Close()
			return nil, err
		}
	}
	j := &Journal{f: f, entries: entries, now: now, at: place{end: good}}
	if n := len(entries); n > 0 {
		j.at.seq, j.at.hash = entries[n-1].Seq, entries[n-1].Hash
	}
	j.safe = j.at
	return j, nil
}

// Append writes one line and waits until it is on the disk.
func (j *Journal) Append(e Entry) error {
	wait, err := j.Write(e)
	if err != nil {
		return err
	}
	return wait()
}

// Write writes one line. It is on the disk when wait returns without an error.
func (j *Journal) Write(e Entry) (wait func() error, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	e.V, e.Seq, e.Time, e.Prev = journalVersion, j.at.seq+1, j.now().UTC(), j.at.hash
	data, err := e.line()
	if err != nil {
		return nil, err
	}
	if _, err = j.f.WriteAt(data, j.at.end); err != nil {
		// Half a line, on a full disk say, would end the chain for whoever writes on.
		_ = j.f.Truncate(j.at.end)
		return nil, fmt.Errorf("writing the journal: %w", err)
	}
	j.at = place{end: j.at.end + int64(len(data)), seq: e.Seq, hash: e.Hash}
	j.entries = append(j.entries, e)
	seq, cuts := e.Seq, j.cuts
	return func() error { return j.flush(seq, cuts) }, nil
}

// flush waits until a line is on the disk, with all that were written by then.
func (j *Journal) flush(seq, cuts int) error {
	j.flushing.Lock()
	defer j.flushing.Unlock()
	j.mu.Lock()
	to, cut, cause := j.at, j.cuts != cuts, j.cause
	j.mu.Unlock()
	switch {
	case j.safe.seq >= seq:
		return nil // another one's flush took it along
	case cut:
		return cause
	}
	if err := j.f.Sync(); err != nil {
		return j.cut(fmt.Errorf("writing the journal: %w", err))
	}
	j.safe = to
	if j.head != nil {
		if err := j.head.line(to.seq, to.hash); err != nil {
			return fmt.Errorf("writing the journal: %w", err)
		}
	}
	return nil
}

// cut takes off the lines that did not get to the disk.
func (j *Journal) cut(cause error) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	_ = j.f.Truncate(j.safe.end)
	j.at, j.entries = j.safe, j.entries[:j.safe.seq:j.safe.seq]
	j.cuts, j.cause = j.cuts+1, cause
	return cause
}

// Entries are the lines of the journal: those that were read, and those that were
// written since.
func (j *Journal) Entries() []Entry {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.entries
}

// Close closes the file.
func (j *Journal) Close() error {
	err := j.f.Close()
	if j.head != nil {
		if cerr := j.head.f.Close(); err == nil {
			err = cerr
		}
	}
	return err
}

// ErrJournal says that a journal's lines do not belong together.
var ErrJournal = errors.New("the journal was changed")

// readJournal reads a journal and checks its chain. A torn last line is left
// out.
func readJournal(s *Store, name string) ([]Entry, int64, error) {
	f, err := s.OpenFile(name, os.O_RDONLY, 0)
	if err != nil {
		return nil, 0, err
	}
	defer f.Close()
	return parseJournal(f)
}

// parseJournal gives the good entries and where they end.
func parseJournal(r io.Reader) ([]Entry, int64, error) {
	var entries []Entry
	var good int64
	br := bufio.NewReader(r)
	prev := ""
	for n := 1; ; n++ {
		line, err := br.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return entries, good, nil // what is left has no end of line: torn
		}
		if err != nil {
			return nil, 0, err
		}
		e, sum, err := parseEntry(line)
		if errors.Is(err, ErrNewer) {
			return nil, 0, err
		}
		if err != nil {
			if _, more := br.Peek(1); more == io.EOF {
				return entries, good, nil
			}
			return nil, 0, fmt.Errorf("%w: line %d is no journal line", ErrJournal, n)
		}
		if e.Prev != prev || e.Hash != sum || e.Seq != n {
			return nil, 0, fmt.Errorf("%w: line %d does not follow from the line before", ErrJournal, n)
		}
		prev = e.Hash
		entries = append(entries, e)
		good += int64(len(line))
	}
}

// What the journal says of an activation: its request, and why it came.
const (
	ActivateRequest = "POST /api/Settings/apply"
	ActivatedBefore = "before" // a change that needs it
	ActivatedWithin = "within" // a change
	ActivatedEntry  = "entry"  // for a new entry of a list to be shown
)

// Checked is the event of a run that has read back what it had written: whatever
// differs from what it noted then was changed by somebody.
const Checked = "checked"

// Undone is the event of a change that was done and was taken back by the same run.
const Undone = "undone"

// Foreign is the event of a run that met changes of others before an activation.
const Foreign = "foreign"

// Begun lists the addresses for which something was sent, or may have been; an
// activation before a change is none of it.
func Begun(entries []Entry) map[string]bool {
	out := map[string]bool{}
	for _, e := range entries {
		if e.Event == "send" && e.Address != "" && !(e.Request == ActivateRequest && e.ID == ActivatedBefore) {
			out[e.Address] = true
		}
	}
	return out
}
