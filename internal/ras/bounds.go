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
	maxNumber        = 400 // characters; a float64 has 24
)

// errUnbounded says which bound an answer goes beyond.
var errUnbounded = errors.New("the answer is built to cost more than any answer of the API")

// checkBounds looks through a JSON text once, without building anything. Whether
// it is JSON at all is for others to tell.
func checkBounds(text []byte) error {
	depth, elements, values, start := 0, 0, 0, 0
	list := len(text) > 0 && text[0] == '['
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			for i++; i < len(text) && text[i] != '"'; i++ {
				if text[i] == '\\' {
					i++
				}
			}
		case c == '[' || c == '{':
			depth++
			values++
			if depth > maxNesting {
				return fmt.Errorf("%w: it is nested more than %d deep", errUnbounded, maxNesting)
			}
		case c == ']' || c == '}':
			depth--
		case c == ',':
			values++
			if list && depth == 1 {
				elements++
				values, start = 0, i
			}
		case c >= '0' && c <= '9':
			from := i
			for i+1 < len(text) && isNumber(text[i+1]) {
				i++
			}
			if i-from > maxNumber {
				return fmt.Errorf("%w: a number has %d digits", errUnbounded, i-from+1)
			}
		}
		switch {
		case elements > maxElements:
			return fmt.Errorf("%w: a list has more than %d elements", errUnbounded, maxElements)
		case values > maxElementValues:
			return fmt.Errorf("%w: one object has more than %d values", errUnbounded, maxElementValues)
		case list && i-start > maxElementSize:
			return fmt.Errorf("%w: one element of a list has more than %d MB", errUnbounded, maxElementSize>>20)
		}
	}
	return nil
}

func isNumber(c byte) bool {
	return c >= '0' && c <= '9' || c == '.' || c == 'e' || c == 'E' || c == '+' || c == '-'
}
