package plan

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"rassync/internal/model"
)

// SentState says what is known of a value that cannot be read back.
type SentState int

// What is known: never sent from this workspace, sent as it is now, or sent
// with another value.
const (
	NeverSent SentState = iota
	SentSame
	SentOther
)

// Sent remembers values that go in and never come back.
type Sent interface {
	State(a model.Address, path string, value any) SentState
}

// Edits are the differences of one object in the form in which they are
// written: leaves go into the PUT of their part, lists change entry by entry.
type Edits struct {
	Leaves  []model.Leaf
	Lists   []ListEdit
	Groups  []model.Leaf // memberships
	Files   []model.Leaf
	Calls   []model.Leaf // references that a call of their own sets
	Cells   []CellEdit
	Unknown map[string]any
}

// Empty tells whether nothing is to be written.
func (e *Edits) Empty() bool {
	return len(e.Leaves) == 0 && len(e.Lists) == 0 && len(e.Groups) == 0 && len(e.Files) == 0 && len(e.Calls) == 0 && len(e.Cells) == 0 && len(e.Unknown) == 0
}

// ListEdit is a list that differs. Pairs gives for each wanted entry the
// index of its entry on the farm, or -1; Entries the edits inside pairs.
type ListEdit struct {
	Prop    *model.Property
	Want    []any
	Have    []any
	Pairs   []int
	Moved   bool
	Entries map[int]*Edits // by index in Want
}

// Compare gives the edits that turn live into what desired declares; names
// resolves references. It is what apply does again right before it writes.
func Compare(k *model.Kind, desired, live *model.Object, names Resolver, sent Sent, rotate bool) (*Edits, []Field) {
	d := compared(desired, live, names, sent, rotate)
	d.object(k.Spec, desired.Spec, live.Spec, "")
	d.unknown(desired.Unknown, live.Unknown)
	return d.edits, d.fields
}

// Differences gives every difference, also those that no known call writes.
func Differences(k *model.Kind, desired, live *model.Object, names Resolver, sent Sent) []Field {
	d := compared(desired, live, names, sent, false)
	d.object(k.Spec, desired.Spec, live.Spec, "")
	d.unknown(desired.Unknown, live.Unknown)
	for _, u := range d.stuck {
		d.fields = append(d.fields, Field{Path: u.Path, Before: u.Before, After: u.After, Note: NoKnownCall})
	}
	maskSecrets(d.fields)
	return d.fields
}

// Resolver finds the object that a reference means.
type Resolver interface {
	Resolve(kinds []string, ref, site string) *model.Object
	EntryID(ref model.EntryRef, site string) (int64, error)
}

func compared(desired, live *model.Object, names Resolver, sent Sent, rotate bool) *differ {
	d := &differ{site: desired.Address.Site, address: desired.Address, want: desired.Spec, have: live.Spec, absent: live.Absent, fresh: live.Fresh, sent: sent, rotate: rotate, edits: &Edits{},
		wantUnknown: desired.Unknown, haveUnknown: live.Unknown}
	d.sameRef = func(kinds []string, want, have any) bool {
		w, ok := want.(string)
		h, ok2 := have.(string)
		if !ok || !ok2 {
			return model.Equal(nil, want, have)
		}
		if model.SameName(w, h) {
			return true
		}
		a, b := names.Resolve(kinds, w, desired.Address.Site), names.Resolve(kinds, h, desired.Address.Site)
		return a != nil && a == b
	}
	d.elementID = func(p *model.Property, v any, _ bool) any {
		if name, isName := v.(string); isName {
			if id, err := names.EntryID(model.EntryRef{Prop: p, Name: name}, desired.Address.Site); err == nil {
				return id
			}
		}
		return v
	}
	return d
}

// CompareEntry gives the edits between an entry that is wanted and the one on
// the farm.
func CompareEntry(p *model.Property, want, have map[string]any) *Edits {
	d := &differ{want: want, have: have, edits: &Edits{}}
	d.sameRef = func(_ []string, w, h any) bool { return model.Equal(nil, w, h) }
	d.object(p.Items, want, have, "")
	return d.edits
}

