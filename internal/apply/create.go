package apply

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"rassync/internal/export"
	"rassync/internal/model"
	"rassync/internal/plan"
	"rassync/internal/ras"
	"rassync/internal/runs"
)

// create makes an object: the POST takes what it takes, the rest follows as
// an update of the fresh object.
func (r *task) create(ctx context.Context, c *plan.Change, desired *model.Object, again bool) error {
	k := r.cat.Kind(desired.Address.Kind)
	siteID := ""
	if desired.Address.Site != "" {
		site := r.Live.Find(model.Address{Kind: model.SiteKind, Name: desired.Address.Site})
		if site == nil {
			return fmt.Errorf("there is no site %q on the farm", desired.Address.Site)
		}
		siteID = site.ID
	}
	parent := int64(0)
	if k.Tree != nil {
		folder, _ := model.ParentPath(desired.Address.Name)
		var err error
		if parent, err = r.folderID(k, folder); err != nil {
			return err
		}
	}
	want, learns := r.wantOfNew(k, desired, siteID, again)
	if learns != nil {
		defer learns()
	}
	var live *model.Object
	posted := map[string]bool{}
	if again {
		found, err := r.madeAlready(ctx, desired, siteID, parent)
		if err != nil {
			return err
		}
		if found != nil {
			if live, err = r.Live.Reread(ctx, r.Writer, found, want); err != nil {
				return err
			}
		}
	}
	made := live == nil
	if live == nil {
		var err error
		if live, err = r.post(ctx, c, k, desired, siteID, parent, posted, want); err != nil {
			return err
		}
	}
	if err := r.noteMade(desired, live); err != nil {
		return err
	}
	r.noteFresh(c, desired, live, siteID, parent, made)
	if err := r.secondPart(ctx, k, desired, live); err != nil {
		return err
	}
	given := live.Address.Name // by the farm, where the create takes no name
	live.Address = desired.Address
	live.SiteID = siteID
	live, err := r.brought(ctx, k, desired, live, want)
	if err != nil {
		return err
	}
	live.Fresh = true
	r.likeSample(k, desired, live, siteID, made, want)
	edits, fields := plan.Compare(k, desired, live, r.Live.Names, unlessPosted(posted), false)
	r.likeUnlessWritten(desired, fields)
	r.Live.Remember(live)
	if k.Name == model.SiteKind {
		if err := r.Live.Adopt(ctx, r.Writer, live); err != nil {
			return err
		}
	}
	at := *live
	if made && !k.Names(desired.Spec) {
		at.Address.Name = given
	}
	if err := r.write(ctx, k, desired, &at, edits); err != nil {
		return err
	}
	for _, l := range model.Leaves(k.Spec, desired.Spec) {
		if posted[l.Prop.Path()] && !l.Prop.OneTime {
			edits.Leaves = append(edits.Leaves, l)
		}
	}
	return r.record(&plan.Change{Desired: desired, Before: live}, edits)
}

// noteMade writes down which object a create made: the id tells it from another
// that has the name later.
func (r *task) noteMade(desired, live *model.Object) error {
	e := runs.Entry{Event: "made", Address: r.address(), ID: live.ID}
	if a := desired.Address.String(); a != e.Address {
		e.Object = a
	}
	if err := r.note(e); err != nil {
		return &runError{err}
	}
	return nil
}

// unlessPosted says that values which cannot be read back are to be sent
// unless the POST had them.
type unlessPosted map[string]bool

// State implements plan.Sent.
func (u unlessPosted) State(_ model.Address, path string, _ any) plan.SentState {
	if u[path] {
		return plan.SentSame
	}
	return plan.SentOther
}

