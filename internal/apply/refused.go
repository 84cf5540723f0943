package apply

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"rassync/internal/model"
	"rassync/internal/plan"
	"rassync/internal/ras"
)

// A farm may call a property otherwise than the schema infers, or not know it
// at all. When it refuses a body that holds such properties, the confirmed
// ones are sent alone and then each of the others: exactly what the farm does
// not take fails, by name, and everything else goes through.

// Refusal is a property that the farm did not take.
type Refusal struct {
	Path string
	Why  string // why it is doubtful
	Err  error  // what the farm said
}

// RefusedError says which properties of a change the farm did not take.
type RefusedError struct {
	Properties []Refusal
	Whole      bool // the object could not be made without them
}

// Error names each property, what the farm said of it and the likely cause.
func (e *RefusedError) Error() string {
	var parts []string
	for _, p := range e.Properties {
		parts = append(parts, fmt.Sprintf("the farm does not take %s: %v (the likely cause: %s; leave it out of the document, or correct it)", p.Path, p.Err, p.Why))
	}
	if !e.Whole {
		parts = append(parts, "everything else of the object was taken")
	}
	return strings.Join(parts, "; ")
}

// Unwrap gives what the farm said.
func (e *RefusedError) Unwrap() []error {
	var out []error
	for _, p := range e.Properties {
		out = append(out, p.Err)
	}
	return out
}

// doubt says why a farm may not know a value; "" if it was read in a
// reference or a sample of the API.
func doubt(l model.Leaf) string {
	if l.Prop.FromFarm {
		return "no schema knows the name"
	}
	for at := l.Prop; at != nil && at.Name != "[]"; at = at.Parent {
		if at.Inferred() {
			return "the name is only inferred"
		}
	}
	if it := l.Prop.Items; it != nil && inferredIn(it, l.Value) {
		return "names in its entries are only inferred"
	}
	if n, ok := newNumber(l.Prop, l.Value); ok {
		return fmt.Sprintf("the number %d is in no schema", n)
	}
	return ""
}

func inferredIn(it *model.Property, v any) bool {
	list, _ := v.([]any)
	for _, e := range list {
		m, _ := e.(map[string]any)
		for _, c := range it.Props {
			if _, there := m[c.Name]; there && c.Inferred() {
				return true
			}
		}
	}
	return false
}

// newNumber finds a number of an enumeration that the schema does not know.
func newNumber(p *model.Property, v any) (int64, bool) {
	if p.Enum == nil {
		return 0, false
	}
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	for _, e := range list {
		if n, isNum := e.(int64); isNum {
			if _, known := p.Enum.ByNum[n]; !known {
				return n, true
			}
		}
	}
	return 0, false
}

// part splits leaves into confirmed and doubtful ones.
func part(leaves []model.Leaf) (sure, doubtful []model.Leaf) {
	for _, l := range leaves {
		if l.Live {
			continue // it only kept an object whole
		}
		if doubt(l) == "" && !l.Prop.IfRefused {
			sure = append(sure, l)
		} else {
			doubtful = append(doubtful, l)
		}
	}
	return sure, doubtful
}

// refuse notes a property that the farm does not take; the change goes on.
func (r *task) refuse(l model.Leaf, err error) {
	re := Refusal{Path: l.Prop.Path(), Why: doubt(l), Err: err}
	if l.Prop.IfRefused && r.current != nil {
		re.Why = "this farm does not change it in an object that exists: plan again, and the object is replaced"
		if kerr := r.Learnt.Refused(r.current.Kind, re.Path); kerr != nil {
			r.emit(Event{Type: Notice, Address: r.address(), Message: "what the farm refuses could not be kept for later runs", Err: kerr})
		}
	}
	r.refused = append(r.refused, re)
	address := ""
	if r.current != nil {
		address = r.current.Address
	}
	r.emit(Event{Type: Notice, Address: address, Message: "the farm does not take " + re.Path + " (" + re.Why + "): going on without it", Err: err})
}

