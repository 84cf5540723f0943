package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"rassync/internal/app"
	"rassync/internal/render"
	"rassync/internal/runs"
)

// statusDocument is what status shows as JSON.
type statusDocument struct {
	FormatVersion string      `json:"formatVersion"`
	Jobs          []jobStatus `json:"jobs"`
}

type jobStatus struct {
	Job    string     `json:"job"`
	Time   *time.Time `json:"time"` // null: never
	Age    string     `json:"age,omitempty"`
	Farm   string     `json:"farm,omitempty"`
	Result string     `json:"result,omitempty"`
	TooOld bool       `json:"tooOld"`
}

func newStatus(c *call) *cobra.Command {
	var maxAge time.Duration
	var jobs []string
	cmd := &cobra.Command{
		Use:   "status [DIR]",
		Short: "Show when the folder was last exported and checked for drift",
		Long: `Status shows when DIR was last exported from the farm and last checked for drift, as this machine remembers it. It
sends nothing. What was done with --only or --except is listed by itself: it is no backup, and no check, of all.

With --max-age it is an alarm for jobs that have stopped without a word: it ends with 1 if one of them was not done
for that long, or never.`,
		Example: `  rassync status farm
  rassync status C:\RasBackup --max-age 48h
  rassync status farm --max-age 48h --job drift`,
		Args: cobra.MaximumNArgs(1),
	}
	format := addFormat(cmd, "text", "json")
	cmd.Flags().DurationVar(&maxAge, "max-age", 0, "end with 1 if a job was not done for so long, such as 48h")
	cmd.Flags().StringSliceVar(&jobs, "job", nil, "jobs to look at: export, drift, partial-export, partial-drift (default: those that were done, export and drift; with --max-age: export)")
	complete(cmd, "job", runs.Jobs())
	notify := addNotify(cmd)
	cmd.RunE = c.begin(format, func(ctx context.Context, args []string) error {
		if maxAge < 0 {
			return app.Failf(app.Input, "--max-age cannot be negative")
		}
		for _, j := range jobs {
			if !slices.Contains(runs.Jobs(), j) {
				return app.Failf(app.Input, "there is no job %q", j).With("it is one of %s", strings.Join(runs.Jobs(), ", "))
			}
		}
		dir := folderArg(args)
		channels, err := c.channels(dir, notify)
		if err != nil {
			return err
		}
		done, err := runs.Open(dir).Done()
		if err != nil {
			return err
		}
		switch {
		case len(jobs) > 0:
		case maxAge > 0:
			jobs = []string{runs.JobExport}
		default:
			jobs = jobsOf(done)
		}
		doc := statusOf(done, jobs, c.Now(), maxAge)
		if err := c.showStatus(format.value, doc); err != nil {
			return err
		}
		late := doc.late()
		if len(late) == 0 {
			return nil
		}
		summary := fmt.Sprintf("%s: not done for %s: %s", dir, maxAge, strings.Join(late, ", "))
		return c.tell(ctx, channels, alarm{kind: "stale", farm: done[runs.JobExport].Farm, folder: dir, summary: summary}, app.Failf(app.Failed, "%s", summary).With("look at the scheduled task or pipeline that should do it"))
	})
	return cmd
}

// jobsOf are the jobs that a workspace should know, and those that it knows.
func jobsOf(done map[string]runs.Done) []string {
	return slices.DeleteFunc(runs.Jobs(), func(j string) bool {
		_, was := done[j]
		return !was && j != runs.JobExport && j != runs.JobDrift
	})
}

// statusOf judges the age of each job. A time in the future is no proof that
// anything was done.
func statusOf(done map[string]runs.Done, jobs []string, now time.Time, maxAge time.Duration) statusDocument {
	doc := statusDocument{FormatVersion: "1", Jobs: []jobStatus{}}
	for _, job := range slices.Compact(slices.Clone(jobs)) {
		s := jobStatus{Job: job, TooOld: maxAge > 0}
		if d, ever := done[job]; ever {
			age := now.Sub(d.Time)
			s.Time, s.Farm, s.Result, s.Age = &d.Time, d.Farm, d.Result, age.Round(time.Minute).String()
			s.TooOld = maxAge > 0 && (age > maxAge || age < -time.Hour)
		}
		doc.Jobs = append(doc.Jobs, s)
	}
	return doc
}

func (d statusDocument) late() []string {
	var late []string
	for _, j := range d.Jobs {
		if j.TooOld {
			late = append(late, j.Job)
		}
	}
	return late
}

func (c *call) showStatus(format string, doc statusDocument) error {
	if format == "json" {
		return render.JSON(c.Out, doc)
	}
	for _, j := range doc.Jobs {
		line := j.Job + ": never"
		if j.Time != nil {
			line = fmt.Sprintf("%s: %s (%s ago) from %s", j.Job, j.Time.UTC().Format(time.RFC3339), j.Age, render.Escape(j.Farm))
			if j.Result != "" {
				line += ": " + render.Escape(j.Result)
			}
		}
		if j.TooOld {
			line += "; too old"
		}
		if _, err := fmt.Fprintln(c.Out, line); err != nil {
			return err
		}
	}
	return nil
}

// noteDone remembers that a job was done, for status. That it cannot is no
// reason for the job to fail.
func (c *call) noteDone(dir, job, farm, result string) {
	if err := runs.Open(dir).NoteDone(job, runs.Done{Time: c.Now().UTC(), Farm: farm, Result: result}); err != nil {
		c.Warn("it cannot be noted that this was done: %v", err)
	}
}
