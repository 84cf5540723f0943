package model

import (
	"sync"
)

// Catalog holds all kinds and the schema files they came from.
type Catalog struct {
	kinds  map[string]*Kind
	names  []string
	former map[string]string // former name of a kind -> name
	files  map[string][]byte // schema files by path below schemas/
	gets   map[string]string // what the API answers, by the shape of the path
	late   *late             // reads the schemas when they are needed; nil: all are read

	derivedLock sync.Mutex
	derived     map[any]any
}

// Derived gives what others work out from the schemas, made once for each
// catalog. The key is a type of the caller's own.
func (c *Catalog) Derived(key any, make func() any) any {
	c.derivedLock.Lock()
	defer c.derivedLock.Unlock()
	if v, ok := c.derived[key]; ok {
		return v
	}
	if c.derived == nil {
		c.derived = map[any]any{}
	}
	v := make()
	c.derived[key] = v
	return v
}

// Kind finds a kind by its exact name; nil if there is none.
func (c *Catalog) Kind(name string) *Kind {
	if c.late != nil {
		return c.late.kind(name)
	}
	return c.kinds[name]
}

// Names lists the kinds in alphabetical order.
func (c *Catalog) Names() []string { return c.names }

// Files gives the schema files by path, as they stand in the schemas folder,
// and AnyFile and MaybeFile.
func (c *Catalog) Files() map[string][]byte {
	if c.late != nil {
		c.late.files.Do(func() {
			var err error
			c.files, err = readFiles(c.late.fsys)
			sound(err)
			sound(c.combine())
		})
	}
	return c.files
}

// Kinds lists the kinds in alphabetical order.
func (c *Catalog) Kinds() []*Kind {
	out := make([]*Kind, len(c.names))
	for i, n := range c.names {
		out[i] = c.Kind(n)
	}
	return out
}
