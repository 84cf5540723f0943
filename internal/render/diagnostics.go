package render

import (
	"fmt"
	"io"
	"regexp"
	"strings"

	"rassync/internal/model"
)

// shownMost is how many diagnostics are written for people; a log of thousands
// hides the first.
const shownMost = 200

// Diagnostics writes one diagnostic per line, its hint below it, and at the
// end how many there are.
func Diagnostics(w io.Writer, ds model.Diagnostics, o Options) error {
	p := &printer{o: o}
	same := alike(ds)
	shown := 0
	for i, d := range ds {
		places := same[sameness(d)]
		if len(places) >= repeated && places[0] != i {
			continue // counted with the first one
		}
		if shown == shownMost && len(ds) > shownMost+1 {
			p.linef("... and %d more (--format json shows all)", len(ds)-i)
			break
		}
		shown++
		line := ""
		if s := d.Source.String(); s != "" {
			line = Escape(s) + ": "
		}
		color := red
		if d.Severity == model.Warning {
			color = yellow
		}
		line += p.paint(color, Escape(string(d.Severity))) + ": "
		switch {
		case d.Address != "" && d.Path != "":
			line += Name(d.Address) + " " + Escape(d.Path) + ": "
		case d.Address != "" || d.Path != "":
			line += Name(d.Address+d.Path) + ": "
		}
		p.linef("%s%s", line, Escape(d.Summary))
		if d.Hint != "" {
			p.wrapped("    hint: ", "          ", Escape(d.Hint))
		}
		if len(places) >= repeated {
			p.wrapped("    ", "    ", elsewhere(ds, places[1:]))
		}
	}
	errors, warnings := tally(ds)
	p.linef("%s, %s", count(errors, "error", "errors"), count(warnings, "warning", "warnings"))
	return p.flush(w)
}

// repeated is from how many on equal diagnostics are counted instead of shown.
const repeated = 3

// sameness is what makes two diagnostics equal: all but their place. What is said
// of another property is another thing, whatever the entry of a list.
func sameness(d model.Diagnostic) string {
	return string(d.Severity) + "\x00" + entryLabel.ReplaceAllString(d.Path, "[]") + "\x00" + d.Summary + "\x00" + d.Hint
}

// entryLabel is the name or number of an entry in a path.
var entryLabel = regexp.MustCompile(`\[[^\]]*\]`)

// alike gives the places of equal diagnostics.
func alike(ds model.Diagnostics) map[string][]int {
	out := map[string][]int{}
	for i, d := range ds {
		out[sameness(d)] = append(out[sameness(d)], i)
	}
	return out
}

// elsewhere says how often the same is said, and names the first places.
func elsewhere(ds model.Diagnostics, places []int) string {
	const named = 3
	var names []string
	for _, i := range places[:min(len(places), named)] {
		name := ds[i].Source.String()
		if name == "" {
			name = ds[i].Address
		}
		names = append(names, Escape(name))
	}
	s := "the same in " + count(len(places), "other place", "other places") + ": " + strings.Join(names, ", ")
	if more := len(places) - named; more > 0 {
		s += fmt.Sprintf(" and %d more (--format json shows all)", more)
	}
	return s
}

func tally(ds model.Diagnostics) (errors, warnings int) {
	for _, d := range ds {
		if d.Severity == model.Error {
			errors++
		} else {
			warnings++
		}
	}
	return errors, warnings
}

// diagnosticsDocument is the published format of diagnostics
// (schemas/formats/diagnostics.json).
type diagnosticsDocument struct {
	FormatVersion string           `json:"formatVersion"`
	Errors        int              `json:"errors"`
	Warnings      int              `json:"warnings"`
	Diagnostics   []diagnosticJSON `json:"diagnostics"`
}

type diagnosticJSON struct {
	Severity model.Severity `json:"severity"`
	Source   *sourceJSON    `json:"source,omitempty"`
	Address  string         `json:"address,omitempty"`
	Path     string         `json:"path,omitempty"`
	Summary  string         `json:"summary"`
	Hint     string         `json:"hint,omitempty"`
}

type sourceJSON struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
}

// DiagnosticsJSON writes the diagnostics as one document.
func DiagnosticsJSON(w io.Writer, ds model.Diagnostics) error {
	doc := diagnosticsDocument{FormatVersion: "1", Diagnostics: []diagnosticJSON{}}
	doc.Errors, doc.Warnings = tally(ds)
	for _, d := range ds {
		j := diagnosticJSON{Severity: d.Severity, Address: d.Address, Path: d.Path, Summary: d.Summary, Hint: d.Hint}
		if d.Source.File != "" {
			j.Source = &sourceJSON{d.Source.File, d.Source.Line, d.Source.Col}
		}
		doc.Diagnostics = append(doc.Diagnostics, j)
	}
	return writeJSON(w, doc)
}
