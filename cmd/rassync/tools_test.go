package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"rassync/internal/app"
	"rassync/internal/runs"
)

// toolCommands are small tools for files that scripts need:
//
//	bytes FILE 'text with \u escapes'   write bytes that a script cannot hold
//	commit DIR BRANCH                   put a folder into a git repository; the branch is at the commit
//	shallow DIR                         a repository that holds its newest commit alone
//	crlf FILE, crlf FILE same           give a file line ends of Windows; it has no others
//	ownsum VAR                          the checksum of the command under test, in a variable
//	sums FILE SUM                       checksums of a release in which an executable has this one
//	sparse FILE SIZE                    make a large file that takes no room
//	keep FILE N                         keep the first N documents
//	append FILE OTHER                   add one file to another
//	copy FILE TO                        like cp, making folders
//	nowhere TEXT                        no file below the script's folder holds it
//	stalelock FILE                      a lock of a process that is gone
//	lock DIR                            hold the lock of a workspace, as jane on elsewhere
//	unlock                              give it back
//	allow FILE ADDRESS                  note a farm in the user's list
//	secrets DIR                         set every variable that a secret comes from
//	chosen DIR                          write how an object is made where an export cannot know it
//	flag VAR FILE --flag                the value of a flag that a message names, in a variable
//	example NAME TO                     copy a file of the examples
//	forge FILE OLD NEW                  change a plan file and work out its digest again
//	blob FILE DIR RUN yaml|answer       what a snapshot holds of a run's first object, in a file; $BLOB is its digest
//	sametree A B                        two exports are the same, byte for byte
//	latest VAR DIR                      the newest run of a workspace, in a variable
func toolCommands() map[string]func(*testscript.TestScript, bool, []string) {
	return map[string]func(*testscript.TestScript, bool, []string){
		"bytes":     tool(2, writeBytes),
		"commit":    tool(2, commit),
		"shallow":   tool(1, shallow),
		"crlf":      crlf,
		"ownsum":    tool(1, ownSum),
		"sums":      tool(2, writeSums),
		"sparse":    tool(2, sparse),
		"keep":      tool(2, keep),
		"append":    tool(2, appendFile),
		"copy":      tool(2, func(ts *testscript.TestScript, args []string) { write(ts, args[1], []byte(ts.ReadFile(args[0]))) }),
		"nowhere":   tool(1, nowhere),
		"stalelock": tool(1, staleLock),
		"lock":      tool(1, holdLock),
		"unlock":    tool(0, giveLockBack),
		"allow":     tool(2, allow),
		"latest":    tool(2, latest),
		"secrets":   tool(1, setSecrets),
		"chosen":    tool(1, chooseCreates),
		"sametree":  tool(2, sameTree),
		"flag":      tool(3, namedFlag),
		"blob":      tool(4, blobOf),
		"forge":     tool(3, forgePlan),
		"example": tool(2, func(ts *testscript.TestScript, args []string) {
			data, err := os.ReadFile(filepath.Join("..", "..", "examples", filepath.FromSlash(args[0])))
			ts.Check(err)
			write(ts, args[1], data)
		}),
	}
}

func tool(n int, do func(*testscript.TestScript, []string)) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		if neg || len(args) != n {
			ts.Fatalf("%d arguments are wanted", n)
		}
		do(ts, args)
	}
}

func write(ts *testscript.TestScript, file string, data []byte) {
	path := ts.MkAbs(file)
	ts.Check(os.MkdirAll(filepath.Dir(path), 0o755))
	ts.Check(os.WriteFile(path, data, 0o644))
}

func writeBytes(ts *testscript.TestScript, args []string) {
	text, err := strconv.Unquote(`"` + strings.ReplaceAll(args[1], `"`, `\"`) + `"`)
	ts.Check(err)
	write(ts, args[0], []byte(text))
}

func crlf(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: crlf FILE [same]")
	}
	have := ts.ReadFile(args[0])
	want := strings.ReplaceAll(strings.ReplaceAll(have, "\r\n", "\n"), "\n", "\r\n")
	if len(args) == 2 && have != want {
		ts.Fatalf("%s has other line ends", args[0])
	}
	write(ts, args[0], []byte(want))
}

func ownSum(ts *testscript.TestScript, args []string) {
	sum, err := ownDigest()
	ts.Check(err)
	ts.Setenv(args[0], sum)
}

func writeSums(ts *testscript.TestScript, args []string) {
	write(ts, args[0], []byte(strings.Repeat("1", 64)+"  rassync_1.2.3_windows_amd64.zip\n"+args[1]+"  rassync_1.2.3_linux_amd64/rassync\n"))
}

func sparse(ts *testscript.TestScript, args []string) {
	n, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	write(ts, args[0], nil)
	ts.Check(os.Truncate(ts.MkAbs(args[0]), n))
}

func keep(ts *testscript.TestScript, args []string) {
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	docs := strings.Split(ts.ReadFile(args[0]), "---\n")
	write(ts, args[0], []byte(strings.Join(docs[:n], "---\n")))
}

func appendFile(ts *testscript.TestScript, args []string) {
	write(ts, args[0], []byte(ts.ReadFile(args[0])+ts.ReadFile(args[1])))
}

