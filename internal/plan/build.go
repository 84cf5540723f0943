package plan

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"rassync/internal/export"
	"rassync/internal/leak"
	"rassync/internal/model"
)

// Input is what a plan is made of.
type Input struct {
	Catalog *model.Catalog
	Desired []*model.Object
	// Absent are objects to delete whatever the options say: what a run that
	// is rolled back had created.
	Absent []model.Address
	Live   *export.Farm

	// Selected tells which objects may be changed; nil means all.
	Selected func(model.Address) bool
	// NotSelected is the hint about declared objects that are needed, and
	// neither on the farm nor selected; "" for the usual one.
	NotSelected string
	// Exclusive tells where what is not declared is deleted, if Prune is set.
	Exclusive func(kind, site string) bool
	Prune     bool
	// MarksGone: an object whose mark the farm does not have is gone, and
	// others of its name are others. What a run found on this farm is known
	// that surely; a document may have been written for another farm.
	MarksGone bool
	// Protected objects are never deleted or replaced.
	Protected func(model.Address) bool
	// Sent remembers values that cannot be read back.
	Sent          Sent
	RotateSecrets bool
	// SkipIncomplete leaves out new objects that a create could not make, and
	// what needs them, instead of refusing the plan.
	SkipIncomplete bool
	// WriteUnseen has declared values written that the farm does not show.
	WriteUnseen bool
	// GoesBack: what is wanted was there once, so that sites which one of them copies
	// its settings to get back their own.
	GoesBack bool
	// LaidOver finds where an overlay sets a value; nil without an overlay.
	LaidOver func(o *model.Object, path string) (model.Source, bool)
	// Position finds the place of a property in a document.
	Position func(o *model.Object, path string) model.Source

	Tool Tool
	Farm Farm
}

// Want says which parts of live objects must be read to plan these objects:
// those the documents declare.
func Want(desired []*model.Object) func(o *model.Object, p *model.Property) bool {
	byAddress := map[model.Address]*model.Object{}
	byName := map[model.Address]*model.Object{}
	byBare := map[model.Address]*model.Object{} // whatever mark they have
	byID := map[string]*model.Object{}          // of snapshots
	renames := renames{}
	for _, d := range desired {
		if d.ID != "" {
			byID[d.Address.Kind+" "+d.ID] = d
		}
		byAddress[d.Address.Key()] = d
		byBare[bareKey(d.Address)] = d
		if d.RenamedFrom != "" {
			renames[model.Fold(d.Address.Name)] = d.OldName()
		}
	}
	for _, d := range desired {
		for _, name := range farmNames(d, renames, renames) {
			a := d.Address
			a.Name = name
			byName[a.Key()] = d
		}
	}
	return func(o *model.Object, p *model.Property) bool {
		if d := byID[o.Address.Kind+" "+o.ID]; d != nil {
			return declares(d, o, p)
		}
		for _, a := range allAddresses(o) {
			for _, m := range []map[model.Address]*model.Object{byAddress, byName} {
				if d := m[a.Key()]; d != nil {
					return declares(d, o, p)
				}
			}
			if byBare[bareKey(a)] != nil {
				return true // which of several it is turns out once all are read
			}
		}
		return declares(nil, o, p)
	}
}

// WantOf says which parts of one live object must be read to compare it with
// its document, whatever the farm calls it now; without one, nil, only what
// every plan looks at.
func WantOf(d *model.Object) func(o *model.Object, p *model.Property) bool {
	return func(o *model.Object, p *model.Property) bool { return declares(d, o, p) }
}

func declares(d, o *model.Object, p *model.Property) bool {
	if d != nil {
		_, declared := model.Lookup(d.Spec, p.Path())
		return declared
	}
	// What settings refer to is looked at in any case (see release), and what
	// others refer to if their own answer should show it.
	return refersBelow(p) && (o.Builtin && o.Address.Name == "" || p.OwnPartGet() == nil)
}

