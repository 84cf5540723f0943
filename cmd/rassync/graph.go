package main

import (
	"bytes"
	"context"
	"time"

	"github.com/spf13/cobra"

	"rassync/internal/app"
	"rassync/internal/plan"
	"rassync/internal/render"
	"rassync/internal/wholefile"
)

type graphOptions struct {
	conn    app.Connection
	sel     selectionFlags
	format  *formatFlag
	overlay string
	out     string
	prune   bool
}

func newGraph(c *call) *cobra.Command {
	o := &graphOptions{}
	cmd := &cobra.Command{
		Use:   "graph [PLANFILE | DIR]",
		Short: "Draw the order of a plan",
		Long: `Graph draws in which order the steps of a plan are carried out: each step, what it
waits for and why, what is deleted or made anew, and where the settings of the farm
are activated in between. It draws a plan file without asking the farm, or plans DIR
like "rassync plan". It never writes to the farm.`,
		Example: `  rassync graph approved.plan | dot -Tsvg -o order.svg
  rassync graph farm --format mermaid
  rassync graph farm --prune --only site:Main -o order.dot`,
		Args: cobra.MaximumNArgs(1),
	}
	addConnection(cmd, &o.conn)
	addSelection(cmd, c, &o.sel)
	addOverlay(cmd, &o.overlay)
	o.format = addFormat(cmd, "dot", "mermaid")
	f := cmd.Flags()
	f.StringVarP(&o.out, "out", "o", "", "write the drawing to this file")
	f.BoolVar(&o.prune, "prune", false, "plan to delete what exclusive kinds do not declare")
	cmd.RunE = c.begin(o.format, func(ctx context.Context, args []string) error { return o.run(ctx, c, folderArg(args)) })
	return cmd
}

func (o *graphOptions) run(ctx context.Context, c *call, target string) error {
	set, err := o.sel.parse(c.Catalog)
	if err != nil {
		return err
	}
	info, err := statTarget(target)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		if len(o.sel.only)+len(o.sel.except) > 0 || o.prune {
			return app.Failf(app.Input, "--only, --except and --prune belong to the plan, not to its drawing").With("make another plan")
		}
		// A plan that has expired can still be looked at.
		file, err := plan.ReadFile(target, c.Catalog, time.Time{})
		if err != nil {
			return &app.Failure{Class: app.Input, Err: err, Hint: "make a new plan"}
		}
		return o.draw(c, &file.Plan)
	}
	f, err := c.loaded(target, o.overlay)
	if err != nil {
		return err
	}
	return c.with(ctx, o.conn, f, func(s *app.Session) error {
		p, err := c.plan(ctx, s, f, app.PlanOptions{Selection: set, Prune: o.prune})
		if err != nil {
			return err
		}
		c.stats(s)
		if err := o.draw(c, p.Plan); err != nil || !p.Plan.Empty() {
			return err
		}
		return p.Unseen()
	})
}

func (o *graphOptions) draw(c *call, p *plan.Plan) error {
	var b bytes.Buffer
	write := render.PlanDOT
	if o.format.value == "mermaid" {
		write = render.PlanMermaid
	}
	if err := write(&b, p); err != nil {
		return err
	}
	if o.out == "" || o.out == "-" {
		_, err := c.Out.Write(b.Bytes())
		return err
	}
	return wholefile.Write(o.out, b.Bytes(), wholefile.Options{Mode: 0o644, KeepMode: true})
}
