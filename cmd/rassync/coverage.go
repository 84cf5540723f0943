package main

import (
	"context"

	"github.com/spf13/cobra"

	"rassync/internal/coverage"
	"rassync/internal/render"
	"rassync/schemas"
)

func newCoverage(c *call) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "coverage",
		Short: "Show which operations of the API rassync takes care of",
		Long: `Coverage goes through every operation of the RAS REST API and says which kind takes
care of it, why it is no configuration, or that it is not covered yet.`,
		Example: `  rassync coverage
  rassync coverage --verbose
  rassync coverage --format markdown`,
		Args: cobra.NoArgs,
	}
	format := addFormat(cmd, "text", "json", "markdown")
	var verbose bool
	cmd.Flags().BoolVar(&verbose, "verbose", false, "list every operation")
	cmd.RunE = c.begin(format, func(context.Context, []string) error {
		ops, exclusions, err := coverage.Load(schemas.Files)
		if err != nil {
			return err
		}
		r := coverage.Compute(c.Catalog, ops, exclusions)
		switch format.value {
		case "json":
			return render.CoverageJSON(c.Out, r)
		case "markdown":
			return render.CoverageMarkdown(c.Out, r)
		}
		return render.CoverageText(c.Out, r, c.verbose(verbose))
	})
	return cmd
}