// refersBelow tells whether a property or what stands below it holds
// references.
func refersBelow(p *model.Property) bool {
	found := false
	p.Walk(func(c *model.Property) { found = found || len(c.Ref) > 0 })
	return found
}

func allAddresses(o *model.Object) []model.Address {
	out := []model.Address{o.Address}
	for _, s := range o.InSites {
		out = append(out, model.Address{Site: s, Kind: o.Address.Kind, Name: o.Address.Name})
	}
	return out
}

// builder holds the work of one plan.
type builder struct {
	Input
	diags    model.Diagnostics
	warnings []string

	unwritable []Unwritable
	unseen     []NotShown
	notRead    []NotRead
	incomplete map[*model.Object]string // new objects that are left out, and why

	changes  []*change
	byAddr   map[model.Address]*change // by declared or live address
	liveOf   map[*model.Object]*model.Object
	wantOf   map[*model.Object]*model.Object // live -> desired
	declared map[model.Address]*model.Object
	going    map[model.Address]*model.Object // documents that only say: may be deleted
	renamed  renames                         // the folders that documents rename
	folders  renames                         // those of them that the farm still has under another name
	blocked  map[*model.Object]string        // declared -> the kind that could not be read and that it depends on
	unclear  map[*model.Object]bool          // declared, and nobody can tell which live object is meant
	called   *identities                     // see belongTogether
	same     int
	unsent   int

	groupsOf []*group                 // siblings whose order this plan may concern
	folderAt map[string]*model.Object // live folders by path
	own      *bool                    // see showsOwn
}

// change is a Change with what is needed to order it.
type change struct {
	Change
	live *model.Object
	// needs are the changes that must come first, with the reason.
	needs map[*change]string
	// rank orders independent changes, after level: how many activations
	// stand before the change.
	rank  [2]int
	level int
	fixed string // the property for which the object is made anew
}

// Build makes the plan. Diagnostics with errors mean that the input does not
// fit the farm; the plan is nil then.
func Build(in Input) (*Plan, model.Diagnostics) {
	b := &builder{Input: in, byAddr: map[model.Address]*change{}, liveOf: map[*model.Object]*model.Object{}, wantOf: map[*model.Object]*model.Object{},
		declared: map[model.Address]*model.Object{}, folders: renames{}, renamed: renames{}, blocked: map[*model.Object]string{}, unclear: map[*model.Object]bool{}, going: map[model.Address]*model.Object{}}
	b.Input = in
	if b.NotSelected == "" {
		b.NotSelected = "select it too"
	}
	if b.Position == nil {
		b.Position = func(o *model.Object, _ string) model.Source { return o.Source }
	}
	b.Desired = nil
	for _, d := range in.Desired {
		if d.Goes() {
			b.going[d.Address.Key()] = d
			continue
		}
		b.Desired = append(b.Desired, d)
		b.declared[d.Address.Key()] = d
		if k := in.Catalog.Kind(d.Address.Kind); k.Tree != nil && d.Address.Kind == k.Tree.Folder && d.RenamedFrom != "" {
			b.renamed[model.Fold(d.Address.Name)] = d.OldName()
		}
	}
	b.pair()
	b.skipIncomplete()
	b.block()
	b.deletes()
	for _, d := range b.Desired {
		b.compare(d)
	}
	b.release()
	b.unread()
	b.placeCreates()
	b.checkReferences()
	b.replaces()
	b.edges()
	b.kindEdges()
	b.effects()
	b.reorders()
	b.unlisted()
	sorted := b.sort()
	if b.diags.Failed() {
		return nil, b.diags
	}
	return b.finish(sorted), b.diags
}

func (b *builder) selected(a model.Address) bool { return b.Selected == nil || b.Selected(a) }

func (b *builder) fail(o *model.Object, path, summary, hint string) {
	b.diags = append(b.diags, model.Diagnostic{Severity: model.Error, Source: b.Position(o, path), Address: o.Address.String(), Path: path, Summary: summary, Hint: hint})
}

// ForcesReplacement is the note of a field for which an object is made anew.
const ForcesReplacement = "forces replacement: only a create takes it"

