package runs

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"time"

	"rassync/internal/model"
)

// PruneOptions say which runs stay. One that is not finished stays whatever they
// say, and so does the newest.
type PruneOptions struct {
	// Keep is how many of the newest stay; without OlderThan and MaxSize all others
	// go, with them it is the least.
	Keep int
	// OlderThan lets only runs go that began before this time; zero: any.
	OlderThan time.Time
	// MaxSize lets the oldest go until runs and snapshots take no more bytes; 0: it
	// does not matter.
	MaxSize int64
	DryRun  bool
}

// Pruned is what a prune has removed.
type Pruned struct {
	Removed []string     // runs that are gone, with plan, journal and snapshot
	Kept    []KeptBeyond // old ones that stay nevertheless
	Blobs   int
	Bytes   int64 // freed in all
	// Unswept says why no blob was removed.
	Unswept string
}

// KeptBeyond is a run that is too old and stays.
type KeptBeyond struct {
	ID  string
	Why string
}

// Prune removes old runs whole, and the blobs that nobody needs any more; the caller
// holds the lock. That a run goes is noted apart first: a crash in between leaves
// files that the next prune removes, and never a run that looks damaged.
func (s *Store) Prune(o PruneOptions) (*Pruned, error) {
	key, err := s.Key()
	if err != nil {
		return nil, err
	}
	if !o.DryRun {
		if key, err = s.needKey(); err != nil {
			return nil, err
		}
		if err := s.adoptAll(key); err != nil {
			return nil, err
		}
		if err := s.finishPrune(key); err != nil {
			return nil, err
		}
	}
	list, err := s.Runs()
	if err != nil {
		return nil, err
	}
	p := &Pruned{Removed: []string{}, Kept: []KeptBeyond{}}
	goes, err := s.choose(list, o, p)
	if err != nil {
		return nil, err
	}
	var stay []*Run
	for _, r := range list {
		if !goes[r] {
			stay = append(stay, r)
			continue
		}
		size, err := s.size(r.name())
		if err != nil {
			return p, err
		}
		if !o.DryRun {
			if err := r.drop(key); err != nil {
				return p, err
			}
		}
		p.Removed, p.Bytes = append(p.Removed, r.Info.ID), p.Bytes+size
	}
	needed, err := neededBlobs(stay)
	if err != nil {
		p.Unswept = err.Error()
		return p, nil
	}
	n, size, err := s.Blobs().Sweep(needed, o.DryRun)
	p.Blobs, p.Bytes = n, p.Bytes+size
	return p, err
}

// choose picks the runs that go; those that are too old and stay are noted.
func (s *Store) choose(list []*Run, o PruneOptions, p *Pruned) (map[*Run]bool, error) {
	goes := map[*Run]bool{}
	var beyond []*Run // the newest first
	for i, r := range list {
		if i < max(o.Keep, 1) {
			continue
		}
		if why := unfinished(r, list); why != "" {
			p.Kept = append(p.Kept, KeptBeyond{r.Info.ID, why})
			continue
		}
		beyond = append(beyond, r)
		if o.MaxSize == 0 && o.OlderThan.IsZero() || !o.OlderThan.IsZero() && r.Info.Started.Before(o.OlderThan) {
			goes[r] = true
		}
	}
	if o.MaxSize == 0 {
		return goes, nil
	}
	// What a run takes: its folder, and its part of what the blobs take.
	total, err := s.size(runsFolder, blobsFolder)
	if err != nil {
		return nil, err
	}
	shares, err := s.shares(list)
	if err != nil {
		return nil, err
	}
	for r := range goes {
		total -= shares[r]
	}
	for i := len(beyond) - 1; i >= 0 && total > o.MaxSize; i-- {
		if r := beyond[i]; !goes[r] {
			goes[r] = true
			total -= shares[r]
		}
	}
	return goes, nil
}

