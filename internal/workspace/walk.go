package workspace

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"rassync/internal/model"
)

// Bounds on what aliases may make of one document.
const (
	maxAliases = 1000
	maxNodes   = 1000000
	maxDepth   = 1000
)

// walker turns the nodes of one document into canonical values and collects
// all that is wrong with them.
type walker struct {
	file  string
	line  int // lines in front of the document
	rules *kindRules
	obj   *model.Object
	addr  string
	path  []step
	files *fileStore // nil: files are not looked at
	diags model.Diagnostics
	uses  []use

	aliases int
	nodes   int
	active  []*yaml.Node // anchors being followed
	spent   bool         // a bound is passed; nothing more is read
}

// step is one part of a yaml path: a name, or the index of an entry.
type step struct {
	name  string
	index int
}

// use is a reference to another object.
type use struct {
	obj   *model.Object
	prop  *model.Property
	kinds []string
	name  string
	path  string
	line  int
	col   int
}

func (w *walker) at(n *yaml.Node) model.Source {
	return model.Source{File: w.file, Line: w.line + n.Line, Col: n.Column}
}

func (w *walker) say(severity model.Severity, n *yaml.Node, summary, hint string) {
	w.diags = append(w.diags, model.Diagnostic{Severity: severity, Source: w.at(n), Address: w.addr, Path: pathText(w.path), Summary: summary, Hint: hint})
}

func (w *walker) fail(n *yaml.Node, summary, hint string) { w.say(model.Error, n, summary, hint) }

func (w *walker) wrong(n *yaml.Node, expected, hint string) (any, bool) {
	w.fail(n, "expected "+expected+", found "+describe(n), hint)
	return nil, false
}

func pathText(path []step) string {
	var b strings.Builder
	for _, s := range path {
		switch {
		case s.name == "":
			b.WriteString("[" + strconv.Itoa(s.index) + "]")
		case b.Len() > 0:
			b.WriteString("." + s.name)
		default:
			b.WriteString(s.name)
		}
	}
	return b.String()
}

// enter counts a node and follows an alias; the caller calls leave with what
// it gave. nil means that the node must not be read.
func (w *walker) enter(n *yaml.Node) *yaml.Node {
	if w.spent {
		return nil
	}
	w.nodes++
	if w.nodes > maxNodes {
		w.spent = true
		w.fail(n, fmt.Sprintf("the aliases of this document expand to more than %d values", maxNodes), "write the values out")
		return nil
	}
	if n.Kind != yaml.AliasNode {
		return n
	}
	w.aliases++
	switch {
	case w.aliases > maxAliases:
		w.spent = true
		w.fail(n, fmt.Sprintf("the document holds or expands to more than %d aliases", maxAliases), "write the values out")
		return nil
	case slices.Contains(w.active, n.Alias):
		w.spent = true
		w.fail(n, fmt.Sprintf("the anchor %q holds itself", n.Value), "write the value out")
		return nil
	}
	w.active = append(w.active, n.Alias)
	return n.Alias
}

// leave ends what enter began.
func (w *walker) leave(n *yaml.Node) {
	if n.Kind == yaml.AliasNode {
		w.active = w.active[:len(w.active)-1]
	}
}

// fields visits the pairs of a mapping: its own, then those that merge keys
// bring in and it does not hold itself.
func (w *walker) fields(n *yaml.Node, visit func(key, value *yaml.Node)) {
	var merges []*yaml.Node
	var keys keyIndex
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if key.Kind == yaml.ScalarNode && key.Tag == "!!merge" {
			merges = append(merges, value)
			continue
		}
		if !w.goodKey(n, i, &keys) {
			continue
		}
		visit(key, value)
	}
	if len(merges) == 0 {
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		seen[n.Content[i].Value] = true
	}
	for _, m := range merges {
		w.merged(m, seen, visit)
	}
}

func (w *walker) merged(from *yaml.Node, seen map[string]bool, visit func(key, value *yaml.Node)) {
	n := w.enter(from)
	if n == nil {
		return
	}
	defer w.leave(from)
	switch n.Kind {
	case yaml.SequenceNode:
		for _, e := range n.Content {
			w.merged(e, seen, visit)
		}
	case yaml.MappingNode:
		var deeper []*yaml.Node
		for i := 0; i+1 < len(n.Content); i += 2 {
			key, value := n.Content[i], n.Content[i+1]
			switch {
			case key.Kind == yaml.ScalarNode && key.Tag == "!!merge":
				deeper = append(deeper, value)
			case key.Kind == yaml.ScalarNode && !seen[key.Value] && isText(key):
				seen[key.Value] = true
				visit(key, value)
			}
		}
		for _, d := range deeper {
			w.merged(d, seen, visit)
		}
	default:
		w.fail(from, "<< takes a mapping or a list of mappings, found "+describe(n), "name an anchor: <<: *name")
	}
}

