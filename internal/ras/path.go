package ras

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

const (
	apiRoot    = "/api/"
	logonPath  = "/api/Session/logon"
	logoffPath = "/api/Session/logoff"
)

// SafePath fills the {placeholders} of a path template, in order, with values.
// Each value becomes exactly one segment whatever it holds (file extensions,
// percent signs, slashes, other scripts): everything but unreserved characters
// is percent-encoded. Empty values, "." and ".." are refused, because they
// would name a different path.
func SafePath(template string, values ...string) (string, error) {
	segments := strings.Split(template, "/")
	used := 0
	for i, s := range segments {
		if !isPlaceholder(s) {
			continue
		}
		if used == len(values) {
			return "", fmt.Errorf("path %s: %d values are too few", template, len(values))
		}
		v := values[used]
		used++
		if v == "" || v == "." || v == ".." {
			return "", fmt.Errorf("path %s: %q can't stand for %s", template, v, s)
		}
		segments[i] = escapeSegment(v)
	}
	if used != len(values) {
		return "", fmt.Errorf("path %s: %d values are too many", template, len(values))
	}
	return strings.Join(segments, "/"), nil
}

func isPlaceholder(s string) bool {
	return len(s) > 2 && s[0] == '{' && s[len(s)-1] == '}'
}

// escapeSegment is stricter than url.PathEscape, which lets pass some
// characters (";", "=", "@", "+") that servers have been known to interpret.
func escapeSegment(s string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-._~", c) >= 0 {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(hex[c>>4])
		b.WriteByte(hex[c&15])
	}
	return b.String()
}

// checkPath returns the decoded segments of a percent-encoded path. The path
// must lie below /api/ and mean the same to every server on the way: no query,
// no fragment, no backslash, no empty, "." or ".." segment, encoded or not.
func checkPath(path string) ([]string, error) {
	if len(path) < len(apiRoot) || !strings.EqualFold(path[:len(apiRoot)], apiRoot) {
		return nil, errors.New("the path must start with " + apiRoot)
	}
	for i := 0; i < len(path); i++ {
		if c := path[i]; c <= ' ' || c >= 0x7f || strings.IndexByte(`?#\"<>{}|^`+"`", c) >= 0 {
			return nil, fmt.Errorf("the path holds %q, which must be percent-encoded", string(rune(c)))
		}
	}
	segments := strings.Split(path[1:], "/")
	for i, s := range segments {
		d, err := url.PathUnescape(s)
		if err != nil {
			return nil, fmt.Errorf("path: %w", err)
		}
		if d == "" || d == "." || d == ".." {
			return nil, fmt.Errorf("the path has the segment %q", d)
		}
		segments[i] = d
	}
	return segments, nil
}

// pathSet is a set of path templates. Letter case doesn't matter: the farm's
// own samples write api/session/logon and api/Session/logon side by side.
type pathSet struct {
	byLength map[int][][]string
}

func newPathSet(templates []string) pathSet {
	set := pathSet{byLength: make(map[int][][]string)}
	for _, t := range templates {
		segments := strings.Split(strings.Trim(t, "/"), "/")
		set.byLength[len(segments)] = append(set.byLength[len(segments)], segments)
	}
	return set
}

func (set pathSet) has(segments []string) bool {
next:
	for _, template := range set.byLength[len(segments)] {
		for i, t := range template {
			if !isPlaceholder(t) && !strings.EqualFold(t, segments[i]) {
				continue next
			}
		}
		return true
	}
	return false
}
