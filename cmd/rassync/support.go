package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"rassync/internal/app"
	"rassync/internal/contract"
	limited "rassync/internal/files"
	"rassync/internal/model"
	"rassync/internal/render"
	"rassync/internal/runs"
	"rassync/internal/support"
	"rassync/schemas"
)

func newSupport(c *call) *cobra.Command {
	var logFile, file, doctor string
	var last int
	cmd := &cobra.Command{
		Use:   "support [DIR]",
		Short: "Write a masked report for somebody who helps",
		Long: `Support writes one text file about this rassync and the workspace DIR, for somebody who helps from outside: version and
contract, what the documents are of, what validate finds, and what the last runs did.

It holds no values. Names of sites, objects, hosts, accounts and addresses are replaced by words such as name-3, the
same name by the same word; what a text has in quotes is left out. Read it before you send it. Nothing is sent.`,
		Example: `  rassync support farm
  rassync support C:\RasBackup --log C:\ProgramData\rassync\backup.log --file report.txt`,
		Args: cobra.MaximumNArgs(1),
	}
	cmd.Flags().StringVar(&file, "file", "", "`file` to write, which must not be there yet (default: rassync-support-TIME.txt)")
	cmd.Flags().StringVar(&logFile, "log", "", "`file` with the output of a scheduled job, whose end is added, masked")
	cmd.Flags().StringVar(&doctor, "doctor", "", "`file` that rassync doctor --format json has written, which is added, masked")
	cmd.Flags().IntVar(&last, "runs", 5, "how many of the last runs to tell of")
	cmd.RunE = c.begin(nil, func(_ context.Context, args []string) error {
		if last < 0 {
			return app.Failf(app.Input, "--runs cannot be negative")
		}
		if file == "" {
			file = "rassync-support-" + c.Now().UTC().Format("20060102T150405Z") + ".txt"
		}
		r := &supportReport{call: c, dir: folderArg(args), mask: support.NewMask()}
		text, err := r.write(logFile, doctor, last)
		if err != nil {
			return err
		}
		f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return &app.Failure{Class: app.Input, Err: fmt.Errorf("the report cannot be written: %w", err), Hint: "name another file with --file"}
		}
		_, werr := f.WriteString(text)
		if err := errors.Join(werr, f.Close()); err != nil {
			return err
		}
		_, err = fmt.Fprintf(c.Out, "wrote %s (%d lines): read it before you send it\n", render.Escape(file), strings.Count(text, "\n"))
		return err
	})
	return cmd
}

// supportReport is one report.
type supportReport struct {
	*call
	dir  string
	mask *support.Mask
	b    strings.Builder
}

func (r *supportReport) linef(format string, args ...any) { fmt.Fprintf(&r.b, format+"\n", args...) }

func (r *supportReport) isKind(s string) bool { return r.Catalog.Kind(s) != nil }

func (r *supportReport) write(logFile, doctor string, last int) (string, error) {
	for sort, name := range map[string]string{"user": r.User, "host": r.Host} {
		r.mask.Word(sort, name)
	}
	r.tool()
	r.workspace()
	if doctor != "" {
		if err := r.doctor(doctor); err != nil {
			return "", err
		}
	}
	r.jobs()
	r.lastRuns(last)
	if logFile != "" {
		if err := r.log(logFile); err != nil {
			return "", err
		}
	}
	return r.b.String(), nil
}

