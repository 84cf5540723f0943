package render

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"rassync/internal/plan"
)

// RunReport is what came of a run, for people.
type RunReport struct {
	Command      string // apply, rollback or restore
	Run          string // "" if nothing was begun
	State        string
	Plan         *plan.Plan // nil for a run that was resumed
	Done         int
	Skipped      int
	Activated    bool
	RolledBackBy string
	Problems     []RunProblem
	NotRestored  []string
	Others       []string // what others changed since
}

// RunProblem is something that is not as it was to be.
type RunProblem struct {
	Title, Address string
	Text           string
	// Path, Wrote and Reads are of a value that reads back otherwise.
	Path         string
	Wrote, Reads any
}

// RunMarkdown writes what came of a run: the verdict, what needs attention, then
// the plan that was carried out.
func RunMarkdown(w io.Writer, r RunReport) error {
	var b strings.Builder
	b.WriteString("## rassync " + mdText(r.Command) + ": " + mdText(r.State) + "\n\n")
	if r.Run != "" {
		line := fmt.Sprintf("**%s done**", count(r.Done, "change", "changes"))
		if r.Skipped > 0 {
			line += fmt.Sprintf(", %d not begun", r.Skipped)
		}
		if r.Activated {
			line += ", settings applied"
		} else if r.Done > 0 {
			line += ", settings not applied: the changes are staged"
		}
		b.WriteString(line + "; run " + mdCode(r.Run) + "\n\n")
	}
	if r.RolledBackBy != "" {
		b.WriteString("Rolled back by run " + mdCode(r.RolledBackBy) + "\n\n")
	}
	title := ""
	for _, p := range r.Problems {
		if p.Title != title {
			title = p.Title
			b.WriteString("### " + mdAttention + mdText(title) + "\n\n")
		}
		line := "- " + mdName(p.Address)
		if p.Path != "" {
			line += " " + mdCode(p.Path) + ": wrote " + mdSpan(cut(value(p.Wrote), mdValue)) + ", reads " + mdSpan(cut(value(p.Reads), mdValue))
		}
		if p.Text != "" {
			line += ": " + mdText(p.Text)
		}
		b.WriteString(line + "\n")
	}
	if title != "" {
		b.WriteString("\n")
	}
	for _, l := range []struct {
		title string
		list  []string
	}{{"Not brought back", r.NotRestored}, {"Changed by others since", r.Others}} {
		if len(l.list) == 0 {
			continue
		}
		b.WriteString("### " + l.title + "\n\n")
		for _, s := range l.list {
			b.WriteString("- " + mdText(s) + "\n")
		}
		b.WriteString("\n")
	}
	if _, err := io.WriteString(w, b.String()); err != nil || r.Plan == nil {
		return err
	}
	return PlanMarkdown(w, r.Plan, 0, SourceURL{})
}

// DifferencesMarkdown writes what differs between two sides in at most limit bytes
// (0: no limit): the verdict, a table, every object in one line, then the values.
func DifferencesMarkdown(w io.Writer, d Differences, limit int) error {
	doc := budget{limit: limit}
	doc.force("## rassync diff from " + mdCode(d.From) + " to " + mdCode(d.To) + "\n\n**" + mdText(d.verdict()) + "**\n\n")
	doc.take(d.table(), reserved)
	missing := 0
	for i, c := range d.Changes {
		if !doc.take(fmt.Sprintf("- **%s** %s\n", differenceWord(c.Action), mdName(c.Address)), reserved) {
			missing = len(d.Changes) - i
			doc.force("\n**" + (&Cut{Changes: missing}).Error() + "**\n")
			break
		}
	}
	if len(d.Changes) > 0 && missing == 0 {
		doc.force("\n")
	}
	left := 0
	for _, c := range d.Changes {
		if len(c.Fields) == 0 || missing > 0 {
			continue
		}
		var fields, diffs strings.Builder
		for _, f := range c.Fields {
			mdFields(&fields, &diffs, fieldLines(f, false), "")
		}
		if !doc.take("### "+mdName(c.Address)+"\n\n"+fields.String()+"\n"+diffs.String(), reserved) {
			left++
		}
	}
	if left > 0 {
		doc.force("The values of " + count(left, "object", "objects") + " did not fit.\n")
	}
	_, err := io.WriteString(w, doc.text.String())
	return errors.Join(err, cutOf(missing))
}

// cutOf is the error about changes that did not fit, nil for none.
func cutOf(missing int) error {
	if missing == 0 {
		return nil
	}
	return &Cut{Changes: missing}
}

// table counts the differences by kind.
func (d Differences) table() string {
	if len(d.Changes) < overviewFrom {
		return ""
	}
	var b strings.Builder
	b.WriteString("| kind | only in the second | only in the first | different |\n| --- | ---: | ---: | ---: |\n")
	for _, t := range tallies(d.Changes) {
		fmt.Fprintf(&b, "| %s | %d | %d | %d |\n", mdCell(t.Kind), t.Create, t.Delete, t.Update+t.Replace+t.Move)
	}
	return b.String() + "\n"
}

// HistoryMarkdown writes the runs of a workspace as a table, the newest first.
func HistoryMarkdown(w io.Writer, runs []RunLine) error {
	var b strings.Builder
	b.WriteString("## rassync history\n\n")
	if len(runs) == 0 {
		b.WriteString("no runs\n")
	} else {
		b.WriteString("| started | run | what | came of it | changes | by | farm | commit |\n| --- | --- | --- | --- | ---: | --- | --- | --- |\n")
	}
	for _, r := range runs {
		state := r.State
		if r.Damage != "" {
			state += ": " + r.Damage
		}
		cells := []string{r.Started.UTC().Format(time.RFC3339), r.ID, r.Command, state, fmt.Sprint(r.Changes), r.Who + " on " + r.Host, r.Farm, r.Commit[:min(12, len(r.Commit))]}
		for _, c := range cells {
			b.WriteString("| " + mdCell(c) + " ")
		}
		b.WriteString("|\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}
