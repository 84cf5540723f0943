package ras

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"sort"
	"strings"

	"rassync/internal/leak"
)

// masked stands for every secret.
const masked = "***"

// secretKey knows secrets by the names that the API gives them. Those that a
// caller has put into a request itself it names in Request.Secrets.
var secretKey = regexp.MustCompile(`(?i)password|passwd|pwd|secret|token|passphrase|credential|(private|licen[sc]e|api)key`)

// maskJSON returns a body for debug output: JSON with the values of secret
// keys masked, at any depth, and known secrets wherever they stand. Bodies that aren't JSON are described, not shown:
// there is no telling where their secrets are.
func maskJSON(body []byte, contentType string, hide *strings.Replacer) string {
	body = trimBOM(body)
	if len(bytes.TrimSpace(body)) == 0 {
		return ""
	}
	v, err := decodeAny(body)
	if err != nil {
		if contentType == "" {
			contentType = "unknown type"
		}
		return fmt.Sprintf("(%d bytes, %s)", len(body), clean(contentType, 100))
	}
	return string(encodePlain(maskValue(v, hide)))
}

func decodeAny(body []byte) (any, error) {
	if !json.Valid(body) {
		return nil, fmt.Errorf("not JSON")
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	var v any
	err := dec.Decode(&v)
	return v, err
}

func maskValue(v any, hide *strings.Replacer) any {
	switch v := v.(type) {
	case map[string]any:
		for k, inner := range v {
			if secretKey.MatchString(k) {
				v[k] = masked
			} else {
				v[k] = maskValue(inner, hide)
			}
		}
	case []any:
		for i := range v {
			v[i] = maskValue(v[i], hide)
		}
	case string:
		return leak.Mask(hide.Replace(v))
	}
	return v
}

// secretValues collects the texts that stand under secret keys in a JSON body.
func secretValues(body []byte) []string {
	v, err := decodeAny(body)
	if err != nil {
		return nil
	}
	var out []string
	var walk func(v any, under bool)
	walk = func(v any, under bool) {
		switch v := v.(type) {
		case map[string]any:
			for k, inner := range v {
				walk(inner, under || secretKey.MatchString(k))
			}
		case []any:
			for _, inner := range v {
				walk(inner, under)
			}
		case string:
			if under {
				out = append(out, v)
			}
		}
	}
	walk(v, false)
	return out
}

// maskQuery returns the query for an event. A query with push-install
// credentials is hidden as a whole when the caller says so; keys that look
// like secrets are masked in any case.
func maskQuery(q url.Values, hide bool) string {
	if len(q) == 0 {
		return ""
	}
	if hide {
		return masked
	}
	var parts []string
	keys := make([]string, 0, len(q))
	for k := range q {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for _, k := range keys {
		for _, v := range q[k] {
			if secretKey.MatchString(k) {
				parts = append(parts, url.QueryEscape(k)+"="+masked)
			} else {
				parts = append(parts, url.QueryEscape(k)+"="+url.QueryEscape(leak.Mask(v)))
			}
		}
	}
	return strings.Join(parts, "&")
}

// encodePlain is encodeJSON for values that can't fail.
func encodePlain(v any) []byte {
	b, err := encodeJSON(v)
	if err != nil {
		return nil
	}
	return b
}
