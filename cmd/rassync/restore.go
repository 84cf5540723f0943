package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"rassync/internal/app"
)

type restoreOptions struct {
	conn    app.Connection
	write   writeFlags
	onError *formatFlag
	format  *formatFlag
	overlay string
	dir     string
	from    string
	verbose bool
}

func newRestore(c *call) *cobra.Command {
	o := &restoreOptions{}
	cmd := &cobra.Command{
		Use:   "restore ADDRESS... --from SNAPSHOT|DIR",
		Short: "Restore individual objects",
		Long: `Restore plans to make the named objects again as they are in a snapshot or in an
exported folder, shows that plan, asks, and carries it out like any other: with its
own snapshot and journal, so that it can be rolled back too.

Only the named objects are changed, and none is deleted. What they refer to, the
folder they lie in and their site must be on the farm or be named too; an error says
which are missing. The plan says what cannot come back: secrets and other values
that are never read, private keys of certificates, and ids of objects that are made
again.`,
		Example: `  rassync restore Main/PubRDSApp/Sales/Notepad --from backup --dry-run
  rassync restore Main/RDSHostPool/Office Main/PubRDSApp/Sales/CRM --from backup --yes
  rassync restore Main/Theme/Partners --from 20260301T120000 --dir farm`,
		Args: cobra.MinimumNArgs(1),
	}
	addConnection(cmd, &o.conn)
	addEvents(cmd, c)
	addWrite(cmd, c, &o.write)
	addOverlay(cmd, &o.overlay)
	o.format = addFormat(cmd, "text", "json", "markdown")
	o.onError = addOnError(cmd)
	f := cmd.Flags()
	f.StringVar(&o.from, "from", "", "snapshot of a run, or folder that an export has written")
	f.StringVar(&o.dir, "dir", ".", "workspace of the snapshots and of the run")
	f.BoolVar(&o.verbose, "verbose", false, "show long values whole, and every request")
	// The error is about flags that do not exist.
	_ = cmd.MarkFlagRequired("from")
	_ = cmd.RegisterFlagCompletionFunc("from", func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return runIDs(o.dir), cobra.ShellCompDirectiveDefault
	})
	cmd.ValidArgsFunction = func(_ *cobra.Command, _ []string, begin string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return o.addresses(c, begin), cobra.ShellCompDirectiveNoFileComp
	}
	cmd.RunE = c.begin(o.format, func(ctx context.Context, args []string) error { return o.run(ctx, c, args) })
	return cmd
}

// addresses are what the backup holds, for the shell.
func (o *restoreOptions) addresses(c *call, begin string) []string {
	if o.from == "" {
		return nil
	}
	b, err := c.OpenBackup(o.from, o.dir, o.overlay)
	if err != nil {
		return nil
	}
	var out []string
	for _, a := range b.Addresses() {
		if len(a) >= len(begin) && strings.EqualFold(a[:len(begin)], begin) {
			out = append(out, a)
		}
	}
	return out
}

func (o *restoreOptions) run(ctx context.Context, c *call, args []string) error {
	f, err := c.Configured(o.dir, o.overlay)
	if err != nil {
		return err
	}
	b, err := c.OpenBackup(o.from, o.dir, o.overlay)
	if err != nil {
		return err
	}
	if err := c.Holds(b, args); err != nil {
		return err
	}
	if err := o.write.check(c); err != nil {
		return err
	}
	return c.with(ctx, o.conn, f, func(s *app.Session) error {
		p, err := c.PlanRestore(ctx, s, f, b, args, app.PlanOptions{Allow: o.write.allow})
		if err != nil {
			return err
		}
		c.Notice("%s", b.Title(args))
		e := o.write.execution("restore", nil)
		e.RollbackOnError, e.StopOnError = o.onError.value == "rollback", o.onError.value == "stop"
		if b.Run != nil {
			e.Of = b.Run.Info.ID
		}
		return c.execute(ctx, s, p, e, o.write, o.format.value, o.verbose)
	})
}
