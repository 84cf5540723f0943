package render

import (
	"fmt"
	"io"
	"sort"
	"strings"

	"rassync/internal/contract"
)

// ContractText writes what a document says beside the built-in schemas: first
// what differs, then how much is confirmed.
func ContractText(w io.Writer, c *contract.Comparison, o Options) error {
	p := &printer{o: o}
	p.linef("%s", p.paint(bold, contractTitle(c)))
	kind := ""
	counts := map[contract.What]int{}
	for _, f := range c.Findings {
		counts[f.What]++
		if f.What.Quiet() {
			continue
		}
		if f.Kind != kind {
			kind = f.Kind
			p.linef("%s", p.paint(bold, Escape(kind)))
		}
		color := yellow
		if f.What == contract.Question {
			color = red
		}
		line := "  " + p.paint(color, string(f.What))
		if f.Path != "" {
			line += " " + Escape(f.Path)
		}
		p.linef("%s: %s", line, Escape(f.Text))
		for _, choice := range f.Choices {
			p.linef("      %s?", Escape(choice))
		}
	}
	p.linef("%s", contractCounts(counts))
	return p.flush(w)
}

func contractTitle(c *contract.Comparison) string {
	s := "Contract"
	if c.Document != "" {
		s += " " + Escape(c.Document)
	}
	if c.Version != "" {
		s += ", version " + Escape(c.Version)
	}
	return s + fmt.Sprintf(" (sha256 %.12s), %s", c.SHA256, count(len(c.Kinds), "kind", "kinds"))
}

func contractCounts(counts map[contract.What]int) string {
	var parts []string
	for what := range counts {
		parts = append(parts, string(what))
	}
	sort.Strings(parts)
	for i, p := range parts {
		parts[i] = fmt.Sprintf("%d %s", counts[contract.What(p)], p)
	}
	if len(parts) == 0 {
		return "nothing that the schemas know"
	}
	return strings.Join(parts, ", ")
}

// ContractMarkdown writes the same for a pull request.
func ContractMarkdown(w io.Writer, c *contract.Comparison) error {
	var b strings.Builder
	counts := map[contract.What]int{}
	b.WriteString("## " + mdText(contractTitle(c)) + "\n\n| kind | property | finding | text |\n| --- | --- | --- | --- |\n")
	for _, f := range c.Findings {
		counts[f.What]++
		if f.What.Quiet() {
			continue
		}
		text := mdText(f.Text)
		for _, choice := range f.Choices {
			text += " " + mdCode(choice) + "?"
		}
		b.WriteString("| " + mdText(f.Kind) + " | " + mdCode(f.Path) + " | " + mdText(string(f.What)) + " | " + text + " |\n")
	}
	b.WriteString("\n" + mdText(contractCounts(counts)) + "\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// ContractKind writes the corrections of one kind; all says that what is only
// confirmed is shown too.
func ContractKind(w io.Writer, k *contract.KindLayer, all bool) error {
	p := &printer{}
	from := k.From.Source
	for _, s := range []string{k.From.File, k.From.Version, k.From.Date} {
		if s != "" {
			from += ", " + s
		}
	}
	p.linef("%s (%s)", Escape(k.Kind), Escape(from))
	for _, words := range k.Calls.Words() {
		p.linef("  calls: %s", Escape(words))
	}
	confirmed := 0
	for _, path := range k.Paths() {
		c := k.Properties[path]
		if !c.Corrects() {
			confirmed++
			if !all {
				continue
			}
		}
		p.linef("  %s: %s", Escape(path), Escape(correctionWords(c)))
	}
	if confirmed > 0 && !all {
		p.linef("  %d confirmed", confirmed)
	}
	return p.flush(w)
}

// correctionWords says what a correction says.
func correctionWords(c *contract.Correction) string {
	var out []string
	add := func(on bool, format string, args ...any) {
		if on {
			out = append(out, fmt.Sprintf(format, args...))
		}
	}
	if c.New != nil {
		out = append(out, "new, "+c.New.Type)
	}
	if c.Read != nil {
		out = append(out, "read as "+*c.Read)
	}
	if c.Write != nil {
		out = append(out, "written as "+*c.Write)
	}
	if c.CreateAs != nil {
		out = append(out, "a create calls it "+*c.CreateAs)
	}
	if c.Path != nil {
		out = append(out, "written at "+*c.Path)
	}
	if c.ReadPath != nil {
		out = append(out, "read at "+*c.ReadPath)
	}
	add(c.Shape != "", "%s body", c.Shape)
	add(c.CreateOnly, "on create only")
	add(c.UpdateOnly, "not on create")
	if c.Numbers != nil {
		var names []string
		for name := range c.Numbers {
			names = append(names, name)
		}
		sort.Strings(names)
		for i, name := range names {
			names[i] = fmt.Sprintf("%s = %d", name, c.Numbers[name])
		}
		out = append(out, strings.Join(names, ", "))
	}
	if c.MinLength != nil {
		out = append(out, fmt.Sprintf("at least %d characters", *c.MinLength))
	}
	if c.MaxLength != nil {
		out = append(out, fmt.Sprintf("at most %d characters", *c.MaxLength))
	}
	if c.Minimum != nil {
		out = append(out, fmt.Sprintf("at least %g", *c.Minimum))
	}
	if c.Maximum != nil {
		out = append(out, fmt.Sprintf("at most %g", *c.Maximum))
	}
	if c.Required != nil {
		out = append(out, map[bool]string{true: "required on create", false: "not required on create"}[*c.Required])
	}
	add(c.ReadOnly, "read only")
	add(c.WriteOnly, "write only")
	add(c.Gone, "not there")
	add(len(out) == 0 && c.Confirmed, "confirmed")
	return strings.Join(out, ", ")
}

// ContractChanges writes what two contracts differ in; documents says whether a
// workspace was looked at.
func ContractChanges(w io.Writer, changes []contract.Change, documents bool) error {
	p := &printer{}
	edit := 0
	for _, c := range changes {
		mark := " "
		if c.Edit {
			mark = "!"
		}
		p.linef("%s %s %s", mark, Escape(strings.TrimSuffix(c.Kind+"."+c.Path, ".")), Escape(c.Text))
		for _, d := range c.Documents {
			p.linef("      %s", Escape(d))
			edit++
		}
	}
	switch {
	case len(changes) == 0:
		p.linef("no differences")
	case documents && edit == 0:
		p.linef("%s; no document needs editing", count(len(changes), "difference", "differences"))
	case documents:
		p.linef("%s; %s to edit (marked !)", count(len(changes), "difference", "differences"), count(edit, "place", "places"))
	default:
		p.linef("%s; those marked ! need documents that declare them edited", count(len(changes), "difference", "differences"))
	}
	return p.flush(w)
}
