package model

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"
)

// ordered is a JSON object that keeps the order of its keys: the order of a
// schema's properties is the order of the exported YAML.
type ordered struct {
	keys   []string
	values map[string]any
}

// Keys are the keys in the order of the file.
func (o *ordered) Keys() []string { return o.keys }

// Get is the value of a key.
func (o *ordered) Get(key string) any { return o.get(key) }

func newOrdered() *ordered { return &ordered{values: map[string]any{}} }

func (o *ordered) get(key string) any {
	if o == nil {
		return nil
	}
	return o.values[key]
}

func (o *ordered) has(key string) bool {
	if o == nil {
		return false
	}
	_, ok := o.values[key]
	return ok
}

func (o *ordered) set(key string, v any) {
	if _, ok := o.values[key]; !ok {
		o.keys = append(o.keys, key)
	}
	o.values[key] = v
}

func (o *ordered) object(key string) *ordered {
	sub, _ := o.get(key).(*ordered)
	return sub
}

func (o *ordered) text(key string) string {
	s, _ := o.get(key).(string)
	return s
}

// plain turns ordered objects into ordinary maps.
func plain(v any) any {
	switch v := v.(type) {
	case *ordered:
		if v == nil {
			return nil
		}
		m := make(map[string]any, len(v.keys))
		for _, k := range v.keys {
			m[k] = plain(v.values[k])
		}
		return m
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = plain(e)
		}
		return out
	}
	return v
}

// parseOrdered reads one JSON value; numbers become int64 where they are
// whole, float64 otherwise. Every command reads all schemas when it starts, so
// it does not go through json.Decoder, whose tokens are slow.
func parseOrdered(data []byte) (any, error) {
	if !json.Valid(data) {
		var v any
		return nil, json.Unmarshal(data, &v) // says where and why
	}
	return (&orderedReader{data: data}).value()
}

// orderedReader reads text that is known to be valid JSON.
type orderedReader struct {
	data []byte
	at   int
}

// next skips space, and gives the byte that follows.
func (r *orderedReader) next() byte {
	for {
		switch c := r.data[r.at]; c {
		case ' ', '\t', '\n', '\r':
			r.at++
		default:
			return c
		}
	}
}

// more tells whether another element follows in an array or object, and skips
// what parts or ends them.
func (r *orderedReader) more(end byte) bool {
	c := r.next()
	if c == ',' || c == end {
		r.at++
	}
	return c != end
}

func (r *orderedReader) value() (any, error) {
	switch c := r.next(); c {
	case '{':
		r.at++
		o := newOrdered()
		for r.more('}') {
			r.next()
			key, err := r.text()
			if err != nil {
				return nil, err
			}
			if o.has(key) {
				return nil, fmt.Errorf("duplicate key %q in one object", key)
			}
			r.next()
			r.at++ // the colon
			v, err := r.value()
			if err != nil {
				return nil, err
			}
			o.set(key, v)
		}
		return o, nil
	case '[':
		r.at++
		out := []any{}
		for r.more(']') {
			v, err := r.value()
			if err != nil {
				return nil, err
			}
			out = append(out, v)
		}
		return out, nil
	case '"':
		return r.text()
	case 't':
		r.at += len("true")
		return true, nil
	case 'f':
		r.at += len("false")
		return false, nil
	case 'n':
		r.at += len("null")
		return nil, nil
	}
	start := r.at
	for r.at < len(r.data) && strings.IndexByte("+-.0123456789Ee", r.data[r.at]) >= 0 {
		r.at++
	}
	return number(json.Number(r.data[start:r.at])), nil
}

func (r *orderedReader) text() (string, error) {
	start := r.at
	plain := true
	for r.at++; r.data[r.at] != '"'; r.at++ {
		switch c := r.data[r.at]; {
		case c == '\\':
			plain = false
			r.at++
		case c >= utf8.RuneSelf:
			plain = false
		}
	}
	r.at++
	if plain {
		return string(r.data[start+1 : r.at-1]), nil
	}
	var s string
	err := json.Unmarshal(r.data[start:r.at], &s)
	return s, err
}

// number gives whole numbers as int64, others as float64.
func number(n json.Number) any {
	if i, err := n.Int64(); err == nil {
		return i
	}
	f, err := n.Float64()
	if err != nil {
		return n.String()
	}
	if f == float64(int64(f)) {
		return int64(f)
	}
	return f
}
