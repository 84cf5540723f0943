package plan

import (
	"fmt"
	"slices"
	"strings"

	"rassync/internal/model"
)

// Effect is what a change does to another object than its own: the farm does it
// by itself when the change is written.
type Effect struct {
	Address string `json:"address"`
	// Because is the property of the changed object by which the farm does it.
	Because string  `json:"because"`
	Fields  []Field `json:"fields"`
	// Maybe: some farms do it and others do not. What lies in a folder is shown
	// with the folder's status, or has it for good.
	Maybe bool `json:"maybe,omitempty"`
	// Sites are those in which the same object gets the values: what it has there
	// is not shown, so it is neither read back nor taken back.
	Sites []string `json:"sites,omitempty"`
}

// Copies tells whether the effect is certain and can be seen: another object gets
// the values, is read back, and is taken back by a rollback.
func (e Effect) Copies() bool { return !e.Maybe && len(e.Sites) == 0 }

// String says what happens, in words.
func (e Effect) String() string {
	paths := make([]string, len(e.Fields))
	for i, f := range e.Fields {
		paths[i] = f.Path
		if !e.Copies() && f.Before == nil && scalar(f.After) { // not read: it is only named
			paths[i] += fmt.Sprintf(" -> %v", f.After)
			continue
		}
		if !strings.HasSuffix(f.Path, "]") && scalar(f.Before) && scalar(f.After) {
			paths[i] += fmt.Sprintf(" %v -> %v", orNone(f.Before), orNone(f.After))
		}
	}
	s := e.Address + ": " + strings.Join(paths, ", ")
	switch {
	case len(e.Sites) > 0:
		return s + fmt.Sprintf(" (copied to its settings in %s because %s is true; what it has there is not shown)", strings.Join(e.Sites, ", "), e.Because)
	case e.Maybe:
		return s + fmt.Sprintf(" (%s passes to it on some farms)", e.Because)
	}
	return s + fmt.Sprintf(" (copied because %s is true)", e.Because)
}

// certain leaves out what only some farms do: how much of that can be seen
// depends on what else was read.
func certain(list []Effect) []Effect {
	return slices.DeleteFunc(orEmpty(slices.Clone(list)), func(e Effect) bool { return e.Maybe })
}

func scalar(v any) bool {
	switch v.(type) {
	case map[string]any, []any:
		return false
	}
	return true
}

func orNone(v any) any {
	if v == nil || v == "" {
		return "(none)"
	}
	return v
}

// settings are one site's settings of a kind, as this plan leaves them.
type settings struct {
	live, desired *model.Object
	change        *change
	after         map[string]any
}

func (s *settings) address() model.Address {
	if s.live != nil {
		return s.live.Address
	}
	return s.desired.Address
}

// effects adds what the changes do to other objects, and refuses documents that
// want something else there.
func (b *builder) effects() {
	for _, k := range b.Catalog.Kinds() {
		if flags := k.Copying(); len(flags) > 0 {
			sites := b.settingsOf(k)
			reported := map[string]bool{}
			for _, p := range flags {
				for _, from := range sites {
					for _, to := range sites {
						if from != to && from.after[p.Name] == true {
							b.copies(k, p, from, to, reported)
						}
					}
				}
			}
		}
	}
	for _, c := range b.changes {
		b.passesDown(c)
		b.copiesInside(c)
	}
}

// settingsOf lists the settings of all sites, ordered by site.
func (b *builder) settingsOf(k *model.Kind) []*settings {
	var out []*settings
	for _, o := range b.Live.Objects[k.Name] {
		if o.Spec != nil {
			out = append(out, &settings{live: o, desired: b.wantOf[o], change: b.changeOf(o), after: o.Spec})
		}
	}
	for _, d := range b.Desired {
		if d.Address.Kind == k.Name && b.liveOf[d] == nil {
			out = append(out, &settings{desired: d, change: b.byAddr[d.Address.Key()]})
		}
	}
	for _, s := range out {
		if s.change == nil || s.change.Desired == nil {
			continue
		}
		s.after = overlay(s.after, s.change.Desired.Spec)
	}
	slices.SortFunc(out, func(x, y *settings) int { return strings.Compare(x.address().String(), y.address().String()) })
	return out
}