func (r *supportReport) tool() {
	r.linef("rassync support report, %s", r.Now().UTC().Format(time.RFC3339))
	r.linef("")
	r.linef("== Tool")
	r.linef("version: %s, %s, %s/%s", r.Tool.Version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	if sum, err := ownDigest(); err == nil {
		r.linef("sha256 of the executable: %s", sum)
	}
	r.linef("contract: %d kinds, built-in schemas %s", len(r.Catalog.Names()), contractDigest())
	if r.Tool.Contract != "" {
		r.linef("contract layer: %s", r.Tool.Contract)
	}
	var set []string
	for _, v := range os.Environ() {
		name, _, _ := strings.Cut(v, "=")
		if strings.HasPrefix(name, "RASSYNC_") || slices.Contains([]string{"NO_COLOR", "TERM", "CI", "HTTPS_PROXY", "NO_PROXY"}, name) {
			set = append(set, name)
		}
	}
	sort.Strings(set)
	r.linef("variables that are set: %s", strings.Join(set, ", "))
	r.linef("terminal: in %v, out %v, %d columns, unicode %v", r.InTerminal, r.OutTerminal, r.Width, r.Unicode)
}

// maxDoctor bounds the report of doctor.
const maxDoctor = 16 << 20

// doctor adds what doctor found: names of kinds and properties stay, everything
// else is masked.
func (r *supportReport) doctor(file string) error {
	data, err := limited.ReadNamed(file, maxDoctor)
	if err != nil {
		return &app.Failure{Class: app.Input, Err: fmt.Errorf("the report of doctor cannot be read: %w", err)}
	}
	var found contract.Checkup
	if err := json.Unmarshal(data, &found); err != nil {
		return app.Failf(app.Input, "%s is no report of doctor: %v", file, err).With("rassync doctor --format json --output %s writes one", file)
	}
	r.linef("")
	r.linef("== Doctor")
	for _, c := range found.Checks {
		r.linef("%s %s: %s", c.Result, c.Name, r.mask.Text(c.Text))
	}
	for _, k := range found.Kinds {
		if k.Error != "" {
			r.linef("%s: not read: %s", k.Kind, r.mask.Text(k.Error))
		}
		for _, f := range k.Findings {
			r.linef("%s %s: %s", k.Kind, f.Path, f.What)
		}
	}
	return nil
}

func (r *supportReport) workspace() {
	r.linef("")
	r.linef("== Workspace")
	f, err := r.Load(r.dir, "")
	var found model.Diagnostics
	switch {
	case err != nil:
		if !errors.As(err, &found) {
			var failure *app.Failure
			if errors.As(err, &failure) {
				found = failure.Diagnostics
			}
		}
		if len(found) == 0 {
			r.linef("cannot be read: %s", r.mask.Text(err.Error()))
			return
		}
	default:
		found = f.Warnings
		counts := map[string]int{}
		for _, o := range f.Objects() {
			counts[o.Address.Kind]++
			r.mask.Address(o.Address.String(), r.isKind) // so that texts below are masked too
		}
		r.linef("%s", plural(len(f.Objects()), "object", "objects"))
		for _, k := range r.Catalog.Names() {
			if counts[k] > 0 {
				r.linef("%5d %s", counts[k], k)
			}
		}
		r.linef("secrets named: %d", len(app.DeclaredSecrets(f.Objects())))
	}
	r.linef("findings: %d", len(found))
	for i, d := range found {
		if i == 50 {
			r.linef("  and %d more", len(found)-i)
			break
		}
		r.linef("  %s: line %d: %s", d.Severity, d.Source.Line, r.mask.Text(d.Summary))
	}
}

func (r *supportReport) jobs() {
	r.linef("")
	r.linef("== Jobs")
	done, err := runs.Open(r.dir).Done()
	if err != nil {
		r.linef("cannot be read: %s", r.mask.Text(err.Error()))
		return
	}
	for _, j := range statusOf(done, jobsOf(done), r.Now(), 0).Jobs {
		if j.Time == nil {
			r.linef("%s: never", j.Job)
			continue
		}
		r.linef("%s: %s %s", j.Job, j.Time.UTC().Format(time.RFC3339), j.Result)
	}
}

func (r *supportReport) lastRuns(last int) {
	r.linef("")
	r.linef("== Runs, newest first")
	list, err := runs.Open(r.dir).Runs()
	if err != nil {
		r.linef("cannot be read: %s", r.mask.Text(err.Error()))
	}
	for i, run := range list {
		if i == last {
			r.linef("and %d more", len(list)-last)
			break
		}
		for sort, name := range map[string]string{"user": run.Info.Who, "host": run.Info.Host, "url": run.Info.Farm.URL, "farm": run.Info.Farm.Name, "guid": run.Info.Farm.GUID} {
			r.mask.Word(sort, name)
		}
		r.linef("-- %s %s, %s, RAS %s, rassync %s", run.Info.Command, run.Info.ID, run.State(), run.Info.Farm.Version, run.Info.Tool)
		r.linef("   %s; snapshot %v", plural(run.Info.Changes, "change", "changes"), run.HasSnapshot())
		if run.Damage != nil {
			r.linef("   damaged: %s", r.mask.Text(run.Damage.Error()))
		}
		for _, e := range run.Entries {
			r.entry(e)
		}
	}
}

// entry is a line of a journal: what was done and answered, without values.
func (r *supportReport) entry(e runs.Entry) {
	parts := []string{e.Time.UTC().Format("15:04:05.000"), e.Event, e.Action}
	if e.Address != "" {
		parts = append(parts, r.mask.Address(e.Address, r.isKind))
	}
	request, _, query := strings.Cut(e.Request, "?")
	if query {
		request += "?..."
	}
	parts = append(parts, request)
	if e.Status != 0 {
		parts = append(parts, fmt.Sprint(e.Status))
	}
	if len(e.Fields) > 0 {
		parts = append(parts, plural(len(e.Fields), "field", "fields"))
	}
	parts = append(parts, r.mask.Text(e.Result), r.mask.Text(e.Error))
	r.linef("   %s", squeeze(strings.Join(parts, " ")))
}

// maxLog is as much of a log as is looked at.
const maxLog = 256 << 10

func (r *supportReport) log(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return &app.Failure{Class: app.Input, Err: fmt.Errorf("the log cannot be read: %w", err)}
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.Size() > maxLog {
		if _, err := f.Seek(-maxLog, io.SeekEnd); err != nil {
			return err
		}
	}
	data, err := io.ReadAll(io.LimitReader(f, maxLog))
	if err != nil {
		return err
	}
	r.linef("")
	r.linef("== End of the log")
	lines := strings.Split(strings.ToValidUTF8(string(data), "?"), "\n")
	for _, l := range lines[max(0, len(lines)-500):] {
		r.linef("%s", render.Escape(r.mask.Text(strings.TrimRight(l, "\r"))))
	}
	return nil
}

// contractDigest names the built-in schemas, so that two reports can be
// compared.
func contractDigest() string {
	h := sha256.New()
	err := fs.WalkDir(schemas.Files, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := schemas.Files.ReadFile(p)
		fmt.Fprintf(h, "%s\x00%d\x00", p, len(data))
		h.Write(data)
		return err
	})
	if err != nil {
		return "unknown"
	}
	return hex.EncodeToString(h.Sum(nil))[:16]
}
