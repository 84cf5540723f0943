package model

import (
	"fmt"
	"net/netip"
	"sort"
	"strings"
)

// rangesCodec: addresses and ranges of both versions, in YAML one list of texts.
type rangesCodec struct{ asItIs }

func (rangesCodec) words() []string { return []string{"ipRanges"} }

func (rangesCodec) fits(p *Property) bool { return p.Codec == "ipRanges" }

func (rangesCodec) decode(d *Decoder, _ *Property, at place) (any, bool) {
	if d.Absent != nil && !wholeRanges(at.here) {
		d.keyless = true
	}
	return decodeRanges(at.here), true
}

// entry is the body that adds or removes a range.
func (rangesCodec) entry(entry any) (any, bool) {
	text := fmt.Sprint(entry)
	first, _, _ := strings.Cut(text, "-")
	version := int64(0)
	if a, err := netip.ParseAddr(strings.TrimSpace(first)); err == nil && a.Is6() {
		version = 1
	}
	return map[string]any{"ip": text, "ipType": version}, true
}

// Example is a list with one range.
func (rangesCodec) Example(*Property, func(kinds []string) string) any {
	return []any{"10.0.0.1-10.0.0.99"}
}

// Entries says what the list holds.
func (rangesCodec) Entries() string { return "addresses and ranges" }

// wholeRanges tells whether an answer shows both ends of the ranges of both
// versions.
func wholeRanges(w any) bool {
	m, _ := w.(map[string]any)
	for _, version := range []string{"iPv4s", "iPv6s"} {
		v, shown := m[version]
		if !shown {
			return false
		}
		list, ok := v.([]any)
		if !ok && v != nil {
			list = []any{v}
		}
		for _, e := range list {
			r, _ := e.(map[string]any)
			_, from := r["from"]
			if _, to := r["to"]; !from || !to {
				return false
			}
		}
	}
	return true
}

func decodeRanges(w any) any {
	out := []any{}
	m, _ := w.(map[string]any)
	for _, version := range []string{"iPv4s", "iPv6s"} {
		list, ok := m[version].([]any)
		if !ok && m[version] != nil {
			list = []any{m[version]}
		}
		for _, e := range list {
			r, _ := e.(map[string]any)
			from, _ := r["from"].(string)
			to, _ := r["to"].(string)
			if to == "" || from == to {
				out = append(out, from)
			} else {
				out = append(out, from+"-"+to)
			}
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].(string) < out[j].(string) })
	return out
}