// differ compares one object.
type differ struct {
	edits   *Edits
	site    string
	address model.Address
	want    map[string]any
	have    map[string]any
	absent  map[string]bool
	sent    Sent
	rotate  bool
	masked  func(p *model.Property, have any) bool
	sameRef func(kinds []string, want, have any) bool
	// sameEntry tells whether two names mean the same entry of an object's
	// list; nil if only equal names do.
	sameEntry func(p *model.Property, object, want, have string) bool
	// elementID is the id of the entry that an element of an array names, as it
	// is called once the plan is carried out (wanted) or now; the element
	// itself if there is none. Nil: only equal names mean the same.
	elementID func(p *model.Property, v any, wanted bool) any
	fresh     bool // the object was made just now

	wantUnknown, haveUnknown map[string]any  // what no schema knows, by path
	labels                   map[string]bool // entries that were compared or are added

	fields  []Field
	touched []*model.Property // property of each field
	warn    []string
	unsent  []string
	stuck   []Unwritable

	// unseen are declared values that the farm does not show, and writeUnseen
	// tells whether they are written all the same.
	unseen      []NotShown
	writeUnseen bool
}

func (d *differ) object(p *model.Property, want, have map[string]any, path string) {
	var companions []*model.Property
	before := len(d.fields)
	half := d.halves(p, want, have, path)
	follows := p.Follows(want)
	for _, c := range p.Props {
		w, declared := want[c.Name]
		if !declared || follows[c.Name] {
			continue
		}
		at := joinPath(path, c.Name)
		if d.closed(c, want, have) {
			d.warn = append(d.warn, fmt.Sprintf("%s %s has no effect while %s is true", d.address, at, c.Gate))
			continue
		}
		if !d.holds(c, want, have) && (c.Type == model.TypeObject || c.Shared) {
			continue
		}
		if c.OneTime {
			continue // an order to the create, no state
		}
		if c.WriteOnly {
			if c.Secret && len(c.SecretWith) > 0 {
				companions = append(companions, c)
			}
			d.writeOnly(c, w, at)
			continue
		}
		h, there := have[c.Name]
		if !there && c.Gone != "" {
			d.cannot(at, nil, w, noCall(c, w))
			continue
		}
		if half[c] {
			d.half(c, w, h, at)
			continue
		}
		if !there && d.hidden(c, have, at) {
			if d.holds(c, want, have) { // what is not in force is not missed
				d.notShown(c, w, at)
			}
			continue
		}
		if c.EntryOf != nil {
			d.entryName(c, want, have, at)
			continue
		}
		d.value(c, w, h, at)
	}
	d.open(p, want, have, path)
	for _, c := range companions {
		at := joinPath(path, c.Name)
		if d.hasField(at) {
			continue
		}
		for _, name := range c.SecretWith {
			if d.changedSince(before, joinPath(path, name)) {
				d.leaf(c, want[c.Name], Field{Path: at, After: show(want[c.Name]), Note: "sent again because " + name + " changes"})
				break
			}
		}
	}
}

func (d *differ) changedSince(from int, path string) bool {
	for _, f := range d.fields[from:] {
		if f.Path == path {
			return true
		}
	}
	return false
}

func (d *differ) hasField(path string) bool { return d.changedSince(0, path) }

// leaf records a value that is written whole.
func (d *differ) leaf(p *model.Property, w any, f Field) {
	if why := noCall(p, w); why != "" {
		d.cannot(f.Path, f.Before, f.After, why)
		return
	}
	d.add(p, f)
	if d.edits == nil {
		return
	}
	l := model.Leaf{Prop: p, Value: model.EntryRefs(p, w)}
	switch {
	case p.Membership != nil:
		d.edits.Groups = append(d.edits.Groups, l)
	case p.Call != "":
		d.edits.Calls = append(d.edits.Calls, l)
	case p.File != nil:
		d.edits.Files = append(d.edits.Files, l)
	default:
		d.edits.Leaves = append(d.edits.Leaves, l)
	}
}

func (d *differ) add(p *model.Property, f Field) {
	if f.Note == "" && p != nil && p.Inferred() {
		f.Note = "inferred"
		if p.FromFarm {
			f.Note = openNote
		}
	}
	d.fields = append(d.fields, f)
	d.touched = append(d.touched, p)
}