// copies says what the flag p, which is true in one site, does to another site.
func (b *builder) copies(k *model.Kind, p *model.Property, from, to *settings, reported map[string]bool) {
	group, wanted := groupOf(k, p, from.after), map[string]any{}
	for name := range group {
		if to.desired != nil {
			if w, declared := to.desired.Spec[name]; declared {
				wanted[name] = w
			}
		}
	}
	site := to.address()
	writes := from.change != nil
	if to.desired != nil {
		other := Differences(k, &model.Object{Address: site, Spec: wanted}, &model.Object{Address: site, Spec: group}, b.Live.Names, nil)
		b.fight(p, from, to, other, reported)
	}
	if !writes {
		return
	}
	if to.live != nil {
		fields := Differences(k, &model.Object{Address: site, Spec: group}, to.live, b.Live.Names, nil)
		if len(fields) > 0 {
			from.change.AlsoChanges = append(from.change.AlsoChanges, Effect{Address: site.String(), Because: p.Path(), Fields: fields})
			describeCopies(k, from.change, site, fields)
		}
	}
	if to.change != nil {
		if _, turned := from.change.needs[to.change]; !turned {
			to.change.needs[from.change] = "its settings are copied to this site"
		}
	}
}

// fight refuses two documents of which one is copied over the other, where
// something of them is written. On the way back to what was, each site gets its
// own.
func (b *builder) fight(p *model.Property, from, to *settings, other []Field, reported map[string]bool) {
	for _, f := range other {
		name, _, _ := strings.Cut(f.Path, ".")
		name, _, _ = strings.Cut(name, "[")
		if from.change == nil && !to.writes(name) || b.GoesBack {
			continue
		}
		if from.desired == nil {
			b.warnings = append(b.warnings, fmt.Sprintf("%s: %s is true there: the next change of it copies its %s over that of %s", from.address(), p.Path(), name, to.address()))
			continue
		}
		pair := []string{from.address().String(), to.address().String()}
		slices.Sort(pair)
		key := strings.Join(append(pair, f.Path), "\n")
		if reported[key] {
			continue
		}
		reported[key] = true
		at := b.Position(from.desired, name)
		values := ""
		if scalar(f.Before) && scalar(f.After) {
			values = fmt.Sprintf(" (%v there, %v here)", orNone(f.Before), orNone(f.After))
		}
		b.fail(to.desired, f.Path, fmt.Sprintf("is declared otherwise in %s, which copies it to this site because its %s is true%s", strings.TrimSpace(from.address().String()+" "+at.String()), p.Path(), values),
			fmt.Sprintf("declare the same in both, leave %s out here, or set %s to false there", name, p.Path()))
	}
}

// writes tells whether the plan changes a property.
func (s *settings) writes(name string) bool {
	if s.change == nil {
		return false
	}
	return slices.ContainsFunc(s.change.Fields, func(f Field) bool {
		return f.Path == name || strings.HasPrefix(f.Path, name+".") || strings.HasPrefix(f.Path, name+"[")
	})
}

// passesDown says what a folder's new status does to what lies in it.
func (b *builder) passesDown(c *change) {
	k := b.Catalog.Kind(c.Kind)
	if c.Action != Update || c.live == nil || c.Desired == nil || k.Tree == nil || k.Tree.Folder != k.Name {
		return
	}
	for _, p := range k.Spec.Props {
		status, declared := c.Desired.Spec[p.Name]
		if p.InheritsDown == nil || !declared || status == p.InheritsDown || !(&settings{change: c}).writes(p.Name) {
			continue
		}
		for _, o := range b.below(c.live, k.Tree.Folder) {
			own := b.changeOf(o)
			has, seen := o.Spec[p.Name]
			if b.Catalog.Kind(o.Address.Kind).Spec.Prop(p.Name) == nil || seen && model.Equal(p, has, status) || own != nil && (own.Action == Delete || (&settings{change: own}).writes(p.Name)) {
				continue
			}
			c.AlsoChanges = append(c.AlsoChanges, Effect{Address: o.Address.String(), Because: p.Path(), Maybe: true, Fields: []Field{{Path: p.Path(), Before: show(has), After: show(status)}}})
		}
	}
}

// below lists what lies in a folder, at any depth.
func (b *builder) below(folder *model.Object, folderKind string) []*model.Object {
	var out []*model.Object
	for _, k := range b.Catalog.Kinds() {
		if k.Tree == nil || k.Tree.Folder != folderKind {
			continue
		}
		for _, o := range b.Live.Objects[k.Name] {
			n := len(folder.Address.Name)
			if len(o.Address.Name) > n && o.Address.Name[n] == '/' && o.Address.Name[:n] == folder.Address.Name {
				out = append(out, o)
			}
		}
	}
	slices.SortFunc(out, func(x, y *model.Object) int { return strings.Compare(x.Address.String(), y.Address.String()) })
	return out
}
