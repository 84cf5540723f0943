package runs

import (
	"crypto/hmac"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
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
	// From is the number from which on a run that is neither there nor pruned is
	// missing; 0: earlier versions did not write down what they pruned.
	From int `json:"from,omitempty"`
	// Pruned are the numbers of the runs that were pruned: 1-7,9.
	Pruned string `json:"pruned,omitempty"`
	// Lost: this file was gone, and all runs with it.
	Lost bool   `json:"lost,omitempty"`
	Seal string `json:"seal,omitempty"`
}

func (q sequence) seal(key []byte) string {
	h := head{FormatVersion: q.FormatVersion, Seq: q.Last, ID: q.ID, Farm: q.Farm}
	if q.From > 0 || q.Pruned != "" || q.Lost {
		h.Info = fmt.Sprintf("%d %s %t", q.From, q.Pruned, q.Lost)
	}
	return h.seal(key)
}

// span is a range of numbers, both ends included.
type span struct{ first, last int }

// pruned reads the numbers of the runs that were pruned.
func (q sequence) pruned() []span {
	var out []span
	for _, text := range strings.Split(q.Pruned, ",") {
		first, last, isRange := strings.Cut(text, "-")
		a, errA := strconv.Atoi(first)
		b := a
		var errB error
		if isRange {
			b, errB = strconv.Atoi(last)
		}
		if errA == nil && errB == nil {
			out = append(out, span{a, b})
		}
	}
	return out
}

// addPruned notes that a run was pruned.
func (q *sequence) addPruned(n int) {
	list := append(q.pruned(), span{n, n})
	slices.SortFunc(list, func(x, y span) int { return x.first - y.first })
	var out []string
	at := list[0]
	flush := func() {
		if at.first == at.last {
			out = append(out, strconv.Itoa(at.first))
			return
		}
		out = append(out, fmt.Sprintf("%d-%d", at.first, at.last))
	}
	for _, s := range list[1:] {
		if s.first <= at.last+1 {
			at.last = max(at.last, s.last)
			continue
		}
		flush()
		at = s
	}
	flush()
	q.Pruned = strings.Join(out, ",")
}

// gaps lists the numbers of the runs that are neither there nor pruned.
func (q sequence) gaps(there map[int]bool) []int {
	if q.From == 0 {
		return nil
	}
	for _, s := range q.pruned() {
		for n := max(s.first, q.From); n <= min(s.last, q.Last); n++ {
			there[n] = true
		}
	}
	var out []int
	for n := q.From; n <= q.Last; n++ {
		if !there[n] {
			out = append(out, n)
		}
	}
	return out
}

// startSequence begins to count the runs of a workspace before it gets its key: from
// then on a workspace with a key and without a count has lost it. A count that is
// there is sealed with the new key.
func (s *Store) startSequence(key []byte) error {
	if s.Exists(sequenceFile) {
		q, err := s.readSequence(nil)
		if err != nil {
			return err
		}
		return s.writeSequence(q, key)
	}
	last, err := s.next(nil)
	if err != nil {
		return err
	}
	return s.writeSequence(sequence{Last: last - 1, From: last}, key)
}

// lost tells whether the runs of the workspace were taken away together with the
// count of them.
func (s *Store) lost(key []byte, q sequence, runs bool) bool {
	return q.Lost || key != nil && !runs && !s.Exists(sequenceFile)
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

// count notes a new run as the newest.
func (s *Store) count(r *Run, key []byte) error {
	list, err := s.ReadDir(runsFolder)
	if err != nil {
		return err
	}
	q, err := s.readSequence(key)
	if err != nil {
		return err
	}
	q.Lost = s.lost(key, q, slices.ContainsFunc(list, func(e fs.DirEntry) bool { return e.Name() != r.Info.ID && !strings.HasPrefix(e.Name(), ".") }))
	if q.From == 0 {
		q.From = r.Info.Seq
	}
	q.Last, q.ID, q.Farm = r.Info.Seq, r.Info.ID, r.Info.Farm.GUID
	return s.writeSequence(q, key)
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