// TempName is the name that the new object of a replace has until the old one
// is gone.
func TempName(name string) string {
	const suffix = " (rassync)"
	name, _ = model.CutMark(name)
	if runes := []rune(name); len(runes) > 240 {
		name = string(runes[:240])
	}
	return name + suffix
}

// compare makes the change of one declared object.
func (b *builder) compare(d *model.Object) {
	k := b.Catalog.Kind(d.Address.Kind)
	if k.Shape == model.OrderShape || !b.selected(d.Address) {
		return
	}
	if b.Live.NotReadErr(k.Name, d.Address.Site) != nil || b.blocked[d] != "" || b.incomplete[d] != "" || b.unclear[d] {
		return
	}
	if refused := k.RefuseForeign(d); len(refused) > 0 {
		for _, why := range refused {
			b.fail(d, "", why, "take it out")
		}
		return
	}
	live := b.liveOf[d]
	b.belongTogether(k, d, live)
	d = b.withoutMissing(k, d)
	if live == nil {
		b.create(k, d)
		return
	}
	df := b.differ(d, live)
	df.object(k.Spec, d.Spec, live.Spec, "")
	df.unknown(d.Unknown, live.Unknown)
	b.unwritable = append(b.unwritable, df.stuck...)
	b.unseen = append(b.unseen, df.unseen...)
	b.warnings = append(b.warnings, df.warn...)
	b.unsent += len(df.unsent)
	c := &change{Change: Change{Action: Update, Fields: df.fields, Desired: d, Before: live}, live: live}
	if b.isRenamed(k, d, live) {
		was, is := live.Address.Unmarked().Name, d.Address.Unmarked().Name
		switch {
		case len(k.Identity.Rename) > 0 || b.moved(k, d, live):
			c.RenamedFrom = live.Address.Name
			c.Fields = append([]Field{{Path: "name", Before: live.Address.Name, After: d.Address.Name}}, c.Fields...)
			df.touched = append([]*model.Property{nil}, df.touched...)
		case !model.SameName(was, is):
			b.fail(d, "renamedFrom", "objects of this kind cannot be renamed through the API", "rename it in the console, or leave renamedFrom out to have it made anew")
			return
		case k.Identity.Codec != "account":
			b.unwritable = append(b.unwritable, Unwritable{Address: d.Address.String(), Path: "name", Before: was, After: is, Why: "objects of this kind cannot be renamed through the API"})
		}
	}
	if len(c.Fields) == 0 {
		if len(df.unseen) == 0 {
			b.same++
		}
		return
	}
	var fixed []string
	var forcing []int
	for i, p := range df.touched {
		for at := p; at != nil; at = at.Parent {
			if at.CreateOnly {
				fixed = append(fixed, c.Fields[i].Path)
				forcing = append(forcing, i)
				break
			}
		}
	}
	if len(fixed) > 0 {
		switch {
		case k.Replace == "" || live.Builtin:
			b.fail(d, fixed[0], "cannot be changed after the object was made", "put the value back, or make a new object under another name")
			return
		case b.Protected != nil && b.Protected(d.Address) && d.Confirm == "":
			b.fail(d, fixed[0], "can only be changed by making the object anew, and it is protected", "write confirm: replace into its document, or put the value back")
			return
		}
		b.creatable(k, d, "is needed because the object must be made anew")
		c.fixed = fixed[0]
		c.Action, c.Confirmed, c.Desired = Replace, d.Confirm != "", b.takeable(k, d)
		for _, i := range forcing {
			c.Fields[i].Note = strings.TrimPrefix(c.Fields[i].Note+"; "+ForcesReplacement, "; ")
		}
	}
	b.describe(k, c, df.touched)
	b.put(c)
}

