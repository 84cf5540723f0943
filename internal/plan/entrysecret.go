package plan

import (
	"fmt"
	"slices"
	"strings"

	"rassync/internal/model"
)

// A secret of an entry of a list is never read back: an entry that is taken away
// cannot be made again from what was read, and one that the API changes only by
// removing and adding it needs the secret again.

// secretsOf lists the names of the secrets that an entry of a list has.
func secretsOf(p *model.Property) []*model.Property {
	var out []*model.Property
	if p == nil || p.Items == nil {
		return nil
	}
	for _, c := range p.Items.Props {
		if c.Secret {
			out = append(out, c)
		}
	}
	return out
}

// lacksSecret names a secret that an entry needs to be made and that is not at
// hand; required alone counts what no entry can be made without.
func lacksSecret(p *model.Property, entry any, required bool) string {
	m, _ := entry.(map[string]any)
	for _, s := range secretsOf(p) {
		if v, have := m[s.Name]; (!have || v == nil) && (s.RequiredOnCreate || !required) {
			return s.Name
		}
	}
	return ""
}

// suppliable leaves out the entries that would have to be added without a secret
// that they need.
func (d *differ) suppliable(p *model.Property, w []any, pairs []int, at string) ([]any, []int) {
	if len(secretsOf(p)) == 0 {
		return w, pairs
	}
	var kept []any
	var keptPairs []int
	for i, j := range pairs {
		if name := lacksSecret(p, w[i], true); j < 0 && name != "" {
			d.cannot(at+"["+model.EntryLabel(p, w[i])+"]", nil, w[i], fmt.Sprintf("its %s is never read back and not at hand: supply it in the document", name))
			continue
		}
		kept, keptPairs = append(kept, w[i]), append(keptPairs, j)
	}
	return kept, keptPairs
}

// remakes tells whether a change of t in an entry of the list p is made by
// removing and adding the entry.
func remakes(p, t *model.Property) bool {
	if t == nil || p.List == nil || p.List.NoAdd || p.List.NoRemove {
		return false
	}
	return !takes(p, t)
}

// unmakeable takes out what changed in an entry, from field number from on, if
// the entry would have to be made again and its secret is not at hand: it is
// never removed for that.
func (d *differ) unmakeable(p *model.Property, entry any, from int) {
	name := lacksSecret(p, entry, false)
	if name == "" || !slices.ContainsFunc(d.touched[from:], func(t *model.Property) bool { return remakes(p, t) }) {
		return
	}
	for _, f := range d.fields[from:] {
		d.cannot(f.Path, f.Before, f.After, fmt.Sprintf("the entry would have to be made again, and its %s is never read back and not at hand: supply it in the document", name))
	}
	d.fields, d.touched = d.fields[:from], d.touched[:from]
	if d.edits != nil {
		*d.edits = Edits{}
	}
}

// entryLost says what of an entry cannot come back once a field is written: p is
// the property of the field.
func entryLost(p *model.Property, f Field) []string {
	var out []string
	if strings.HasSuffix(f.Path, "]") && p.List != nil && f.Before != nil && f.After == nil {
		for _, s := range secretsOf(p) {
			out = append(out, f.Path+"."+s.Name+" is never read back: it must be supplied again")
		}
		return out
	}
	for at := p; at != nil; at = at.Parent {
		if at.Name != "[]" {
			continue
		}
		if list := at.Parent; list != nil && remakes(list, p) && !p.Secret {
			label := f.Path[:strings.LastIndexByte(f.Path, ']')+1]
			for _, s := range secretsOf(list) {
				out = append(out, label+"."+s.Name+" is never read back, and the entry is made again")
			}
		}
		break
	}
	return out
}
