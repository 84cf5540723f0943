package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"rassync/internal/app"
	"rassync/internal/leak"
	"rassync/internal/plan"
	"rassync/internal/render"
	"rassync/internal/runs"
	"rassync/internal/workspace"
)

func newHistory(c *call) *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:   "history",
		Short: "List the runs of a workspace",
		Long: `History lists every apply and rollback of the workspace: when, by whom, from where,
of which plan and commit, and what came of it. "history show" tells what one of them
changed. The journal behind it is chained: a line that was changed is noticed.`,
		Example: `  rassync history
  rassync history show 20260301T120000`,
		Args: cobra.NoArgs,
	}
	cmd.PersistentFlags().StringVar(&dir, "dir", ".", "the workspace")
	format := addFormat(cmd, "text", "json", "markdown", "html")
	cmd.RunE = c.begin(format, func(context.Context, []string) error {
		list, err := runs.Open(dir).Runs()
		if err != nil {
			return err
		}
		return showRuns(c, list, format.value)
	})
	cmd.AddCommand(newHistoryShow(c, &dir))
	return cmd
}

func newHistoryShow(c *call, dir *string) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "show RUN",
		Short:   "Show what a run changed",
		Long:    "Show tells what a run was to change, before and after, and what came of each change.",
		Example: "  rassync history show 20260301T120000",
		Args:    cobra.ExactArgs(1),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
			return runIDs(*dir), cobra.ShellCompDirectiveNoFileComp
		},
	}
	format := addFormat(cmd, "text", "json")
	var verbose bool
	cmd.Flags().BoolVar(&verbose, "verbose", false, "show long values whole")
	cmd.RunE = c.begin(format, func(_ context.Context, args []string) error {
		r, err := app.FindRun(*dir, args[0])
		if err != nil {
			return err
		}
		return showRun(c, r, format.value, verbose)
	})
	return cmd
}

// runDocument is a run as JSON.
type runDocument struct {
	runs.Info
	State     string `json:"state"`
	Activated bool   `json:"activated"`
	Damage    string `json:"damage,omitempty"`
}

func documentOf(r *runs.Run) runDocument {
	d := runDocument{Info: r.Info, State: r.State(), Activated: r.Activated()}
	if r.Damage != nil {
		d.Damage = r.Damage.Error()
	}
	return d
}

func showRuns(c *call, list []*runs.Run, format string) error {
	if format == "json" {
		docs := []runDocument{}
		for _, r := range list {
			docs = append(docs, documentOf(r))
		}
		return render.JSON(c.Out, struct {
			FormatVersion string        `json:"formatVersion"`
			Runs          []runDocument `json:"runs"`
		}{"1", docs})
	}
	switch format {
	case "markdown":
		return render.HistoryMarkdown(c.Out, runLines(c, list))
	case "html":
		return render.HistoryHTML(c.Out, runLines(c, list))
	}
	if len(list) == 0 {
		_, err := fmt.Fprintln(c.Out, "no runs")
		return err
	}
	for _, r := range list {
		i := r.Info
		what := i.Command
		if i.Of != "" {
			what += " of " + i.Of
		}
		line := fmt.Sprintf("%s  %-13s %s, %s, by %s on %s, farm %s", i.ID, r.State(), what, plural(i.Changes, "change", "changes"), i.Who, i.Host, i.Farm.Name)
		if i.Digest != "" {
			line += ", plan " + i.Digest[:min(12, len(i.Digest))]
		}
		if i.Commit != "" {
			line += ", commit " + i.Commit[:min(12, len(i.Commit))]
		}
		for _, why := range r.Overrides() {
			line += ", outside the change windows because " + strconv.Quote(why)
		}
		if r.Damage != nil {
			line += ": " + r.Damage.Error()
		}
		if _, err := fmt.Fprintln(c.Out, render.Escape(line)); err != nil {
			return err
		}
	}
	return nil
}

