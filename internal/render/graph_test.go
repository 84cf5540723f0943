package render_test

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"rassync/internal/plan"
	"rassync/internal/render"
)

// graphPlan is the sample plan with an activation in between.
func graphPlan() *plan.Plan {
	p := samplePlan()
	p.Changes[2].ActivateBefore = &plan.Activation{For: []string{p.Changes[0].Address}, Why: "a host takes a pool only once it is in force"}
	p.Changes[2].DependsOn = append(p.Changes[2].DependsOn, p.Changes[0].Address)
	p.Changes[2].Because = append(p.Changes[2].Because, "hostPool refers to it")
	p.Changes[3].ActivateWithin = &plan.Activation{For: []string{p.Changes[3].Address}, Why: "before references move"}
	return p
}

func TestGraph(t *testing.T) {
	var dot, mermaid bytes.Buffer
	if err := render.PlanDOT(&dot, graphPlan()); err != nil {
		t.Fatal(err)
	}
	golden(t, "graph.dot", dot.Bytes())
	if err := render.PlanMermaid(&mermaid, graphPlan()); err != nil {
		t.Fatal(err)
	}
	golden(t, "graph.mmd", mermaid.Bytes())
}

// What stands between quotes, escapes included, in the two languages.
var (
	dotQuoted     = regexp.MustCompile(`"(?:[^"\\\n]|\\.)*"`)
	mermaidQuoted = regexp.MustCompile(`"[^"\n]*"`)
)

// TestNamesStayInsideTheirGraph: whatever an object is called, only its text
// changes, never the graph.
func TestNamesStayInsideTheirGraph(t *testing.T) {
	shape := func(name string) (string, string) {
		p := graphPlan()
		for i := range p.Changes {
			c := &p.Changes[i]
			c.Address += name
			for j := range c.DependsOn {
				c.DependsOn[j] += name
			}
			for j := range c.Because {
				c.Because[j] += name
			}
			for _, a := range []*plan.Activation{c.ActivateBefore, c.ActivateWithin} {
				if a != nil {
					a.For[0], a.Why = a.For[0]+name, a.Why+name
				}
			}
		}
		p.Farm.Name += name
		var dot, mermaid bytes.Buffer
		if render.PlanDOT(&dot, p) != nil || render.PlanMermaid(&mermaid, p) != nil {
			t.Fatal("not written")
		}
		for _, l := range strings.Split(mermaid.String(), "\n") {
			for _, text := range mermaidQuoted.FindAllString(l, -1) {
				if rest := regexp.MustCompile(`#\d+;|<br/>`).ReplaceAllString(text[1:len(text)-1], ""); strings.ContainsAny(rest, "\"#<>&`*_|;") {
					t.Errorf("%q: %s is not escaped", name, text)
				}
			}
		}
		head, body, _ := strings.Cut(mermaid.String(), "\n  n1")
		if strings.Count(head, "\n") != 1 {
			t.Errorf("%q: the title breaks out: %s", name, head)
		}
		return dotQuoted.ReplaceAllString(dot.String(), "T"), mermaidQuoted.ReplaceAllString(body, "T")
	}
	dot, mermaid := shape("")
	for _, name := range []string{`"`, `\`, `\"`, "\n", "\r\n x --> y", `"]; evil [label="`, "]", "`", "<b>", "&amp;", "#quot;", "%%", "|", "\u202e", "1. x", "end", `\N\G`, "\x00", ";"} {
		d, m := shape(name)
		if d != dot {
			t.Errorf("%q changes the DOT graph:\n%s", name, d)
		}
		if m != mermaid {
			t.Errorf("%q changes the Mermaid graph:\n%s", name, m)
		}
	}
}

func TestGraphOfNothing(t *testing.T) {
	var dot, mermaid bytes.Buffer
	p := &plan.Plan{FormatVersion: "1", Farm: plan.Farm{Name: "Demo"}}
	if render.PlanDOT(&dot, p) != nil || !strings.Contains(dot.String(), "no changes") || !strings.HasSuffix(dot.String(), "}\n") {
		t.Error(dot.String())
	}
	if render.PlanMermaid(&mermaid, p) != nil || !strings.HasPrefix(mermaid.String(), "flowchart LR\n") {
		t.Error(mermaid.String())
	}
}

func TestActivationIsShown(t *testing.T) {
	s := planText(t, graphPlan(), render.Options{})
	for _, want := range []string{"* activation in between, for Main/RDSHostPool/Finance: a host takes a pool only once", "before references move"} {
		if !strings.Contains(strings.Join(strings.Fields(s), " "), want) {
			t.Errorf("%q is missing:\n%s", want, s)
		}
	}
	var out bytes.Buffer
	if err := render.PlanMarkdown(&out, graphPlan(), 0, render.SourceURL{}); err != nil || strings.Count(out.String(), "activation in between") != 2 {
		t.Errorf("%v\n%s", err, out.String())
	}
}
