package apply

import (
	"context"
	"fmt"
	"strings"

	"rassync/internal/export"
	"rassync/internal/model"
	"rassync/internal/plan"
	"rassync/internal/ras"
	"rassync/internal/runs"
)

// findEntries makes sure that the entries of other objects which a body names
// are known: they may have been made or renamed by this run, and some appear
// only once the settings are applied.
func (r *task) findEntries(ctx context.Context, leaves []model.Leaf, at spot) error {
	for _, l := range leaves {
		if err := r.findIn(ctx, l.Prop, l.Value, at.object); err != nil {
			return err
		}
	}
	return nil
}

func (r *task) findIn(ctx context.Context, p *model.Property, v any, o *model.Object) error {
	switch v := v.(type) {
	case model.EntryRef:
		return r.findEntry(ctx, v, o)
	case []any:
		if p.Items == nil {
			return nil
		}
		for _, e := range v {
			if ref, ok := e.(model.EntryRef); ok {
				if err := r.findEntry(ctx, ref, o); err != nil {
					return err
				}
			}
			if m, ok := e.(map[string]any); ok {
				for _, l := range model.Leaves(p.Items, m) {
					if err := r.findIn(ctx, l.Prop, l.Value, o); err != nil {
						return err
					}
				}
			}
		}
	}
	return nil
}

func (r *task) findEntry(ctx context.Context, ref model.EntryRef, o *model.Object) error {
	site := o.Address.Site
	found, err := r.Live.FindEntry(ctx, r.Writer, ref, site)
	if err != nil || found {
		return err
	}
	if r.Live.Names.EntryHolder(ref.Prop, ref.Object, site) == nil {
		return fmt.Errorf("%s: there is no %s %q", ref.Prop.Path(), strings.Join(ref.Prop.EntryKinds(), " or "), ref.Object)
	}
	missing := fmt.Errorf("%s: %s has no entry %q in %s", ref.Prop.Path(), ref.Holder(), ref.Name, ref.Prop.EntryOf.List)
	if r.StageOnly {
		return fmt.Errorf("%w; it may be listed only after an apply, which --stage-only forbids", missing)
	}
	r.emit(Event{Type: Notice, Address: o.Address.String(), Message: fmt.Sprintf("%s of %s is not listed yet: applying the settings", ref.Name, ref.Holder())})
	if err := r.activate(ctx, runs.Entry{Address: o.Address.String(), ID: runs.ActivatedEntry}); err != nil {
		return err
	}
	if found, err = r.Live.FindEntry(ctx, r.Writer, ref, site); err == nil && !found {
		err = missing
	}
	return err
}

// brought waits for the entries that a new object brings along by itself:
// some farms list them only after an apply.
func (r *task) brought(ctx context.Context, k *model.Kind, desired, live *model.Object, want func(*model.Object, *model.Property) bool) (*model.Object, error) {
	if r.StageOnly || !lacks(k.Spec, desired.Spec, live.Spec) {
		return live, nil
	}
	r.emit(Event{Type: Notice, Address: desired.Address.String(), Message: "what comes with the new object is not listed yet: applying the settings"})
	if err := r.activate(ctx, runs.Entry{Address: desired.Address.String(), ID: runs.ActivatedEntry}); err != nil {
		return nil, err
	}
	now, err := r.Live.Reread(ctx, r.Writer, live, want)
	if err != nil || now == nil {
		return live, err
	}
	now.Address, now.SiteID = live.Address, live.SiteID
	return now, nil
}

// lacks tells whether a list whose first entry comes by itself is still empty
// although entries are declared.
func lacks(p *model.Property, want, have map[string]any) bool {
	for _, c := range p.Props {
		w, ok := want[c.Name]
		if !ok {
			continue
		}
		if list, isList := w.([]any); isList && c.List != nil && c.List.NoAdd && c.List.First {
			h, _ := have[c.Name].([]any)
			if len(list) > 0 && len(h) == 0 {
				return true
			}
			continue
		}
		if m, isMap := w.(map[string]any); isMap && len(c.Props) > 0 {
			h, _ := have[c.Name].(map[string]any)
			if lacks(c, m, h) {
				return true
			}
		}
	}
	return false
}

