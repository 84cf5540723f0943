package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"

	"github.com/spf13/cobra"

	"rassync/internal/app"
	"rassync/internal/contract"
	"rassync/internal/plan"
	"rassync/internal/render"
	"rassync/internal/wholefile"
)

type doctorOptions struct {
	conn   app.Connection
	format *formatFlag
	sample int
	quick  bool
	bundle string
	out    string
}

func newDoctor(c *call) *cobra.Command {
	o := &doctorOptions{}
	cmd := &cobra.Command{
		Use:   "doctor [DIR]",
		Short: "Check a farm, its connection, and how it differs from the schemas",
		Long: `Doctor takes one look at a farm and never writes: certificate, logon, version, primary
broker, staged changes, which kinds the account can read, and per kind what the farm
shows otherwise than the schemas say: properties that are known and not shown, shown and
not known, numbers without names, other types, names that look renamed. The contract
layer of DIR counts.

It reads one list per kind, the same of a second site where there is one, and one object of
each kind by its id. It also says who else is logged on where the farm tells, which site
licenses the farm, how fast answers come, and what to do, in order. The self-test at the end reads what an export reads: it
exports in memory and plans that, which must be empty. --quick leaves the self-test out.

What numbers of enumerations mean cannot be read: doctor never takes one for confirmed.

--bundle writes a file for whoever maintains the schemas: names and types only, no
values, no secrets.`,
		Example: `  rassync doctor farm
  rassync doctor --quick --sample 5
  rassync doctor farm --format markdown --output doctor.md
  rassync doctor --quick --bundle names.zip`,
		Args: cobra.MaximumNArgs(1),
	}
	addConnection(cmd, &o.conn)
	o.format = addFormat(cmd, "text", "json", "markdown")
	f := cmd.Flags()
	f.IntVar(&o.sample, "sample", 20, "objects per kind that are looked at; 0 for all")
	f.BoolVar(&o.quick, "quick", false, "leave out the self-test, which reads the whole farm")
	f.StringVarP(&o.out, "layer", "o", "", "add what the answers show beyond doubt to the layer in this `FOLDER`, WORKSPACE/contract")
	f.StringVar(&o.bundle, "bundle", "", "write names and types to this zip `FILE`")
	cmd.RunE = c.begin(o.format, func(ctx context.Context, args []string) error { return o.run(ctx, c, folderArg(args)) })
	return cmd
}

func (o *doctorOptions) run(ctx context.Context, c *call, dir string) error {
	if o.sample < 0 {
		return app.Failf(app.Input, "--sample %d: it is a number of objects, or 0 for all", o.sample)
	}
	if err := app.ContractFolder(o.out); err != nil {
		return err
	}
	if o.bundle != "" {
		if err := writableFolder("--bundle", o.bundle); err != nil {
			return err
		}
	}
	f, err := c.Configured(dir, "")
	if err != nil {
		return err
	}
	return c.with(ctx, o.conn, f, func(s *app.Session) error {
		line := c.reading(s.Connection)
		found, err := c.Examine(ctx, s, f, app.CheckupOptions{Sample: o.sample, SelfTest: !o.quick, Progress: line.listed, Steps: line.steps})
		line.end(c)
		if err != nil {
			return err
		}
		if o.bundle != "" {
			if err := writeBundle(o.bundle, found, c.Tool); err != nil {
				return err
			}
			c.Notice("%s holds names and types only; look at it before you send it", o.bundle)
		}
		if err := o.show(c, found); err != nil {
			return err
		}
		if o.out != "" {
			if err := o.extend(ctx, c, s, found); err != nil {
				return err
			}
		}
		if !found.Healthy() {
			return &app.Failure{Class: app.Failed}
		}
		return nil
	})
}

// extend adds to the contract layer what the answers show beyond doubt.
func (o *doctorOptions) extend(ctx context.Context, c *call, s *app.Session, found *contract.Checkup) error {
	sure, err := found.Sure(c.Catalog, s.Identity(ctx).Version, c.Now().UTC().Format("2006-01-02"))
	if err != nil {
		return err
	}
	if len(sure.Kinds) == 0 {
		c.Notice("the answers show nothing beyond doubt that the schemas do not have: no layer was written")
		return nil
	}
	return extendLayer(c, o.out, sure)
}

// extendLayer adds corrections to a layer on disk, and says so.
func extendLayer(c *call, folder string, l *contract.Layer) error {
	written, err := app.ExtendContract(folder, l)
	if err == nil {
		c.Notice("wrote %s to %s: review and commit them", plural(len(written), "file", "files"), folder)
	}
	return err
}

func (o *doctorOptions) show(c *call, found *contract.Checkup) error {
	switch o.format.value {
	case "json":
		return render.JSON(c.Out, struct {
			FormatVersion string `json:"formatVersion"`
			*contract.Checkup
		}{"1", found})
	case "markdown":
		return render.CheckupMarkdown(c.Out, found)
	}
	return render.CheckupText(c.Out, found, c.options())
}

// writeBundle writes the shapes of all answers, a file per kind.
func writeBundle(path string, found *contract.Checkup, tool plan.Tool) error {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	add := func(name string, v any) error {
		w, err := z.Create(name)
		if err != nil {
			return err
		}
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(v)
	}
	if err := add("tool.json", tool); err != nil {
		return err
	}
	for kind, shape := range found.Shapes() {
		if err := add("names/"+kind+".json", shape); err != nil {
			return err
		}
	}
	if err := z.Close(); err != nil {
		return err
	}
	return wholefile.Write(path, b.Bytes(), wholefile.Options{Mode: 0o600})
}
