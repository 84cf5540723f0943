package model

import (
	"fmt"
	"strings"
)

// Address names one object: "Main/PubRDSApp/Sales/Notepad"; farm-wide kinds
// have no site part. Slashes inside the site's name are written %2F.
type Address struct {
	Site string
	Kind string
	Name string
}

// String writes the address; singletons end with the kind.
func (a Address) String() string {
	s := a.Kind
	if a.Name != "" {
		s += "/" + a.Name
	}
	if a.Site != "" {
		s = EscapeSegment(a.Site) + "/" + s
	}
	return s
}

// Key is the address with letter case folded away: names that differ by case
// alone are one object to the farm.
func (a Address) Key() Address {
	return Address{Site: Fold(a.Site), Kind: a.Kind, Name: Fold(a.Name)}
}

// ParseAddress reads what String wrote.
func (c *Catalog) ParseAddress(s string) (Address, error) {
	first, rest, _ := strings.Cut(s, "/")
	first = c.KindNow(first)
	if k := c.Kind(first); k != nil && k.Scope == ScopeFarm {
		return Address{Kind: first, Name: rest}, nil
	}
	kind, name, _ := strings.Cut(rest, "/")
	first, kind = strings.SplitN(s, "/", 2)[0], c.KindNow(kind)
	if k := c.Kind(kind); k != nil && k.Scope == ScopeSite {
		return Address{Site: UnescapeSegment(first), Kind: kind, Name: name}, nil
	}
	return Address{}, fmt.Errorf("%q is no address: write site/Kind/name, or Kind/name for farm-wide kinds", s)
}

// EscapeSegment writes a name as one segment of a path: "/" becomes %2F, and
// a "%2F" or "%25" that was there before gets its percent sign escaped.
// Everything else, backslashes and other percent signs too, stays readable.
func EscapeSegment(name string) string {
	if !strings.ContainsAny(name, "/%") {
		return name
	}
	var b strings.Builder
	for i := 0; i < len(name); i++ {
		switch {
		case name[i] == '/':
			b.WriteString("%2F")
		case name[i] == '%' && i+2 < len(name) && isEscape(name[i+1:i+3]):
			b.WriteString("%25")
		default:
			b.WriteByte(name[i])
		}
	}
	return b.String()
}

// UnescapeSegment is the inverse of EscapeSegment.
func UnescapeSegment(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) && isEscape(s[i+1:i+3]) {
			if s[i+1:i+3] == "25" {
				b.WriteByte('%')
			} else {
				b.WriteByte('/')
			}
			i += 2
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func isEscape(two string) bool { return two == "25" || two == "2F" || two == "2f" }

// SplitPath parts a folder path into its names.
func SplitPath(path string) []string {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		parts[i] = UnescapeSegment(p)
	}
	return parts
}

// JoinPath is the inverse of SplitPath.
func JoinPath(names ...string) string {
	parts := make([]string, len(names))
	for i, n := range names {
		parts[i] = EscapeSegment(n)
	}
	return strings.Join(parts, "/")
}

// ParentPath parts a path into the folder above ("" at the top) and the
// object's own name.
func ParentPath(path string) (folder, name string) {
	i := strings.LastIndexByte(path, '/')
	if i < 0 {
		return "", UnescapeSegment(path)
	}
	return path[:i], UnescapeSegment(path[i+1:])
}
