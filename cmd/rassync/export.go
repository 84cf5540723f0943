package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"rassync/internal/app"
	"rassync/internal/model"
	"rassync/internal/render"
	"rassync/internal/runs"
	"rassync/internal/workspace"
)

type exportOptions struct {
	conn           app.Connection
	sel            selectionFlags
	dir            string
	overlay        string
	details        []string
	fill           bool
	prune          bool
	dryRun         bool
	fresh          bool
	allowOtherFarm bool
}

func newExport(c *call) *cobra.Command {
	o := &exportOptions{}
	cmd := &cobra.Command{
		Use:   "export [DIR]",
		Short: "Write the live farm as YAML",
		Long: `Export reads the farm and writes it as YAML: one document per object, names instead
of ids, no secrets. The same farm gives the same bytes.

Into a folder that holds an export already it updates in place: comments, the order
of keys, the place of files and references to secrets stay; only values that changed
on the farm change. What is no longer on the farm is reported, and taken out with
--prune. The first export notes in rassync.yaml which farm the folder belongs to.

The report on stderr says what was read, what was not and why, and what the farm
answered that no schema knows.`,
		Example: `  rassync export farm --farm https://ras.example.com:20443 --fingerprint AB:CD:...
  rassync export farm --only site:Main --except kind:MFA*
  rassync export farm --details PubRDSApp.preferredRoutes`,
		Args: cobra.MaximumNArgs(1),
	}
	addConnection(cmd, &o.conn)
	addSelection(cmd, c, &o.sel)
	addOverlay(cmd, &o.overlay)
	addEvents(cmd, c)
	f := cmd.Flags()
	f.StringVarP(&o.dir, "output", "o", ".", "folder to write to")
	f.StringArrayVar(&o.details, "details", nil, "read a costly property too, as Kind.property, or all; may be repeated")
	f.BoolVar(&o.fill, "fill", false, "add to existing documents what they leave out")
	f.BoolVar(&o.prune, "prune", false, "take out documents of objects that are no longer on the farm")
	f.BoolVar(&o.dryRun, "dry-run", false, "report only, write no file")
	addFresh(f, &o.fresh)
	f.BoolVar(&o.allowOtherFarm, "allow-other-farm", false, "write into a folder that belongs to another farm")
	cmd.RunE = c.begin(nil, func(ctx context.Context, args []string) error {
		if len(args) > 0 {
			if cmd.Flags().Changed("output") {
				return app.Failf(app.Input, "the folder is named twice: %s and --output %s", args[0], o.dir)
			}
			o.dir = args[0]
		}
		return o.run(ctx, c)
	})
	return cmd
}

func (o *exportOptions) run(ctx context.Context, c *call) error {
	set, err := o.sel.parse(c.Catalog)
	if err != nil {
		return err
	}
	f, err := c.Configured(o.dir, o.overlay)
	if err != nil {
		return err
	}
	if !o.dryRun {
		if err := canMakeFolder(o.dir); err != nil {
			return err
		}
	}
	return c.with(ctx, o.conn, f, func(s *app.Session) error {
		line := c.reading(s.Connection)
		x, err := c.Export(ctx, s, f, app.ExportOptions{Selection: set, Details: o.details, Fill: o.fill, Prune: o.prune, Fresh: o.fresh, AllowOtherFarm: o.allowOtherFarm,
			DryRun: o.dryRun, Overlay: o.overlay, Progress: line.listed, Steps: line.steps})
		line.end(c)
		if err != nil {
			return err
		}
		if err := o.report(c, x); err != nil {
			return err
		}
		if err := x.Incomplete(); err != nil {
			return err
		}
		if o.dryRun {
			return nil
		}
		if part := o.sel.words(); part != "" {
			c.noteDone(o.dir, runs.JobPartialExport, s.URL, part)
		} else {
			c.noteDone(o.dir, runs.JobExport, s.URL, "")
		}
		return nil
	})
}

// report tells what was read and written, and what was not.
func (o *exportOptions) report(c *call, x *app.Exported) error {
	w := x.Written
	verb := "wrote"
	if o.dryRun {
		verb = "would write"
	}
	total := 0
	for _, n := range x.Counts {
		total += n
	}
	if c.eventResult != nil {
		if err := render.JSON(c.Out, exportResult(o, x)); err != nil {
			return err
		}
	} else if _, err := fmt.Fprintf(c.Out, "%s %s to %s: %s new, %d changed, %d removed, %d as before\n",
		verb, plural(total, "object", "objects"), render.Escape(o.dir), plural(len(w.Written), "file", "files"), len(w.Changed), len(w.Removed), len(w.Unchanged)); err != nil {
		return err
	}
	r := &reportWriter{w: c.Err, quiet: c.quiet}
	for _, k := range c.Catalog.Names() {
		if n := x.Counts[k]; n > 0 {
			r.notice("%5d %s", n, k)
		}
	}
	for _, n := range x.Farm.NotRead {
		r.warn("%s", n.String())
	}
	r.gaps(x.Gaps)
	r.names("unknown properties, kept as they are", x.Farm.Findings.Unknown)
	r.names("unknown numbers of enumerations, kept as they are", x.Farm.Findings.NewNumbers)
	r.names("left out, because by its name it may be a secret", x.Farm.Findings.HeldBack)
	whole, parts := openKinds(c.Catalog, x.Counts)
	if len(whole) > 0 {
		r.notice("not all properties of these are known, they are kept as the farm answers them: %s", strings.Join(whole, ", "))
	}
	if len(parts) > 0 {
		r.notice("kept in the same way are parts of these (rassync explain KIND names the parts): %s", strings.Join(parts, ", "))
	}
	r.list("published items for which the API has no calls: left as they are, at their place in the order", x.Farm.Findings.Strangers)
	r.list("references to objects that nobody knows", x.Farm.Findings.Dangling)
	r.list("several objects of one name: only one of them can be written", x.Farm.Findings.Same)
	for _, why := range sortedKeys(x.Farm.Findings.Skipped) {
		r.notice("skipped: %d of %s", x.Farm.Findings.Skipped[why], why)
	}
	if len(x.Costly) > 0 {
		r.notice("not read because it costs a request for each object (--details reads it): %s", strings.Join(x.Costly, ", "))
	}
	for _, u := range w.Unplaced {
		r.warn("not written: %s %s: %s", u.Address, u.Path, u.Why)
	}
	r.list("declared, but not on the farm (--prune takes them out)", addresses(w.Missing, w.Pruned))
	r.list("taken out: no longer on the farm", addresses(w.Pruned, nil))
	r.list("written anew in part, comments or anchors in it are lost", addresses(w.Reformatted, nil))
	return r.err
}

