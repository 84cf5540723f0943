package render

import (
	"fmt"
	"slices"
	"strings"

	"rassync/internal/plan"
)

// Cut says that a form which is bounded in size leaves changes out.
type Cut struct{ Changes int }

func (c *Cut) Error() string {
	return count(c.Changes, "change", "changes") + " did not fit and " + map[bool]string{true: "is", false: "are"}[c.Changes == 1] + " not shown"
}

// risk ranks a change: the lower, the earlier it must be read.
func risk(c plan.Change) int {
	rank := 4
	for _, im := range c.Impact {
		switch im.Effect {
		case "installsAgent", "restarts", "drains", "startsMachines", "endsSessions", "agreesToTerms", "replicates":
			rank = min(rank, 2)
		default:
			return 0 // who gets in, what is trusted, what nobody knows
		}
	}
	switch {
	case c.Action == plan.Delete || c.Action == plan.Replace:
		rank = min(rank, 1)
	case !c.Reversible:
		rank = min(rank, 3)
	}
	return rank
}

// byRisk gives the numbers of all changes, the riskiest first, and those of one
// risk in the order of execution.
func byRisk(p *plan.Plan) []int {
	out := make([]int, len(p.Changes))
	for i := range out {
		out[i] = i
	}
	slices.SortStableFunc(out, func(a, b int) int { return risk(p.Changes[a]) - risk(p.Changes[b]) })
	return out
}

// effectsOf says in a few words what a change does beyond configuration.
func effectsOf(c plan.Change) string {
	var parts []string
	for _, im := range c.Impact {
		if w := effectWords(im.Effect); !slices.Contains(parts, w) {
			parts = append(parts, w)
		}
	}
	if !c.Reversible {
		parts = append(parts, "cannot be undone")
	}
	return strings.Join(parts, ", ")
}

// overviewFrom is how many changes make an overview worth its lines.
const overviewFrom = 2

// overview lists every change in one line before any value is shown.
func (p *planPrinter) overview() {
	if len(p.plan.Changes) < overviewFrom {
		return
	}
	p.linef("%s", p.paint(bold, "All changes, the riskiest first:"))
	for _, i := range byRisk(p.plan) {
		c := p.plan.Changes[i]
		_, color := actionMark(c.Action)
		line := fmt.Sprintf("  %3d. %s %s", i+1, p.paint(color, Escape(string(c.Action))), Name(c.Address))
		if s := effectsOf(c); s != "" {
			line += "  " + p.paint(yellow, p.o.attention()+s)
		}
		p.linef("%s", line)
	}
	p.linef("")
}

// lines lists every change in one line of Markdown, the riskiest first.
func (m mdPlan) lines() []string {
	var out []string
	for _, i := range byRisk(m.plan) {
		c := m.plan.Changes[i]
		line := fmt.Sprintf("- %d\\. **%s** %s", i+1, mdText(string(c.Action)), mdName(c.Address)) + m.place(c)
		if s := effectsOf(c); s != "" {
			line += " " + mdAttention + mdText(s)
		}
		out = append(out, line+"\n")
	}
	return out
}
