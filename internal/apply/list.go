package apply

import (
	"context"
	"fmt"
	"maps"
	"net/url"

	"rassync/internal/export"
	"rassync/internal/model"
	"rassync/internal/plan"
	"rassync/internal/ras"
	"rassync/internal/runs"
)

// list writes the differences of a list: entries go, come, and change.
func (r *task) list(ctx context.Context, at spot, e plan.ListEdit) error {
	p := e.Prop
	l := p.List
	if l.NoAdd || l.NoRemove {
		return r.listAsFarAsPossible(ctx, at, e)
	}
	keep := map[int]bool{}
	for _, j := range e.Pairs {
		if j >= 0 {
			keep[j] = true
		}
	}
	again := map[int]bool{} // wanted entries that are removed and added
	for i, sub := range e.Entries {
		if l.Update == nil && len(entryLeaves(sub)) > 0 || !updatable(l, sub) {
			again[i] = true
		}
	}
	if l.Mode == "ordered" && e.Moved && !l.PriorityWritable {
		// The API has no call that moves an entry: from the first one out of
		// place on all are removed and added.
		n := 0
		for n < len(e.Pairs) && e.Pairs[n] == n && !again[n] {
			n++
		}
		for i := n; i < len(e.Pairs); i++ {
			again[i] = true
		}
	}
	for i := range again {
		if j := e.Pairs[i]; j >= 0 {
			delete(keep, j)
		}
	}
	for j := range e.Have {
		if !keep[j] {
			if err := r.removeEntry(ctx, at, p, e.Have[j]); err != nil {
				return err
			}
		}
	}
	for i := range e.Want {
		switch {
		case e.Pairs[i] < 0 || again[i]:
			if err := r.addEntry(ctx, at, p, e.Want[i], i); err != nil {
				return err
			}
		case e.Entries[i] != nil:
			if err := r.changeEntry(ctx, at, p, e.Want[i], e.Have[e.Pairs[i]], e.Entries[i]); err != nil {
				return err
			}
		}
	}
	if e.Moved && l.PriorityWritable {
		return r.prioritise(ctx, at, p, e.Want)
	}
	return nil
}

// listAsFarAsPossible writes a list whose entries nobody can add, or nobody can
// remove: nothing is made anew for the sake of an order or a change.
func (r *task) listAsFarAsPossible(ctx context.Context, at spot, e plan.ListEdit) error {
	keep := map[int]bool{}
	for _, j := range e.Pairs {
		keep[j] = true
	}
	for j := range e.Have {
		if !keep[j] && !e.Prop.List.NoRemove {
			if err := r.removeEntry(ctx, at, e.Prop, e.Have[j]); err != nil {
				return err
			}
		}
	}
	for i, w := range e.Want {
		var err error
		switch {
		case e.Pairs[i] < 0:
			err = r.addEntry(ctx, at, e.Prop, w, i)
		case e.Entries[i] != nil:
			err = r.changeEntry(ctx, at, e.Prop, w, e.Have[e.Pairs[i]], e.Entries[i])
		}
		if err != nil {
			return err
		}
	}
	if e.Moved && e.Prop.List.PriorityWritable {
		return r.prioritise(ctx, at, e.Prop, e.Want)
	}
	return nil
}

// with is a query with the constants of a call.
func with(query url.Values, constants map[string]any) url.Values {
	if len(constants) == 0 {
		return query
	}
	out := url.Values{}
	maps.Copy(out, query)
	for name, v := range constants {
		out.Set(name, fmt.Sprint(v))
	}
	return out
}

// prioritise gives every entry its place, first to last: right whether the
// farm stores the numbers or moves the entry there.
func (r *task) prioritise(ctx context.Context, at spot, p *model.Property, want []any) error {
	for i, w := range want {
		have, err := r.entryNow(ctx, at, p, w)
		if err != nil {
			return err
		}
		path, err := r.entryPath(at, p, p.List.Update.By, have)
		if err != nil {
			return err
		}
		// The farm counts from 1 where it shows its numbers.
		if _, err := r.send(ctx, ras.Request{Method: "PUT", Path: path, Query: at.query, Body: map[string]any{p.List.Priority: i + 1}}, updates(at.object, at.field(p))); err != nil {
			return err
		}
	}
	return nil
}

