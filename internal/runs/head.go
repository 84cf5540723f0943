package runs

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
)

// headsFolder holds what is kept apart of each run. It lies among the runs, so
// that who copies the runs to another place takes it along.
const headsFolder = runsFolder + "/.heads"

// headVersion is the version of a head.
const headVersion = "1"

// headSize is the room a head takes: it is written over itself, and never cut.
const headSize = 1024

// head is what is kept of a run apart from it: how far its journal went, and what
// the digests of its files are. So it is noticed when lines are missing at the end
// of a journal, when a file of a run is another, and when a whole run is gone. It
// is sealed with the key of the workspace, if there is one.
type head struct {
	FormatVersion string `json:"formatVersion"`
	ID            string `json:"id"`
	Seq           int    `json:"seq"`
	Command       string `json:"command"`
	Farm          string `json:"farm"`               // its GUID
	Info          string `json:"info"`               // SHA-256 of run.json
	Plan          string `json:"plan"`               // digest of plan.json
	Snapshot      string `json:"snapshot,omitempty"` // digest of snapshot.json, once it is there
	Lines         int    `json:"lines"`              // of the journal, at least
	Hash          string `json:"hash,omitempty"`     // of the last of them
	Pruned        bool   `json:"pruned,omitempty"`
	Seal          string `json:"seal,omitempty"`
}

func headName(id string) string { return path.Join(headsFolder, id) }

func (h head) seal(key []byte) string {
	h.Seal = ""
	data, _ := json.Marshal(h) // text and numbers alone
	mac := hmac.New(sha256.New, key)
	mac.Write(data)
	return hex.EncodeToString(mac.Sum(nil))
}

// text is the head as it stands on disk.
func (h head) text(key []byte) ([]byte, error) {
	if key != nil {
		h.Seal = h.seal(key)
	}
	data, err := json.Marshal(h)
	if err != nil {
		return nil, err
	}
	if len(data) >= headSize {
		return nil, fmt.Errorf("the head of run %s is too long", h.ID)
	}
	return append(append(data, bytes.Repeat([]byte{' '}, headSize-1-len(data))...), '\n'), nil
}

// ErrHead says that what is kept apart of a run was changed.
var ErrHead = errors.New("what is kept apart of the run was changed")

// ErrNewer says that a newer rassync wrote a file.
var ErrNewer = errors.New("a newer rassync wrote it: use that one")

func (s *Store) readHead(id string, key []byte) (*head, error) {
	data, err := s.ReadFile(headName(id))
	if err != nil {
		return nil, err
	}
	h := &head{}
	if err := json.Unmarshal(data, h); err != nil {
		return nil, fmt.Errorf("%w (%s)", ErrHead, headName(id))
	}
	if h.FormatVersion != headVersion {
		return nil, fmt.Errorf("%w (%s has format %q, this rassync reads %s)", ErrNewer, headName(id), h.FormatVersion, headVersion)
	}
	if h.ID != id || key != nil && !hmac.Equal([]byte(h.Seal), []byte(h.seal(key))) {
		return nil, fmt.Errorf("%w (%s)", ErrHead, headName(id))
	}
	return h, nil
}

// readHeads reads all that is kept apart; nil if nothing is, because the runs are
// of older versions or were copied without it.
func (s *Store) readHeads(key []byte) (map[string]*head, map[string]error, error) {
	list, err := s.ReadDir(headsFolder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	heads, bad := map[string]*head{}, map[string]error{}
	for _, e := range list {
		if e.IsDir() || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		h, err := s.readHead(e.Name(), key)
		if err != nil {
			bad[e.Name()] = err
			continue
		}
		heads[e.Name()] = h
	}
	return heads, bad, nil
}

// headFile is the head of a run that is under way.
type headFile struct {
	head
	key []byte
	f   *os.File
}

func (s *Store) openHead(id string, key []byte) (*headFile, error) {
	h, err := s.readHead(id, key)
	if err != nil {
		return nil, err
	}
	f, err := s.OpenFile(headName(id), os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	return &headFile{head: *h, key: key, f: f}, nil
}

// line notes that a line is on the disk. It is not flushed: a power cut may leave
// a head that lags behind its journal, and never one that runs ahead.
func (h *headFile) line(n int, hash string) error {
	h.Lines, h.Hash = n, hash
	data, err := h.text(h.key)
	if err != nil {
		return err
	}
	_, err = h.f.WriteAt(data, 0)
	return err
}

// writeHead writes a head whole.
func (s *Store) writeHead(h head, key []byte) error {
	data, err := h.text(key)
	if err != nil {
		return err
	}
	return s.WriteFile(headName(h.ID), data)
}

// check holds a run against what is kept apart of it.
func (h *head) check(r *Run, info []byte) error {
	sum := sha256.Sum256(info)
	switch {
	case hex.EncodeToString(sum[:]) != h.Info:
		return fmt.Errorf("%w: %s is not what the run wrote", ErrDamaged, runFile)
	case h.Lines > len(r.Entries) && len(r.Entries) == 0:
		return fmt.Errorf("%w: %s is missing or empty, it had %d lines", ErrDamaged, journalFile, h.Lines)
	case h.Lines > len(r.Entries):
		return fmt.Errorf("%w: %d lines at the end of %s are missing", ErrDamaged, h.Lines-len(r.Entries), journalFile)
	case h.Lines > 0 && r.Entries[h.Lines-1].Hash != h.Hash:
		return fmt.Errorf("%w: %s is not what the run wrote", ErrDamaged, journalFile)
	}
	return nil
}