// post sends the create and finds the object it made.
//
//nolint:funlen // each way in which a create can end is told from the others here
func (r *task) post(ctx context.Context, c *plan.Change, k *model.Kind, desired *model.Object, siteID string, parent int64, posted map[string]bool, want func(*model.Object, *model.Property) bool) (*model.Object, error) {
	enc := r.encoder(desired.Address.Site)
	enc.Creates = true
	spec := onCreate(k, desired)
	path, err := k.CreatePath(spec)
	if err != nil {
		return nil, err
	}
	chooser := k.Chooser()
	var leaves []model.Leaf
	query := url.Values{}
	for name, v := range k.Create.Query {
		query.Set(name, fmt.Sprint(v))
	}
	for _, l := range model.Leaves(k.Spec, spec) {
		switch {
		case l.Prop == chooser:
			posted[l.Prop.Path()] = true // said by the path
		case l.Prop.Query != "":
			v, err := enc.Value(l.Prop, l.Value)
			if err != nil {
				return nil, err
			}
			setQuery(query, l.Prop, v)
			posted[l.Prop.Path()] = true
		case l.Prop.UpdateOnly, !k.Create.Takes(l.Prop), !export.InForce(l.Prop, spec) && l.Prop.Gate != "":
		default:
			leaves = append(leaves, l)
			posted[l.Prop.Path()] = true
		}
	}
	name := k.SentName(desired.Address.Name)
	if k.Tree != nil {
		_, name = model.ParentPath(name)
	}
	req := ras.Request{Method: "POST", Path: path, Query: query}
	site, _ := model.AsInt(siteID)
	inQuery := k.Create.Site == "query" || k.Create.Site == "both"
	inBody := k.Create.Site == "body" || k.Create.Site == "both"
	if siteID == "" {
		inQuery, inBody = false, false
	}
	if inQuery {
		query.Set(k.Create.SiteName, siteID)
	}
	at := spot{kind: k, object: &model.Object{Address: desired.Address}}
	if err := r.findEntries(ctx, leaves, at); err != nil {
		return nil, err
	}
	creates := sends{object: at.object, does: "create", beside: r.noteBeside(desired.Address)}
	if file := fileLeaf(k, desired); file != nil {
		ref, _ := file.Value.(model.FileRef)
		data, err := r.Files(desired.Source, ref)
		if err != nil {
			return nil, err
		}
		req.Multipart = &ras.Multipart{FileField: file.Prop.File.Field, FileName: name, File: data}
		if _, err := r.send(ctx, req, creates); err != nil {
			return nil, err
		}
		return r.made(ctx, k, desired, siteID, parent, nil, want)
	}
	if err := r.spell(ctx, enc, k, desired.Address.Site, siteID, nil, leaves); err != nil {
		return nil, err
	}
	sites := []bool{inBody}
	if k.Create.Site == "both" && inBody {
		sites = append(sites, false) // a body with a property it does not know may be refused
	}
	post := func(leaves []model.Leaf) (*ras.Answer, error) {
		var variants []any
		for _, withSite := range sites {
			for alt := 0; alt < enc.Alternatives(leaves); alt++ {
				body, err := enc.Body(leaves, false, alt)
				if err != nil {
					return nil, err
				}
				if k.Names(spec) {
					body[k.Identity.Write] = name
				}
				if withSite {
					body[k.Create.SiteName] = site
				}
				if k.Tree != nil {
					body[k.Tree.Parent] = parent
					body[k.Tree.Previous] = r.placeOf(c, parent)
				}
				variants = append(variants, body)
			}
		}
		return r.sendEither(ctx, req, "POST "+k.Name, variants, creates)
	}
	ans, err := post(leaves)
	if is(err, ras.KindRefused) {
		var later []model.Leaf
		ans, later, err = r.postSure(k, leaves, err, post)
		for _, l := range later {
			delete(posted, l.Prop.Path())
		}
	}
	if err != nil {
		if is(err, ras.KindConflict) {
			return nil, fmt.Errorf("%w (someone made an object of this name since the plan was made: plan again)", err)
		}
		return nil, err
	}
	var body map[string]any
	if len(ans.Body) > 0 {
		d := json.NewDecoder(bytes.NewReader(ans.Body))
		d.UseNumber()
		if d.Decode(&body) != nil {
			body = nil
		}
	}
	return r.made(ctx, k, desired, siteID, parent, body, want)
}