func (b *builder) differ(d, live *model.Object) *differ {
	df := &differ{site: d.Address.Site, address: d.Address, want: d.Spec, have: live.Spec, absent: live.Absent, sent: b.Sent, rotate: b.RotateSecrets, writeUnseen: b.WriteUnseen,
		wantUnknown: d.Unknown, haveUnknown: live.Unknown}
	df.sameRef = func(kinds []string, want, have any) bool { return b.sameRef(kinds, want, have, d.Address.Site) }
	df.sameEntry = func(p *model.Property, object, want, have string) bool {
		return b.sameEntry(p, object, want, have, d.Address.Site)
	}
	df.elementID = func(p *model.Property, v any, wanted bool) any {
		return b.elementID(p, v, d.Address.Site, wanted)
	}
	df.masked = func(p *model.Property, have any) bool { return b.masked(live, p, have) }
	return df
}

// sameRef tells whether two spellings mean the same object, renames of this
// plan included.
func (b *builder) sameRef(kinds []string, want, have any, site string) bool {
	w, ok := want.(string)
	h, ok2 := have.(string)
	if !ok || !ok2 {
		return model.Equal(nil, want, have)
	}
	if model.SameName(w, h) {
		return true
	}
	if w == "" || h == "" {
		return false
	}
	lo := b.Live.Names.Resolve(kinds, h, site)
	if lo == nil {
		return false
	}
	if d := b.target(kinds, w, site); d != nil {
		return b.liveOf[d] == lo
	}
	return b.Live.Names.Resolve(kinds, w, site) == lo
}

// target finds the declared object that a reference means.
func (b *builder) target(kinds []string, ref, site string) *model.Object {
	for _, a := range export.RefAddresses(b.Catalog, kinds, ref, site) {
		if d := b.declared[a.Key()]; d != nil {
			return d
		}
		for _, s := range b.Live.Sites { // published items stand in several sites
			if k := b.Catalog.Kind(a.Kind); k != nil && k.Sites != "" {
				a.Site = s.Address.Name
				if d := b.declared[a.Key()]; d != nil {
					return d
				}
			}
		}
	}
	return nil
}

// masked: the farm may show a folder's status in place of an item's own while
// the folder is not open; the item's own can't be seen then. A farm that shows
// anything else below such a folder shows every item's own.
func (b *builder) masked(o *model.Object, p *model.Property, have any) bool {
	k := b.Catalog.Kind(o.Address.Kind)
	if k.Tree == nil {
		return false
	}
	status, hidden := b.passedDown(k, o, p, true)
	return hidden && model.Equal(p, status, have) && !b.showsOwn(p.Name)
}

// passedDown is the status that the nearest folder above that is not open
// passes down. With plan, folders that this plan opens count as open.
func (b *builder) passedDown(k *model.Kind, o *model.Object, p *model.Property, plan bool) (any, bool) {
	if b.folderAt == nil {
		b.folderAt = map[string]*model.Object{}
		for _, f := range b.Live.Objects[k.Tree.Folder] {
			b.folderAt[model.Fold(f.Address.Name)] = f
		}
	}
	for path := o.Address.Name; ; {
		folder, _ := model.ParentPath(path)
		if folder == "" {
			return nil, false
		}
		path = folder
		f := b.folderAt[model.Fold(folder)]
		if f == nil {
			continue
		}
		v, ok := f.Spec[p.Name]
		if !ok || v == p.InheritsDown {
			continue
		}
		if d := b.wantOf[f]; plan && d != nil {
			if w, declared := d.Spec[p.Name]; declared && w == p.InheritsDown {
				continue // this plan opens the folder: the item's own will show
			}
		}
		return v, true
	}
}

// showsOwn tells whether some item below a folder that is not open shows
// another status than the folder.
func (b *builder) showsOwn(name string) bool {
	if b.own != nil {
		return *b.own
	}
	found := false
	for _, k := range b.Catalog.Kinds() {
		p := k.Spec.Prop(name)
		if k.Tree == nil || p == nil {
			continue
		}
		for _, o := range b.Live.Objects[k.Name] {
			if status, hidden := b.passedDown(k, o, p, false); hidden {
				if v, ok := o.Spec[name]; ok && v != status {
					found = true
				}
			}
		}
	}
	b.own = &found
	return found
}

