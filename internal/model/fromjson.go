package model

import "encoding/json"

// FromJSON turns a canonical value that went through JSON back: numbers,
// references to secrets and files.
func FromJSON(p *Property, v any) any {
	switch v := v.(type) {
	case json.Number:
		return number(v)
	case map[string]any:
		if v == nil {
			return v
		}
		if p != nil && p.Secret {
			env, _ := v["fromEnv"].(string)
			file, _ := v["fromFile"].(string)
			return SecretRef{Env: env, File: file}
		}
		if p != nil && p.File != nil {
			path, _ := v["file"].(string)
			digest, _ := v["sha256"].(string)
			return FileRef{Path: path, Digest: digest}
		}
		m := make(map[string]any, len(v))
		for k, e := range v {
			k = p.nameNow(k)
			c := p.Prop(k)
			if c == nil && refersToSecret(e) {
				c = p.OpenSecret(k)
			}
			m[k] = FromJSON(c, e)
		}
		return m
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = FromJSON(items(p), e)
		}
		return out
	}
	return v
}

// refersToSecret tells whether a value says where a secret is found, and no more.
func refersToSecret(v any) bool {
	m, _ := v.(map[string]any)
	_, env := m["fromEnv"].(string)
	_, file := m["fromFile"].(string)
	return len(m) == 1 && (env || file)
}
