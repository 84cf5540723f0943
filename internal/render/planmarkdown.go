package render

import (
	"fmt"
	"io"
	"strings"

	"rassync/internal/plan"
)

// PlanMarkdown writes a plan for a comment on a pull request in at most limit
// bytes (0: no limit): the summary, then deletes and risky changes, then all
// other changes folded, then how many more the plan in the artifact holds.
// No value of the plan can break out of its place.
func PlanMarkdown(w io.Writer, p *plan.Plan, limit int) error {
	m := mdPlan{plan: p, number: numbers(p)}
	head := m.head()
	blocks := m.blocks()
	doc := budget{limit: limit}
	if !doc.take(head, len(more(len(blocks)))) {
		doc.force(summaryLine(p.Summary) + "\n\n")
	}
	missing := 0
	section := ""
	for i, b := range blocks {
		text := b.text
		if b.section != section {
			text = "### " + b.section + "\n\n" + text
		}
		reserve := 0
		if i < len(blocks)-1 {
			reserve = len(more(len(blocks)))
		}
		// Once one change is left out, all that follow it are: a comment with
		// holes in it is read wrongly.
		if missing > 0 || !doc.take(text, reserve) {
			missing += b.changes
			continue
		}
		section = b.section
	}
	if missing > 0 {
		doc.force(more(missing))
	}
	_, err := io.WriteString(w, doc.text.String())
	return err
}

func more(n int) string {
	return fmt.Sprintf("**%d more** %s in the artifact.\n", n, map[bool]string{true: "change is", false: "changes are"}[n == 1])
}

// budget collects text up to a number of bytes.
type budget struct {
	text  strings.Builder
	limit int
}

// take adds a text if it fits and leaves room for reserve more bytes.
func (b *budget) take(s string, reserve int) bool {
	if b.limit > 0 && b.text.Len()+len(s)+reserve > b.limit {
		return false
	}
	b.text.WriteString(s)
	return true
}

// force adds a text that must be seen, in as far as the limit allows.
func (b *budget) force(s string) {
	if b.limit > 0 && b.text.Len()+len(s) > b.limit {
		s = s[:max(0, b.limit-b.text.Len())]
	}
	b.text.WriteString(s)
}

// mdPlan lays out one plan.
type mdPlan struct {
	plan   *plan.Plan
	number map[string]int
}

// mdBlock is one change, or a text, under the heading of its section.
type mdBlock struct {
	section, text string
	changes       int
}

func (m mdPlan) head() string {
	var b strings.Builder
	f := m.plan.Farm
	b.WriteString("## rassync plan")
	if f.Name != "" {
		b.WriteString(" for " + mdCode(f.Name))
	}
	b.WriteString("\n\n")
	if m.plan.Empty() {
		b.WriteString("**" + nothingToDo(m.plan) + "**\n\n")
		return b.String()
	}
	b.WriteString("**" + summaryLine(m.plan.Summary) + "**\n\n")
	var about []string
	for _, s := range []string{f.URL, f.GUID, f.Version} {
		if s != "" {
			about = append(about, mdCode(s))
		}
	}
	if len(about) > 0 {
		b.WriteString("Farm: " + strings.Join(about, ", ") + "\n\n")
	}
	b.WriteString(omittedRule + "\n\n")
	if t := m.plan.Since; t != nil {
		b.WriteString(mdText(threeWayHead(t)) + "\n\n")
	}
	return b.String()
}

// blocks gives the changes by urgency: deletes, risky ones, warnings, all
// others; each group in the order of execution.
func (m mdPlan) blocks() []mdBlock {
	var deletes, risky, calm []mdBlock
	others, gone := parted(m.plan)
	for _, i := range gone {
		deletes = append(deletes, mdBlock{count(len(gone), "object", "objects") + " will be deleted", m.open(i), 1})
	}
	for _, i := range others {
		c := m.plan.Changes[i]
		if len(c.Impact) > 0 || !c.Reversible {
			risky = append(risky, mdBlock{"Changes with effects beyond configuration", m.open(i), 1})
		} else {
			calm = append(calm, mdBlock{"Other changes", m.folded(i), 1})
		}
	}
	out := append(deletes, risky...)
	for _, s := range threeWaySections(m.plan.Since) {
		var b strings.Builder
		for _, c := range s.list {
			b.WriteString("- " + mdText(comparedLine(c)) + "\n")
		}
		out = append(out, mdBlock{mdText(s.title), b.String() + "\n", 0})
	}
	if s := m.warnings(); s != "" {
		out = append(out, mdBlock{"Warnings", s, 0})
	}
	return append(out, calm...)
}

// open shows a change with its risks at once and its fields folded.
func (m mdPlan) open(i int) string {
	c := m.plan.Changes[i]
	var b strings.Builder
	fmt.Fprintf(&b, "**%d. %s** %s%s\n\n", i+1, mdText(string(c.Action)), mdName(c.Address), mdSource(c))
	for _, im := range c.Impact {
		b.WriteString("- :warning: **" + mdText(effectWords(im.Effect)) + "**")
		if im.Path != "" {
			b.WriteString(" " + mdCode(im.Path))
		}
		if im.Why != "" {
			b.WriteString(" " + mdText(im.Why))
		}
		b.WriteString("\n")
	}
	if !c.Reversible {
		b.WriteString("- :no_entry: **cannot be undone**")
		if c.IrreversibleBecause != "" {
			b.WriteString(" " + mdText(c.IrreversibleBecause))
		}
		b.WriteString("\n")
	}
	if len(c.Impact) > 0 || !c.Reversible {
		b.WriteString("\n")
	}
	if body := m.body(c); body != "" {
		b.WriteString("<details><summary>details</summary>\n\n" + body + "\n</details>\n\n")
	}
	return b.String()
}

