package seedgen

import (
	"fmt"
	"strings"

	"rassync/internal/model"
)

// entryID finds the id of an entry of another object's list, such as a version
// of a template.
func (f *farm) entryID(p *model.Property, siblings m, name, site string) (int64, error) {
	of, _ := siblings[p.EntryOf.Object].(string)
	for _, o := range f.objects {
		fits := false
		for _, kind := range p.Beside().Ref {
			fits = fits || o.kind.Name == kind
		}
		if !fits || !strings.EqualFold(o.name, of) || o.site != site && o.site != "" {
			continue
		}
		raw, err := f.encode(o)
		if err != nil {
			return 0, err
		}
		parts, _ := raw["$parts"].(m)
		spec := (&model.Decoder{Names: f, Site: site}).Spec(o.kind, raw, parts)
		list := o.kind.Spec.Find(p.EntryOf.List)
		v, _ := model.Lookup(spec, p.EntryOf.List)
		entries, _ := v.([]any)
		for _, e := range entries {
			if strings.EqualFold(model.EntryKey(list, e), name) {
				id, _ := model.AsInt(e.(map[string]any)[model.EntryID])
				return id, nil
			}
		}
	}
	return 0, fmt.Errorf("%s %q has no entry %q in %s", p.EntryOf.Object, of, name, p.EntryOf.List)
}
