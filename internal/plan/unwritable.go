package plan

import (
	"encoding/json"
	"fmt"
	"slices"

	"rassync/internal/model"
)

// Unwritable is a difference that is declared and that the API has no known
// call for. The rest of the plan goes on without it.
type Unwritable struct {
	Address string `json:"address"`
	Path    string `json:"path"`
	Before  any    `json:"before"`
	After   any    `json:"after"`
	Why     string `json:"why"`
}

// String says what cannot be written, and why.
func (u Unwritable) String() string {
	values := ""
	if before, after := brief(u.Before), brief(u.After); before != "" && after != "" {
		values = " (" + before + " -> " + after + ")"
	}
	return fmt.Sprintf("%s %s%s cannot be written: %s", u.Address, u.Path, values, u.Why)
}

// brief writes a short value; "" if it is too long for a line.
func brief(v any) string {
	data, err := json.Marshal(v)
	if err != nil || len(data) > 60 {
		return ""
	}
	return string(data)
}

// NoKnownCall marks a difference that cannot be written.
const NoKnownCall = "cannot be written"

// inConsole is what is left to do where the API has no call.
const inConsole = "do it in the console"

func (d *differ) cannot(path string, before, after any, why string) {
	d.stuck = append(d.stuck, Unwritable{Address: d.address.String(), Path: path, Before: show(before), After: show(after), Why: why})
}

// noCall says why a value that differs cannot be written; "" if it can.
func noCall(p *model.Property, w any) string {
	switch {
	case p.Gone != "":
		return p.Gone + ": take it out of the document"
	case p.Call != "" && w == "":
		return "the API has no known call that takes it out: " + inConsole
	case p.File != nil && !p.CreateOnly:
		if put := p.File.Put; put == nil {
			return "the API has no call to set it: " + inConsole
		} else if len(put.Fields) == 0 {
			return fmt.Sprintf("the body of %s %s is not known: %s", put.Method, put.Path, inConsole)
		}
	case p.NoWrite && p.Call == "":
		return "the API has no known call to change it: " + inConsole
	case p.TooShort(w) && w == "":
		return "it cannot be emptied, the farm takes no text shorter than " + model.Count(p.WriteMinLength, "character", "characters") + ": " + inConsole
	case p.TooShort(w):
		return "the farm takes no text shorter than " + model.Count(p.WriteMinLength, "character", "characters")
	}
	return ""
}

// pairLeft pairs what match left over in a list whose entries come by
// themselves: a fresh object's in their order, and otherwise the only one that
// is left on both sides. They are the same under another name.
func pairLeft(p *model.Property, pairs []int, have int, fresh bool) {
	if !p.List.NoAdd || p.List.Rename == "" {
		return
	}
	taken := make([]bool, have)
	var want []int
	for i, j := range pairs {
		if j >= 0 {
			taken[j] = true
		} else {
			want = append(want, i)
		}
	}
	var left []int
	for j := range taken {
		if !taken[j] {
			left = append(left, j)
		}
	}
	if len(want) != len(left) || (len(want) > 1 && !fresh) {
		return
	}
	for n, i := range want {
		pairs[i] = left[n]
	}
}

// makeable leaves out the entries that the farm does not have and nobody can
// make through the API.
func (d *differ) makeable(p *model.Property, w []any, pairs []int, at string) ([]any, []int) {
	if !p.List.NoAdd {
		return w, pairs
	}
	var kept []any
	var keptPairs []int
	for i, j := range pairs {
		if j < 0 {
			d.cannot(at+"["+model.EntryLabel(p, w[i])+"]", nil, w[i], "entries of this list come by themselves, the API has no call to make one: make it in the console first")
			continue
		}
		kept, keptPairs = append(kept, w[i]), append(keptPairs, j)
	}
	return kept, keptPairs
}