// setQuery says a property in the query of a create: it beats the constant of
// the same name.
func setQuery(query url.Values, p *model.Property, v any) {
	for name := range query {
		if strings.EqualFold(name, p.Query) {
			query.Del(name)
		}
	}
	if b, ok := v.(bool); ok && p.Invert {
		v = !b
	}
	query.Set(p.Query, fmt.Sprint(v))
}

// onCreate is the spec with the values that a new object is always given.
func onCreate(k *model.Kind, desired *model.Object) map[string]any {
	spec := make(map[string]any, len(desired.Spec)+2)
	for n, v := range desired.Spec {
		spec[n] = v
	}
	for _, p := range k.Spec.Props {
		if _, ok := spec[p.Name]; ok || p.OnCreate == nil {
			continue
		}
		v := p.OnCreate
		if v == "$site" {
			v = desired.Address.Site
			if p.Type == model.TypeArray {
				v = []any{desired.Address.Site}
			}
		}
		spec[p.Name] = v
	}
	return spec
}

func fileLeaf(k *model.Kind, desired *model.Object) *model.Leaf {
	for _, p := range k.Spec.Props {
		if p.File != nil && p.File.Field != "" {
			if v, ok := desired.Spec[p.Name]; ok {
				return &model.Leaf{Prop: p, Value: v}
			}
		}
	}
	return nil
}

// placeOf is the id of the sibling in front of a new published item.
func (r *task) placeOf(c *plan.Change, parent int64) int64 {
	if c == nil || c.Place == nil {
		return r.lastChild(parent)
	}
	place := c.Place
	for range r.plan.Changes {
		if place.After == "" {
			return r.Live.Behind(r.treeKinds(), parent, 0)
		}
		a, err := r.cat.ParseAddress(place.After)
		if err != nil {
			break
		}
		front := r.Live.Find(a)
		if front == nil || front.ParentID != parent {
			front = r.child(a.Kind, parent, lastSegment(a.Name)) // in a folder that this run renamed or moved
		}
		if front != nil {
			id, _ := model.AsInt(front.ID)
			return r.Live.Behind(r.treeKinds(), parent, id)
		}
		// One that could not be made: behind what it would stand behind.
		i := slices.IndexFunc(r.plan.Changes, func(f plan.Change) bool { return f.Address == place.After && f.Place != nil })
		if i < 0 {
			break
		}
		place = r.plan.Changes[i].Place
	}
	return r.lastChild(parent)
}

// made gives the object a create made: from the answer, or by its name. It
// checks that it landed in its site; a farm that ignores where the site
// parameter stands puts it into the licensing site.
func (r *task) made(ctx context.Context, k *model.Kind, desired *model.Object, siteID string, parent int64, body map[string]any, want func(*model.Object, *model.Property) bool) (*model.Object, error) {
	o := &model.Object{Address: desired.Address, SiteID: siteID}
	id, hasID := model.AsInt(body["id"])
	landed, told := model.AsInt(body["siteId"])
	if hasID {
		o.ID = fmt.Sprint(id)
	}
	elsewhere := told && siteID != "" && k.Sites == "" && fmt.Sprint(landed) != siteID
	home := r.Live.Sites[0]
	if !hasID || (!told && siteID != "" && siteID != home.ID && k.Sites == "" && !r.landed[k.Name]) {
		found, err := r.Live.Search(ctx, r.Writer, desired.Address, siteID, parent)
		if err != nil {
			return nil, err
		}
		switch {
		case found != nil:
			o.ID = found.ID
			r.landed[k.Name] = true
		case hasID && k.Identity.Also != "":
			// Under another second part: what follows reads and compares it.
		case hasID:
			elsewhere = true
		default:
			if other, err := r.stray(ctx, k, desired.Address, siteID); err != nil {
				return nil, err
			} else if other != nil {
				o.ID = other.ID
				break
			}
			if siteID != "" && siteID != home.ID {
				if stray, err := r.Live.Search(ctx, r.Writer, model.Address{Site: home.Address.Name, Kind: k.Name, Name: desired.Address.Name}, home.ID, parent); err == nil && stray != nil {
					o.ID, elsewhere = stray.ID, true
				}
			}
			if !elsewhere {
				return nil, fmt.Errorf("the farm accepted %s but does not list it", desired.Address)
			}
		}
	}
	if elsewhere {
		if k.Delete != "" {
			if err := r.remove(ctx, k, o); err != nil {
				return nil, fmt.Errorf("%s was made in the wrong site and could not be taken back: %w", desired.Address, err)
			}
		}
		return nil, fmt.Errorf("the farm made %s in the licensing site instead of %s; it was taken back", desired.Address.Name, desired.Address.Site)
	}
	if hasID && len(body) > 3 { // more than an acknowledgement; what it lacks is read by id
		return r.Live.FromAnswer(ctx, r.Writer, o, body, want)
	}
	live, err := r.Live.Reread(ctx, r.Writer, o, want)
	if err == nil && live == nil {
		err = fmt.Errorf("the farm made %s but does not show it", desired.Address)
	}
	return live, err
}