// exportDocument is the result of an export as JSON (schemas/formats/export.json).
type exportDocument struct {
	FormatVersion string         `json:"formatVersion"`
	Folder        string         `json:"folder"`
	DryRun        bool           `json:"dryRun"`
	Objects       int            `json:"objects"`
	Kinds         map[string]int `json:"kinds"`
	Files         exportedFiles  `json:"files"`
	NotRead       []string       `json:"notRead"`
	Missing       []string       `json:"missing"`
}

type exportedFiles struct {
	New       []string `json:"new"`
	Changed   []string `json:"changed"`
	Removed   []string `json:"removed"`
	Unchanged int      `json:"unchanged"`
}

func exportResult(o *exportOptions, x *app.Exported) exportDocument {
	list := func(l []string) []string { return append([]string{}, l...) }
	w := x.Written
	d := exportDocument{FormatVersion: "1", Folder: o.dir, DryRun: o.dryRun, Kinds: map[string]int{}, NotRead: []string{},
		Files: exportedFiles{list(w.Written), list(w.Changed), list(w.Removed), len(w.Unchanged)}, Missing: list(addresses(w.Missing, w.Pruned))}
	for kind, n := range x.Counts {
		d.Objects += n
		if n > 0 {
			d.Kinds[kind] = n
		}
	}
	for _, n := range x.Farm.NotRead {
		d.NotRead = append(d.NotRead, n.String())
	}
	return d
}

// maxGaps is how many objects a report names; the file of gaps names all.
const maxGaps = 20

// gaps tells what the export lacks although the farm may have it.
func (r *reportWriter) gaps(g *workspace.Gaps) {
	for _, s := range g.NotShown {
		r.warn("known, but this farm does not show: %s.%s (%s)", s.Kind, s.Path, plural(len(s.Objects), "object", "objects"))
	}
	var lines []string
	for i, b := range g.NotRebuilt {
		if i == maxGaps {
			lines = append(lines, fmt.Sprintf("and %d more", len(g.NotRebuilt)-i))
			break
		}
		lines = append(lines, b.Address+": "+b.Why)
	}
	r.list("could not be made again from this export as it is", lines)
	if !g.Empty() {
		r.warn("%s lists what this export lacks", workspace.GapsFile)
	}
}

// reportWriter writes lines to stderr until one fails.
type reportWriter struct {
	w     io.Writer
	quiet bool
	err   error
}

func (r *reportWriter) warn(format string, args ...any) {
	if r.err == nil {
		_, r.err = fmt.Fprintln(r.w, render.Escape(fmt.Sprintf(format, args...)))
	}
}

func (r *reportWriter) notice(format string, args ...any) {
	if !r.quiet {
		r.warn(format, args...)
	}
}

func (r *reportWriter) list(title string, lines []string) {
	if len(lines) == 0 {
		return
	}
	r.warn("%s:", title)
	for _, l := range lines {
		r.warn("  %s", l)
	}
}

func (r *reportWriter) names(title string, byKind map[string]map[string]int) {
	if len(byKind) == 0 {
		return
	}
	r.warn("%s:", title)
	for _, kind := range sortedKeys(byKind) {
		for _, path := range sortedKeys(byKind[kind]) {
			r.warn("  %s %s (%d)", kind, path, byKind[kind][path])
		}
	}
}

// addresses lists addresses without those of another list.
func addresses(list, without []model.Address) []string {
	var out []string
	for _, a := range list {
		if !slices.Contains(without, a) {
			out = append(out, a.String())
		}
	}
	return out
}

func sortedKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// openKinds lists the kinds that were read and of which nobody knows all
// properties: of the objects themselves, or of parts of them only.
func openKinds(cat *model.Catalog, counts map[string]int) (whole, parts []string) {
	for _, k := range cat.Kinds() {
		places := k.OpenPlaces()
		switch {
		case counts[k.Name] == 0 || len(places) == 0:
		case places[0] == k.Spec:
			whole = append(whole, k.Name)
		default:
			parts = append(parts, k.Name)
		}
	}
	return whole, parts
}
