package leak

import (
	"regexp"
	"sort"
	"strings"
	"sync"
)

// Masked stands for every secret.
const Masked = "***"

// pattern is one way to write a secret; the group "secret" is what is masked.
type pattern struct {
	what string
	re   *regexp.Regexp
	fits func(secret string) bool
}

const (
	quoted = `"(?:[^"\\]|\\.)*"|'[^']*'`
	// Words that a value is given to with an equals sign, in connection strings and
	// command lines.
	words = `accountkey|sharedaccesskey|sharedaccesssignature|sharedsecret|accesskey|secretkey|secretaccesskey|clientsecret|client_secret|secret|apikey|api[-_]key|` +
		`accesstoken|access_token|authtoken|auth_token|token|password|passwd|passphrase|pwd|userpwd`
)

// patterns are compiled once, when the first value is worth a look.
var patterns = sync.OnceValue(func() []pattern {
	return []pattern{
		{"a private key", regexp.MustCompile(`-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----(?P<secret>[\s\S]*?)(?:-----END|$)`), nil},
		{"a password in an address", regexp.MustCompile(`[a-zA-Z][a-zA-Z0-9+.-]*://[^\s/:@"'<>]*:(?P<secret>[^\s/@"'<>]+)@`), written},
		{"a signature in an address", regexp.MustCompile(`(?i)[?&;](?:sig|signature|x-amz-signature|x-goog-signature|x-amz-security-token)=(?P<secret>[^&\s"'<>;]+)`), written},
		{"a key in an address", regexp.MustCompile(`(?i)[?&](?:code|key|subscription-key|ocp-apim-subscription-key)=(?P<secret>[^&\s"'<>;]{16,})`), written},
		{"a secret", regexp.MustCompile(`(?i)(?:^|[^a-z0-9_])(?:` + words + `)\s*=\s*(?P<secret>` + quoted + `|[^\s;&"'<>,]+)`), written},
		{"a secret", regexp.MustCompile(`(?i)(?:^|\s)(?:--?|/)(?:` + words + `)[:\s]\s*(?P<secret>` + quoted + `|[^\s"'/-][^\s"']*)`), written},
		{"a secret", regexp.MustCompile(`(?i)["'](?:` + words + `)["']\s*:\s*(?P<secret>"(?:[^"\\]|\\.)+"|'[^']+')`), written},
		{"a credential", regexp.MustCompile(`(?i)\b(?:bearer|basic)\s+(?P<secret>[A-Za-z0-9+/_.~-]{16,}=*)`), mixed},
		{"a token", regexp.MustCompile(`\b(?P<secret>gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{30,}|glpat-[A-Za-z0-9_-]{20,}|xox[abprs]-[A-Za-z0-9-]{10,}|eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{5,})`), nil},
	}
})

// written tells a secret from what stands for one: a variable, a placeholder,
// nothing, or what is masked already.
func written(s string) bool {
	s = strings.Trim(s, `"'`)
	switch {
	case s == "", strings.Trim(s, "*xX.") == "", strings.HasPrefix(s, "$"), strings.HasPrefix(s, "%") && strings.HasSuffix(s, "%"),
		strings.HasPrefix(s, "{"), strings.HasPrefix(s, "<"), strings.HasPrefix(s, "["), strings.HasPrefix(s, Masked):
		return false
	}
	switch strings.ToLower(s) {
	case "true", "false", "yes", "no", "none", "null", "prompt", "required", "optional", "password", "secret", "token":
		return false
	}
	return true
}

// mixed tells something encoded from a word of a sentence.
func mixed(s string) bool {
	return strings.ContainsAny(s, "0123456789") && strings.ToLower(s) != s || strings.HasSuffix(s, "=")
}

// finding is where a secret stands.
type finding struct {
	from, to int
	what     string
}

func find(s string) []finding {
	if !worthALook(s) {
		return nil
	}
	var out []finding
	for _, p := range patterns() {
		group := p.re.SubexpIndex("secret")
		for _, m := range p.re.FindAllStringSubmatchIndex(s, -1) {
			from, to := m[2*group], m[2*group+1]
			if from < to && (p.fits == nil || p.fits(s[from:to])) {
				out = append(out, finding{from, to, p.what})
			}
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].from < out[j].from })
	return out
}

// worthALook is a cheap test that almost all values fail.
func worthALook(s string) bool {
	if len(s) < 6 || !strings.ContainsAny(s, "=:/-_ ") {
		return false
	}
	low := strings.ToLower(s)
	for _, w := range [...]string{"key", "sig", "secret", "token", "pass", "pwd", "://", "bearer", "basic", "code=", "gh", "glpat", "xox", "eyj", "-----begin"} {
		if strings.Contains(low, w) {
			return true
		}
	}
	return false
}

// In says what sort of secret stands in a text, "" if none is found.
func In(s string) string {
	if f := find(s); len(f) > 0 {
		return f[0].what
	}
	return ""
}

// InValue is In for a value with all that is in it.
func InValue(v any) string {
	switch v := v.(type) {
	case string:
		return In(v)
	case []any:
		for _, e := range v {
			if what := InValue(e); what != "" {
				return what
			}
		}
	case map[string]any:
		for _, e := range v {
			if what := InValue(e); what != "" {
				return what
			}
		}
	}
	return ""
}

// Mask masks the secrets in a text.
func Mask(s string) string {
	found := find(s)
	if len(found) == 0 {
		return s
	}
	var b strings.Builder
	at := 0
	for _, f := range found {
		if f.from < at {
			at = max(at, f.to) // two ways to see one secret
			continue
		}
		b.WriteString(s[at:f.from] + Masked)
		at = f.to
	}
	return b.String() + s[at:]
}

// MaskValue masks the secrets in a value with all that is in it; a value without
// any is given back as it is.
func MaskValue(v any) any {
	if InValue(v) == "" {
		return v
	}
	switch v := v.(type) {
	case string:
		return Mask(v)
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = MaskValue(e)
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for name, e := range v {
			out[name] = MaskValue(e)
		}
		return out
	}
	return v
}
