package model

import "slices"

// Codec is a form of values: how they are read, written, compared, checked and
// shown. Each is one file, codec_*.go, and one line in codecs.
type Codec interface {
	// words are the values of the word codec that mean this form; none where
	// other words say it.
	words() []string
	// fits tells whether the property has this form.
	fits(p *Property) bool
	// decode gives the canonical value of what an answer holds; false if it holds
	// none.
	decode(d *Decoder, p *Property, at place) (any, bool)
	encode(e *Encoder, p *Property, v any) (any, error)
	// entry is the body that adds or removes an entry of a list of this form;
	// false if it has no body of its own.
	entry(entry any) (any, bool)
	// equal compares two values; decided is false where they are compared as any
	// others.
	equal(p *Property, want, have any) (equal, decided bool)

	// Check tells what is wrong with a text that a document holds, "" if nothing
	// is; of a list it is asked for each entry.
	Check(p *Property, text string) (problem, hint string)
	// Example is a value for documentation, nil if any of the type will do. nameOf
	// gives the name of an object of one of the kinds.
	Example(p *Property, nameOf func(kinds []string) string) any
	// Describe says what a value looks like in YAML, Entries what those of a list
	// are; "" if the type says it.
	Describe(p *Property) string
	Entries() string
}

// codecs are all forms, each before those that would fit too.
var codecs = [...]Codec{
	secretCodec{}, fileCodec{}, entryCodec{}, accountRefCodec{}, accountCodec{}, nameRefCodec{}, separatedCodec{}, rangesCodec{}, flagsCodec{}, enumCodec{}, refCodec{},
	asItIs{},
}

// codecNames are the values of the word codec.
func codecNames() []string {
	var out []string
	for _, c := range codecs {
		out = append(out, c.words()...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Form is the form of the property's values.
func (p *Property) Form() Codec {
	if p.codec == nil {
		for _, c := range codecs {
			if c.fits(p) {
				return c
			}
		}
	}
	return p.codec
}

// asItIs is the form of values that are the same in YAML and on the wire. The
// other forms embed it and say what differs.
type asItIs struct{}

func (asItIs) words() []string { return nil }

func (asItIs) fits(*Property) bool { return true }

func (asItIs) decode(d *Decoder, p *Property, at place) (any, bool) { return d.asItIs(p, at) }

func (asItIs) encode(e *Encoder, p *Property, v any) (any, error) { return e.asItIs(p, v) }

func (asItIs) entry(any) (any, bool) { return nil, false }

func (asItIs) equal(*Property, any, any) (equal, decided bool) { return false, false }

// Check finds nothing.
func (asItIs) Check(*Property, string) (problem, hint string) { return "", "" }

// Example leaves it to the type.
func (asItIs) Example(*Property, func(kinds []string) string) any { return nil }

// Describe leaves it to the type.
func (asItIs) Describe(*Property) string { return "" }

// Entries leaves it to the type.
func (asItIs) Entries() string { return "" }

// brief keeps messages readable.
func brief(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:57]) + "..."
	}
	return s
}
