package export

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"rassync/internal/model"
)

// One list shows how all objects of a kind and site are right now: a plan that
// touches many of them reads it once, in place of each by its id.

// Look is what a list shows of the objects that somebody asked for.
type Look struct {
	Path  string
	Query url.Values
	rows  map[string]row
}

type row struct {
	raw  json.RawMessage // as it was received
	body map[string]any
}

// ListOf is the list that shows an object; "" for one that is in no list.
func ListOf(k *model.Kind, o *model.Object) (string, url.Values) {
	if k.Shape != model.Collection || k.NoRead || k.List == nil || o.ID == "" {
		return "", nil
	}
	query := url.Values{}
	if k.List.Site != "" && o.SiteID != "" {
		query.Set(k.List.Site, o.SiteID)
	}
	return k.List.Path, query
}

// ReadLook reads a list and keeps its rows about the objects with these ids.
func ReadLook(ctx context.Context, g Getter, path string, query url.Values, ids map[string]bool) (*Look, error) {
	ans, err := g.Get(ctx, path, query)
	if err != nil {
		return nil, err
	}
	l := &Look{Path: path, Query: query, rows: map[string]row{}}
	add := func(raw json.RawMessage) error {
		var head struct {
			ID json.RawMessage `json:"id"`
		}
		if json.Unmarshal(raw, &head) != nil {
			return nil // no object: nobody asked for it
		}
		id := strings.Trim(string(head.ID), `"`)
		if !ids[id] {
			return nil
		}
		v, err := parse(raw)
		if body, ok := v.(map[string]any); ok {
			l.rows[id] = row{raw: slices.Clone(raw), body: body}
		}
		return err
	}
	if err := eachElement(ans.Body, add); err != nil {
		return nil, fmt.Errorf("GET %s: the farm's answer is no JSON: %w", path, err)
	}
	return l, nil
}

// eachElement visits the elements of a list; one object instead is taken as a
// list of one.
func eachElement(data []byte, visit func(json.RawMessage) error) error {
	data = bytes.TrimSpace(data)
	if len(data) == 0 {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(data))
	if data[0] != '[' {
		var one json.RawMessage
		if err := d.Decode(&one); err != nil {
			return err
		}
		if v, err := parse(one); err == nil {
			if list, keyed := model.Keyed(v); keyed {
				for _, e := range list {
					raw, err := json.Marshal(e)
					if err == nil {
						err = visit(raw)
					}
					if err != nil {
						return err
					}
				}
				return nil
			}
		}
		return visit(one)
	}
	if _, err := d.Token(); err != nil {
		return err
	}
	for d.More() {
		var e json.RawMessage
		if err := d.Decode(&e); err != nil {
			return err
		}
		if err := visit(e); err != nil {
			return err
		}
	}
	_, err := d.Token()
	return err
}

// Shows tells whether the list shows the object.
func (l *Look) Shows(o *model.Object) bool { return l.rows[o.ID].body != nil }

// Answer is the element of the list that is about an object, as it was received;
// nil if there is none.
func (l *Look) Answer(o *model.Object) *Received {
	r := l.rows[o.ID]
	if r.raw == nil {
		return nil
	}
	return &Received{Path: l.Path, Query: l.Query, Element: true, Body: r.raw}
}

// RereadIn is Reread by what a list shows of the object: what the list leaves out
// is read by id, as when the farm was read. An object that the list does not show
// is looked for by its id, where the API has such a read.
func (f *Farm) RereadIn(ctx context.Context, g Getter, l *Look, o *model.Object, want func(*model.Object, *model.Property) bool) (*model.Object, error) {
	k := f.Catalog.Kind(o.Address.Kind)
	found := l.rows[o.ID]
	switch {
	case found.body == nil && k.Get == "":
		return nil, nil
	case found.body == nil, k.Get != "" && len(lacking(identifying(k), found.body)) > 0:
		return f.Reread(ctx, g, o, want)
	}
	r := f.again(g, want)
	return r.refresh(ctx, k, o, maps.Clone(found.body), r.byID(k, o))
}

// Carry gives an object that was read anew what was not read of it this time, as
// it was when the farm was read: parts that have reads of their own and that
// nobody wanted.
func Carry(k *model.Kind, old, now *model.Object, want func(*model.Object, *model.Property) bool) {
	if old == nil || now == nil || old.Spec == nil {
		return
	}
	for _, p := range UnreadParts(k, now, want) {
		path := p.Path()
		if p.InEntry() {
			continue // it goes with the list that it stands in
		}
		if v, there := model.Lookup(old.Spec, path); there {
			put(now.Spec, path, v)
		}
		for _, at := range old.NotShown {
			if (at == path || strings.HasPrefix(at, path+".")) && !slices.Contains(now.NotShown, at) {
				now.NotShown = append(now.NotShown, at)
			}
		}
		for at, absent := range old.Absent {
			if absent && (at == path || strings.HasPrefix(at, path+".")) {
				if now.Absent == nil {
					now.Absent = map[string]bool{}
				}
				now.Absent[at] = true
			}
		}
		for at, v := range old.Unknown {
			if at == path || strings.HasPrefix(at, path+".") || strings.HasPrefix(at, path+"[") {
				if now.Unknown == nil {
					now.Unknown = map[string]any{}
				}
				now.Unknown[at] = v
			}
		}
	}
}

// UnreadParts are the properties with a read of their own that nobody wants of an
// object. One read may serve several.
func UnreadParts(k *model.Kind, o *model.Object, want func(*model.Object, *model.Property) bool) []*model.Property {
	read := map[string]bool{}
	for _, p := range k.Remote() {
		read[PartAt(p)] = read[PartAt(p)] || want(o, p)
	}
	var out []*model.Property
	for _, p := range k.Remote() {
		if !read[PartAt(p)] {
			out = append(out, p)
		}
	}
	k.Spec.Walk(func(p *model.Property) {
		if p.File != nil && p.File.Costly && !want(o, p) {
			out = append(out, p)
		}
	})
	return out
}

// put sets a value at a path.
func put(spec map[string]any, path string, v any) {
	at := spec
	names := strings.Split(path, ".")
	for _, name := range names[:len(names)-1] {
		sub, ok := at[name].(map[string]any)
		if !ok {
			sub = map[string]any{}
			at[name] = sub
		}
		at = sub
	}
	at[names[len(names)-1]] = v
}

// Without is a spec without some properties; spec itself stays as it is.
func Without(spec map[string]any, props []*model.Property) map[string]any {
	for _, p := range props {
		if !p.InEntry() {
			spec = WithoutPath(spec, p.Path())
		}
	}
	return spec
}

// WithoutPath is a spec without the value at a path; spec itself stays as it is.
func WithoutPath(spec map[string]any, path string) map[string]any {
	name, rest, more := strings.Cut(path, ".")
	v, ok := spec[name]
	if !ok {
		return spec
	}
	out := maps.Clone(spec)
	switch sub, isMap := v.(map[string]any); {
	case !more:
		delete(out, name)
	case isMap:
		out[name] = WithoutPath(sub, rest)
	}
	return out
}
