package runs

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func jane(command string) Holder {
	return Holder{Who: "jane", Host: "here", PID: os.Getpid(), Since: time.Now(), Command: command}
}

func nobody(Holder) {}

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

// TestLockOfADeadProcessIsTakenOver: a name in the file is no lock, whosever it
// is: in a container the number of the process may be one's own, or the host may
// have another name after a restart.
func TestLockOfADeadProcessIsTakenOver(t *testing.T) {
	for name, left := range map[string]string{
		"own number":      fmt.Sprintf(`{"who":"root","host":"here","pid":%d,"command":"apply"}`, os.Getpid()),
		"another host":    `{"who":"root","host":"elsewhere","pid":7,"command":"apply"}`,
		"of this version": "\n" + `{"who":"root","host":"here","pid":7,"command":"apply"}`,
	} {
		s := Open(t.TempDir())
		if err := s.WriteFile(lockFile, []byte(left)); err != nil {
			t.Fatal(err)
		}
		var took []Holder
		release, err := s.Lock(context.Background(), jane("apply"), 0, nobody, func(h Holder) { took = append(took, h) })
		if err != nil || len(took) != 1 || took[0].Who != "root" {
			t.Fatalf("%s: took over from %v, %v", name, took, err)
		}
		var locked *LockedError
		if _, err := s.Lock(context.Background(), jane("rollback"), 0, nobody, nobody); !errors.As(err, &locked) || locked.Holder.Who != "jane" || locked.Holder.Command != "apply" {
			t.Errorf("%s: %v", name, err)
		}
		release()
		if s.Exists(lockFile) {
			t.Errorf("%s: the file was left behind", name)
		}
	}
}

// TestLockEndsWithItsProcess kills the process that holds the lock.
func TestLockEndsWithItsProcess(t *testing.T) {
	const inChild = "RASSYNC_TEST_LOCK"
	if dir := os.Getenv(inChild); dir != "" {
		if _, err := Open(dir).Lock(context.Background(), Holder{Who: "child", Host: "here", PID: os.Getpid()}, 0, nobody, nobody); err != nil {
			t.Fatal(err)
		}
		fmt.Println("locked")
		io.Copy(io.Discard, os.Stdin) // until it is killed; select would be taken for a deadlock on Windows
	}
	dir := t.TempDir()
	cmd := exec.Command(os.Args[0], "-test.run", "^TestLockEndsWithItsProcess$")
	cmd.Env = append(os.Environ(), inChild+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	hold, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer hold.Close()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "locked\n" {
		t.Fatalf("%q %v", line, err)
	}
	s := Open(dir)
	var locked *LockedError
	if _, err := s.Lock(context.Background(), jane("apply"), 0, nobody, nobody); !errors.As(err, &locked) || locked.Holder.Who != "child" {
		t.Errorf("while it lives: %v", err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	cmd.Wait()
	took := ""
	release, err := s.Lock(context.Background(), jane("apply"), 0, nobody, func(h Holder) { took = h.Who })
	if err != nil || took != "child" {
		t.Fatalf("after its death: %q %v", took, err)
	}
	release()
}
