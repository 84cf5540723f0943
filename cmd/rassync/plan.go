package main

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"rassync/internal/app"
	"rassync/internal/guard"
	"rassync/internal/plan"
	"rassync/internal/render"
)

type planOptions struct {
	conn         app.Connection
	sel          selectionFlags
	format       *formatFlag
	overlay      string
	out          string
	validFor     time.Duration
	prune        bool
	rotate       bool
	unseen       bool
	skip         bool
	fresh        bool
	estimate     bool
	detailedExit bool
	verbose      bool
	limit        int
	source       sourceFlag
	rng          rangeFlags
	allow        guard.Allowance
}

func newPlan(c *call) *cobra.Command {
	o := &planOptions{}
	cmd := &cobra.Command{
		Use:   "plan [DIR]",
		Short: "Show what would change on the farm",
		Long: `Plan compares what DIR declares with the farm and shows what apply would do, in
the order in which it would be done, with what cannot be undone and what reaches
beyond configuration. It reads the farm and never writes to it.

Nothing is deleted unless --prune is given, rassync.yaml calls the kind exclusive,
and the object is neither protected nor built in.

With --since REF it plans a change under review: only the documents that the commits
since REF touch, and of them only what they touch. What was changed on the farm
meanwhile is listed apart as drift and left alone; a value that both have changed is a
conflict and stops the plan. A document that the commits delete is a planned delete.

With --out the plan is saved with what binds it to this farm and to the objects as
they are now: "rassync apply FILE" carries out that plan or refuses.`,
		Example: `  rassync plan
  rassync plan farm --only PubRDSApp/Sales/** --format markdown
  rassync plan farm --since origin/main --detailed-exitcode
  rassync plan farm --format html --output plan.html
  rassync plan farm --prune --out approved.plan --detailed-exitcode`,
		Args: cobra.MaximumNArgs(1),
	}
	addConnection(cmd, &o.conn)
	addSelection(cmd, c, &o.sel)
	addOverlay(cmd, &o.overlay)
	addAllowance(cmd, c, &o.allow)
	addRange(cmd, &o.rng)
	addEvents(cmd, c)
	o.format = addFormat(cmd, "text", "json", "markdown", "html", "csv", "gitlab")
	f := cmd.Flags()
	f.StringVar(&o.out, "out", "", "save the plan to this file, for apply")
	f.DurationVar(&o.validFor, "valid-for", app.PlanValidFor, "how long the saved plan may be applied")
	f.BoolVar(&o.prune, "prune", false, "delete what exclusive kinds do not declare")
	f.BoolVar(&o.rotate, "rotate-secrets", false, "send every declared secret again")
	addFresh(f, &o.fresh)
	f.BoolVar(&o.estimate, "estimate", false, "say how many requests the plan would take, and how long under the rate limit, and send none")
	addUnknowns(f, &o.unseen, &o.skip)
	f.BoolVar(&o.detailedExit, "detailed-exitcode", false, "exit with 2 if there are changes")
	f.BoolVar(&o.verbose, "verbose", false, "show long values whole")
	f.IntVar(&o.limit, "max-bytes", 0, "most bytes of the markdown, for comments that are limited")
	f.Var(&o.source, "source-url", "where the files of DIR are on the web, for links: https://.../{file}#L{line}")
	cmd.RunE = c.begin(o.format, func(ctx context.Context, args []string) error { return o.run(ctx, c, folderArg(args)) })
	return cmd
}

