package render

import (
	"fmt"
	"io"
	"strings"

	"rassync/internal/plan"
)

// PlanText writes a plan for a terminal or a log: changes in the order of
// execution, deletes in a section of their own at the end.
func PlanText(w io.Writer, pl *plan.Plan, o Options) error {
	p := &planPrinter{printer: printer{o: o}, plan: pl, number: numbers(pl)}
	p.head()
	p.overview()
	others, deletes := parted(pl)
	for _, i := range others {
		p.change(i)
	}
	if n := len(deletes); n > 0 {
		p.linef("%s", p.paint(red, count(n, "object", "objects")+" will be deleted:"))
		p.linef("")
		for _, i := range deletes {
			p.change(i)
		}
	}
	p.threeWay()
	p.warnings()
	if pl.Empty() {
		p.linef("%s", nothingToDo(pl))
	} else {
		p.linef("%s", p.paint(bold, summaryLine(pl.Summary)))
	}
	return p.flush(w)
}

// planPrinter lays out one plan.
type planPrinter struct {
	printer
	plan   *plan.Plan
	number map[string]int
}

// The indents of a change: its own lines, and those below a field.
const (
	inChange = "       "
	inField  = inChange + "  "
)

func (p *planPrinter) head() {
	f := p.plan.Farm
	name := "farm"
	if f.Name != "" {
		name += " " + text(f.Name)
	}
	var about []string
	for _, s := range []string{f.URL, f.GUID} {
		if s != "" {
			about = append(about, Escape(s))
		}
	}
	if f.Version != "" {
		about = append(about, "RAS "+Escape(f.Version))
	}
	line := "Plan for " + name
	if len(about) > 0 {
		line += " (" + strings.Join(about, ", ") + ")"
	}
	p.linef("%s", p.paint(bold, line))
	if c := p.plan.Tool.Contract; c != "" {
		p.linef("Contract: %s", Escape(c))
	}
	p.linef("%s", omittedRule)
	if t := p.plan.Since; t != nil {
		p.linef("%s", threeWayHead(t))
	}
	p.linef("")
	lines := headLines(p.plan)
	for _, l := range lines {
		mark, title := "  ", l.title+":"
		if l.alarm {
			mark, title = "! ", p.paint(yellow, title)
		}
		if len(l.items) == 1 {
			p.wrapped(mark, "    ", title+" "+Escape(l.items[0]))
			continue
		}
		p.linef("%s%s", mark, title)
		for _, item := range l.items {
			p.wrapped("    ", "      ", Escape(item))
		}
	}
	if len(lines) > 0 {
		p.linef("")
	}
}

func (p *planPrinter) change(i int) {
	c := p.plan.Changes[i]
	if a := c.ActivateBefore; a != nil {
		p.wrapped("      ", inChange, p.paint(yellow, "* "+activationWords(a)))
		p.linef("")
	}
	_, color := actionMark(c.Action)
	line := fmt.Sprintf("%4d. %s %s", i+1, p.paint(color, Escape(p.o.action(c.Action))), p.paint(bold, Name(c.Address)))
	if c.Source != nil && c.Source.File != "" {
		line += "  " + p.paint(faint, Escape(c.Source.File)+fmt.Sprintf(":%d", c.Source.Line))
	}
	p.linef("%s", line)
	if renamed(c) {
		p.linef("%sname: %s %s %s", inChange, text(c.RenamedFrom), p.o.arrow(), text(c.Name))
	}
	for _, f := range c.Fields {
		p.fields(changeLines(c, f), inChange)
	}
	if a := c.ActivateWithin; a != nil {
		p.wrapped(inChange, inField, p.paint(yellow, "* "+activationWords(a)))
	}
	if len(c.Relinks) > 0 {
		p.wrapped(inChange+"relinks: ", inField, "references move to the new object in "+Name(strings.Join(c.Relinks, ", ")))
	}
	for _, line := range alsoChanges(c) {
		p.wrapped(inChange+p.paint(yellow, "also changes: "), inField, Escape(line))
	}
	for j, address := range c.DependsOn {
		p.after(c, j, address)
	}
	for _, im := range c.Impact {
		s := effectWords(im.Effect)
		if im.Path != "" {
			s += " (" + Escape(im.Path) + ")"
		}
		if im.Why != "" {
			s += ": " + Escape(im.Why)
		}
		p.linef("%s%s %s", inChange, p.paint(yellow, p.o.attention()+"impact:"), s)
	}
	if l := c.LastChange; l != nil {
		p.linef("%s%s", inChange, p.paint(faint, changedBy(l.By, l.At)))
	}
	if !c.Reversible {
		why := "no reason given"
		if c.IrreversibleBecause != "" {
			why = Escape(c.IrreversibleBecause)
		}
		p.linef("%s%s %s", inChange, p.paint(red, p.o.attention()+"cannot be undone:"), why)
	}
	p.linef("")
}