// entryLeaves are the edits that belong to the entry's own body.
func entryLeaves(e *plan.Edits) []model.Leaf {
	var out []model.Leaf
	for _, l := range e.Leaves {
		if partBelow(l.Prop) == nil {
			out = append(out, l)
		}
	}
	return out
}

// updatable tells whether the update call takes everything that changes in
// the entry's own body.
func updatable(l *model.List, e *plan.Edits) bool {
	if l.Update == nil || len(l.Update.Fields) == 0 {
		return true
	}
	for _, leaf := range entryLeaves(e) {
		ok := false
		for _, f := range l.Update.Fields {
			ok = ok || f == leaf.Prop.Name || leaf.Prop.FromFarm
		}
		if !ok {
			return false
		}
	}
	return true
}

func entryID(entry any) (string, bool) {
	m, _ := entry.(map[string]any)
	v, ok := m[model.EntryID]
	if !ok {
		return "", false
	}
	return fmt.Sprint(v), true
}

// entryPath is the path of one entry, named by id or by key.
func (r *task) entryPath(at spot, p *model.Property, by model.EntryName, entry any) (string, error) {
	path := export.Below(at.path, p.List.At, at.object.ID)
	switch by {
	case "id":
		id, ok := entryID(entry)
		if !ok {
			return "", fmt.Errorf("%s[%s]: the farm has not told the entry's id", p.Path(), model.EntryLabel(p, entry))
		}
		return path + "/" + url.PathEscape(id), nil
	case "key":
		var v any = entry
		kp := p.Items
		if m, ok := entry.(map[string]any); ok {
			kp = p.Items.Prop(p.List.Key[0])
			v = m[kp.Name]
		}
		w, err := r.encoder(at.object.Address.Site).Value(kp, v)
		if err != nil {
			return "", err
		}
		seg, err := ras.SafePath("{key}", fmt.Sprint(w))
		if err != nil {
			return "", fmt.Errorf("%s[%s]: %w", p.Path(), model.EntryLabel(p, entry), err)
		}
		return path + "/" + seg, nil
	}
	return path, nil
}

func (r *task) removeEntry(ctx context.Context, at spot, p *model.Property, entry any) error {
	path, err := r.entryPath(at, p, p.List.Remove.By, entry)
	if err != nil {
		return err
	}
	req := ras.Request{Method: "DELETE", Path: path, Query: with(at.query, p.List.Remove.Query)}
	removes := sends{object: at.object, does: "remove", fields: []string{at.entryAt(p, entry)}}
	if p.List.Remove.By != "body" {
		_, err = r.send(ctx, req, removes)
	} else {
		var variants []any
		if variants, err = r.entryBodies(at, p, entry, p.List.Remove.Fields, nil); err != nil {
			return err
		}
		_, err = r.sendEither(ctx, req, "DELETE "+at.kind.Name+" "+p.List.At, variants, removes)
	}
	if is(err, ras.KindNotFound) {
		return nil // gone already, which is what was wanted
	}
	return err
}

func (r *task) entryBodies(at spot, p *model.Property, entry any, fields []string, extra map[string]any) ([]any, error) {
	var out []any
	enc := r.encoder(at.object.Address.Site)
	for alt := 0; alt < model.EntryAlternatives(p); alt++ {
		body, err := enc.Entry(p, entry, alt, fields)
		if err != nil {
			return nil, err
		}
		if m, ok := body.(map[string]any); ok {
			for n, v := range extra {
				m[n] = v
			}
		}
		out = append(out, body)
	}
	return out, nil
}

