package wayback

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"rassync/internal/export"
	"rassync/internal/model"
	"rassync/internal/plan"
	"rassync/internal/runs"
)

// Way is the way back from one run.
type Way struct {
	cat  *model.Catalog
	sent *sent
	was  map[model.Address]*model.Object // before the run
	// all are the objects of the snapshot in its order.
	all     []*model.Object
	deletes map[string]bool // sites that the run deleted, folded
}

// New works out from a run's own files what it sent; objects are those of the
// snapshot.
func New(cat *model.Catalog, entries []runs.Entry, p *plan.Plan, snap *runs.Snapshot, objects []*model.Object) *Way {
	w := &Way{cat: cat, sent: sentBy(cat, entries, p, snap.IDs(p)), was: map[model.Address]*model.Object{}, all: objects, deletes: map[string]bool{}}
	for _, o := range objects {
		w.was[o.Address.Key()] = o
	}
	for _, t := range w.sent.list {
		if c := t.change; c != nil && c.Kind == model.SiteKind && t.deleted {
			w.deletes[model.Fold(c.Name)] = true
		}
	}
	return w
}

// Objects are the objects as they were that the run sent something for, and the
// orders that it may have changed.
func (w *Way) Objects() []*model.Object {
	var out []*model.Object
	seen := map[*model.Object]bool{}
	add := func(o *model.Object) {
		if o != nil && !seen[o] {
			seen[o] = true
			out = append(out, o)
		}
	}
	for _, t := range w.sent.list {
		add(w.before(t))
	}
	for _, o := range w.all {
		if w.deletes[model.Fold(o.Address.Site)] && o.Address.Site != "" {
			add(o) // it went with its site
		}
	}
	for _, a := range w.orders() {
		add(w.was[a])
	}
	return out
}

// Sent tells whether the run sent a property of a change, and the farm took it or
// may have.
func (w *Way) Sent(c *plan.Change, path string) bool {
	t := w.sent.byKey[c.Address+" "+string(c.Action)]
	return t != nil && t.covers(path)
}

// Made are the objects that the run made, with the kinds of what it may have
// left under a temporary name.
func (w *Way) Made() []model.Address {
	var out []model.Address
	for _, t := range w.sent.list {
		c := t.change
		if c == nil {
			continue
		}
		a := model.Address{Site: c.Site, Kind: c.Kind, Name: c.Name}
		if t.created && c.Action == plan.Create {
			out = append(out, a)
		}
		if t.tempCreated {
			a.Name = plan.TempName(c.Name)
			out = append(out, a)
		}
	}
	return out
}

// before gives the object as it was; nil for what the run made.
func (w *Way) before(t *touched) *model.Object {
	if t.change == nil {
		a, err := w.cat.ParseAddress(t.address)
		if err != nil {
			return nil
		}
		return w.was[a.Key()]
	}
	c := t.change
	a := model.Address{Site: c.Site, Kind: c.Kind, Name: c.Name}
	if c.RenamedFrom != "" {
		old := a
		old.Name = c.RenamedFrom
		if o := w.was[old.Key()]; o != nil {
			return o
		}
	}
	if c.Action == plan.Create {
		return nil
	}
	return w.was[a.Key()]
}

// Options say how the aim is found.
type Options struct {
	// Selected tells which objects may be changed.
	Selected func(model.Address) bool
	// TakeBack names objects, or properties of them as address.property, that
	// others changed since and that go back all the same.
	TakeBack []string
	// Reread reads an object as its document needs it.
	Reread func(o, document *model.Object) (*model.Object, error)
	// Own tells whether an account may be the one that the run used; nil: any may.
	Own func(account string) bool
	// Later names a later run that sent the property of an object; "" if none.
	Later func(a model.Address, path string) string
}

// Aim is what a rollback goes back to.
type Aim struct {
	Desired []*model.Object
	Absent  []model.Address
	// Others is what others changed since.
	Others []Change
	// Missing is what the run did and what stays all the same.
	Missing []string
}

