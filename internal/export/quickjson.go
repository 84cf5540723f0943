package export

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"
)

// quickJSON decodes the JSON of an answer, which has been found to be JSON
// already. A list of thousands of objects has the same names and many of the same
// values in each: they are made once. What is out of the ordinary is left to the
// library, which a fuzz test holds this against.
type quickJSON struct {
	data  []byte
	at    int
	size  int // of the object before: the next one is mostly as large
	cache [512]any
	names [256]string
}

// decodeQuickly decodes a text. With only, the objects in the outermost list hold
// no more than these names. It is false for what the library must decode.
func decodeQuickly(data []byte, only map[string]bool) (v any, ok bool) {
	if !utf8.Valid(data) {
		return nil, false // what the library makes of it is its own matter
	}
	q := &quickJSON{data: data}
	q.space()
	if only != nil && q.peek() == '[' {
		v, ok = q.list(0, only)
	} else {
		v, ok = q.value(0, nil)
	}
	q.space()
	return v, ok && q.at == len(q.data)
}

const quickDepth = 64

func (q *quickJSON) peek() byte {
	if q.at < len(q.data) {
		return q.data[q.at]
	}
	return 0
}

func (q *quickJSON) space() {
	for q.at < len(q.data) {
		switch q.data[q.at] {
		case ' ', '\t', '\r', '\n':
			q.at++
		default:
			return
		}
	}
}

func (q *quickJSON) word(text string, v any) (any, bool) {
	if !bytes.HasPrefix(q.data[q.at:], []byte(text)) {
		return nil, false
	}
	q.at += len(text)
	return v, true
}

func (q *quickJSON) value(depth int, only map[string]bool) (any, bool) {
	if depth > quickDepth {
		return nil, false
	}
	switch c := q.peek(); {
	case c == '{':
		return q.object(depth, only)
	case c == '[':
		return q.list(depth, nil)
	case c == '"':
		text, ok := q.text()
		return q.shared(text, false), ok
	case c == 't':
		return q.word("true", true)
	case c == 'f':
		return q.word("false", false)
	case c == 'n':
		return q.word("null", nil)
	case c == '-' || c >= '0' && c <= '9':
		start := q.at
		for q.at < len(q.data) && isNumeric(q.data[q.at]) {
			q.at++
		}
		return q.shared(q.data[start:q.at], true), true
	}
	return nil, false
}

func isNumeric(c byte) bool {
	return c >= '0' && c <= '9' || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E'
}

func (q *quickJSON) list(depth int, only map[string]bool) (any, bool) {
	out := []any{}
	q.at++
	q.space()
	if q.peek() == ']' {
		q.at++
		return out, true
	}
	for {
		q.space()
		v, ok := q.value(depth+1, only)
		if !ok {
			return nil, false
		}
		out = append(out, v)
		q.space()
		c := q.peek()
		q.at++
		switch c {
		case ',':
		case ']':
			return out, true
		default:
			return nil, false
		}
	}
}

func (q *quickJSON) object(depth int, only map[string]bool) (any, bool) {
	size := 0
	if depth <= 1 {
		size = q.size
	}
	m := make(map[string]any, size)
	q.at++
	q.space()
	if q.peek() == '}' {
		q.at++
		return m, true
	}
	for {
		q.space()
		if q.peek() != '"' {
			return nil, false
		}
		text, ok := q.text()
		if !ok {
			return nil, false
		}
		name := q.name(text)
		q.space()
		if q.peek() != ':' {
			return nil, false
		}
		q.at++
		q.space()
		v, ok := q.value(depth+1, nil)
		if !ok {
			return nil, false
		}
		if only == nil || only[name] {
			m[name] = v
		}
		q.space()
		c := q.peek()
		q.at++
		switch c {
		case ',':
		case '}':
			if depth <= 1 {
				q.size = len(m)
			}
			return m, true
		default:
			return nil, false
		}
	}
}

// text gives the inside of a text; false if it holds escapes that are not simple.
func (q *quickJSON) text() ([]byte, bool) {
	start := q.at + 1
	end := bytes.IndexByte(q.data[start:], '"')
	if end < 0 {
		return nil, false
	}
	inside := q.data[start : start+end]
	if bytes.IndexByte(inside, '\\') < 0 {
		q.at = start + end + 1
		return inside, true
	}
	at := start
	for at < len(q.data) && q.data[at] != '"' {
		if q.data[at] == '\\' {
			at++
		}
		at++
	}
	if at >= len(q.data) {
		return nil, false
	}
	var s string
	if json.Unmarshal(q.data[start-1:at+1], &s) != nil {
		return nil, false
	}
	q.at = at + 1
	return []byte(s), true
}

// name makes the text of a name once.
func (q *quickJSON) name(text []byte) string {
	at := &q.names[hashOf(text)%uint32(len(q.names))]
	if *at != string(text) {
		*at = string(text)
	}
	return *at
}

// shared makes a short text or a number once.
func (q *quickJSON) shared(text []byte, number bool) any {
	if len(text) > 40 {
		return boxed(text, number)
	}
	at := &q.cache[hashOf(text)%uint32(len(q.cache))]
	switch v := (*at).(type) {
	case string:
		if !number && v == string(text) {
			return *at
		}
	case json.Number:
		if number && string(v) == string(text) {
			return *at
		}
	}
	*at = boxed(text, number)
	return *at
}

func boxed(text []byte, number bool) any {
	if number {
		return json.Number(text)
	}
	return string(text)
}

func hashOf(text []byte) uint32 {
	h := uint32(2166136261)
	for _, c := range text {
		h = (h ^ uint32(c)) * 16777619
	}
	return h
}