// closed tells whether an inherit flag switches c off once the change is
// made: the declared flag counts, else the farm's.
func (d *differ) closed(c *model.Property, want, have map[string]any) bool {
	if c.Gate == "" {
		return false
	}
	v, ok := d.flag(c.Gate, want, have)
	return ok && v == true
}

func (d *differ) holds(c *model.Property, want, have map[string]any) bool {
	for name := range c.When {
		if v, ok := d.flag(name, want, have); ok && !model.Holds(c, name, v) {
			return false
		}
	}
	return true
}

func (d *differ) flag(name string, want, have map[string]any) (any, bool) {
	w, h := any(d.want), any(d.have)
	if rest, ok := strings.CutPrefix(name, "./"); ok {
		name, w, h = rest, want, have
	}
	if v, ok := model.Lookup(w, name); ok {
		return v, true
	}
	return model.Lookup(h, name)
}

func (d *differ) writeOnly(c *model.Property, w any, at string) {
	state := NeverSent
	if d.sent != nil {
		state = d.sent.State(d.address, at, w)
	}
	switch {
	case c.CreateOnly && !c.Secret && state == NeverSent:
		// It could only be sent by making the object anew: taken to be as declared.
	case c.Secret && d.rotate:
		d.leaf(c, w, Field{Path: at, After: show(w), Note: rotateNote})
	case state == SentOther:
		d.leaf(c, w, Field{Path: at, After: show(w), Note: "changed since it was last sent; the farm never shows it"})
	case state == NeverSent && !c.Secret:
		d.leaf(c, w, Field{Path: at, After: show(w), Note: "the farm never shows this value"})
	case state == NeverSent:
		d.unsent = append(d.unsent, at)
	}
}

// entryName compares the name of an entry of another object's list. Entries of
// different objects are never the same.
func (d *differ) entryName(p *model.Property, want, have map[string]any, at string) {
	w, h := want[p.Name], have[p.Name]
	object := want[p.EntryOf.Object]
	if object == nil {
		object = have[p.EntryOf.Object]
	}
	name, _ := object.(string)
	ws, isName := w.(string)
	hs, _ := h.(string)
	same := want[p.EntryOf.Object] == nil || d.sameRef(p.EntryKinds(), object, have[p.EntryOf.Object])
	if ws == "" {
		same = true
	}
	if same && (model.Equal(p, w, h) || isName && model.SameName(ws, hs) || ws != "" && hs != "" && d.sameEntry != nil && d.sameEntry(p, name, ws, hs)) {
		return
	}
	v := w
	if isName && ws != "" {
		v = model.EntryRef{Prop: p, Object: name, Name: ws}
	}
	d.leaf(p, v, Field{Path: at, Before: show(h), After: show(w)})
}

func (d *differ) value(p *model.Property, w, h any, at string) {
	switch wv := w.(type) {
	case map[string]any:
		if p.Structured() {
			hv, _ := h.(map[string]any)
			d.object(p, wv, hv, at)
			return
		}
	case []any:
		hv, _ := h.([]any)
		if p.Cells != nil {
			d.cells(p, wv, hv)
			return
		}
		if p.Items.Structured() && p.List != nil {
			d.entries(p, wv, hv, at)
			return
		}
		if d.equalList(p, wv, hv) {
			return
		}
		if p.List == nil && p.Items.Structured() && d.equalAsShown(p, wv, hv) {
			d.unseen = append(d.unseen, NotShown{Address: d.address.String(), Kind: d.address.Kind, Path: at, Declared: show(w), Why: partlyShown})
			return
		}
		f := Field{Path: at, Before: show(h), After: show(w)}
		if p.List == nil {
			d.leaf(p, w, f)
			return
		}
		pairs := d.matchValues(p, wv, hv)
		if p.List.NoAdd || p.List.NoRemove {
			if wv, pairs = d.possible(p, wv, hv, pairs, at); !changes(pairs, len(hv), p.List.NoRemove) {
				return
			}
			f.After = show(wv)
		}
		d.add(p, f)
		if d.edits != nil {
			d.edits.Lists = append(d.edits.Lists, ListEdit{Prop: p, Want: wv, Have: hv, Pairs: pairs, Moved: !ascending(pairs)})
		}
		return
	}
	if len(p.Ref) > 0 && d.sameRef(p.Ref, w, h) {
		return
	}
	if model.Equal(p, w, h) || p.Lookup != nil && strings.EqualFold(fmt.Sprint(w), fmt.Sprint(h)) { // the name of a server
		return
	}
	if p.InheritsDown != nil && d.masked != nil && d.masked(p, h) {
		return
	}
	d.leaf(p, w, Field{Path: at, Before: show(h), After: show(w)})
}

