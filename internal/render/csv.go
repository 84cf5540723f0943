package render

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"

	"rassync/internal/plan"
)

// csvHead names the columns of a plan: one row per changed value, so that a
// spreadsheet can filter by any of them.
var csvHead = []string{"number", "action", "kind", "site", "name", "property", "before", "after", "note", "impact", "reversible", "source"}

// utf8Mark makes Excel read the file as UTF-8.
const utf8Mark = "\ufeff"

// PlanCSV writes a plan for a spreadsheet: UTF-8, CRLF, one row per changed
// value, and one for a change without values.
func PlanCSV(w io.Writer, p *plan.Plan) error {
	return writeCSV(w, csvHead, planRecords(changeRows(p.Changes, SourceURL{})))
}

// DriftCSV writes the drift for a spreadsheet, undeclared objects last.
func DriftCSV(w io.Writer, d Drift) error {
	records := planRecords(changeRows(d.Plan.Changes, SourceURL{}))
	for _, a := range d.Undeclared {
		r := make([]string, len(csvHead))
		r[1], r[4] = "undeclared", Name(a)
		records = append(records, r)
	}
	return writeCSV(w, csvHead, records)
}

// DifferencesCSV writes what differs between two sides for a spreadsheet.
func DifferencesCSV(w io.Writer, d Differences) error {
	return writeCSV(w, csvHead, planRecords(d.rows()))
}

func planRecords(rows []changeRow) [][]string {
	var out [][]string
	for _, r := range rows {
		fields := r.Fields
		if len(fields) == 0 {
			fields = []fieldRow{{}}
		}
		for _, f := range fields {
			out = append(out, []string{
				strconv.Itoa(r.Number), r.Action, r.Kind, r.Site, r.Name, f.Path, f.Before, f.After, f.Note,
				strings.Join(r.Impacts, "; "), strconv.FormatBool(r.Permanent == ""), r.Source,
			})
		}
	}
	return out
}

func writeCSV(w io.Writer, head []string, records [][]string) error {
	var b strings.Builder
	b.WriteString(utf8Mark)
	c := csv.NewWriter(&b)
	c.UseCRLF = true
	if err := c.Write(head); err != nil {
		return err
	}
	for _, r := range records {
		for i, cell := range r {
			r[i] = plainCell(cell)
		}
		if err := c.Write(r); err != nil {
			return err
		}
	}
	c.Flush()
	if err := c.Error(); err != nil {
		return err
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// plainCell keeps a spreadsheet from taking a value of the farm for a formula,
// which could run a program.
func plainCell(s string) string {
	if s != "" && strings.ContainsAny(s[:1], "=+-@\t\r") {
		return "'" + s
	}
	return s
}
