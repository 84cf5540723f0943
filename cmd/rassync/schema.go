package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strings"

	"github.com/spf13/cobra"

	"rassync/internal/app"
	"rassync/internal/model"
	"rassync/internal/wholefile"
	"rassync/schemas"
)

func newSchema(c *call) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "schema [KIND | FORMAT]",
		Short: "List the kinds, or write JSON Schemas",
		Long: `Schema without an argument lists the kinds. With one it writes the JSON Schema of a
kind, or of one of the documents that rassync itself reads and writes:

` + formatTable() + `

A schema that is printed is one file that needs no other.

With -o it writes all schemas to a folder, for editors and for other tools; any.json among
them is the schema of a document of any kind. An export does that by itself, and names in
each file the schema of its kind.`,
		Example: `  rassync schema
  rassync schema PubRDSApp
  rassync schema plan
  rassync schema -o schemas`,
		Args: cobra.MaximumNArgs(1),
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return append(c.Catalog.Names(), formats()...), cobra.ShellCompDirectiveNoFileComp
		},
	}
	var dir string
	cmd.Flags().StringVarP(&dir, "output", "o", "", "folder to write all schemas to")
	cmd.RunE = c.begin(nil, func(_ context.Context, args []string) error {
		switch {
		case dir != "":
			return writeSchemas(c, dir, args)
		case len(args) == 0:
			return listKinds(c)
		}
		data, err := schemaOf(c.Catalog, args[0])
		if err != nil {
			return err
		}
		_, err = c.Out.Write(data)
		return err
	})
	return cmd
}

// formatTable lists the formats with what they are, for the help.
func formatTable() string {
	var b strings.Builder
	for _, name := range formats() {
		data, err := schemas.Files.ReadFile("formats/" + name + ".json")
		var s struct {
			Description string `json:"description"`
		}
		if err == nil {
			err = json.Unmarshal(data, &s)
		}
		if err != nil {
			continue // held by a test
		}
		what, _, _ := strings.Cut(s.Description, ". ")
		for i, line := range wrapped(strings.TrimSuffix(what, "."), 66) {
			if i > 0 {
				name = ""
			}
			fmt.Fprintf(&b, "  %-12s %s\n", name, line)
		}
	}
	return strings.TrimRight(b.String(), "\n")
}

// formats names the published formats of rassync's own documents.
func formats() []string {
	names, err := fs.Glob(schemas.Files, "formats/*.json")
	if err != nil {
		return nil
	}
	for i, n := range names {
		names[i] = strings.TrimSuffix(path.Base(n), ".json")
	}
	return names
}

func schemaOf(cat *model.Catalog, name string) ([]byte, error) {
	if cat.Kind(name) != nil {
		return cat.Bundle(name)
	}
	file := "formats/" + name + ".json"
	if !fs.ValidPath(file) {
		file = ""
	}
	_, err := fs.Stat(schemas.Files, file)
	if errors.Is(err, fs.ErrNotExist) || file == "" {
		f := app.Failf(app.Input, "there is no kind or format %q", name)
		if hint := model.DidYouMean(name, append(cat.Names(), formats()...)); hint != "" {
			return nil, f.With("%s", hint)
		}
		return nil, f.With("rassync schema lists the kinds; the formats are %s", strings.Join(formats(), ", "))
	}
	if err != nil {
		return nil, err
	}
	return cat.BundleFile(file)
}

func listKinds(c *call) error {
	for _, k := range c.Catalog.Kinds() {
		if _, err := fmt.Fprintf(c.Out, "%-24s %-5s %-11s %s\n", k.Name, k.Scope, k.Shape, k.Title); err != nil {
			return err
		}
	}
	return nil
}

// writeSchemas writes the schemas with the blocks they share.
func writeSchemas(c *call, dir string, only []string) error {
	if len(only) > 0 {
		if _, err := schemaOf(c.Catalog, only[0]); err != nil {
			return err
		}
	}
	files := c.Catalog.Files()
	names := make([]string, 0, len(files))
	for name := range files {
		// A single schema needs the blocks that it refers to.
		if len(only) == 0 || path.Dir(name) == "blocks" || strings.TrimSuffix(name, ".json") == only[0] {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	for _, name := range names {
		to := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		if err := wholefile.Write(to, files[name], wholefile.Options{Mode: 0o644, KeepMode: true, NoFlush: true}); err != nil {
			return err
		}
	}
	n := len(names)
	_, err := fmt.Fprintf(c.Out, "wrote %s to %s\n", plural(n, "schema", "schemas"), dir)
	return err
}
