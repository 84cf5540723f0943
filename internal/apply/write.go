package apply

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"rassync/internal/export"
	"rassync/internal/model"
	"rassync/internal/plan"
	"rassync/internal/ras"
)

// spot is where writes go: an object, or an entry of one of its lists.
type spot struct {
	kind   *model.Kind
	object *model.Object
	path   string // without a slash at the end
	query  url.Values
	// unknown is what the document keeps of properties that no schema knows;
	// prefix is where the spot stands in it.
	unknown map[string]any
	prefix  string
}

func (r *task) encoder(site string) *model.Encoder {
	return &model.Encoder{Names: r.Live.Names, Site: site, Reveal: r.Reveal}
}

// write writes the edits of an object: rename and move first, then its own
// body, its parts, its lists, its place in a group.
func (r *task) write(ctx context.Context, k *model.Kind, desired, live *model.Object, e *plan.Edits) error {
	at := spot{kind: k, object: live, path: export.SelfPath(k.Self, live.ID), query: export.SiteQuery(k, live), unknown: desired.Unknown}
	newName, err := r.move(ctx, k, desired, live)
	if err != nil {
		return err
	}
	if err := r.edits(ctx, at, e, newName); err != nil {
		return err
	}
	for _, l := range e.Files {
		if l.Prop.File.Put != nil {
			if err := r.upload(ctx, at, desired, l); err != nil {
				return err
			}
		}
	}
	return nil
}

