package proof

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"sort"
	"strings"
	"testing"

	"rassync/internal/export"
	"rassync/internal/farmsim"
	"rassync/internal/model"
)

// TestAnySingleChange changes each property of each kind by itself, applies,
// expects an empty plan, rolls back and expects the first farm: under the first
// readings every property, under the second ones each manner of property.
func TestAnySingleChange(t *testing.T) {
	cat := catalog(t)
	for _, sw := range readings(false) {
		for _, k := range cat.Kinds() {
			t.Run(sw.Name+"/"+k.Name, func(t *testing.T) {
				t.Parallel()
				changeEach(t, cat, k, sw.Switches, sw.Name == "baseline" || everyCombination())
			})
		}
	}
}

// changeEach tries random farms until one holds enough of the kind to change
// anything.
func changeEach(t *testing.T, cat *model.Catalog, k *model.Kind, sw farmsim.Switches, every bool) {
	for seed := int64(4); seed < 9; seed++ {
		if changeIn(t, cat, k, sw, seed, every) > 0 {
			return
		}
	}
	if k.Name != model.SiteKind && k.Name != "ThemeCustomImage" { // pictures have a test of their own
		t.Errorf("no property of %s was changed", k.Name)
	}
}

// changeIn tells how many changes it tried.
func changeIn(t *testing.T, cat *model.Catalog, k *model.Kind, sw farmsim.Switches, seed int64, every bool) int {
	return changeOn(t, newStand(t, cat, randomState(t, cat, seed, 5), sw), k, func(path string) string {
		if every {
			return path
		}
		return manner(k, path)
	})
}

// changeOn is changeIn on a farm at hand; what names what a change of a property
// tries: each is tried once, "" not at all.
func changeOn(t *testing.T, s *stand, k *model.Kind, tries func(path string) string) int {
	cat := s.cat
	kinds := []string{k.Name}
	if k.Order != nil {
		kinds = append(kinds, k.Order.Of...)
	}
	// Whatever refers to a replaced object has to be linked anew.
	for _, other := range cat.Kinds() {
		if k.Replace == "" {
			break
		}
		other.Spec.Walk(func(p *model.Property) {
			for _, ref := range p.Ref {
				if ref == k.Name && other.Name != k.Name {
					kinds = append(kinds, other.Name)
				}
			}
		})
	}
	kinds = unique(kinds)
	s.live = s.read(kinds, everything)
	s.keep()
	first := text(s.live)
	tried := 0
	covered := map[string]bool{}
	for _, o := range s.live.Objects[k.Name] {
		if (tried > 0 && o.Builtin) || o.Address.Name == farmsim.DefaultUsername {
			continue // the account in use cannot be changed much
		}
		for _, m := range mutations(s, k, o) {
			if strings.HasSuffix(m.path, "enabledMode") && (belowClosedFolder(s.live, o) || k.Tree != nil && k.Tree.Folder == k.Name && o.Spec[m.path] != "Enabled") {
				continue // nobody can tell an item's own status from that of the folder
			}
			what := tries(m.path + m.entry)
			if what == "" || covered[what] {
				continue
			}
			covered[what] = true
			tried++
			docs, was := withSecrets(cat, declare(s.live)), asIs(s.live)
			alone := len(k.Copying()) > 0 && tried%2 == 0
			if alone { // what is copied to other sites is declared by nobody
				docs = slices.DeleteFunc(docs, func(d *model.Object) bool {
					return d.Address.Kind == k.Name && d.Address.Site != o.Address.Site
				})
			}
			var doc *model.Object
			for _, d := range docs {
				if d.Address == o.Address {
					doc = d
				}
			}
			original := model.Clone(doc.Spec).(map[string]any)
			set(doc.Spec, m.path, m.value)
			s.follow(k, doc, m.path)
			agree(k, doc, docs)
			name := o.Address.String() + " " + m.path + m.entry
			p := s.plan(docs, kinds)
			if p.Empty() {
				t.Errorf("%s -> %v: the plan is empty", name, m.value)
				continue
			}
			s.mustApply(p)
			if left := s.plan(docs, kinds); !left.Empty() {
				t.Errorf("%s -> %v: the plan is not empty after apply:\n%s", name, m.value, describe(left))
			}
			s.mustApply(s.wayBack(p, was, kinds))
			doc.Spec = original
			s.live = s.read(kinds, everything)
			if now := text(s.live); now != first {
				t.Fatalf("%s -> %v: not rolled back:\n%s", name, m.value, diffLines(first, now))
			}
			if t.Failed() {
				return tried
			}
		}
	}
	return tried
}

