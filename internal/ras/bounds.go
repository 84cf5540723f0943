package ras

import (
	"errors"
	"fmt"
)

// Bounds of a JSON answer. A decoder takes time and memory by what an answer
// holds and not by its length: a farm, or what poses as one, could keep a run
// busy with little. No answer of the API comes near them.
const (
	maxNesting       = 64
	maxElements      = 1000000 // of a list
	maxElementValues = 200000  // values inside one element, or inside an object
	maxElementSize   = 16 << 20
	maxObject        = 64 << 20 // of an answer that is no list
	maxValues        = 20000000 // of the whole answer: they are what decoding costs
	maxNumber        = 400      // characters; a float64 has 24
)

// errUnbounded says which bound an answer goes beyond.
var errUnbounded = errors.New("the answer is built to cost more than any answer of the API")

// bounds looks through a JSON text as it comes in, without building anything, so
// that an answer beyond the bounds is not even received. Whether it is JSON at
// all is for others to tell.
type bounds struct {
	begun, list      bool
	inText, escaped  bool
	depth, digits    int
	elements, values int
	total            int // values of the whole answer
	size             int // of the element so far
}

// Write looks at the next piece of the text.
func (b *bounds) Write(p []byte) (int, error) {
	for i, c := range p {
		if err := b.next(c); err != nil {
			return i, err
		}
	}
	return len(p), nil
}

func (b *bounds) next(c byte) error {
	if !b.begun {
		if c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == 0xef || c == 0xbb || c == 0xbf {
			return nil
		}
		b.begun, b.list = true, c == '['
	}
	b.size++
	if b.list && b.size > maxElementSize {
		return fmt.Errorf("%w: one element of a list has more than %d MB", errUnbounded, maxElementSize>>20)
	}
	if b.inText {
		switch {
		case b.escaped:
			b.escaped = false
		case c == '\\':
			b.escaped = true
		case c == '"':
			b.inText = false
		}
		return nil
	}
	if isNumber(c) {
		if b.digits++; b.digits > maxNumber {
			return fmt.Errorf("%w: a number has more than %d digits", errUnbounded, maxNumber)
		}
		return nil
	}
	b.digits = 0
	switch c {
	case '"':
		b.inText = true
	case '[', '{':
		if b.depth++; b.depth > maxNesting {
			return fmt.Errorf("%w: it is nested more than %d deep", errUnbounded, maxNesting)
		}
		return b.value()
	case ']', '}':
		b.depth--
	case ',':
		if b.list && b.depth == 1 {
			b.values, b.size = 0, 0
			if b.elements++; b.elements > maxElements {
				return fmt.Errorf("%w: a list has more than %d elements", errUnbounded, maxElements)
			}
			b.total++
			return nil
		}
		return b.value()
	}
	return nil
}

func (b *bounds) value() error {
	b.values++
	b.total++
	switch {
	case b.values > maxElementValues:
		return fmt.Errorf("%w: one object has more than %d values", errUnbounded, maxElementValues)
	case b.total > maxValues:
		return fmt.Errorf("%w: it has more than %d values", errUnbounded, maxValues)
	}
	return nil
}

// most is how many bytes the answer may have: one that is no list is no larger
// than an element of one may be, with room to spare.
func (b *bounds) most(listed int64) int64 {
	if b.begun && !b.list {
		return min(listed, maxObject)
	}
	return listed
}

func isNumber(c byte) bool {
	return c >= '0' && c <= '9' || c == '.' || c == 'e' || c == 'E' || c == '+' || c == '-'
}
