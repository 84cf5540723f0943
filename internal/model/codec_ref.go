package model

import (
	"fmt"
	"strings"
)

// refCodec: YAML holds the name of an object, the API its id.
type refCodec struct{ asItIs }

func (refCodec) fits(p *Property) bool { return len(p.Ref) > 0 && p.Type != TypeArray }

func (refCodec) decode(d *Decoder, p *Property, at place) (any, bool) {
	return d.ref(p.Ref, p.RefNone, at.path, at.here), true
}

func (refCodec) encode(e *Encoder, p *Property, v any) (any, error) { return e.ref(p, p.Ref, v) }

func (refCodec) equal(_ *Property, want, have any) (equal, decided bool) {
	return sameNames(want, have)
}

// Example is the name of an object that could be referred to.
func (refCodec) Example(p *Property, nameOf func(kinds []string) string) any { return nameOf(p.Ref) }

// Describe names the kinds.
func (refCodec) Describe(p *Property) string { return "name of " + strings.Join(p.Ref, " or ") }

// nameRefCodec: a reference that answers show by name.
type nameRefCodec struct{ refCodec }

func (nameRefCodec) words() []string { return []string{"nameRef"} }

func (nameRefCodec) fits(p *Property) bool { return p.RefBy == "name" }

func (nameRefCodec) decode(_ *Decoder, _ *Property, at place) (any, bool) {
	return fmt.Sprint(plainJSON(at.here)), true
}

// sameNames compares texts whatever their letter case; other values are not its
// business.
func sameNames(want, have any) (equal, decided bool) {
	w, isText := want.(string)
	h, too := have.(string)
	return w == h || SameName(w, h), isText && too
}

func (d *Decoder) ref(kinds []string, none any, path string, w any) any {
	id, ok := AsInt(w)
	if !ok {
		return plainJSON(w)
	}
	if n, ok := AsInt(none); ok && n == id {
		return ""
	}
	if name, ok := d.Names.NameOf(kinds, id, d.Site); ok {
		return name
	}
	if id == 0 || id == -1 || id == 1<<32-1 { // the farm's other ways to say none
		return ""
	}
	if d.Unread != nil && d.Unread(kinds) {
		d.untold = true
		return ""
	}
	if d.Dangling != nil {
		d.Dangling[path] = true
	}
	if d.Lost != nil {
		d.Lost(kinds, id, path)
	}
	return id
}

func (e *Encoder) ref(p *Property, kinds []string, v any) (any, error) {
	if i, ok := v.(int64); ok {
		return i, nil // an id that nobody could name: kept as it was read
	}
	name, _ := v.(string)
	if name == "" {
		return p.RefNone, nil
	}
	return e.Names.IDOf(kinds, name, e.Site)
}
