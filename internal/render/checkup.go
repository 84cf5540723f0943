package render

import (
	"fmt"
	"io"
	"strings"

	"rassync/internal/contract"
)

// CheckupText writes what a look at a farm found: the checks, what each kind
// shows otherwise than the schemas, and what to do.
func CheckupText(w io.Writer, c *contract.Checkup, o Options) error {
	p := &printer{o: o}
	for _, k := range c.Checks {
		color := map[string]string{contract.CheckOK: green, contract.CheckProblem: red}[k.Result]
		if color == "" {
			color = yellow
		}
		p.linef("%s %s: %s", p.paint(color, pad(k.Result, 8)), Escape(k.Name), Escape(k.Text))
	}
	for _, k := range c.Kinds {
		if k.Error == "" && len(k.Findings) == 0 && len(kindNotes(k)) == 0 {
			continue
		}
		p.linef("")
		p.linef("%s (%s)", p.paint(bold, Escape(k.Kind)), count(k.Objects, "object", "objects"))
		if k.Error != "" {
			p.linef("  not read: %s", Escape(k.Error))
		}
		for _, note := range kindNotes(k) {
			p.linef("  %s", Escape(note))
		}
		for _, f := range k.Findings {
			line := "  " + string(f.What)
			if f.Path != "" {
				line += ": " + Escape(f.Path)
			}
			if len(f.Choices) > 0 {
				line += " (" + Escape(strings.Join(f.Choices, ", ")) + "?)"
			}
			p.linef("%s: %s", line, Escape(f.Text))
		}
	}
	p.linef("")
	p.linef("%s", p.paint(bold, "What to do:"))
	for i, t := range c.Todo {
		p.linef("%3d. %s", i+1, Escape(t))
	}
	return p.flush(w)
}

// CheckupMarkdown writes the same for an issue or a wiki.
func CheckupMarkdown(w io.Writer, c *contract.Checkup) error {
	var b strings.Builder
	b.WriteString("## rassync doctor\n\n| check | result | |\n| --- | --- | --- |\n")
	for _, k := range c.Checks {
		b.WriteString("| " + mdText(k.Name) + " | " + mdText(k.Result) + " | " + mdText(k.Text) + " |\n")
	}
	b.WriteString("\n| kind | finding | property | |\n| --- | --- | --- | --- |\n")
	for _, k := range c.Kinds {
		if k.Error != "" {
			b.WriteString("| " + mdText(k.Kind) + " | not read | | " + mdText(k.Error) + " |\n")
		}
		for _, note := range kindNotes(k) {
			b.WriteString("| " + mdText(k.Kind) + " | note | | " + mdText(note) + " |\n")
		}
		for _, f := range k.Findings {
			b.WriteString("| " + mdText(k.Kind) + " | " + mdText(string(f.What)) + " | " + mdCode(f.Path) + " | " + mdText(f.Text) + " |\n")
		}
	}
	b.WriteString("\n### What to do\n\n")
	for _, t := range c.Todo {
		b.WriteString("1. " + mdText(t) + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// kindNotes are what is to be said of a kind as a whole.
func kindNotes(k contract.KindCheck) []string {
	var out []string
	if k.Sites != "" {
		out = append(out, k.Sites)
	}
	if k.ByID != "" {
		out = append(out, "cannot be read by its id: "+k.ByID)
	}
	if n := len(k.ListLacks); n > 0 {
		out = append(out, fmt.Sprintf("the list leaves out %s that an object shows by its id: %s", count(n, "name", "names"), strings.Join(k.ListLacks, ", ")))
	}
	return out
}