// agree makes the documents of the other sites say what is copied to them: where
// they want something else they are refused.
func agree(k *model.Kind, from *model.Object, docs []*model.Object) {
	for _, flag := range k.Copying() {
		on := from.Spec[flag.Name] == true
		for _, d := range docs {
			on = on || d.Address.Kind == k.Name && d.Spec[flag.Name] == true
		}
		for _, d := range docs {
			if !on || d.Address.Kind != k.Name || d == from {
				continue
			}
			for _, p := range k.Group(flag) {
				if v, have := from.Spec[p.Name]; have {
					d.Spec[p.Name] = model.Clone(v)
				}
			}
		}
	}
}

func unique(list []string) []string {
	seen := map[string]bool{}
	var out []string
	for _, e := range list {
		if !seen[e] {
			seen[e] = true
			out = append(out, e)
		}
	}
	sort.Strings(out)
	return out
}

type mutation struct {
	path  string
	value any
	entry string // what of an entry changes, if path is a list
}

// mutations lists another legal value for each property in force.
func mutations(s *stand, k *model.Kind, o *model.Object) []mutation {
	var out []mutation
	if k.Order != nil {
		items := o.Spec["items"].([]any)
		if len(items) > 1 {
			turned := append([]any{items[len(items)-1]}, items[:len(items)-1]...)
			out = append(out, mutation{path: "items", value: turned})
		}
		return out
	}
	var walk func(p *model.Property, m map[string]any, path string)
	walk = func(p *model.Property, m map[string]any, path string) {
		for _, c := range p.Props {
			at := c.Name
			if path != "" {
				at = path + "." + c.Name
			}
			if c.OneTime || c.CreateOnly && c.WriteOnly {
				continue // nothing that a later plan could change
			}
			if !export.InForce(c, o.Spec) || c.Secret || c.Lookup != nil || (c.CreateOnly && k.Replace == "") || c.Name == k.Sites {
				continue
			}
			if o.Builtin && (c.CreateOnly || strings.HasPrefix(c.Name, "enabled")) {
				continue
			}
			// Inherit flags have a test of their own: what they hide comes and goes.
			if isGate(k, at) {
				continue
			}
			v, there := m[c.Name]
			if c.TooShort(v) {
				continue // it cannot be emptied again
			}
			if c.Structured() && c.Codec == "" {
				sub, _ := v.(map[string]any)
				if sub != nil {
					walk(c, sub, at)
				}
				continue
			}
			if !there && !c.WriteOnly {
				continue
			}
			if n, ok := other(s, c, v, o); ok {
				out = append(out, mutation{path: at, value: n})
			}
			if c.List != nil && c.Items.Structured() {
				for _, m := range inEntry(s, c, v, o) {
					out = append(out, mutation{path: at, value: m.value, entry: "[]." + m.path})
				}
			}
		}
		for _, name := range model.OpenNames(p, m) {
			at := joined(path, name)
			out = append(out, mutation{path: at, value: otherOpen(m[name])})
			if deep, ok := m[name].(map[string]any); ok {
				for inner, v := range deep { // a part of a nested object alone
					out = append(out, mutation{path: at + "." + inner, value: otherOpen(v)})
				}
			}
		}
	}
	walk(k.Spec, o.Spec, "")
	return out
}

