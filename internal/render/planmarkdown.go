package render

import (
	"fmt"
	"io"
	"strings"

	"rassync/internal/plan"
)

// PlanMarkdown writes a plan for a comment on a pull request in at most limit
// bytes (0: no limit): the summary, a table of kinds and actions, every change in
// one line with its place in the documents, as a link if it is known where they are
// on the web; then deletes and
// risky changes with their values, then all others folded. Values that do not
// fit are left out before any line is; if a line must go, the error is a *Cut.
// No value of the plan can break out of its place.
func PlanMarkdown(w io.Writer, p *plan.Plan, limit int, source SourceURL) error {
	m := mdPlan{plan: p, number: numbers(p), source: source}
	doc := budget{limit: limit}
	missing := m.overview(&doc)
	if missing == 0 {
		m.values(&doc)
	}
	if _, err := io.WriteString(w, doc.text.String()); err != nil {
		return err
	}
	if missing > 0 {
		return &Cut{Changes: missing}
	}
	return nil
}

// mdAttention marks what must not be overlooked: a sign that every renderer of
// Markdown shows, which names in colons are not.
const mdAttention = "\u26a0 "

// reserved is kept for the last sentence of what is cut.
const reserved = 300

// overview writes the head and every change in one line; it gives how many did
// not fit.
func (m mdPlan) overview(doc *budget) (missing int) {
	head, lines := m.head(), []string(nil)
	if len(m.plan.Changes) >= overviewFrom || doc.limit > 0 && len(m.plan.Changes) > 0 {
		lines = m.lines()
	}
	all := strings.Join(lines, "")
	if len(lines) > 0 {
		all = "### All changes, the riskiest first\n\n" + all + "\n"
	}
	if !doc.take(head, len(all)+reserved) {
		doc.force(summaryLine(m.plan.Summary) + "\n\n")
	}
	if len(lines) == 0 || doc.take(all, reserved) {
		return 0
	}
	doc.take("### The riskiest changes\n\n", 0)
	for i, l := range lines {
		if !doc.take(l, reserved) {
			missing = len(lines) - i
			break
		}
	}
	doc.force("\n**" + (&Cut{Changes: missing}).Error() + ": do not approve this plan by this text.**\n")
	return missing
}

// values writes the changes with their values, as far as there is room.
func (m mdPlan) values(doc *budget) {
	blocks := m.blocks()
	section, left := "", 0
	for i, b := range blocks {
		head := ""
		if b.section != section {
			head = "### " + b.section + "\n\n"
		}
		text := b.text
		if doc.limit > 0 {
			// A block that is too large is cut itself, so that no other pays for it.
			room := doc.limit - doc.text.Len() - len(head) - reserved
			if room = room / min(len(blocks)-i, 4); len(text) > room {
				text = b.cut(room)
			}
		}
		if text == "" || !doc.take(head+text, reserved) {
			left += b.changes
			continue
		}
		section = b.section
	}
	if left > 0 {
		doc.force("The values of " + count(left, "change", "changes") + " did not fit: they are in the saved plan.\n")
	}
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
	source SourceURL
}

// mdBlock is one change, or a text, under the heading of its section.
type mdBlock struct {
	section, text string
	changes       int
}

// cut gives the lines of a block that fit, with every fence and fold closed; ""
// if that is nothing worth reading.
func (b mdBlock) cut(room int) string {
	const said = "\n*cut here: the whole change is in the saved plan*\n"
	var out strings.Builder
	fence, folds := "", 0
	for line := range strings.Lines(b.text) {
		closing := len(said) + len(fence) + 1 + folds*len("\n</details>\n")
		if out.Len()+len(line)+closing+40 > room {
			break
		}
		out.WriteString(line)
		trimmed := strings.TrimRight(line, "\n")
		switch {
		case fence != "" && trimmed == fence:
			fence = ""
		case fence == "" && strings.HasPrefix(line, "```"):
			fence = trimmed[:len(trimmed)-len(strings.TrimLeft(trimmed, "`"))]
		case fence == "" && strings.HasPrefix(line, "<details>"):
			folds++
		case fence == "" && strings.HasPrefix(line, "</details>"):
			folds--
		}
	}
	if out.Len() == 0 {
		return ""
	}
	if fence != "" {
		out.WriteString(fence + "\n")
	}
	out.WriteString(said)
	for range folds {
		out.WriteString("\n</details>\n")
	}
	return out.String() + "\n"
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
	if c := m.plan.Tool.Contract; c != "" {
		b.WriteString("Contract: " + mdCode(c) + "\n\n")
	}
	b.WriteString(mdTallies(m.plan.Changes))
	b.WriteString(omittedRule + "\n\n")
	if t := m.plan.Since; t != nil {
		b.WriteString(mdText(threeWayHead(t)) + "\n\n")
	}
	lines := headLines(m.plan)
	for _, l := range lines {
		mark := ""
		if l.alarm {
			mark = mdAttention
		}
		b.WriteString("- " + mark + "**" + mdText(l.title) + "**")
		if len(l.items) == 1 {
			b.WriteString(" " + mdText(l.items[0]) + "\n")
			continue
		}
		b.WriteString("\n")
		for _, item := range l.items {
			b.WriteString("  - " + mdText(item) + "\n")
		}
	}
	if len(lines) > 0 {
		b.WriteString("\n")
	}
	return b.String()
}

