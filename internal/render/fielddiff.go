package render

import (
	"fmt"
	"strings"

	"rassync/internal/model"
	"rassync/internal/plan"
)

// fieldLine is one line of a field's change: '~' a value that changes, '=' a
// value that is set and had none, '+' and '-' entries of a list, '#' a remark.
// What stands in diff and sub is shown below the path.
type fieldLine struct {
	op            byte
	path          string
	before, after string
	note          string
	diff          []diffLine
	sub           []fieldLine
}

// fieldLines lays out one field of a change. creating says that there was
// no object before.
func fieldLines(f plan.Field, creating bool) []fieldLine {
	path, note := Escape(f.Path), Escape(f.Note)
	bl, bIsList := f.Before.([]any)
	al, aIsList := f.After.([]any)
	am, aIsMap := f.After.(map[string]any)
	switch {
	case f.Note == orderNote && bIsList && aIsList:
		return []fieldLine{{op: '~', path: path + " in order", before: entries(bl), after: entries(al)}}
	case strings.HasSuffix(f.Path, "]") && f.Before == nil && aIsMap && !creating:
		return []fieldLine{{op: '+', path: path, note: note, sub: entryLines(am)}}
	case strings.HasSuffix(f.Path, "]") && f.After == nil && !creating:
		return []fieldLine{{op: '-', path: path, before: entry(f.Before), note: note}}
	case f.Before == nil && f.Note != "" && f.Note != inferredNote:
		// There is a value on the farm, but nobody can see it.
		creating = true
	}
	return valueLines(path, f.Before, f.After, note, creating)
}

// changeLines lays out one field of a change, and says which overlay sets it.
func changeLines(c plan.Change, f plan.Field) []fieldLine {
	lines := fieldLines(f, c.Action == plan.Create)
	if at, ok := c.Overlay[f.Path]; ok && len(lines) > 0 {
		lines[0].note = strings.TrimPrefix(lines[0].note+"; set in "+Escape(sourcePlace(&at)), "; ")
	}
	return lines
}

// The notes of a plan that change how a field is shown.
const (
	orderNote    = "order"
	inferredNote = "inferred"
)

// entryLines shows the values of a new entry of a list.
func entryLines(m map[string]any) []fieldLine {
	var out []fieldLine
	for _, k := range keys(m) {
		out = append(out, valueLines(Escape(k), nil, m[k], "", true)...)
	}
	return out
}

func valueLines(path string, before, after any, note string, creating bool) []fieldLine {
	bm, bIsMap := before.(map[string]any)
	am, aIsMap := after.(map[string]any)
	if (bIsMap || before == nil) && (aIsMap || after == nil) && (len(bm) > 0 || len(am) > 0) && !reference(bm) && !reference(am) {
		return mapLines(path, bm, am, note, creating)
	}
	bl, bIsList := before.([]any)
	al, aIsList := after.([]any)
	if (bIsList || before == nil) && (aIsList || after == nil) && (len(bl) > 0 || len(al) > 0) {
		return []fieldLine{{op: '~', path: path, note: note, sub: listLines(bl, al)}}
	}
	bs, bIsText := before.(string)
	as, aIsText := after.(string)
	if (bIsText || before == nil) && (aIsText || after == nil) && (manyLines(bs) || manyLines(as)) {
		// Texts that differ by their line ends alone have no diff by lines.
		if diff := lineDiff(bs, as); len(diff) > 0 {
			return []fieldLine{{op: '~', path: path, note: note, diff: diff}}
		}
	}
	if creating && before == nil {
		return []fieldLine{{op: '=', path: path, after: value(after), note: note}}
	}
	return []fieldLine{{op: '~', path: path, before: value(before), after: value(after), note: note}}
}

// reference tells whether a map is the reference to a secret or a file, as it
// stands in a plan that was read from a file.
func reference(m map[string]any) bool {
	for _, k := range []string{"fromEnv", "fromFile", "sha256"} {
		if _, ok := m[k].(string); ok && len(m) <= 2 {
			return true
		}
	}
	return false
}

func manyLines(s string) bool { return strings.Contains(strings.TrimRight(s, "\n"), "\n") }

func mapLines(path string, before, after map[string]any, note string, creating bool) []fieldLine {
	both := map[string]any{}
	for k := range before {
		both[k] = nil
	}
	for k := range after {
		both[k] = nil
	}
	var out []fieldLine
	for _, k := range keys(both) {
		b, a := before[k], after[k]
		if model.Hash(b) == model.Hash(a) {
			continue
		}
		out = append(out, valueLines(path+"."+Escape(k), b, a, note, creating)...)
	}
	return out
}

// listLines gives what leaves a list, what comes in, and whether the entries
// that stay change places.
func listLines(before, after []any) []fieldLine {
	left := map[string]int{}
	for _, e := range before {
		left[entryKey(e)]++
	}
	var in []fieldLine
	var stayNow []string
	stays := map[string]int{}
	for _, e := range after {
		k := entryKey(e)
		if left[k] > 0 {
			left[k]--
			stays[k]++
			stayNow = append(stayNow, k)
			continue
		}
		in = append(in, fieldLine{op: '+', after: entry(e)})
	}
	var out []fieldLine
	var stayBefore []string
	for _, e := range before {
		k := entryKey(e)
		if stays[k] > 0 {
			stays[k]--
			stayBefore = append(stayBefore, k)
			continue
		}
		out = append(out, fieldLine{op: '-', before: entry(e)})
	}
	out = append(out, in...)
	if strings.Join(stayBefore, "\x00") != strings.Join(stayNow, "\x00") {
		out = append(out, fieldLine{op: '~', path: "order", before: entries(before), after: entries(after)})
	} else if n := len(stayNow); n > 0 {
		out = append(out, fieldLine{op: '#', note: fmt.Sprintf("%s unchanged", count(n, "entry", "entries"))})
	}
	return out
}

// entryKey identifies an entry; what the engine notes of it does not count.
func entryKey(e any) string {
	m, ok := e.(map[string]any)
	if !ok {
		return model.Hash(e)
	}
	shown := make(map[string]any, len(m))
	for _, k := range keys(m) {
		shown[k] = m[k]
	}
	return model.Hash(shown)
}

// entry prints an entry of a list; one with properties without its braces.
func entry(e any) string {
	if m, ok := e.(map[string]any); ok && !reference(m) {
		return pairs(m)
	}
	return value(e)
}

// entries prints the order of a list: names where entries have one.
func entries(list []any) string {
	parts := make([]string, len(list))
	for i, e := range list {
		parts[i] = value(e)
		if m, ok := e.(map[string]any); ok {
			for _, k := range []string{"name", "account", "url", "server"} {
				if s, ok := m[k].(string); ok && s != "" {
					parts[i] = text(s)
					break
				}
			}
		}
	}
	return strings.Join(parts, ", ")
}
