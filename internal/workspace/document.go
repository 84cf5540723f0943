package workspace

import (
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"rassync/internal/model"
)

// document reads the outline of a document and, through it, its spec. It
// gives nil if nothing can be said of the object: the kind is not known, or
// it has no name. judged: the JSON Schema library is asked too.
func (w *walker) document(root *yaml.Node, set *ruleSet, judged bool) *model.Object {
	if root.Kind != yaml.MappingNode {
		w.fail(root, "expected a document with kind, name and spec, found "+describe(root), "")
		return nil
	}
	kindNode := lookup(root, "kind")
	if kindNode == nil {
		hint := "every document says its kind, such as kind: PubRDSApp"
		for i := 0; i+1 < len(root.Content); i += 2 {
			if near := model.DidYouMean(root.Content[i].Value, []string{"kind"}); near != "" && root.Content[i].Value != "site" {
				hint = fmt.Sprintf("%q: %s", short(root.Content[i].Value), near)
			}
		}
		w.fail(root, `"kind" is missing`, hint)
		return nil
	}
	if kindNode.Kind != yaml.ScalarNode || !isText(kindNode) {
		w.fail(kindNode, "kind: expected text, found "+describe(kindNode), "")
		return nil
	}
	k := set.cat.Kind(kindNode.Value)
	if k == nil {
		w.fail(kindNode, fmt.Sprintf("there is no kind %q", short(kindNode.Value)), model.DidYouMean(kindNode.Value, set.cat.Names()))
		return nil
	}
	kr, err := set.of(k)
	if err != nil {
		w.fail(kindNode, err.Error(), "this is a fault of rassync, not of the file")
		return nil
	}
	w.rules, w.root = kr, root
	w.obj = &model.Object{Address: model.Address{Kind: k.Name}, Source: w.at(root)}
	// Site and name first: everything that follows is said of this object.
	if n := lookup(root, "site"); n != nil && k.Scope == model.ScopeSite && n.Kind == yaml.ScalarNode && isText(n) {
		w.obj.Address.Site = n.Value
	}
	if n := lookup(root, "name"); n != nil && k.HasName() && n.Kind == yaml.ScalarNode && isText(n) {
		w.obj.Address.Name = n.Value
		if m := lookup(root, "mark"); m != nil && k.Shape == model.Collection && m.Kind == yaml.ScalarNode {
			w.obj.Address.Name = model.WithMark(n.Value, m.Value)
		}
	}
	w.addr = w.obj.Address.String()

	w.fields(root, func(key, value *yaml.Node) { w.outline(k, kr, key, value) })
	for _, name := range kr.top.required {
		if lookup(root, name) == nil {
			w.refuse(root, fmt.Sprintf("%q is missing", name), missingHint(k, name))
		}
	}
	complete := (k.Scope != model.ScopeSite || w.obj.Address.Site != "") && (!k.HasName() || w.obj.Address.Name != "")
	if w.obj.Spec == nil {
		w.obj.Spec = map[string]any{}
	}
	if kr.gated && !w.spent {
		w.asleep(k.Spec, w.obj.Spec, lookup(root, "spec"))
	}
	if judged && !w.spent {
		w.judge(root)
	}
	if !complete {
		return nil
	}
	return w.obj
}

// lookup finds a value of a mapping, an alias followed, without a word about
// it; merge keys count.
func lookup(n *yaml.Node, name string) *yaml.Node { return lookupDeep(n, name, 0) }

func lookupDeep(n *yaml.Node, name string, depth int) *yaml.Node {
	n = resolve(n)
	if n == nil || depth > 20 {
		return nil
	}
	if n.Kind == yaml.SequenceNode && depth > 0 {
		for _, e := range n.Content {
			if v := lookupDeep(e, name, depth+1); v != nil {
				return v
			}
		}
		return nil
	}
	if n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == name && n.Content[i].Tag != "!!merge" {
			return resolve(n.Content[i+1])
		}
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Tag == "!!merge" {
			if v := lookupDeep(n.Content[i+1], name, depth+1); v != nil {
				return v
			}
		}
	}
	return nil
}

