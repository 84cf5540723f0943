package render

import (
	"strconv"
	"strings"

	"rassync/internal/plan"
)

// emptyPlan is what a plan without changes says.
const emptyPlan = "no changes: the farm is as declared"

// nothingToDo is emptyPlan, unless something differs that no known call writes.
func nothingToDo(p *plan.Plan) string {
	switch t := p.Since; {
	case t == nil:
	case t.Touched == 0:
		return "no changes: no document differs from the base"
	case t.Open() > 0:
		return "no changes that can be made before the conflicts are decided"
	case len(t.Drift) > 0:
		return "no changes: the farm has what this change declares, but differs where the change does not touch it"
	}
	if n := len(p.Unwritable); n > 0 {
		return "no changes that can be made: " + count(n, "declared difference cannot be written", "declared differences cannot be written")
	}
	if n := len(p.NotShown); n > 0 {
		return "no changes in what the farm shows: " + count(n, "declared value could not be compared", "declared values could not be compared")
	}
	if len(p.NotRead) > 0 {
		return "no changes in what the farm shows: " + count(notCompared(p), "declared object could not be compared", "declared objects could not be compared")
	}
	return emptyPlan
}

// notCompared counts the declared objects that hang on lists which were not read.
func notCompared(p *plan.Plan) int {
	n := 0
	for _, l := range p.NotRead {
		n += l.Objects
	}
	return n
}

// omittedRule is the rule that decides how a plan is read.
const omittedRule = "What a document leaves out stays as it is on the farm; an empty list means no entries."

// summaryLine counts the changes of a plan in one line.
func summaryLine(s plan.Summary) string {
	var parts []string
	for _, c := range []struct {
		n    int
		what string
	}{
		{s.Create, "to create"}, {s.Update, "to change"}, {s.Replace, "to replace"}, {s.Delete, "to delete"}, {s.Reorder, "to reorder"},
	} {
		if c.n > 0 {
			parts = append(parts, strconv.Itoa(c.n)+" "+c.what)
		}
	}
	if len(parts) == 0 {
		parts = append(parts, "nothing to do")
	}
	return strings.Join(append(parts, strconv.Itoa(s.Unchanged)+" unchanged"), ", ")
}

// effectWords says in words what an effect beyond configuration is.
func effectWords(effect string) string {
	switch effect {
	case "installsAgent":
		return "installs an agent"
	case "restarts":
		return "restarts"
	case "drains":
		return "drains hosts"
	case "startsMachines":
		return "starts machines"
	case "endsSessions":
		return "ends user sessions"
	case "locksOut":
		return "can lock people out"
	case "weakensSecurity":
		return "weakens security"
	case "unknown":
		return "does something unknown"
	case plan.SendsSecrets:
		return "sends secrets elsewhere"
	case plan.SendsPeople:
		return "sends people elsewhere"
	case plan.ChangesTrust:
		return "changes what is trusted"
	case plan.GrantsAccess:
		return "grants access"
	case "agreesToTerms":
		return "agrees to terms in your name"
	case "replicates":
		return "reaches other sites"
	}
	return Escape(effect)
}

// activationWords says that settings are activated within a run, and why.
func activationWords(a *plan.Activation) string {
	s := "activation in between, for " + Escape(strings.Join(a.For, ", "))
	if a.Why != "" {
		s += ": " + Escape(a.Why)
	}
	return s
}

// numbers gives the place of each change in the order of execution.
func numbers(p *plan.Plan) map[string]int {
	out := make(map[string]int, len(p.Changes))
	for i, c := range p.Changes {
		out[c.Address] = i + 1
	}
	return out
}

// parted parts the places of the deletes from those of all other changes;
// both stay in the order of execution.
func parted(p *plan.Plan) (others, deletes []int) {
	for i, c := range p.Changes {
		if c.Action == plan.Delete {
			deletes = append(deletes, i)
		} else {
			others = append(others, i)
		}
	}
	return others, deletes
}

// because gives the reason for the i-th dependency; "" if none is known.
func because(c plan.Change, i int) string {
	if i < len(c.Because) {
		return c.Because[i]
	}
	return ""
}

// renamed tells whether a rename must be shown beside the fields: most plans
// have it among them.
func renamed(c plan.Change) bool {
	if c.RenamedFrom == "" {
		return false
	}
	for _, f := range c.Fields {
		if f.Path == "name" && f.Before == any(c.RenamedFrom) {
			return false
		}
	}
	return true
}

// wordList puts words of a closed set beside each other.
func wordList[T ~string](list []T, sep string) string {
	texts := make([]string, len(list))
	for i, t := range list {
		texts[i] = string(t)
	}
	return strings.Join(texts, sep)
}
