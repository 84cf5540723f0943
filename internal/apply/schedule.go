package apply

import (
	"container/heap"
	"context"
	"fmt"
	"runtime/debug"

	"rassync/internal/model"
	"rassync/internal/plan"
)

// Changes are carried out side by side where nothing orders them: not the graph of
// the plan, not an object or an order of siblings that both write, not an
// activation. The changes stand in an order in which each could be done, so that
// nothing ever waits for something that stands behind it.

// schedule says which changes may begin.
type schedule struct {
	// waits counts what a change still waits for; after are the changes that wait
	// for it.
	waits []int
	after [][]int
	of    []*group // of a create
	// epoch is the stretch of the plan that a change stands in: nothing of one
	// begins before all of the ones in front of it are done.
	epoch   []int
	members [][]int
	left    []int // changes of each epoch that are not done
	now     int   // the epoch
	ready   places
	running int
}

// group are the creates of a kind and site, in order: who needs one of them waits
// until all that stand before it are made, so that it is looked once for others of
// their names.
type group struct {
	members []int
	done    map[int]bool
	next    int   // all members before are done
	waiting []int // changes, in order
}

// places is a heap of places in the plan.
type places []int

func (p places) Len() int           { return len(p) }
func (p places) Less(i, j int) bool { return p[i] < p[j] }
func (p places) Swap(i, j int)      { p[i], p[j] = p[j], p[i] }
func (p *places) Push(x any)        { *p = append(*p, x.(int)) }
func (p *places) Pop() any {
	last := len(*p) - 1
	x := (*p)[last]
	*p = (*p)[:last]
	return x
}

func newSchedule(cat *model.Catalog, p *plan.Plan) *schedule {
	n := len(p.Changes)
	s := &schedule{waits: make([]int, n), after: make([][]int, n), of: make([]*group, n), epoch: make([]int, n), members: [][]int{nil}}
	byAddress := map[string][]int{}
	groups := map[model.Address]*group{}
	holder := map[string]int{} // who writes something last
	orders := ordersOfCatalog(cat)
	alone := false
	for i := range p.Changes {
		c := &p.Changes[i]
		was := alone
		alone = standsAlone(cat, c)
		if i > 0 && (alone || was || (c.Action == plan.Delete) != (p.Changes[i-1].Action == plan.Delete)) {
			s.members = append(s.members, nil)
		}
		last := len(s.members) - 1
		s.epoch[i], s.members[last] = last, append(s.members[last], i)
		needs := map[*group]bool{}
		for _, d := range c.DependsOn {
			for _, j := range byAddress[d] {
				s.comesAfter(i, j)
				if g := s.of[j]; g != nil && !needs[g] && !c.OnlyOrdered(d) {
					needs[g] = true
					g.waiting = append(g.waiting, i)
					s.waits[i]++
				}
			}
		}
		for _, what := range writesOf(orders, c) {
			if j, held := holder[what]; held {
				s.comesAfter(i, j)
			}
			holder[what] = i
		}
		byAddress[c.Address] = append(byAddress[c.Address], i)
		if c.Action == plan.Create {
			at := model.Address{Kind: c.Kind, Site: c.Site}.Key()
			if groups[at] == nil {
				groups[at] = &group{done: map[int]bool{}}
			}
			s.of[i] = groups[at]
			groups[at].members = append(groups[at].members, i)
		}
		s.waits[i]++ // for its epoch
	}
	for _, list := range s.members {
		s.left = append(s.left, len(list))
	}
	s.enter(0)
	return s
}

func (s *schedule) comesAfter(i, j int) {
	if i != j {
		s.waits[i]++
		s.after[j] = append(s.after[j], i)
	}
}

// enter begins an epoch.
func (s *schedule) enter(epoch int) {
	s.now = epoch
	for _, i := range s.members[epoch] {
		s.arrived(i)
	}
}

// arrived notes that something came that a change has waited for.
func (s *schedule) arrived(i int) {
	if s.waits[i]--; s.waits[i] == 0 {
		heap.Push(&s.ready, i)
	}
}

// begin gives the first change that may begin; -1 if none may now.
func (s *schedule) begin() int {
	if len(s.ready) == 0 {
		return -1
	}
	s.running++
	return heap.Pop(&s.ready).(int)
}

// waiting counts the changes that never began.
func (s *schedule) waiting() int {
	n := len(s.ready)
	for _, w := range s.waits {
		if w > 0 {
			n++
		}
	}
	return n
}