// wasRefused tells whether the farm did not take a property of this change.
func (r *task) wasRefused(path string) bool {
	for _, p := range r.refused {
		if p.Path == path {
			return true
		}
	}
	return false
}

// attempt is a write whose body is made of properties.
type attempt struct {
	req    ras.Request
	key    string
	leaves []model.Leaf
	object *model.Object
	prefix string   // where the leaves stand in the object
	adds   bool     // an entry of a list
	more   []string // what the first body holds beside the leaves: a new name, a new entry
	// bodies gives the alternatives of the body that holds these leaves.
	bodies func(leaves []model.Leaf, first bool) ([]any, error)
}

// fields names what a body with these leaves brings.
func (a attempt) fields(leaves []model.Leaf, first bool) []string {
	var out []string
	if first {
		out = append(out, a.more...)
	}
	for _, l := range leaves {
		if !l.Live {
			out = append(out, fieldOf(a.prefix, l.Prop))
		}
	}
	return out
}

func (a attempt) sends(leaves []model.Leaf, first bool) sends {
	what := updates(a.object, a.fields(leaves, first)...)
	if a.adds {
		what.does = "add"
	}
	return what
}

// fieldOf is how a property is named in the object; what no schema knows has
// its whole path already.
func fieldOf(prefix string, p *model.Property) string {
	if path := p.Path(); strings.HasPrefix(path, "unknown.") {
		return path
	}
	return prefix + p.PathInEntry()
}

func (r *task) try(ctx context.Context, a attempt, leaves []model.Leaf, first bool) error {
	variants, err := a.bodies(leaves, first)
	if err != nil {
		return err
	}
	_, err = r.sendEither(ctx, a.req, a.key, variants, a.sends(leaves, first))
	return err
}

// attempt sends the write, and in pieces if the farm refuses it and doubtful
// properties may be why.
func (r *task) attempt(ctx context.Context, a attempt) error {
	err := r.try(ctx, a, a.leaves, true)
	sure, doubtful := part(a.leaves)
	if !is(err, ras.KindRefused) || len(doubtful) == 0 {
		return err
	}
	switch {
	case len(sure) > 0 || len(a.more) > 0:
		if err := r.try(ctx, a, sure, true); err != nil {
			return err // it was not the doubtful ones
		}
	case len(doubtful) == 1:
		r.refuse(doubtful[0], err)
		return nil
	}
	return r.oneByOne(ctx, a, doubtful)
}

// oneByOne sends doubtful properties each by itself.
func (r *task) oneByOne(ctx context.Context, a attempt, doubtful []model.Leaf) error {
	for _, l := range doubtful {
		err := r.try(ctx, a, []model.Leaf{l}, false)
		switch {
		case is(err, ras.KindRefused):
			r.refuse(l, err)
		case err != nil:
			return err
		}
	}
	return nil
}

// postSure makes an object whose whole body the farm refused: first without
// what an update can bring later, then without anything doubtful. It answers
// which leaves were left out of the body that the farm took.
func (r *task) postSure(k *model.Kind, leaves []model.Leaf, refused error, post func([]model.Leaf) (*ras.Answer, error)) (*ras.Answer, []model.Leaf, error) {
	var needed, onlyNow, later, sure []model.Leaf
	for _, l := range leaves {
		switch {
		case doubt(l) == "":
			sure = append(sure, l)
		case l.Prop.RequiredOnCreate:
			needed = append(needed, l)
		case l.Prop.CreateOnly || k.Update == nil:
			onlyNow = append(onlyNow, l)
		default:
			later = append(later, l)
		}
	}
	if len(needed)+len(onlyNow)+len(later) == 0 {
		return nil, nil, refused
	}
	err := refused
	if len(later) > 0 && len(onlyNow) > 0 {
		var ans *ras.Answer
		if ans, err = post(join(sure, needed, onlyNow)); err == nil || !is(err, ras.KindRefused) {
			return ans, later, err
		}
	}
	if len(later)+len(onlyNow) > 0 {
		ans, last := post(join(sure, needed))
		if last == nil {
			for _, l := range onlyNow {
				r.refuse(l, err)
			}
		}
		if last == nil || !is(last, ras.KindRefused) {
			return ans, join(later, onlyNow), last
		}
		err = last
	}
	if len(needed) == 0 {
		return nil, nil, err
	}
	whole := &RefusedError{Whole: true}
	for _, l := range needed {
		whole.Properties = append(whole.Properties, Refusal{Path: l.Prop.Path(), Why: doubt(l), Err: err})
	}
	return nil, nil, whole
}

