package plan

import (
	"fmt"
	"slices"
	"strings"

	"rassync/internal/export"
	"rassync/internal/model"
)

// Along lists what the farm changes by itself along with the changes of a plan,
// each object once and as an update of its own: for whoever counts, judges or
// checks what a plan changes. What has a change of its own in the plan is among
// it too, with what is copied to it.
func (p *Plan) Along(cat *model.Catalog, live *export.Farm) []Change {
	var out []Change
	for i := range p.Changes {
		c := &p.Changes[i]
		for _, e := range c.AlsoChanges {
			a, err := cat.ParseAddress(e.Address)
			if err != nil || !e.Copies() {
				continue
			}
			spec := Copied(cat, c, e, live)
			at := slices.IndexFunc(out, func(o Change) bool { return o.Address == e.Address })
			if at < 0 {
				at = len(out)
				out = append(out, Change{Address: e.Address, Kind: a.Kind, Site: a.Site, Name: a.Name, Action: Update, Desired: &model.Object{Address: a, Spec: map[string]any{}}})
			}
			out[at].Fields = append(out[at].Fields, e.Fields...)
			out[at].Desired.Spec = overlay(out[at].Desired.Spec, spec)
		}
	}
	return out
}

// Copied is what the farm writes to another object along with a change: the
// properties that the flag of the effect stands for, as the change leaves them.
func Copied(cat *model.Catalog, c *Change, e Effect, live *export.Farm) map[string]any {
	var before map[string]any
	if live != nil {
		if o := live.Find(model.Address{Site: c.Site, Kind: c.Kind, Name: c.Name}); o != nil {
			before = o.Spec
		}
	}
	return CopiedFrom(cat, c, e, before)
}

// CopiedFrom is Copied where the changed object was as before says.
func CopiedFrom(cat *model.Catalog, c *Change, e Effect, before map[string]any) map[string]any {
	k := cat.Kind(c.Kind)
	flag := k.Spec.Prop(e.Because)
	if flag == nil || flag.AlsoChanges == nil || c.Desired == nil {
		return nil
	}
	return groupOf(k, flag, overlay(before, c.Desired.Spec))
}

// NotYet lists where another object is not what the farm copies to it along with
// a change.
func NotYet(cat *model.Catalog, c *Change, e Effect, live *export.Farm, now *model.Object) []Field {
	want := &model.Object{Address: now.Address, Spec: Copied(cat, c, e, live)}
	return Differences(cat.Kind(now.Address.Kind), want, now, live.Names, nil)
}

// Declares tells whether a change, which may be nil, says itself what a property
// is to be.
func (c *Change) Declares(path string) bool {
	if c == nil || c.Desired == nil {
		return false
	}
	name, _, _ := strings.Cut(path, ".")
	name, _, _ = strings.Cut(name, "[")
	_, declared := c.Desired.Spec[name]
	return declared
}

// SameFields tells whether two lists name the same values, before and after.
func SameFields(a, b []Field) bool {
	x, errX := model.DigestJSON(orEmpty(a))
	y, errY := model.DigestJSON(orEmpty(b))
	return errX == nil && errY == nil && x == y
}

// groupOf takes out of settings what a flag copies.
func groupOf(k *model.Kind, flag *model.Property, after map[string]any) map[string]any {
	out := map[string]any{}
	for _, c := range k.Group(flag) {
		if v, have := after[c.Name]; have && !c.Secret {
			out[c.Name] = show(v)
		}
	}
	return out
}

// overlay lays declared values over those of the farm; lists come whole.
func overlay(have, want map[string]any) map[string]any {
	out := make(map[string]any, len(have)+len(want))
	for name, v := range have {
		out[name] = v
	}
	for name, v := range want {
		inner, isMap := v.(map[string]any)
		old, wasMap := out[name].(map[string]any)
		if isMap && wasMap {
			out[name] = overlay(old, inner)
			continue
		}
		out[name] = v
	}
	return out
}

// describeCopies adds to a change what the values that it copies to another
// object mean there, and what of them cannot be taken back.
func describeCopies(k *model.Kind, c *change, to model.Address, fields []Field) {
	im := &impacts{found: []Impact{}}
	var lost []string
	for _, f := range fields {
		plain, _ := splitLabels(f.Path)
		p := k.Spec.Find(plain)
		if p == nil {
			continue
		}
		im.security(p, f)
		im.field(p, f)
		if p.TooShort(f.Before) {
			lost = append(lost, f.Path+": it cannot be emptied again")
		}
		lost = append(lost, entryLost(p, f)...)
	}
	for _, i := range im.found {
		i.Why = fmt.Sprintf("Copied to %s: %s", to, i.Why)
		if !slices.Contains(c.Impact, i) {
			c.Impact = append(c.Impact, i)
		}
	}
	for _, text := range lost {
		c.cannotBeUndone(to.String() + " " + text)
	}
}

// cannotBeUndone notes something that no rollback of the change brings back.
func (c *Change) cannotBeUndone(why string) {
	c.Reversible = false
	if c.IrreversibleBecause != "" {
		why = c.IrreversibleBecause + "; " + why
	}
	c.IrreversibleBecause = why
}

// copiesInside says what the flags of an object that lies in several sites copy
// from one of them to the others.
func (b *builder) copiesInside(c *change) {
	k := b.Catalog.Kind(c.Kind)
	flags := k.CopyingInside()
	if len(flags) == 0 || c.Action != Update || c.live == nil || c.Desired == nil {
		return
	}
	after := overlay(c.live.Spec, c.Desired.Spec)
	sites := otherSites(after[k.Sites], c.Site)
	more := len(sites) > len(otherSites(c.live.Spec[k.Sites], c.Site))
	written := &settings{change: c}
	for _, flag := range flags {
		if after[flag.Name] != true || len(sites) == 0 {
			continue
		}
		turned := c.live.Spec[flag.Name] != true
		e := Effect{Address: c.Address, Because: flag.Path(), Sites: sites}
		for _, p := range k.Group(flag) {
			if v, have := after[p.Name]; have && (turned || more || written.writes(p.Name)) {
				e.Fields = append(e.Fields, Field{Path: p.Path(), After: show(v)})
			}
		}
		if len(e.Fields) == 0 {
			continue
		}
		c.AlsoChanges = append(c.AlsoChanges, e)
		if turned {
			c.cannotBeUndone(fmt.Sprintf("%s: what these settings are in %s is not shown", flag.Path(), strings.Join(sites, ", ")))
		}
	}
}

// otherSites lists the sites of an object but its own.
func otherSites(v any, own string) []string {
	var out []string
	list, _ := v.([]any)
	for _, e := range list {
		if s, ok := e.(string); ok && !model.SameName(s, own) {
			out = append(out, s)
		}
	}
	slices.Sort(out)
	return out
}