// comesWithSite tells whether the object will be there by itself once this
// plan has made its site.
func (b *builder) comesWithSite(k *model.Kind, a model.Address) bool {
	if a.Site == "" || b.Live.Find(model.Address{Kind: model.SiteKind, Name: a.Site}) != nil {
		return false
	}
	if b.declared[(model.Address{Kind: model.SiteKind, Name: a.Site}).Key()] == nil {
		return false
	}
	if k.Shape == model.Singleton || k.IsBuiltin(a.Name) {
		return true
	}
	// The primary broker of a site is made with it.
	site := b.declared[(model.Address{Kind: model.SiteKind, Name: a.Site}).Key()]
	for _, p := range b.Catalog.Kind(model.SiteKind).Spec.Props {
		if p.Lookup != nil && k.List != nil && p.Lookup.Path == k.List.Path {
			v, _ := site.Spec[p.Name].(string)
			return model.SameName(v, a.Name)
		}
	}
	return false
}

func (b *builder) create(k *model.Kind, d *model.Object) {
	d = b.takeable(k, d)
	switch {
	case b.comesWithSite(k, d.Address):
		c := &change{Change: Change{Action: Update, Fields: createFields(k.Spec, d.Spec, ""), Desired: d, Reversible: true}}
		if len(c.Fields) > 0 {
			im := &impacts{found: []Impact{}}
			im.values(k.Spec, d.Spec, "")
			c.Impact = im.found
			b.put(c)
		}
		return
	case k.Shape == model.Singleton:
		b.warnings = append(b.warnings, fmt.Sprintf("%s is left alone: the farm has no such settings", d.Address))
		return
	case k.IsBuiltin(d.Address.Name):
		b.fail(d, "", "is built into every site, but this farm does not show it", "check the name and the rights of the account")
		return
	case !k.CanCreate():
		b.fail(d, "", "does not exist on the farm, and the API has no call to make one", "make it in the console first")
		return
	}
	if d.RenamedFrom != "" {
		b.warnings = append(b.warnings, fmt.Sprintf("%s is made anew: there is no %q to rename", d.Address, d.RenamedFrom))
	}
	b.creatable(k, d, "is needed to make the object")
	c := &change{Change: Change{Action: Create, Fields: createFields(k.Spec, d.Spec, ""), Desired: d}}
	df := b.differ(d, &model.Object{Address: d.Address, Spec: map[string]any{}})
	df.onCreate(k.Spec, d.Spec, "")
	if deep := deepUnknown(d); len(deep) > 0 {
		b.warnings = append(b.warnings, fmt.Sprintf("%s is made without %s: %s", d.Address, strings.Join(deep, ", "), noPlace))
	}
	b.warnings = append(b.warnings, df.warn...)
	b.unwritable = append(b.unwritable, df.stuck...)
	b.describe(k, c, nil)
	b.put(c)
}

// deepUnknown are the values of a new object that no schema knows and that no
// body is known to bring.
func deepUnknown(d *model.Object) []string {
	var out []string
	for path := range d.Unknown {
		if strings.ContainsAny(path, ".:") && !strings.Contains(path, "[") {
			out = append(out, "unknown."+path)
		}
	}
	sort.Strings(out)
	return out
}

// creatable refuses an object that a create could not make.
func (b *builder) creatable(k *model.Kind, d *model.Object, why string) {
	for _, p := range MissingOnCreate(k, d.Spec) {
		b.fail(d, p, why, "add it to the document")
	}
	if none := noCreate(k, d.Spec); none != nil {
		b.fail(d, none.By, none.Error(), none.Hint())
	}
	if k.Identity.Also != "" {
		if first, also, ok := model.CutName(d.Address.Name); !ok || first == "" || also == "" {
			b.fail(d, "name", fmt.Sprintf("the name has two parts: %s@%s", k.Identity.Read, k.Identity.Also), "write both of them")
		}
	}
}

