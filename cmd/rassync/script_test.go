package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// calm makes the garbage collector run less often, in the tests and in the
// processes that they start: they are many and short.
const calm = 400

func TestMain(m *testing.M) {
	debug.SetGCPercent(calm)
	testscript.Main(m, map[string]func(){"rassync": main})
}

// TestScripts runs the built command against simulated farms: one script a
// command or exit code. See farm_test.go for what scripts can do with a farm.
func TestScripts(t *testing.T) {
	params := scriptParams()
	params.Dir = filepath.Join("testdata", "script")
	testscript.Run(t, params)
}

func scriptParams() testscript.Params {
	cmds := toolCommands()
	cmds["farm"], cmds["code"], cmds["doc"], cmds["edit"] = farmCommand, codeCommand, docCommand, editCommand
	cmds["events"] = tool(1, eventsCommand)
	cmds["receiver"], cmds["literal"] = receiverCommand, literalCommand
	return testscript.Params{
		RequireUniqueNames: true,
		Setup: func(env *testscript.Env) error {
			env.Values[lockKey{}] = new(func())
			env.Values[literalKey{}] = new(any)
			// Nothing of the machine's own settings reaches a script.
			home := filepath.Join(env.WorkDir, ".home")
			if err := os.MkdirAll(home, 0o755); err != nil {
				return err
			}
			env.Setenv("HOME", home)
			env.Setenv("GOGC", strconv.Itoa(calm))
			env.Setenv("XDG_CONFIG_HOME", filepath.Join(home, ".config"))
			env.Setenv("RASSYNC_RATE", "off") // waiting proves nothing
			env.Setenv("GIT_CEILING_DIRECTORIES", filepath.Dir(env.WorkDir))
			return nil
		},
		Cmds: cmds,
	}
}

// codeCommand runs a command that must end with this exit code:
// code 3 rassync plan
func codeCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: code N command args...")
	}
	err := ts.Exec(args[1], args[2:]...)
	code := "0"
	if err != nil {
		exit, ok := err.(*exec.ExitError)
		if !ok {
			ts.Fatalf("%v", err)
		}
		code = itoa(exit.ExitCode())
	}
	if code != args[0] {
		ts.Fatalf("exit code %s instead of %s", code, args[0])
	}
	checkPublished(ts, args[1:])
}