// Change is something that others changed since the run.
type Change struct {
	Address string `json:"address"`
	Path    string `json:"path,omitempty"` // "" for the object itself
	What    string `json:"what"`
	Was     any    `json:"was,omitempty"`
	Now     any    `json:"now,omitempty"`
	By      string `json:"by,omitempty"`
	At      string `json:"at,omitempty"`
	Run     string `json:"run,omitempty"` // a later run of this workspace that changed it
	// Unsure: the run wrote it and ended before it was read back, so that it may be
	// the farm, and nobody else, who made of it what it is now.
	Unsure bool `json:"unsure,omitempty"`
	// TakenBack: somebody asked for it by name.
	TakenBack bool `json:"takenBack"`
}

// Name is how --take-back names it.
func (c Change) Name() string {
	if c.Path == "" {
		return c.Address
	}
	return c.Address + "." + c.Path
}

// String says what was changed, and what becomes of it.
func (c Change) String() string {
	s := c.Name() + ": changed by others since"
	if c.What != "" {
		s += ", " + c.What
	}
	if c.Was != nil && c.Now != nil && short(c.Was) && short(c.Now) {
		s += fmt.Sprintf(" (%s before the run, %s now)", brief(c.Was), brief(c.Now))
	}
	if c.Unsure {
		s = strings.Replace(s, "changed by others since", "the run ended before it read back what it wrote, and this is neither that nor what was there before: the farm made it of it, or somebody changed it", 1)
	}
	if c.Run != "" {
		s = c.Name() + ": changed since by run " + c.Run + " of this workspace"
	}
	if c.By != "" {
		s += ", by " + c.By
	}
	if c.At != "" {
		s += " at " + c.At
	}
	if c.TakenBack {
		return s + ": taken back as --take-back says"
	}
	return s + fmt.Sprintf(": left alone (--take-back %q takes it back)", c.Name())
}

func brief(v any) string {
	if s, ok := v.(string); ok {
		return strconv.Quote(s)
	}
	return fmt.Sprint(v)
}

// short tells whether a value fits into a line.
func short(v any) bool {
	switch v.(type) {
	case map[string]any, []any:
		return false
	}
	return len(fmt.Sprint(v)) < 60
}

// aimer works out one aim.
type aimer struct {
	*Way
	Options
	live *export.Farm
	aim  *Aim
	used map[string]bool // of TakeBack
	// nowOf are the live objects of those as they were.
	nowOf map[*model.Object]*model.Object
	// folders are the folders among them.
	folders map[*model.Object]*model.Object
	names   names
	// goal are the desired objects of those as they were.
	goal map[*model.Object]*model.Object
}

// Aim works out what goes back, with the farm as it is now.
func (w *Way) Aim(live *export.Farm, o Options) (*Aim, error) {
	a := &aimer{Way: w, Options: o, live: live, aim: &Aim{}, used: map[string]bool{}, nowOf: map[*model.Object]*model.Object{}, folders: map[*model.Object]*model.Object{}, goal: map[*model.Object]*model.Object{}}
	if a.Selected == nil {
		a.Selected = func(model.Address) bool { return true }
	}
	for _, was := range w.Objects() {
		if now := a.find(was); now != nil {
			a.nowOf[was] = now
			if k := w.cat.Kind(was.Address.Kind); k != nil && k.Tree != nil && k.Tree.Folder == k.Name {
				a.folders[was] = now
			}
		}
	}
	a.names = names{live: live, was: map[model.Address]*model.Object{}}
	for was, now := range a.nowOf {
		a.names.was[was.Address.Key()] = now
	}
	for _, t := range w.sent.list {
		if t.change != nil && t.change.Action == plan.Reorder {
			continue
		}
		was := w.before(t)
		switch {
		case was == nil && t.change == nil:
		case was == nil:
			if err := a.unmake(t); err != nil {
				return nil, err
			}
		default:
			a.back(t, was)
		}
		a.unmakeTemp(t)
	}
	for _, was := range w.all {
		if w.deletes[model.Fold(was.Address.Site)] && was.Address.Site != "" && a.nowOf[was] == nil {
			a.want(was, copyOf(was))
		}
	}
	a.ordersBack()
	for _, name := range o.TakeBack {
		if !a.used[name] {
			return nil, &UnknownError{Name: name, Known: a.aim.Others}
		}
	}
	return a.aim, nil
}

