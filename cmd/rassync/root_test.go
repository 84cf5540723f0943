package main

import (
	"testing"

	"github.com/spf13/cobra"

	"rassync/internal/app"
)

// TestEveryCommandIsExplained: no command without a long help and an example.
func TestEveryCommandIsExplained(t *testing.T) {
	a, err := app.New(&app.Env{}, "test")
	if err != nil {
		t.Fatal(err)
	}
	var visit func(*cobra.Command)
	visit = func(cmd *cobra.Command) {
		if cmd.Short == "" || cmd.Long == "" || cmd.Example == "" {
			t.Errorf("%s lacks a help text or an example", cmd.CommandPath())
		}
		if cmd.Runnable() && cmd.Args == nil && cmd.Name() != "help" {
			t.Errorf("%s takes any arguments", cmd.CommandPath())
		}
		for _, sub := range cmd.Commands() {
			visit(sub)
		}
	}
	visit(newRoot(&call{App: a}))
}