func (o *planOptions) run(ctx context.Context, c *call, dir string) error {
	set, err := o.sel.parse(c.Catalog)
	if err != nil {
		return err
	}
	if err := checkLimit(o.limit); err != nil {
		return err
	}
	if o.validFor <= 0 || o.validFor > app.PlanMaxValid {
		return app.Failf(app.Input, "--valid-for: a plan must be valid for some time, and for %d days at most", int(app.PlanMaxValid.Hours()/24))
	}
	if o.out != "" {
		if err := writableFolder("--out", o.out); err != nil {
			return err
		}
	}
	f, err := c.loaded(dir, o.overlay)
	if err != nil {
		return err
	}
	opts := app.PlanOptions{Selection: set, Prune: o.prune, RotateSecrets: o.rotate, WriteUnseen: o.unseen, SkipIncomplete: o.skip, Fresh: o.fresh, Allow: o.allow}
	if err := o.rng.read(ctx, c, f, &opts); err != nil {
		return err
	}
	if err := f.Picks(opts); err != nil {
		return err
	}
	if o.estimate {
		e, err := c.Estimate(f, o.conn, opts)
		if err != nil {
			return err
		}
		return o.showEstimate(c, e)
	}
	return c.with(ctx, o.conn, f, func(s *app.Session) error {
		p, err := c.plan(ctx, s, f, opts)
		if err != nil {
			return err
		}
		warnRefusals(p)
		if err := undecided(p.Plan); err != nil {
			return errors.Join(o.show(c, p.Plan), err)
		}
		if o.out != "" {
			file, err := c.SavePlan(p.Plan, o.validFor)
			if err != nil {
				return err
			}
			if err := file.Write(o.out); err != nil {
				return err
			}
			c.Notice("the plan is saved in %s (digest %.12s); it can be applied until %s", o.out, file.Digest, file.Expires.Format(time.RFC3339))
		}
		var cut *render.Cut
		switch err := o.show(c, p.Plan); {
		case errors.As(err, &cut) && o.out != "":
			c.Warn("%v in the Markdown: the whole plan is in %s", cut, o.out)
		case errors.As(err, &cut):
			return app.Failf(app.Failed, "%w with --max-bytes %d", cut, o.limit).With("save the whole plan with --out and show it to whoever approves, or raise --max-bytes")
		case err != nil:
			return err
		}
		if !p.Plan.Empty() {
			if err := p.Broken(); err != nil {
				return err
			}
			if o.detailedExit {
				return &app.Failure{Class: app.Pending}
			}
			return nil
		}
		// "No changes" must not stand for what could not be seen.
		if err := p.Unseen(); err != nil {
			return err
		}
		return p.Unwritten(app.Failed)
	})
}

// addUnknowns adds the flags about what neither the farm nor an export shows.
func addUnknowns(f *pflag.FlagSet, unseen, skip *bool) {
	f.BoolVar(unseen, "write-unseen", false, "write declared values that the farm does not show, although nobody can tell whether they differ")
	f.BoolVar(skip, "skip-incomplete", false, "leave out new objects whose documents lack what a create needs, instead of refusing the plan")
}

// addFresh adds the flag that has everything asked of the farm.
func addFresh(f *pflag.FlagSet, fresh *bool) {
	f.BoolVar(fresh, "fresh", false, "ask the farm for everything, and answer nothing from what earlier runs have read")
}

// plan makes a plan and shows how far it has come.
func (c *call) plan(ctx context.Context, s *app.Session, f *app.Folder, o app.PlanOptions) (*app.Planned, error) {
	line := c.reading(s.Connection)
	defer line.end(c)
	o.Progress, o.Steps = line.listed, line.steps
	return c.Plan(ctx, s, f, o)
}

// loaded reads a workspace; its warnings are for validate to show.
func (c *call) loaded(dir, overlay string) (*app.Folder, error) {
	f, err := c.Load(dir, overlay)
	if err != nil {
		return nil, err
	}
	if n := len(f.Warnings); n > 0 {
		c.Notice("%s about %s: rassync validate shows them", plural(n, "warning", "warnings"), dir)
	}
	return f, nil
}

// warnRefusals adds to a plan what would stop its apply.
func warnRefusals(p *app.Planned) {
	for _, r := range p.Refusals {
		text := "apply refuses this plan: " + r.Why
		if r.Hint != "" {
			text += " (" + r.Hint + ")"
		}
		if r.Flag != "" {
			text += " (" + r.Flag + " lets it pass)"
		}
		p.Plan.Warnings = append(p.Plan.Warnings, text)
	}
}

func (c *call) verbose(on bool) render.Options {
	o := c.options()
	o.Verbose = on
	return o
}

// show writes a plan in the form that was asked for.
func (o *planOptions) show(c *call, p *plan.Plan) error {
	switch o.format.value {
	case "json":
		return render.PlanJSON(c.Out, p)
	case "markdown":
		return render.PlanMarkdown(c.Out, p, o.limit, o.source.url)
	case "html":
		return render.PlanHTML(c.Out, p, o.source.url)
	case "csv":
		return render.PlanCSV(c.Out, p)
	case "gitlab":
		return render.PlanGitLab(c.Out, p)
	}
	return render.PlanText(c.Out, p, c.verbose(o.verbose))
}
