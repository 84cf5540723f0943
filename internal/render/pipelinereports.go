package render

import (
	"encoding/xml"
	"io"
	"strings"

	"rassync/internal/plan"
)

// PlanGitLab writes the numbers that GitLab shows in a merge request as its
// terraform report; a replace counts as a delete and a create.
func PlanGitLab(w io.Writer, p *plan.Plan) error {
	s := p.Summary
	return writeJSON(w, struct {
		Create int `json:"create"`
		Update int `json:"update"`
		Delete int `json:"delete"`
	}{s.Create + s.Replace, s.Update + s.Reorder, s.Delete + s.Replace})
}

type junitSuites struct {
	XMLName  xml.Name   `xml:"testsuites"`
	Name     string     `xml:"name,attr"`
	Tests    int        `xml:"tests,attr"`
	Failures int        `xml:"failures,attr"`
	Suite    junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string        `xml:"classname,attr"`
	Name    string        `xml:"name,attr"`
	File    string        `xml:"file,attr,omitempty"`
	Failure *junitFailure `xml:"failure,omitempty"`
}

type junitFailure struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// DriftJUnit writes the drift as a JUnit report: one failed case per object
// that differs, and one passed case if there is no drift.
func DriftJUnit(w io.Writer, d Drift) error {
	suite := junitSuite{Name: titleOf("rassync drift", d.Plan.Farm.Name)}
	fail := func(class, name, file, message string, lines []string) {
		suite.Cases = append(suite.Cases, junitCase{class, name, file, &junitFailure{message, strings.Join(lines, "\n")}})
		suite.Failures++
	}
	for _, r := range changeRows(d.Plan.Changes, SourceURL{}) {
		var lines []string
		for _, f := range r.Fields {
			lines = append(lines, f.Path+": "+f.Before+" -> "+f.After)
		}
		file, _, _ := cutLast(r.Source, ":")
		fail(r.Kind, r.Address, file, "differs from what is declared ("+r.Action+")", lines)
	}
	for _, a := range d.Undeclared {
		fail("undeclared", Name(a), "", "on the farm, but not declared", nil)
	}
	for _, u := range d.Plan.Unwritable {
		fail("unwritable", Name(u.Address)+" "+Escape(u.Path), "", "differs, and no known call writes it", []string{Escape(u.Why)})
	}
	for _, n := range d.Plan.NotShown {
		fail("not shown", Escape(n.Address)+" "+Escape(n.Path), "", "could not be compared", []string{Escape(n.Why)})
	}
	for _, n := range d.Plan.NotRead {
		fail("not read", Escape(strings.TrimSpace(n.Kind+" "+n.Site)), "", "could not be compared", []string{Escape(n.Why)})
	}
	if len(suite.Cases) == 0 {
		suite.Cases = append(suite.Cases, junitCase{Class: "farm", Name: "as declared"})
	}
	suite.Tests = len(suite.Cases)
	data, err := xml.MarshalIndent(junitSuites{Name: "rassync", Tests: suite.Tests, Failures: suite.Failures, Suite: suite}, "", "  ")
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, xml.Header+breakMarkup(string(data))+"\n")
	return err
}

// cutLast cuts at the last separator.
func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}