// unchangeable takes out what changed in an entry, from field number from on,
// where no call takes it: an entry that nobody can make anew must be changed
// in place.
func (d *differ) unchangeable(p *model.Property, from int) {
	if !p.List.NoAdd && !p.List.NoRemove {
		return
	}
	fields, touched := d.fields[:from:from], d.touched[:from:from]
	for i := from; i < len(d.fields); i++ {
		f, t := d.fields[i], d.touched[i]
		if t == nil || takes(p, t) {
			fields, touched = append(fields, f), append(touched, t)
			continue
		}
		d.cannot(f.Path, f.Before, f.After, "the API has no call to change it in such an entry: "+inConsole)
		if d.edits != nil {
			d.edits.Leaves = slices.DeleteFunc(d.edits.Leaves, func(l model.Leaf) bool { return l.Prop == t })
		}
	}
	d.fields, d.touched = fields, touched
}

// takes tells whether the update of an entry takes the property, or whether
// that has a call of its own.
func takes(p, t *model.Property) bool {
	for at := t; at != nil && at != p.Items; at = at.Parent {
		if at.Part != nil || at.List != nil && at.List.At != "" {
			return true
		}
	}
	l := p.List
	if l.Rename != "" && slices.Contains(l.Key, t.Name) {
		return true
	}
	return l.Update != nil && (len(l.Update.Fields) == 0 || slices.Contains(l.Update.Fields, t.Name))
}

// staying reports entries that are not declared and that nobody can remove
// through the API.
func (d *differ) staying(p *model.Property, h []any, kept []bool, at string) {
	for j := range h {
		if !kept[j] {
			d.cannot(at+"["+model.EntryLabel(p, h[j])+"]", h[j], nil, "the API has no call to remove such an entry: "+inConsole)
		}
	}
}

// possible leaves out of a list of plain values what the API has no call for.
func (d *differ) possible(p *model.Property, w, h []any, pairs []int, at string) ([]any, []int) {
	w, pairs = d.makeable(p, w, pairs, at)
	if p.List.NoRemove {
		kept := make([]bool, len(h))
		for _, j := range pairs {
			if j >= 0 {
				kept[j] = true
			}
		}
		d.staying(p, h, kept, at)
	}
	return w, pairs
}

// changes tells whether anything comes or goes.
func changes(pairs []int, have int, stay bool) bool {
	kept := 0
	for _, j := range pairs {
		if j < 0 {
			return true
		}
		kept++
	}
	return !stay && kept < have || !ascending(pairs)
}

// onCreate collects what a new object declares and cannot be given.
func (d *differ) onCreate(p *model.Property, want map[string]any, path string) {
	for _, c := range p.Props {
		w, declared := want[c.Name]
		if !declared || d.closed(c, want, nil) || !d.holds(c, want, nil) {
			continue
		}
		at := joinPath(path, c.Name)
		list, _ := w.([]any)
		switch {
		case c.Cells != nil:
			d.cells(c, list, nil)
		case c.List != nil && c.List.NoAdd:
			pairs := make([]int, len(list))
			for i := range pairs {
				pairs[i] = -1
			}
			if c.List.First && c.List.Rename != "" && len(pairs) > 0 {
				pairs[0] = 0 // the one that a new object brings along
			}
			d.makeable(c, list, pairs, at)
		case len(secretsOf(c)) > 0:
			pairs := make([]int, len(list))
			for i := range pairs {
				pairs[i] = -1
			}
			d.suppliable(c, list, pairs, at)
		case c.File != nil:
			// What the farm gives a new object by itself may well be the same.
			if why := noCall(c, w); why != "" {
				d.warn = append(d.warn, fmt.Sprintf("%s %s may differ on the new object: %s", d.address, at, why))
			}
		case c.NoWrite:
			if why := noCall(c, w); why != "" && !nothing(w) {
				d.cannot(at, nil, w, why)
			}
		default:
			if m, ok := w.(map[string]any); ok && len(c.Props) > 0 {
				d.onCreate(c, m, at)
			}
		}
	}
}

func nothing(v any) bool {
	m, isMap := v.(map[string]any)
	return v == "" || model.Nothing(v) || isMap && len(m) == 0
}