// call sets a reference by a PUT of its own, which has no body.
func (r *task) call(ctx context.Context, at spot, l model.Leaf) error {
	name, _ := l.Value.(string)
	t := r.Live.Names.Resolve(l.Prop.Ref, name, at.object.Address.Site)
	if t == nil {
		return fmt.Errorf("%s: there is no %s %q", l.Prop.Path(), strings.Join(l.Prop.Ref, " or "), name)
	}
	path := strings.ReplaceAll(l.Prop.Call, "{self}", at.path)
	_, err := r.send(ctx, ras.Request{Method: "PUT", Path: export.SelfPath(path, t.ID), Query: at.query}, updates(at.object, l.Prop.Path()))
	return inferredHint(err, []model.Leaf{l})
}

// cell writes one value of a matrix.
func (r *task) cell(ctx context.Context, at spot, e plan.CellEdit) error {
	c := e.Prop.Cells
	column := e.Prop.Items.Prop(e.Cell.Column)
	own := column.Prop(c.Own)
	site := at.object.Address.Site
	row, err := r.Live.Names.IDOf(e.Prop.Items.Prop(c.Row).Ref, e.Cell.Row, site)
	if err != nil {
		return fmt.Errorf("%s: %w", e.Cell.Path(e.Prop), err)
	}
	value, err := r.encoder(site).Value(own, e.Value)
	if err != nil {
		return fmt.Errorf("%s: %w", e.Cell.Path(e.Prop), err)
	}
	body := map[string]any{c.Type: *c.Numbers[e.Cell.Column], c.Value: value}
	if e.Cell.Object != "" {
		if body[c.Object], err = r.cellObject(e.Prop.CellObject(e.Cell.Column), e.Cell.Object, site); err != nil {
			return fmt.Errorf("%s: %w", e.Cell.Path(e.Prop), err)
		}
	}
	query := map[string][]string{}
	for name, v := range at.query {
		query[name] = v
	}
	query[c.Query] = []string{fmt.Sprint(row)}
	_, err = r.send(ctx, ras.Request{Method: string(c.Method), Path: at.path + "/" + c.At, Query: query, Body: body}, updates(at.object, e.Cell.Path(e.Prop)))
	if is(err, ras.KindRefused) && c.Guessed[e.Cell.Column] {
		return fmt.Errorf("%w (the number of %s for %s is only inferred: this is the likely cause; give the right in the console)", err, c.Type, e.Cell.Column)
	}
	return inferredHint(err, []model.Leaf{{Prop: own}})
}

// cellObject is the id of an object in a matrix; one that nobody could name is
// written as #id.
func (r *task) cellObject(p *model.Property, name, site string) (int64, error) {
	if rest, ok := strings.CutPrefix(name, "#"); ok {
		if id, ok := model.AsInt(rest); ok {
			return id, nil
		}
	}
	return r.Live.Names.IDOf(p.Ref, name, site)
}

// upload sends a file through a call of its own. Of several names of the
// form's field the likeliest goes first.
func (r *task) upload(ctx context.Context, at spot, desired *model.Object, l model.Leaf) error {
	put := l.Prop.File.Put
	ref, _ := l.Value.(model.FileRef)
	data, err := r.Files(desired.Source, ref)
	if err != nil {
		return err
	}
	path := export.SelfPath(strings.ReplaceAll(put.Path, "{self}", at.kind.Self), at.object.ID)
	name := ref.Path[strings.LastIndexAny(ref.Path, `/\`)+1:]
	if name == "" {
		name = l.Prop.Name
	}
	variants := make([]any, len(put.Fields))
	for i, field := range put.Fields {
		variants[i] = &ras.Multipart{FileField: field, FileName: name, File: data}
	}
	_, err = r.sendEither(ctx, ras.Request{Method: string(put.Method), Path: path, Query: at.query}, string(put.Method)+" "+at.kind.Name+" "+l.Prop.Name, variants, updates(at.object, l.Prop.Path()))
	return inferredHint(err, []model.Leaf{l})
}
