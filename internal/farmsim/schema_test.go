package farmsim

import (
	"strings"
	"testing"

	"rassync/internal/model"
)

// TestSchemasFit finds slips that no single kind shows: two values of one
// body under one name, and objects that stand one level too deep in the
// answer of a part.
func TestSchemasFit(t *testing.T) {
	for name, k := range compile(testCatalog(t)) {
		if k.layout == nil {
			continue
		}
		var look func(l *layout)
		look = func(l *layout) {
			for _, at := range l.order {
				seen := map[string]string{}
				b := l.bodies[at]
				for _, fl := range b.fields {
					w := Switches{}.writeName(fl.prop)
					if w == "" || fl.prop.Query != "" || fl.prop.Membership != nil || fl.prop.File != nil {
						continue
					}
					if len(b.shapes) == 1 && b.shapes[0] == "nested" {
						continue
					}
					if other, twice := seen[w]; twice && !fl.prop.Shared {
						t.Errorf("%s: %s and %s are both written as %s in %q", name, other, fl.yaml, w, at)
					}
					seen[w] = fl.yaml
				}
				if b.prop != nil && b.prop.Part.Get && b.prop.Type == model.TypeObject && len(b.prop.Read) > 0 {
					t.Logf("%s: the part %s is read at %q of its own answer", name, at, strings.Join(b.prop.Read, "."))
				}
			}
			for _, ls := range l.lists {
				if ls.items != nil {
					look(ls.items)
				}
			}
		}
		look(k.layout)
	}
}
