package export

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"rassync/internal/model"
)

// identifier makes sure that the elements of a list hold what says which object
// of which kind they are.
type identifier struct {
	r     *reader
	k     *model.Kind
	names []string // read names that say which object it is, and where it belongs
	skips []string // read names that say whether it is configuration
	apart []string // of skips: what tells the kinds of one list apart
	vain  int      // reads by id that did not show a name of skips
}

// identifying are the read names that say which object of which kind an element of
// a list is, and where it belongs.
func identifying(k *model.Kind) []string {
	var out []string
	add := func(names ...string) {
		for _, n := range names {
			if n != "" && !slices.Contains(out, n) {
				out = append(out, n)
			}
		}
	}
	for name := range k.Filter {
		add(name)
	}
	for name := range k.BuiltinWhere {
		add(name)
	}
	add(k.Identity.Read, k.Identity.Also)
	if k.Tree != nil {
		add(k.Tree.Parent, k.Tree.Previous)
	}
	if p := k.Spec.Prop(k.Sites); p != nil && len(p.Read) > 0 {
		add(p.Read[0])
	}
	return out
}

func (r *reader) identifier(k *model.Kind) *identifier {
	i := &identifier{r: r, k: k, names: identifying(k)}
	for _, s := range k.Skip {
		for _, name := range s.Names() {
			i.skips = append(i.skips, name)
			for _, other := range r.cat.Kinds() {
				if other != k && other.List != nil && other.List.Path == k.List.Path && slices.ContainsFunc(other.Skip, func(o model.Skip) bool { return slices.Contains(o.Names(), name) }) {
					i.apart = append(i.apart, name)
				}
			}
		}
	}
	return i
}

// whole is an element with what the object shows by its id, if the list leaves out
// what says which object it is.
func (i *identifier) whole(ctx context.Context, body map[string]any, place int) (map[string]any, error) {
	lacks := lacking(i.names, body)
	untold := lacking(i.skips, body)
	if i.vain >= probes {
		untold = lacking(i.apart, body) // this farm never shows the others
	}
	if len(lacks)+len(untold) == 0 {
		return body, nil
	}
	k := i.k
	if id, ok := model.AsInt(body["id"]); ok && k.Get != "" {
		full, err := i.r.memo.object(ctx, SelfPath(k.Get, strconv.FormatInt(id, 10)))
		if err != nil && fatal(err) {
			return nil, err
		}
		if err == nil {
			body = laidOver(body, full)
			lacks = lacking(lacks, body)
		}
		if len(lacking(untold, body)) > 0 {
			i.vain++
		}
	}
	lacks = append(lacks, lacking(i.apart, body)...)
	for _, name := range lacks {
		if _, filter := k.Filter[name]; filter || slices.Contains(i.apart, name) || k.Tree != nil && (name == k.Tree.Parent || name == k.Tree.Previous) {
			return nil, fmt.Errorf("GET %s: element %d of the list (id %v) has no %s", k.List.Path, place, body["id"], name)
		}
	}
	return body, nil
}

func lacking(names []string, body map[string]any) []string {
	var out []string
	for _, n := range names {
		if _, ok := body[n]; !ok {
			out = append(out, n)
		}
	}
	return out
}

// untold is the read name that says whether an object is configuration, where its
// answers lack it; "" if they say it.
func untold(k *model.Kind, body map[string]any) string {
	for _, s := range k.Skip {
		if name := s.Untold(body); name != "" {
			return name
		}
	}
	return ""
}