// inEntry lists the array with another legal value for each single property of
// its last entry.
func inEntry(s *stand, p *model.Property, v any, o *model.Object) []mutation {
	list, _ := v.([]any)
	if len(list) == 0 {
		return nil
	}
	entry, _ := list[len(list)-1].(map[string]any)
	var out []mutation
	turn := func(name string, v any) {
		turned := strip(model.Clone(list)).([]any)
		turned[len(turned)-1].(map[string]any)[name] = v
		out = append(out, mutation{path: name, value: turned})
	}
	for _, c := range p.Items.Props {
		v, there := entry[c.Name]
		if !there || c.NoWrite || c.Secret || c.CreateOnly || c.Part != nil || c.List != nil || c.Structured() ||
			c.Codec == "account" || p.List != nil && slices.Contains(p.List.MatchAny, c.Name) || isGateOf(p.Items, c.Name) || !model.Open(c, entry, o.Spec) {
			continue
		}
		if u := p.List.Update; u != nil && len(u.Fields) > 0 && (p.List.NoAdd || p.List.NoRemove) && !slices.Contains(u.Fields, c.Name) &&
			(p.List.Rename == "" || !slices.Contains(p.List.Key, c.Name)) {
			continue // no call changes it, and the entry cannot be made anew
		}
		if n, ok := other(s, c, v, o); ok {
			turn(c.Name, n)
		}
	}
	for _, name := range model.OpenNames(p.Items, entry) {
		turn(name, otherOpen(entry[name]))
	}
	return out
}

// isGateOf tells whether another value of the entry says what place of the
// answer is meant.
func isGateOf(items *model.Property, name string) bool {
	for _, c := range items.Props {
		if _, ok := c.When["./"+name]; ok && c.Shared {
			return true
		}
	}
	return false
}

func isGate(k *model.Kind, path string) bool {
	found := false
	k.Spec.Walk(func(p *model.Property) {
		found = found || p.Gate == path
		for w := range p.When {
			if up := p.Parent.Path(); strings.HasPrefix(w, "./") && p.Type == model.TypeObject {
				found = found || joined(up, w[2:]) == path
			} else if p.Type == model.TypeObject {
				found = found || w == path
			}
		}
	})
	return found
}

func joined(up, name string) string {
	if up == "" {
		return name
	}
	return up + "." + name
}

// other is another legal value of a property.
func other(s *stand, p *model.Property, v any, o *model.Object) (any, bool) {
	switch {
	case p.EntryOf != nil:
		return otherEntry(s, p, v, o)
	case p.Items != nil && p.Items.EntryOf != nil:
		return otherEntries(s, p.Items, v, o)
	case p.Cells != nil:
		return otherCell(s, p, v)
	case p.Call != "" && v == "":
		return nil, false // there would be no way back
	case p.File != nil && p.File.Put != nil && len(p.File.Put.Fields) > 0:
		return otherFile(s), true
	case p.File != nil, p.Codec == "account" && len(p.Ref) == 0:
		return nil, false
	case p.Codec == "ipRanges":
		return append(append([]any{}, v.([]any)...), "10.255.0.9"), true
	case p.Codec.Separator() != "":
		return append(append([]any{}, v.([]any)...), "10.255.0.8"), true
	case p.Flags:
		list := v.([]any)
		for _, n := range p.Enum.Order {
			b := p.Enum.ByName[n]
			if b > 0 && b&(b-1) == 0 && len(list) == 0 {
				return []any{n}, true
			}
		}
		return []any{}, true
	case p.Enum != nil:
		k := s.cat.Kind(o.Address.Kind)
		for _, n := range p.Enum.Order {
			if _, made := k.CreatePath(map[string]any{p.Name: n}); p.Enum.Unnumbered[n] && p != k.Chooser() || p == k.Chooser() && made != nil {
				continue
			}
			if n != v {
				return n, true
			}
		}
		return nil, false
	case len(p.Ref) > 0 && p.Type != model.TypeArray:
		for _, kind := range p.Ref {
			for _, t := range s.live.Objects[kind] {
				if (t.Address.Site == "" || t.Address.Site == o.Address.Site) && t.Address.Name != v && t != o {
					return t.Address.Name, true
				}
			}
		}
		return nil, false
	}
	switch p.Type {
	case model.TypeBoolean:
		return v != true, true
	case model.TypeInteger, model.TypeNumber:
		i, _ := model.AsInt(v)
		if p.Maximum != nil && float64(i+1) > *p.Maximum {
			return i - 1, true
		}
		if p.Minimum != nil && float64(i+1) < *p.Minimum {
			return int64(*p.Minimum), true
		}
		return i + 1, true
	case model.TypeString:
		if p.Pattern != "" {
			for _, e := range p.Examples {
				if v != e {
					return e, true
				}
			}
		}
		if v == "changed" {
			return "changed again", true
		}
		return "changed", true
	case model.TypeArray:
		return otherList(s, p, v, o)
	default:
		return nil, false
	}
}

