package workspace

import (
	"strings"

	"gopkg.in/yaml.v3"

	"rassync/internal/model"
)

// styled writes a value on one line in the quotes of the old one.
func (p *patcher) styled(old *yaml.Node, prop *model.Property, v any, flow bool) string {
	if s, ok := v.(string); ok && old.Kind == yaml.ScalarNode {
		switch {
		case old.Style&yaml.DoubleQuotedStyle != 0:
			return doubleText(s)
		case old.Style&yaml.SingleQuotedStyle != 0 && singleText(s):
			return "'" + strings.ReplaceAll(s, "'", "''") + "'"
		}
	}
	if flow {
		return flowValue(prop, v)
	}
	return scalarText(v)
}

// flowText writes a list of scalars in brackets.
func flowText(list []any) (string, bool) {
	for _, v := range list {
		switch v := v.(type) {
		case string:
			if strings.Contains(v, "\n") {
				return "", false
			}
		case map[string]any, []any:
			return "", false
		}
	}
	return flowValue(nil, list), true
}

func flowValue(p *model.Property, v any) string {
	switch v := v.(type) {
	case map[string]any:
		parts := make([]string, 0, len(v))
		for _, name := range orderedKeys(p, v) {
			parts = append(parts, flowScalar(name)+": "+flowValue(p.Prop(name), v[name]))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case []any:
		parts := make([]string, len(v))
		for i, e := range v {
			var ip *model.Property
			if p != nil {
				ip = p.Items
			}
			parts[i] = flowValue(ip, e)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case string:
		return flowScalar(v)
	}
	return scalarText(v)
}