// UnknownError says that --take-back names nothing that others changed.
type UnknownError struct {
	Name  string
	Known []Change
}

// Error names what could be meant.
func (e *UnknownError) Error() string {
	return fmt.Sprintf("--take-back %q: nothing of that name was changed by others since", e.Name)
}

func copyOf(o *model.Object) *model.Object {
	c := *o
	c.RenamedFrom = ""
	return &c
}

// want adds what an object is to be.
func (a *aimer) want(was, desired *model.Object) {
	if desired != nil && a.goal[was] == nil {
		a.goal[was] = desired
		a.aim.Desired = append(a.aim.Desired, desired)
	}
}

// find gives the live object of one as it was: by its id, or by the names that it
// had and may have got.
func (a *aimer) find(was *model.Object) *model.Object {
	if was.ID != "" {
		return a.live.ByID(was.Address.Kind, was.ID)
	}
	if now := a.live.Find(was.Address); now != nil {
		return now
	}
	to := was.Address
	for _, name := range []string{was.RenamedFrom, between(was)} {
		if to.Name = name; name != "" {
			if now := a.live.Find(to); now != nil {
				return now
			}
		}
	}
	return nil
}

// between is the name that an item has after its move and before its rename.
func between(was *model.Object) string {
	if was.RenamedFrom == "" {
		return ""
	}
	folder, _ := model.ParentPath(was.RenamedFrom)
	return strings.TrimPrefix(folder+"/"+lastSegment(was.Address.Name), "/")
}

func lastSegment(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }

// others notes something that others changed since, and tells whether it is to
// be taken back.
func (a *aimer) others(c Change, now *model.Object) bool {
	if now != nil {
		c.By, c.At = now.ChangedBy, now.ChangedAt
	}
	if a.Later != nil {
		if addr, err := a.cat.ParseAddress(c.Address); err == nil {
			if run := a.Later(addr, c.Path); run != "" {
				c.By, c.At, c.Run = "", "", run
			}
		}
	}
	name := c.Name()
	for _, t := range a.TakeBack {
		if t == name || t == c.Address || strings.HasPrefix(name, c.Address) && inside(name, t) {
			c.TakenBack, a.used[t] = true, true
		}
	}
	a.aim.Others = append(a.aim.Others, c)
	if c.Unsure && !c.TakenBack && c.Run == "" {
		a.aim.Missing = append(a.aim.Missing, c.String())
	}
	return c.TakenBack
}

// unmake takes away what the run made, if it is still that.
func (a *aimer) unmake(t *touched) error {
	c := t.change
	addr := model.Address{Site: c.Site, Kind: c.Kind, Name: c.Name}
	if !t.created || !a.Selected(addr) {
		return nil
	}
	now, doubt := a.madeNow(t, addr)
	if doubt != "" {
		a.aim.Missing = append(a.aim.Missing, doubt)
		return nil
	}
	if now == nil {
		return nil // gone, or another one has the name
	}
	changed := ""
	if t.done { // what is half made differs in any case
		var err error
		if changed, err = a.changedSince(t, now); err != nil {
			return err
		}
	}
	if changed != "" && !a.others(Change{Address: now.Address.String(), What: changed}, now) {
		a.aim.Missing = append(a.aim.Missing, fmt.Sprintf("%s, which the run made, was not deleted: others changed it since", now.Address))
		return nil
	}
	a.aim.Absent = append(a.aim.Absent, now.Address)
	return nil
}

