package workspace

import (
	"errors"
	"fmt"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v5"
	"gopkg.in/yaml.v3"

	"rassync/internal/model"
)

// update brings a document up to what the farm holds. over is the document
// that an overlay lays over it: what that declares is none of the base's
// business.
func (w *writer) update(kr *kindRules, d *treeDoc, live *model.Object, over *treeDoc) error {
	a := w.addressFor(d, live)
	if d.failed {
		w.leftOut(live.Address, "", fmt.Sprintf("its document at %s has errors and was left alone", d.obj.Source))
		return nil
	}
	m := &merger{fill: w.opts.Fill, keep: func(path string) bool {
		if w.opts.Keep != nil && w.opts.Keep(live.Address, path) {
			return true
		}
		if over == nil {
			return false
		}
		v, declared := model.Lookup(any(over.obj.Spec), path)
		_, deeper := v.(map[string]any)
		return declared && !deeper
	}}
	// Files get their content in place; their names stay.
	w.refreshFiles(kr.kind, d, live, m)
	want := &model.Object{Address: a, RenamedFrom: d.obj.RenamedFrom, Confirm: d.obj.Confirm,
		Spec:    m.object(kr.kind.Spec, d.obj.Spec, live.Spec, ""),
		Unknown: m.unknown(d.obj.Unknown, live.Unknown)}
	if w.opts.Fill {
		want.Spec = w.placeFiles(kr.kind, want, d.obj.Spec, d.file.path)
	}
	w.declares(live.Address, want.Spec)
	if a == d.obj.Address && same(any(d.obj.Spec), any(want.Spec)) && sameUnknown(d.obj.Unknown, want.Unknown) {
		return nil
	}
	text := string(d.file.text(d.seg))
	changed, err := w.patched(kr, d, text, want, false)
	if err != nil {
		changed, err = w.patched(kr, d, text, want, true)
	}
	if err == nil && loses(text, changed) {
		w.report.Reformatted = append(w.report.Reformatted, a)
	}
	if err != nil {
		w.leftOut(live.Address, "", fmt.Sprintf("its document at %s is written in a way that cannot be updated", d.obj.Source))
		return nil
	}
	d.file.replace(d.seg, changed)
	w.report.Updated = append(w.report.Updated, a)
	return nil
}

// loses tells whether a comment or an anchor of the old text is not in the new
// one.
func loses(old, changed string) bool {
	if !strings.ContainsAny(old, "#&") {
		return false
	}
	left := map[string]int{}
	remarks(changed, func(s string) { left[s]++ })
	lost := false
	remarks(old, func(s string) {
		left[s]--
		lost = lost || left[s] < 0
	})
	return lost
}

// remarks visits the comments and the anchors of a document.
func remarks(text string, visit func(string)) {
	root, err := decode([]byte(text))
	if err != nil || root == nil {
		return
	}
	var walk func(n *yaml.Node)
	walk = func(n *yaml.Node) {
		for _, c := range []string{n.HeadComment, n.LineComment, n.FootComment} {
			for _, line := range strings.Split(c, "\n") {
				if line = strings.TrimSpace(line); line != "" {
					visit(line)
				}
			}
		}
		if n.Anchor != "" && n.Kind != yaml.AliasNode {
			visit("&" + n.Anchor)
		}
		for _, c := range n.Content {
			walk(c)
		}
	}
	walk(root)
}

func sameUnknown(a, b map[string]any) bool {
	return len(a) == 0 && len(b) == 0 || same(any(a), any(b))
}