// matchValues pairs plain entries of a list.
func (d *differ) matchValues(p *model.Property, w, h []any) []int {
	kinds := p.Ref
	if p.Items != nil && len(p.Items.Ref) > 0 {
		kinds = p.Items.Ref
	}
	if len(kinds) == 0 {
		return model.Match(p, w, h)
	}
	out := make([]int, len(w))
	used := make([]bool, len(h))
	for i := range w {
		out[i] = -1
		for j := range h {
			if !used[j] && d.sameRef(kinds, w[i], h[j]) {
				out[i], used[j] = j, true
				break
			}
		}
	}
	return out
}

func ascending(pairs []int) bool {
	last := -1
	for _, j := range pairs {
		if j < 0 {
			continue
		}
		if j < last {
			return false
		}
		last = j
	}
	return inOrder(pairs)
}

func (d *differ) equalList(p *model.Property, w, h []any) bool {
	kinds := p.Ref
	if p.Items != nil && len(p.Items.Ref) > 0 {
		kinds = p.Items.Ref
	}
	if p.Items != nil && p.Items.EntryOf != nil {
		w, h = d.elementIDs(p.Items, w, true), d.elementIDs(p.Items, h, false)
	}
	if len(kinds) == 0 {
		return model.Equal(p, w, h)
	}
	if len(w) != len(h) {
		return false
	}
	used := make([]bool, len(h))
next:
	for _, x := range w {
		for j, y := range h {
			if !used[j] && (d.sameRef(kinds, x, y)) {
				used[j] = true
				continue next
			}
		}
		return false
	}
	return true
}

// elementIDs are the entries of another object's list that the elements name, by
// their ids.
func (d *differ) elementIDs(p *model.Property, list []any, wanted bool) []any {
	out := make([]any, len(list))
	for i, v := range list {
		if out[i] = v; d.elementID != nil {
			out[i] = d.elementID(p, v, wanted)
		}
	}
	return out
}

// entries compares a list entry by entry.
func (d *differ) entries(p *model.Property, w, h []any, at string) {
	pairs := d.match(p, w, h)
	pairLeft(p, pairs, len(h), d.fresh)
	w, pairs = d.makeable(p, w, pairs, at)
	w, pairs = d.suppliable(p, w, pairs, at)
	w = newEntries(p, w, pairs)
	kept := make([]bool, len(h))
	before := len(d.fields)
	outer := d.edits
	edit := ListEdit{Prop: p, Want: w, Have: h, Pairs: pairs, Entries: map[int]*Edits{}}
	for i, j := range pairs {
		label := at + "[" + model.EntryLabel(p, w[i]) + "]"
		if d.labels == nil {
			d.labels = map[string]bool{}
		}
		d.labels[label] = true
		if j < 0 {
			d.add(p, Field{Path: label, After: show(w[i])})
			continue
		}
		kept[j] = true
		wm, _ := w[i].(map[string]any)
		hm, _ := h[j].(map[string]any)
		if outer != nil {
			d.edits = &Edits{}
		}
		if len(p.List.MatchAny) > 0 {
			// They are the same account: how it is spelled is the farm's affair.
			wm = without(wm, p.List.MatchAny)
		}
		from := len(d.fields)
		d.object(p.Items, wm, hm, label)
		d.strangers(p, label, at+"["+model.EntryLabel(p, h[j])+"]")
		d.unchangeable(p, from)
		d.unmakeable(p, wm, from)
		if outer != nil {
			if !d.edits.Empty() {
				edit.Entries[i] = d.edits
			}
			d.edits = outer
		}
	}
	if p.List.NoRemove {
		d.staying(p, h, kept, at)
	}
	for j := range h {
		if !kept[j] && !p.List.NoRemove {
			d.add(p, Field{Path: at + "[" + model.EntryLabel(p, h[j]) + "]", Before: show(h[j])})
		}
	}
	if p.List.Mode == "ordered" && !ascending(pairs) {
		edit.Moved = true
		d.add(p, Field{Path: at, Before: labels(p, h), After: labels(p, w), Note: "order"})
	}
	if outer != nil && len(d.fields) > before {
		d.edits.Lists = append(d.edits.Lists, edit)
	}
}

