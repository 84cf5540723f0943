package export

import (
	"context"
	"net/url"
	"strings"

	"rassync/internal/model"
	"rassync/internal/ras"
)

// Memory holds answers to reads of earlier runs. It decides which of them surely
// still stand; reading asks it first, and tells it what the farm answered.
type Memory interface {
	// Recall gives the answer to a read that need not be made; nil: ask the farm.
	Recall(a Asked) *ras.Answer
	// Keep is told of an answer of the farm.
	Keep(a Asked, ans *ras.Answer)
}

// Asked is a read with what it is about.
type Asked struct {
	Path  string
	Query url.Values
	Kind  *model.Kind // nil: what is always asked for, such as the sites
	// Object is the one whose details are read, as far as its list shows it; nil
	// for a list, and for what stands for all of a kind in a site.
	Object *model.Object
	// ChangedAt is when the object was last changed, as its list says; "" if the
	// farm does not say.
	ChangedAt string
	// At is the place below the object.
	At string
}

// Key tells one read from others.
func (a Asked) Key() string {
	if len(a.Query) == 0 {
		return a.Path
	}
	return a.Path + "?" + a.Query.Encode()
}

// Details tells whether the read is about one object that a list shows too.
func (a Asked) Details() bool {
	return a.Object != nil && a.Kind != nil && a.Kind.Shape == model.Collection
}

// Class is what the read has in common with those of other objects: its path
// without ids.
func (a Asked) Class() string { return ClassOf(a.Path) }

// ClassOf takes the ids out of a path.
func ClassOf(path string) string {
	segments := strings.Split(path, "/")
	for i, s := range segments {
		if s != "" && strings.Trim(s, "0123456789") == "" {
			segments[i] = "{}"
		}
	}
	return strings.Join(segments, "/")
}

// EmptyLists tells whether an answer shows nothing in any of the lists that are
// read at a place below objects of a kind, and that there are such lists.
func EmptyLists(k *model.Kind, at string, body any) bool {
	found := false
	for _, p := range k.Remote() {
		if PartAt(p) != at || p.List == nil {
			continue
		}
		found = true
		v := body
		for _, name := range p.Read {
			m, _ := v.(map[string]any)
			v = m[name]
		}
		switch v := v.(type) {
		case nil:
		case []any:
			if len(v) > 0 {
				return false
			}
		default:
			return false
		}
	}
	return found
}

// about is what is asked of an object, whose own answer is body.
func about(k *model.Kind, o *model.Object, body map[string]any, at, path string, query url.Values) Asked {
	return Asked{Path: path, Query: query, Kind: k, Object: o, ChangedAt: text(body["timeLastMod"]), At: at}
}

// get asks the memory, then the farm.
func (m *memo) get(ctx context.Context, a Asked) (*ras.Answer, error) {
	if m.memory == nil {
		return m.from.Get(ctx, a.Path, a.Query)
	}
	if ans := m.memory.Recall(a); ans != nil {
		return ans, nil
	}
	ans, err := m.from.Get(ctx, a.Path, a.Query)
	if err == nil {
		m.memory.Keep(a, ans)
	}
	return ans, err
}
