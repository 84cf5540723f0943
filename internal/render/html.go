package render

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"io"
	"strings"
	"time"

	"rassync/internal/plan"
)

//go:embed report.html.tmpl
var reportTemplate string

//go:embed report.css
var reportStyle string

//go:embed report.js
var reportScript string

// htmlReport is one self-contained page: nothing in it is loaded from
// elsewhere, and its own policy forbids it.
type htmlReport struct {
	Title    string
	Verdict  string
	Facts    []string
	Tallies  []kindTally
	Sections []htmlSection
	Policy   string
	Style    template.CSS
	Script   template.JS
}

// kindTally is one cell of the table of kinds and actions.
type kindTally struct {
	Kind                                  string
	Create, Update, Replace, Delete, Move int
}

type htmlSection struct {
	Title string
	Rows  []changeRow
	Texts []string
}

// PlanHTML writes a plan as one page that can be searched, folded and printed.
func PlanHTML(w io.Writer, p *plan.Plan, source SourceURL) error {
	r := planReport(p, source)
	r.Title = titleOf("rassync plan", p.Farm.Name)
	return r.write(w)
}

// DriftHTML writes the drift as one page.
func DriftHTML(w io.Writer, d Drift, source SourceURL) error {
	r := planReport(d.Plan, source)
	r.Title = titleOf("rassync drift", d.Plan.Farm.Name)
	switch {
	case d.InSync():
		r.Verdict = "no drift"
	case !d.Differs():
		r.Verdict = "no drift in what the farm shows"
	default:
		r.Verdict = d.verdict()
	}
	if len(d.Undeclared) > 0 {
		r.Sections = append(r.Sections, htmlSection{Title: "On the farm, but not declared", Texts: named(d.Undeclared)})
	}
	return r.write(w)
}

// DifferencesHTML writes what differs between two sides as one page.
func DifferencesHTML(w io.Writer, d Differences) error {
	r := htmlReport{Title: "rassync diff: " + Escape(d.From) + " and " + Escape(d.To), Verdict: d.verdict()}
	rows := d.rows()
	r.Tallies = tallies(d.Changes)
	if len(rows) > 0 {
		r.Sections = append(r.Sections, htmlSection{Title: "Differences", Rows: rows})
	}
	return r.write(w)
}

// RunLine is one run for the page of the history.
type RunLine struct {
	ID, State, Command, Who, Host, Farm string
	Commit, Digest, Damage              string
	Started                             time.Time
	Changes                             int
	// Plan is what the run was to change; nil where it cannot be read.
	Plan *plan.Plan
}

// HistoryHTML writes the runs of a workspace as one page.
func HistoryHTML(w io.Writer, runs []RunLine) error {
	r := htmlReport{Title: "rassync history", Verdict: count(len(runs), "run", "runs")}
	for _, run := range runs {
		s := htmlSection{Title: run.Started.UTC().Format(time.RFC3339) + " " + Escape(run.Command) + ": " + Escape(run.State)}
		s.Texts = append(s.Texts, escaped([]string{"run " + run.ID, count(run.Changes, "change", "changes") + " by " + run.Who + " on " + run.Host + ", farm " + run.Farm})...)
		for _, v := range [][2]string{{"commit ", run.Commit}, {"plan ", run.Digest}, {"damaged: ", run.Damage}} {
			if v[1] != "" {
				s.Texts = append(s.Texts, Escape(v[0]+v[1]))
			}
		}
		if run.Plan != nil {
			s.Rows = changeRows(run.Plan.Changes, SourceURL{})
		}
		r.Sections = append(r.Sections, s)
	}
	return r.write(w)
}

func titleOf(what, farm string) string {
	if farm == "" {
		return what
	}
	return what + " for " + Escape(farm)
}

func named(list []string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = Name(s)
	}
	return out
}

func escaped(list []string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = Escape(s)
	}
	return out
}

