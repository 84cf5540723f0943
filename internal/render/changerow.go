package render

import (
	"strings"

	"rassync/internal/plan"
)

// changeRow is one change laid out for the forms that people open outside of
// a terminal: HTML and CSV.
type changeRow struct {
	Number    int
	Action    string
	Kind      string
	Site      string
	Name      string
	Address   string
	Source    string // FILE:LINE, "" if it is declared nowhere
	Link      string // address of that line, "" without a source URL
	Impacts   []string
	Permanent string // why it cannot be undone, "" if it can
	Notes     []string
	Lines     []fieldLine
	// Fields are the lines with their full paths, for tables.
	Fields []fieldRow
}

// fieldRow is one changed value.
type fieldRow struct{ Path, Before, After, Note string }

// changeRows lays out changes in their order.
func changeRows(changes []plan.Change, source SourceURL) []changeRow {
	rows := make([]changeRow, 0, len(changes))
	for i, c := range changes {
		r := changeRow{
			Number: i + 1, Action: string(c.Action), Kind: Escape(c.Kind), Site: Name(c.Site), Name: Name(c.Name), Address: Name(c.Address),
		}
		if c.Source != nil && c.Source.File != "" {
			r.Source = Escape(sourcePlace(c.Source))
			r.Link = source.Link(c.Source)
		}
		for _, im := range c.Impact {
			r.Impacts = append(r.Impacts, effectLine(im))
		}
		if !c.Reversible {
			r.Permanent = "cannot be undone"
			if c.IrreversibleBecause != "" {
				r.Permanent += ": " + Escape(c.IrreversibleBecause)
			}
		}
		if renamed(c) {
			r.Notes = append(r.Notes, "renamed from "+Name(c.RenamedFrom))
		}
		if l := c.LastChange; l != nil {
			r.Notes = append(r.Notes, changedBy(l.By, l.At))
		}
		for _, a := range []*plan.Activation{c.ActivateBefore, c.ActivateWithin} {
			if a != nil {
				r.Notes = append(r.Notes, activationWords(a))
			}
		}
		for _, line := range alsoChanges(c) {
			r.Notes = append(r.Notes, "also changes "+Escape(line))
		}
		for _, f := range c.Fields {
			r.Lines = append(r.Lines, changeLines(c, f)...)
		}
		r.Fields = fieldRows(r.Lines, "")
		rows = append(rows, r)
	}
	return rows
}

// effectLine says what an effect is, on which property, and why.
func effectLine(im plan.Impact) string {
	s := effectWords(im.Effect)
	if im.Path != "" {
		s += " (" + Escape(im.Path) + ")"
	}
	if im.Why != "" {
		s += ": " + Escape(im.Why)
	}
	return s
}

// fieldRows turns the tree of lines into rows of path, before and after.
func fieldRows(lines []fieldLine, parent string) []fieldRow {
	var out []fieldRow
	for _, l := range lines {
		path := l.path
		if parent != "" && path != "" {
			path = parent + "." + path
		} else if path == "" {
			path = parent
		}
		switch {
		case l.op == '#':
			continue // it only counts what does not change
		case len(l.sub) > 0:
			out = append(out, fieldRows(l.sub, path)...)
		case len(l.diff) > 0:
			var before, after []string
			for _, d := range l.diff {
				if d.op == ' ' || d.op == '-' {
					before = append(before, Escape(d.text))
				}
				if d.op == ' ' || d.op == '+' {
					after = append(after, Escape(d.text))
				}
			}
			out = append(out, fieldRow{path, strings.Join(before, "\n"), strings.Join(after, "\n"), l.note})
		default:
			out = append(out, fieldRow{path, l.before, l.after, l.note})
		}
	}
	return out
}
