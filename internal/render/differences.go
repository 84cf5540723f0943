package render

import (
	"fmt"
	"io"

	"rassync/internal/plan"
)

// Differences are what turns one set of objects into another.
type Differences struct {
	From, To string
	Changes  []plan.Change
	// Expected are differences that were left out.
	Expected []Expected
}

// Expected are differences that are meant to be, and why.
type Expected struct {
	Why   string
	Count int
}

// expected counts what was left out.
func (d Differences) expected() int {
	n := 0
	for _, x := range d.Expected {
		n += x.Count
	}
	return n
}

// rows lays them out in the words of a comparison.
func (d Differences) rows() []changeRow {
	rows := changeRows(d.Changes, SourceURL{})
	for i := range rows {
		rows[i].Action = differenceWord(d.Changes[i].Action)
		rows[i].Permanent = "" // nothing is done, so nothing need be undone
	}
	return rows
}

// verdict says in a line what differs.
func (d Differences) verdict() string {
	left := ""
	if n := d.expected(); n > 0 {
		left = "; " + count(n, "expected difference is", "expected differences are") + " left out (--all shows them)"
	}
	if len(d.Changes) == 0 {
		return "no differences" + left
	}
	added, removed, changed := d.summary()
	return fmt.Sprintf("%d only in the second, %d only in the first, %d different%s", added, removed, changed, left)
}

// differenceWord is what an action of a plan means between two sides.
func differenceWord(a plan.Action) string {
	switch a {
	case plan.Create:
		return "added"
	case plan.Delete:
		return "removed"
	default:
		return "changed"
	}
}

// summary counts them.
func (d Differences) summary() (added, removed, changed int) {
	for _, c := range d.Changes {
		switch c.Action {
		case plan.Create:
			added++
		case plan.Delete:
			removed++
		default:
			changed++
		}
	}
	return added, removed, changed
}

// DifferencesText writes them for a terminal or a log.
func DifferencesText(w io.Writer, d Differences, o Options) error {
	p := &planPrinter{printer: printer{o: o}, plan: &plan.Plan{Changes: d.Changes}}
	p.linef("%s", p.paint(bold, "From "+text(d.From)+" to "+text(d.To)))
	for _, c := range d.Changes {
		mark, color := actionMark(c.Action)
		if o.Plain {
			mark = string(c.Action)
		}
		p.linef("%s %s", p.paint(color, mark), p.paint(bold, Name(c.Address)))
		for _, f := range c.Fields {
			p.fields(fieldLines(f, false), "    ")
		}
	}
	p.linef("%s", d.verdict())
	if o.Verbose {
		for _, x := range d.Expected {
			p.linef("  %d expected: %s", x.Count, text(x.Why))
		}
	}
	return p.flush(w)
}

type differencesDocument struct {
	FormatVersion string           `json:"formatVersion"`
	From          string           `json:"from"`
	To            string           `json:"to"`
	Expected      int              `json:"expected"`
	Changes       []differenceJSON `json:"changes"`
}

type differenceJSON struct {
	Address string       `json:"address"`
	Kind    string       `json:"kind"`
	Site    string       `json:"site,omitempty"`
	Name    string       `json:"name,omitempty"`
	Change  string       `json:"change"` // added, removed or changed
	Fields  []plan.Field `json:"fields"`
}

// DifferencesJSON writes them as one document.
func DifferencesJSON(w io.Writer, d Differences) error {
	doc := differencesDocument{FormatVersion: "1", From: d.From, To: d.To, Expected: d.expected(), Changes: []differenceJSON{}}
	for _, c := range d.Changes {
		doc.Changes = append(doc.Changes, differenceJSON{c.Address, c.Kind, c.Site, c.Name, differenceWord(c.Action), notNil(c.Fields)})
	}
	return writeJSON(w, doc)
}
