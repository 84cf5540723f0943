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
			return w.fileRef(n)
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
		v, ok := truth(n)
		if !ok {
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
			if n.Kind == yaml.ScalarNode && n.Tag == "!!bool" {
				w.fail(n, fmt.Sprintf("expected true or false, found %q", short(n.Value)), hint)
				return nil, false
			}
			return w.wrong(n, "true or false", hint)
		}
		return v, true
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
		w.refuse(n, fmt.Sprintf("the number of %q is not known", n.Value), "write the number that an export shows")
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
		w.refuse(n, fmt.Sprintf("expected a whole number, found %.40s", n.Value), "")
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
		w.refuse(n, fmt.Sprintf("%v is less than %v, the least that is allowed%s", v, *r.min, unit), "")
		return nil, false
	case r.max != nil && f > *r.max:
		w.refuse(n, fmt.Sprintf("%v is more than %v, the most that is allowed%s", v, *r.max, unit), "")
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
	if w.trapped(n, p) || w.secretInside(n) {
		return nil, false
	}
	switch {
	case r.constant != "" && s != r.constant:
		w.refuse(n, fmt.Sprintf("expected %q, found %q", r.constant, short(s)), "")
		return nil, false
	case r.enum != nil && !slices.Contains(r.enum, s):
		w.refuse(n, fmt.Sprintf("%q is not known here", short(s)), suggest(s, r.enum))
		return nil, false
	case r.minLen > 0 && utf8.RuneCountInString(s) < r.minLen:
		if r.minLen == 1 {
			w.refuse(n, "expected text, found an empty one", "")
		} else {
			w.refuse(n, fmt.Sprintf("the text has %s, at least %d are needed", model.Count(utf8.RuneCountInString(s), "character", "characters"), r.minLen), "")
		}
		return nil, false
	case r.maxLen > 0 && len(s) > r.maxLen && utf8.RuneCountInString(s) > r.maxLen:
		w.refuse(n, fmt.Sprintf("the text has %s, at most %d are allowed", model.Count(utf8.RuneCountInString(s), "character", "characters"), r.maxLen), "")
		return nil, false
	case r.pattern != nil && !r.pattern.MatchString(s):
		hint := "it must match " + r.pattern.String()
		if p != nil && len(p.Examples) > 0 {
			hint = "write it like " + strings.Join(p.Examples, " or ")
		}
		w.refuse(n, fmt.Sprintf("%q does not match the pattern", short(s)), hint)
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
			if p.Enum.Unnumbered[n.Value] && p != w.rules.kind.Chooser() {
				w.fail(n, fmt.Sprintf("the number of %q is not known, so it cannot be sent", n.Value), "write the number that an export shows")
				return nil, false
			}
			return n.Value, true
		}
		w.refuse(n, fmt.Sprintf("%q is not known here", short(n.Value)), suggest(n.Value, names))
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

func hasName(e *model.Enum, name string) bool {
	_, ok := e.ByName[name]
	return ok || e.Unnumbered[name]
}

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
