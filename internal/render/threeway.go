package render

import (
	"strings"

	"rassync/internal/plan"
)

// threeWaySection is one list of values that a plan of a range of commits
// shows beside its changes.
type threeWaySection struct {
	title string
	list  []plan.Compared
}

// sections lays out what base, documents and farm differ in, what somebody
// must decide first.
func threeWaySections(t *plan.ThreeWay) []threeWaySection {
	if t == nil {
		return nil
	}
	var open, won []plan.Compared
	for _, c := range t.Conflicts {
		if c.Applied {
			won = append(won, c)
		} else {
			open = append(open, c)
		}
	}
	var back, left []plan.Compared
	for _, c := range t.Drift {
		if c.Applied {
			back = append(back, c)
		} else {
			left = append(left, c)
		}
	}
	var out []threeWaySection
	for _, s := range []threeWaySection{
		{"Conflicts: changed by this change and on the farm, not planned (--conflicts=mine writes what is declared)", open},
		{"Conflicts: changed by this change and on the farm, the declared value is written", won},
		{"Drift: changed on the farm, not by this change, left alone (--with-drift takes it back)", left},
		{"Drift: changed on the farm, not by this change, taken back", back},
		{"Already so: the farm has what this change declares", t.Already},
	} {
		if len(s.list) > 0 {
			out = append(out, s)
		}
	}
	return out
}

// threeWayHead says what the documents are compared with.
func threeWayHead(t *plan.ThreeWay) string {
	s := "Compared with " + Escape(t.Base)
	if t.Commit != "" {
		s += " (commit " + Escape(t.Commit[:min(12, len(t.Commit))]) + ")"
	}
	return s + ": " + count(t.Touched, "document", "documents") + " touched"
}

// comparedLine is one value of three sides.
func comparedLine(c plan.Compared) string {
	var parts []string
	if c.Path != "" {
		parts = append(parts, "base "+value(c.Base), "declared "+value(c.Declared), "farm "+value(c.Farm))
	}
	if c.Why != "" {
		parts = append(parts, Escape(c.Why))
	}
	if who := changedBy(c.By, c.At); who != "" {
		parts = append(parts, who)
	}
	s := Escape(c.Address)
	if c.Path != "" {
		s += " " + Escape(c.Path)
	}
	return s + ": " + strings.Join(parts, ", ")
}

// changedBy says who changed an object last, and when; "" if the farm does not
// show it.
func changedBy(by, at string) string {
	switch {
	case by == "" && at == "":
		return ""
	case by == "":
		return "last changed at " + Escape(at)
	case at == "":
		return "last changed by " + Escape(by)
	}
	return "last changed by " + Escape(by) + " at " + Escape(at)
}

// threeWay shows the sections of a range in a text.
func (p *planPrinter) threeWay() {
	for _, s := range threeWaySections(p.plan.Since) {
		p.linef("%s", p.paint(yellow, s.title+":"))
		for _, c := range s.list {
			p.linef("  %s", comparedLine(c))
		}
		p.linef("")
	}
}