func otherList(s *stand, p *model.Property, v any, o *model.Object) (any, bool) {
	list, _ := v.([]any)
	list = strip(list).([]any)
	if p.List != nil && p.List.NoAdd {
		if p.List.Rename == "" && p.List.Update != nil && len(list) > 0 { // what is in the set stays; an entry may change
			e := model.Clone(list[0]).(map[string]any)
			for _, c := range p.Items.Props {
				if c.Type == model.TypeString && c.Enum == nil && !c.NoWrite && !slices.Contains(p.List.Key, c.Name) {
					e[c.Name] = "changed"
					return append([]any{e}, list[1:]...), true
				}
			}
		}
		if len(list) != 1 || p.List.Rename == "" {
			return nil, false
		}
		e := model.Clone(list[0]).(map[string]any)
		e[p.List.Key[0]] = "changed"
		return []any{e}, true
	}
	kinds := p.Ref
	if p.Items != nil && len(p.Items.Ref) > 0 {
		kinds = p.Items.Ref
	}
	if len(kinds) > 0 {
		if len(list) > 0 {
			return list[1:], true
		}
		for _, t := range s.live.Objects[kinds[0]] {
			if t.Address.Site == "" || t.Address.Site == o.Address.Site {
				return []any{t.Address.Name}, true
			}
		}
		return nil, false
	}
	if p.Items == nil || (p.Items.Type == model.TypeObject && !p.Items.Structured()) {
		return nil, false
	}
	if p.Items.Open && len(list) > 0 {
		// One entry less, and one value of another changed.
		last := list[len(list)-1].(map[string]any)
		for _, name := range model.OpenNames(p.Items, last) {
			last[name] = otherOpen(last[name])
			break
		}
		return list[len(list)/2:], true
	}
	if p.Items.Type != model.TypeObject {
		if p.Items.Type == model.TypeInteger {
			return append(list, int64(77)), true
		}
		if p.Items.Enum != nil {
			for _, n := range p.Items.Enum.Order {
				if !slices.Contains(list, any(n)) {
					return append(append([]any{}, list...), n), true
				}
			}
			return list[1:], true
		}
		return append(append([]any{}, list...), "changed"), true
	}
	if p.List != nil && len(p.List.MatchAny) > 0 {
		return append(list, map[string]any{p.List.MatchAny[len(p.List.MatchAny)-1]: `DEMO\Changed`}), true
	}
	if len(list) > 1 {
		// Drop the first and change the others' order.
		return append(append([]any{}, list[2:]...), list[1]), true
	}
	if len(list) == 1 {
		return []any{}, true
	}
	return nil, false
}

// otherOpen is another value of the type that the farm answers.
func otherOpen(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for name, e := range v {
			out[name] = otherOpen(e)
		}
		return out
	case []any:
		return append(append([]any{}, v...), "changed", int64(3))
	case bool:
		return !v
	case string:
		return v + " changed"
	case int64:
		return v + 1
	case float64:
		return v + 1
	}
	return "changed" // the farm shows nothing for an empty text
}

