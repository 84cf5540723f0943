package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"rassync/internal/app"
)

// newRoot makes the tree of commands.
func newRoot(c *call) *cobra.Command {
	root := &cobra.Command{
		Use:   "rassync",
		Short: "Keep the configuration of a Parallels RAS farm in git",
		Long: `rassync keeps the configuration of a Parallels RAS farm in git: it exports the
live farm to YAML, checks edited YAML, shows what a change would do, and applies
it through the RAS REST API, with dry run, snapshots and rollback.

Results go to stdout, everything else to stderr.

Exit codes:
` + exitCodes(),
		Example: `  rassync export -o farm --farm https://ras.example.com:20443 --username EXAMPLE\admin
  rassync plan farm
  rassync apply farm
  rassync rollback`,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	f := root.PersistentFlags()
	f.BoolVar(&c.Debug, "debug", false, "show every request on stderr, secrets masked")
	f.StringVar(&c.Operator.PolicyFile, "policy", "", "the operator's policy file, outside the repository (or "+app.EnvPolicy+", or rassync/policy.yaml in the user's configuration folder)")
	f.BoolVarP(&c.quiet, "quiet", "q", false, "no progress, no notices")
	f.StringVar(&c.output.path, "output", "", "write the result to this `FILE`, as UTF-8, instead of to stdout")
	f.BoolVar(&c.noColor, "no-color", false, "no colours (also NO_COLOR)")
	f.BoolVar(&c.plain, "plain", false, "for screen readers: words instead of symbols, no colours, no lines that are written over (also "+envPlain+"=1)")
	root.AddCommand(newLogin(c), newLogout(c), newWhoami(c), newExport(c), newNew(c), newWhere(c), newValidate(c), newPlan(c), newGraph(c), newApply(c), newRollback(c), newRestore(c), newSnapshot(c), newDrift(c), newDiff(c), newContract(c), newDoctor(c),
		newHistory(c), newStatus(c), newExplain(c), newSchema(c), newCoverage(c), newSim(c), newRehearse(c), newSupport(c), newDemo(c), newVersion(c), newPolicy(c))
	root.DisableSuggestions = true // the hint of the error says it
	root.SetHelpCommand(newHelp())
	return root
}

// exitCodes is the table of exit codes for the help.
func exitCodes() string {
	var b strings.Builder
	for _, o := range app.Outcomes() {
		fmt.Fprintf(&b, "  %3d  %s\n", o.Code, o.Meaning)
	}
	return strings.TrimRight(b.String(), "\n")
}