// madeNow finds what the run made, nil if it is gone. Where the run died before it
// learnt the id, it is the one of the name that was not there before; doubt says
// that nobody knows which that is.
func (a *aimer) madeNow(t *touched, addr model.Address) (now *model.Object, doubt string) {
	if t.made != "" {
		return a.live.ByID(addr.Kind, t.made), ""
	}
	if now := a.live.Find(addr); now != nil && addr.Mark() == "" {
		return now, ""
	}
	var found []*model.Object
	for _, o := range a.live.Names.Namesakes(addr) {
		if !slices.Contains(strings.Split(t.beside, ","), o.ID) {
			found = append(found, o)
		}
	}
	switch {
	case len(found) == 0:
		return nil, ""
	case len(found) == 1 && (t.beside != "" || addr.Mark() == ""):
		return found[0], ""
	}
	return nil, fmt.Sprintf("%s: the run died before it learnt which object it made, and there are %d that it may be: look at them in the console, and delete the right one", addr, len(found))
}

// changedSince says what others have changed of an object that the run made; ""
// if nothing.
func (a *aimer) changedSince(t *touched, now *model.Object) (string, error) {
	c := t.change
	// What is made again beside another of its name gets a mark of its own.
	is, _ := model.CutMark(now.Address.Name)
	was, _ := model.CutMark(c.Name)
	if !model.SameName(is, was) && !model.SameName(lastSegment(is), lastSegment(was)) {
		return fmt.Sprintf("it is called %q now", now.Address.Name), nil
	}
	if t.digest != "" && plan.SamePreImage(a.cat, a.live.Names, now, t.digest, c.Wanted()) {
		return "", nil // nothing that was just read of it lacks or differs
	}
	if t.digest != "" && a.Reread != nil {
		o, err := a.Reread(now, c.Desired)
		if err != nil || o == nil {
			return "", err
		}
		if plan.SamePreImage(a.cat, a.live.Names, o, t.digest, c.Wanted()) {
			return "", nil
		}
		if found := a.sentAndOther(t, o); len(found) > 0 {
			return strings.Join(found, ", "), nil
		}
		return "what the run did not set is not as it was after the run", nil
	}
	if a.Reread != nil {
		o, err := a.Reread(now, c.Desired)
		if err != nil || o == nil {
			return "", err
		}
		now = o
	}
	return strings.Join(a.sentAndOther(t, now), ", "), nil
}

// sentAndOther lists what the run sent and what is otherwise now.
func (a *aimer) sentAndOther(t *touched, now *model.Object) []string {
	var out []string
	for _, f := range plan.Differences(a.cat.Kind(t.change.Kind), t.change.Desired, now, a.names, nil) {
		if p := a.cat.Kind(t.change.Kind).Spec.Find(plain(f.Path)); p != nil && (p.WriteOnly || p.InheritsDown != nil) {
			continue
		}
		if f.Note != plan.NoKnownCall && t.covers(f.Path) && t.reads[f.Path] != model.Hash(f.Before) {
			out = append(out, f.Path)
		}
	}
	return out
}

// unmakeTemp takes away what a replacement left under a temporary name.
func (a *aimer) unmakeTemp(t *touched) {
	if !t.tempCreated || t.change == nil {
		return
	}
	c := t.change
	addr := model.Address{Site: c.Site, Kind: c.Kind, Name: plan.TempName(c.Name)}
	now := a.live.Find(addr)
	if now != nil && (t.temp == "" || now.ID == t.temp) {
		a.aim.Absent = append(a.aim.Absent, now.Address)
	}
}

// back works out what of an object goes back.
func (a *aimer) back(t *touched, was *model.Object) {
	if !a.Selected(was.Address) {
		return
	}
	now := a.nowOf[was]
	if t.deleted {
		a.undelete(t, was, now)
		return
	}
	if now == nil {
		if a.others(Change{Address: was.Address.String(), What: "it was deleted"}, nil) {
			a.want(was, copyOf(was))
		}
		return
	}
	a.want(was, a.changes(t, was, now))
}

