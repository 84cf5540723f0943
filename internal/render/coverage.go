package render

import (
	"fmt"
	"io"
	"strings"

	"rassync/internal/coverage"
)

// CoverageText writes the coverage by family and the exclusions with their
// reasons. With Verbose it also lists what is claimed and what is open.
func CoverageText(w io.Writer, r coverage.Report, o Options) error {
	p := &printer{o: o}
	p.linef("%s", p.paint(bold, fmt.Sprintf("%-20s %8s %8s %8s", "family", "claimed", "excluded", "open")))
	for _, f := range r.Families {
		p.linef("%-20s %8d %8d %8d", Escape(f.Name), f.Claimed, f.Excluded, f.Open)
	}
	p.linef("%s", p.paint(bold, fmt.Sprintf("%-20s %8d %8d %8d", "all "+fmt.Sprint(r.Operations), r.Claimed, r.Excluded, r.Open)))
	for _, f := range r.Families {
		if len(f.Exclusions) == 0 && !o.Verbose {
			continue
		}
		p.linef("")
		p.linef("%s", p.paint(bold, Escape(f.Name)))
		if o.Verbose {
			for _, e := range f.Claims {
				p.linef("  claimed   %-6s %s  %s", Escape(e.Method), Escape(e.Path), p.paint(faint, Escape(strings.Join(e.By, ", "))))
			}
		}
		for _, e := range f.Exclusions {
			p.linef("  excluded  %-6s %s  %s", Escape(e.Method), Escape(e.Path), p.paint(faint, entryReason(e)))
		}
		if o.Verbose {
			for _, e := range f.Gaps {
				p.linef("  open      %-6s %s  %s", Escape(e.Method), Escape(e.Path), p.paint(yellow, entryReason(e)))
			}
		}
	}
	if len(r.Unlisted) > 0 {
		p.linef("")
		p.linef("%s", p.paint(bold, "calls that the list of operations does not hold"))
		for _, e := range r.Unlisted {
			p.linef("  %-6s %s  %s", Escape(e.Method), Escape(e.Path), Escape(strings.Join(e.By, ", ")))
		}
	}
	return p.flush(w)
}

func entryReason(e coverage.Entry) string {
	if e.Note == "" {
		return Escape(e.Reason)
	}
	return Escape(e.Reason) + ": " + Escape(e.Note)
}

// CoverageJSON writes the coverage as one document.
func CoverageJSON(w io.Writer, r coverage.Report) error { return writeJSON(w, r) }

// CoverageMarkdown writes the coverage as tables: the families, then the
// exclusions and the gaps of each, folded.
func CoverageMarkdown(w io.Writer, r coverage.Report) error {
	var b strings.Builder
	b.WriteString("| Family | Claimed | Excluded | Open |\n| --- | ---: | ---: | ---: |\n")
	for _, f := range r.Families {
		fmt.Fprintf(&b, "| %s | %d | %d | %d |\n", mdText(f.Name), f.Claimed, f.Excluded, f.Open)
	}
	fmt.Fprintf(&b, "| **all %d** | **%d** | **%d** | **%d** |\n", r.Operations, r.Claimed, r.Excluded, r.Open)
	for _, f := range r.Families {
		rows := append(append([]coverage.Entry(nil), f.Exclusions...), f.Gaps...)
		if len(rows) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n<details><summary>%s: %d excluded, %d open</summary>\n\n| Operation | Reason |\n| --- | --- |\n", mdHTML(Escape(f.Name)), f.Excluded, f.Open)
		for _, e := range rows {
			reason := e.Reason
			if e.Note != "" {
				reason += ": " + e.Note
			}
			fmt.Fprintf(&b, "| %s | %s |\n", mdCell(e.Method+" "+e.Path), mdText(reason))
		}
		b.WriteString("\n</details>\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}
