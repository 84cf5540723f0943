package model

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// ordered is a JSON object that keeps the order of its keys: the order of a
// schema's properties is the order of the exported YAML.
type ordered struct {
	keys   []string
	values map[string]any
}

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

func (o *ordered) flag(key string) bool {
	b, _ := o.get(key).(bool)
	return b
}

func (o *ordered) texts(key string) []string {
	switch v := o.get(key).(type) {
	case string:
		return []string{v}
	case []any:
		var out []string
		for _, e := range v {
			if s, ok := e.(string); ok {
				out = append(out, s)
			}
		}
		return out
	}
	return nil
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
// whole, float64 otherwise.
func parseOrdered(data []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	v, err := decodeOrdered(d)
	if err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("more text after the end of the JSON value")
	}
	return v, nil
}

func decodeOrdered(d *json.Decoder) (any, error) {
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch t := t.(type) {
	case json.Delim:
		if t == '[' {
			out := []any{}
			for d.More() {
				v, err := decodeOrdered(d)
				if err != nil {
					return nil, err
				}
				out = append(out, v)
			}
			_, err := d.Token()
			return out, err
		}
		o := newOrdered()
		for d.More() {
			k, err := d.Token()
			if err != nil {
				return nil, err
			}
			key, _ := k.(string)
			if o.has(key) {
				return nil, fmt.Errorf("key %q stands twice in one object", key)
			}
			v, err := decodeOrdered(d)
			if err != nil {
				return nil, err
			}
			o.set(key, v)
		}
		_, err := d.Token()
		return o, err
	case json.Number:
		return number(t), nil
	default:
		return t, nil
	}
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
