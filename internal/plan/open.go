package plan

import (
	"fmt"
	"sort"
	"strings"

	"rassync/internal/model"
)

// openNote marks values of open objects in plans.
const openNote = "no schema knows it: kept as the farm answers it"

// open compares what an open object holds beyond its named properties, as far
// as it is declared. A value of it is written whole under its own name.
func (d *differ) open(p *model.Property, want, have map[string]any, path string) {
	before := len(d.fields)
	for _, name := range model.OpenNames(p, want) {
		c := p.Beyond(name, want[name])
		if c.Secret {
			d.writeOnly(c, want[name], joinPath(path, name))
			continue
		}
		before := len(d.fields)
		if have == nil { // the object was switched off when it was read: what it holds is not known
			d.add(c, Field{Path: joinPath(path, name), After: show(want[name])})
		} else {
			d.misspelt(p, name, have, joinPath(path, name))
			d.openValue(c, want[name], have[name], joinPath(path, name))
		}
		if len(d.fields) > before && d.edits != nil {
			d.edits.Leaves = append(d.edits.Leaves, model.Leaf{Prop: c, Value: model.Lay(want[name], have[name])})
		}
	}
	if len(d.fields) == before || d.edits == nil || !p.Inside() {
		return
	}
	for _, name := range model.OpenNames(p, have) {
		if _, declared := want[name]; !declared {
			d.edits.Leaves = append(d.edits.Leaves, model.Leaf{Prop: p.Foreign(name), Value: have[name], Live: true})
		}
	}
}

// misspelt warns of a name that the farm does not show, and that is close to
// one that it does: no schema can tell that it is wrong.
func (d *differ) misspelt(p *model.Property, name string, have map[string]any, at string) {
	if _, shown := have[name]; shown || len(have) == 0 {
		return
	}
	among := model.OpenNames(p, have)
	for _, c := range p.Props {
		among = append(among, c.Name)
	}
	if hint := model.DidYouMean(name, among); hint != "" {
		d.warn = append(d.warn, fmt.Sprintf("%s %s: the farm shows no such name, %s", d.address, at, hint))
	}
}

func (d *differ) openValue(c *model.Property, w, h any, at string) {
	wm, isMap := w.(map[string]any)
	hm, bothMaps := h.(map[string]any)
	if !isMap || !bothMaps {
		if !model.Equal(nil, w, h) {
			d.add(c, Field{Path: at, Before: show(h), After: show(w)})
		}
		return
	}
	names := make([]string, 0, len(wm))
	for n := range wm {
		names = append(names, n)
	}
	sort.Strings(names)
	for _, n := range names {
		d.openValue(c, wm[n], hm[n], joinPath(at, n))
	}
}

// strangers compares what no schema knows of an entry, as far as the document
// declares it. at and haveAt are how the document and the farm call the entry.
func (d *differ) strangers(p *model.Property, at, haveAt string) {
	if len(d.wantUnknown) == 0 {
		return
	}
	var names []string
	for path := range d.wantUnknown {
		if name, ok := strings.CutPrefix(path, at+"."); ok && !strings.ContainsAny(name, ".[:") {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	for _, name := range names {
		path := at + "." + name
		w := d.wantUnknown[path]
		h, ok := d.haveUnknown[path]
		if !ok {
			h = d.haveUnknown[haveAt+"."+name]
		}
		if !model.Equal(nil, w, h) {
			d.leaf(p.Items.Stranger(name, path), w, Field{Path: "unknown." + path, Before: show(h), After: show(w), Note: "not in any schema"})
		}
	}
}

// likeness pairs the entries of an open list that are left over: where the
// list has an update, one that is mostly the same is changed in place instead
// of removed and added.
func likeness(p *model.Property, want, have []any, pairs []int) []int {
	if p.List == nil || p.List.Update == nil || p.Items == nil || !p.Items.Open || len(p.List.Key)+len(p.List.MatchAny) > 0 {
		return pairs
	}
	used := make([]bool, len(have))
	for _, j := range pairs {
		if j >= 0 {
			used[j] = true
		}
	}
	for i, j := range pairs {
		if j >= 0 {
			continue
		}
		wm, _ := want[i].(map[string]any)
		best, most := -1, len(wm)/2
		for k := range have {
			hm, _ := have[k].(map[string]any)
			same := 0
			for name, v := range wm {
				if hv, there := hm[name]; there && model.Equal(nil, v, hv) {
					same++
				}
			}
			if !used[k] && same > most {
				best, most = k, same
			}
		}
		if best >= 0 {
			pairs[i], used[best] = best, true
		}
	}
	return pairs
}
