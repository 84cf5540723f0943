package runs

import (
	"crypto/hmac"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// sequenceFile says which run is the newest. It lies apart from the runs: that
// the newest is gone, or all of them are, is noticed.
const sequenceFile = "sequence.json"

// sequence counts the runs of a workspace: which one is the newest must not hang
// on a clock.
type sequence struct {
	FormatVersion string `json:"formatVersion"`
	Last          int    `json:"last"`
	ID            string `json:"id,omitempty"` // of that run; "" once it was pruned
	Farm          string `json:"farm,omitempty"`
	Seal          string `json:"seal,omitempty"`
}

func (q sequence) seal(key []byte) string {
	return head{FormatVersion: q.FormatVersion, Seq: q.Last, ID: q.ID, Farm: q.Farm}.seal(key)
}

func (s *Store) readSequence(key []byte) (sequence, error) {
	var q sequence
	data, err := s.ReadFile(sequenceFile)
	if errors.Is(err, fs.ErrNotExist) {
		return q, nil
	}
	if err != nil {
		return q, err
	}
	if json.Unmarshal(data, &q) != nil || q.FormatVersion == "" {
		return q, fmt.Errorf("%w: %s cannot be read", ErrDamaged, s.Path(sequenceFile))
	}
	if q.FormatVersion != "1" {
		return q, fmt.Errorf("%w (%s has format %q)", ErrNewer, s.Path(sequenceFile), q.FormatVersion)
	}
	if key != nil && q.Seal != "" && !hmac.Equal([]byte(q.Seal), []byte(q.seal(key))) {
		return q, fmt.Errorf("%w: %s was changed", ErrDamaged, s.Path(sequenceFile))
	}
	return q, nil
}

func (s *Store) writeSequence(q sequence, key []byte) error {
	q.FormatVersion = "1"
	if key != nil {
		q.Seal = q.seal(key)
	}
	data, err := json.Marshal(q)
	if err != nil {
		return err
	}
	return s.WriteFile(sequenceFile, append(data, '\n'))
}

// next is the number of a new run; the caller holds the lock.
func (s *Store) next(key []byte) (int, error) {
	q, err := s.readSequence(key)
	if err != nil {
		return 0, err
	}
	last := q.Last
	heads, _, err := s.readHeads(key)
	if err != nil {
		return 0, err
	}
	for _, h := range heads {
		last = max(last, h.Seq)
	}
	list, err := s.ReadDir(runsFolder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return 0, err
	}
	for _, e := range list {
		if heads[e.Name()] != nil || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		var info Info
		if data, err := s.ReadFile(path.Join(runsFolder, e.Name(), runFile)); err == nil && json.Unmarshal(data, &info) == nil {
			last = max(last, info.Seq)
		}
	}
	return last + 1, nil
}
