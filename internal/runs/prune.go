package runs

import (
	"fmt"
	"strings"

	"rassync/internal/model"
)

// PruneOptions say which snapshots stay.
type PruneOptions struct {
	Keep   int // the newest ones
	DryRun bool
}

// Pruned is what a prune has removed.
type Pruned struct {
	Removed []string     // runs whose snapshot is gone
	Kept    []KeptBeyond // old ones that stay nevertheless
	Blobs   int
	Bytes   int64
	// Unswept says why no blob was removed.
	Unswept string
}

// KeptBeyond is a snapshot that is too old and stays.
type KeptBeyond struct {
	ID  string
	Why string
}

// Prune removes the snapshots beyond the newest, and the blobs that nobody
// needs any more; the caller holds the lock. The manifest goes first: a crash in
// between leaves blobs that nobody needs, which the next prune removes, and never
// a snapshot that lacks one. What a run did stays in its journal.
func (s *Store) Prune(o PruneOptions) (*Pruned, error) {
	runs, err := s.Runs()
	if err != nil {
		return nil, err
	}
	p := &Pruned{Removed: []string{}, Kept: []KeptBeyond{}}
	var stay []*Run
	n := 0
	for _, r := range runs {
		if !r.HasSnapshot() {
			continue
		}
		n++
		why := unfinished(r, runs)
		switch {
		case n <= o.Keep:
			stay = append(stay, r)
		case why != "":
			stay = append(stay, r)
			p.Kept = append(p.Kept, KeptBeyond{r.Info.ID, why})
		default:
			if !o.DryRun {
				if err := r.dropSnapshot(); err != nil {
					return p, err
				}
			}
			p.Removed = append(p.Removed, r.Info.ID)
		}
	}
	needed, err := neededBlobs(stay)
	if err != nil {
		p.Unswept = err.Error()
		return p, nil
	}
	p.Blobs, p.Bytes, err = s.Blobs().Sweep(needed, o.DryRun)
	return p, err
}

// unfinished tells why the snapshot of a run may still be needed: the run can
// be resumed or must be taken back.
func unfinished(r *Run, runs []*Run) string {
	if r.Damage != nil {
		return "its journal is damaged: nobody knows whether it was finished"
	}
	switch state := r.State(); state {
	case "done", "not converged", "not verified", "not started":
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
		if err != nil {
			return nil, fmt.Errorf("the snapshot of run %s cannot be read, and may need any of the blobs: %w", r.Info.ID, err)
		}
		for _, digest := range s.Blobs() {
			needed[digest] = true
		}
	}
	return needed, nil
}

// dropSnapshot removes the manifest, then what snapshots of version 1 have
// beside it.
func (r *Run) dropSnapshot() error {
	if err := r.store.Remove(r.name(snapshotFile)); err != nil {
		return err
	}
	if err := r.store.Flush(r.name()); err != nil {
		return err
	}
	return r.store.RemoveAll(r.name(filesFolder))
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
	return s + " and " + model.Count(p.Blobs, "blob", "blobs") + fmt.Sprintf(" (%d bytes)", p.Bytes)
}