// replace makes an object anew because the API cannot change it.
func (r *task) replace(ctx context.Context, c *plan.Change, again bool) error {
	k := r.cat.Kind(c.Kind)
	if k.Replace != "createFirst" {
		live, err := r.before(ctx, c, again)
		if err != nil {
			return err
		}
		if live != nil && !(again && r.isNew(k, c, live)) {
			if err := r.remove(ctx, k, live); err != nil {
				return err
			}
			r.forget(live)
		}
		return r.create(ctx, &plan.Change{Desired: c.Desired}, c.Desired, again)
	}
	return r.replaceCreateFirst(ctx, k, c, again)
}

// isNew tells whether the object on the farm is the new one already.
func (r *task) isNew(k *model.Kind, c *plan.Change, live *model.Object) bool {
	e, _ := plan.Compare(k, c.Desired, live, r.Live.Names, only{}, false)
	return e.Empty()
}

// replaceCreateFirst makes the new object under a temporary name, moves the
// references to it, deletes the old one and gives the new one its name: there
// is never a moment without it. Whatever an earlier try left is used.
func (r *task) replaceCreateFirst(ctx context.Context, k *model.Kind, c *plan.Change, again bool) error {
	old, err := r.before(ctx, c, again)
	if err != nil {
		return err
	}
	if old != nil && model.SameName(old.Address.Name, plan.TempName(c.Desired.Address.Name)) {
		return r.replaceLeftover(ctx, k, c, old, again)
	}
	if again {
		site := r.Live.Find(model.Address{Kind: model.SiteKind, Name: c.Site})
		siteID := ""
		if site != nil {
			siteID = site.ID
		}
		named, err := r.Live.Search(ctx, r.Writer, c.Desired.Address, siteID, 0)
		if err != nil {
			return err
		}
		if named != nil && (old == nil || named.ID != old.ID || r.isNew(k, c, old)) {
			r.remember(named)
			return nil // the last step was done already
		}
	}
	temp := *c.Desired
	temp.RenamedFrom = ""
	temp.Address.Name = plan.TempName(c.Desired.Address.Name)
	if left := r.Live.Find(temp.Address); left != nil && !r.reusable(ctx, k, &temp, left) {
		if err := r.remove(ctx, k, left); err != nil {
			return err
		}
		r.forget(left)
	}
	if err := r.create(ctx, &plan.Change{Desired: &temp}, &temp, true); err != nil {
		return err
	}
	fresh := r.Live.Find(temp.Address)
	if gone := r.find(c); old == nil && gone != nil && gone.ID != fresh.ID {
		r.forget(gone) // it was deleted, and the answer was lost
	}
	if old != nil {
		if err := r.activateFor(ctx, c, c.ActivateWithin, runs.ActivatedWithin); err != nil {
			return err
		}
		before := len(r.refused)
		for _, text := range c.Relinks {
			if err := r.relink(ctx, text, old, fresh); err != nil {
				return err
			}
		}
		if len(r.refused) > before {
			last := r.refused[len(r.refused)-1]
			return fmt.Errorf("a reference to the old object could not be moved to the new one: %s: %w", last.Path, last.Err)
		}
		if err := r.remove(ctx, k, old); err != nil {
			return err
		}
		r.forget(old)
	}
	at := spot{kind: k, object: fresh, path: export.SelfPath(k.Self, fresh.ID), query: export.SiteQuery(k, fresh)}
	if err := r.put(ctx, at, nil, nil, k.OwnName(c.Desired.Address.Name), nil); err != nil {
		return err
	}
	if r.Sent != nil {
		r.Sent.Forget(temp.Address)
		if err := r.Sent.Save(); err != nil {
			return err
		}
	}
	r.remember(renamed(fresh, c.Desired))
	return nil
}