func join(lists ...[]model.Leaf) []model.Leaf {
	var out []model.Leaf
	for _, l := range lists {
		out = append(out, l...)
	}
	return out
}

// refusalsInARow is how many changes the farm may refuse one after the other:
// then something speaks against the run, not against the objects.
const refusalsInARow = 5

// failed notes a change that could not be done, and whether the run stops.
func (r *task) failed(c *plan.Change, err error) {
	var re *RefusedError
	if errors.As(err, &re) && !(re.Whole && c.Action != plan.Create) {
		r.unfinished[c.Address] = re.Whole
		r.wrote = r.wrote || r.accepted
		r.result.Refused = append(r.result.Refused, Failure{Address: c.Address, Err: err})
		return
	}
	r.inARow++
	switch {
	case r.StopAtRefusal || !aboutTheObject(err):
	case r.inARow == refusalsInARow:
		err = fmt.Errorf("%d changes were refused one after the other, the last with: %w", refusalsInARow, err)
	default:
		r.unfinished[c.Address] = true
		r.wrote = r.wrote || r.accepted
		r.result.Refused = append(r.result.Refused, Failure{Address: c.Address, Err: err})
		return
	}
	r.result.Failed = &Failure{Address: c.Address, Err: err}
}

// aboutTheObject tells whether an error speaks against one object only: the
// farm refused it, or the run could not make a request for it. Missing rights,
// a farm that is in trouble, a lost answer, a full disk and an object that is
// not what the plan was made from speak against the run.
func aboutTheObject(err error) bool {
	var stale *StaleError
	var disk *fs.PathError
	var stop *runError
	var doubt *DoubtError
	if errors.As(err, &doubt) {
		return false
	}
	if errors.As(err, &stale) || errors.As(err, &disk) || errors.As(err, &stop) || errors.Is(err, context.Canceled) {
		return false
	}
	var answer *ras.Error
	if !errors.As(err, &answer) {
		return true
	}
	switch answer.Kind {
	case ras.KindRefused, ras.KindConflict, ras.KindNotFound, ras.KindLocked, ras.KindInvalid:
		return !answer.MaybeDone
	default:
		return false
	}
}

// runError is an error that concerns more than the change it came up in.
type runError struct{ err error }

func (e *runError) Error() string { return e.err.Error() }
func (e *runError) Unwrap() error { return e.err }

// waitsFor names the unfinished change that c cannot do without: the object
// was not made, or it may still refer to what c takes away.
func (r *task) waitsFor(c *plan.Change) string {
	for _, d := range c.DependsOn {
		if whole, ok := r.unfinished[d]; ok && !c.OnlyOrdered(d) && (whole || c.Action == plan.Delete || c.Action == plan.Replace) {
			return d
		}
	}
	return ""
}

// taken tells whether a value that reads back differently is not among those
// that the farm refused and that were reported already.
func (r *task) taken(address, path string) bool {
	for _, f := range r.result.Refused {
		var re *RefusedError
		if f.Address != address || !errors.As(f.Err, &re) {
			continue
		}
		for _, p := range re.Properties {
			if plain := labels.ReplaceAllString(path, "[]"); p.Path == path || p.Path == plain || strings.HasPrefix(path, p.Path+".") || strings.HasPrefix(path, p.Path+"[") {
				return false
			}
		}
	}
	return true
}
