package farmsim

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Request is one request as the farm remembers it. Secrets are masked.
type Request struct {
	Seq    int
	Time   time.Time
	Method string
	Path   string
	Query  string
	Body   string // as sent, secrets masked; "(multipart)" for images
	Status int    // 0: the connection was cut
	Fault  bool   // the answer is that of a fault
}

// Write tells whether the request asks for a change of configuration.
func (r Request) Write() bool { return isWrite(r.Method, r.Path) }

func isWrite(method, path string) bool {
	if method == http.MethodGet || method == http.MethodHead {
		return false
	}
	p := strings.ToLower(path)
	return p != "/api/session/logon" && p != "/api/session/logoff"
}

// Requests gives what was asked so far, in order of arrival.
func (f *Farm) Requests() []Request {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.log)
}

// Count gives the number of requests with a method; "" counts all.
func (f *Farm) Count(method string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	if method == "" {
		return len(f.log)
	}
	return f.counts[method]
}

// Writes counts the writes that were carried out.
func (f *Farm) Writes() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.writes
}

// Violations lists what should never have been asked: writes on a farm that
// forbids them.
func (f *Farm) Violations() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.broken)
}

// Effects lists what the farm did beyond configuration, such as installing an
// agent because a create did not say noInstall.
func (f *Farm) Effects() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.effects)
}

// ResetLog forgets requests, counts, violations and effects.
func (f *Farm) ResetLog() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.log, f.writes, f.broken, f.effects, f.counts = nil, 0, nil, nil, map[string]int{}
}

const masked = "***"

// secretWord tells whether a name looks like that of a secret.
func (f *Farm) secretWord(name string) bool {
	name = strings.ToLower(name)
	for _, word := range []string{"password", "secret", "token", "passphrase", "licensekey"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}

func (f *Farm) maskBody(data []byte) string {
	v, err := parseJSON(data)
	if err != nil {
		return string(data[:min(len(data), 200)])
	}
	var mask func(v any) any
	mask = func(v any) any {
		switch v := v.(type) {
		case map[string]any:
			for name, e := range v {
				if _, isText := e.(string); isText && (f.secrets[name] || f.secretWord(name)) {
					v[name] = masked
					continue
				}
				v[name] = mask(e)
			}
		case []any:
			for i := range v {
				v[i] = mask(v[i])
			}
		}
		return v
	}
	return string(appendJSON(nil, mask(v)))
}

func (l *layout) secretNames(into map[string]bool) {
	for _, f := range l.fields {
		if f.prop.Secret {
			for _, name := range f.prop.Write {
				into[name] = true
			}
		}
	}
	for _, ls := range l.lists {
		if ls.items != nil {
			ls.items.secretNames(into)
		}
	}
}

func (f *Farm) maskQuery(raw string) string {
	values, err := url.ParseQuery(raw)
	if err != nil {
		return masked
	}
	changed := false
	for name := range values {
		if f.secretWord(name) {
			values[name] = []string{masked}
			changed = true
		}
	}
	if !changed {
		return raw
	}
	return values.Encode()
}
