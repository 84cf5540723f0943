package render

import (
	"fmt"
	"io"
	"strings"

	"rassync/internal/plan"
)

// PlanDOT draws the order of a plan for Graphviz: steps, what each waits for
// and why, and where the settings are activated in between. The same plan
// gives the same text.
func PlanDOT(w io.Writer, p *plan.Plan) error {
	g := graphOf(p)
	var b strings.Builder
	b.WriteString("digraph plan {\n")
	fmt.Fprintf(&b, "  label=%s;\n  labelloc=t;\n  rankdir=LR;\n", dotText(g.title))
	b.WriteString("  node [shape=box, fontname=\"sans-serif\"];\n  edge [fontname=\"sans-serif\", fontsize=10];\n")
	for _, n := range g.nodes {
		style := ""
		switch {
		case n.destructive:
			style = `, color="#b00020", fontcolor="#b00020", style=bold`
		case n.activation:
			style = `, shape=hexagon, style=dashed`
		}
		fmt.Fprintf(&b, "  %s [label=%s%s];\n", n.id, dotText(n.lines...), style)
	}
	for _, e := range g.edges {
		label := ""
		if e.why != "" {
			label = " [label=" + dotText(e.why) + "]"
		}
		fmt.Fprintf(&b, "  %s -> %s%s;\n", e.from, e.to, label)
	}
	b.WriteString("}\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// PlanMermaid draws the same for Mermaid, which Markdown pages show.
func PlanMermaid(w io.Writer, p *plan.Plan) error {
	g := graphOf(p)
	var b strings.Builder
	b.WriteString("flowchart LR\n")
	fmt.Fprintf(&b, "  %%%% %s\n", mermaidText(g.title))
	var destructive []string
	for _, n := range g.nodes {
		left, right := "[", "]"
		if n.activation {
			left, right = "{{", "}}"
		}
		if n.destructive {
			destructive = append(destructive, n.id)
		}
		fmt.Fprintf(&b, "  %s%s%s%s\n", n.id, left, mermaidText(n.lines...), right)
	}
	for _, e := range g.edges {
		label := ""
		if e.why != "" {
			label = "|" + mermaidText(e.why) + "|"
		}
		fmt.Fprintf(&b, "  %s -->%s %s\n", e.from, label, e.to)
	}
	if len(destructive) > 0 {
		b.WriteString("  classDef destructive stroke:#b00020,color:#b00020,stroke-width:3px\n")
		b.WriteString("  class " + strings.Join(destructive, ",") + " destructive\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// graph is the order of a plan as nodes and edges; edges go from what comes
// first to what waits for it.
type graph struct {
	title string
	nodes []graphNode
	edges []graphEdge
}

type graphNode struct {
	id          string
	lines       []string
	destructive bool // something is deleted
	activation  bool
}

type graphEdge struct{ from, to, why string }

func graphOf(p *plan.Plan) *graph {
	g := &graph{title: "Plan"}
	if p.Farm.Name != "" {
		g.title = "Plan for farm " + p.Farm.Name
	}
	if p.Empty() {
		g.title += ": " + emptyPlan
	}
	place := numbers(p)
	id := func(address string) string {
		if n := place[address]; n > 0 {
			return fmt.Sprintf("n%d", n)
		}
		return ""
	}
	active := map[string]string{} // changes by address -> the activation behind them
	count := 0
	activation := func(a *plan.Activation, before bool) string {
		count++
		node := fmt.Sprintf("a%d", count)
		g.nodes = append(g.nodes, graphNode{id: node, lines: []string{"activate the settings", a.Why}, activation: true})
		for _, address := range a.For {
			if before && id(address) != "" {
				g.edges = append(g.edges, graphEdge{id(address), node, "must be in force"})
			}
			active[address] = node
		}
		return node
	}
	for i, c := range p.Changes {
		self := fmt.Sprintf("n%d", i+1)
		reached := map[string]bool{}
		if c.ActivateBefore != nil {
			node := activation(c.ActivateBefore, true)
			g.edges = append(g.edges, graphEdge{node, self, ""})
			reached[node] = true
		}
		lines := []string{fmt.Sprintf("%d: %s", i+1, c.Action), c.Address}
		if c.RenamedFrom != "" {
			lines = append(lines, "was "+c.RenamedFrom)
		}
		if c.ActivateWithin != nil {
			lines = append(lines, "activates the settings in between: "+c.ActivateWithin.Why)
		}
		g.nodes = append(g.nodes, graphNode{id: self, lines: lines, destructive: c.Action == plan.Delete || c.Action == plan.Replace})
		for j, first := range c.DependsOn {
			from := id(first)
			if from == "" {
				continue
			}
			g.edges = append(g.edges, graphEdge{from, self, because(c, j)})
			if node := active[first]; node != "" && !reached[node] && c.Action != plan.Delete {
				g.edges = append(g.edges, graphEdge{node, self, ""})
				reached[node] = true
			}
		}
	}
	return g
}

// dotText writes lines as a quoted text of the DOT language.
func dotText(lines ...string) string {
	escape := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "&", "&amp;")
	parts := make([]string, 0, len(lines))
	for _, l := range lines {
		if l != "" {
			parts = append(parts, escape.Replace(Escape(l)))
		}
	}
	return `"` + strings.Join(parts, `\n`) + `"`
}

// mermaidText writes lines as a quoted text of Mermaid: what could end the
// text, or be taken for HTML or Markdown, is written as an entity.
func mermaidText(lines ...string) string {
	parts := make([]string, 0, len(lines))
	for _, l := range lines {
		if l == "" {
			continue
		}
		var b strings.Builder
		for _, r := range Escape(l) {
			if strings.ContainsRune("\"#<>&`*_~|[]{}()\\;%", r) {
				fmt.Fprintf(&b, "#%d;", r)
			} else {
				b.WriteRune(r)
			}
		}
		parts = append(parts, b.String())
	}
	return `"` + strings.Join(parts, "<br/>") + `"`
}