func set(m map[string]any, path string, v any) {
	names := strings.Split(path, ".")
	for _, n := range names[:len(names)-1] {
		sub, ok := m[n].(map[string]any)
		if !ok {
			sub = map[string]any{}
			m[n] = sub
		}
		m = sub
	}
	m[names[len(names)-1]] = v
}

func belowClosedFolder(live *export.Farm, o *model.Object) bool {
	for path := o.Address.Name; ; {
		folder, _ := model.ParentPath(path)
		if folder == "" {
			return false
		}
		path = folder
		for _, f := range live.Objects["PubFolder"] {
			if f.Address.Name == folder && f.Spec["enabledMode"] != "Enabled" {
				return true
			}
		}
	}
}

// otherEntry is another entry of the object that the property beside names.
func otherEntry(s *stand, p *model.Property, v any, o *model.Object) (any, bool) {
	name, _ := o.Spec[p.EntryOf.Object].(string)
	t := s.live.Names.Resolve(p.Beside().Ref, name, o.Address.Site)
	if t == nil {
		return nil, false
	}
	names, _ := s.live.Names.Entries(t, p.EntryOf.List)
	for _, n := range names {
		if n != v {
			return n, true
		}
	}
	return "", v != ""
}

// otherEntries names one entry more of the site's settings, or none.
func otherEntries(s *stand, p *model.Property, v any, o *model.Object) (any, bool) {
	list, _ := v.([]any)
	names, _ := s.live.Names.Entries(s.live.Names.EntryHolder(p, "", o.Address.Site), p.EntryOf.List)
	for _, n := range names {
		if !slices.Contains(list, any(n)) {
			return append(slices.Clone(list), n), true
		}
	}
	return []any{}, len(list) > 0
}

// follow changes what depends on the changed property: new entries need their
// secrets, and another template has other versions.
func (s *stand) follow(k *model.Kind, doc *model.Object, changed string) {
	withSecrets(s.cat, []*model.Object{doc})
	for _, p := range k.Spec.Props {
		if p.EntryOf == nil || p.EntryOf.Object != changed {
			continue
		}
		if _, declared := doc.Spec[p.Name]; !declared {
			continue
		}
		doc.Spec[p.Name] = ""
		name, _ := doc.Spec[changed].(string)
		if t := s.live.Names.Resolve(p.Beside().Ref, name, doc.Address.Site); t != nil {
			if names, _ := s.live.Names.Entries(t, p.EntryOf.List); len(names) > 0 {
				doc.Spec[p.Name] = names[0]
			}
		}
	}
}

// otherCell gives or takes one right where the farm takes it.
func otherCell(s *stand, p *model.Property, v any) (any, bool) {
	for name, number := range p.Cells.Numbers {
		if number == nil {
			continue
		}
		rows := strip(v).([]any)
		if len(rows) == 0 {
			rows = []any{map[string]any{p.Cells.Row: s.live.Sites[0].Address.Name}}
		}
		row := model.Clone(rows[0]).(map[string]any)
		column, _ := row[name].(map[string]any)
		if column == nil {
			column = map[string]any{}
			row[name] = column
		}
		own := p.Items.Prop(name).Prop(p.Cells.Own)
		if list, _ := column[p.Cells.Own].([]any); len(list) == 1 && list[0] == own.Enum.Order[0] {
			column[p.Cells.Own] = []any{own.Enum.Order[1]}
		} else {
			column[p.Cells.Own] = []any{own.Enum.Order[0]}
		}
		return append([]any{row}, rows[1:]...), true
	}
	return nil, false
}

// otherFile is a file that no object has.
func otherFile(s *stand) any {
	data := []byte("GIF89a of another look")
	sum := sha256.Sum256(data)
	ref := model.FileRef{Path: "images/other.gif", Digest: hex.EncodeToString(sum[:])}
	s.files[ref.Digest] = data
	return ref
}