// known finds references to nothing before the first request of an object is
// sent: an entry taken out of a list could not be put back.
func (r *task) known(e *plan.Edits, site string) error {
	for _, l := range e.Leaves {
		if l.Prop.NoWrite || l.Prop.CreateOnly {
			continue
		}
		if err := r.knownIn(l.Prop, l.Value, site); err != nil {
			return err
		}
	}
	for _, l := range e.Calls {
		if err := r.knownIn(l.Prop, l.Value, site); err != nil {
			return err
		}
	}
	for _, l := range e.Lists {
		for i, w := range l.Want {
			if l.Pairs[i] >= 0 {
				continue
			}
			if err := r.knownIn(l.Prop, []any{w}, site); err != nil {
				return err
			}
		}
		for _, sub := range l.Entries {
			if err := r.known(sub, site); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *task) knownIn(p *model.Property, v any, site string) error {
	switch v := v.(type) {
	case map[string]any:
		for _, c := range p.Props {
			if err := r.knownIn(c, v[c.Name], site); err != nil {
				return err
			}
		}
	case []any:
		of := p
		if p.Items != nil && (len(p.Items.Ref) > 0 || p.Items.Structured()) {
			of = p.Items
		}
		for _, e := range v {
			if err := r.knownIn(of, e, site); err != nil {
				return err
			}
		}
	case string:
		if len(p.Ref) > 0 && v != "" && r.Live.Names.Resolve(p.Ref, v, site) == nil {
			return fmt.Errorf("%s: there is no %s %q", p.Path(), strings.Join(p.Ref, " or "), v)
		}
	}
	return nil
}

// move puts a published item into another folder; it returns the name the
// object is to be given, "" if it keeps its own.
func (r *task) move(ctx context.Context, k *model.Kind, desired, live *model.Object) (string, error) {
	if desired.Address.Name == live.Address.Name || k.Shape != model.Collection {
		return "", nil
	}
	name, was := k.OwnName(desired.Address.Name), k.OwnName(live.Address.Name)
	if name == was || len(k.Identity.Rename) == 0 && model.SameName(name, was) {
		name = ""
	}
	if k.Tree == nil {
		return name, nil
	}
	folder, _ := model.ParentPath(desired.Address.Name)
	parent, err := r.folderID(k, folder)
	if err != nil {
		return "", err
	}
	if parent != live.ParentID {
		last := r.lastChild(parent)
		if err := r.moveTo(ctx, k, live.ID, parent, last, updates(live, "name")); err != nil {
			return "", err
		}
		live.ParentID, live.Previous = parent, last
	}
	return name, nil
}

func (r *task) moveTo(ctx context.Context, k *model.Kind, id string, parent, previous int64, what sends) error {
	what.same = true
	_, err := r.send(ctx, ras.Request{Method: "POST", Path: export.SelfPath(k.Tree.Move, id),
		Body: map[string]any{k.Tree.Parent: parent, k.Tree.Previous: previous}}, what)
	return err
}

// folderID finds the id of a folder by its path, whatever its site. It goes
// down from the top: a folder above may have got another name or place in this
// run, which the paths of those below do not show yet.
func (r *task) folderID(k *model.Kind, folder string) (int64, error) {
	if folder == "" || folder == export.TopLevel {
		return k.Tree.Root, nil
	}
	if r.foldersAt != r.Looks.names { // one of them has another name or place since
		r.foldersAt = r.Looks.names
		clear(r.folders)
	}
	if id, known := r.folders[model.Fold(folder)]; known {
		return id, nil
	}
	up, _ := model.ParentPath(folder)
	if parent, err := r.folderID(k, up); err == nil {
		if f := r.child(k.Tree.Folder, parent, lastSegment(folder)); f != nil {
			id, _ := model.AsInt(f.ID)
			r.folders[model.Fold(folder)] = id
			return id, nil
		}
	}
	if f := r.Live.Folder(k, folder); f != nil {
		id, _ := model.AsInt(f.ID)
		return id, nil
	}
	return 0, fmt.Errorf("there is no folder %q on the farm", folder)
}

// child finds the object of a kind that lies in a folder under a name of its
// own; nil if there is none.
func (r *task) child(kind string, parent int64, own string) *model.Object {
	for _, o := range r.Live.In(parent) {
		if o.Address.Kind == kind && model.SameName(lastSegment(o.Address.Name), own) {
			return o
		}
	}
	return nil
}

func lastSegment(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }

// lastChild is the id of the last sibling in a folder, 0 if it is empty.
func (r *task) lastChild(parent int64) int64 {
	tree := r.treeKinds()
	id := int64(0)
	if kids := r.Live.Children(tree, parent); len(kids) > 0 {
		id, _ = model.AsInt(kids[len(kids)-1].ID)
	}
	return r.Live.Behind(tree, parent, id)
}

func (r *task) treeKinds() []string {
	var tree []string
	for _, k := range r.cat.Kinds() {
		if k.Tree != nil {
			tree = append(tree, k.Name)
		}
	}
	return tree
}

// edits writes what differs below one spot.
func (r *task) edits(ctx context.Context, at spot, e *plan.Edits, newName string) error {
	type body struct {
		part   *model.Property
		leaves []model.Leaf
	}
	var bodies []*body
	byPart := map[string]*body{}
	add := func(part *model.Property) *body {
		key := ""
		if part != nil {
			key = part.Part.At
		}
		b := byPart[key]
		if b == nil {
			b = &body{part: part}
			byPart[key] = b
			if part == nil {
				bodies = append([]*body{b}, bodies...)
			} else {
				bodies = append(bodies, b)
			}
		}
		return b
	}
	if newName != "" || len(e.Unknown) > 0 {
		add(nil)
	}
	for _, l := range e.Leaves {
		if l.Prop.NoWrite || l.Prop.CreateOnly {
			continue
		}
		b := add(partBelow(l.Prop))
		b.leaves = append(b.leaves, l)
	}
	for _, b := range bodies {
		if err := r.put(ctx, at, b.part, b.leaves, newName, e.Unknown); err != nil {
			return err
		}
	}
	for _, l := range e.Lists {
		if err := r.list(ctx, at, l); err != nil {
			return err
		}
	}
	for _, l := range e.Calls {
		if err := r.call(ctx, at, l); err != nil {
			return err
		}
	}
	for _, c := range e.Cells {
		if err := r.cell(ctx, at, c); err != nil {
			return err
		}
	}
	for _, l := range e.Groups {
		if err := r.join(ctx, at, l); err != nil {
			return err
		}
	}
	return nil
}

// partBelow is the part a property is written through, up to the entry or
// object it belongs to.
func partBelow(p *model.Property) *model.Property {
	for at := p; at != nil && at.Name != "[]"; at = at.Parent {
		if at.Part != nil {
			return at
		}
	}
	return nil
}

// put sends one PUT: of the object itself, or of one of its parts.
func (r *task) put(ctx context.Context, at spot, part *model.Property, leaves []model.Leaf, newName string, unknown map[string]any) error {
	req := ras.Request{Method: "PUT", Path: at.path, Query: at.query}
	key := at.kind.Name
	shapes := []model.BodyShape{"flat"}
	if at.kind.Update != nil {
		shapes = at.kind.Update.Shapes
	}
	if part != nil {
		req.Path += "/" + part.Part.At
		key += " " + part.Part.At
		if len(part.Part.Shapes) > 0 {
			shapes = part.Part.Shapes
		}
		newName, unknown = "", nil
	} else {
		if at.kind.Update == nil {
			return fmt.Errorf("the API has no call to change %s", at.kind.Name)
		}
		req.Path = export.SelfPath(at.kind.Update.Path, at.object.ID)
	}
	if err := r.findEntries(ctx, leaves, at); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(unknown)) {
		leaves = append(leaves[:len(leaves):len(leaves)], model.Leaf{Prop: at.kind.Spec.Stranger(name, name), Value: unknown[name]})
	}
	key = "PUT " + key
	ordered := r.orderShapes(key, shapes)
	names := at.kind.Identity.Rename
	enc := r.encoder(at.object.Address.Site)
	if err := r.spell(ctx, enc, at.kind, at.object.Address.Site, at.object.SiteID, at.object, leaves); err != nil {
		return err
	}
	bodies := func(leaves []model.Leaf, first bool) ([]any, error) {
		rename := first && newName != "" && len(names) > 0
		n := max(enc.Alternatives(leaves), 1)
		if rename {
			n = max(n, len(names))
		}
		var out []any
		for _, shape := range ordered {
			for alt := 0; alt < n; alt++ {
				body, err := enc.Body(leaves, shape == "nested", alt)
				if err != nil {
					return nil, err
				}
				if rename {
					body[names[min(alt, len(names)-1)]] = newName
				}
				out = append(out, body)
			}
		}
		return out, nil
	}
	a := attempt{req: req, key: key + orderNote(shapes, ordered), object: at.object, prefix: at.prefix, leaves: leaves, bodies: bodies}
	if newName != "" {
		a.more = []string{"name"}
	}
	r.took, r.tookOf = 0, 0
	if err := r.attempt(ctx, a); err != nil {
		return err
	}
	r.learnShape(key, shapes, ordered)
	return nil
}

// sendEither sends the likeliest body; only a refusal of the body (400) lets
// the next be tried, and which one the farm took is remembered, by this run
// and by later ones.
func (r *task) sendEither(ctx context.Context, req ras.Request, key string, variants []any, what sends) (*ras.Answer, error) {
	key = fmt.Sprintf("%s/%d", key, len(variants))
	if _, known := r.won[key]; !known && len(variants) > 1 {
		// Who comes next need not guess again.
		r.turn.reserve(r.busy, "body "+key)
		defer r.turn.release(r.busy, "body "+key)
	}
	order := make([]int, 0, len(variants))
	if w, ok := r.won[key]; ok && w < len(variants) {
		order = append(order, w)
	}
	for i := range variants {
		if len(order) == 0 || order[0] != i {
			order = append(order, i)
		}
	}
	var first error
	for _, i := range order {
		if form, ok := variants[i].(*ras.Multipart); ok {
			req.Multipart = form
		} else {
			req.Body = variants[i]
		}
		ans, err := r.send(ctx, req, what)
		if err == nil {
			was, known := r.won[key]
			if !known && i > 0 {
				r.result.Took = append(r.result.Took, fmt.Sprintf("%s: the farm took body %d of %d", key, i+1, len(variants)))
			}
			r.won[key] = i
			r.took, r.tookOf = i, len(variants)
			if i != was {
				if kerr := r.Learnt.Took(key, i); kerr != nil {
					r.emit(Event{Type: Notice, Address: r.address(), Message: "which body the farm takes could not be kept for later runs", Err: kerr})
				}
			}
			return ans, nil
		}
		if !is(err, ras.KindRefused) {
			return ans, err
		}
		if first == nil {
			first = err
		}
	}
	return nil, first
}

// inferredHint adds which names of a refused body nobody has seen in a
// reference: the likely cause.
func inferredHint(err error, leaves []model.Leaf) error {
	var refused *RefusedError
	if !is(err, ras.KindRefused) || errors.As(err, &refused) {
		return err
	}
	var names []string
	for _, l := range leaves {
		if doubt(l) != "" {
			names = append(names, l.Prop.Path())
		}
	}
	if len(names) == 0 {
		return err
	}
	return fmt.Errorf("%w (names or numbers of %s are only inferred: this is the likely cause; leave them out of the document)", err, strings.Join(names, ", "))
}

// join puts an object into a group: a PUT on the group that moves it in.
func (r *task) join(ctx context.Context, at spot, l model.Leaf) error {
	m := l.Prop.Membership
	name, _ := l.Value.(string)
	group := r.Live.Names.Resolve(l.Prop.Ref, name, at.object.Address.Site)
	if group == nil {
		return fmt.Errorf("%s: there is no %s %q", l.Prop.Path(), m.Of, name)
	}
	id, _ := model.AsInt(at.object.ID)
	var variants []any
	for _, prop := range m.Bodies {
		if prop == "" {
			variants = append(variants, []any{id})
		} else {
			variants = append(variants, map[string]any{string(prop): []any{id}})
		}
	}
	gk := r.cat.Kind(m.Of)
	_, err := r.sendEither(ctx, ras.Request{Method: "PUT", Path: export.SelfPath(gk.Self, group.ID) + "/" + m.At}, "PUT "+m.Of+" "+m.At, variants, updates(at.object, l.Prop.Path()))
	return err
}
