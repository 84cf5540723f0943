package render

import (
	"encoding/json"
	"errors"
	"io"
	"strings"

	"rassync/internal/plan"
)

// Drift is where a farm has drifted from what is declared.
type Drift struct {
	// Plan is what would take it back.
	Plan *plan.Plan
	// Undeclared are objects that only the farm has, of kinds of which nothing
	// may be undeclared.
	Undeclared []string
}

// Differs tells whether the farm is seen to differ.
func (d Drift) Differs() bool {
	return !d.Plan.Empty() || len(d.Undeclared) > 0 || len(d.Plan.Unwritable) > 0
}

// InSync tells whether the farm is as declared: there is no drift, and nothing
// that is declared is hidden.
func (d Drift) InSync() bool { return !d.Differs() && d.Plan.Seen() }

// verdict says in how many objects the farm differs.
func (d Drift) verdict() string {
	return "drift: the farm differs in " + count(len(d.Plan.Changes)+len(d.Undeclared)+onlyUnwritable(d.Plan), "object", "objects")
}

// onlyUnwritable counts the objects that differ in nothing but what no known
// call writes.
func onlyUnwritable(p *plan.Plan) int {
	seen := map[string]bool{}
	for _, c := range p.Changes {
		seen[c.Address] = true
	}
	n := 0
	for _, u := range p.Unwritable {
		if !seen[u.Address] {
			seen[u.Address] = true
			n++
		}
	}
	return n
}

// DriftText writes the drift for a terminal or a log: the plan that would
// take it back, and what is not declared.
func DriftText(w io.Writer, d Drift, o Options) error {
	if err := PlanText(w, d.Plan, o); err != nil {
		return err
	}
	p := &printer{o: o}
	if len(d.Undeclared) > 0 {
		p.linef("")
		p.linef("%s", p.paint(yellow, count(len(d.Undeclared), "object", "objects")+" on the farm, but not declared:"))
		for _, a := range d.Undeclared {
			p.linef("  %s", Name(a))
		}
	}
	switch {
	case d.InSync():
		p.linef("no drift")
	case !d.Differs():
		p.linef("no drift in what the farm shows")
	default:
		p.linef("%s", p.paint(bold, d.verdict()))
	}
	return p.flush(w)
}

// driftDocument is the JSON form.
type driftDocument struct {
	FormatVersion string          `json:"formatVersion"`
	InSync        bool            `json:"inSync"`
	Undeclared    []string        `json:"undeclared"`
	Plan          json.RawMessage `json:"plan"`
}

// DriftJSON writes the drift as one document; the plan in it is that of
// PlanJSON.
func DriftJSON(w io.Writer, d Drift) error {
	var b strings.Builder
	if err := PlanJSON(&b, d.Plan); err != nil {
		return err
	}
	return writeJSON(w, driftDocument{FormatVersion: "1", InSync: d.InSync(), Undeclared: notNil(d.Undeclared), Plan: json.RawMessage(b.String())})
}

// DriftMarkdown writes the drift for a comment or an issue in at most limit
// bytes (0: no limit).
func DriftMarkdown(w io.Writer, d Drift, limit int, source SourceURL) error {
	var b strings.Builder
	if len(d.Undeclared) > 0 {
		b.WriteString("\n### " + count(len(d.Undeclared), "object", "objects") + " on the farm, but not declared\n\n")
		for i, a := range d.Undeclared {
			line := "- " + mdName(a) + "\n"
			if limit > 0 && b.Len()+len(line) > limit/2 {
				b.WriteString("- " + mdText(count(len(d.Undeclared)-i, "more", "more")) + "\n")
				break
			}
			b.WriteString(line)
		}
	}
	rest := 0
	if limit > 0 {
		rest = max(limit-b.Len(), 1)
	}
	cut := PlanMarkdown(w, d.Plan, rest, source)
	var lines *Cut
	if cut != nil && !errors.As(cut, &lines) {
		return cut
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return err
	}
	return cut
}
