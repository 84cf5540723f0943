package render

import (
	"io"

	"rassync/internal/model"
)

// shownMost is how many diagnostics are written for people; a log of thousands
// hides the first.
const shownMost = 200

// Diagnostics writes one diagnostic per line, its hint below it, and at the
// end how many there are.
func Diagnostics(w io.Writer, ds model.Diagnostics, o Options) error {
	p := &printer{o: o}
	for i, d := range ds {
		if i == shownMost && len(ds) > shownMost+1 {
			p.linef("... and %d more (--format json shows all)", len(ds)-i)
			break
		}
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
	}
	errors, warnings := tally(ds)
	p.linef("%s, %s", count(errors, "error", "errors"), count(warnings, "warning", "warnings"))
	return p.flush(w)
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