// runLines lays out runs for a page; a plan that cannot be read is left out
// there, the run's damage says why.
func runLines(c *call, list []*runs.Run) []render.RunLine {
	var out []render.RunLine
	for _, r := range list {
		i := r.Info
		l := render.RunLine{ID: i.ID, State: r.State(), Command: i.Command, Who: i.Who, Host: i.Host, Farm: i.Farm.Name, Commit: i.Commit, Digest: i.Digest, Started: i.Started, Changes: i.Changes}
		if r.Damage != nil {
			l.Damage = r.Damage.Error()
		}
		if file, err := r.Plan(c.Catalog); err == nil {
			l.Plan = &file.Plan
		}
		out = append(out, l)
	}
	return out
}

func showRun(c *call, r *runs.Run, format string, verbose bool) error {
	file, err := r.Plan(c.Catalog)
	if err != nil {
		return err
	}
	if format == "json" {
		var b jsonBuffer
		if err := render.PlanJSON(&b, &file.Plan); err != nil {
			return err
		}
		return render.JSON(c.Out, struct {
			FormatVersion string       `json:"formatVersion"`
			Run           runDocument  `json:"run"`
			Plan          any          `json:"plan"`
			Journal       []runs.Entry `json:"journal"`
		}{"1", documentOf(r), rawJSON(b), r.Entries})
	}
	if err := showRuns(c, []*runs.Run{r}, "text"); err != nil {
		return err
	}
	fmt.Fprintf(c.Out, "started %s, plan %s\n\n", r.Info.Started.Format(time.RFC3339), r.Info.Digest)
	if err := render.PlanText(c.Out, &file.Plan, c.verbose(verbose)); err != nil {
		return err
	}
	fmt.Fprintln(c.Out)
	if err := showBefore(c, r); err != nil {
		return err
	}
	if left := undone(r, &file.Plan); len(left) > 0 {
		fmt.Fprintf(c.Out, "Of these, %s not done: %s\n\n", plural(len(left), "change was", "changes were"), render.Escape(strings.Join(left, ", ")))
	}
	for _, e := range r.Entries {
		if e.Event == "answer" {
			continue // its send says the same
		}
		line := squeeze(fmt.Sprintf("%s %s %s %s %s", e.Time.Format(time.RFC3339), e.Event, e.Action, e.Address, e.Request))
		if e.Result != "" {
			line += " " + e.Result
		}
		if e.Who != "" {
			line += " by " + e.Who
		}
		if e.Error != "" {
			line += ": " + e.Error
		}
		if _, err := fmt.Fprintln(c.Out, render.Escape(line)); err != nil {
			return err
		}
	}
	return nil
}

// showBefore shows what the run deleted, as it was: the plan shows values that
// change, and of a delete there is nothing after.
func showBefore(c *call, r *runs.Run) error {
	if !r.HasSnapshot() {
		return nil
	}
	s, err := r.Snapshot()
	if err != nil {
		c.Warn("what the run deleted cannot be shown: %v", err)
		return nil
	}
	objects, _, err := s.Targets(c.Catalog)
	if err != nil {
		return err
	}
	for i, so := range s.Objects {
		if !so.Deleted {
			continue
		}
		text, err := workspace.Document(c.Catalog, objects[i])
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(c.Out, "%s before the run:\n  %s\n", render.Name(so.Address), strings.ReplaceAll(strings.TrimSpace(leak.Mask(text)), "\n", "\n  ")+"\n"); err != nil {
			return err
		}
	}
	return nil
}

// undone lists the changes of the plan that the run did not finish.
func undone(r *runs.Run, p *plan.Plan) []string {
	done := map[string]bool{}
	for _, e := range r.Entries {
		if e.Event == "done" {
			done[e.Address+" "+e.Action] = true
		}
	}
	var out []string
	for i := range p.Changes {
		if c := &p.Changes[i]; !done[c.Address+" "+string(c.Action)] {
			out = append(out, c.Address)
		}
	}
	return out
}