func createFields(p *model.Property, want map[string]any, path string) []Field {
	out := []Field{}
	for _, c := range p.Props {
		w, ok := want[c.Name]
		if !ok {
			continue
		}
		at := joinPath(path, c.Name)
		if noCall(c, w) != "" {
			continue
		}
		if m, ok := w.(map[string]any); ok && c.Structured() {
			out = append(out, createFields(c, m, at)...)
			continue
		}
		f := Field{Path: at, After: show(w)}
		switch {
		case c.Inferred():
			f.Note = "inferred"
		case c.OneTime:
			f.Note = "sent with the create only"
		}
		out = append(out, f)
	}
	for _, name := range model.OpenNames(p, want) {
		out = append(out, Field{Path: joinPath(path, name), After: show(want[name]), Note: openNote})
	}
	return out
}

// deletes lists what goes: what a rollback takes back, and with Prune what is
// not declared in exclusive kinds, and what its document says may go.
func (b *builder) deletes() {
	for _, a := range b.Absent {
		if live := b.Live.Find(a); live != nil && b.wantOf[live] == nil && b.selected(a) {
			b.delete(live)
		}
	}
	if b.Exclusive == nil {
		return
	}
	defer b.stays()
	left := 0
	for _, k := range b.Catalog.Kinds() {
		if !b.Live.Read[k.Name] || k.Shape != model.Collection {
			continue
		}
		for _, o := range b.Live.Objects[k.Name] {
			if o.Builtin || b.wantOf[o] != nil || !k.CanDelete() || !b.selected(o.Address) || b.changeOf(o) != nil {
				continue
			}
			goes := b.goer(o) != nil
			if !goes && !b.Exclusive(k.Name, o.Address.Site) || goes && !b.Prune {
				continue
			}
			if b.Protected != nil && b.Protected(o.Address) && !goes {
				b.warnings = append(b.warnings, fmt.Sprintf("%s is not declared, but protected: left alone", o.Address))
				continue
			}
			if o.Unsure != "" {
				b.warnings = append(b.warnings, fmt.Sprintf("%s is not declared, but left alone: this farm does not show %s, so nobody can say whether it is configuration", o.Address, o.Unsure))
				continue
			}
			if !b.Prune {
				left++
				continue
			}
			b.delete(o)
		}
	}
	if left > 0 {
		b.warnings = append(b.warnings, fmt.Sprintf("%s not declared although the kind is exclusive; --prune would delete what is not declared", objects(left, "")))
	}
}

// goer is the document that says of a live object that it may be deleted.
func (b *builder) goer(live *model.Object) *model.Object {
	for _, a := range allAddresses(live) {
		if d := b.going[a.Key()]; d != nil {
			return d
		}
	}
	return nil
}

// stays warns of objects that may be deleted by their document and are not.
func (b *builder) stays() {
	var without []string
	for _, d := range b.going {
		live := b.Live.Find(d.Address)
		if live == nil || !b.selected(d.Address) || b.changeOf(live) != nil {
			continue
		}
		switch k := b.Catalog.Kind(d.Address.Kind); {
		case live.Builtin || !k.CanDelete():
			b.warnings = append(b.warnings, fmt.Sprintf("%s is left alone although its document says confirm: delete: it cannot be deleted", d.Address))
		case !b.Prune:
			without = append(without, d.Address.String())
		}
	}
	if len(without) > 0 {
		sort.Strings(without)
		b.warnings = append(b.warnings, fmt.Sprintf("%s on the farm although %s confirm: delete: without --prune nothing is deleted: %s",
			objects(len(without), ""), map[bool]string{true: "its document says", false: "their documents say"}[len(without) == 1], listed(without)))
	}
}

// listed names some of many.
func listed(names []string) string {
	s := strings.Join(names[:min(len(names), maxNamed)], ", ")
	if more := len(names) - maxNamed; more > 0 {
		s += fmt.Sprintf(" and %d more", more)
	}
	return s
}

func (b *builder) changeOf(live *model.Object) *change { return b.byAddr[live.Address.Key()] }

