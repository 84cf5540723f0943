package render

import (
	"gopkg.in/yaml.v3"

	"rassync/internal/model"
)

// SkeletonDocument gives a new document of a kind for somebody to fill in: what
// a create needs, and a few typical properties, each with its title. It is
// valid as it stands.
func SkeletonDocument(cat *model.Catalog, k *model.Kind, site, name, schema string) string {
	x := exampler{cat: cat}
	doc := &yaml.Node{Kind: yaml.MappingNode}
	put(doc, "kind", scalar(k.Name))
	if k.Scope == model.ScopeSite {
		put(doc, "site", scalar(site))
	}
	if k.HasName() {
		put(doc, "name", scalar(name))
	}
	spec := &yaml.Node{Kind: yaml.MappingNode}
	switch {
	case k.Order != nil:
		put(spec, "items", &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle})
	default:
		want := map[*model.Property]bool{}
		x.required(k.Spec, want)
		for p := range x.typical(k) {
			// A reference to an object that is not there is no valid document.
			if len(p.Ref) == 0 && (p.Items == nil || len(p.Items.Ref) == 0) {
				want[p] = true
			}
		}
		spec = x.object(k.Spec, want)
	}
	if len(spec.Content) > 0 {
		describe(spec, k.Spec)
		put(doc, "spec", spec)
	}
	text := encode(doc)
	if schema != "" {
		text = "# yaml-language-server: $schema=" + schema + "\n" + text
	}
	return text
}

// describe puts the title of each property behind its value.
func describe(spec *yaml.Node, p *model.Property) {
	for i := 0; i+1 < len(spec.Content); i += 2 {
		c := p.Prop(spec.Content[i].Value)
		if c == nil || c.Title == "" {
			continue
		}
		comment := c.Title
		if c.RequiredOnCreate {
			comment += " (required)"
		}
		if v := spec.Content[i+1]; v.Kind == yaml.ScalarNode {
			v.LineComment = comment
		} else {
			spec.Content[i].HeadComment = comment
		}
	}
}
