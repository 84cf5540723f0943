package main

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// TestFirstProcessOfAContainer crashes rassync where it is the first process: it ends
// neither with Go's 2 nor never.
func TestFirstProcessOfAContainer(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("unshare", "-p", "-f", "--mount-proc", "--kill-child", "bash", "-c", `exec -a rassync "$0" sim --rate off --empty`, exe)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Skip(err)
	}
	first := make([]byte, 4)
	if _, err := io.ReadFull(out, first); err != nil {
		t.Skip("no namespace of its own for processes: ", err, cmd.Wait())
	}
	// The simulated farm serves: it is the last in the line of processes.
	pid := strconv.Itoa(cmd.Process.Pid)
	for {
		children, err := filepath.Glob("/proc/" + pid + "/task/*/children")
		if err != nil {
			t.Fatal(err)
		}
		var below []string
		for _, file := range children {
			if data, err := os.ReadFile(file); err == nil {
				below = append(below, strings.Fields(string(data))...)
			}
		}
		if len(below) == 0 {
			break
		}
		pid = below[0]
	}
	if err := exec.Command("kill", "-SEGV", pid).Run(); err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, out)
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != 134 {
		t.Errorf("exit code %d", code)
	}
}
