package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"rassync/internal/app"
	"rassync/internal/farmsim"
	"rassync/internal/runs"
)

func newDemo(c *call) *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Go through the whole circle on a simulated farm",
		Long: `Demo starts a simulated farm on this machine and goes through the whole circle with
it: export, edit, validate, plan, dry run, apply, drift, rollback. It shows each step
with the command that does it, needs no set-up, and leaves nothing running.

It exits with 0 only if every step did what it says.`,
		Example: `  rassync demo
  rassync demo --dir demo      # keeps the folder`,
		Args: cobra.NoArgs,
	}
	cmd.Flags().StringVar(&dir, "dir", "", "empty or new folder to work in and to keep (default: a temporary one that is removed)")
	cmd.RunE = c.begin(nil, func(ctx context.Context, _ []string) error { return runDemo(ctx, c, dir) })
	return cmd
}

// demo is one going-through.
type demo struct {
	*call
	farm   *farmsim.Farm
	server *farmsim.Server
	dir    string // of everything
	work   string // the workspace
	step   int
}

func runDemo(ctx context.Context, c *call, dir string) (err error) {
	if dir == "" {
		temp, err := os.MkdirTemp("", "rassync-demo-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(temp)
		dir = temp
	} else if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
		return app.Failf(app.Input, "%s is not empty", dir).With("name a new folder")
	}
	state, err := builtinSeed()
	if err != nil {
		return err
	}
	farm, err := farmsim.New(farmsim.Options{Catalog: c.Catalog, State: state, Rate: -1})
	if err != nil {
		return err
	}
	server, err := farm.Start(ctx, "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer func() {
		if cerr := server.Close(); err == nil && ctx.Err() == nil {
			err = cerr
		}
	}()
	d := &demo{call: c, farm: farm, server: server, dir: dir, work: filepath.Join(dir, "farm")}
	if err := d.circle(ctx); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		var f *app.Failure
		if errors.As(err, &f) {
			return err
		}
		return fmt.Errorf("the demo failed in step %d: %w", d.step, err)
	}
	return nil
}

// circle goes through the steps.
//
//nolint:funlen // one story
func (d *demo) circle(ctx context.Context) error {
	d.title("A simulated farm on this machine")
	d.say("It speaks TLS with a certificate of its own, which is pinned by its fingerprint.")
	lines, err := setVariables(ownShell(), []variable{{app.EnvFarm, d.server.URL}, {app.EnvFingerprint, d.server.Fingerprint}, {app.EnvUsername, farmsim.DefaultUsername}, {app.EnvPassword, farmsim.DefaultPassword}})
	if err != nil {
		return err
	}
	for _, line := range strings.Split(strings.TrimSpace(lines), "\n") {
		d.command("%s", line)
	}

	d.title("Export the farm as YAML")
	if err := d.rassync(ctx, 0, "export", "-o", d.work, "--rate", "off"); err != nil {
		return err
	}
	first := filepath.Join(d.dir, "first")
	if err := copyTree(first, d.work); err != nil {
		return err
	}
	if err := showTree(d.Out, d.work); err != nil {
		return err
	}

	d.title("Edit: a published application, a host with an application on its pool, an access rule")
	edits, err := d.chooseEdits()
	if err != nil {
		return err
	}
	for _, e := range edits.list {
		if err := e.do(); err != nil {
			return err
		}
		d.say("%s", e.what)
		for _, l := range e.lines {
			d.say("    %s", l)
		}
	}

	d.title("Check the files, without a farm")
	if err := d.rassync(ctx, 0, "validate", d.work); err != nil {
		return err
	}
	d.title("See what would change: exit code 2 says that there is something")
	if err := d.rassync(ctx, 2, "plan", d.work, "--rate", "off", "--detailed-exitcode"); err != nil {
		return err
	}
	d.title("Rehearse: the dry run has no means to write")
	before := d.farm.Writes()
	if err := d.rassync(ctx, 0, "apply", d.work, "--rate", "off", "--dry-run"); err != nil {
		return err
	}
	if n := d.farm.Writes() - before; n != 0 {
		return fmt.Errorf("the dry run wrote %d times", n)
	}
	d.title("Apply")
	if err := d.rassync(ctx, 0, "apply", d.work, "--rate", "off", "--yes"); err != nil {
		return err
	}
	d.title("Plan again: nothing is left to do")
	if err := d.rassync(ctx, 0, "plan", d.work, "--rate", "off", "--detailed-exitcode"); err != nil {
		return err
	}

	d.title("Somebody changes the farm in the console, behind our back")
	if err := d.behindTheBack(edits.changed); err != nil {
		return err
	}
	d.title("See the drift: exit code 2")
	if err := d.rassync(ctx, 2, "drift", d.work, "--rate", "off"); err != nil {
		return err
	}

	d.title("Roll everything back: what somebody changed since goes back because it is named, and would be left alone otherwise")
	if err := d.rassync(ctx, 0, "rollback", "--dir", d.work, "--rate", "off", "--yes", "--take-back", edits.address+".description"); err != nil {
		return err
	}
	d.title("Export once more: byte for byte the first export")
	again := filepath.Join(d.dir, "again")
	if err := d.rassync(ctx, 0, "export", "-o", again, "--rate", "off"); err != nil {
		return err
	}
	n, err := sameTrees(first, again)
	if err != nil {
		return err
	}
	d.command("diff -r %s %s", first, again)
	d.say("The %d files are the same.", n)
	if n := d.farm.Sessions(); n != 0 {
		return fmt.Errorf("%d sessions were left open on the farm", n)
	}
	d.say("")
	d.say("All %d steps did what they say. %s sent; no session is left on the farm.", d.step, plural(d.farm.Count(""), "request was", "requests were"))
	return nil
}

