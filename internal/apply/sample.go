package apply

import (
	"strings"

	"rassync/internal/export"
	"rassync/internal/model"
	"rassync/internal/plan"
)

// A new object has parts with reads of their own, such as the rules of a published
// item, whose first state the farm decides. The first new object of a kind and site
// is read whole; the others are taken to have been made like it, so that a create is
// one request. What a document declares otherwise is written, and read back.

// wantOfNew says which parts of a new object are read. ended is to be called once it
// was read, nil if nobody waits for that.
func (r *task) wantOfNew(k *model.Kind, desired *model.Object, siteID string, again bool) (want func(*model.Object, *model.Property) bool, ended func()) {
	declared := plan.WantOf(desired)
	if again || len(k.Remote()) == 0 || r.MadeBefore[desired.Address.String()] != nil {
		return declared, nil
	}
	key := k.Name + " " + siteID
	if r.samples[key] == nil {
		r.turn.reserve(r.busy, "sample "+key)
		if r.samples[key] == nil {
			return declared, func() { r.turn.release(r.busy, "sample "+key) }
		}
		r.turn.release(r.busy, "sample "+key)
	}
	sample := r.samples[key]
	return func(o *model.Object, p *model.Property) bool { return declared(o, p) && !shows(sample, p) }, nil
}

// shows tells whether a sample tells how a part of another new object is: it was
// read of it, and holds no entries, which have ids of their own.
func shows(sample *model.Object, p *model.Property) bool {
	if p.OwnPartGet() != p || p.InEntry() || sample.Hides(p.Path()) {
		return false
	}
	v, there := model.Lookup(sample.Spec, p.Path())
	return there && !holdsEntries(v)
}

func holdsEntries(v any) bool {
	switch v := v.(type) {
	case []any:
		return len(v) > 0
	case map[string]any:
		for _, e := range v {
			if holdsEntries(e) {
				return true
			}
		}
	}
	return false
}

// likeSample keeps the first new object, and gives another one the parts that were
// not read of it.
func (r *task) likeSample(k *model.Kind, desired, live *model.Object, siteID string, made bool, want func(*model.Object, *model.Property) bool) {
	key := k.Name + " " + siteID
	sample := r.samples[key]
	if sample == nil {
		if made && len(k.Remote()) > 0 {
			first := *live
			first.Spec, _ = model.Clone(live.Spec).(map[string]any)
			r.samples[key] = &first
		}
		return
	}
	declared := plan.WantOf(desired)
	like := map[*model.Property]bool{}
	for _, p := range export.UnreadParts(k, live, want) {
		if declared(live, p) && shows(sample, p) {
			like[p] = true
		}
	}
	if len(like) > 0 {
		export.Carry(k, sample, live, func(_ *model.Object, p *model.Property) bool { return !like[p] })
		r.asSample[desired.Address.String()] = like
	}
}

// likeUnlessWritten leaves to be read back what is written of the parts that a new
// object is taken to have.
func (r *task) likeUnlessWritten(desired *model.Object, fields []plan.Field) {
	like := r.asSample[desired.Address.String()]
	for p := range like {
		for _, f := range fields {
			if path := p.Path(); f.Path == path || strings.HasPrefix(f.Path, path+".") || strings.HasPrefix(f.Path, path+"[") {
				delete(like, p)
			}
		}
	}
}
