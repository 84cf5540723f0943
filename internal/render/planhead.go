package render

import (
	"fmt"
	"strings"

	"rassync/internal/plan"
)

// headLine is a line that a plan begins with: what it was judged by, and what
// must not be overlooked.
type headLine struct {
	title string
	items []string
	alarm bool
}

// headLines are the same in every form. Texts are not escaped yet.
func headLines(p *plan.Plan) []headLine {
	var out []headLine
	if s := p.Safeguards; s != nil && !p.Empty() {
		out = append(out, headLine{title: "limits", items: []string{s.Limits}})
		if len(s.Protected) > 0 {
			out = append(out, headLine{title: "protected, and touched", items: s.Protected, alarm: true})
		}
		if len(s.Confirmed) > 0 {
			out = append(out, headLine{title: "confirmed by their documents", items: s.Confirmed, alarm: true})
		}
	}
	if len(p.Secrets) > 0 {
		out = append(out, headLine{title: "secrets sent", items: secretsSent(p.Secrets), alarm: true})
	}
	for _, effect := range []string{plan.SendsSecrets, plan.ChangesTrust, plan.GrantsAccess, plan.SendsPeople} {
		var items []string
		for i, c := range p.Changes {
			var paths []string
			for _, im := range c.Impact {
				if im.Effect == effect && im.Path != "" {
					paths = append(paths, im.Path)
				}
				if im.Effect == effect && im.Path == "" {
					paths = append([]string{"the object itself"}, paths...)
				}
			}
			if len(paths) > 0 {
				items = append(items, fmt.Sprintf("%d. %s (%s)", i+1, c.Address, strings.Join(unique(paths), ", ")))
			}
		}
		if len(items) > 0 {
			out = append(out, headLine{title: effectWords(effect), items: items, alarm: true})
		}
	}
	return out
}

func unique(list []string) []string {
	var out []string
	seen := map[string]bool{}
	for _, s := range list {
		if !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}

// secretsSent name the secrets that a plan sends.
func secretsSent(list []plan.SecretUse) []string {
	var out []string
	for _, u := range list {
		name := u.FromEnv
		if u.FromFile != "" {
			name = "file " + u.FromFile
		}
		s := fmt.Sprintf("%s for %s of %s", name, u.Path, u.Address)
		if len(u.To) > 0 {
			s += ", to " + strings.Join(u.To, ", ")
		}
		out = append(out, s)
	}
	return out
}

// saidFirst tells whether a change has an effect that must be read without
// unfolding anything.
func saidFirst(c plan.Change) bool {
	for _, im := range c.Impact {
		if plan.Notable(im.Effect) {
			return true
		}
	}
	return false
}