// goodKey tells whether the key at i is text that stands for the first time.
func (w *walker) goodKey(n *yaml.Node, i int, keys *keyIndex) bool {
	key := n.Content[i]
	if key.Kind != yaml.ScalarNode || !isText(key) {
		hint := ""
		if key.Kind == yaml.ScalarNode {
			hint = "put it in quotes if it is a name"
		}
		w.fail(key, "expected a key that is text, found "+describe(key), hint)
		return false
	}
	if first := keys.before(n, i); first != nil {
		w.fail(key, fmt.Sprintf("%q stands twice", key.Value), fmt.Sprintf("it stands first in line %d", w.line+first.Line))
		return false
	}
	return true
}

// value converts one value of property p (nil where only the schema knows it)
// and checks it against r.
func (w *walker) value(from *yaml.Node, p *model.Property, r *rule) (v any, ok bool) {
	n := w.enter(from)
	if n == nil {
		return nil, false
	}
	if from.Kind == yaml.AliasNode {
		defer w.leave(from)
	}
	if p != nil {
		switch {
		case p.Secret:
			return w.secret(n)
		case p.File != nil:
			return w.fileRef(n, p)
		case p.Flags:
			return w.list(n, p, r)
		case p.Enum != nil && p.Type != model.TypeArray:
			return w.enum(n, p, r)
		}
	}
	if len(r.any) > 0 {
		return w.alternative(n, p, r)
	}
	switch r.typ {
	case "object":
		return w.object(n, p, r)
	case "array":
		return w.list(n, p, r)
	case "boolean":
		if n.Kind != yaml.ScalarNode || n.Tag != "!!bool" {
			hint := ""
			switch {
			case n.Kind != yaml.ScalarNode:
			case slices.Contains([]string{"yes", "on", "y"}, strings.ToLower(n.Value)):
				hint = "write true"
			case slices.Contains([]string{"no", "off", "n"}, strings.ToLower(n.Value)):
				hint = "write false"
			case strings.EqualFold(n.Value, "true"), strings.EqualFold(n.Value, "false"):
				hint = "leave the quotes out"
			}
			return w.wrong(n, "true or false", hint)
		}
		return strings.EqualFold(n.Value, "true"), true
	case "integer", "number":
		return w.number(n, p, r)
	case "string":
		return w.text(n, p, r)
	}
	if r.enum != nil || r.constant != "" {
		return w.text(n, p, r)
	}
	return w.plain(n)
}

func (w *walker) number(n *yaml.Node, p *model.Property, r *rule) (any, bool) {
	expected := "a number"
	if r.typ == "integer" {
		expected = "a whole number"
	}
	if n.Kind == yaml.ScalarNode && n.Tag == "!!str" && p != nil && slices.Contains(p.Names, n.Value) {
		w.fail(n, fmt.Sprintf("the number of %q is not known", n.Value), "write the number that an export shows")
		return nil, false
	}
	v, ok := number(n)
	if n.Kind != yaml.ScalarNode || !ok {
		hint := ""
		if n.Kind == yaml.ScalarNode && (n.Tag == "!!int" || n.Tag == "!!float") {
			w.fail(n, fmt.Sprintf("expected %s, found %.40s, which programs read differently", expected, n.Value), "write it with plain digits")
			return nil, false
		}
		if n.Kind == yaml.ScalarNode && n.Tag == "!!str" && decimal.MatchString(n.Value) {
			hint = "leave the quotes out"
		}
		return w.wrong(n, expected, hint)
	}
	f, isFloat := v.(float64)
	if r.typ == "integer" && isFloat {
		w.fail(n, fmt.Sprintf("expected a whole number, found %.40s", n.Value), "")
		return nil, false
	}
	if i, isInt := v.(int64); isInt {
		f = float64(i)
	}
	unit := ""
	if p != nil && p.Unit != "" {
		unit = " (" + p.Unit + ")"
	}
	switch {
	case r.min != nil && f < *r.min:
		w.fail(n, fmt.Sprintf("%v is less than %v, the least that is allowed%s", v, *r.min, unit), "")
		return nil, false
	case r.max != nil && f > *r.max:
		w.fail(n, fmt.Sprintf("%v is more than %v, the most that is allowed%s", v, *r.max, unit), "")
		return nil, false
	}
	return v, true
}

