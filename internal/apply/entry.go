package apply

import (
	"context"
	"regexp"
	"slices"
	"sort"
	"strings"

	"rassync/internal/model"
	"rassync/internal/ras"
)

// labels are the names of entries in a path.
var labels = regexp.MustCompile(`\[[^\]]*\]`)

// field is how a property of the spot is named in the object.
func (at spot) field(p *model.Property) string { return at.prefix + p.PathInEntry() }

// entryAt is how an entry is named in a document's unknown.
func (at spot) entryAt(p *model.Property, entry any) string {
	return at.field(p) + "[" + model.EntryLabel(p, entry) + "]"
}

// strangers are the properties of an entry that no schema knows and that the
// document keeps.
func (at spot) strangers(p *model.Property, entry any) []model.Leaf {
	if len(at.unknown) == 0 || p.Items == nil {
		return nil
	}
	var out []model.Leaf
	prefix := at.entryAt(p, entry) + "."
	for path, v := range at.unknown {
		if name, ok := strings.CutPrefix(path, prefix); ok && v != nil && !strings.ContainsAny(name, ".[:") {
			out = append(out, model.Leaf{Prop: p.Items.Stranger(name, path), Value: v})
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Prop.Name < out[j].Prop.Name })
	return out
}

// addProps adds an entry that is an object. If the farm refuses it and
// doubtful properties may be why, they follow by an update, where the list
// has one, or the ones that stand in the way are left out.
func (r *task) addProps(ctx context.Context, at spot, p *model.Property, entry map[string]any, req ras.Request, extra map[string]any) error {
	enc := r.encoder(at.object.Address.Site)
	enc.Creates = true
	a := attempt{req: req, key: "POST " + at.kind.Name + " " + p.List.At, object: at.object, prefix: at.entryAt(p, entry) + ".", adds: true, more: []string{at.entryAt(p, entry)}, bodies: func(leaves []model.Leaf, _ bool) ([]any, error) {
		var out []any
		for alt := 0; alt < model.EntryAlternatives(p); alt++ {
			body, err := enc.Body(leaves, false, alt)
			if err != nil {
				return nil, err
			}
			for name, v := range extra {
				body[name] = v
			}
			out = append(out, body)
		}
		return out, nil
	}}
	for _, l := range model.Leaves(p.Items, entry) {
		if len(p.List.Add.Fields) == 0 || slices.Contains(p.List.Add.Fields, l.Prop.Name) {
			a.leaves = append(a.leaves, l)
		}
	}
	a.leaves = append(a.leaves, at.strangers(p, entry)...)
	err := r.try(ctx, a, a.leaves, true)
	if !is(err, ras.KindRefused) {
		return err
	}
	var sure, doubtful []model.Leaf
	for _, l := range a.leaves {
		if doubt(l) == "" || slices.Contains(p.List.Key, l.Prop.Name) || l.Prop.RequiredOnCreate {
			sure = append(sure, l)
		} else {
			doubtful = append(doubtful, l)
		}
	}
	if len(doubtful) == 0 {
		return inferredHint(err, a.leaves)
	}
	if p.List.Update != nil && len(sure) > 0 && len(p.List.Key)+len(p.List.MatchAny) > 0 {
		if err := r.try(ctx, a, sure, true); err != nil {
			return inferredHint(err, sure)
		}
		have, err := r.entryNow(ctx, at, p, entry)
		if err != nil {
			return err
		}
		return r.updateProps(ctx, at, p, entry, have, doubtful, true)
	}
	return r.addWithout(ctx, a, sure, doubtful, err)
}

// addWithout adds an entry that no update can complete: without the one
// property that the farm does not take, or without any doubtful one.
func (r *task) addWithout(ctx context.Context, a attempt, sure, doubtful []model.Leaf, refused error) error {
	for i := range doubtful {
		if len(doubtful) == 1 {
			break
		}
		kept := join(sure, doubtful[:i], doubtful[i+1:])
		err := r.try(ctx, a, kept, true)
		if err == nil {
			r.refuse(doubtful[i], refused)
		}
		if !is(err, ras.KindRefused) {
			return err
		}
	}
	if len(sure) > 0 {
		if err := r.try(ctx, a, sure, true); err != nil {
			return inferredHint(err, sure)
		}
	}
	for _, l := range doubtful {
		r.refuse(l, refused)
	}
	return nil
}

// updateProps changes values of an entry by the list's update call; alone says
// that they were refused together already.
func (r *task) updateProps(ctx context.Context, at spot, p *model.Property, want map[string]any, have any, leaves []model.Leaf, alone bool) error {
	path, err := r.entryPath(at, p, p.List.Update.By, have)
	if err != nil {
		return err
	}
	enc := r.encoder(at.object.Address.Site)
	a := attempt{req: ras.Request{Method: "PUT", Path: path, Query: with(at.query, p.List.Update.Query)}, key: "PUT " + at.kind.Name + " " + p.List.At, object: at.object, prefix: at.entryAt(p, want) + ".", leaves: leaves}
	a.bodies = func(part []model.Leaf, _ bool) ([]any, error) {
		if p.List.Update.By == "body" { // the entry is named by its key in the body, and sent whole
			for _, l := range model.Leaves(p.Items, lasting(p.Items, want).(map[string]any)) {
				if !slices.ContainsFunc(leaves, func(o model.Leaf) bool { return o.Prop.Name == l.Prop.Name }) {
					part = append(part[:len(part):len(part)], l)
				}
			}
		}
		n := max(1, enc.Alternatives(part))
		if p.List.Update.By == "body" {
			n = model.EntryAlternatives(p)
		}
		var out []any
		for alt := 0; alt < n; alt++ {
			body, err := entryBody(enc, p.List, part, alt)
			if err != nil {
				return nil, err
			}
			out = append(out, body)
		}
		return out, nil
	}
	if alone {
		return r.oneByOne(ctx, a, leaves)
	}
	return r.attempt(ctx, a)
}