func (r *task) addEntry(ctx context.Context, at spot, p *model.Property, entry any, index int) error {
	path, err := r.entryPath(at, p, p.List.Add.By, entry)
	if err != nil {
		return err
	}
	var extra map[string]any
	if p.List.PriorityWritable {
		extra = map[string]any{p.List.Priority: index + 1}
	}
	if p.List.Add.Site != "" {
		if extra == nil {
			extra = map[string]any{}
		}
		site, _ := model.AsInt(at.object.SiteID)
		extra[p.List.Add.Site] = site
	}
	entry = withDefaults(p.Items, entry)
	if err := r.findIn(ctx, p, []any{entry}, at.object); err != nil {
		return err
	}
	req := ras.Request{Method: "POST", Path: path, Query: with(at.query, p.List.Add.Query)}
	if m, ok := entry.(map[string]any); ok && p.Items.Structured() {
		err = r.addProps(ctx, at, p, m, req, extra)
	} else {
		var variants []any
		if variants, err = r.entryBodies(at, p, entry, p.List.Add.Fields, extra); err != nil {
			return err
		}
		_, err = r.sendEither(ctx, req, "POST "+at.kind.Name+" "+p.List.At, variants, sends{object: at.object, does: "add", fields: []string{at.entryAt(p, entry)}})
	}
	if err != nil && !is(err, ras.KindConflict) {
		return err // a conflict means that it is there: what follows compares
	}
	want, ok := entry.(map[string]any)
	if !ok || !hasInside(p.Items, want) {
		return nil
	}
	have, err := r.entryNow(ctx, at, p, entry)
	if err != nil {
		return err
	}
	return r.inside(ctx, at, p, want, have)
}

// lasting leaves out what only the add of an entry takes.
func lasting(items *model.Property, entry map[string]any) any {
	for _, c := range items.Props {
		if _, there := entry[c.Name]; there && c.OneTime {
			entry = maps.Clone(entry)
			delete(entry, c.Name)
		}
	}
	return entry
}

// withDefaults adds the values that a new entry is always given.
func withDefaults(items *model.Property, entry any) any {
	m, ok := entry.(map[string]any)
	if !ok || items == nil {
		return entry
	}
	for _, c := range items.Props {
		if _, there := m[c.Name]; !there && c.OnCreate != nil {
			m = maps.Clone(m)
			m[c.Name] = c.OnCreate
		}
	}
	return m
}

// hasInside tells whether an entry holds parts or lists with paths of their
// own.
func hasInside(items *model.Property, entry map[string]any) bool {
	for _, c := range items.Props {
		if _, ok := entry[c.Name]; !ok {
			continue
		}
		found := false
		c.Walk(func(p *model.Property) { found = found || p.Part != nil || p.List != nil })
		if found {
			return true
		}
	}
	return false
}

// entryNow reads the list anew and finds the entry, with its id. A fresh
// entry that is not listed yet appears after an apply on some farms.
func (r *task) entryNow(ctx context.Context, at spot, p *model.Property, entry any) (map[string]any, error) {
	for try := 0; try < 2; try++ {
		now, err := r.Live.Reread(ctx, r.Writer, at.object, func(_ *model.Object, q *model.Property) bool { return q == p || q == partBelow(p) })
		if err != nil {
			return nil, err
		}
		if now != nil {
			list, _ := model.Lookup(now.Spec, p.Path())
			entries, _ := list.([]any)
			if j := model.Match(p, []any{entry}, entries)[0]; j >= 0 {
				m, _ := entries[j].(map[string]any)
				return m, nil
			}
		}
		if try == 0 {
			if r.StageOnly {
				return nil, fmt.Errorf("%s[%s]: this farm lists a new entry only after an apply, which --stage-only forbids", p.Path(), model.EntryLabel(p, entry))
			}
			r.emit(Event{Type: Notice, Address: at.object.Address.String(), Message: "the new entry is not listed yet: applying the settings"})
			if err := r.activate(ctx, runs.Entry{Address: at.object.Address.String(), ID: runs.ActivatedEntry}); err != nil {
				return nil, err
			}
		}
	}
	return nil, fmt.Errorf("%s[%s]: the farm took the entry but does not list it", p.Path(), model.EntryLabel(p, entry))
}