func (w *walker) text(n *yaml.Node, p *model.Property, r *rule) (any, bool) {
	if n.Kind != yaml.ScalarNode || !isText(n) {
		expected := "text"
		if p != nil && len(p.Ref) > 0 {
			expected = "the name of " + kindList(p.Ref)
			if n.Kind == yaml.ScalarNode && n.Tag == "!!null" {
				return w.wrong(n, expected, `write "" for none, or leave the property out`)
			}
		}
		return w.wrong(n, expected, quoteHint(n))
	}
	s := n.Value
	switch {
	case r.constant != "" && s != r.constant:
		w.fail(n, fmt.Sprintf("expected %q, found %q", r.constant, short(s)), "")
		return nil, false
	case r.enum != nil && !slices.Contains(r.enum, s):
		w.fail(n, fmt.Sprintf("%q is not known here", short(s)), suggest(s, r.enum))
		return nil, false
	case r.minLen > 0 && utf8.RuneCountInString(s) < r.minLen:
		if r.minLen == 1 {
			w.fail(n, "expected text, found an empty one", "")
		} else {
			w.fail(n, fmt.Sprintf("the text has %d characters, at least %d are needed", utf8.RuneCountInString(s), r.minLen), "")
		}
		return nil, false
	case r.maxLen > 0 && len(s) > r.maxLen && utf8.RuneCountInString(s) > r.maxLen:
		w.fail(n, fmt.Sprintf("the text has %d characters, at most %d are allowed", utf8.RuneCountInString(s), r.maxLen), "")
		return nil, false
	case r.pattern != nil && !r.pattern.MatchString(s):
		w.fail(n, fmt.Sprintf("%q has not the expected form", short(s)), "it must match "+r.pattern.String())
		return nil, false
	}
	if p != nil && len(p.Ref) > 0 && p.Type != model.TypeArray {
		w.refer(n, p, p.Ref, s)
	}
	return s, true
}

// refer notes a reference; it is looked up when all documents are read.
func (w *walker) refer(n *yaml.Node, p *model.Property, kinds []string, name string) {
	if name != "" {
		w.uses = append(w.uses, use{w.obj, p, kinds, name, pathText(w.path), w.line + n.Line, n.Column})
	}
}

func (w *walker) enum(n *yaml.Node, p *model.Property, r *rule) (any, bool) {
	names := r.names()
	if n.Kind == yaml.ScalarNode && n.Tag == "!!str" {
		if slices.Contains(names, n.Value) || (names == nil && p.Enum.ByName != nil && hasName(p.Enum, n.Value)) {
			return n.Value, true
		}
		w.fail(n, fmt.Sprintf("%q is not known here", short(n.Value)), suggest(n.Value, names))
		return nil, false
	}
	if v, ok := number(n); n.Kind == yaml.ScalarNode && ok {
		i, whole := v.(int64)
		if name, known := p.Enum.ByNum[i]; whole && known {
			return name, true
		}
		if whole && (r.integerToo() || r.typ == "integer") {
			return i, true
		}
	}
	hint := quoteHint(n)
	if !strings.HasPrefix(hint, "put it") || !hasName(p.Enum, n.Value) {
		hint = suggest("", names)
	}
	return w.wrong(n, "a name", hint)
}

func hasName(e *model.Enum, name string) bool { _, ok := e.ByName[name]; return ok }

// alternative reads a value of which the schema allows several forms: the one
// that fits the node decides.
func (w *walker) alternative(n *yaml.Node, p *model.Property, r *rule) (any, bool) {
	fits := func(a *rule) bool {
		switch a.typ {
		case "object":
			return n.Kind == yaml.MappingNode
		case "array":
			return n.Kind == yaml.SequenceNode
		case "string", "":
			return n.Kind == yaml.ScalarNode && isText(n)
		case "integer", "number":
			return n.Kind == yaml.ScalarNode && (n.Tag == "!!int" || n.Tag == "!!float")
		case "boolean":
			return n.Kind == yaml.ScalarNode && n.Tag == "!!bool"
		}
		return false
	}
	for _, a := range r.any {
		if fits(a) {
			only := *a
			if only.typ == "" && only.props == nil && only.enum == nil && only.constant == "" {
				only.typ = "string"
			}
			return w.value(n, p, &only)
		}
	}
	var forms []string
	for _, a := range r.any {
		forms = append(forms, expected(a))
	}
	return w.wrong(n, strings.Join(forms, " or "), "")
}

func expected(r *rule) string {
	switch r.typ {
	case "object":
		return "a mapping"
	case "array":
		return "a list"
	case "boolean":
		return "true or false"
	case "integer":
		return "a whole number"
	case "number":
		return "a number"
	}
	return "text"
}

