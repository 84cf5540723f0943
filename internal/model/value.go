package model

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"sort"
	"strings"
)

// Values in canonical form are nil, bool, int64, float64, string, []any,
// map[string]any, SecretRef and FileRef: the YAML shape of an object.

// SecretRef says where a secret is found; it never holds the secret. Every
// printed form is the reference alone.
type SecretRef struct {
	Env  string
	File string // as written in the document
	Abs  string // where File is looked for: relative paths start at the document's file
}

// String shows where the secret comes from.
func (s SecretRef) String() string {
	if s.Env != "" {
		return "secret from environment variable " + s.Env
	}
	return "secret from file " + s.File
}

// MarshalJSON writes the reference as it stands in YAML.
func (s SecretRef) MarshalJSON() ([]byte, error) { return json.Marshal(s.plain()) }

func (s SecretRef) plain() map[string]any {
	if s.Env != "" {
		return map[string]any{"fromEnv": s.Env}
	}
	return map[string]any{"fromFile": s.File}
}

// FileRef is a file's content by digest; Path is where it lies, if anywhere.
type FileRef struct {
	Path   string // as written in the document
	Abs    string // where it was found
	Digest string // SHA-256, hex
}

// String shows path and digest.
func (f FileRef) String() string {
	d := f.Digest
	if len(d) > 12 {
		d = d[:12]
	}
	if f.Path == "" {
		return "sha256:" + d
	}
	return f.Path + " (sha256:" + d + ")"
}

// MarshalJSON writes the reference with its digest.
func (f FileRef) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]any{"file": f.Path, "sha256": f.Digest})
}

// Object is one object: declared in a document, or read from a farm.
type Object struct {
	Address     Address
	Spec        map[string]any
	Unknown     map[string]any
	RenamedFrom string
	Confirm     string
	Source      Source

	// Of live objects only.
	ID       string         // the farm's id, as it is written in paths
	SiteID   string         // id of the site it was read in
	InSites  []string       // names of all sites whose lists hold it
	ParentID int64          // published items: id of the folder
	Previous int64          // published items: id of the sibling in front
	Rank     int64          // place among ordered objects
	Entries  map[string]any // ids of list entries by yaml path, for writing
	Builtin  bool
	// Unsure is the read name which says whether the object is configuration at
	// all, where the farm does not show it.
	Unsure string
	// ChangedBy and ChangedAt say who changed the object last and when, as the
	// farm shows it; "" where it does not.
	ChangedBy, ChangedAt string
	Fresh                bool              // made just now: what it holds is what comes by itself
	Spelled              map[string]string // of settings with several names: the one that the answer had, by that of the schema
	Absent               map[string]bool   // properties that the farm does not show: what they are is not known
	NotShown             []string          // the same with those in entries of lists ("rules[].criteria"), as far as this release has them
}

// OldName is the name that renamedFrom gives; a mark stays through a rename.
func (o *Object) OldName() string {
	if _, mark := CutMark(o.RenamedFrom); mark != "" || o.RenamedFrom == "" {
		return o.RenamedFrom
	}
	return WithMark(o.RenamedFrom, o.Address.Mark())
}

// Hides tells whether the farm does not show the value at a path, or what
// encloses it.
func (o *Object) Hides(path string) bool {
	for path != "" {
		if o.Absent[path] {
			return true
		}
		path = path[:max(strings.LastIndexByte(path, '.'), 0)]
	}
	return false
}

// Goes tells whether the document says of its object only that it may be
// deleted: it declares nothing, so the object is not meant to stay.
func (o *Object) Goes() bool {
	return o.Confirm == "delete" && len(o.Spec) == 0 && len(o.Unknown) == 0
}

// Source is where a declaration stands.
type Source struct {
	File string
	Line int
	Col  int
}

// String writes file:line:column.
func (s Source) String() string {
	if s.File == "" {
		return ""
	}
	return fmt.Sprintf("%s:%d:%d", s.File, s.Line, s.Col)
}

// Clone copies a canonical value deeply.
func Clone(v any) any {
	switch v := v.(type) {
	case map[string]any:
		m := make(map[string]any, len(v))
		for k, e := range v {
			m[k] = Clone(e)
		}
		return m
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = Clone(e)
		}
		return out
	}
	return v
}

// Lookup walks a dotted yaml path; a missing step gives false.
func Lookup(v any, path string) (any, bool) {
	if path == "" {
		return v, true
	}
	for {
		name, rest, more := strings.Cut(path, ".")
		m, ok := v.(map[string]any)
		if !ok {
			return nil, false
		}
		if v, ok = m[name]; !ok {
			return nil, false
		}
		if !more {
			return v, true
		}
		path = rest
	}
}