// inside writes what stands below an entry.
func (r *task) inside(ctx context.Context, at spot, p *model.Property, want, have map[string]any) error {
	e := plan.CompareEntry(p, want, have)
	if e.Empty() {
		return nil
	}
	return r.changeEntry(ctx, at, p, want, have, e)
}

// changeEntry changes an entry in place.
func (r *task) changeEntry(ctx context.Context, at spot, p *model.Property, want, have any, e *plan.Edits) error {
	wm, _ := want.(map[string]any)
	below := plan.Edits{}
	var own []model.Leaf
	if e != nil {
		own = entryLeaves(e)
		for _, l := range e.Leaves {
			if partBelow(l.Prop) != nil {
				below.Leaves = append(below.Leaves, l)
			}
		}
		below.Lists = e.Lists
	}
	if err := r.findEntries(ctx, own, at); err != nil {
		return err
	}
	if l := p.List; l.Update == nil && len(own) > 0 && (l.NoAdd || l.NoRemove) {
		return fmt.Errorf("%s[%s]: the API has no call to change it", p.Path(), model.EntryLabel(p, have))
	} else if l.Update != nil && len(own) > 0 {
		if err := r.updateProps(ctx, at, p, wm, have, own, false); err != nil {
			return err
		}
	}
	if below.Empty() {
		return nil
	}
	path, err := r.entryPath(at, p, "id", have)
	if err != nil {
		return err
	}
	return r.edits(ctx, spot{kind: at.kind, object: at.object, path: path, query: at.query, unknown: at.unknown, prefix: at.entryAt(p, want) + "."}, &below, "")
}

// entryBody is the body that changes an entry; a new name has a name of its
// own there.
func entryBody(enc *model.Encoder, l *model.List, leaves []model.Leaf, alt int) (map[string]any, error) {
	if l.Rename == "" {
		return enc.Body(leaves, false, alt)
	}
	var rest []model.Leaf
	named := map[string]any{}
	for _, leaf := range leaves {
		if leaf.Prop.Name == l.Key[0] {
			v, err := enc.Value(leaf.Prop, leaf.Value)
			if err != nil {
				return nil, err
			}
			named[l.Rename] = v
			continue
		}
		rest = append(rest, leaf)
	}
	body, err := enc.Body(rest, false, alt)
	if err != nil {
		return nil, err
	}
	maps.Copy(body, named)
	return body, nil
}

// reorder brings siblings into the declared order.
func (r *task) reorder(ctx context.Context, c *plan.Change) error {
	line, target, parent, err := r.lineOf(ctx, r.Writer, c)
	if err != nil {
		return err
	}
	k := r.cat.Kind(c.Kind)
	if k.Order.By == "chain" {
		return r.rechain(ctx, line, target, parent)
	}
	return r.stepwise(ctx, k, line, target)
}

// ordersOf says that a request moves something in the order of a change.
func ordersOf(c *plan.Change) sends {
	return updates(&model.Object{Address: model.Address{Site: c.Site, Kind: c.Kind, Name: c.Name}}, "items")
}

// lineOf reads the siblings of an order as they stand and as they are to
// stand, and the id of the folder that they lie in.
func (r *task) lineOf(ctx context.Context, g export.Getter, c *plan.Change) (line, target []*model.Object, parent int64, err error) {
	k := r.cat.Kind(c.Kind)
	if k.Order.By == "chain" && c.Name != export.TopLevel {
		if parent, err = r.folderID(r.cat.Kind(k.Order.Of[0]), c.Name); err != nil {
			return nil, nil, 0, err
		}
	}
	if line, err = r.Live.Line(ctx, g, k, c.Site, parent); err != nil {
		return nil, nil, 0, err
	}
	wanted, _ := c.Desired.Spec["items"].([]any)
	return line, arrange(k, line, wanted), parent, nil
}

