package main

import (
	"context"

	"github.com/spf13/cobra"

	"rassync/internal/app"
	"rassync/internal/plan"
)

// rangeFlags say which change of the documents is planned.
type rangeFlags struct {
	since, base string
	withDrift   bool
	conflicts   *formatFlag
}

func addRange(cmd *cobra.Command, r *rangeFlags) {
	f := cmd.Flags()
	f.StringVar(&r.since, "since", "", "plan only what the commits since `REF` changed, compared with the documents there (the commit that REF and HEAD share)")
	f.StringVar(&r.base, "base", "", "like --since, with another `FOLDER` or a snapshot as the base")
	f.BoolVar(&r.withDrift, "with-drift", false, "with --since or --base: also take back what was changed on the farm in the touched documents")
	r.conflicts = &formatFlag{allowed: []string{"stop", "mine"}, value: "stop"}
	f.Var(r.conflicts, "conflicts", "with --since or --base: what to do with values that the change and the farm have both changed: stop, or mine to write what is declared")
	complete(cmd, "conflicts", r.conflicts.allowed)
	cmd.MarkFlagsMutuallyExclusive("since", "base")
}

// read reads the base, before anything is asked of a farm.
func (r *rangeFlags) read(ctx context.Context, c *call, f *app.Folder, o *app.PlanOptions) error {
	var err error
	switch {
	case r.since != "":
		o.Since, err = c.Since(ctx, f, r.since)
	case r.base != "":
		o.Since, err = c.BaseOf(f, r.base)
	case r.withDrift || r.conflicts.value != "stop":
		return app.Failf(app.Input, "--with-drift and --conflicts need a base").With("add --since REF or --base FOLDER")
	}
	o.Range = app.RangeOptions{WithDrift: r.withDrift, ConflictsMine: r.conflicts.value == "mine"}
	return err
}

// undecided is the failure of a plan over which somebody has to decide.
func undecided(p *plan.Plan) error {
	n := p.Since.Open()
	if n == 0 {
		return nil
	}
	return app.Failf(app.Refused, "%s changed both here and on the farm", plural(n, "value was", "values were")).
		With("export the farm's values into the documents, or let the declared ones win with --conflicts=mine")
}
