package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"rassync/internal/app"
	"rassync/internal/render"
)

func newPolicy(c *call) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "policy",
		Short: "Explain what the operator allows",
		Long: `The policy is the operator's: a file outside the repository that says which farms may
be connected to, which secrets may be revealed for which property, where secrets and
people may be sent, which limits hold at least, what is protected, who may change what,
and which rules and change windows hold. What a commit says can tighten it, never loosen
it. Without a policy safe defaults hold.

It is named by --policy or ` + app.EnvPolicy + `, or stands as rassync/policy.yaml in the user's
configuration folder. "rassync schema policy" writes its JSON Schema.`,
		Example: "  rassync policy check farm\n  rassync policy check farm --policy /etc/rassync/policy.yaml",
	}
	cmd.AddCommand(newPolicyCheck(c))
	return cmd
}

func newPolicyCheck(c *call) *cobra.Command {
	var overlay string
	cmd := &cobra.Command{
		Use:   "check [DIR]",
		Short: "Check the policy and show what holds for a workspace",
		Long: `Check reads the policy and the rassync.yaml of DIR, and shows what holds and where it
comes from: farms, secrets, destinations, limits, protected objects, permissions, rules,
change windows. Everything that is wrong with the policy is said at once. It needs no farm.`,
		Example: "  rassync policy check\n  rassync policy check farm --format json",
		Args:    cobra.MaximumNArgs(1),
	}
	addOverlay(cmd, &overlay)
	format := addFormat(cmd, "text", "json")
	cmd.RunE = c.begin(format, func(_ context.Context, args []string) error {
		f, err := c.Configured(folderArg(args), overlay)
		if err != nil {
			return err
		}
		holds, err := c.Explain(f)
		if err != nil {
			return err
		}
		if format.value == "json" {
			return render.JSON(c.Out, holds)
		}
		return showHolds(c, holds)
	})
	return cmd
}

// showHolds writes what holds for people.
func showHolds(c *call, h *app.Holds) error {
	where := "no policy: the defaults hold"
	if h.Policy != "" {
		where = "policy " + h.Policy
	}
	if _, err := fmt.Fprintln(c.Out, render.Escape(where)); err != nil {
		return err
	}
	for _, s := range h.Sections {
		if _, err := fmt.Fprintf(c.Out, "\n%s:\n", s.Name); err != nil {
			return err
		}
		for _, held := range s.Holds {
			if _, err := fmt.Fprintf(c.Out, "  %s  [%s]\n", render.Escape(held.What), render.Escape(held.From)); err != nil {
				return err
			}
		}
	}
	return nil
}
