package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"rassync/internal/app"
	"rassync/internal/render"
	"rassync/internal/runs"
)

type driftOptions struct {
	conn    app.Connection
	sel     selectionFlags
	format  *formatFlag
	overlay string
	verbose bool
	fresh   bool
	notify  *notifyFlag
	limit   int
	source  sourceFlag
}

func newDrift(c *call) *cobra.Command {
	o := &driftOptions{}
	cmd := &cobra.Command{
		Use:   "drift [DIR]",
		Short: "Show where the farm has drifted from what is declared",
		Long: `Drift compares the farm with what DIR declares, like plan, and also lists the
objects of exclusive kinds that are on the farm and not declared. It exits with 2 if
there is anything to show, so that a scheduled job can tell. It never writes.

With --notify it also tells channels, if there is drift or if the check fails: webhooks
that the operator's policy names under notify, of type teams, slack or generic, or
eventlog, the event log of Windows. They are sent counts and the addresses of objects,
never values.`,
		Example: `  rassync drift
  rassync drift farm --except kind:MFA* --format markdown
  rassync drift farm --notify ops --notify eventlog`,
		Args: cobra.MaximumNArgs(1),
	}
	addConnection(cmd, &o.conn)
	addEvents(cmd, c)
	addSelection(cmd, c, &o.sel)
	addOverlay(cmd, &o.overlay)
	o.notify = addNotify(cmd)
	o.format = addFormat(cmd, "text", "json", "markdown", "html", "csv", "junit")
	addFresh(cmd.Flags(), &o.fresh)
	cmd.Flags().BoolVar(&o.verbose, "verbose", false, "show long values whole")
	cmd.Flags().IntVar(&o.limit, "max-bytes", 0, "most bytes of the markdown, for comments that are limited")
	cmd.Flags().Var(&o.source, "source-url", "where the files of DIR are on the web, for links: https://.../{file}#L{line}")
	cmd.RunE = c.begin(o.format, func(ctx context.Context, args []string) error { return o.run(ctx, c, folderArg(args)) })
	return cmd
}

func (o *driftOptions) run(ctx context.Context, c *call, dir string) error {
	set, err := o.sel.parse(c.Catalog)
	if err != nil {
		return err
	}
	if err := checkLimit(o.limit); err != nil {
		return err
	}
	f, err := c.loaded(dir, o.overlay)
	if err != nil {
		return err
	}
	channels, err := c.channels(dir, o.notify)
	if err != nil {
		return err
	}
	told := false
	err = c.with(ctx, o.conn, f, func(s *app.Session) error {
		p, err := c.plan(ctx, s, f, app.PlanOptions{Selection: set, Undeclared: true, Fresh: o.fresh})
		if err != nil {
			return err
		}
		d := render.Drift{Plan: p.Plan, Undeclared: addresses(p.Undeclared, nil)}
		if err := o.show(c, d); err != nil {
			return err
		}
		if d.Differs() {
			o.note(c, dir, s.URL, "drift")
			told = true
			objects := changedObjects(d)
			summary := fmt.Sprintf("%s of %s drifted from what %s declares", plural(len(objects), "object has", "objects have"), s.URL, dir)
			return c.tell(ctx, channels, alarm{kind: "drift", farm: s.URL, folder: dir, summary: summary, objects: objects}, &app.Failure{Class: app.Pending})
		}
		if err := p.Unseen(); err != nil {
			return err
		}
		// Silence about what was not read would be taken for "no drift".
		if err := app.NotCompared(p.Live.NotRead); err != nil {
			return err
		}
		o.note(c, dir, s.URL, "in sync")
		return nil
	})
	if err != nil && !told {
		outcome := app.ClassOf(err).Outcome()
		err = c.tell(ctx, channels, alarm{kind: "failed", folder: dir, summary: fmt.Sprintf("the drift check of %s failed: %s (exit code %d)", dir, outcome.Meaning, outcome.Code)}, err)
	}
	return err
}

// note remembers the check: one of a part apart from those of all.
func (o *driftOptions) note(c *call, dir, farm, result string) {
	if part := o.sel.words(); part != "" {
		c.noteDone(dir, runs.JobPartialDrift, farm, result+" ("+part+")")
		return
	}
	c.noteDone(dir, runs.JobDrift, farm, result)
}

// changedObjects lists what has drifted, by address.
func changedObjects(d render.Drift) []string {
	var list []string
	for _, ch := range d.Plan.Changes {
		list = append(list, ch.Address)
	}
	return append(list, d.Undeclared...)
}

// show writes the drift in the form that was asked for.
func (o *driftOptions) show(c *call, d render.Drift) error {
	switch o.format.value {
	case "json":
		return render.DriftJSON(c.Out, d)
	case "markdown":
		return render.DriftMarkdown(c.Out, d, o.limit, o.source.url)
	case "html":
		return render.DriftHTML(c.Out, d, o.source.url)
	case "csv":
		return render.DriftCSV(c.Out, d)
	case "junit":
		return render.DriftJUnit(c.Out, d)
	}
	return render.DriftText(c.Out, d, c.verbose(o.verbose))
}