// listOf names a list by what it holds.
func listOf(p *model.Property, r *rule) string {
	switch {
	case p != nil && p.Flags:
		return "a list of names"
	case p != nil && len(p.Ref) > 0:
		return "a list of names"
	case r.items == nil:
		return "a list"
	}
	switch r.items.typ {
	case "object":
		return "a list of mappings"
	case "integer", "number":
		return "a list of numbers"
	case "string", "":
		return "a list of text"
	}
	return "a list"
}

func (w *walker) list(n *yaml.Node, p *model.Property, r *rule) (any, bool) {
	if n.Kind != yaml.SequenceNode {
		hint := ""
		switch {
		case n.Kind == yaml.ScalarNode && n.Tag == "!!null":
			hint = "write [] for an empty list, or leave the property out"
		case n.Kind == yaml.ScalarNode && len(n.Value) <= 40:
			hint = "write [" + n.Value + "]"
		case n.Kind == yaml.MappingNode:
			hint = "begin each entry with a dash"
		}
		return w.wrong(n, listOf(p, r), hint)
	}
	var ip *model.Property
	ir := r.items
	if ir == nil {
		ir = &rule{open: true}
	}
	flags := p != nil && p.Flags
	var kinds []string
	separator := ""
	if p != nil {
		ip = p.Items
		separator = strings.TrimPrefix(p.Codec, "separated:")
		if separator == p.Codec {
			separator = ""
		}
		if len(p.Ref) > 0 && (ip == nil || len(ip.Ref) == 0) {
			kinds = p.Ref
		}
	}
	out := make([]any, 0, len(n.Content))
	var seen valueSet
	ok := true
	for i, e := range n.Content {
		w.path = append(w.path, step{index: i})
		var v any
		var good bool
		if flags {
			if v, good = w.flag(e, p, ir); !good {
				ok = false
			}
		} else if v, good = w.value(e, ip, ir); !good {
			ok = false
		}
		if good {
			if s, text := v.(string); text {
				if kinds != nil {
					w.refer(e, p, kinds, s)
				}
				if separator != "" && strings.Contains(s, separator) {
					w.fail(e, fmt.Sprintf("an entry must not hold %q", separator), "it parts the entries on the farm")
				}
			}
			if r.unique && seen.twice(v) {
				w.fail(e, "the entry stands twice", "take one of them out")
			}
			out = append(out, v)
		}
		w.path = w.path[:len(w.path)-1]
		if w.spent {
			return nil, false
		}
	}
	switch {
	case len(n.Content) < r.minItems:
		w.fail(n, fmt.Sprintf("the list has %d entries, at least %d are needed", len(n.Content), r.minItems), "")
	case r.maxItems > 0 && len(n.Content) > r.maxItems:
		w.fail(n, fmt.Sprintf("the list has %d entries, at most %d are allowed", len(n.Content), r.maxItems), "")
	}
	return out, ok
}

// valueSet finds values that stand twice in a list.
type valueSet struct{ seen map[any]bool }

func (s *valueSet) twice(v any) bool {
	switch v.(type) {
	case map[string]any, []any:
		v = model.Hash(v)
	}
	if s.seen[v] {
		return true
	}
	if s.seen == nil {
		s.seen = map[any]bool{}
	}
	s.seen[v] = true
	return false
}

// flag reads one name or bit of a mask.
func (w *walker) flag(from *yaml.Node, p *model.Property, r *rule) (any, bool) {
	n := w.enter(from)
	if n == nil {
		return nil, false
	}
	if from.Kind == yaml.AliasNode {
		defer w.leave(from)
	}
	return w.enum(n, p, r)
}

func (w *walker) object(n *yaml.Node, p *model.Property, r *rule) (any, bool) {
	if n.Kind != yaml.MappingNode {
		hint := ""
		if p != nil && n.Kind == yaml.ScalarNode && n.Tag == "!!null" {
			hint = "leave the property out, or write what is below it"
		}
		return w.wrong(n, "a mapping", hint)
	}
	if r.props == nil && r.open {
		return w.plain(n)
	}
	if len(w.path) > maxDepth {
		w.spent = true
		w.fail(n, "the document is nested too deeply", "")
		return nil, false
	}
	out := make(map[string]any, len(n.Content)/2)
	ok := true
	present := 0
	w.fields(n, func(key, value *yaml.Node) {
		cr := r.props[key.Value]
		if cr == nil {
			if r.open {
				if v, good := w.plain(value); good {
					out[key.Value] = v
				}
				return
			}
			w.unknown(key, p, r)
			ok = false
			return
		}
		name := key.Value
		c := p.Prop(name)
		if c != nil {
			name = c.Name // the schema's copy of the name: one for all objects
		}
		present++
		w.path = append(w.path, step{name: name})
		if v, good := w.value(value, c, cr); good {
			out[name] = v
		} else {
			ok = false
		}
		w.path = w.path[:len(w.path)-1]
	})
	if w.spent {
		return nil, false
	}
	for _, name := range r.required {
		if _, has := out[name]; !has && !hasKey(n, name) {
			w.fail(n, fmt.Sprintf("%q is missing", name), "")
			ok = false
		}
	}
	return out, ok
}