func (d *demo) title(text string) {
	d.step++
	d.say("")
	d.say("== %d. %s", d.step, text)
	d.say("")
}

func (d *demo) say(format string, args ...any) { fmt.Fprintf(d.Out, format+"\n", args...) }

func (d *demo) command(format string, args ...any) { d.say("$ "+format, args...) }

// rassync shows a command, carries it out as if it had been typed, and checks
// its exit code.
func (d *demo) rassync(ctx context.Context, want int, args ...string) error {
	d.command("rassync %s", strings.Join(args, " "))
	env := *d.Env
	env.Out, env.Err = d.out, d.Err
	env.InTerminal, env.ReadSecret = false, nil
	vars := map[string]string{app.EnvFarm: d.server.URL, app.EnvFingerprint: d.server.Fingerprint, app.EnvUsername: farmsim.DefaultUsername, app.EnvPassword: farmsim.DefaultPassword, app.EnvCAFile: ""}
	outer := d.LookupEnv
	env.LookupEnv = func(name string) (string, bool) {
		if v, ours := vars[name]; ours {
			return v, v != ""
		}
		return outer(name)
	}
	if d.quiet {
		args = append(args, "--quiet")
	}
	if d.noColor {
		args = append(args, "--no-color")
	}
	if got := run(ctx, &env, args); got != want {
		return fmt.Errorf("rassync %s: exit code %d instead of %d", args[0], got, want)
	}
	return nil
}

// behindTheBack changes the application that was edited before, as another
// administrator would.
func (d *demo) behindTheBack(name string) error {
	const text = "changed in the console"
	o := d.farm.Staged().Find("PubRDSApp", "name", name)
	if o == nil {
		return fmt.Errorf("the farm has no application %q", name)
	}
	id, ok := o["id"].(int64)
	if !ok {
		return fmt.Errorf("the application %q has no id", name)
	}
	if err := d.farm.Change("PubRDSApp", id, farmsim.Object{"description": text}); err != nil {
		return err
	}
	d.farm.Apply()
	d.say("%s: description is now %q", name, text)
	return nil
}

// copyTree copies the files of an export.
func copyTree(to, from string) error { return os.CopyFS(to, os.DirFS(from)) }

// showTree lists the files of a folder, indented; folders of the tool itself
// are left out.
func showTree(w io.Writer, dir string) error {
	fmt.Fprintf(w, "\n%s/\n", filepath.Base(dir))
	return filepath.WalkDir(dir, func(p string, e os.DirEntry, err error) error {
		if err != nil || p == dir {
			return err
		}
		if strings.HasPrefix(e.Name(), ".") {
			return filepath.SkipDir
		}
		rel, err := filepath.Rel(dir, p)
		if err != nil {
			return err
		}
		name := e.Name()
		if e.IsDir() {
			name += "/"
		}
		_, err = fmt.Fprintf(w, "%s%s\n", strings.Repeat("  ", strings.Count(rel, string(filepath.Separator))+1), name)
		return err
	})
}

// sameTrees compares two exports byte for byte and counts their files. What is
// private to this machine is no part of them.
func sameTrees(a, b string) (int, error) {
	n := 0
	compare := func(from, to string, count bool) error {
		return filepath.WalkDir(from, func(p string, e os.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			rel, err := filepath.Rel(from, p)
			if err != nil {
				return err
			}
			if private, inside := strings.CutPrefix(filepath.ToSlash(rel), runs.FolderName+"/"); inside && private != ".gitignore" && !strings.HasPrefix(private, "schemas/") {
				return nil
			}
			x, err := os.ReadFile(p)
			if err != nil {
				return err
			}
			y, err := os.ReadFile(filepath.Join(to, rel))
			if err != nil {
				return fmt.Errorf("%s is in one of the exports only", rel)
			}
			if string(x) != string(y) {
				return fmt.Errorf("%s differs", rel)
			}
			if count {
				n++
			}
			return nil
		})
	}
	if err := compare(a, b, true); err != nil {
		return 0, err
	}
	return n, compare(b, a, false)
}
