package plan

import (
	"container/heap"
	"fmt"
	"sort"
	"strings"

	"rassync/internal/model"
)

// sort writes the graph down: every change after what it needs, deletes last,
// the rest by kind, place and address, so that the same input gives the same
// plan. A cycle is an error that names its members.
func (b *builder) sort() []*change {
	out, waiting := b.topological()
	if len(out) < len(b.changes) {
		b.cycle(waiting)
	}
	b.activations(out)
	return out
}

// topological lists the changes that can be carried out one after the other;
// what is left waits for a member of a cycle.
func (b *builder) topological() (out []*change, waiting map[*change]int) {
	depth := kindDepths(b.Catalog)
	b.levels()
	waiting = map[*change]int{}
	follow := map[*change][]*change{}
	for _, c := range b.changes {
		c.rank[0] = depth[c.Kind]
		if c.Action == Delete {
			c.rank[0] = -depth[c.Kind]
		}
		for n := range c.needs {
			waiting[c]++
			follow[n] = append(follow[n], c)
		}
	}
	ready := &changeHeap{}
	for _, c := range b.changes {
		if waiting[c] == 0 {
			heap.Push(ready, c)
		}
	}
	for ready.Len() > 0 {
		c := heap.Pop(ready).(*change)
		out = append(out, c)
		for _, f := range follow[c] {
			if waiting[f]--; waiting[f] == 0 {
				heap.Push(ready, f)
			}
		}
	}
	return out, waiting
}

// cycle names the members of one cycle among the changes left over.
func (b *builder) cycle(waiting map[*change]int) {
	var left []*change
	for _, c := range b.changes {
		if waiting[c] > 0 {
			left = append(left, c)
		}
	}
	sort.Slice(left, func(i, j int) bool { return left[i].Address < left[j].Address })
	at := left[0]
	seen := map[*change]int{}
	var path []*change
	for {
		if from, ok := seen[at]; ok {
			path = path[from:]
			break
		}
		seen[at] = len(path)
		path = append(path, at)
		var next *change
		for n := range at.needs {
			if waiting[n] > 0 && (next == nil || n.Address < next.Address) {
				next = n
			}
		}
		at = next
	}
	var names []string
	for i, c := range path {
		names = append(names, fmt.Sprintf("%s waits for %s (%s)", c.Address, path[(i+1)%len(path)].Address, c.needs[path[(i+1)%len(path)]]))
	}
	src := model.Source{}
	if d := path[0].Desired; d != nil {
		src = d.Source
	}
	b.diags = append(b.diags, model.Diagnostic{Severity: model.Error, Source: src, Address: path[0].Address,
		Summary: "the changes form a cycle: " + strings.Join(names, ", "), Hint: "make one of the changes in a run of its own"})
}

// kindDepths ranks kinds by what they refer to: a kind stands behind
// everything it may name.
func kindDepths(cat *model.Catalog) map[string]int {
	depth := map[string]int{}
	var visit func(name string, on map[string]bool) int
	visit = func(name string, on map[string]bool) int {
		if d, ok := depth[name]; ok {
			return d
		}
		k := cat.Kind(name)
		if k == nil || on[name] {
			return 0
		}
		on[name] = true
		d := 0
		k.Spec.Walk(func(p *model.Property) {
			for _, ref := range p.Ref {
				d = max(d, visit(ref, on)+1)
			}
		})
		if k.Scope == model.ScopeSite {
			d = max(d, visit(model.SiteKind, on)+1)
		}
		if k.Tree != nil && name != k.Tree.Folder {
			d = max(d, visit(k.Tree.Folder, on)+1)
		}
		for _, first := range k.After {
			d = max(d, visit(first, on)+1)
		}
		if k.Order != nil {
			for _, of := range k.Order.Of {
				d = max(d, visit(of, on)+1)
			}
		}
		delete(on, name)
		depth[name] = d
		return d
	}
	for _, name := range cat.Names() {
		visit(name, map[string]bool{})
	}
	return depth
}

type changeHeap []*change

func (h changeHeap) Len() int { return len(h) }
func (h changeHeap) Less(i, j int) bool {
	a, b := h[i], h[j]
	if da, db := a.Action == Delete, b.Action == Delete; da != db {
		return db
	}
	if a.level != b.level {
		return a.level < b.level
	}
	if a.rank != b.rank {
		for i := range a.rank {
			if a.rank[i] != b.rank[i] {
				return a.rank[i] < b.rank[i]
			}
		}
	}
	if a.Kind != b.Kind {
		return a.Kind < b.Kind
	}
	return a.Address < b.Address
}
func (h changeHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *changeHeap) Push(x any)   { *h = append(*h, x.(*change)) }
func (h *changeHeap) Pop() any {
	old := *h
	n := len(old)
	x := old[n-1]
	*h = old[:n-1]
	return x
}