// blocks gives the changes by urgency: deletes, risky ones, warnings, all
// others; each group in the order of execution.
func (m mdPlan) blocks() []mdBlock {
	var deletes, risky, calm []mdBlock
	_, gone := parted(m.plan)
	for _, i := range gone {
		deletes = append(deletes, mdBlock{count(len(gone), "object", "objects") + " will be deleted", m.open(i), 1})
	}
	for _, i := range byRisk(m.plan) {
		c := m.plan.Changes[i]
		if c.Action == plan.Delete {
			continue
		}
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
	fmt.Fprintf(&b, "**%d. %s** %s%s\n\n", i+1, mdText(string(c.Action)), mdName(c.Address), m.place(c))
	for _, im := range c.Impact {
		b.WriteString("- " + mdAttention + "**" + mdText(effectWords(im.Effect)) + "**")
		if im.Path != "" {
			b.WriteString(" " + mdCode(im.Path))
		}
		if im.Why != "" {
			b.WriteString(" " + mdText(im.Why))
		}
		b.WriteString("\n")
	}
	if !c.Reversible {
		b.WriteString("- " + mdAttention + "**cannot be undone**")
		if c.IrreversibleBecause != "" {
			b.WriteString(" " + mdText(c.IrreversibleBecause))
		}
		b.WriteString("\n")
	}
	if len(c.Impact) > 0 || !c.Reversible {
		b.WriteString("\n")
	}
	if body := m.body(c); body != "" && saidFirst(c) {
		b.WriteString(body + "\n\n")
	} else if body != "" {
		b.WriteString("<details><summary>details</summary>\n\n" + body + "\n</details>\n\n")
	}
	return b.String()
}

// folded shows a change with everything folded.
func (m mdPlan) folded(i int) string {
	c := m.plan.Changes[i]
	body := m.body(c)
	if s := m.place(c); s != "" {
		body = "- declared" + s + "\n" + body
	}
	return fmt.Sprintf("<details><summary>%d. %s <code>%s</code></summary>\n\n%s\n</details>\n\n", i+1, mdHTML(Escape(string(c.Action))), mdHTML(Name(c.Address)), body)
}

// place is where a change is declared.
func (m mdPlan) place(c plan.Change) string {
	if c.Source == nil || c.Source.File == "" {
		return ""
	}
	return " in " + mdLink(mdCode(sourcePlace(c.Source)), m.source.Link(c.Source))
}

// mdLink makes a link of what is Markdown already, if there is an address.
func mdLink(text, address string) string {
	if address == "" {
		return text
	}
	return "[" + text + "](<" + strings.NewReplacer("<", "%3C", ">", "%3E", "\n", "%0A").Replace(address) + ">)"
}

// mdTallies is the table of kinds and actions.
func mdTallies(changes []plan.Change) string {
	if len(changes) < overviewFrom {
		return ""
	}
	var b strings.Builder
	b.WriteString("| kind | create | update | replace | delete | reorder |\n| --- | ---: | ---: | ---: | ---: | ---: |\n")
	for _, t := range tallies(changes) {
		fmt.Fprintf(&b, "| %s |", mdCell(t.Kind))
		for _, n := range []int{t.Create, t.Update, t.Replace, t.Delete, t.Move} {
			if n > 0 {
				fmt.Fprintf(&b, " %d", n)
			}
			b.WriteString(" |")
		}
		b.WriteString("\n")
	}
	return b.String() + "\n"
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
	for _, line := range alsoChanges(c) {
		b.WriteString("- also changes " + mdText(line) + "\n")
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

// mdValue cuts very long values; their beginning and end are shown.
const mdValue = 4000

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
	for _, d := range shorten(l.diff, true) {
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
