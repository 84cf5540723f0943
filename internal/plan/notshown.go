package plan

import (
	"fmt"
	"regexp"
	"sort"
	"strings"

	"rassync/internal/model"
)

// NotShown is a declared value that the farm does not show: nobody knows
// whether it differs, so it is neither equal nor a change.
type NotShown struct {
	Address string `json:"address"`
	Kind    string `json:"kind"`
	Path    string `json:"path"`
	// Declared is the value in the document.
	Declared any    `json:"declared"`
	Why      string `json:"why"`
}

// String says what was not compared.
func (n NotShown) String() string { return fmt.Sprintf("%s %s: %s", n.Address, n.Path, n.Why) }

// Why a value is not compared.
const (
	notShown    = "this farm does not show it: not compared, and not written"
	halfShown   = "it belongs to what this farm does not show: not written without that"
	partlyShown = "this farm does not show all of its entries' values: what it shows is as declared, the rest is not compared"
	unseenNote  = "this farm does not show the property"
	forcedNote  = unseenNote + ", written because of --write-unseen"
	unseenItems = "this farm does not show the entries of the list, so nobody can say which to add or remove: not compared, and not written"
)

// hidden tells whether the farm does not show c, which stands at path.
func (d *differ) hidden(c *model.Property, have map[string]any, at string) bool {
	if absent, _ := have[model.EntryAbsent].(map[string]bool); absent != nil {
		_, lacks := absent[c.Name]
		return lacks
	}
	return d.absent[at]
}

// notShown goes through a declared value that the farm does not show. What
// this workspace has sent, and has in the document as it was sent, is taken
// to be there; what was changed since is written; the rest is not known.
func (d *differ) notShown(c *model.Property, w any, at string) {
	m, isMap := w.(map[string]any)
	switch {
	case c.OneTime, c.WriteOnly && c.Secret:
		return
	case isMap && c.Structured():
		d.blockNotShown(c, m, at)
		return
	case c.List != nil && d.fresh:
		d.value(c, w, []any{}, at) // made just now: it has no entries yet
		return
	case c.List != nil:
		d.unseen = append(d.unseen, NotShown{Address: d.address.String(), Kind: d.address.Kind, Path: at, Declared: show(w), Why: unseenItems})
		return
	}
	state := NeverSent
	if d.sent != nil {
		state = d.sent.State(d.address, at, w)
	}
	switch {
	case state == SentOther || state == NeverSent && d.fresh && !c.CreateOnly:
		d.leaf(c, w, Field{Path: at, After: show(w), Note: unseenNote})
	case state == NeverSent && d.writeUnseen && !c.CreateOnly:
		d.leaf(c, w, Field{Path: at, After: show(w), Note: forcedNote})
	case state == NeverSent:
		// What only a create takes is never written for that: the object would
		// be made anew in every run.
		d.unseen = append(d.unseen, NotShown{Address: d.address.String(), Kind: d.address.Kind, Path: at, Declared: show(w), Why: notShown})
	}
}

func (d *differ) blockNotShown(p *model.Property, want map[string]any, path string) {
	for _, c := range p.Props {
		w, declared := want[c.Name]
		if !declared || d.closed(c, want, nil) || !d.holds(c, want, nil) && (c.Type == model.TypeObject || c.Shared) {
			continue
		}
		d.notShown(c, w, joinPath(path, c.Name))
	}
	for _, name := range model.OpenNames(p, want) {
		d.notShown(p.Foreign(name), want[name], joinPath(path, name))
	}
}

// equalAsShown tells whether a list that is written whole is as declared in all
// that the farm shows of its entries.
func (d *differ) equalAsShown(p *model.Property, want, have []any) bool {
	if len(want) != len(have) {
		return false
	}
	asShown := make([]any, len(want))
	for i, w := range want {
		wm, ok := w.(map[string]any)
		hm, ok2 := have[i].(map[string]any)
		if !ok || !ok2 {
			return false
		}
		absent, _ := hm[model.EntryAbsent].(map[string]bool)
		out := make(map[string]any, len(wm))
		for name, v := range wm {
			if _, lacks := absent[name]; !lacks {
				out[name] = v
			}
		}
		asShown[i] = out
	}
	return d.equalList(p, asShown, have)
}

// halves are the properties beside each other that one write would change
// together with a list that the farm does not show. Written without it, half
// of what is meant would be in force: a default without its rules.
func (d *differ) halves(p *model.Property, want, have map[string]any, path string) map[*model.Property]bool {
	if d.fresh {
		return nil
	}
	var out map[*model.Property]bool
	for _, c := range p.Props {
		_, declared := want[c.Name]
		_, there := have[c.Name]
		if !declared || there || c.List == nil || c.Part == nil || !d.hidden(c, have, joinPath(path, c.Name)) {
			continue
		}
		for _, s := range p.Props {
			if s != c && s.Part != nil && s.Part.At == c.Part.At {
				if out == nil {
					out = map[*model.Property]bool{}
				}
				out[s] = true
			}
		}
	}
	return out
}

// half notes a value that differs and is not written by itself.
func (d *differ) half(c *model.Property, w, h any, at string) {
	if !model.Equal(c, w, h) {
		d.unseen = append(d.unseen, NotShown{Address: d.address.String(), Kind: d.address.Kind, Path: at, Declared: show(w), Why: halfShown})
	}
}

// entryLabels name the entries of lists: a line a property is enough.
var entryLabels = regexp.MustCompile(`\[[^\]]*\]`)

// unseenBefore says what of an object that goes is not known.
func unseenBefore(c *change) []string {
	if c.live == nil || len(c.live.NotShown) == 0 {
		return nil
	}
	return []string{"the farm does not show " + strings.Join(c.live.NotShown, ", ") + ": it would not come back"}
}

// maxUnseen is how many objects a warning about values that are not shown names.
const maxUnseen = 3

// UnseenLines say what was not compared, a line a property.
func UnseenLines(list []NotShown) []string {
	type line struct{ path, why string }
	objects := map[line][]string{}
	for _, n := range list {
		key := line{n.Kind + "." + entryLabels.ReplaceAllString(n.Path, "[]"), n.Why}
		objects[key] = append(objects[key], n.Address)
	}
	var out []string
	for key, list := range objects {
		sort.Strings(list)
		names := strings.Join(list[:min(len(list), maxUnseen)], ", ")
		if more := len(list) - maxUnseen; more > 0 {
			names += fmt.Sprintf(" and %d more", more)
		}
		out = append(out, fmt.Sprintf("%s is declared for %s; %s (%s)", key.path, model.Count(len(list), "object", "objects"), key.why, names))
	}
	sort.Strings(out)
	return out
}