// Equal compares two values of property p by the schema's meaning: sets
// ignore order, accounts and keyed entries match by their keys, whole numbers
// equal their float form. Only what want declares is compared.
func Equal(p *Property, want, have any) bool {
	if p != nil {
		if equal, decided := p.Form().equal(p, want, have); decided {
			return equal
		}
	}
	return equalAsItIs(p, want, have)
}

// equalAsItIs compares values that have no form of their own.
func equalAsItIs(p *Property, want, have any) bool {
	switch w := want.(type) {
	case nil:
		return have == nil || have == "" // some farms answer nothing for an empty text
	case map[string]any:
		h, ok := have.(map[string]any)
		if !ok {
			return len(w) == 0 && have == nil
		}
		for name, v := range w {
			var c *Property
			if p != nil {
				c = p.Prop(name)
			}
			if c != nil && c.WriteOnly {
				continue
			}
			hv, ok := h[name]
			if !ok || !Equal(c, v, hv) {
				return false
			}
		}
		return true
	case []any:
		h, ok := have.([]any)
		if !ok {
			return len(w) == 0 && have == nil
		}
		if len(w) != len(h) {
			return false
		}
		if !Unordered(p) {
			for i := range w {
				if !Equal(items(p), w[i], h[i]) {
					return false
				}
			}
			return true
		}
		pairs := Match(p, w, h)
		for i, j := range pairs {
			if j < 0 || !Equal(items(p), w[i], h[j]) {
				return false
			}
		}
		return true
	case FileRef:
		h, ok := have.(FileRef)
		return ok && h.Digest == w.Digest
	case string:
		h, ok := have.(string)
		if !ok {
			return w == "" && have == nil
		}
		return w == h || p != nil && len(p.Ref) > 0 && SameName(w, h)
	case int64:
		if f, ok := have.(float64); ok {
			return float64(w) == f
		}
	case float64:
		if i, ok := have.(int64); ok {
			return w == float64(i)
		}
	}
	return reflect.DeepEqual(want, have)
}

// items is the property of a list's entries. Where the list itself says what
// its names refer to, it stands for them too.
func items(p *Property) *Property {
	switch {
	case p == nil:
		return nil
	case len(p.Ref) > 0 && (p.Items == nil || len(p.Items.Ref) == 0 && p.Items.Type == TypeString):
		return p
	}
	return p.Items
}

// Unordered tells whether the order of an array's entries has no meaning.
func Unordered(p *Property) bool {
	if p == nil {
		return false
	}
	if p.List != nil {
		return p.List.Mode != "ordered"
	}
	return p.Flags || p.Unique || len(p.Ref) > 0 || (p.Items != nil && len(p.Items.Ref) > 0)
}

// Match pairs each wanted entry with the index of the entry of have that has
// the same key, or -1.
func Match(p *Property, want, have []any) []int {
	out := make([]int, len(want))
	used := make([]bool, len(have))
	byKey := map[string][]int{}
	simple := p == nil || p.List == nil || len(p.List.MatchAny) == 0
	if simple {
		for j, h := range have {
			k := EntryKey(p, h)
			byKey[k] = append(byKey[k], j)
		}
	}
	for i := range out {
		out[i] = -1
	}
	if simple && p != nil && p.List != nil && p.List.Twins {
		pairTwins(p, want, have, byKey, out)
	}
	for i, w := range want {
		if out[i] >= 0 {
			continue
		}
		if simple {
			k := EntryKey(p, w)
			if js := byKey[k]; len(js) > 0 {
				out[i], byKey[k] = js[0], js[1:]
			}
			continue
		}
		for j, h := range have {
			if !used[j] && sameAny(p, w, h) {
				out[i], used[j] = j, true
				break
			}
		}
	}
	if simple && p != nil && p.List != nil && len(p.List.Key) == 0 && p.Items.Structured() {
		pairNameless(p, want, have, out)
	}
	return out
}

// pairNameless pairs what is left of a list whose entries have no key: with
// the first that holds all that is declared, then, where entries can be
// changed in place, with the first that nobody wants.
func pairNameless(p *Property, want, have []any, out []int) {
	used := make([]bool, len(have))
	for _, j := range out {
		if j >= 0 {
			used[j] = true
		}
	}
	inPlace := p.List.Update != nil && p.List.ID != ""
	for _, fits := range []func(w, h any) bool{
		func(w, h any) bool { return Equal(items(p), w, h) },
		func(any, any) bool { return inPlace },
	} {
		for i, w := range want {
			for j := 0; out[i] < 0 && j < len(have); j++ {
				if !used[j] && fits(w, have[j]) {
					out[i], used[j] = j, true
				}
			}
		}
	}
}

