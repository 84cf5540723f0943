package model

import (
	"fmt"
	"regexp"
	"strconv"
)

// ForVersion marks what farms of this version do not have any more. A version
// that cannot be read marks nothing.
func (c *Catalog) ForVersion(version string) {
	have, ok := major(version)
	if !ok {
		return
	}
	for _, k := range c.Kinds() {
		k.Spec.Walk(func(p *Property) {
			p.Gone = p.NotHere
			if last, ok := major(p.Until); ok && have > last {
				p.Gone = fmt.Sprintf("farms after %s do not have it, and this one is of version %s", p.Until, version)
			}
		})
	}
}

// RefusedUpdates marks what a farm was seen to refuse in updates, by kind and
// path: there a change replaces the object.
func (c *Catalog) RefusedUpdates(refused func(kind, path string) bool) {
	for _, k := range c.Kinds() {
		k.Spec.Walk(func(p *Property) {
			if p.IfRefused {
				p.CreateOnly = refused(k.Name, p.Path())
			}
		})
	}
}

// Newer tells whether a release comes after another one; of what cannot be read
// nobody can tell.
func Newer(version, than string) bool {
	a, ok := major(version)
	b, known := major(than)
	return ok && known && a > b
}

// oldest is the first version of the API; a smaller number is none of the
// product's.
const oldest = 15

// major is the first number of a version such as 21.2.1 or v20.
func major(version string) (int, bool) {
	digits := regexp.MustCompile(`^v?(\d+)`).FindStringSubmatch(version)
	if digits == nil {
		return 0, false
	}
	n, err := strconv.Atoi(digits[1])
	return n, err == nil && n >= oldest
}
