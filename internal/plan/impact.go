package plan

import (
	"maps"
	"slices"
	"strings"

	"rassync/internal/model"
)

// describe adds what a change does beyond configuration, and whether it can
// be taken back.
func (b *builder) describe(k *model.Kind, c *change, touched []*model.Property) {
	im := &impacts{found: []Impact{}}
	var lost []string
	switch c.Action {
	case Create:
		im.of(k, "create")
		im.newObject(k)
		im.values(k.Spec, c.Desired.Spec, "")
		im.strangers(c.Desired)
	case Delete:
		im.of(k, "delete")
		lost = append(unreadable(k), unseenBefore(c)...)
	case Update, Replace:
		if c.Action == Update {
			im.of(k, "update")
		}
		for n, p := range touched {
			if p == nil && strings.HasPrefix(c.Fields[n].Path, "unknown.") || p != nil && p.FromFarm {
				im.unknown(c.Fields[n].Path)
			}
			if p == nil {
				continue
			}
			im.security(p, c.Fields[n])
			im.field(p, c.Fields[n])
			if p.WriteOnly {
				lost = append(lost, c.Fields[n].Path+": the value before cannot be read")
			}
			lost = append(lost, entryLost(p, c.Fields[n])...)
			if p.TooShort(c.Fields[n].Before) {
				lost = append(lost, c.Fields[n].Path+": it cannot be emptied again")
			}
		}
		if c.Action == Replace {
			im.replaced(k)
			im.orders(k.Spec, c.Desired.Spec, "")
			im.strangers(c.Desired)
			lost = append(append(lost, unreadable(k)...), unseenBefore(c)...)
		}
		for _, f := range c.Fields {
			if c.Action == Update && strings.HasPrefix(f.Note, unseenNote) {
				lost = append(lost, f.Path+": the farm does not show what it was")
			}
		}
	case Reorder: // loses nothing
	}
	c.Impact = im.found
	lost = append(lost, im.lasting...)
	c.Reversible = len(lost) == 0
	c.IrreversibleBecause = strings.Join(lost, "; ")
}

// unknownEffect marks values that no schema knows.
const unknownEffect = model.EffectUnknown

// impacts gathers what a change does beyond configuration, each thing once.
type impacts struct {
	found   []Impact
	lasting []string
}

func (im *impacts) add(i model.Impact, path string) {
	f := Impact{Effect: string(i.Effect), Path: path, Why: i.Why}
	if slices.Contains(im.found, f) {
		return
	}
	im.found = append(im.found, f)
	if i.Lasting && !slices.Contains(im.lasting, i.Why) {
		im.lasting = append(im.lasting, i.Why)
	}
}

// unknown is the effect of a value that no schema knows.
func (im *impacts) unknown(path string) {
	im.add(model.Impact{Effect: unknownEffect, Why: "no schema knows this property, so nobody knows what it does"}, path)
}

// strangers are what no schema knows of an object that is made.
func (im *impacts) strangers(o *model.Object) {
	for _, name := range slices.Sorted(maps.Keys(o.Unknown)) {
		im.unknown("unknown." + name)
	}
}

func (im *impacts) of(k *model.Kind, action string) {
	for _, i := range k.Impact[action] {
		if i.Counts(model.Action(action)) {
			im.add(i, "")
		}
	}
}

// replaced are the effects of an object that goes and is made anew: not those
// that come of its being gone.
func (im *impacts) replaced(k *model.Kind) {
	for _, i := range k.Impact["delete"] {
		if len(i.On) == 0 {
			im.add(i, "")
		}
	}
	im.of(k, "create")
}

// newObject is what a new object of a kind means by itself.
func (im *impacts) newObject(k *model.Kind) {
	if k.TrustAnchor {
		im.add(model.Impact{Effect: ChangesTrust, Why: "The farm trusts the new object."}, "")
	}
	if k.Grants {
		im.add(model.Impact{Effect: GrantsAccess, Why: "Somebody gets rights that nobody had."}, "")
	}
}

// orders are what a replacement does through values that are orders to the
// create: the other values are there already, and what changes is in the
// fields.
func (im *impacts) orders(p *model.Property, want map[string]any, path string) {
	for _, c := range p.Props {
		w, ok := want[c.Name]
		if !ok {
			continue
		}
		at := joinPath(path, c.Name)
		for _, i := range c.Impact {
			if i.Counts("create") && (c.OneTime || slices.Contains(i.On, "create")) && i.Applies(w) {
				im.add(i, at)
			}
		}
		if m, ok := w.(map[string]any); ok && c.Structured() {
			im.orders(c, m, at)
		}
	}
}

// field is a property of an object that exists: it has effects of its own,
// the blocks around it have those of any change, and so has what is inside a
// value that comes whole.
func (im *impacts) field(p *model.Property, f Field) {
	action := "update"
	if p.List != nil && strings.HasSuffix(f.Path, "]") {
		switch {
		case f.Before == nil:
			action = "add"
		case f.After == nil:
			action = "remove"
		}
	}
	for _, i := range p.Impact {
		// Of an entry that goes no value is left to look at.
		if i.Counts(model.Action(action)) && (i.Always() || action != "remove" && i.Applies(f.After)) {
			im.add(i, f.Path)
		}
	}
	for up := p.Parent; up != nil; up = up.Parent {
		for _, i := range up.Impact {
			if i.Always() && i.Counts("update") {
				im.add(i, up.Path())
			}
		}
	}
	im.inside(p, f.After, f.Path)
}

// values are those of an object, or of an entry, that is made. What any
// change of a property does is no news there, unless it is an order to the
// create or an entry that is added.
func (im *impacts) values(p *model.Property, want map[string]any, path string) {
	for _, name := range model.OpenNames(p, want) {
		im.unknown(joinPath(path, name))
	}
	for _, c := range p.Props {
		w, ok := want[c.Name]
		if !ok {
			continue
		}
		at := joinPath(path, c.Name)
		list, _ := w.([]any)
		for _, i := range c.Impact {
			switch {
			case len(list) > 0 && slices.Contains(i.On, "add"):
				im.add(i, at)
			case i.Counts("create") && (!i.Always() || c.OneTime || slices.Contains(i.On, "create")) && i.Applies(w):
				im.add(i, at)
			}
		}
		im.securityOfNew(c, w, at)
		im.inside(c, w, at)
	}
}

func (im *impacts) inside(p *model.Property, v any, path string) {
	switch v := v.(type) {
	case map[string]any:
		if p.Items != nil {
			p = p.Items // an entry of a list
		}
		im.values(p, v, path)
	case []any:
		for _, e := range v {
			if m, ok := e.(map[string]any); ok && p.Items != nil {
				im.values(p.Items, m, path)
			}
		}
	}
}