func hasKey(n *yaml.Node, name string) bool {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			return true
		}
	}
	return false
}

// unknown says why a property is not taken.
func (w *walker) unknown(key *yaml.Node, p *model.Property, r *rule) {
	names := make([]string, 0, len(r.props))
	for name := range r.props {
		names = append(names, name)
	}
	slices.Sort(names)
	readOnly := w.rules.kind.ReadOnly
	spec := p == w.rules.kind.Spec
	if p != nil && !spec {
		readOnly = p.ReadOnly
	}
	if p != nil {
		if why, known := readOnly[key.Value]; known {
			switch {
			case why == "":
				w.fail(key, fmt.Sprintf("%q is read-only: the farm sets it", key.Value), "take it out")
			case strings.HasPrefix(why, "deprecated"):
				w.fail(key, fmt.Sprintf("%q is %s", key.Value, why), "take it out")
			default:
				w.fail(key, fmt.Sprintf("%q cannot be written: %s", key.Value, why), "take it out")
			}
			return
		}
	}
	hint := model.DidYouMean(key.Value, names)
	switch {
	case spec && slices.Contains(w.rules.keys, key.Value):
		hint = "it stands beside spec, not in it: check the indentation"
	case hint == "" && len(names) <= 8:
		hint = "known are " + strings.Join(names, ", ")
	}
	w.fail(key, fmt.Sprintf("unknown property %q", short(key.Value)), hint)
}

// plain converts a value of which the schema says nothing.
func (w *walker) plain(from *yaml.Node) (any, bool) {
	n := w.enter(from)
	if n == nil {
		return nil, false
	}
	if from.Kind == yaml.AliasNode {
		defer w.leave(from)
	}
	if len(w.path) > maxDepth {
		w.spent = true
		w.fail(n, "the document is nested too deeply", "")
		return nil, false
	}
	switch n.Kind {
	case yaml.MappingNode:
		out := make(map[string]any, len(n.Content)/2)
		ok := true
		w.fields(n, func(key, value *yaml.Node) {
			w.path = append(w.path, step{name: key.Value})
			v, good := w.plain(value)
			w.path = w.path[:len(w.path)-1]
			ok = ok && good
			out[key.Value] = v
		})
		return out, ok
	case yaml.SequenceNode:
		out := make([]any, 0, len(n.Content))
		for i, e := range n.Content {
			w.path = append(w.path, step{index: i})
			v, good := w.plain(e)
			w.path = w.path[:len(w.path)-1]
			if !good {
				return nil, false
			}
			out = append(out, v)
		}
		return out, true
	}
	switch n.Tag {
	case "!!null":
		return nil, true
	case "!!bool":
		return strings.EqualFold(n.Value, "true"), true
	case "!!int", "!!float":
		if v, ok := number(n); ok {
			return v, true
		}
		w.fail(n, fmt.Sprintf("%.40s is a number that programs read differently", n.Value), "write it with plain digits, or in quotes")
		return nil, false
	}
	if !isText(n) {
		return w.wrong(n, "a plain value", "tags are not supported")
	}
	return n.Value, true
}

// short keeps messages readable.
func short(s string) string {
	r := []rune(s)
	if len(r) > 60 {
		return string(r[:57]) + "..."
	}
	return s
}

// suggest phrases what may have been meant, or lists what is known.
func suggest(name string, among []string) string {
	if name != "" {
		if hint := model.DidYouMean(name, among); hint != "" {
			return hint
		}
	}
	switch {
	case len(among) == 0:
		return ""
	case len(among) > 12:
		return "known are " + strings.Join(among[:12], ", ") + " and " + strconv.Itoa(len(among)-12) + " more"
	}
	return "known are " + strings.Join(among, ", ")
}

func kindList(kinds []string) string {
	if len(kinds) == 1 {
		if strings.ContainsRune("AEIOR", rune(kinds[0][0])) {
			return "an " + kinds[0]
		}
		return "a " + kinds[0]
	}
	return "a " + strings.Join(kinds[:len(kinds)-1], ", ") + " or " + kinds[len(kinds)-1]
}
