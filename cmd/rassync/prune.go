package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"rassync/internal/app"
	"rassync/internal/render"
	"rassync/internal/runs"
)

func newSnapshotPrune(c *call, dir *string) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "prune [--keep N] [--older-than AGE] [--max-size SIZE]",
		Short: "Remove old runs with their snapshots",
		Long: `Prune removes old runs whole: plan, journal and snapshot, and the contents that no
other snapshot needs. What was removed cannot be rolled back or looked up any more.

The newest run stays, and so does a run that is not finished, however old it is.
--keep alone removes all beyond the newest N; with --older-than or --max-size it is
the least that stays.`,
		Example: `  rassync snapshot prune --keep 30 --dry-run
  rassync snapshot prune --keep 30 --dir farm
  rassync snapshot prune --older-than 90d --keep 10
  rassync snapshot prune --max-size 500MB`,
		Args: cobra.NoArgs,
	}
	var age ageFlag
	var size sizeFlag
	keep := cmd.Flags().Int("keep", 0, "how many of the newest runs stay, at least 1")
	cmd.Flags().Var(&age, "older-than", "remove only runs that began longer ago, such as 90d or 720h")
	cmd.Flags().Var(&size, "max-size", "remove the oldest until runs and snapshots take no more, such as 500MB")
	dryRun := cmd.Flags().Bool("dry-run", false, "say what would be removed, and remove nothing")
	wait := cmd.Flags().Duration("lock-timeout", 0, "how long to wait for a run in this workspace to end")
	format := addFormat(cmd, "text", "json")
	cmd.PreRunE = func(*cobra.Command, []string) error {
		switch {
		case cmd.Flags().Changed("keep") && *keep < 1:
			return fmt.Errorf("--keep %d: at least the newest snapshot stays", *keep)
		case !cmd.Flags().Changed("keep") && age == 0 && size == 0:
			return errors.New("--keep is missing: how many of the newest snapshots stay (or --older-than, or --max-size)")
		}
		return nil
	}
	cmd.RunE = c.begin(format, func(ctx context.Context, _ []string) error {
		o := runs.PruneOptions{Keep: *keep, MaxSize: int64(size), DryRun: *dryRun}
		if age > 0 {
			o.OlderThan = c.Now().Add(-time.Duration(age))
		}
		return c.prune(ctx, *dir, app.PruneOptions{PruneOptions: o, LockTimeout: *wait}, format.value)
	})
	return cmd
}

// ageFlag is a duration that may be in days.
type ageFlag time.Duration

// String is the value as it was given, more or less.
func (f *ageFlag) String() string {
	if *f == 0 {
		return ""
	}
	return time.Duration(*f).String()
}

// Set reads 90d, 12w or what Go reads as a duration.
func (f *ageFlag) Set(text string) error {
	unit := map[string]time.Duration{"d": 24 * time.Hour, "w": 7 * 24 * time.Hour}[text[max(len(text)-1, 0):]]
	d, err := time.ParseDuration(text)
	if unit > 0 {
		var n int
		n, err = strconv.Atoi(text[:len(text)-1])
		d = time.Duration(n) * unit
	}
	if err != nil || d <= 0 {
		return errors.New("it must be an age such as 90d, 12w or 720h")
	}
	*f = ageFlag(d)
	return nil
}

// Type names the kind of value in the help.
func (f *ageFlag) Type() string { return "age" }

// sizeFlag is a number of bytes.
type sizeFlag int64

// String is the value in bytes.
func (f *sizeFlag) String() string {
	if *f == 0 {
		return ""
	}
	return strconv.FormatInt(int64(*f), 10)
}

// Set reads 500MB, 2GB or a number of bytes.
func (f *sizeFlag) Set(text string) error {
	number, unit := strings.ToUpper(strings.TrimSpace(text)), int64(1)
	for i, name := range []string{"KB", "MB", "GB"} {
		if rest, ok := strings.CutSuffix(number, name); ok {
			number, unit = strings.TrimSpace(rest), int64(1)<<(10*(i+1))
			break
		}
	}
	n, err := strconv.ParseInt(strings.TrimSuffix(number, "B"), 10, 64)
	if err != nil || n < 1 || n > math.MaxInt64/unit {
		return errors.New("it must be a size such as 500MB or 2GB")
	}
	*f = sizeFlag(n * unit)
	return nil
}

// Type names the kind of value in the help.
func (f *sizeFlag) Type() string { return "size" }

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

func (c *call) prune(ctx context.Context, dir string, o app.PruneOptions, format string) error {
	f, err := c.Configured(dir, "")
	if err != nil {
		return err
	}
	p, err := c.Prune(ctx, f, o)
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
		doc := prunedDocument{FormatVersion: "1", DryRun: o.DryRun, Removed: p.Removed, Kept: []keptDocument{}, Blobs: p.Blobs, Bytes: p.Bytes}
		for _, k := range p.Kept {
			doc.Kept = append(doc.Kept, keptDocument{k.ID, k.Why})
		}
		return render.JSON(c.Out, doc)
	}
	what := "removed "
	if o.DryRun {
		what = "would remove "
	}
	_, err = fmt.Fprintln(c.Out, render.Escape(what+p.String()))
	return err
}
