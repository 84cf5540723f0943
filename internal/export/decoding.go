package export

import (
	"context"
	"regexp"
	"slices"

	"rassync/internal/model"
)

func (r *reader) decoder(o *model.Object) *model.Decoder {
	d := &model.Decoder{Names: r.farm.Names, Site: o.Address.Site, Unread: r.unreadKind, Unknown: map[string]any{}, Absent: map[string]bool{}, NewNumbers: map[string]bool{}, HeldBack: map[string]bool{}, Dangling: map[string]bool{}, Spelled: map[string]string{}}
	if !r.anew {
		d.Lost = func(kinds []string, id int64, path string) { r.loses(lostRef{kinds, id, o, path}) }
	}
	return d
}

// unreadKind tells whether some list of one of these kinds could not be read.
func (r *reader) unreadKind(kinds []string) bool {
	return slices.ContainsFunc(r.farm.NotRead, func(n NotRead) bool { return slices.Contains(kinds, n.Kind) })
}

// keep makes what was decoded the object's state, and notes what is surprising
// in it.
func (r *reader) keep(ctx context.Context, k *model.Kind, o *model.Object, body map[string]any, d *model.Decoder, spec map[string]any, members *members) {
	o.Spec = spec
	if len(d.Unknown) > 0 {
		o.Unknown = d.Unknown
	}
	if len(d.Spelled) > 0 {
		o.Spelled = d.Spelled
	}
	o.ChangedBy, o.ChangedAt = text(body["adminLastMod"]), text(body["timeLastMod"])
	for _, p := range k.Spec.Props {
		if p.Membership == nil {
			continue
		}
		if group, ok := members.of[kindID{k.Name + "." + p.Name, asID(o.ID)}]; ok {
			o.Spec[p.Name] = group
		} else if members.unsure(k, p, o) {
			d.Missing = append(d.Missing, model.Missing{Prop: p, Path: p.Name})
			d.Absent[p.Name] = true
		}
	}
	if len(d.Absent) > 0 {
		o.Absent = d.Absent
	}
	for _, m := range d.Missing {
		if !m.Prop.Deprecated && r.released(ctx, m.Prop) {
			o.NotShown = append(o.NotShown, m.Path)
		}
	}
	slices.Sort(o.NotShown)
	o.NotShown = slices.Compact(o.NotShown)
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.raw, o)
	f := &r.farm.Findings
	for _, path := range o.NotShown {
		count(f.NotShown, k.Name, path)
	}
	for path := range d.Unknown {
		count(f.Unknown, k.Name, entryNames.ReplaceAllString(path, "[]"))
	}
	for path := range d.NewNumbers {
		count(f.NewNumbers, k.Name, path)
	}
	for path := range d.HeldBack {
		count(f.HeldBack, k.Name, entryNames.ReplaceAllString(path, "[]"))
	}
	for path := range d.Dangling {
		f.Dangling = append(f.Dangling, o.Address.String()+" "+path)
	}
}

// entryNames are the labels of list entries: one line a property is enough.
var entryNames = regexp.MustCompile(`\[[^\]]*\]`)

// text is a value that is shown and never computed with; "" if it is no text.
func text(v any) string {
	s, _ := v.(string)
	return s
}

func count(m map[string]map[string]int, kind, path string) {
	if m[kind] == nil {
		m[kind] = map[string]int{}
	}
	m[kind][path]++
}