func (b *builder) delete(o *model.Object) {
	k := b.Catalog.Kind(o.Address.Kind)
	if o.Builtin {
		b.warnings = append(b.warnings, fmt.Sprintf("%s is built in and cannot be deleted: left alone", o.Address))
		return
	}
	c := &change{Change: Change{Action: Delete, Fields: []Field{}, Before: o}, live: o}
	if d := b.goer(o); d != nil {
		c.Confirmed = true
		c.Source = &Source{File: d.Source.File, Line: d.Source.Line}
	}
	b.describe(k, c, nil)
	b.put(c)
}

func (b *builder) put(c *change) {
	o := c.Desired
	if o == nil {
		o = c.Before
	}
	a := o.Address
	c.Address, c.Kind, c.Site, c.Name = a.String(), a.Kind, a.Site, a.Name
	if c.Desired != nil && c.Desired.Source.File != "" {
		c.Source = &Source{File: c.Desired.Source.File, Line: c.Desired.Source.Line}
	}
	if c.Action != Reorder {
		c.PreImage = PreImage(b.Catalog, b.Live.Names, c.Before, c.Wanted())
	}
	c.needs = map[*change]string{}
	b.changes = append(b.changes, c)
	b.byAddr[a.Key()] = c
	if c.live != nil {
		b.byAddr[c.live.Address.Key()] = c
	}
}

// unreadable lists what is lost when an object of this kind goes.
func unreadable(k *model.Kind) []string {
	var out, plain []string
	k.Spec.Walk(func(p *model.Property) {
		switch {
		case p.OneTime:
		case p.Secret:
			out = append(out, p.Path()+" is never read back: it must be supplied again")
		case p.WriteOnly:
			plain = append(plain, p.Path())
		}
	})
	if len(plain) > 0 {
		out = append(out, fmt.Sprintf("%s never read back, such as %s: what is not declared is lost", model.Count(len(plain), "setting is", "settings are"), plain[0]))
	}
	return out
}

// maxNamed is how many objects a warning names.
const maxNamed = 10