// replaceLeftover replaces what a run that died left under the temporary name
// of the object: the object's own name is free, so the new one gets it at
// once.
func (r *task) replaceLeftover(ctx context.Context, k *model.Kind, c *plan.Change, old *model.Object, again bool) error {
	desired := *c.Desired
	desired.RenamedFrom = ""
	if err := r.create(ctx, &plan.Change{Desired: &desired}, &desired, again); err != nil {
		return err
	}
	fresh := r.Live.Find(desired.Address)
	for _, text := range c.Relinks {
		if err := r.relink(ctx, text, old, fresh); err != nil {
			return err
		}
	}
	if err := r.remove(ctx, k, old); err != nil {
		return err
	}
	r.forget(old)
	return nil
}

// reusable tells whether what an earlier run left under the temporary name can
// become the new object: nothing that only a create can set may differ.
func (r *task) reusable(ctx context.Context, k *model.Kind, temp, left *model.Object) bool {
	now, err := r.Live.Reread(ctx, r.Writer, left, plan.WantOf(temp))
	if err != nil || now == nil {
		return false
	}
	edits, _ := plan.Compare(k, temp, now, r.Live.Names, only{}, false)
	for _, l := range edits.Leaves {
		if l.Prop.CreateOnly {
			return false
		}
	}
	return true
}

// relink moves the references of one object from old to fresh.
func (r *task) relink(ctx context.Context, address string, old, fresh *model.Object) error {
	a, err := r.cat.ParseAddress(address)
	if err != nil {
		return err
	}
	o := r.Live.Find(a)
	if o == nil {
		return nil // deleted meanwhile: nothing refers from there
	}
	k := r.cat.Kind(a.Kind)
	all := func(_ *model.Object, p *model.Property) bool { return !export.Costly(p) }
	now, err := r.Live.Reread(ctx, r.Writer, o, all)
	if err != nil || now == nil {
		return err
	}
	desired := &model.Object{Address: now.Address, Spec: moveRefs(r.Live.Names, k.Spec, now.Spec, now.Address.Site, old, fresh).(map[string]any)}
	edits, _ := plan.Compare(k, desired, now, r.Live.Names, only{}, false)
	r.relinked[address] = true
	return r.write(ctx, k, desired, now, edits)
}

// moveRefs copies a value with every reference to old turned to fresh.
func moveRefs(names *export.Names, p *model.Property, v any, site string, old, fresh *model.Object) any {
	turn := func(kinds []string, s string) string {
		if o := names.Resolve(kinds, s, site); o != nil && o.ID == old.ID && o.Address.Kind == old.Address.Kind {
			return fresh.Address.Name
		}
		return s
	}
	switch v := v.(type) {
	case map[string]any:
		m := make(map[string]any, len(v))
		for n, e := range v {
			c := p.Prop(n)
			if c == nil {
				m[n] = e
				continue
			}
			m[n] = moveRefs(names, c, e, site, old, fresh)
		}
		return m
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			s, ok := e.(string)
			switch {
			case ok && p.Items != nil && len(p.Items.Ref) > 0:
				out[i] = turn(p.Items.Ref, s)
			case ok && len(p.Ref) > 0:
				out[i] = turn(p.Ref, s)
			case p.Items != nil:
				out[i] = moveRefs(names, p.Items, e, site, old, fresh)
			default:
				out[i] = e
			}
		}
		return out
	case string:
		if len(p.Ref) > 0 {
			return turn(p.Ref, v)
		}
	}
	return v
}
