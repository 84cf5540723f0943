package main

import (
	"context"
	"errors"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"rassync/internal/app"
	"rassync/internal/render"
	"rassync/internal/selector"
	"rassync/internal/workspace"
)

type diffOptions struct {
	conn         app.Connection
	sel          selectionFlags
	format       *formatFlag
	overlay      string
	dir          string
	detailedExit bool
	verbose      bool
	limit        int
	sites        map[string]string
	all          bool
}

func newDiff(c *call) *cobra.Command {
	o := &diffOptions{}
	cmd := &cobra.Command{
		Use:   "diff A B",
		Short: "Compare two folders, snapshots or the farm",
		Long: `Diff shows what turns A into B. Each side is a folder, a folder with one of its
overlays (FOLDER@OVERLAY), the id of a snapshot, or the word farm. Objects are matched
by address. Of each object only what B holds is compared; a snapshot says nothing of
objects that it does not hold. Of the farm only what --only picks is read.

Two farms whose sites have other names are compared with --sites; overlays that rename
sites are compared under the names of the documents. Differences that rassync.yaml calls
expected are left out and counted; --all shows them too.`,
		Example: `  rassync diff last-week farm
  rassync diff farm-a farm-b --only kind:Pub* --sites Main=Berlin
  rassync diff ./config ./config@prod --detailed-exitcode
  rassync diff 20260301T120000 farm`,
		Args: cobra.ExactArgs(2),
	}
	addConnection(cmd, &o.conn)
	addSelection(cmd, c, &o.sel)
	addOverlay(cmd, &o.overlay)
	o.format = addFormat(cmd, "text", "json", "markdown", "html", "csv")
	f := cmd.Flags()
	f.StringVar(&o.dir, "dir", ".", "workspace that holds the snapshots")
	f.BoolVar(&o.detailedExit, "detailed-exitcode", false, "exit with 2 if there are differences")
	f.BoolVar(&o.verbose, "verbose", false, "show long values whole")
	f.StringToStringVar(&o.sites, "sites", nil, "names that sites of the first side have on the second, as `FROM=TO`; may be repeated")
	f.BoolVar(&o.all, "all", false, "also show differences that rassync.yaml expects")
	f.IntVar(&o.limit, "max-bytes", 0, "most bytes of the markdown, for comments that are limited")
	cmd.RunE = c.begin(o.format, func(ctx context.Context, args []string) error { return o.run(ctx, c, args[0], args[1]) })
	return cmd
}

func (o *diffOptions) run(ctx context.Context, c *call, nameA, nameB string) error {
	set, err := o.sel.parse(c.Catalog)
	if err != nil {
		return err
	}
	if err := checkLimit(o.limit); err != nil {
		return err
	}
	for _, name := range []string{nameA, nameB} {
		if info, err := os.Stat(name); name == app.FarmSide && err == nil && info.IsDir() {
			c.Notice("farm is the live farm here; ./farm is the folder")
			break
		}
	}
	a, b, err := c.ComparedSides(nameA, nameB, o.dir, o.overlay)
	if err != nil {
		return err
	}
	switch {
	case a.Live && b.Live:
		return app.Failf(app.Input, "both sides are the farm")
	case a.Live:
		a, err = o.readFarm(ctx, c, b, set)
	case b.Live:
		b, err = o.readFarm(ctx, c, a, set)
	}
	if err != nil {
		return err
	}
	if unused := workspace.RenameSites(c.Catalog, a.Objects, o.sites); len(unused) > 0 {
		return app.Failf(app.Input, "--sites: %s has no site %s", a.Name, strings.Join(unused, ", ")).With("write the name in the first side first: --sites Main=Berlin")
	}
	d := render.Differences{From: a.Name, To: b.Name, Changes: c.Compare(a, b, set)}
	if !o.all {
		var left []app.Expected
		d.Changes, left = app.LeaveOutExpected(d.Changes, a, b)
		for _, x := range left {
			d.Expected = append(d.Expected, render.Expected{Why: x.Why, Count: x.Count})
		}
	}
	var cut *render.Cut
	switch err := o.show(c, d); {
	case errors.As(err, &cut):
		return app.Failf(app.Failed, "%w with --max-bytes %d", cut, o.limit).With("raise --max-bytes, or compare a part with --only")
	case err != nil:
		return err
	}
	if o.detailedExit && len(d.Changes) > 0 {
		return &app.Failure{Class: app.Pending}
	}
	return nil
}

// readFarm reads the live side; where the farm is, the other side's folder
// knows.
func (o *diffOptions) readFarm(ctx context.Context, c *call, other *app.Side, set selector.Set) (*app.Side, error) {
	f := other.Folder
	if f == nil {
		var err error
		if f, err = c.Configured(o.dir, o.overlay); err != nil {
			return nil, err
		}
	}
	var side *app.Side
	err := c.with(ctx, o.conn, f, func(s *app.Session) error {
		line := c.reading(s.Connection)
		defer line.end(c)
		var err error
		side, err = c.ReadSide(ctx, s, other, app.ReadOptions{Selection: set, Progress: line.listed, Steps: line.steps})
		return err
	})
	return side, err
}

// show writes the differences in the form that was asked for.
func (o *diffOptions) show(c *call, d render.Differences) error {
	switch o.format.value {
	case "json":
		return render.DifferencesJSON(c.Out, d)
	case "markdown":
		return render.DifferencesMarkdown(c.Out, d, o.limit)
	case "html":
		return render.DifferencesHTML(c.Out, d)
	case "csv":
		return render.DifferencesCSV(c.Out, d)
	}
	return render.DifferencesText(c.Out, d, c.verbose(o.verbose))
}