// planReport lays out a plan: what is deleted and what reaches further first.
func planReport(p *plan.Plan, source SourceURL) htmlReport {
	r := htmlReport{Verdict: summaryLine(p.Summary), Tallies: tallies(p.Changes)}
	if p.Empty() {
		r.Verdict = nothingToDo(p)
	}
	for _, s := range []string{p.Farm.URL, p.Farm.GUID, p.Farm.Version} {
		if s != "" {
			r.Facts = append(r.Facts, Escape(s))
		}
	}
	if c := p.Tool.Contract; c != "" {
		r.Facts = append(r.Facts, "contract: "+Escape(c))
	}
	if p.Since != nil {
		r.Facts = append(r.Facts, threeWayHead(p.Since))
	}
	if len(p.Warnings) > 0 {
		r.Sections = append(r.Sections, htmlSection{Title: "Warnings", Texts: escaped(p.Warnings)})
	}
	var deletes, risky, calm []changeRow
	for i, row := range changeRows(p.Changes, source) {
		switch c := p.Changes[i]; {
		case c.Action == plan.Delete:
			deletes = append(deletes, row)
		case len(c.Impact) > 0 || !c.Reversible:
			risky = append(risky, row)
		default:
			calm = append(calm, row)
		}
	}
	for _, s := range []htmlSection{
		{Title: count(len(deletes), "object", "objects") + " will be deleted", Rows: deletes},
		{Title: "Changes with effects beyond configuration", Rows: risky},
		{Title: "Other changes", Rows: calm},
	} {
		if len(s.Rows) > 0 {
			r.Sections = append(r.Sections, s)
		}
	}
	for _, t := range threeWaySections(p.Since) {
		s := htmlSection{Title: t.title}
		for _, c := range t.list {
			s.Texts = append(s.Texts, comparedLine(c))
		}
		r.Sections = append(r.Sections, s)
	}
	if len(p.Unwritable) > 0 {
		s := htmlSection{Title: "Declared, but no known call writes it"}
		for _, u := range p.Unwritable {
			s.Texts = append(s.Texts, Name(u.Address)+" "+Escape(u.Path)+": "+Escape(u.Why))
		}
		r.Sections = append(r.Sections, s)
	}
	if len(p.NotShown) > 0 {
		s := htmlSection{Title: "Declared, but not shown by this farm"}
		for _, n := range p.NotShown {
			s.Texts = append(s.Texts, Escape(n.Address)+" "+Escape(n.Path)+": "+Escape(n.Why))
		}
		r.Sections = append(r.Sections, s)
	}
	return r
}

// tallies counts the changes by kind and action, kinds in the order in which
// they first come.
func tallies(changes []plan.Change) []kindTally {
	var out []kindTally
	at := map[string]int{}
	for _, c := range changes {
		i, ok := at[c.Kind]
		if !ok {
			i = len(out)
			at[c.Kind] = i
			out = append(out, kindTally{Kind: Escape(c.Kind)})
		}
		switch c.Action {
		case plan.Create:
			out[i].Create++
		case plan.Update:
			out[i].Update++
		case plan.Replace:
			out[i].Replace++
		case plan.Delete:
			out[i].Delete++
		case plan.Reorder:
			out[i].Move++
		}
	}
	return out
}

func (r htmlReport) write(w io.Writer) error {
	r.Style, r.Script = template.CSS(reportStyle), template.JS(reportScript)
	sum := sha256.Sum256([]byte(reportScript))
	r.Policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	t, err := template.New("report").Funcs(template.FuncMap{
		"diffText": diffText,
		"op":       func(l fieldLine) string { return string(l.op) },
		"sub":      func(l fieldLine) []fieldLine { return l.sub },
		"path":     func(l fieldLine) string { return l.path },
		"before":   func(l fieldLine) string { return l.before },
		"after":    func(l fieldLine) string { return l.after },
		"note":     func(l fieldLine) string { return l.note },
	}).Parse(reportTemplate)
	if err != nil {
		return err
	}
	var b strings.Builder
	if err := t.Execute(&b, r); err != nil {
		return err
	}
	_, err = io.WriteString(w, breakMarkup(b.String()))
	return err
}

// breakMarkup breaks up what an agent would take for a command across the borders
// of two values, in a way that HTML and XML read as the same text.
func breakMarkup(s string) string { return strings.ReplaceAll(s, "##", "#&#35;") }

// diffText is the diff of a text with many lines, "" for other values.
func diffText(l fieldLine) string {
	if len(l.diff) == 0 {
		return ""
	}
	var b strings.Builder
	for _, d := range shorten(l.diff, true) {
		if d.op != '@' && d.op != '.' {
			b.WriteByte(d.op)
		}
		b.WriteString(Escape(d.text) + "\n")
	}
	return b.String()
}
