package runs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
	"time"

	"github.com/gofrs/flock"
)

// Holder is who holds the lock of a workspace, from where, since when.
type Holder struct {
	Who     string    `json:"who"`
	Host    string    `json:"host"`
	PID     int       `json:"pid"`
	Since   time.Time `json:"since"`
	Command string    `json:"command"`
}

// String names the holder.
func (h Holder) String() string {
	if h.PID == 0 {
		return "somebody whose name cannot be read"
	}
	return fmt.Sprintf("%s on %s (process %d, %s, since %s)", h.Who, h.Host, h.PID, h.Command, h.Since.UTC().Format(time.RFC3339))
}

// lockPoll is how often a held lock is looked at while waiting for it.
const lockPoll = 200 * time.Millisecond

// LockedError says that somebody else is at work in the workspace.
type LockedError struct {
	Holder Holder // PID 0: his name cannot be read
}

// Error names the holder.
func (e *LockedError) Error() string { return "the workspace is locked by " + e.Holder.String() }

// Lock takes the lock of the workspace for me; it waits for it as long as
// allowed. The operating system holds it: it ends with the process, whatever
// ends that. The file names the holder, for messages alone: who finds a name in
// it and no lock, took it over from a process that died. told hears of the holder
// that is waited for, took of the one that died.
func (s *Store) Lock(ctx context.Context, me Holder, wait time.Duration, told, took func(Holder)) (release func(), err error) {
	if err := s.MkdirAll("."); err != nil {
		return nil, err
	}
	deadline := time.Now().Add(wait)
	for waiting := false; ; {
		before := s.holder()
		release, err := s.tryLock(me)
		if err != nil {
			return nil, err
		}
		if release != nil {
			if before.PID > 0 {
				took(before)
			}
			if err := s.sweep(); err != nil {
				release()
				return nil, err
			}
			return release, nil
		}
		if wait > 0 && !waiting {
			told(before)
			waiting = true
		}
		if !time.Now().Before(deadline) {
			return nil, &LockedError{Holder: s.holder()}
		}
		t := time.NewTimer(lockPoll)
		select {
		case <-ctx.Done():
			t.Stop()
			return nil, ctx.Err()
		case <-t.C:
		}
	}
}

// tryLock takes the lock if nobody holds it.
func (s *Store) tryLock(me Holder) (release func(), err error) {
	path := s.Path(lockFile)
	// What is there is opened by its path: it must be no link and no pipe.
	if err := s.in(func(r *os.Root) error { return s.guard(r, lockFile) }); err != nil {
		return nil, err
	}
	for {
		l := flock.New(path, flock.SetFlag(os.O_CREATE|os.O_RDWR), flock.SetPermissions(0o600))
		switch got, err := l.TryLock(); {
		case errors.Is(err, fs.ErrNotExist):
			return nil, err
		case err != nil:
			return nil, fmt.Errorf("locking the workspace: %w (it must be on a file system that has locks)", err)
		case !got:
			return nil, l.Close()
		}
		mine, err := l.Stat()
		if err == nil {
			// Whoever held it before may have removed the file that was opened here.
			var there fs.FileInfo
			if there, err = os.Stat(path); err == nil && !os.SameFile(mine, there) || errors.Is(err, fs.ErrNotExist) {
				if err = l.Close(); err == nil {
					continue
				}
			}
		}
		if err == nil {
			err = s.writeHolder(me)
		}
		if err != nil {
			l.Close()
			return nil, fmt.Errorf("locking the workspace: %w", err)
		}
		return func() { unlock(l, path) }, nil
	}
}

// unlock gives the lock back. The file goes first, where that can be: who opened
// it meanwhile sees that it is gone, and looks again. Windows lets nobody remove a
// file that is open, so there it goes after, unless somebody has it by then.
func unlock(l *flock.Flock, path string) {
	if runtime.GOOS != "windows" {
		os.Remove(path)
		l.Close()
		return
	}
	l.Close()
	os.Remove(path)
}

// The first byte of the file is what Windows locks: nobody else can read or write
// it then. The holder stands behind it.
const holderAt = 1

func (s *Store) writeHolder(h Holder) error {
	data, err := json.Marshal(h)
	if err != nil {
		return err
	}
	f, err := s.OpenFile(lockFile, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteAt(append(data, '\n'), holderAt)
	if err == nil {
		err = f.Truncate(holderAt + int64(len(data)) + 1)
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return err
}

// holder is whom the file names, the zero Holder if nobody. Versions before this
// one wrote from the first byte on.
func (s *Store) holder() Holder {
	var h Holder
	f, err := s.OpenFile(lockFile, os.O_RDONLY, 0)
	if err != nil {
		return h
	}
	defer f.Close()
	const most = 64 << 10
	data, err := io.ReadAll(io.NewSectionReader(f, holderAt, most))
	if err == nil && json.Unmarshal(data, &h) == nil {
		return h
	}
	if data, err = io.ReadAll(io.NewSectionReader(f, 0, most)); err != nil || json.Unmarshal(data, &h) != nil {
		return Holder{}
	}
	return h
}