func (p *planPrinter) after(c plan.Change, j int, address string) {
	line := "after: "
	if n := p.number[address]; n > 0 {
		line += fmt.Sprintf("%d. ", n)
	}
	line += Name(address)
	if why := because(c, j); why != "" {
		line += " (" + Escape(why) + ")"
	}
	p.linef("%s%s", inChange, p.paint(faint, line))
}

// fields writes the lines of a field.
func (p *planPrinter) fields(lines []fieldLine, indent string) {
	for _, l := range lines {
		note := ""
		if l.note != "" {
			note = "  " + p.paint(cyan, "["+l.note+"]")
		}
		switch {
		case l.op == '#':
			p.linef("%s%s", indent, p.paint(faint, "("+l.note+")"))
		case l.op == '+' && l.path != "":
			p.linef("%s%s%s", indent, p.paint(green, p.o.added()+l.path+":"), note)
			p.fields(l.sub, indent+"    ")
		case l.op == '+':
			p.linef("%s%s", indent, p.paint(green, p.o.added()+p.fit(l.after)))
		case l.op == '-' && l.path != "":
			p.linef("%s%s%s", indent, p.paint(red, p.o.removed()+l.path+": "+p.fit(l.before)), note)
		case l.op == '-':
			p.linef("%s%s", indent, p.paint(red, p.o.removed()+p.fit(l.before)))
		case len(l.sub) > 0:
			p.linef("%s%s:%s", indent, l.path, note)
			p.fields(l.sub, indent+"  ")
		case len(l.diff) > 0:
			p.linef("%s%s:%s", indent, l.path, note)
			p.diff(l.diff, indent+"  ")
		case l.op == '=':
			p.linef("%s%s: %s%s", indent, l.path, p.fit(l.after), note)
		case !p.o.Plain && len(indent)+Cells(l.path)+Cells(l.before)+Cells(l.after)+6 > p.o.width():
			p.linef("%s%s:%s", indent, l.path, note)
			p.linef("%s  %s", indent, p.paint(red, p.o.removed()+p.fit(l.before)))
			p.linef("%s  %s", indent, p.paint(green, p.o.added()+p.fit(l.after)))
		default:
			p.linef("%s%s: %s %s %s%s", indent, l.path, l.before, p.o.arrow(), l.after, note)
		}
	}
}

// fit cuts long values unless everything is wanted.
func (p *planPrinter) fit(s string) string {
	if p.o.Verbose {
		return s
	}
	return cut(s, max(8*p.o.width(), mdValue))
}

func (p *planPrinter) diff(lines []diffLine, indent string) {
	for _, l := range shorten(lines, p.o.Verbose) {
		s := Escape(l.text)
		switch l.op {
		case '@':
			s = p.paint(cyan, s)
		case '+':
			s = p.paint(green, strings.TrimSuffix(p.o.added(), " ")+s)
		case '-':
			s = p.paint(red, strings.TrimSuffix(p.o.removed(), " ")+s)
		case ' ':
			s = " " + s
		}
		p.linef("%s", strings.TrimRight(indent+s, " "))
	}
}

func (p *planPrinter) warnings() {
	if len(p.plan.Warnings) == 0 {
		return
	}
	p.linef("%s", p.paint(yellow, count(len(p.plan.Warnings), "warning", "warnings")+":"))
	for _, warning := range p.plan.Warnings {
		p.wrapped("  "+p.o.attention(), "    ", Escape(warning))
	}
	p.linef("")
}

// actionMark is the sign of an action and its colour.
func actionMark(a plan.Action) (mark, color string) {
	switch a {
	case plan.Create:
		return "+", green
	case plan.Update:
		return "~", yellow
	case plan.Delete:
		return "-", red
	case plan.Replace:
		return "-/+", red
	case plan.Reorder:
		return "=", cyan
	}
	return "?", yellow
}
