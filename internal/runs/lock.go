package runs

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"
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
	return fmt.Sprintf("%s on %s (process %d, %s, since %s)", h.Who, h.Host, h.PID, h.Command, h.Since.UTC().Format(time.RFC3339))
}

// lockPoll is how often a held lock is looked at while waiting for it.
const lockPoll = 200 * time.Millisecond

// LockedError says that somebody else is at work in the workspace.
type LockedError struct {
	Holder Holder // PID 0: his name cannot be read
	Path   string // of the lock
}

// Error names the holder.
func (e *LockedError) Error() string {
	if e.Holder.PID == 0 {
		return "the workspace is locked by somebody whose name cannot be read"
	}
	return "the workspace is locked by " + e.Holder.String()
}

// Lock takes the lock of the workspace for me; it waits for it as long as
// allowed. The lock of a process that is gone is taken over. told hears of the
// holder that is waited for, took of the one whose lock was taken over.
func (s *Store) Lock(ctx context.Context, me Holder, wait time.Duration, told, took func(Holder)) (release func(), err error) {
	path := s.Path(lockFile)
	if err := s.MkdirAll("."); err != nil {
		return nil, err
	}
	data, err := json.Marshal(me)
	if err != nil {
		return nil, err
	}
	deadline := time.Now().Add(wait)
	for waiting := false; ; {
		err := putLock(path, data)
		if err == nil {
			return func() { os.Remove(path) }, nil
		}
		if !errors.Is(err, fs.ErrExist) {
			return nil, err
		}
		held, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		var h Holder
		if json.Unmarshal(held, &h) != nil {
			h = Holder{}
		}
		if h.PID > 0 && strings.EqualFold(h.Host, me.Host) && !alive(h.PID) {
			if takeAway(path, held) {
				took(h)
			}
			continue
		}
		if !time.Now().Before(deadline) {
			return nil, &LockedError{Holder: h, Path: path}
		}
		if !waiting {
			told(h)
			waiting = true
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

// putLock makes the lock file, whole or not at all: a process that is killed
// at any moment leaves no lock of which nobody knows whose it is. The error is
// fs.ErrExist if there is one already.
func putLock(path string, data []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), "lock.new-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(data)
	if cerr := tmp.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return err
	}
	if err = os.Link(tmp.Name(), path); err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	// A file system without links.
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	if cerr := file.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		os.Remove(path)
	}
	return err
}

// takeAway removes a stale lock. It is moved aside first and looked at again,
// so that a lock that somebody took in between is given back.
func takeAway(path string, stale []byte) bool {
	aside := fmt.Sprintf("%s.stale-%d", path, os.Getpid())
	if os.Rename(path, aside) != nil {
		return false
	}
	got, err := os.ReadFile(aside)
	if err == nil && string(got) != string(stale) {
		if os.Link(aside, path) == nil {
			os.Remove(aside)
		}
		return false
	}
	os.Remove(aside)
	return true
}

// alive tells whether a process of this machine runs. Where that cannot be
// found out it counts as running.
func alive(pid int) bool {
	p, err := os.FindProcess(pid)
	if err != nil {
		return false // Windows says at once that there is none
	}
	defer p.Release()
	if runtime.GOOS == "windows" {
		return true
	}
	err = p.Signal(syscall.Signal(0))
	return (err == nil || errors.Is(err, os.ErrPermission) || errors.Is(err, syscall.EPERM)) && !ended(pid)
}

// ended tells whether a process has come to its end although its number is
// still taken: in containers nobody may ever ask for its result. Known on Linux
// alone.
func ended(pid int) bool {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	// The state follows the name, which stands in brackets and may hold any text.
	fields := strings.Fields(string(data[bytes.LastIndexByte(data, ')')+1:]))
	return len(fields) > 0 && (fields[0] == "Z" || fields[0] == "X")
}