// undelete brings back an object that the run deleted or replaced.
func (a *aimer) undelete(t *touched, was, now *model.Object) {
	if was.ID != "" && now != nil && !t.created {
		return // the farm has not deleted it
	}
	if was.ID == "" && now != nil && !t.created && len(plan.Differences(a.cat.Kind(was.Address.Kind), was, now, a.names, nil)) == 0 {
		return
	}
	namesake := a.live.Find(was.Address)
	if t.change.RenamedFrom != "" && namesake == nil {
		namesake = a.live.Find(model.Address{Site: was.Address.Site, Kind: was.Address.Kind, Name: t.change.Name})
	}
	switch {
	case namesake == nil:
		a.want(was, copyOf(was))
	case t.created && (t.made == "" || t.made == namesake.ID):
		// It is the new one of a replacement.
		a.nowOf[was] = namesake
		desired := copyOf(was)
		desired.ID = namesake.ID
		if t.done {
			d := a.compare(t, was, namesake)
			for path := range d.stay {
				set(desired, path, namesake)
			}
		}
		a.want(was, desired)
	default:
		if a.others(Change{Address: was.Address.String(), What: "it was made again"}, namesake) {
			desired := copyOf(was)
			desired.ID = namesake.ID
			a.want(was, desired)
		}
	}
}

// set leaves a property as it is now.
func set(o *model.Object, path string, now *model.Object) {
	if strings.ContainsAny(path, "[]") {
		path, _, _ = strings.Cut(path, "[")
	}
	v, ok := model.Lookup(now.Spec, path)
	if !ok {
		return
	}
	spec, _ := model.Clone(o.Spec).(map[string]any)
	at := spec
	parts := strings.Split(path, ".")
	for _, name := range parts[:len(parts)-1] {
		sub, _ := at[name].(map[string]any)
		if sub == nil {
			return
		}
		at = sub
	}
	at[parts[len(parts)-1]] = visible(v)
	o.Spec = spec
}

// changes is what of an object goes back; nil if nothing does.
func (a *aimer) changes(t *touched, was, now *model.Object) *model.Object {
	k := a.cat.Kind(was.Address.Kind)
	d := a.compare(t, was, now)
	desired := &model.Object{Address: was.Address, ID: now.ID, Source: was.Source}
	desired.Spec = partial(k.Spec, was.Spec, now.Spec, "", d)
	for path, v := range a.mergedLists(t, was, now, d) {
		desired.Spec = overlay(nest(path, v), desired.Spec).(map[string]any)
	}
	desired.Unknown = unknownBack(was, now, d)
	if k.Shape == model.Collection && (t.besides || !a.nameBack(t, was, now)) {
		desired.Address.Name = now.Address.Name
	}
	if len(desired.Spec) == 0 && len(desired.Unknown) == 0 && desired.Address.Key() == now.Address.Key() {
		return nil
	}
	return desired
}

