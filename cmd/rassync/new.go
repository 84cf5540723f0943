package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"rassync/internal/app"
	"rassync/internal/model"
	"rassync/internal/render"
	"rassync/internal/workspace"
)

func newNew(c *call) *cobra.Command {
	var site string
	cmd := &cobra.Command{
		Use:   "new KIND [NAME]",
		Short: "Write a new document to fill in",
		Long: `New writes a document of a kind that is valid as it stands: what a create needs, and a
few typical properties with their titles. It asks no farm and changes no file unless
--output names one.

A file that a document names, such as a picture, must be put in its place. What refers
to other objects is left out: add it once those are declared. "rassync explain KIND"
tells of every property. With --output the document names its schema, for editors.`,
		Example: `  rassync new PubRDSApp Sales/Notepad --site Main
  rassync new RDSHostPool Finance --output farm/Main/finance.yaml`,
		Args: cobra.RangeArgs(1, 2),
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return kindCompletions(c.Catalog), cobra.ShellCompDirectiveNoFileComp
		},
	}
	cmd.Flags().StringVar(&site, "site", "Main", "site of the object")
	cmd.RunE = c.begin(nil, func(_ context.Context, args []string) error {
		k, err := knownKind(c.Catalog, args[0])
		if err != nil {
			return err
		}
		name := ""
		if len(args) > 1 {
			name = args[1]
		}
		switch {
		case k.HasName() && name == "":
			return app.Failf(app.Input, "%s objects have a name", k.Name).With("rassync new %s NAME", k.Name)
		case !k.HasName() && name != "":
			return app.Failf(app.Input, "%s has no name", k.Name).With("rassync new %s", k.Name)
		case k.Identity.Also != "" && !strings.Contains(name, "@"):
			return app.Failf(app.Input, "the name of a %s ends in its version", k.Name).With("rassync new %s %s@1.0.0.0", k.Name, name)
		}
		_, err = fmt.Fprint(c.Out, render.SkeletonDocument(c.Catalog, k, site, name, editorSchema(c.output.path, k.Name)))
		return err
	})
	return cmd
}

// editorSchema is where the schema of a kind is, seen from a new file: editors read
// it from the first line of a document. It is "" where no export has put the schemas
// into a folder above the file, or where it is not known which file it will be.
func editorSchema(file, kind string) string {
	if file == "" {
		return ""
	}
	abs, err := filepath.Abs(file)
	if err != nil {
		return ""
	}
	up := ""
	for dir := filepath.Dir(abs); ; dir = filepath.Dir(dir) {
		schema := workspace.SchemaFile(kind + ".json")
		if info, err := os.Stat(filepath.Join(dir, filepath.FromSlash(schema))); err == nil && info.Mode().IsRegular() {
			return up + schema
		}
		if dir == filepath.Dir(dir) {
			return ""
		}
		up += "../"
	}
}

// knownKind finds a kind by its exact name, or says which may have been meant.
func knownKind(cat *model.Catalog, name string) (*model.Kind, error) {
	if k := cat.Kind(name); k != nil {
		return k, nil
	}
	f := app.Failf(app.Input, "there is no kind %q", name)
	if hint := model.DidYouMean(name, cat.Names()); hint != "" {
		return nil, f.With("%s", hint)
	}
	return nil, f.With("rassync schema lists the kinds")
}

// kindCompletions are the kinds with their titles.
func kindCompletions(cat *model.Catalog) []cobra.Completion {
	var out []cobra.Completion
	for _, k := range cat.Kinds() {
		out = append(out, cobra.CompletionWithDesc(k.Name, k.Title))
	}
	return out
}