// shares tells what each run takes; a content that several share counts for the
// newest of them.
func (s *Store) shares(list []*Run) (map[*Run]int64, error) {
	packs, err := s.readPacks()
	if err != nil {
		return nil, err
	}
	out, counted := map[*Run]int64{}, map[string]bool{}
	for _, r := range list {
		size, err := s.size(r.name())
		if err != nil {
			return nil, err
		}
		out[r] = size
		m, err := r.Manifest()
		if err != nil {
			continue
		}
		for _, digest := range m.Blobs() {
			if counted[digest] {
				continue
			}
			counted[digest] = true
			if info, err := s.Stat(blobPath(digest)); err == nil {
				out[r] += info.Size()
			} else {
				out[r] += packs.size(digest)
			}
		}
	}
	return out, nil
}

// size sums up the files in folders.
func (s *Store) size(dirs ...string) (int64, error) {
	var sum int64
	for _, dir := range dirs {
		list, err := s.ReadDir(dir)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return 0, err
		}
		for _, e := range list {
			if e.IsDir() {
				below, err := s.size(path.Join(dir, e.Name()))
				if err != nil {
					return 0, err
				}
				sum += below
			} else if info, err := e.Info(); err == nil {
				sum += info.Size()
			}
		}
	}
	return sum, nil
}

// drop removes a run whole.
func (r *Run) drop(key []byte) error {
	h := head{FormatVersion: headVersion, ID: r.Info.ID, Seq: r.Info.Seq, Command: r.Info.Command, Farm: r.Info.Farm.GUID, Pruned: true}
	if err := r.store.writeHead(h, key); err != nil {
		return err
	}
	q, err := r.store.readSequence(key)
	if err != nil {
		return err
	}
	if q.From > 0 && r.Info.Seq > 0 {
		q.addPruned(r.Info.Seq)
		if err := r.store.writeSequence(q, key); err != nil {
			return err
		}
	}
	if err := r.store.RemoveAll(r.name()); err != nil {
		return err
	}
	return r.store.Remove(headName(r.Info.ID))
}

// finishPrune removes what a prune that died was about to remove.
func (s *Store) finishPrune(key []byte) error {
	heads, _, err := s.readHeads(key)
	if err != nil {
		return err
	}
	for id, h := range heads {
		if !h.Pruned {
			continue
		}
		if err := s.run(Info{ID: id, Seq: h.Seq}).drop(key); err != nil {
			return err
		}
	}
	return nil
}

// unfinished tells why the snapshot of a run may still be needed: the run can
// be resumed or must be taken back.
func unfinished(r *Run, runs []*Run) string {
	if r.Damage != nil {
		return "its journal is damaged: nobody knows whether it was finished"
	}
	switch state := r.State(); state {
	case "done", "not converged", "not verified", "incomplete", "not started":
		return ""
	default:
		for _, other := range runs {
			if other.Info.Command == "rollback" && other.Info.Of == r.Info.ID && other.Damage == nil && other.State() == "done" {
				return ""
			}
		}
		if !r.Wrote() {
			return ""
		}
		return "the run is " + state + ": it can be resumed or rolled back"
	}
}

// neededBlobs lists what these snapshots need. One that cannot be read may
// need anything.
func neededBlobs(runs []*Run) (map[string]bool, error) {
	needed := map[string]bool{}
	for _, r := range runs {
		s, err := r.Manifest()
		if errors.Is(err, fs.ErrNotExist) && !r.HasSnapshot() {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("the snapshot of run %s cannot be read, and may need any of the blobs: %w", r.Info.ID, err)
		}
		for _, digest := range s.Blobs() {
			needed[digest] = true
		}
	}
	return needed, nil
}

// String tells in a line what was removed.
func (p *Pruned) String() string {
	s := "no snapshot"
	if n := len(p.Removed); n > 0 {
		which := strings.Join(p.Removed, ", ")
		if n > 5 {
			which = p.Removed[n-1] + " to " + p.Removed[0]
		}
		s = model.Count(n, "snapshot", "snapshots") + " (" + which + ")"
	}
	s += " and " + model.Count(p.Blobs, "blob", "blobs")
	if len(p.Removed) > 0 {
		s += ", with the plans and journals of their runs"
	}
	return s + fmt.Sprintf(" (%d bytes)", p.Bytes)
}
