package model

// entryCodec: YAML holds the name of an entry of another object's list, the API
// its id. The name is found once everything is read; see entryref.go.
type entryCodec struct{ asItIs }

func (entryCodec) fits(p *Property) bool { return p.EntryOf != nil }

func (entryCodec) decode(d *Decoder, p *Property, at place) (any, bool) {
	return d.entryID(p, at.here), true
}

func (entryCodec) encode(e *Encoder, p *Property, v any) (any, error) {
	if v == "" {
		return p.RefNone, nil
	}
	return e.asItIs(p, v)
}

// entryID reads the id of an entry of another object's list; its name is found
// once everything is read.
func (d *Decoder) entryID(p *Property, w any) any {
	id, ok := AsInt(w)
	if !ok {
		return plainJSON(w)
	}
	if n, ok := AsInt(p.RefNone); p.Name == "[]" {
		return id // an element is never "none"
	} else if ok && n == id || id == 0 || id == -1 || id == 1<<32-1 {
		return ""
	}
	return id
}
