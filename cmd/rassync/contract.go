package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/spf13/cobra"

	"rassync/internal/app"
	"rassync/internal/contract"
	"rassync/internal/coverage"
	"rassync/internal/files"
	"rassync/internal/model"
	"rassync/internal/render"
	"rassync/schemas"
)

func newContract(c *call) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "contract",
		Short: "Correct the built-in schemas by your farm's own contract",
		Long: `The built-in schemas are where rassync starts. What your farm's version calls otherwise
is corrected by a layer of data: the folder contract/ of the workspace, one small YAML
file per kind, committed and reviewed like the documents. Every command that works in
the workspace uses it. The YAML names of the built-in schemas stay, so documents outlive
a rename of the API.

The vendor publishes the contract as an OpenAPI file beside its REST API guide, and each
page of the reference holds a part of it. "contract import" makes the layer from either.
A layer corrects names and values only: it cannot make a secret readable or lift a
safety limit.`,
		Example: `  rassync contract import swagger.json
  rassync contract import pages/ -o farm/contract
  rassync contract show PubRDSApp --dir farm
  rassync contract diff v21.json v22.json --dir farm
  rassync contract remove --dir farm`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return fmt.Errorf("%s needs a command: import, show, diff, probe or remove", cmd.CommandPath())
		},
	}
	cmd.AddCommand(newContractImport(c), newContractShow(c), newContractDiff(c), newContractProbe(c), newContractRemove(c))
	return cmd
}

func newContractImport(c *call) *cobra.Command {
	var out string
	var check bool
	var names []string
	cmd := &cobra.Command{
		Use:   "import FILE|DIR|- ...",
		Short: "Learn the contract from OpenAPI files or pages",
		Long: `Import reads OpenAPI documents (3.0 and 3.1, JSON or YAML) and the vendor's reference
pages (Markdown with OpenAPI blocks, any number of them), joins their operations to the
kinds, and reports per kind what is confirmed and what is called otherwise. It is offline
and asks no farm.

A name counts as renamed only where one name is gone and one like it, of the same type
and place, is new. Where several could be meant the report asks, and nothing is guessed:
--name answers.

With -o the layer is written: the folder contract of a workspace.`,
		Example: `  rassync contract import swagger.json
  rassync contract import pages/*.md -o farm/contract
  rassync contract import swagger.json --name Theme.description=remark -o farm/contract
  rassync contract import swagger.json --check   # exits 2 if something differs`,
		Args: cobra.MinimumNArgs(1),
	}
	format := addFormat(cmd, "text", "json", "markdown")
	cmd.Flags().StringVarP(&out, "layer", "o", "", "write the layer to this `FOLDER`, WORKSPACE/contract")
	cmd.Flags().StringArrayVar(&names, "name", nil, "answer to a question: `KIND.PROPERTY=NAME`, the name that the document has for it; may be repeated")
	cmd.Flags().BoolVar(&check, "check", false, "exit with 2 if the document differs from the built-in schemas")
	cmd.RunE = c.begin(format, func(_ context.Context, args []string) error {
		if err := app.ContractFolder(out); err != nil {
			return err
		}
		doc, name, err := readDocuments(c.In, args)
		if err != nil {
			return err
		}
		ops, _, err := coverage.Load(schemas.Files)
		if err != nil {
			return err
		}
		answers, err := answersOf(c.Catalog, names)
		if err != nil {
			return err
		}
		cmp, layer, err := contract.Compare(c.Catalog, doc, name, c.Now().UTC().Format("2006-01-02"), ops, answers)
		if err != nil {
			return err
		}
		if len(cmp.Kinds) == 0 {
			return app.Failf(app.Input, "none of the %s in it belongs to a kind", plural(doc.Operations(), "operation", "operations")).With("is it the document of the RAS REST API?")
		}
		if layer, err = contract.Fit(c.Catalog, schemas.Files, layer, cmp); err != nil {
			return err
		}
		if err := showComparison(c, cmp, format.value); err != nil {
			return err
		}
		if out != "" {
			written, err := app.RenewContract(out, layer)
			if err != nil {
				return err
			}
			c.Notice("wrote %s to %s: review and commit them", plural(len(written), "file", "files"), out)
		}
		if check && cmp.Differs() {
			return &app.Failure{Class: app.Pending}
		}
		return nil
	})
	return cmd
}

