package facts

import (
	"strings"

	"rassync/internal/model"
)

// Names of a kind that are no property of its spec.
const (
	identityPath = "(name)"
	treePath     = "(place in the tree)"
)

// BodyOf is what a property is written with: the nearest part, entry of a
// list, or the object itself.
func BodyOf(p *model.Property) *model.Property {
	for at := p; ; at = at.Parent {
		if at.Parent == nil || at.Part != nil || at.Name == "[]" {
			return at
		}
	}
}

// ReadAt is where an answer shows p, as seen from base, a property above it:
// dotted, with "[]" for the step into an array. What is read by a call of its
// own begins with the path of that call.
func ReadAt(p, base *model.Property) string {
	if p == base || p.Parent == nil {
		return ""
	}
	up := p.Parent
	own := strings.Join(p.Read, ".")
	switch {
	case p.Name == "[]":
		return dotted(ReadAt(up, base)+"[]", own)
	case p.List != nil && p.List.Get != "":
		return p.List.Get + ":"
	case p.Part != nil && p.Part.Get:
		return p.Part.At + ":" + own
	case p.Anywhere:
		return "*." + p.Read[len(p.Read)-1] // at any depth
	case p.Absolute:
		return root(up, base) + own
	}
	return dotted(ReadAt(up, base), own)
}

// root is where the answer that shows p begins.
func root(p, base *model.Property) string {
	for at := p; at != nil && at != base; at = at.Parent {
		switch {
		case at.Part != nil && at.Part.Get:
			return at.Part.At + ":"
		case at.Name == "[]":
			return ReadAt(at, base) + "."
		}
	}
	return ""
}

func dotted(at, name string) string {
	switch {
	case name == "":
		return at
	case at == "" || strings.HasSuffix(at, ":"):
		return at + name
	}
	return at + "." + name
}

// last is the last step of a dotted name.
func last(name string) string {
	return name[strings.LastIndexAny(name, ".:")+1:]
}

// Shown tells whether answers hold the property.
func Shown(p *model.Property) bool {
	return !p.WriteOnly && p.Lookup == nil && p.Membership == nil && p.File == nil && !p.Secret && p.Parent != nil
}

// Sent tells whether bodies hold the property under names of its own.
func Sent(p *model.Property) bool {
	return !p.NoWrite && p.Part == nil && p.List == nil && p.Membership == nil && p.File == nil && p.Call == "" && p.Cells == nil &&
		!p.Structured() && p.Parent != nil && len(p.Write) > 0 && p.Query == ""
}
