package workspace

import (
	"errors"
	"fmt"
	"os"

	"gopkg.in/yaml.v3"

	"rassync/internal/model"
)

// SetFarm writes what is known of the farm into rassync.yaml of dir, which is
// made if it does not exist. Only what the file leaves out or has empty is
// filled in, the rest of the text stays: a farm that calls itself otherwise
// than the file says is for the caller to notice. An overlay that has a farm
// of its own is filled in there; one that has none changes nothing.
func SetFarm(dir string, farm Farm, overlay string) (changed bool, err error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return false, fmt.Errorf("write %s: %w", ConfigFile, err)
	}
	defer root.Close()
	data, problem := readFile(root, ConfigFile)
	if problem != nil && !errors.Is(problem.err, os.ErrNotExist) {
		return false, fmt.Errorf("write %s: %s", ConfigFile, problem.summary)
	}
	out, err := fillFarm(data, farm, overlay)
	if err != nil || out == nil {
		return false, err
	}
	if err := replaceFile(root, ConfigFile, out); err != nil {
		return false, fmt.Errorf("write %s: %w", ConfigFile, err)
	}
	return true, nil
}

// fillFarm gives the new text; nil if nothing is to be changed.
func fillFarm(data []byte, farm Farm, overlay string) ([]byte, error) {
	c, diags := ParseConfig(data, nil)
	if diags.Failed() {
		return nil, &Invalid{diags}
	}
	have := c.Farm
	if overlay != "" {
		o := c.Overlay(overlay)
		if o == nil {
			return nil, fmt.Errorf("there is no overlay %q in %s", overlay, ConfigFile)
		}
		if have = o.Farm; have == (Farm{}) {
			return nil, nil
		}
	}
	if have.Fingerprint != "" || have.CAFile != "" {
		farm.Fingerprint, farm.CAFile = "", "" // the file says already whom to trust
	}
	old, want := farmMap(have, have), farmMap(have, farm)
	if same(any(old), any(want)) {
		return nil, nil
	}
	src, problem := newSource(ConfigFile, data)
	if problem != nil {
		return nil, problem
	}
	file := &treeFile{path: ConfigFile, src: src}
	prop := &model.Property{}
	for _, name := range []string{"url", "guid", "name", "fingerprint", "caFile"} {
		prop.Props = append(prop.Props, &model.Property{Name: name})
	}
	at := -1
	var node *yaml.Node
	for i, seg := range src.segs {
		n, err := parse(src.text[seg.start:seg.end])
		if err == nil && n != nil {
			at, node = i, n
		}
	}
	if at < 0 {
		e := newEmitter(file.eol())
		e.pair(0, prop, "farm", want)
		text := string(data)
		if text != "" && !endsLine(data) {
			text += e.eol
		}
		return []byte(text + e.b.String()), nil
	}
	text := string(file.text(at))
	p := newPatcher(text, file.eol())
	if overlay != "" {
		node = lookup(lookup(node, "overlays"), overlay)
	}
	if err := p.farm(node, prop, old, want); err != nil {
		return nil, err
	}
	changed, err := applyEdits(text, 0, len(text), p.edits)
	if err != nil {
		return nil, err
	}
	file.replace(at, changed)
	out := file.bytes()
	back, diags := ParseConfig(out, nil)
	got := back.Farm
	if overlay != "" && back.Overlay(overlay) != nil {
		got = back.Overlay(overlay).Farm
	}
	if diags.Failed() || !same(any(farmMap(got, got)), any(want)) {
		return nil, fmt.Errorf("%s is written in a way that cannot be updated; add farm: %v", ConfigFile, flowValue(prop, want))
	}
	return out, nil
}

func (p *patcher) farm(node *yaml.Node, prop *model.Property, old, want map[string]any) error {
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		if key.Value != "farm" {
			continue
		}
		after, err := p.colon(key)
		if err != nil {
			return err
		}
		s := slot{value, after, key.Column - 1, node.Style&yaml.FlowStyle != 0}
		if value.Kind != yaml.MappingNode {
			return p.replace(s, prop, want)
		}
		return p.set(s, prop, any(old), any(want))
	}
	// Behind everything that is there.
	all, order := map[string]any{"farm": nil}, &model.Property{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		order.Props = append(order.Props, &model.Property{Name: node.Content[i].Value})
		all[node.Content[i].Value] = nil
	}
	order.Props = append(order.Props, &model.Property{Name: "farm"})
	e := newEmitter(p.eol)
	e.pair(node.Content[0].Column-1, prop, "farm", want)
	return p.insertText(node, order, "farm", e.b.String(), all)
}

// farmMap holds the values of have, and those of more where have has none.
func farmMap(have, more Farm) map[string]any {
	out := map[string]any{}
	for _, f := range []struct{ name, have, more string }{
		{"url", have.URL, more.URL}, {"guid", have.GUID, more.GUID}, {"name", have.Name, more.Name},
		{"fingerprint", have.Fingerprint, more.Fingerprint}, {"caFile", have.CAFile, more.CAFile},
	} {
		switch {
		case f.have != "":
			out[f.name] = f.have
		case f.more != "":
			out[f.name] = f.more
		}
	}
	return out
}
