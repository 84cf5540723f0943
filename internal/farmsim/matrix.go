package farmsim

import (
	"net/http"
	"strings"

	"rassync/internal/model"
)

// putCell writes one value of a matrix: which column is meant says a number
// in the body, which row the query, which object its id.
func (f *Farm) putCell(fl *field) func(*call) *answer {
	return func(c *call) *answer {
		o, in, a := c.changeBy()
		if a != nil {
			return a
		}
		spec := fl.prop.Cells
		for name := range in {
			if name != spec.Type && name != spec.Object && name != spec.Value {
				return refuse("unknown property %s", name)
			}
		}
		column := columnOf(fl.prop, in[spec.Type])
		if column == nil {
			return refuse("%s: %v stands for nothing", spec.Type, in[spec.Type])
		}
		if c.query[strings.ToLower(spec.Query)] == "" {
			return refuse("the query parameter %s is required", spec.Query)
		}
		site, a := c.site(spec.Query)
		if a != nil {
			return a
		}
		v := &valuer{f: f, w: f.staged, site: o.site}
		value, err := v.value(column.Prop(spec.Own), in[spec.Value])
		if err != nil {
			return refuse("%s: %v", spec.Value, err)
		}
		row := f.rowOf(o, fl, site)
		at := append([]string(nil), column.Read...)
		if in[spec.Object] == nil {
			setAt(row, append(at, column.Prop(spec.Own).Read...), value)
		} else if a := f.putObject(v, fl.prop, column, row, in[spec.Object], value); a != nil {
			return a
		}
		f.touch(o)
		f.staged.put(o)
		return done()
	}
}

func columnOf(p *model.Property, number any) *model.Property {
	n, ok := asInt(number)
	if !ok {
		return nil
	}
	for name, known := range p.Cells.Numbers {
		if known != nil && *known == n {
			return p.Items.Prop(name)
		}
	}
	return nil
}

// rowOf finds the row of a site, or adds it.
func (f *Farm) rowOf(o *object, fl *field, site int64) map[string]any {
	root, _ := o.root(fl.holder).(map[string]any)
	rows := listAt(root, fl.path)
	key := fl.prop.Items.Prop(fl.prop.Cells.Row)
	for _, e := range rows {
		if v, _ := valueAt(e, key.Read); sameValue(v, site) {
			return e.(map[string]any)
		}
	}
	row := map[string]any{}
	o.kind.layout.itemsOf(fl).fillEntry(row)
	setAt(row, key.Read, site)
	setAt(root, fl.path, append(append([]any(nil), rows...), row))
	return row
}

// putObject writes the value of one object; one without a value is dropped.
func (f *Farm) putObject(v *valuer, p, column *model.Property, row map[string]any, id, value any) *answer {
	objects := column.Prop(p.Cells.Objects)
	name := p.CellObject(column.Name)
	if len(name.Ref) > 0 {
		if _, err := v.ref(name, name.Ref, id, false); err != nil {
			return refuse("%s: %v", p.Cells.Object, err)
		}
	}
	if _, ok := asInt(id); !ok {
		return refuse("%s: must be a number", p.Cells.Object)
	}
	at := append(append([]string(nil), column.Read...), objects.Read...)
	var kept []any
	for _, e := range listAt(row, at) {
		if other, _ := valueAt(e, name.Read); !sameValue(other, id) {
			kept = append(kept, e)
		}
	}
	if n, _ := asInt(value); n != 0 {
		e := map[string]any{}
		setAt(e, name.Read, id)
		setAt(e, objects.Items.Prop(p.Cells.Own).Read, value)
		kept = append(kept, e)
	}
	if kept == nil {
		kept = []any{}
	}
	setAt(row, at, kept)
	return nil
}

// matrix makes the rights of a random farm: only where they can be written,
// since nothing else comes back to a farm that lost them.
func (g *generator) matrix(o *object, fl *field) []any {
	p, out := fl.prop, []any{}
	for _, site := range g.f.siteIDs(g.w) {
		row := map[string]any{}
		o.kind.layout.itemsOf(fl).fillEntry(row)
		setAt(row, p.Items.Prop(p.Cells.Row).Read, site)
		for _, name := range sortedKeys(p.Cells.Numbers) {
			column := p.Items.Prop(name)
			if p.Cells.Numbers[name] == nil {
				continue
			}
			v, _ := g.value(o, column.Prop(p.Cells.Own))
			setAt(row, append(append([]string(nil), column.Read...), column.Prop(p.Cells.Own).Read...), v)
			objects := column.Prop(p.Cells.Objects)
			item := p.CellObject(name)
			list := []any{}
			for _, id := range g.candidates(&object{kind: o.kind, id: o.id, site: site}, item.Ref) {
				if bits, _ := g.value(o, objects.Items.Prop(p.Cells.Own)); bits != int64(0) && g.chance(50) {
					e := map[string]any{}
					setAt(e, item.Read, id)
					setAt(e, objects.Items.Prop(p.Cells.Own).Read, bits)
					list = append(list, e)
				}
			}
			setAt(row, append(append([]string(nil), column.Read...), objects.Read...), list)
		}
		out = append(out, row)
	}
	return out
}

// routeCalls lays out the calls that set single values: references, cells of a
// matrix, files.
func (f *Farm) routeCalls(n *routeNode, k *kind, owns func(*call) bool) {
	for _, fl := range k.layout.fields {
		p := fl.prop
		switch {
		case p.Call != "":
			n.add(http.MethodPut, strings.ReplaceAll(p.Call, "{self}", k.Self), &endpoint{kind: k, owns: owns, do: f.setByCall(fl)})
		case p.Cells != nil:
			n.add(string(p.Cells.Method), k.Self+"/"+p.Cells.At, &endpoint{kind: k, owns: owns, do: f.putCell(fl)})
		case p.File != nil && fl != k.file:
			n.add(http.MethodGet, strings.ReplaceAll(p.File.Get, "{self}", k.Self), &endpoint{kind: k, owns: owns, do: f.getOwnFile(fl)})
			if put := p.File.Put; put != nil && len(put.Fields) > 0 {
				n.add(string(put.Method), strings.ReplaceAll(put.Path, "{self}", k.Self), &endpoint{kind: k, owns: owns, do: f.putOwnFile(fl)})
			}
		}
	}
}
