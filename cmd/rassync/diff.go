package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"rassync/internal/app"
	"rassync/internal/render"
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
}

func newDiff(c *call) *cobra.Command {
	o := &diffOptions{}
	cmd := &cobra.Command{
		Use:   "diff A B",
		Short: "Compare two folders, snapshots or the farm",
		Long: `Diff shows what turns A into B. Each side is a folder, the id of a snapshot, or the
word farm. Objects are matched by address. Of each object only what B holds is
compared; a snapshot says nothing of objects that it does not hold.`,
		Example: `  rassync diff last-week farm
  rassync diff farm-a farm-b --only kind:Pub*
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
	a, err := c.SideOf(nameA, o.dir, o.overlay)
	if err != nil {
		return err
	}
	b, err := c.SideOf(nameB, o.dir, o.overlay)
	if err != nil {
		return err
	}
	switch {
	case a.Live && b.Live:
		return app.Failf(app.Input, "both sides are the farm")
	case a.Live:
		a, err = o.readFarm(ctx, c, b)
	case b.Live:
		b, err = o.readFarm(ctx, c, a)
	}
	if err != nil {
		return err
	}
	d := render.Differences{From: a.Name, To: b.Name, Changes: c.Compare(a, b, set)}
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
func (o *diffOptions) readFarm(ctx context.Context, c *call, other *app.Side) (*app.Side, error) {
	f := other.Folder
	if f == nil {
		var err error
		if f, err = c.Configured(o.dir, o.overlay); err != nil {
			return nil, err
		}
	}
	var side *app.Side
	err := c.with(ctx, o.conn, f, func(s *app.Session) error {
		var err error
		side, err = c.ReadSide(ctx, s, other)
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