// pairTwins pairs, where several entries have the same key, those that are
// equal throughout: only the rest is told apart by its place.
func pairTwins(p *Property, want, have []any, byKey map[string][]int, out []int) {
	for i, w := range want {
		k := EntryKey(p, w)
		js := byKey[k]
		if len(js) < 2 {
			continue
		}
		for n, j := range js {
			if Equal(items(p), w, have[j]) {
				out[i] = j
				byKey[k] = append(append([]int(nil), js[:n]...), js[n+1:]...)
				break
			}
		}
	}
}

// sameAny: the first key that both sides hold decides.
func sameAny(p *Property, a, b any) bool {
	am, _ := a.(map[string]any)
	bm, _ := b.(map[string]any)
	for _, k := range p.List.MatchAny {
		x, _ := am[k].(string)
		y, _ := bm[k].(string)
		if x != "" && y != "" {
			return SameName(x, y)
		}
	}
	return false
}

// EntryKey is the text that identifies an entry of a list.
func EntryKey(p *Property, entry any) string {
	m, ok := entry.(map[string]any)
	if !ok {
		s := fmt.Sprint(entry)
		if it := items(p); it != nil && (it.Codec == "account" || len(it.Ref) > 0) || p != nil && len(p.Ref) > 0 {
			s = Fold(s)
		}
		return s
	}
	if p != nil && p.List != nil {
		keys := p.List.Key
		if len(keys) == 0 {
			keys = p.List.MatchAny
		}
		if len(keys) > 0 {
			parts := make([]string, 0, len(keys))
			for _, k := range keys {
				if len(p.List.Key) == 0 {
					if s, _ := m[k].(string); s != "" {
						return s
					}
					continue
				}
				v, kp := m[k], p.Items.Prop(k)
				if kp != nil && v == nil {
					v = kp.LeftOut()
				}
				if kp != nil && kp.Flags {
					v = plainFlags(kp, v)
				}
				if v != nil {
					parts = append(parts, keyPart(v))
				}
			}
			return strings.Join(parts, " ")
		}
	}
	data, _ := json.Marshal(declared(m))
	return string(data)
}

// LeftOut is what a value is where nobody says it: nil if that is not known.
func (p *Property) LeftOut() any {
	if p.HasDefault {
		return p.Default
	}
	return p.OnCreate
}

// keyPart is a value as part of a key: the names of a bit mask in one order.
func keyPart(v any) string {
	list, ok := v.([]any)
	if !ok {
		return fmt.Sprint(v)
	}
	names := make([]string, len(list))
	for i, e := range list {
		names[i] = fmt.Sprint(e)
	}
	slices.Sort(names)
	return strings.Join(names, "+")
}

// declared is an entry without its hidden keys.
func declared(m map[string]any) map[string]any {
	_, hasID := m[EntryID]
	if _, lacks := m[EntryAbsent]; !hasID && !lacks {
		return m
	}
	out := make(map[string]any, len(m))
	for name, v := range m {
		if name != EntryID && name != EntryAbsent {
			out[name] = v
		}
	}
	return out
}

// EntryLabel is how people see an entry of a list.
func EntryLabel(p *Property, entry any) string {
	if m, ok := entry.(map[string]any); ok && p != nil && p.List != nil && len(p.List.MatchAny) > 0 {
		for _, k := range []string{"account", "name"} {
			if s, _ := m[k].(string); s != "" {
				return s
			}
		}
	}
	return EntryKey(p, entry)
}

// Hash is the SHA-256 of a canonical value; equal values hash equal whatever
// the order of their keys.
func Hash(v any) string {
	h := sha256.New()
	writeHash(h, v)
	return hex.EncodeToString(h.Sum(nil))
}

type writer interface{ Write([]byte) (int, error) }

func writeHash(h writer, v any) {
	switch v := v.(type) {
	case map[string]any:
		keys := make([]string, 0, len(v))
		for k := range v {
			keys = append(keys, k)
		}
		sort.Strings(keys)
		h.Write([]byte("{"))
		for _, k := range keys {
			fmt.Fprintf(h, "%d:%s=", len(k), k)
			writeHash(h, v[k])
		}
		h.Write([]byte("}"))
	case []any:
		h.Write([]byte("["))
		for _, e := range v {
			writeHash(h, e)
			h.Write([]byte(","))
		}
		h.Write([]byte("]"))
	case string:
		fmt.Fprintf(h, "s%d:%s", len(v), v)
	case float64:
		if v == float64(int64(v)) {
			fmt.Fprintf(h, "n%d", int64(v))
			return
		}
		fmt.Fprintf(h, "f%g", v)
	case int64:
		fmt.Fprintf(h, "n%d", v)
	case FileRef:
		fmt.Fprintf(h, "d%s", v.Digest)
	case SecretRef:
		fmt.Fprintf(h, "r%s|%s", v.Env, v.File)
	default:
		fmt.Fprintf(h, "%T:%v", v, v)
	}
}