// unknownBack is what no schema knows: what goes back, and what belongs to the
// entries of lists that do, which may be made again.
func unknownBack(was, now *model.Object, d differing) map[string]any {
	out := map[string]any{}
	for _, from := range []*model.Object{now, was} {
		for path, v := range from.Unknown {
			list, _, inList := strings.Cut(path, "[")
			switch {
			case from == was && d.back["unknown."+path]:
				out[path] = v
			case inList && d.back.under(list) && (from == now || !d.stay["unknown."+path]):
				out[path] = v
			}
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

func nest(path string, v any) any {
	name, rest, more := strings.Cut(path, ".")
	if more {
		v = nest(rest, v)
	}
	return map[string]any{name: v}
}

// compare parts the properties that differ from before the run into those that
// go back and those that others changed since.
func (a *aimer) compare(t *touched, was, now *model.Object) differing {
	k := a.cat.Kind(was.Address.Kind)
	d := differing{paths{}, paths{}}
	other := map[string]bool{} // neither before nor written
	if t.change != nil && t.change.Desired != nil {
		for _, f := range plan.Differences(k, t.change.Desired, now, a.names, nil) {
			other[f.Path] = !t.between(f.Path) && (t.reads[f.Path] == "" || t.reads[f.Path] != model.Hash(f.Before))
		}
	}
	along := a.copyingTo(t, now)
	for _, f := range plan.Differences(k, was, now, a.names, nil) {
		p := k.Spec.Find(plain(f.Path))
		if copied, known := along.made(k, f); known && !t.covers(f.Path) {
			if copied || a.others(Change{Address: now.Address.String(), Path: f.Path, Was: f.After, Now: f.Before}, now) {
				d.back[f.Path] = true
			} else {
				d.stay[f.Path] = true
			}
			continue
		}
		if t.besides {
			continue // the run had no part in it
		}
		unit := told(k, f.Path)
		mine := t.covers(unit) && (t.between(f.Path) || !other[unit] && (ordersOnly(p, f) || !coversOther(other, unit)))
		if t.change == nil {
			mine = t.covers(f.Path) && strings.Contains(fmt.Sprint(f.Before), tempMark)
		}
		// What no schema knows of an entry goes when the run makes the entry again.
		if in, unknown := strings.CutPrefix(f.Path, "unknown."); unknown && strings.Contains(in, "[") && t.covers(told(k, in)) {
			mine = true
		}
		switch {
		case !t.covers(unit) && !shown(now, f.Path):
			// Nobody knows what it is now: an older farm, or a part that was not read.
		case mine:
			d.back[f.Path] = true
		case p != nil && p.InheritsDown != nil && !t.covers(f.Path):
			// The folder above may show in its place: nobody changed it.
		case p != nil && a.plainList(t, p, f.Path):
			d.stay[f.Path] = true // entry by entry: see mergedLists
		case a.others(Change{Address: now.Address.String(), Path: f.Path, Was: f.After, Now: f.Before, Unsure: a.unsure(t, unit, now)}, now):
			d.back[f.Path] = true
		default:
			d.stay[f.Path] = true
		}
	}
	return d
}

// unsure tells whether it may be the farm that made of a value what it is now: the
// run wrote it and ended before it was read back.
func (a *aimer) unsure(t *touched, path string, now *model.Object) bool {
	others := now.ChangedBy != "" && a.Own != nil && !a.Own(now.ChangedBy)
	return !t.checked && !t.all && t.covers(path) && !others
}

// shown tells whether the farm shows a property, as far as it was read.
func shown(o *model.Object, path string) bool {
	if name, ok := strings.CutPrefix(path, "unknown."); ok {
		_, there := o.Unknown[name]
		return there
	}
	path, _, _ = strings.Cut(path, "[")
	_, there := model.Lookup(o.Spec, path)
	return there
}

// told is what of a path the run's journal can be held against: the entries of a
// list that have no names, or may get other ones, cannot be told apart, so that
// such a list counts as a whole.
func told(k *model.Kind, path string) string {
	for i := 0; ; {
		j := strings.IndexByte(path[i:], '[')
		if j < 0 {
			return path
		}
		i += j
		p := k.Spec.Find(plain(path[:i]))
		if p == nil || p.List == nil || len(p.List.Key)+len(p.List.MatchAny) == 0 || p.List.Rename != "" {
			return path[:i]
		}
		i++
	}
}

// tempMark ends the temporary names of replacements.
var tempMark = strings.TrimPrefix(plan.TempName("x"), "x")

// ordersOnly tells whether two lists differ in nothing but the order of their
// entries.
func ordersOnly(p *model.Property, f plan.Field) bool {
	return p != nil && p.List != nil && p.Items.Structured() && f.Note == "order"
}

// coversOther tells whether others changed something inside of what differs as a
// whole.
func coversOther(other map[string]bool, path string) bool {
	for q, yes := range other {
		if yes && inside(q, path) {
			return true
		}
	}
	return false
}

// plainList tells whether a property is a list of plain values that the run and
// others have changed: each entry can be told apart.
func (a *aimer) plainList(t *touched, p *model.Property, path string) bool {
	if p.Type != model.TypeArray || p.Items.Structured() || strings.Contains(path, "[") || t.change == nil || t.change.Desired == nil || !t.covers(path) {
		return false
	}
	_, wrote := model.Lookup(t.change.Desired.Spec, path)
	return wrote && (p.Unique || p.List != nil && p.List.Mode != "ordered")
}

// mergedLists gives the plain lists that the run and others have changed, without
// what the run did.
func (a *aimer) mergedLists(t *touched, was, now *model.Object, d differing) map[string][]any {
	out := map[string][]any{}
	k := a.cat.Kind(was.Address.Kind)
	for path := range d.stay {
		p := k.Spec.Find(plain(path))
		if p == nil || !a.plainList(t, p, path) {
			continue
		}
		list := func(spec map[string]any) []any {
			v, _ := model.Lookup(spec, path)
			l, _ := v.([]any)
			return l
		}
		before, wrote, is := list(was.Spec), list(t.change.Desired.Spec), list(now.Spec)
		rest := withoutAdded(p, before, wrote, is)
		c := Change{Address: now.Address.String(), Path: path, What: "entry by entry", Was: before, Now: is}
		switch {
		case a.others(c, now):
			out[path] = before
		case !model.Equal(p, rest, is):
			out[path] = rest
		}
	}
	return out
}

// nameBack tells whether an object gets back the name that it had.
func (a *aimer) nameBack(t *touched, was, now *model.Object) bool {
	folded := func(name string) string { return model.Fold(name) }
	here := folded(now.Address.Name)
	if here == folded(a.livePath(was.Address.Name)) {
		return true // it has it, as far as the folders above have theirs
	}
	if c := t.change; c != nil && c.RenamedFrom != "" && (t.covers("name") || t.all) {
		folder, _ := model.ParentPath(c.Name)
		half := strings.TrimPrefix(folder+"/"+lastSegment(c.RenamedFrom), "/")
		for _, name := range []string{c.Name, half} {
			if here == folded(name) || here == folded(a.livePath(name)) {
				return true
			}
		}
	}
	return a.others(Change{Address: now.Address.String(), Path: "name", Was: was.Address.Name, Now: now.Address.Name}, now)
}

// livePath is a path of before the run, or of after it, as it is now: folders
// above may have other names.
func (a *aimer) livePath(path string) string {
	best, to := -1, path
	for was, now := range a.folders {
		for _, name := range []string{was.Address.Name, was.RenamedFrom} {
			if name != "" && len(name) > best && len(path) > len(name) && path[len(name)] == '/' && model.SameName(path[:len(name)], name) {
				best, to = len(name), now.Address.Name+path[len(name):]
			}
		}
	}
	return to
}

// plain is a path without the names of entries.
func plain(path string) string { return model.PropertyPath(path) }

// names finds live objects by the names that they had before the run, too.
type names struct {
	live *export.Farm
	was  map[model.Address]*model.Object
}

// Resolve implements plan.Resolver.
func (n names) Resolve(kinds []string, ref, site string) *model.Object {
	if o := n.live.Names.Resolve(kinds, ref, site); o != nil {
		return o
	}
	for _, addr := range export.RefAddresses(n.live.Catalog, kinds, ref, site) {
		if o := n.was[addr.Key()]; o != nil {
			return o
		}
	}
	return nil
}

// EntryID implements plan.Resolver: an entry as it is called now, or was then.
func (n names) EntryID(ref model.EntryRef, site string) (int64, error) {
	id, err := n.live.Names.EntryID(ref, site)
	if err == nil {
		return id, nil
	}
	for _, addr := range export.RefAddresses(n.live.Catalog, ref.Prop.EntryKinds(), ref.Object, site) {
		if o := n.was[addr.Key()]; o != nil {
			if was, ok := ref.In(n.live.Catalog.Kind(addr.Kind), o); ok {
				return was, nil
			}
		}
	}
	return 0, err
}

// orders are the addresses of the orders that what was sent concerns.
func (w *Way) orders() []model.Address {
	var out []model.Address
	seen := map[model.Address]bool{}
	for _, k := range w.cat.Kinds() {
		if k.Order == nil {
			continue
		}
		for _, t := range w.sent.list {
			if t.change == nil {
				continue
			}
			for _, addr := range plan.OrdersOf(k, t.change) {
				if !seen[addr.Key()] {
					seen[addr.Key()] = true
					out = append(out, addr.Key())
				}
			}
		}
	}
	return out
}