// finish notes that a change is done, or will not be.
func (s *schedule) finish(i int) {
	s.running--
	for _, f := range s.after[i] {
		s.arrived(f)
	}
	if g := s.of[i]; g != nil {
		g.done[i] = true
		for g.next < len(g.members) && g.done[g.members[g.next]] {
			g.next++
		}
		for len(g.waiting) > 0 && (g.next == len(g.members) || g.members[g.next] >= g.waiting[0]) {
			s.arrived(g.waiting[0])
			g.waiting = g.waiting[1:]
		}
	}
	s.left[s.epoch[i]]--
	for s.left[s.now] == 0 && s.now < len(s.left)-1 {
		s.enter(s.now + 1)
	}
}

func ordersOfCatalog(cat *model.Catalog) []*model.Kind {
	var out []*model.Kind
	for _, k := range cat.Kinds() {
		if k.Order != nil {
			out = append(out, k)
		}
	}
	return out
}

// standsAlone tells whether nothing may be done beside a change: it activates, it
// makes an object anew and moves what refers to it, or others change with it.
func standsAlone(cat *model.Catalog, c *plan.Change) bool {
	k := cat.Kind(c.Kind)
	switch {
	case c.ActivateBefore != nil, c.ActivateWithin != nil, c.Action == plan.Replace:
		return true
	case c.Kind == model.SiteKind && c.Action != plan.Update:
		return true
	}
	// The paths of all that lies in a folder change with its name and place.
	return c.Action == plan.Update && c.RenamedFrom != "" && k.Tree != nil && k.Tree.Folder == k.Name
}

// writesOf names what a change writes and no other may write at the same time: its
// object under its old and its new name, objects that change along with it, and the
// orders of siblings that it joins or leaves.
func writesOf(orders []*model.Kind, c *plan.Change) []string {
	a := model.Address{Site: c.Site, Kind: c.Kind, Name: c.Name}
	out := []string{model.Fold(a.String())}
	if c.RenamedFrom != "" {
		a.Name = c.RenamedFrom
		out = append(out, model.Fold(a.String()))
	}
	for _, text := range c.Relinks {
		out = append(out, model.Fold(text))
	}
	for _, e := range c.AlsoChanges {
		out = append(out, model.Fold(e.Address))
	}
	for _, k := range orders {
		for _, a := range plan.OrdersOf(k, c) {
			out = append(out, "order "+model.Fold(a.String()))
		}
	}
	return out
}

// Crash is a panic in the work on a change.
type Crash struct {
	Cause any
	Stack []byte
}

// carryOutAll carries out every change. The error is that of a journal that cannot
// be written; what is under way is finished first.
func (r *task) carryOutAll(ctx context.Context) error {
	s := newSchedule(r.cat, r.plan)
	var failed error
	var crash *Crash
	for {
		for failed == nil && crash == nil && s.running < r.room() {
			i := s.begin()
			if i < 0 {
				break
			}
			t := &task{run: r.run, current: &r.plan.Changes[i], step: i + 1}
			if r.Parallel <= 1 {
				failed = t.carryOut(ctx, t.current)
				s.finish(i)
				continue
			}
			go func() {
				r.turn.take()
				defer r.turn.give()
				defer r.turn.changed()
				defer s.finish(i)
				defer func() {
					if cause := recover(); cause != nil && crash == nil {
						crash = &Crash{Cause: cause, Stack: debug.Stack()}
					}
				}()
				if err := t.carryOut(ctx, t.current); err != nil && failed == nil {
					failed = err
				}
			}()
		}
		if s.running == 0 {
			break
		}
		r.turn.wait()
	}
	if crash != nil {
		panic(crash)
	}
	if n := s.waiting(); n > 0 && failed == nil {
		return fmt.Errorf("%d changes wait for each other", n) // never: see TestEveryChangeBegins
	}
	return failed
}

// room is how many changes may be under way now. The first one goes alone: it shows
// whether the farm takes anything, which bodies, and how it counts. While the farm
// refuses one change after the other, there are no more of them under way than
// refusals that end the run.
func (r *task) room() int {
	switch most := max(r.Parallel, 1); {
	case r.StopAtRefusal || r.result.Done == 0:
		return 1
	case r.inARow > 0:
		return max(1, min(most, refusalsInARow-r.inARow))
	default:
		return most
	}
}
