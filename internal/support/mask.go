package support

import (
	"fmt"
	"regexp"
	"sort"
	"strings"
)

// Mask replaces what tells of a farm or of people by words that stand for it:
// the same name gets the same word, so that a report can still be followed.
type Mask struct {
	words map[string]string
	count map[string]int
	order []string // longest first, for texts
}

// NewMask makes a mask that knows nothing yet.
func NewMask() *Mask { return &Mask{words: map[string]string{}, count: map[string]int{}} }

// Word gives the word for a name; sort is what the name is of: host, user, name.
func (m *Mask) Word(sort, name string) string {
	if name == "" {
		return ""
	}
	key := strings.ToLower(name)
	if w, ok := m.words[key]; ok {
		return w
	}
	m.count[sort]++
	w := fmt.Sprintf("%s-%d", sort, m.count[sort])
	m.words[key] = w
	m.order = nil
	return w
}

// Address masks the address of an object, Site/Kind/name. The kind stays: it
// is a word of rassync.
func (m *Mask) Address(address string, isKind func(string) bool) string {
	parts := strings.Split(address, "/")
	for i, p := range parts {
		if i < 2 && isKind(p) {
			continue
		}
		if i == 0 {
			parts[i] = m.Word("site", p)
		} else {
			parts[i] = m.Word("name", p)
		}
	}
	return strings.Join(parts, "/")
}

// What may be in a text that nobody has taken apart, such as an error.
var (
	quoted  = regexp.MustCompile(`"[^"]*"|'[^']*'|“[^”]*”`)
	url     = regexp.MustCompile(`\b[a-z][a-z0-9+.-]*://[^\s"'<>]+`)
	mail    = regexp.MustCompile(`[\w.+-]+@[\w-]+(\.[\w-]+)+`)
	account = regexp.MustCompile(`\b[\w.-]+\\[\w.$-]+`)
	address = regexp.MustCompile(`\b\d{1,3}(\.\d{1,3}){3}\b|\b[0-9a-fA-F]{0,4}(:[0-9a-fA-F]{0,4}){3,7}\b`)
	host    = regexp.MustCompile(`\b([a-zA-Z0-9_-]+\.){2,}[a-zA-Z]{2,}\b`)
	sid     = regexp.MustCompile(`\bS-1-\d+(-\d+)+\b`)
	guid    = regexp.MustCompile(`[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}`)
	secret  = regexp.MustCompile(`(?i)\b(password|passwd|pwd|secret|token|key|authorization|cookie)\b(\s*[:=]\s*|\s+)(\S+)`)
	long    = regexp.MustCompile(`[A-Za-z0-9+/_=-]{32,}`)
)

// Text masks a text: first the names that are known, then all that has the
// form of an address, an account or a secret, and whatever is in quotes.
func (m *Mask) Text(s string) string {
	s = secret.ReplaceAllString(s, "$1$2[masked]")
	s = url.ReplaceAllStringFunc(s, func(u string) string { return m.Word("url", u) })
	if m.order == nil {
		for name := range m.words {
			if len(name) > 2 { // shorter ones are in every word
				m.order = append(m.order, name)
			}
		}
		sort.Slice(m.order, func(i, j int) bool {
			a, b := m.order[i], m.order[j]
			return len(a) > len(b) || len(a) == len(b) && a < b
		})
	}
	for _, name := range m.order {
		s = replaceFold(s, name, m.words[name])
	}
	s = quoted.ReplaceAllString(s, `"[masked]"`)
	for _, form := range []struct {
		re   *regexp.Regexp
		sort string
	}{{mail, "user"}, {account, "user"}, {sid, "sid"}, {guid, "guid"}, {address, "address"}, {host, "host"}} {
		s = form.re.ReplaceAllStringFunc(s, func(found string) string { return m.Word(form.sort, found) })
	}
	return long.ReplaceAllString(s, "[masked]")
}

// replaceFold replaces a name in any letter case.
func replaceFold(s, name, word string) string {
	low := strings.ToLower(s)
	if len(low) != len(s) { // letters whose lower case is longer: byte positions differ
		return strings.ReplaceAll(s, name, word)
	}
	var b strings.Builder
	for {
		i := strings.Index(low, name)
		if i < 0 {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(s[:i] + word)
		s, low = s[i+len(name):], low[i+len(name):]
	}
}