// patched changes the text of a document and proves the result by reading it
// back. whole writes spec and unknown anew instead of value by value.
func (w *writer) patched(kr *kindRules, d *treeDoc, text string, want *model.Object, whole bool) (string, error) {
	root, err := parse([]byte(text))
	if err != nil || root == nil || root.Kind != yaml.MappingNode {
		return "", errPatch
	}
	p := newPatcher(text, d.file.eol())
	top := &model.Property{Props: []*model.Property{{Name: "kind"}, {Name: "site"}, {Name: "name"}, {Name: "mark"}, {Name: "renamedFrom"}, {Name: "confirm"}, kr.kind.Spec, {Name: "unknown"}}}
	for _, part := range []struct {
		name       string
		prop       *model.Property
		have, want map[string]any
	}{{"spec", kr.kind.Spec, d.obj.Spec, want.Spec}, {"unknown", nil, d.obj.Unknown, want.Unknown}} {
		if same(any(part.have), any(part.want)) || len(part.want) == 0 {
			continue
		}
		if err := p.part(root, top, part.name, part.prop, part.have, part.want, whole); err != nil {
			return "", err
		}
	}
	if err := p.address(kr.kind, root, top, d.obj.Address, want.Address); err != nil {
		return "", err
	}
	out, err := applyEdits(text, 0, len(text), p.edits)
	if err != nil {
		return "", err
	}
	back, err := parse([]byte(out))
	if err != nil || back == nil {
		return "", errPatch
	}
	check := &walker{file: d.file.path}
	o := check.document(back, w.rules, true)
	if o == nil || check.diags.Failed() || o.Address != want.Address || o.RenamedFrom != want.RenamedFrom || o.Confirm != want.Confirm ||
		!same(any(o.Spec), any(want.Spec)) || !sameUnknown(o.Unknown, want.Unknown) {
		return "", errPatch
	}
	return out, nil
}

// address changes name and mark of a document.
func (p *patcher) address(k *model.Kind, root *yaml.Node, top *model.Property, have, want model.Address) error {
	if have == want {
		return nil
	}
	was, oldMark := documentName(k, have)
	is, mark := documentName(k, want)
	marked := false
	for i := 0; i+1 < len(root.Content); i += 2 {
		key, value := root.Content[i], root.Content[i+1]
		var have, want any
		switch {
		case key.Value == "name" && was != is:
			have, want = was, is
		case key.Value == "mark" && mark != oldMark:
			have, want, marked = markValue(oldMark), markValue(mark), true
		default:
			continue
		}
		after, err := p.colon(key)
		if err != nil {
			return err
		}
		if err := p.set(slot{value, after, key.Column - 1, root.Style&yaml.FlowStyle != 0}, nil, have, want); err != nil {
			return err
		}
	}
	if mark == oldMark || marked {
		return nil
	}
	if root.Style&yaml.FlowStyle != 0 {
		return errPatch
	}
	rank := map[string]any{}
	for _, c := range top.Props {
		rank[c.Name] = nil
	}
	e := newEmitter(p.eol)
	e.pair(root.Content[0].Column-1, nil, "mark", markValue(mark))
	return p.insertText(root, top, "mark", e.b.String(), rank)
}

// part changes spec or unknown.
func (p *patcher) part(root *yaml.Node, top *model.Property, name string, prop *model.Property, have, want map[string]any, whole bool) error {
	for i := 0; i+1 < len(root.Content); i += 2 {
		key, value := root.Content[i], root.Content[i+1]
		if key.Value != name {
			continue
		}
		after, err := p.colon(key)
		if err != nil {
			return err
		}
		s := slot{value, after, key.Column - 1, root.Style&yaml.FlowStyle != 0}
		if whole || value.Kind != yaml.MappingNode || len(value.Content) == 0 {
			return p.replace(s, prop, want)
		}
		return p.set(s, prop, any(have), any(want))
	}
	if root.Style&yaml.FlowStyle != 0 {
		return errPatch
	}
	rank := map[string]any{}
	for _, c := range top.Props {
		rank[c.Name] = nil
	}
	e := newEmitter(p.eol)
	e.pair(root.Content[0].Column-1, prop, name, want)
	return p.insertText(root, top, name, e.b.String(), rank)
}

// refusedProperty names the property of spec that the validator refuses.
func refusedProperty(err error) string {
	var ve *jsonschema.ValidationError
	if !errors.As(err, &ve) {
		return ""
	}
	for len(ve.Causes) > 0 {
		ve = ve.Causes[0]
	}
	parts := strings.Split(ve.InstanceLocation, "/")
	if len(parts) < 3 || parts[1] != "spec" {
		return ""
	}
	return strings.NewReplacer("~1", "/", "~0", "~").Replace(parts[2])
}