// arrange puts the listed objects into the declared order; the others keep
// their place behind the sibling they follow now.
func arrange(k *model.Kind, line []*model.Object, wanted []any) []*model.Object {
	slot := map[*model.Object]int{}
	for _, o := range line {
		slot[o] = -1
		for i, it := range wanted {
			if o.Address.Kind != "" && export.ItemFits(k, it, o) {
				slot[o] = i
				break
			}
		}
	}
	byItem := map[int]*model.Object{}
	for _, o := range line {
		if i := slot[o]; i >= 0 && byItem[i] == nil {
			byItem[i] = o
		}
	}
	var listed []*model.Object
	for i := range wanted {
		if o := byItem[i]; o != nil {
			listed = append(listed, o)
		}
	}
	var out []*model.Object
	next := 0
	for _, o := range line {
		if i := slot[o]; i < 0 || byItem[i] != o {
			out = append(out, o)
			continue
		}
		out = append(out, listed[next])
		next++
	}
	return out
}

// rechain moves as few items as possible: those not on the longest run that
// is in order already. Items of no kind are never moved.
func (r *task) rechain(ctx context.Context, line, target []*model.Object, parent int64) error {
	at := map[*model.Object]int{}
	for i, o := range line {
		at[o] = i
	}
	stays := longestRun(aroundFixed(target, at), at)
	for i, o := range target {
		if stays[o] {
			continue
		}
		previous := int64(0)
		if i > 0 {
			previous, _ = model.AsInt(target[i-1].ID)
		}
		if err := r.moveTo(ctx, r.cat.Kind(o.Address.Kind), o.ID, parent, previous, ordersOf(r.current)); err != nil {
			return err
		}
	}
	return nil
}

// aroundFixed leaves out of target what has to pass an item of no kind to get where
// it is to stand: every longest run of the rest has all of these items in it.
func aroundFixed(target []*model.Object, at map[*model.Object]int) []*model.Object {
	var out []*model.Object
	for i, o := range target {
		passes := false
		for j, fixed := range target {
			passes = passes || fixed.Address.Kind == "" && (i < j) != (at[o] < at[fixed]) && i != j
		}
		if !passes {
			out = append(out, o)
		}
	}
	return out
}

// longestRun marks a longest rising subsequence of target by position.
func longestRun(target []*model.Object, at map[*model.Object]int) map[*model.Object]bool {
	tails := []int{} // indexes into target
	back := make([]int, len(target))
	for i, o := range target {
		lo, hi := 0, len(tails)
		for lo < hi {
			mid := (lo + hi) / 2
			if at[target[tails[mid]]] < at[o] {
				lo = mid + 1
			} else {
				hi = mid
			}
		}
		back[i] = -1
		if lo > 0 {
			back[i] = tails[lo-1]
		}
		if lo == len(tails) {
			tails = append(tails, i)
		} else {
			tails[lo] = i
		}
	}
	out := map[*model.Object]bool{}
	if len(tails) == 0 {
		return out
	}
	for i := tails[len(tails)-1]; i >= 0; i = back[i] {
		out[target[i]] = true
	}
	return out
}

// stepwise moves objects one place a call, as the API has it.
func (r *task) stepwise(ctx context.Context, k *model.Kind, line, target []*model.Object) error {
	now := append([]*model.Object(nil), line...)
	for i, o := range target {
		j := i
		for now[j] != o {
			j++
		}
		for ; j > i; j-- {
			ok := r.cat.Kind(o.Address.Kind)
			path := export.SelfPath(ok.Self, o.ID) + k.Order.Path[len("{self}"):]
			if _, err := r.send(ctx, ras.Request{Method: "PUT", Path: path, Body: map[string]any{"direction": 0}}, ordersOf(r.current)); err != nil {
				return err
			}
			now[j-1], now[j] = now[j], now[j-1]
		}
	}
	return nil
}