// resolve follows an alias.
func resolve(n *yaml.Node) *yaml.Node {
	if n != nil && n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

func missingHint(k *model.Kind, name string) string {
	switch name {
	case "site":
		return "say which site the object belongs to"
	case "name":
		if k.Tree != nil {
			return "folder path and name, such as Sales/Notepad"
		}
	}
	return ""
}

// outline reads one key beside spec.
func (w *walker) outline(k *model.Kind, kr *kindRules, key, from *yaml.Node) {
	r := kr.top.props[key.Value]
	if r == nil {
		w.strayKey(k, kr, key)
		return
	}
	value := w.enter(from)
	if value == nil {
		return
	}
	defer w.leave(from)
	w.path = append(w.path, step{name: key.Value})
	defer func() { w.path = w.path[:len(w.path)-1] }()
	switch key.Value {
	case "kind":
	case "spec":
		w.path = w.path[:0] // paths of properties are relative to spec
		if value.Kind == yaml.ScalarNode && value.Tag == "!!null" {
			w.path = w.path[:1]
			return
		}
		if v, _ := w.object(value, k.Spec, kr.spec); v != nil {
			w.obj.Spec = v.(map[string]any)
		}
		w.path = w.path[:1]
	case "unknown":
		if value.Kind != yaml.MappingNode {
			w.wrong(value, "a mapping", "leave it out if there is nothing unknown")
			return
		}
		v, ok := w.plain(value)
		if !ok {
			return
		}
		unknown := v.(map[string]any)
		w.fields(value, func(key, _ *yaml.Node) {
			if !w.noSecret(key, unknown[key.Value], false) || !w.mayBeNamed(key, k.RefuseUnknown(key.Value, unknown[key.Value])) {
				delete(unknown, key.Value)
			}
		})
		w.obj.Unknown = unknown
	default:
		v, ok := w.value(value, nil, r)
		if !ok {
			return
		}
		s, _ := v.(string)
		switch key.Value {
		case "name":
			w.checkPath(value, k, s)
			if _, mark := model.CutMark(s); mark != "" && k.Shape == model.Collection && lookup(w.root, "mark") == nil {
				own, _ := model.CutMark(s)
				w.fail(value, "a name does not end in a mark", fmt.Sprintf("write name: %s and, on a line of its own, mark: %s", own, mark))
			}
		case "renamedFrom":
			w.checkPath(value, k, s)
			w.obj.RenamedFrom = s
			if len(k.Identity.Rename) == 0 && k.Tree == nil {
				w.fail(value, fmt.Sprintf("objects of kind %s cannot be renamed", k.Name), "take renamedFrom out; a new name is a new object")
			} else if s == w.obj.Address.Name {
				w.fail(value, "renamedFrom is the object's own name", "take it out")
			}
		case "confirm":
			w.obj.Confirm = s
		}
	}
}

// checkPath looks at the parts of a folder path.
func (w *walker) checkPath(n *yaml.Node, k *model.Kind, name string) {
	if k.Tree == nil && !(k.Shape == model.OrderShape && name != "/") || !strings.Contains(name, "/") {
		return
	}
	if slices.Contains(strings.Split(name, "/"), "") {
		w.fail(n, fmt.Sprintf("%q has an empty part between its slashes", short(name)), "a slash inside a name is written %2F")
	}
}

func (w *walker) strayKey(k *model.Kind, kr *kindRules, key *yaml.Node) {
	switch {
	case key.Value == "name" && !k.HasName():
		per := "farm"
		if k.Scope == model.ScopeSite {
			per = "site"
		}
		w.refuse(key, fmt.Sprintf("%s has no name: there is one per %s", k.Name, per), "take it out")
	case key.Value == "site" && k.Scope == model.ScopeFarm:
		w.refuse(key, fmt.Sprintf("%s belongs to the farm, not to a site", k.Name), "take it out")
	case slices.Contains([]string{"mark", "renamedFrom", "confirm", "unknown"}, key.Value):
		w.refuse(key, fmt.Sprintf("%s takes no %s", k.Name, key.Value), "take it out")
	case k.Spec.Prop(key.Value) != nil:
		w.refuse(key, fmt.Sprintf("%q stands beside spec", key.Value), "indent it below spec")
	default:
		w.refuse(key, fmt.Sprintf("unknown key %q", short(key.Value)), suggest(key.Value, kr.keys))
	}
}

// asleep warns of values that an inherit flag or a condition of the same
// document switches off.
func (w *walker) asleep(p *model.Property, here map[string]any, n *yaml.Node) {
	for _, c := range p.Props {
		v, ok := here[c.Name]
		if !ok {
			continue
		}
		w.path = append(w.path, step{name: c.Name})
		switch {
		case !model.Open(c, here, w.obj.Spec) && (c.Type == model.TypeObject || c.Gate != "" || c.Shared):
			// A single value under a condition is exported and compared even
			// while it sleeps: a warning for each would be noise.
			at := lookup(n, c.Name)
			if at == nil {
				at = n
			}
			w.say(model.Warning, at, "has no effect "+whyAsleep(c, here, w.obj.Spec), "take it out, or change what switches it off")
		case c.Type == model.TypeObject:
			if sub, ok := v.(map[string]any); ok {
				w.asleep(c, sub, lookup(n, c.Name))
			}
		}
		w.path = w.path[:len(w.path)-1]
	}
}

func whyAsleep(p *model.Property, here, spec map[string]any) string {
	gateOnly := *p
	gateOnly.When = nil
	if !model.Open(&gateOnly, here, spec) {
		return "while " + strings.TrimPrefix(p.Gate, "./") + " is true"
	}
	names := make([]string, 0, len(p.When))
	for name := range p.When {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		one := model.Property{Parent: p.Parent, When: model.Conditions{name: p.When[name]}}
		if !model.Open(&one, here, spec) {
			parts := make([]string, len(p.When[name]))
			for i, v := range p.When[name] {
				parts[i] = fmt.Sprint(v)
			}
			return "unless " + strings.TrimPrefix(name, "./") + " is " + strings.Join(parts, " or ")
		}
	}
	return ""
}
