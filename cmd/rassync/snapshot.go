package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"rassync/internal/app"
	"rassync/internal/leak"
	"rassync/internal/render"
	"rassync/internal/runs"
	"rassync/internal/workspace"
)

func newSnapshot(c *call) *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:   "snapshot",
		Short: "Look at the snapshots that runs have left",
		Long: `Before a run writes, it saves every object that it is going to touch. These snapshots
are what rollback and restore go back to.`,
		Example: `  rassync snapshot list
  rassync snapshot show 20260301T120000
  rassync snapshot prune --keep 30`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return fmt.Errorf("%s needs a command: list, show or prune", cmd.CommandPath())
		},
	}
	cmd.PersistentFlags().StringVar(&dir, "dir", ".", "the workspace")
	cmd.AddCommand(newSnapshotList(c, &dir), newSnapshotShow(c, &dir), newSnapshotPrune(c, &dir))
	return cmd
}

// snapshotDocument is a snapshot in the list.
type snapshotDocument struct {
	ID      string `json:"id"`
	Time    string `json:"time"`
	Command string `json:"command"`
	State   string `json:"state"`
	Farm    string `json:"farm"`
	Objects int    `json:"objects"`
	Made    int    `json:"made"`
	// NotWhole counts the objects of which the farm did not show everything.
	NotWhole int    `json:"notWhole,omitempty"`
	Damage   string `json:"damage,omitempty"`
}

func newSnapshotList(c *call, dir *string) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List the snapshots, the newest first",
		Long:    "List shows the snapshots of the workspace: of which run, how many objects they hold, and how many the run was to make.",
		Example: "  rassync snapshot list --format json",
		Args:    cobra.NoArgs,
	}
	format := addFormat(cmd, "text", "json")
	cmd.RunE = c.begin(format, func(context.Context, []string) error {
		all, err := runs.Open(*dir).Runs()
		if err != nil {
			return err
		}
		list := []snapshotDocument{}
		for _, r := range all {
			if !r.HasSnapshot() {
				continue
			}
			d := snapshotDocument{ID: r.Info.ID, Command: r.Info.Command, State: r.State(), Farm: r.Info.Farm.Name, Time: r.Info.Started.Format("2006-01-02T15:04:05Z07:00")}
			if s, err := r.Snapshot(); err != nil {
				d.Damage = err.Error()
			} else {
				d.Objects, d.Made, d.NotWhole = len(s.Objects), len(s.Made), s.Holes()
			}
			list = append(list, d)
		}
		return showSnapshots(c, list, format.value)
	})
	return cmd
}

func showSnapshots(c *call, list []snapshotDocument, format string) error {
	if format == "json" {
		return render.JSON(c.Out, struct {
			FormatVersion string             `json:"formatVersion"`
			Snapshots     []snapshotDocument `json:"snapshots"`
		}{"1", list})
	}
	if len(list) == 0 {
		_, err := fmt.Fprintln(c.Out, "no snapshots")
		return err
	}
	for _, d := range list {
		line := fmt.Sprintf("%s  before %s (%s) on farm %s: %s, %d made", d.ID, d.Command, d.State, d.Farm, plural(d.Objects, "object", "objects"), d.Made)
		if d.NotWhole > 0 {
			line += fmt.Sprintf(", %d not whole (the farm did not show everything)", d.NotWhole)
		}
		if d.Damage != "" {
			line = d.ID + "  " + d.Damage
		}
		if _, err := fmt.Fprintln(c.Out, render.Escape(line)); err != nil {
			return err
		}
	}
	return nil
}

func newSnapshotShow(c *call, dir *string) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "show SNAPSHOT",
		Short: "Show what a snapshot holds, as YAML",
		Long: `Show writes the objects of a snapshot as YAML documents, as an export would: how they
were before the run. A damaged snapshot is refused.`,
		Example: "  rassync snapshot show 20260301T120000",
		Args:    cobra.ExactArgs(1),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
			return runIDs(*dir), cobra.ShellCompDirectiveNoFileComp
		},
	}
	format := addFormat(cmd, "yaml", "json")
	cmd.RunE = c.begin(format, func(_ context.Context, args []string) error {
		r, err := app.FindRun(*dir, args[0])
		if err != nil {
			return err
		}
		s, err := r.Snapshot()
		if err != nil {
			return err
		}
		return showSnapshot(c, s, format.value)
	})
	return cmd
}

func showSnapshot(c *call, s *runs.Snapshot, format string) error {
	if format == "json" {
		return render.JSON(c.Out, s)
	}
	objects, _, err := s.Targets(c.Catalog)
	if err != nil {
		return err
	}
	fmt.Fprintf(c.Out, "# %s of farm %s, before run %s\n", plural(len(objects), "object", "objects"), render.Escape(s.Farm.Name), s.ID)
	for _, made := range s.Made {
		fmt.Fprintf(c.Out, "# not there yet: %s\n", render.Escape(made))
	}
	for _, o := range objects {
		text, err := workspace.Document(c.Catalog, o)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(c.Out, "---\n%s", leak.Mask(text)); err != nil {
			return err
		}
	}
	return nil
}
