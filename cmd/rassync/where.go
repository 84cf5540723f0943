package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"rassync/internal/app"
	"rassync/internal/model"
	"rassync/internal/render"
)

func newWhere(c *call) *cobra.Command {
	var dir, overlay string
	cmd := &cobra.Command{
		Use:   "where ADDRESS|SELECTOR",
		Short: "Find the document that declares an object",
		Long: `Where prints the file and line of each document that an address or a selector picks,
as FILE:LINE and the address, so that an editor can open it. It asks no farm. Documents
that do not validate are found too.`,
		Example: `  rassync where 'Main/PubRDSApp/Sales/CRM client'
  rassync where 'RDSHost/rdsh*' --dir farm
  rassync where 'name:*Notepad*'`,
		Args: cobra.ExactArgs(1),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
			return declaredAddresses(c, dir), cobra.ShellCompDirectiveNoFileComp
		},
	}
	cmd.Flags().StringVar(&dir, "dir", ".", "the workspace")
	addOverlay(cmd, &overlay)
	cmd.RunE = c.begin(nil, func(_ context.Context, args []string) error {
		picks := selectionFlags{only: args}
		set, err := picks.parse(c.Catalog)
		if err != nil {
			return err
		}
		ws, ds := c.Read(dir, overlay)
		if len(ws.Files) == 0 {
			if err := app.Invalid(ds); err != nil {
				return err
			}
		}
		n := 0
		var names []string
		for _, o := range ws.Objects {
			names = append(names, o.Address.String())
			if !set.Match(o.Address) {
				continue
			}
			n++
			if _, err := fmt.Fprintf(c.Out, "%s:%d\t%s\n", render.Escape(o.Source.File), o.Source.Line, render.Escape(o.Address.String())); err != nil {
				return err
			}
		}
		if n == 0 {
			return notDeclared(args[0], dir, names)
		}
		return nil
	})
	return cmd
}

// notDeclared says that an address picks nothing, and which may have been meant.
func notDeclared(address, dir string, names []string) error {
	f := app.Failf(app.Input, "%s is not declared in %s", address, dir)
	if hint := model.DidYouMean(address, names); hint != "" {
		return f.With("%s", hint)
	}
	// A name alone is what people remember.
	last := address[strings.LastIndexByte(address, '/')+1:]
	return f.With("rassync where 'name:*%s*' looks for the name in every kind", last)
}

// declaredAddresses completes the objects of a workspace.
func declaredAddresses(c *call, dir string) []cobra.Completion {
	ws, _ := c.Read(dir, "")
	var out []cobra.Completion
	for _, o := range ws.Objects {
		out = append(out, o.Address.String())
	}
	return out
}
