package plan

import (
	"fmt"
	"strings"

	"rassync/internal/model"
)

// comesWithSite tells whether the object will be there by itself once this
// plan has made its site.
func (b *builder) comesWithSite(k *model.Kind, a model.Address) bool {
	if a.Site == "" || b.Live.Find(model.Address{Kind: model.SiteKind, Name: a.Site}) != nil {
		return false
	}
	if b.declared[(model.Address{Kind: model.SiteKind, Name: a.Site}).Key()] == nil {
		return false
	}
	if k.Shape == model.Singleton || k.IsBuiltin(a.Name) {
		return true
	}
	// The primary broker of a site is made with it.
	site := b.declared[(model.Address{Kind: model.SiteKind, Name: a.Site}).Key()]
	for _, p := range b.Catalog.Kind(model.SiteKind).Spec.Props {
		if p.Lookup != nil && k.List != nil && p.Lookup.Path == k.List.Path {
			v, _ := site.Spec[p.Name].(string)
			return model.SameName(v, a.Name)
		}
	}
	return false
}

func (b *builder) create(k *model.Kind, d *model.Object) {
	d = b.takeable(k, d)
	switch {
	case b.comesWithSite(k, d.Address):
		c := &change{Change: Change{Action: Update, Fields: createFields(k.Spec, d.Spec, ""), Desired: d, Reversible: true}}
		if len(c.Fields) > 0 {
			im := &impacts{found: []Impact{}}
			im.values(k.Spec, d.Spec, "")
			c.Impact = im.found
			b.put(c)
		}
		return
	case k.Shape == model.Singleton:
		b.warnings = append(b.warnings, fmt.Sprintf("%s is left alone: the farm has no such settings", d.Address))
		return
	case k.IsBuiltin(d.Address.Name):
		b.fail(d, "", "is built into every site, but this farm does not show it", "check the name and the rights of the account")
		return
	case !k.CanCreate():
		b.fail(d, "", "does not exist on the farm, and the API has no call to make one", "make it in the console first")
		return
	}
	if d.RenamedFrom != "" {
		b.warnings = append(b.warnings, fmt.Sprintf("%s will be created: there is no %q to rename", d.Address, d.RenamedFrom))
	}
	b.creatable(k, d, "is needed to make the object")
	c := &change{Change: Change{Action: Create, Fields: createFields(k.Spec, d.Spec, ""), Desired: d}}
	df := b.differ(d, &model.Object{Address: d.Address, Spec: map[string]any{}})
	df.onCreate(k.Spec, d.Spec, "")
	if deep := deepUnknown(d); len(deep) > 0 {
		b.warnings = append(b.warnings, fmt.Sprintf("%s is made without %s: %s", d.Address, strings.Join(deep, ", "), noPlace))
	}
	b.warnings = append(b.warnings, df.warn...)
	b.unwritable = append(b.unwritable, df.stuck...)
	b.describe(k, c, nil)
	b.put(c)
}

// creatable refuses an object that a create could not make.
func (b *builder) creatable(k *model.Kind, d *model.Object, why string) {
	for _, p := range MissingOnCreate(k, d.Spec) {
		b.fail(d, p, why, "add it to the document")
	}
	if none := noCreate(k, d.Spec); none != nil {
		b.fail(d, none.By, none.Error(), none.Hint())
	}
	if k.Identity.Also != "" {
		if first, also, ok := model.CutName(d.Address.Name); !ok || first == "" || also == "" {
			b.fail(d, "name", fmt.Sprintf("the name has two parts: %s@%s", k.Identity.Read, k.Identity.Also), "write both of them")
		}
	}
}

func createFields(p *model.Property, want map[string]any, path string) []Field {
	out := []Field{}
	for _, c := range p.Props {
		w, ok := want[c.Name]
		if !ok {
			continue
		}
		at := joinPath(path, c.Name)
		if noCall(c, w) != "" {
			continue
		}
		if m, ok := w.(map[string]any); ok && c.Structured() {
			out = append(out, createFields(c, m, at)...)
			continue
		}
		f := Field{Path: at, After: show(w)}
		switch {
		case c.Inferred():
			f.Note = "inferred"
		case c.OneTime:
			f.Note = "sent with the create only"
		}
		out = append(out, f)
	}
	for _, name := range model.OpenNames(p, want) {
		out = append(out, Field{Path: joinPath(path, name), After: show(want[name]), Note: openNote})
	}
	return out
}
