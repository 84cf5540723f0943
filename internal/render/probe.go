package render

import (
	"fmt"
	"io"
	"strings"

	"rassync/internal/contract"
)

// ProbeText writes what came of a probe: per kind, what was not simply accepted.
func ProbeText(w io.Writer, p *contract.Probed, o Options) error {
	out := &printer{o: o}
	for _, k := range p.Kinds {
		title := Escape(k.Kind)
		if k.Object != "" {
			title = Escape(k.Object)
		}
		out.linef("%s", out.paint(bold, title))
		if k.NotTried != "" {
			out.linef("  %s: %s", out.paint(yellow, "not tried"), Escape(k.NotTried))
		}
		for _, q := range k.Properties {
			color := green
			switch q.Result {
			case contract.ProbeRefused:
				color = red
			case contract.ProbeIgnored, contract.ProbeNormalised:
				color = yellow
			case contract.ProbeAccepted, contract.ProbeNotTried:
			}
			line := "  " + out.paint(color, string(q.Result)) + " " + Escape(q.Path)
			if q.Text != "" {
				line += ": " + Escape(q.Text)
			}
			if q.Result == contract.ProbeNormalised {
				line += fmt.Sprintf(" (wrote %s, reads %s)", Escape(fmt.Sprint(q.Wrote)), Escape(fmt.Sprint(q.Reads)))
			}
			out.linef("%s", line)
		}
	}
	out.linef("%s", probeCounts(p))
	return out.flush(w)
}

func probeCounts(p *contract.Probed) string {
	var parts []string
	for _, r := range []contract.ProbeResult{contract.ProbeAccepted, contract.ProbeRefused, contract.ProbeIgnored, contract.ProbeNormalised, contract.ProbeNotTried} {
		if n := p.Count(r); n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, r))
		}
	}
	if len(parts) == 0 {
		return "nothing was tried"
	}
	text := strings.Join(parts, ", ")
	if !p.Activated {
		text += "; nothing was activated: what was written and taken back waits on the farm"
	}
	return text
}

// ProbeMarkdown writes the same for a pull request.
func ProbeMarkdown(w io.Writer, p *contract.Probed) error {
	var b strings.Builder
	b.WriteString("## rassync contract probe\n\nFarm " + mdCode(p.Farm) + ", run " + mdCode(p.Run) + "\n\n| kind | property | result | text |\n| --- | --- | --- | --- |\n")
	for _, k := range p.Kinds {
		if k.NotTried != "" {
			b.WriteString("| " + mdText(k.Kind) + " | | not tried | " + mdText(k.NotTried) + " |\n")
		}
		for _, q := range k.Properties {
			b.WriteString("| " + mdText(k.Kind) + " | " + mdCode(q.Path) + " | " + mdText(string(q.Result)) + " | " + mdText(q.Text) + " |\n")
		}
	}
	b.WriteString("\n" + mdText(probeCounts(p)) + "\n")
	_, err := io.WriteString(w, b.String())
	return err
}