func nowhere(ts *testscript.TestScript, args []string) {
	ts.Check(filepath.WalkDir(ts.Getenv("WORK"), func(p string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(p)
		if err == nil && strings.Contains(string(data), args[0]) {
			return fmt.Errorf("%s holds %q", p, args[0])
		}
		return err
	}))
}

// staleLock uses the id of a process that has ended.
func staleLock(ts *testscript.TestScript, args []string) {
	exe, err := os.Executable()
	ts.Check(err)
	cmd := exec.Command(exe, "-test.run", "^$")
	ts.Check(cmd.Run())
	host, err := os.Hostname()
	ts.Check(err)
	data, err := json.Marshal(runs.Holder{Who: "nobody", Host: host, PID: cmd.Process.Pid, Since: time.Now(), Command: "apply"})
	ts.Check(err)
	write(ts, args[0], data)
}

// lockKey is where a script keeps what gives its lock back.
type lockKey struct{}

func holdLock(ts *testscript.TestScript, args []string) {
	nobody := func(runs.Holder) {}
	jane := runs.Holder{Who: "jane", Host: "elsewhere", PID: 1, Since: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Command: "apply"}
	release, err := runs.Open(ts.MkAbs(args[0])).Lock(context.Background(), jane, 0, nobody, nobody)
	ts.Check(err)
	*ts.Value(lockKey{}).(*func()) = release
	ts.Defer(func() { giveLockBack(ts, nil) })
}

func giveLockBack(ts *testscript.TestScript, _ []string) {
	release := ts.Value(lockKey{}).(*func())
	if *release != nil {
		(*release)()
		*release = nil
	}
}

func allow(ts *testscript.TestScript, args []string) {
	write(ts, args[0], []byte("# farms that were confirmed\n"+args[1]+"\n"))
}

var fromEnv = regexp.MustCompile(`fromEnv: '?([A-Za-z0-9_]+)`)

func setSecrets(ts *testscript.TestScript, args []string) {
	ts.Check(filepath.WalkDir(ts.MkAbs(args[0]), func(p string, d os.DirEntry, err error) error {
		if err != nil || filepath.Ext(p) != ".yaml" {
			return err
		}
		data, err := os.ReadFile(p)
		for _, m := range fromEnv.FindAllStringSubmatch(string(data), -1) {
			ts.Setenv(m[1], "secret of "+m[1])
		}
		return err
	}))
}

// chooseCreates adds the value that chooses the call which makes an object,
// where the farm never shows it: certificates, and templates made from a
// source.
func chooseCreates(ts *testscript.TestScript, args []string) {
	cat, err := loadCatalog()
	ts.Check(err)
	ts.Check(filepath.WalkDir(ts.MkAbs(args[0]), func(p string, d os.DirEntry, err error) error {
		if err != nil || filepath.Ext(p) != ".yaml" {
			return err
		}
		data, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		docs := strings.Split(string(data), "\n---\n")
		for i, doc := range docs {
			m := kindOf.FindStringSubmatch(doc)
			if m == nil || cat.Kind(m[1]) == nil {
				continue
			}
			k := cat.Kind(m[1])
			if c := k.Chooser(); c != nil && !strings.Contains(doc, "\n  "+c.Name+":") {
				docs[i] = strings.Replace(doc, "\nspec:", fmt.Sprintf("\nspec:\n  %s: %s", c.Name, k.CreateCalls()[0].Value), 1)
			}
		}
		return os.WriteFile(p, []byte(strings.Join(docs, "\n---\n")), 0o644)
	}))
}

var kindOf = regexp.MustCompile(`(?m)^kind: (\w+)$`)

func sameTree(ts *testscript.TestScript, args []string) {
	_, err := sameTrees(ts.MkAbs(args[0]), ts.MkAbs(args[1]))
	ts.Check(err)
}

func blobOf(ts *testscript.TestScript, args []string) {
	r, err := app.FindRun(ts.MkAbs(args[1]), args[2])
	ts.Check(err)
	s, err := r.Snapshot()
	ts.Check(err)
	digest := s.Objects[0].YAML
	if args[3] == "answer" {
		digest = s.Objects[0].Answers[0].Blob
	}
	data, err := runs.Open(ts.MkAbs(args[1])).Blobs().Get(digest)
	ts.Check(err)
	write(ts, args[0], data)
	ts.Setenv("BLOB", digest)
}

func namedFlag(ts *testscript.TestScript, args []string) {
	m := regexp.MustCompile(regexp.QuoteMeta(args[2]) + ` ([0-9a-f@]+)`).FindStringSubmatch(ts.ReadFile(args[1]))
	if m == nil {
		ts.Fatalf("%s names no value of %s", args[1], args[2])
	}
	ts.Setenv(args[0], m[1])
}

func latest(ts *testscript.TestScript, args []string) {
	list, err := runs.Open(ts.MkAbs(args[1])).Runs()
	ts.Check(err)
	if len(list) == 0 {
		ts.Fatalf("no runs")
	}
	ts.Setenv(args[0], list[0].Info.ID)
}
