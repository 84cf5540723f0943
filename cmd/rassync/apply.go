package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"rassync/internal/app"
	"rassync/internal/apply"
	"rassync/internal/render"
)

type applyOptions struct {
	conn    app.Connection
	sel     selectionFlags
	write   writeFlags
	onError *formatFlag
	format  *formatFlag
	overlay string
	dir     string
	// dirNamed: the operator said where the workspace is.
	dirNamed bool
	prune    bool
	rotate   bool
	unseen   bool
	skip     bool
	fresh    bool
	resume   bool
	verbose  bool
	rng      rangeFlags
}

func newApply(c *call) *cobra.Command {
	o := &applyOptions{}
	cmd := &cobra.Command{
		Use:   "apply [DIR | PLANFILE]",
		Short: "Apply the declared configuration to the farm",
		Long: `Apply plans DIR, shows the plan, asks, and carries it out. Given a plan file, it
carries out exactly that plan, or refuses if an object it touches has changed since.

Before the first write every object that the plan touches is saved, so that
"rassync rollback" can go back, and every step is written to a journal, so that
"rassync apply --resume" can finish a run that was killed. The changes are activated
once, at the end, and then read back.

An interrupt, or the loss of the terminal, lets the change under way finish; a second
interrupt ends at once. That nobody reads the output any more stops nothing.`,
		Example: `  rassync apply farm --dry-run
  rassync apply farm --yes
  rassync apply approved.plan --yes
  rassync apply --resume`,
		Args: cobra.MaximumNArgs(1),
	}
	addConnection(cmd, &o.conn)
	addEvents(cmd, c)
	addSelection(cmd, c, &o.sel)
	addWrite(cmd, c, &o.write)
	addOverlay(cmd, &o.overlay)
	o.format = addFormat(cmd, "text", "json", "markdown")
	o.onError = addOnError(cmd)
	addRange(cmd, &o.rng)
	f := cmd.Flags()
	f.BoolVar(&o.prune, "prune", false, "delete what exclusive kinds do not declare")
	f.BoolVar(&o.rotate, "rotate-secrets", false, "send every declared secret again")
	addFresh(f, &o.fresh)
	addUnknowns(f, &o.unseen, &o.skip)
	f.BoolVar(&o.resume, "resume", false, "finish the newest run of the workspace; the argument is a run then, not a folder")
	f.BoolVar(&o.verbose, "verbose", false, "show long values whole, and every request")
	f.StringVar(&o.dir, "dir", ".", "workspace of a plan file or of a run to resume")
	cmd.RunE = c.begin(o.format, func(ctx context.Context, args []string) error {
		o.dirNamed = cmd.Flags().Changed("dir")
		return o.run(ctx, c, args)
	})
	return cmd
}

func (o *applyOptions) run(ctx context.Context, c *call, args []string) error {
	set, err := o.sel.parse(c.Catalog)
	if err != nil {
		return err
	}
	if o.resume {
		return o.runResume(ctx, c, args)
	}
	target := folderArg(args)
	info, err := statTarget(target)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		if len(o.sel.only)+len(o.sel.except) > 0 || o.prune || o.rotate || o.unseen || o.skip {
			return app.Failf(app.Input, "--only, --except, --prune, --rotate-secrets, --write-unseen and --skip-incomplete belong to the plan, not to its apply").With("make another plan")
		}
		if o.rng.since != "" || o.rng.withDrift {
			return app.Failf(app.Input, "--since and --with-drift belong to the plan, not to its apply").With("make another plan; a plan that was made with --base takes the same --base again")
		}
		return o.runFile(ctx, c, target)
	}
	f, err := c.loaded(target, o.overlay)
	if err != nil {
		return err
	}
	opts := app.PlanOptions{Selection: set, Prune: o.prune, RotateSecrets: o.rotate, WriteUnseen: o.unseen, SkipIncomplete: o.skip, Fresh: o.fresh, Allow: o.write.allow}
	if err := o.rng.read(ctx, c, f, &opts); err != nil {
		return err
	}
	if err := f.Picks(opts); err != nil {
		return err
	}
	if err := o.write.check(c); err != nil {
		return err
	}
	return c.with(ctx, o.conn, f, func(s *app.Session) error {
		p, err := c.plan(ctx, s, f, opts)
		if err != nil {
			return err
		}
		return o.carryOut(ctx, c, s, p)
	})
}

// runFile carries out an approved plan.
func (o *applyOptions) runFile(ctx context.Context, c *call, path string) error {
	file, err := c.OpenPlan(path)
	if err != nil {
		return err
	}
	f, err := c.Configured(o.dir, o.overlay)
	if err != nil {
		return err
	}
	checkout, err := c.Checkout(f, o.dirNamed, o.overlay)
	if err != nil {
		return err
	}
	if checkout != nil {
		checkout.Base = o.rng.base
	}
	if err := c.OnlyMine(path, checkout); err != nil {
		return err
	}
	if err := o.write.check(c); err != nil {
		return err
	}
	return c.with(ctx, o.conn, f, func(s *app.Session) error {
		p, err := c.Bind(ctx, s, f, checkout, file, o.write.allow)
		if err != nil {
			return err
		}
		return o.carryOut(ctx, c, s, p)
	})
}

