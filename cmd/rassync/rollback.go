package main

import (
	"context"

	"github.com/spf13/cobra"

	"rassync/internal/app"
	"rassync/internal/runs"
)

type rollbackOptions struct {
	conn    app.Connection
	sel     selectionFlags
	write   writeFlags
	format  *formatFlag
	overlay string
	dir     string
	verbose bool
	// takeBack names what others changed since and what goes back all the same.
	takeBack []string
}

func newRollback(c *call) *cobra.Command {
	o := &rollbackOptions{}
	cmd := &cobra.Command{
		Use:   "rollback [SNAPSHOT]",
		Short: "Undo a run",
		Long: `Rollback plans the way back to how the objects of a run were before it, shows that
plan, asks, and carries it out like any other: with its own snapshot and journal.

What goes back is what the run sent, and nothing else. What others changed since is
named and left alone; --take-back takes it back all the same, by name: an address, or
an address and a property (Main/RDSHost/rds1.example.com.maxSessions).

Without an argument it takes back the newest run of the workspace that wrote to this
farm and was not taken back yet. The plan says what cannot come back: secrets, which
are never read, and ids of objects that are made again. If something is missing in the
end, the exit code is 5.`,
		Example: `  rassync rollback --dry-run
  rassync rollback --yes
  rassync rollback 20260301T120000 --only PubRDSApp/Sales/Notepad`,
		Args: cobra.MaximumNArgs(1),
	}
	addConnection(cmd, &o.conn)
	addEvents(cmd, c)
	addSelection(cmd, c, &o.sel)
	addWrite(cmd, c, &o.write)
	addOverlay(cmd, &o.overlay)
	o.format = addFormat(cmd, "text", "json", "markdown")
	cmd.Flags().StringVar(&o.dir, "dir", ".", "workspace of the run")
	cmd.Flags().BoolVar(&o.verbose, "verbose", false, "show long values whole, and every request")
	cmd.Flags().StringArrayVar(&o.takeBack, "take-back", nil, "take back what others changed since: `ADDRESS[.property]` as the plan names it; may be repeated")
	cmd.ValidArgsFunction = completeRuns(o)
	cmd.RunE = c.begin(o.format, func(ctx context.Context, args []string) error { return o.run(ctx, c, args) })
	return cmd
}

func completeRuns(o *rollbackOptions) cobra.CompletionFunc {
	return func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return runIDs(o.dir), cobra.ShellCompDirectiveNoFileComp
	}
}

func runIDs(dir string) []string {
	list, err := runs.Open(dir).Runs()
	if err != nil {
		return nil
	}
	out := make([]string, len(list))
	for i, r := range list {
		out[i] = r.Info.ID
	}
	return out
}

func (o *rollbackOptions) run(ctx context.Context, c *call, args []string) error {
	set, err := o.sel.parse(c.Catalog)
	if err != nil {
		return err
	}
	id := ""
	if len(args) > 0 {
		id = args[0]
	}
	f, err := c.Configured(o.dir, o.overlay)
	if err != nil {
		return err
	}
	if err := o.write.check(c); err != nil {
		return err
	}
	return c.with(ctx, o.conn, f, func(s *app.Session) error {
		r, err := c.RollbackTarget(s, f, id)
		if err != nil {
			return err
		}
		p, err := c.PlanRollback(ctx, s, f, r, app.PlanOptions{Selection: set, Allow: o.write.allow, TakeBack: o.takeBack})
		if err != nil {
			return err
		}
		c.Notice("back to before run %s of %s (%s)", r.Info.ID, r.Info.Started.Format("2006-01-02 15:04:05 MST"), r.State())
		e := o.write.execution("rollback", nil)
		e.Of = r.Info.ID
		return c.execute(ctx, s, p, e, o.write, o.format.value, o.verbose)
	})
}
