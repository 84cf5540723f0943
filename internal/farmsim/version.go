package farmsim

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// The second part of a name is worked out by the farm: the version of a
// package stands in its image on a file share. What this farm knows of the
// share is what its objects said, and what a path says by itself.

// shipped is the version of an image that nothing is known of.
const shipped = "1.0.0.0"

var dotted = regexp.MustCompile(`\d+(\.\d+){2,}`)

// source tells from what an object was made: its site and name, and what only
// a create takes. The first text is without that: an image may have moved.
func (f *Farm) source(w *world, o *object) (name, whole string) {
	parts := []any{o.kind.Name, strings.ToLower(o.name())}
	if k := f.siteKind(); k != nil && o.site != 0 {
		if site := w.get(k, o.site); site != nil {
			parts = append(parts, site.name())
		}
	}
	data, _ := json.Marshal(parts)
	name = string(data)
	for _, fl := range o.kind.layout.fields {
		if fl.shown && fl.prop.CreateOnly {
			v, _ := valueAt(o.root(fl.holder), fl.path)
			parts = append(parts, v)
		}
	}
	data, _ = json.Marshal(parts)
	return name, string(data)
}

// second fills the second part of an object's name, or remembers it.
func (f *Farm) second(w *world, o *object) {
	also := o.kind.Identity.Also
	if also == "" {
		return
	}
	name, whole := f.source(w, o)
	if v, _ := o.raw[also].(string); v != "" {
		f.images[name], f.images[whole] = v, v
		return
	}
	v := f.images[whole]
	if v == "" {
		if v = f.images[name]; v == "" {
			v = shipped
		}
		for _, fl := range o.kind.layout.fields {
			if at, _ := valueAt(o.root(fl.holder), fl.path); fl.shown && fl.prop.CreateOnly {
				if found := dotted.FindString(fmt.Sprint(at)); found != "" {
					v = found
				}
			}
		}
	}
	o.raw[also] = v
}

// fullName is what makes an object's name unique.
func (o *object) fullName() string {
	if also := o.kind.Identity.Also; also != "" {
		return fmt.Sprintf("%s@%v", o.name(), o.raw[also])
	}
	return o.name()
}