// newEntries leaves out of the entries that are added what the farm is known to
// refuse.
func newEntries(p *model.Property, w []any, pairs []int) []any {
	out := w
	for i, j := range pairs {
		if t, less := takeable(p.Items, w[i]); j < 0 && less {
			if &out[0] == &w[0] {
				out = slices.Clone(w)
			}
			out[i] = t
		}
	}
	return out
}

func without(m map[string]any, names []string) map[string]any {
	out := make(map[string]any, len(m))
	for k, v := range m {
		if !slices.Contains(names, k) {
			out[k] = v
		}
	}
	return out
}

// match pairs entries; keys that are references match by what they refer to.
func (d *differ) match(p *model.Property, w, h []any) []int {
	same := func(wm, hm map[string]any) bool {
		for _, k := range p.List.Key {
			if kp := p.Items.Prop(k); kp != nil && len(kp.Ref) > 0 {
				if !d.sameRef(kp.Ref, wm[k], hm[k]) {
					return false
				}
			} else if !model.Equal(kp, wm[k], hm[k]) {
				return false
			}
		}
		return true
	}
	for _, k := range p.List.Key {
		kp := p.Items.Prop(k)
		if kp == nil || len(kp.Ref) == 0 {
			continue
		}
		taken := make([]bool, len(h))
		out := make([]int, len(w))
		for i := range w {
			out[i] = -1
			wm, _ := w[i].(map[string]any)
			for j := range h {
				hm, _ := h[j].(map[string]any)
				if !taken[j] && same(wm, hm) {
					out[i], taken[j] = j, true
					break
				}
			}
		}
		return out
	}
	return likeness(p, w, h, model.Match(p, w, h))
}

// inOrder tells whether new entries stand only at the end: an entry put in
// front of kept ones changes their order.
func inOrder(pairs []int) bool {
	fresh := false
	for _, j := range pairs {
		if j < 0 {
			fresh = true
		} else if fresh {
			return false
		}
	}
	return true
}

func labels(p *model.Property, list []any) []any {
	out := make([]any, len(list))
	for i, e := range list {
		out[i] = model.EntryLabel(p, e)
	}
	return out
}

// show strips what is not for people from a value.
func show(v any) any {
	switch v := v.(type) {
	case map[string]any:
		m := make(map[string]any, len(v))
		for k, e := range v {
			if !strings.HasPrefix(k, "$") {
				m[k] = show(e)
			}
		}
		return m
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = show(e)
		}
		return out
	}
	return v
}

func joinPath(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// noPlace says why a value inside of a block that no schema knows is not written:
// sent at a guess it could take the rest of the block along.
const noPlace = "no schema knows under which name and where the API takes it: a contract layer can say so (contract/, new and write), or " + inConsole

// inEntry tells whether a path names a value of an entry that was compared or is
// added: there it is written with the entry.
func (d *differ) inEntry(path string) bool {
	i := strings.LastIndexByte(path, '.')
	return i > 0 && d.labels[path[:i]]
}

// unknown compares properties that no schema knows, as far as the document
// declares them. Only those at the top of the answer, and of entries of lists,
// can be written back; of the others it is said.
func (d *differ) unknown(want, have map[string]any) {
	names := make([]string, 0, len(want))
	for n := range want {
		names = append(names, n)
	}
	sort.Strings(names)
	for _, n := range names {
		if strings.ContainsAny(n, ".[:") {
			if !model.Equal(nil, want[n], have[n]) && !d.inEntry(n) {
				d.cannot("unknown."+n, have[n], want[n], noPlace)
			}
			continue
		}
		if !model.Equal(nil, want[n], have[n]) {
			if d.edits != nil {
				if d.edits.Unknown == nil {
					d.edits.Unknown = map[string]any{}
				}
				d.edits.Unknown[n] = want[n]
			}
			d.fields = append(d.fields, Field{Path: "unknown." + n, Before: have[n], After: want[n], Note: "not in any schema"})
			d.touched = append(d.touched, nil)
		}
	}
}
