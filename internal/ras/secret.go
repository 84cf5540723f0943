package ras

import (
	"fmt"
	"html"
	"net/url"
	"sort"
	"strings"
	"unicode/utf16"
)

// secret holds a password or token. The value hides behind a function because
// package fmt prints unexported fields of structs without asking their String
// method, and a function prints as an address at worst.
type secret struct{ reveal func() string }

func newSecret(s string) secret { return secret{reveal: func() string { return s }} }

func (s secret) String() string   { return masked }
func (s secret) GoString() string { return masked }

func (s secret) value() string {
	if s.reveal == nil {
		return ""
	}
	return s.reveal()
}

// minScrub is the length from which a secret is searched for in texts. Shorter
// ones would turn up in innocent words, and masking those would tell more than
// it hides.
const minScrub = 4

// newScrubber returns a replacer that masks the given secrets wherever they
// stand in a text, plain or escaped as JSON, URLs and HTML do: a farm may
// repeat in its refusal what it was sent.
func newScrubber(secrets []string) *strings.Replacer {
	seen := make(map[string]bool)
	var forms []string
	for _, s := range secrets {
		if len(s) < minScrub {
			continue
		}
		quoted := string(encodePlain(s))
		for _, form := range []string{
			s, quoted[1 : len(quoted)-1], jsonASCII(s), url.QueryEscape(s), url.PathEscape(s), html.EscapeString(s),
		} {
			if !seen[form] {
				seen[form] = true
				forms = append(forms, form)
			}
		}
	}
	// A secret that holds another goes first, or its rest would stay.
	sort.Slice(forms, func(i, j int) bool { return len(forms[i]) > len(forms[j]) })
	pairs := make([]string, 0, 2*len(forms))
	for _, form := range forms {
		pairs = append(pairs, form, masked)
	}
	return strings.NewReplacer(pairs...)
}

// jsonASCII escapes like the JSON writer of .NET does by default, which is the
// farm's: \uXXXX for quotes, markup and everything beyond ASCII.
func jsonASCII(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\\':
			b.WriteString(`\\`)
		case r < ' ' || r > '~' || strings.ContainsRune("\"&'+<>`", r):
			for _, u := range utf16.Encode([]rune{r}) {
				fmt.Fprintf(&b, `\u%04X`, u)
			}
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// scrubber masks everything secret that the farm could repeat in its answer
// to c.
func (s *Session) scrubber(c *call) *strings.Replacer {
	s.mu.Lock()
	secrets := []string{s.password.value(), s.tok.secret.value()}
	for _, t := range s.replaced {
		secrets = append(secrets, t.value())
	}
	s.mu.Unlock()
	return newScrubber(append(secrets, c.secrets...))
}

// scrubbedError is an error of the network with the secrets masked in its
// text: some of them quote what the other side sent.
type scrubbedError struct {
	text string
	err  error
}

func (e *scrubbedError) Error() string { return e.text }
func (e *scrubbedError) Unwrap() error { return e.err }

func scrubError(err error, hide *strings.Replacer) error {
	text := clean(hide.Replace(err.Error()), maxSaid)
	if text == err.Error() {
		return err
	}
	return &scrubbedError{text: text, err: err}
}
