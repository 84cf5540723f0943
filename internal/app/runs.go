package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"path"
	"time"

	"rassync/internal/files"
	"rassync/internal/model"
	"rassync/internal/runs"
)

// Store is the private folder of the workspace.
func (f *Folder) Store() *runs.Store { return runs.Open(f.Dir) }

// FindRun finds a run of the workspace in dir by its id or the beginning of it.
func FindRun(dir, id string) (*runs.Run, error) {
	r, err := runs.Open(dir).Find(id)
	var unknown *runs.UnknownError
	if errors.As(err, &unknown) {
		f := Failf(Input, "%w in %s", err, dir)
		if len(unknown.Hits) == 0 {
			f.Hint = "rassync snapshot list shows the runs"
		}
		return nil, f
	}
	return r, err
}

// lock takes the lock of a workspace; it waits for it as long as allowed.
func (a *App) lock(ctx context.Context, f *Folder, command string, wait time.Duration) (release func(), err error) {
	me := runs.Holder{Who: a.User, Host: a.Host, PID: a.PID, Since: a.Now().UTC(), Command: command}
	release, err = f.Store().Lock(ctx, me, wait,
		func(h runs.Holder) { a.Notice("waiting for the lock of %s", h) },
		func(h runs.Holder) { a.Warn("the lock of %s was taken over: that process is gone", h) })
	var locked *runs.LockedError
	if errors.As(err, &locked) {
		return nil, Failf(Refused, "%w", err).With("wait until that run is over; --lock-timeout 10m waits for you")
	}
	return release, err
}

// PruneOptions say which snapshots stay, and how long to wait for the lock.
type PruneOptions struct {
	runs.PruneOptions
	LockTimeout time.Duration
}

// Prune removes old snapshots of a workspace.
func (a *App) Prune(ctx context.Context, f *Folder, o PruneOptions) (*runs.Pruned, error) {
	if list, err := f.Store().Runs(); err != nil || len(list) == 0 {
		return &runs.Pruned{Removed: []string{}, Kept: []runs.KeptBeyond{}}, err
	}
	// A run that is under way has blobs which no manifest names yet.
	release, err := a.lock(ctx, f, "snapshot prune", o.LockTimeout)
	if err != nil {
		return nil, err
	}
	defer release()
	return f.Store().Prune(o.PruneOptions)
}

// fileOf gives the content of a file that belongs to an object: from what the runs of
// the workspace have kept, or from where the document names it. The digest decides.
func fileOf(workspace string) fileReader {
	return func(src model.Source, ref model.FileRef) ([]byte, error) {
		if data := runs.Open(workspace).Picture(ref.Digest); data != nil {
			return data, nil
		}
		for _, read := range []func() ([]byte, error){
			func() ([]byte, error) { return named(ref) },
			func() ([]byte, error) { return beside(workspace, src, ref) },
		} {
			data, err := read()
			if err != nil || data == nil {
				continue
			}
			if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) == ref.Digest {
				return data, nil
			}
		}
		return nil, fmt.Errorf("the file %s is missing or has changed since the plan was made", ref)
	}
}

// named reads a picture from where it was when its document was read.
func named(ref model.FileRef) ([]byte, error) {
	if ref.Abs == "" {
		return nil, nil
	}
	if err := files.PictureName(ref.Abs); err != nil {
		return nil, err
	}
	return files.ReadNamed(ref.Abs, files.MaxPicture)
}

// beside reads a picture that a document or a plan names, by the rules for what
// documents may name.
func beside(workspace string, src model.Source, ref model.FileRef) ([]byte, error) {
	if ref.Path == "" || src.File == "" {
		return nil, nil
	}
	p, err := files.Inside(path.Dir(src.File), ref.Path)
	if err != nil {
		return nil, err
	}
	root, err := files.Open(workspace)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	data, err := root.Read(p, files.MaxPicture)
	if err != nil {
		return nil, err
	}
	return data, files.Picture(p, data)
}
