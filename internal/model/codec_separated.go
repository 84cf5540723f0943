package model

import (
	"fmt"
	"strings"
)

// separatedCodec: a list that the farm holds as one text.
type separatedCodec struct{ asItIs }

func (separatedCodec) fits(p *Property) bool { return p.Codec.Separator() != "" }

func (separatedCodec) decode(_ *Decoder, p *Property, at place) (any, bool) {
	return decodeSeparated(fmt.Sprint(at.here), p.Codec.Separator()), true
}

func (separatedCodec) encode(_ *Encoder, p *Property, v any) (any, error) {
	list, _ := v.([]any)
	parts := make([]string, len(list))
	for i, x := range list {
		parts[i] = fmt.Sprint(x)
	}
	return strings.Join(parts, p.Codec.Separator()), nil
}

// Check finds entries that hold the separator.
func (separatedCodec) Check(p *Property, text string) (problem, hint string) {
	if sep := p.Codec.Separator(); strings.Contains(text, sep) {
		return fmt.Sprintf("an entry must not hold %q", sep), "it parts the entries on the farm"
	}
	return "", ""
}

// Separator is what parts the entries of a list that the farm holds as one
// text; "" if the codec is another.
func (c CodecName) Separator() string {
	sep, ok := strings.CutPrefix(string(c), "separated:")
	if !ok {
		return ""
	}
	return sep
}

func decodeSeparated(s, sep string) any {
	out := []any{}
	for _, e := range strings.Split(s, sep) {
		if e = strings.TrimSpace(e); e != "" {
			out = append(out, e)
		}
	}
	return out
}
