package export

import (
	"regexp"

	"rassync/internal/model"
)

func (r *reader) decode(k *model.Kind, o *model.Object, body map[string]any, parts map[string]any, members map[kindID]string) {
	d := &model.Decoder{Names: r.farm.Names, Site: o.Address.Site, Unknown: map[string]any{}, Absent: map[string]bool{}, NewNumbers: map[string]bool{}, HeldBack: map[string]bool{}, Dangling: map[string]bool{}, Spelled: map[string]string{}}
	o.Spec = d.Spec(k, body, parts)
	if len(d.Unknown) > 0 {
		o.Unknown = d.Unknown
	}
	if len(d.Spelled) > 0 {
		o.Spelled = d.Spelled
	}
	if len(d.Absent) > 0 {
		o.Absent = d.Absent
	}
	o.ChangedBy, o.ChangedAt = text(body["adminLastMod"]), text(body["timeLastMod"])
	for _, p := range k.Spec.Props {
		if p.Membership == nil {
			continue
		}
		if group, ok := members[kindID{k.Name + "." + p.Name, asID(o.ID)}]; ok {
			o.Spec[p.Name] = group
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.raw, o)
	f := &r.farm.Findings
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