// unread says which declared objects are left alone because their kind could
// not be read, and blocks what depends on them.
func (b *builder) unread() {
	for _, n := range b.Live.NotRead {
		count, hang := 0, 0
		for _, d := range b.Desired {
			switch k := b.Catalog.Kind(d.Address.Kind); {
			case n.Site != "" && d.Address.Site != "" && !model.SameName(n.Site, d.Address.Site):
			case d.Address.Kind == n.Kind:
				count++
			case b.selected(d.Address) && (b.blocked[d] == n.Kind || k.Order != nil && slices.Contains(k.Order.Of, n.Kind)):
				hang++
			}
		}
		if count+hang > 0 {
			b.notRead = append(b.notRead, NotRead{Kind: n.Kind, Site: n.Site, Objects: count + hang, Why: n.Err.Error()})
		}
		b.warnings = append(b.warnings, fmt.Sprintf("%s; %s left alone", n, objects(count, "declared ")))
	}
	for i, f := range b.Live.Failed {
		if i == maxNamed {
			b.warnings = append(b.warnings, fmt.Sprintf("%s failed", model.Count(len(b.Live.Failed)-i, "more read of an object", "more reads of objects")))
			break
		}
		b.warnings = append(b.warnings, f.String())
	}
	byReason := map[string][]string{}
	for d, kind := range b.blocked {
		if b.selected(d.Address) {
			byReason[kind] = append(byReason[kind], d.Address.String())
		}
	}
	for _, kind := range b.Catalog.Names() {
		if list := byReason[kind]; len(list) > 0 {
			sort.Strings(list)
			names := listed(list)
			why := "is left out"
			if slices.ContainsFunc(b.Live.NotRead, func(n export.NotRead) bool { return n.Kind == kind }) {
				why = "was not read"
			}
			b.warnings = append(b.warnings, fmt.Sprintf("%s left alone because of references to %s, which %s: %s", objects(len(list), "declared "), kind, why, names))
		}
	}
	byKind := map[string][2]int{}
	for _, d := range b.Desired {
		k := b.Catalog.Kind(d.Address.Kind)
		if k.Shape != model.Collection || b.Live.NotReadErr(k.Name, d.Address.Site) != nil {
			continue
		}
		n := byKind[k.Name+" in site "+d.Address.Site]
		n[0]++
		if b.liveOf[d] != nil {
			n[1]++
		}
		byKind[k.Name+" in site "+d.Address.Site] = n
	}
	var names []string
	for name, n := range byKind {
		kind, site, _ := strings.Cut(name, " in site ")
		if n[0] > 1 && n[1] == 0 && b.Live.Read[kind] && b.liveCount(kind, site) == 0 {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	for _, name := range names {
		b.warnings = append(b.warnings, fmt.Sprintf("the farm shows no %s although %d are declared: an account without rights sees an empty list", strings.TrimSuffix(name, " in site "), byKind[name][0]))
	}
}

// objects counts in words: "1 declared object is", "2 objects are".
func objects(n int, what string) string {
	if n == 1 {
		return "1 " + what + "object is"
	}
	return fmt.Sprintf("%d %sobjects are", n, what)
}

func (b *builder) liveCount(kind, site string) int {
	n := 0
	for _, o := range b.Live.Objects[kind] {
		if model.SameName(o.Address.Site, site) && !o.Builtin {
			n++
		}
	}
	return n
}

// overlaid finds the values that another document than the object's own sets.
func (b *builder) overlaid(d *model.Object, fields []Field) map[string]Source {
	if b.LaidOver == nil {
		return nil
	}
	var out map[string]Source
	for _, f := range fields {
		if at, ok := b.LaidOver(d, f.Path); ok {
			if out == nil {
				out = map[string]Source{}
			}
			out[f.Path] = Source{File: at.File, Line: at.Line}
		}
	}
	return out
}

func (b *builder) finish(sorted []*change) *Plan {
	p := &Plan{FormatVersion: FormatVersion, Tool: b.Tool, Farm: b.Farm, Changes: []Change{}, Warnings: []string{}}
	p.Summary.Unchanged = b.same
	b.lookalikes(sorted)
	for _, c := range sorted {
		p.Summary.count(&c.Change)
		type need struct{ address, why string }
		var needs []need
		for n, why := range c.needs {
			needs = append(needs, need{n.Address, why})
		}
		sort.Slice(needs, func(i, j int) bool { return needs[i].address < needs[j].address })
		c.DependsOn = []string{}
		for _, n := range needs {
			c.DependsOn = append(c.DependsOn, n.address)
			c.Because = append(c.Because, n.why)
		}
		maskSecrets(c.Fields)
		if d := b.wantOf[c.live]; d != nil {
			c.Overlay = b.overlaid(d, c.Fields)
		} else if c.Desired != nil {
			c.Overlay = b.overlaid(c.Desired, c.Fields)
		}
		if l := c.live; l != nil && l.ChangedBy+l.ChangedAt != "" {
			c.LastChange = &LastChange{By: l.ChangedBy, At: l.ChangedAt}
		}
		p.Changes = append(p.Changes, c.Change)
		p.Secrets = append(p.Secrets, Secrets(b.Catalog.Kind(c.Kind), &c.Change)...)
	}
	if b.unsent > 0 {
		b.warnings = append(b.warnings, fmt.Sprintf("%s never been sent from this workspace: rassync cannot know what the farm has (--rotate-secrets sends all)", model.Count(b.unsent, "secret has", "secrets have")))
	}
	for i := range b.unwritable {
		b.unwritable[i].Before, b.unwritable[i].After = leak.MaskValue(b.unwritable[i].Before), leak.MaskValue(b.unwritable[i].After)
	}
	p.Unwritable, p.NotShown, p.NotRead = b.unwritable, b.unseen, b.notRead
	b.warnings = append(b.warnings, UnseenLines(b.unseen)...)
	for _, u := range b.unwritable {
		b.warnings = append(b.warnings, u.String())
	}
	seen := map[string]bool{}
	for _, w := range b.warnings {
		if !seen[w] {
			seen[w] = true
			p.Warnings = append(p.Warnings, w)
		}
	}
	return p
}