// folded shows a change with everything folded.
func (m mdPlan) folded(i int) string {
	c := m.plan.Changes[i]
	body := m.body(c)
	if s := mdSource(c); s != "" {
		body = "- declared" + s + "\n" + body
	}
	return fmt.Sprintf("<details><summary>%d. %s <code>%s</code></summary>\n\n%s\n</details>\n\n", i+1, mdHTML(Escape(string(c.Action))), mdHTML(Name(c.Address)), body)
}

func mdSource(c plan.Change) string {
	if c.Source == nil || c.Source.File == "" {
		return ""
	}
	return " in " + mdCode(fmt.Sprintf("%s:%d", c.Source.File, c.Source.Line))
}

// body lists the fields of a change and what must come first.
func (m mdPlan) body(c plan.Change) string {
	var b strings.Builder
	if l := c.LastChange; l != nil {
		b.WriteString("- " + mdText(changedBy(l.By, l.At)) + "\n")
	}
	if renamed(c) {
		b.WriteString("- name: " + mdName(c.RenamedFrom) + " to " + mdName(c.Name) + "\n")
	}
	var diffs strings.Builder
	for _, f := range c.Fields {
		mdFields(&b, &diffs, changeLines(c, f), "")
	}
	for _, a := range []*plan.Activation{c.ActivateBefore, c.ActivateWithin} {
		if a != nil {
			b.WriteString("- " + mdShown(activationWords(a)) + "\n")
		}
	}
	for _, r := range c.Relinks {
		b.WriteString("- the reference in " + mdName(r) + " moves to the new object\n")
	}
	for j, d := range c.DependsOn {
		b.WriteString("- after ")
		if n := m.number[d]; n > 0 {
			fmt.Fprintf(&b, "%d, ", n)
		}
		b.WriteString(mdName(d))
		if why := because(c, j); why != "" {
			b.WriteString(": " + mdText(why))
		}
		b.WriteString("\n")
	}
	if diffs.Len() > 0 {
		b.WriteString("\n" + strings.TrimSuffix(diffs.String(), "\n"))
	}
	return b.String()
}

// mdValue cuts very long values: the whole of them is in the artifact.
const mdValue = 400

// mdFields writes the lines of a field; diffs of texts go behind the list.
func mdFields(b, diffs *strings.Builder, lines []fieldLine, indent string) {
	for _, l := range lines {
		note := ""
		if l.note != "" {
			note = " (" + mdShown(l.note) + ")"
		}
		shown := func(s string) string { return mdSpan(cut(s, mdValue)) }
		switch {
		case l.op == '#':
			b.WriteString(indent + "- " + mdShown(l.note) + "\n")
		case l.op == '+' && l.path != "":
			b.WriteString(indent + "- added " + mdSpan(l.path) + note + "\n")
			mdFields(b, diffs, l.sub, indent+"  ")
		case l.op == '+':
			b.WriteString(indent + "- added " + shown(l.after) + "\n")
		case l.op == '-' && l.path != "":
			b.WriteString(indent + "- removed " + mdSpan(l.path) + " " + shown(l.before) + note + "\n")
		case l.op == '-':
			b.WriteString(indent + "- removed " + shown(l.before) + "\n")
		case len(l.sub) > 0:
			b.WriteString(indent + "- " + mdSpan(l.path) + note + "\n")
			mdFields(b, diffs, l.sub, indent+"  ")
		case len(l.diff) > 0:
			b.WriteString(indent + "- " + mdSpan(l.path) + " changes as shown below" + note + "\n")
			mdDiff(diffs, l)
		case l.op == '=':
			b.WriteString(indent + "- " + mdSpan(l.path) + " " + shown(l.after) + note + "\n")
		default:
			b.WriteString(indent + "- " + mdSpan(l.path) + " from " + shown(l.before) + " to " + shown(l.after) + note + "\n")
		}
	}
}

func mdDiff(b *strings.Builder, l fieldLine) {
	var lines []string
	for _, d := range shorten(l.diff, false) {
		s := cut(Escape(d.text), mdValue)
		if d.op != '@' && d.op != '.' {
			s = string(d.op) + s
		}
		lines = append(lines, s)
	}
	fence := mdFence(lines)
	b.WriteString(mdSpan(l.path) + "\n\n" + fence + "diff\n" + strings.Join(lines, "\n") + "\n" + fence + "\n\n")
}

func (m mdPlan) warnings() string {
	if len(m.plan.Warnings) == 0 {
		return ""
	}
	var b strings.Builder
	for _, warning := range m.plan.Warnings {
		b.WriteString("- " + mdText(warning) + "\n")
	}
	b.WriteString("\n")
	return b.String()
}