// answersOf reads what --name says.
func answersOf(cat *model.Catalog, list []string) (map[string]string, error) {
	out := map[string]string{}
	for _, text := range list {
		at, name, ok := strings.Cut(text, "=")
		kind, path, dotted := strings.Cut(at, ".")
		if !ok || !dotted || name == "" {
			return nil, app.Failf(app.Input, "--name %q: it is KIND.PROPERTY=NAME", text)
		}
		k, err := knownKind(cat, kind)
		if err != nil {
			return nil, err
		}
		if k.Spec.Find(path) == nil {
			return nil, app.Failf(app.Input, "--name: %s has no property %q", k.Name, path)
		}
		out[k.Name+"."+path] = name
	}
	return out, nil
}

// mostDocuments bounds a folder of pages.
const mostDocuments = 5000

// readDocuments reads all documents that are named as one.
func readDocuments(in io.Reader, args []string) (*contract.Document, string, error) {
	var files []string
	for _, a := range args {
		info, err := os.Stat(a)
		if a == "-" || err == nil && !info.IsDir() {
			files = append(files, a)
			continue
		}
		if err != nil {
			return nil, "", &app.Failure{Class: app.Input, Err: err}
		}
		err = filepath.WalkDir(a, func(p string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			switch strings.ToLower(filepath.Ext(p)) {
			case ".json", ".yaml", ".yml", ".md", ".markdown":
				if d.Type().IsRegular() {
					files = append(files, p)
				}
			}
			if len(files) > mostDocuments {
				return fmt.Errorf("%s holds more than %d documents", a, mostDocuments)
			}
			return nil
		})
		if err != nil {
			return nil, "", &app.Failure{Class: app.Input, Err: err}
		}
	}
	sort.Strings(files)
	var all *contract.Document
	var problems []string
	for _, f := range files {
		d, err := readDocument(in, f)
		if err != nil {
			problems = append(problems, f+": "+err.Error())
			continue
		}
		if all == nil {
			all = d
		} else {
			all.Merge(d)
		}
	}
	if all == nil {
		if len(problems) == 0 {
			problems = []string{"no JSON, YAML or Markdown file in it"}
		}
		return nil, "", app.Failf(app.Input, "no OpenAPI document could be read").With("the vendor publishes it beside the REST API guide").About(problems)
	}
	name := filepath.Base(files[0])
	if len(files) > 1 {
		name = plural(len(files)-len(problems), "document", "documents")
	}
	return all, name, nil
}

func readDocument(in io.Reader, file string) (*contract.Document, error) {
	if file == "-" {
		return contract.ParseDocument(in)
	}
	data, err := files.ReadNamed(file, contract.MaxDocument)
	if err != nil {
		return nil, err
	}
	return contract.ParseDocument(bytes.NewReader(data))
}

func showComparison(c *call, cmp *contract.Comparison, format string) error {
	switch format {
	case "json":
		return render.JSON(c.Out, struct {
			FormatVersion string `json:"formatVersion"`
			*contract.Comparison
		}{"1", cmp})
	case "markdown":
		return render.ContractMarkdown(c.Out, cmp)
	}
	return render.ContractText(c.Out, cmp, c.options())
}

func newContractShow(c *call) *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:     "show [KIND]",
		Short:   "Show what the contract layer of a workspace corrects",
		Long:    "Show lists the corrections of the workspace's contract layer: where they come from, and what each of them says.",
		Example: "  rassync contract show --dir farm\n  rassync contract show PubRDSApp --dir farm",
		Args:    cobra.MaximumNArgs(1),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
			return kindCompletions(c.Catalog), cobra.ShellCompDirectiveNoFileComp
		},
	}
	cmd.Flags().StringVar(&dir, "dir", ".", "the workspace")
	cmd.RunE = c.begin(nil, func(_ context.Context, args []string) error {
		l, err := app.ReadContract(dir)
		if err != nil {
			return err
		}
		if l == nil {
			_, err := fmt.Fprintf(c.Out, "%s has no contract layer: the built-in schemas count\n", render.Escape(dir))
			return err
		}
		names := l.Names()
		if len(args) > 0 {
			k, err := knownKind(c.Catalog, args[0])
			if err != nil {
				return err
			}
			if l.Kinds[k.Name] == nil {
				_, err := fmt.Fprintf(c.Out, "the contract layer does not correct %s\n", k.Name)
				return err
			}
			names = []string{k.Name}
		}
		corrected, confirmed := l.Count()
		if _, err := fmt.Fprintf(c.Out, "contract: built in + %s, %d confirmed (%.12s)\n", plural(corrected, "correction", "corrections"), confirmed, l.Digest); err != nil {
			return err
		}
		for _, name := range names {
			if err := render.ContractKind(c.Out, l.Kinds[name], len(args) > 0); err != nil {
				return err
			}
		}
		return nil
	})
	return cmd
}

