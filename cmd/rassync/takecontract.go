package main

import (
	"os"

	"github.com/spf13/cobra"
)

// takeContract takes over the contract layer of the workspace that a command is
// about, before the command begins.
func (c *call) takeContract(cmd *cobra.Command, args []string) error {
	for at := cmd; at != nil; at = at.Parent() {
		switch at.Name() {
		case "contract", "demo", "version", "help", "completion":
			return nil // about layers themselves, or about no workspace
		}
	}
	return c.UseContract(workspaceOf(cmd, args))
}

// workspaceOf is the folder that a command works in: its --dir, or a folder among
// its arguments, or the one that it is run in.
func workspaceOf(cmd *cobra.Command, args []string) string {
	if f := cmd.Flags().Lookup("dir"); f != nil && (f.Changed || len(args) == 0) {
		return f.Value.String()
	}
	if f := cmd.Flags().Lookup("output"); f != nil && f.Changed && cmd.Name() == "export" {
		return f.Value.String()
	}
	for _, a := range args {
		if info, err := os.Stat(a); err == nil && info.IsDir() {
			return a
		}
	}
	return "."
}