func (o *applyOptions) runResume(ctx context.Context, c *call, args []string) error {
	if o.write.dryRun {
		return app.Failf(app.Input, "--resume has no dry run").With("rassync plan shows what is left to do")
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
		r, err := c.ResumeTarget(s, f, id)
		if err != nil {
			return err
		}
		if err := c.Confirm(ctx, o.write.yes, fmt.Sprintf("Finish run %s (%s) on farm %s?", r.Info.ID, r.State(), render.Escape(s.Farm().Name))); err != nil {
			return err
		}
		c.out.endure = true
		w := c.watch(o.format.value, o.verbose)
		e := o.write.execution("apply", w.event)
		e.StopOnError = o.onError.value == "stop"
		rep, err := c.Resume(ctx, s, f, r, e)
		return w.finish(c, s, nil, rep, err)
	})
}

func (o *applyOptions) carryOut(ctx context.Context, c *call, s *app.Session, p *app.Planned) error {
	e := o.write.execution("apply", nil)
	e.RollbackOnError, e.StopOnError = o.onError.value == "rollback", o.onError.value == "stop"
	return c.execute(ctx, s, p, e, o.write, o.format.value, o.verbose)
}

func (w *writeFlags) execution(command string, events func(apply.Event)) app.Execution {
	return app.Execution{Command: command, StageOnly: w.stageOnly, AllowStaged: w.allowStaged, ActivateForeign: w.foreign.value == "activate", LockTimeout: w.lockTimeout, LockWait: w.lockWait, Events: events}
}

// execute shows a plan, asks, and carries it out.
func (c *call) execute(ctx context.Context, s *app.Session, p *app.Planned, e app.Execution, w writeFlags, format string, verbose bool) error {
	text := format == "text"
	c.out.endure = !w.dryRun
	if text {
		if err := render.PlanText(c.Out, p.Plan, c.verbose(verbose)); err != nil {
			return err
		}
	}
	if err := undecided(p.Plan); err != nil {
		return err
	}
	if p.Plan.Empty() && (w.dryRun || e.Command != "rollback") {
		if !w.dryRun && e.Command == "apply" {
			c.NoteApplied(s, p)
		}
		if !text {
			if err := showResult(c, s, p, nil, format, e.Command); err != nil {
				return err
			}
		}
		if err := c.Waiting(s, p.Folder); err != nil && !w.dryRun && e.Command == "apply" {
			return err
		}
		if err := p.Lost(); err != nil && !w.dryRun {
			return err
		}
		return p.Short(app.Failed)
	}
	if err := c.Ready(s, p, e); err != nil {
		return err
	}
	if w.dryRun {
		c.Notice("dry run: nothing was written")
		if !text {
			if err := showResult(c, s, p, nil, format, e.Command); err != nil {
				return err
			}
		}
		return p.Unseen()
	}
	what := plural(len(p.Plan.Changes), "change", "changes")
	if n := p.Plan.Summary.Delete; n > 0 {
		what += fmt.Sprintf(" (%s)", plural(n, "delete", "deletes"))
	}
	// A rollback that finds everything as it was writes nothing but that it was
	// done: the next one goes further back.
	if err := c.Confirm(ctx, w.yes || p.Plan.Empty(), fmt.Sprintf("Apply %s to farm %s?", what, render.Escape(s.Farm().Name))); err != nil {
		return err
	}
	watch := c.watch(format, verbose)
	e.Events = watch.event
	rep, err := c.Execute(ctx, s, p, e)
	if e.Command == "apply" && rep != nil {
		c.NoteApplied(s, p)
	}
	if err = watch.finish(c, s, p, rep, err); err != nil {
		return err
	}
	if err := p.Lost(); err != nil {
		return err
	}
	return p.Short(app.Partial)
}

// watcher shows a run as it goes on and sums it up.
type watcher struct {
	format   string
	progress *render.ApplyProgress
	events   []apply.Event
	quiet    bool
	stream   *eventStream
}

func (c *call) watch(format string, verbose bool) *watcher {
	o := c.errOptions()
	o.Verbose = verbose
	return &watcher{format: format, progress: render.NewApplyProgress(c.Err, o, c.overwrites()), quiet: c.quiet, stream: c.events}
}

func (w *watcher) event(e apply.Event) {
	w.events = append(w.events, e)
	w.stream.send(ofRun(e))
	if !w.quiet {
		// A terminal that is gone must not stop a run.
		_ = w.progress.Event(e)
	}
}

// finish shows what came of the run; the error of the run stays the result.
func (w *watcher) finish(c *call, s *app.Session, p *app.Planned, rep *app.Report, err error) error {
	if rep == nil {
		return err
	}
	if w.format != "text" {
		if rep.Result != nil {
			if werr := showResult(c, s, p, rep, w.format, rep.Run.Info.Command); werr != nil && err == nil {
				err = werr
			}
		}
	} else if rep.Run.Info.Changes == 0 {
		// A rollback that found everything as it was: the plan says so.
	} else if werr := render.RunSummary(c.Out, w.events, c.options()); werr != nil && err == nil {
		err = werr
	}
	if rep.Result != nil {
		for _, t := range rep.Result.Took {
			c.Notice("%s", t)
		}
	}
	c.Notice("run %s (rassync history show %s)", rep.Run.Info.ID, rep.Run.Info.ID)
	if rep.Rollback != nil && rep.RollbackError == nil {
		c.Notice("rolled back by run %s", rep.Rollback.Run.Info.ID)
	}
	return err
}
