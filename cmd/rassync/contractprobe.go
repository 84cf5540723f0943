package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"rassync/internal/app"
	"rassync/internal/contract"
	"rassync/internal/model"
	"rassync/internal/render"
)

type probeOptions struct {
	conn     app.Connection
	format   *formatFlag
	dir      string
	out      string
	settings bool
	activate bool
	yes      bool
	write    writeFlags
}

func newContractProbe(c *call) *cobra.Command {
	o := &probeOptions{}
	cmd := &cobra.Command{
		Use:   "probe KIND ...",
		Short: "Try on a lab farm which properties it takes, and under which names",
		Long: `Probe WRITES to a farm, and is for a lab that nobody works with: it refuses every farm
whose GUID the operator's policy does not list under labs.

Of each kind it makes an object called rassync-probe-..., changes one property after
another to another legal value, reads back, and takes the object away again. Settings that
are there once are only tried with --settings; each value is put back at once. References,
lists, secrets, and what can lock people out are left alone.

It is a run like any other: with its snapshot and journal, so that "rassync rollback" takes
back what a probe left that was killed. The farm's settings are not activated unless
--activate says so; what was written and taken back then waits on the farm.

The result says of each property: accepted, refused (with the farm's words), ignored, or
normalised. With -o what was accepted goes into the contract layer as seen.`,
		Example: `  rassync contract probe Theme --policy lab-policy.yaml
  rassync contract probe RDSHostPool PubFolder -o farm/contract --dir farm
  rassync contract probe MailboxSettings --settings --yes`,
		Args: cobra.MinimumNArgs(1),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
			return kindCompletions(c.Catalog), cobra.ShellCompDirectiveNoFileComp
		},
	}
	addConnection(cmd, &o.conn)
	o.format = addFormat(cmd, "text", "json", "markdown")
	f := cmd.Flags()
	f.StringVar(&o.dir, "dir", ".", "workspace of the run and of the contract layer")
	f.StringVarP(&o.out, "layer", "o", "", "add what was accepted to the layer in this `FOLDER`, WORKSPACE/contract")
	f.BoolVar(&o.settings, "settings", false, "also try settings that are there once, and put each value back")
	f.BoolVar(&o.activate, "activate", false, "activate the settings of the farm after each step")
	f.BoolVarP(&o.yes, "yes", "y", false, "do not ask before writing")
	f.DurationVar(&o.write.lockTimeout, "lock-timeout", 0, "how long to wait for another run in this workspace to end")
	f.DurationVar(&o.write.lockWait, "lock-wait", defaultLockWait, "how long to wait for an object that another administrator holds; 0: not at all")
	cmd.RunE = c.begin(o.format, func(ctx context.Context, args []string) error { return o.run(ctx, c, args) })
	return cmd
}

func (o *probeOptions) run(ctx context.Context, c *call, args []string) error {
	// The layer of the workspace counts: what it corrects is tried as corrected.
	if err := c.UseContract(o.dir); err != nil {
		return err
	}
	if err := app.ContractFolder(o.out); err != nil {
		return err
	}
	var kinds []*model.Kind
	for _, name := range args {
		k, err := knownKind(c.Catalog, name)
		if err != nil {
			return err
		}
		kinds = append(kinds, k)
	}
	if err := c.CanConfirm(o.yes); err != nil {
		return err
	}
	f, err := c.Configured(o.dir, "")
	if err != nil {
		return err
	}
	return c.with(ctx, o.conn, f, func(s *app.Session) error {
		p, err := c.PlanProbe(ctx, s, f, app.ProbeOptions{Kinds: kinds, Settings: o.settings,
			Scratch: func(k *model.Kind, site, name string) string {
				return render.SkeletonDocument(c.Catalog, k, site, name, "")
			}})
		if err != nil {
			return err
		}
		c.Warn("this writes to farm %s: it makes objects, changes one property after another and takes all away again", render.Escape(s.Farm().Name))
		if o.format.value == "text" {
			if err := render.PlanText(c.Out, p.Plan, c.options()); err != nil {
				return err
			}
		}
		if !p.Plan.Empty() {
			if err := c.Confirm(ctx, o.yes, fmt.Sprintf("Probe farm %s?", render.Escape(s.Farm().Name))); err != nil {
				return err
			}
		}
		return o.probe(ctx, c, s, p)
	})
}

func (o *probeOptions) probe(ctx context.Context, c *call, s *app.Session, p *app.Probe) error {
	c.out.endure = true
	e := app.Execution{Command: "probe", StageOnly: !o.activate, LockTimeout: o.write.lockTimeout, LockWait: o.write.lockWait}
	found, err := c.RunProbe(ctx, s, p, e, func(kind string, q contract.ProbedProperty) {
		c.Notice("%s.%s", kind, q.Describe())
	})
	if found == nil {
		return err
	}
	if serr := o.show(c, found); serr != nil && err == nil {
		err = serr
	}
	if o.out == "" || err != nil {
		return err
	}
	layer, err := found.Layer(c.Catalog, c.Now().UTC().Format("2006-01-02"))
	if err != nil || len(layer.Kinds) == 0 {
		return err
	}
	return extendLayer(c, o.out, layer)
}

func (o *probeOptions) show(c *call, found *contract.Probed) error {
	switch o.format.value {
	case "json":
		return render.JSON(c.Out, struct {
			FormatVersion string `json:"formatVersion"`
			*contract.Probed
		}{"1", found})
	case "markdown":
		return render.ProbeMarkdown(c.Out, found)
	}
	return render.ProbeText(c.Out, found, c.options())
}
