package main

import (
	"context"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"rassync/internal/app"
	"rassync/internal/model"
	"rassync/internal/render"
)

func newExplain(c *call) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "explain KIND[.property...]",
		Short: "Describe a kind or a property",
		Long: `Explain says what a kind or one of its properties means, which values it takes, how
it is read and written through the REST API, and how confident rassync is of it.

rassync schema lists the kinds.`,
		Example: `  rassync explain PubRDSApp
  rassync explain PubRDSApp.rules.criteria
  rassync explain RDSHostPool.rdsDefSettings.fsLogix`,
		Args: cobra.ExactArgs(1),
		ValidArgsFunction: func(_ *cobra.Command, args []string, word string) ([]cobra.Completion, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return propertyNames(c.Catalog, word), cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
		},
	}
	var verbose bool
	cmd.Flags().BoolVar(&verbose, "verbose", false, "leave nothing out")
	cmd.RunE = c.begin(nil, func(_ context.Context, args []string) error {
		err := render.Explain(c.Out, c.Catalog, args[0], c.verbose(verbose))
		var unknown *render.UnknownName
		if errors.As(err, &unknown) {
			hint := "rassync schema lists the kinds"
			if unknown.Of != "" {
				hint = "rassync explain " + unknown.Of + " lists the properties"
			}
			return &app.Failure{Class: app.Input, Err: err, Hint: hint}
		}
		return err
	})
	return cmd
}

// propertyNames completes a kind, or the next property behind a dot.
func propertyNames(cat *model.Catalog, word string) []string {
	kind, path, dotted := strings.Cut(word, ".")
	if !dotted {
		return cat.Names()
	}
	k := cat.Kind(kind)
	if k == nil {
		return nil
	}
	above := ""
	if i := strings.LastIndexByte(path, '.'); i >= 0 {
		above = path[:i]
	}
	p := k.Spec.Find(above)
	for p != nil && p.Type == model.TypeArray {
		p = p.Items
	}
	if p == nil {
		return nil
	}
	prefix := kind + "."
	if above != "" {
		prefix += above + "."
	}
	var out []string
	for _, c := range p.Props {
		out = append(out, prefix+c.Name)
	}
	return out
}
