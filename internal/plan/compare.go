package plan

import (
	"strings"

	"rassync/internal/export"
	"rassync/internal/model"
)

// compare makes the change of one declared object.
func (b *builder) compare(d *model.Object) {
	k := b.Catalog.Kind(d.Address.Kind)
	if k.Shape == model.OrderShape || !b.selected(d.Address) {
		return
	}
	if b.Live.NotReadErr(k.Name, d.Address.Site) != nil || b.blocked[d] != "" || b.incomplete[d] != "" || b.unclear[d] {
		return
	}
	if refused := k.RefuseForeign(d); len(refused) > 0 {
		for _, why := range refused {
			b.fail(d, "", why, "take it out")
		}
		return
	}
	live := b.liveOf[d]
	b.belongTogether(k, d, live)
	d = b.withoutMissing(k, d)
	if live == nil {
		b.create(k, d)
		return
	}
	df := b.differ(d, live)
	df.object(k.Spec, d.Spec, live.Spec, "")
	df.unknown(d.Unknown, live.Unknown)
	b.unwritable = append(b.unwritable, df.stuck...)
	b.unseen = append(b.unseen, df.unseen...)
	b.warnings = append(b.warnings, df.warn...)
	b.unsent += len(df.unsent)
	c := &change{Change: Change{Action: Update, Fields: df.fields, Desired: d, Before: live}, live: live}
	if b.isRenamed(k, d, live) {
		was, is := live.Address.Unmarked().Name, d.Address.Unmarked().Name
		switch {
		case len(k.Identity.Rename) > 0 || b.moved(k, d, live):
			c.RenamedFrom = live.Address.Name
			c.Fields = append([]Field{{Path: "name", Before: live.Address.Name, After: d.Address.Name}}, c.Fields...)
			df.touched = append([]*model.Property{nil}, df.touched...)
		case !model.SameName(was, is):
			b.fail(d, "renamedFrom", "objects of this kind cannot be renamed through the API", "rename it in the console, or leave renamedFrom out to have it made anew")
			return
		case k.Identity.Codec != "account":
			b.unwritable = append(b.unwritable, Unwritable{Address: d.Address.String(), Path: "name", Before: was, After: is, Why: "objects of this kind cannot be renamed through the API"})
		}
	}
	if len(c.Fields) == 0 {
		if len(df.unseen) == 0 {
			b.same++
		}
		return
	}
	var fixed []string
	var forcing []int
	for i, p := range df.touched {
		for at := p; at != nil; at = at.Parent {
			if at.CreateOnly {
				fixed = append(fixed, c.Fields[i].Path)
				forcing = append(forcing, i)
				break
			}
		}
	}
	if len(fixed) > 0 {
		switch {
		case k.Replace == "" || live.Builtin:
			b.fail(d, fixed[0], "cannot be changed after the object was made", "put the value back, or make a new object under another name")
			return
		case b.Protected != nil && b.Protected(d.Address) && d.Confirm == "":
			b.fail(d, fixed[0], "can only be changed by making the object anew, and it is protected", "write confirm: replace into its document, or put the value back")
			return
		}
		b.creatable(k, d, "is needed because the object must be made anew")
		c.fixed = fixed[0]
		c.Action, c.Confirmed, c.Desired = Replace, d.Confirm != "", b.takeable(k, d)
		for _, i := range forcing {
			c.Fields[i].Note = strings.TrimPrefix(c.Fields[i].Note+"; "+ForcesReplacement, "; ")
		}
	}
	b.describe(k, c, df.touched)
	b.put(c)
}

func (b *builder) differ(d, live *model.Object) *differ {
	df := &differ{site: d.Address.Site, address: d.Address, want: d.Spec, have: live.Spec, absent: live.Absent, sent: b.Sent, rotate: b.RotateSecrets, writeUnseen: b.WriteUnseen,
		wantUnknown: d.Unknown, haveUnknown: live.Unknown}
	df.sameRef = func(kinds []string, want, have any) bool { return b.sameRef(kinds, want, have, d.Address.Site) }
	df.sameEntry = func(p *model.Property, object, want, have string) bool {
		return b.sameEntry(p, object, want, have, d.Address.Site)
	}
	df.elementID = func(p *model.Property, v any, wanted bool) any {
		return b.elementID(p, v, d.Address.Site, wanted)
	}
	df.masked = func(p *model.Property, have any) bool { return b.masked(live, p, have) }
	return df
}

// sameRef tells whether two spellings mean the same object, renames of this
// plan included.
func (b *builder) sameRef(kinds []string, want, have any, site string) bool {
	w, ok := want.(string)
	h, ok2 := have.(string)
	if !ok || !ok2 {
		return model.Equal(nil, want, have)
	}
	if model.SameName(w, h) {
		return true
	}
	if w == "" || h == "" {
		return false
	}
	lo := b.Live.Names.Resolve(kinds, h, site)
	if lo == nil {
		return false
	}
	if d := b.target(kinds, w, site); d != nil {
		return b.liveOf[d] == lo
	}
	return b.Live.Names.Resolve(kinds, w, site) == lo
}

// target finds the declared object that a reference means.
func (b *builder) target(kinds []string, ref, site string) *model.Object {
	for _, a := range export.RefAddresses(b.Catalog, kinds, ref, site) {
		if d := b.declared[a.Key()]; d != nil {
			return d
		}
		for _, s := range b.Live.Sites { // published items stand in several sites
			if k := b.Catalog.Kind(a.Kind); k != nil && k.Sites != "" {
				a.Site = s.Address.Name
				if d := b.declared[a.Key()]; d != nil {
					return d
				}
			}
		}
	}
	return nil
}

// overlaid finds the values that another document than the object's own sets.
func (b *builder) overlaid(d *model.Object, fields []Field) map[string]Source {
	if b.LaidOver == nil {
		return nil
	}
	var out map[string]Source
	for _, f := range fields {
		if at, ok := b.LaidOver(d, f.Path); ok {
			if out == nil {
				out = map[string]Source{}
			}
			out[f.Path] = Source{File: at.File, Line: at.Line}
		}
	}
	return out
}
