package workspace

import (
	"fmt"

	"rassync/internal/model"
	"rassync/internal/printable"
)

// lookalikes warns of objects that nobody can tell apart by reading.
func (c *checker) lookalikes() {
	seen := make(map[string]*model.Object, len(c.ws.Objects))
	for _, o := range c.ws.Objects {
		if o.Address.Name == "" {
			continue
		}
		key := printable.Look(o.Address.Unmarked().Name) + "\x00" + o.Address.Site
		if c.ws.cat.Kind(o.Address.Kind).Tree == nil { // there is one tree for all published items
			key += "\x00" + o.Address.Kind
		}
		first := seen[key]
		switch {
		case first == nil:
			seen[key] = o
		case model.Fold(first.Address.Unmarked().Name) != model.Fold(o.Address.Unmarked().Name):
			c.say(model.Warning, o.Source, o, "", fmt.Sprintf("the name looks like that of %s", first.Source.String()),
				"compare the letters one by one: "+printable.Points(o.Address.Name, first.Address.Name))
		}
	}
}
