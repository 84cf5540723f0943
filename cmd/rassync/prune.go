package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"rassync/internal/app"
	"rassync/internal/render"
	"rassync/internal/runs"
)

func newSnapshotPrune(c *call, dir *string) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "prune --keep N",
		Short: "Remove old snapshots",
		Long: `Prune removes the snapshots beyond the newest N, and the contents that no snapshot
needs any more. The snapshot of a run that is not finished stays, however old it is.
The journals stay too: history still tells what each run did, but what has no
snapshot cannot be rolled back.`,
		Example: `  rassync snapshot prune --keep 30 --dry-run
  rassync snapshot prune --keep 30 --dir farm`,
		Args: cobra.NoArgs,
	}
	keep := cmd.Flags().Int("keep", 0, "how many of the newest snapshots stay, at least 1")
	dryRun := cmd.Flags().Bool("dry-run", false, "say what would be removed, and remove nothing")
	wait := cmd.Flags().Duration("lock-timeout", 0, "how long to wait for a run in this workspace to end")
	format := addFormat(cmd, "text", "json")
	// The error is about flags that do not exist.
	_ = cmd.MarkFlagRequired("keep")
	cmd.PreRunE = func(*cobra.Command, []string) error {
		if !cmd.Flags().Changed("keep") {
			return errors.New("--keep is missing: how many of the newest snapshots stay")
		}
		if *keep < 1 {
			return fmt.Errorf("--keep %d: at least the newest snapshot stays", *keep)
		}
		return nil
	}
	cmd.RunE = c.begin(format, func(ctx context.Context, _ []string) error {
		return c.prune(ctx, *dir, *keep, *dryRun, *wait, format.value)
	})
	return cmd
}

// prunedDocument is what a prune did, as JSON.
type prunedDocument struct {
	FormatVersion string         `json:"formatVersion"`
	DryRun        bool           `json:"dryRun"`
	Removed       []string       `json:"removed"`
	Kept          []keptDocument `json:"keptUnfinished"`
	Blobs         int            `json:"blobs"`
	Bytes         int64          `json:"bytes"`
}

type keptDocument struct {
	ID  string `json:"id"`
	Why string `json:"why"`
}

func (c *call) prune(ctx context.Context, dir string, keep int, dryRun bool, wait time.Duration, format string) error {
	f, err := c.Configured(dir, "")
	if err != nil {
		return err
	}
	p, err := c.Prune(ctx, f, app.PruneOptions{PruneOptions: runs.PruneOptions{Keep: keep, DryRun: dryRun}, LockTimeout: wait})
	if err != nil {
		return err
	}
	for _, k := range p.Kept {
		c.Notice("kept %s although it is older: %s", k.ID, k.Why)
	}
	if p.Unswept != "" {
		c.Warn("no blob was removed: %s", p.Unswept)
	}
	if format == "json" {
		doc := prunedDocument{FormatVersion: "1", DryRun: dryRun, Removed: p.Removed, Kept: []keptDocument{}, Blobs: p.Blobs, Bytes: p.Bytes}
		for _, k := range p.Kept {
			doc.Kept = append(doc.Kept, keptDocument{k.ID, k.Why})
		}
		return render.JSON(c.Out, doc)
	}
	what := "removed "
	if dryRun {
		what = "would remove "
	}
	_, err = fmt.Fprintln(c.Out, render.Escape(what+p.String()))
	return err
}
