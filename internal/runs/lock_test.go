package runs

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func jane(command string) Holder {
	return Holder{Who: "jane", Host: "here", PID: os.Getpid(), Since: time.Now(), Command: command}
}

func nobody(Holder) {}

// A killed process whose result nobody has asked for keeps its number, and no
// lock.
func TestEndedProcessHoldsNoLock(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux tells")
	}
	cmd := exec.Command(os.Args[0], "-test.run", "^$")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait()
	defer in.Close()
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	for alive(cmd.Process.Pid) { // the end of the test run if it never ends
		runtime.Gosched()
	}
	if !alive(os.Getpid()) {
		t.Error("this process counts as gone")
	}
}

func TestLockIsHeldByOne(t *testing.T) {
	s := Open(t.TempDir())
	var inside, most, got atomic.Int32
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			release, err := s.Lock(context.Background(), jane("apply"), 0, nobody, nobody)
			if err != nil {
				if locked := new(LockedError); !errors.As(err, &locked) {
					t.Error(err)
				}
				return
			}
			got.Add(1)
			if n := inside.Add(1); n > 1 {
				most.Store(n)
			}
			inside.Add(-1)
			release()
		})
	}
	wg.Wait()
	if most.Load() > 0 || got.Load() == 0 {
		t.Errorf("%d held it, up to %d at a time", got.Load(), most.Load())
	}
	if _, err := os.Stat(s.Path(lockFile)); !errors.Is(err, os.ErrNotExist) {
		t.Error("the lock was left behind")
	}
}

func TestLockWaitsAsLongAsAllowed(t *testing.T) {
	s := Open(t.TempDir())
	release, err := s.Lock(context.Background(), jane("apply"), 0, nobody, nobody)
	if err != nil {
		t.Fatal(err)
	}
	told := make(chan struct{})
	var once sync.Once
	say := func(Holder) { once.Do(func() { close(told) }) }
	done := make(chan error)
	go func() {
		second, err := s.Lock(context.Background(), jane("rollback"), time.Minute, say, nobody)
		if err == nil {
			second()
		}
		done <- err
	}()
	<-told // it waits now
	release()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if release, err = s.Lock(context.Background(), jane("apply"), 0, nobody, nobody); err != nil {
		t.Fatal(err)
	}
	defer release()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := s.Lock(ctx, jane("apply"), time.Minute, nobody, nobody); !errors.Is(err, context.Canceled) {
		t.Errorf("an interrupt does not end the wait: %v", err)
	}
}

// TestTakeAwayGivesBackAFreshLock: between looking at a stale lock and taking
// it away, somebody else may have done so and hold his own.
func TestTakeAwayGivesBackAFreshLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	if err := os.WriteFile(path, []byte("fresh"), 0o600); err != nil {
		t.Fatal(err)
	}
	if takeAway(path, []byte("stale")) {
		t.Error("the lock of somebody else was taken away")
	}
	if data, err := os.ReadFile(path); err != nil || string(data) != "fresh" {
		t.Errorf("%q %v", data, err)
	}
	if !takeAway(path, []byte("fresh")) {
		t.Error("the stale lock was not taken away")
	}
}