func newContractDiff(c *call) *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:   "diff A B",
		Short: "Compare two contracts, and say which documents need editing",
		Long: `Diff compares two contracts: OpenAPI files, folders of pages, or workspaces with a
contract layer; the word built-in stands for the built-in schemas. With --dir it says
which documents of that workspace declare what differs, so that an upgrade of RAS can be
prepared.`,
		Example: "  rassync contract diff v21.json v22.json --dir farm\n  rassync contract diff built-in farm",
		Args:    cobra.ExactArgs(2),
	}
	format := addFormat(cmd, "text", "json")
	cmd.Flags().StringVar(&dir, "dir", "", "workspace whose documents are looked at")
	cmd.RunE = c.begin(format, func(_ context.Context, args []string) error {
		a, err := contractSide(c, args[0])
		if err != nil {
			return err
		}
		b, err := contractSide(c, args[1])
		if err != nil {
			return err
		}
		changes := contract.Diff(a, b)
		if dir != "" {
			// The documents are valid under the layer of their own workspace.
			if err := c.UseContract(dir); err != nil {
				return err
			}
			ws, ds := c.Read(dir, "")
			if err := app.Invalid(ds); err != nil {
				return err
			}
			contract.Touch(changes, ws.Objects)
		}
		if format.value == "json" {
			return render.JSON(c.Out, struct {
				FormatVersion string            `json:"formatVersion"`
				From          string            `json:"from"`
				To            string            `json:"to"`
				Changes       []contract.Change `json:"changes"`
			}{"1", args[0], args[1], changes})
		}
		return render.ContractChanges(c.Out, changes, dir != "")
	})
	return cmd
}

// builtInSide is how the built-in schemas are named as a side.
const builtInSide = "built-in"

// contractSide makes the catalogue of one side.
func contractSide(c *call, name string) (*model.Catalog, error) {
	if name == builtInSide {
		return c.Catalog, nil
	}
	l, err := app.ReadContract(name)
	if err != nil {
		return nil, err
	}
	if l == nil {
		doc, file, err := readDocuments(c.In, []string{name})
		var f *app.Failure
		if errors.As(err, &f) {
			return nil, f.With("name an OpenAPI file, a folder of pages, a workspace with a contract layer, or the word %s", builtInSide)
		}
		if err != nil {
			return nil, err
		}
		var cmp *contract.Comparison
		if cmp, l, err = contract.Compare(c.Catalog, doc, file, "", nil, nil); err != nil {
			return nil, err
		}
		if l, err = contract.Fit(c.Catalog, schemas.Files, l, cmp); err != nil {
			return nil, err
		}
	}
	return contract.LoadOver(c.Catalog, schemas.Files, l, contract.ForClient)
}

func newContractRemove(c *call) *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:     "remove [KIND ...]",
		Short:   "Remove the contract layer of a workspace, or of some kinds",
		Long:    "Remove deletes the files of the contract layer: of the named kinds, or all of them. The built-in schemas count again.",
		Example: "  rassync contract remove PubRDSApp --dir farm\n  rassync contract remove --dir farm",
		Args:    cobra.ArbitraryArgs,
	}
	cmd.Flags().StringVar(&dir, "dir", ".", "the workspace")
	cmd.RunE = c.begin(nil, func(_ context.Context, args []string) error {
		gone, err := app.RemoveContract(dir, args)
		for _, f := range gone {
			if _, werr := fmt.Fprintf(c.Out, "removed %s\n", render.Escape(f)); werr != nil && err == nil {
				err = werr
			}
		}
		return err
	})
	return cmd
}
