package export

import (
	"context"

	"rassync/internal/model"
)

// Adopt reads what a new site brought along: its built-in objects and its
// settings, so that they can be found and changed.
func (f *Farm) Adopt(ctx context.Context, g Getter, site *model.Object) error {
	r := f.again(g, nil)
	for _, k := range f.Catalog.Kinds() {
		if k.Scope != model.ScopeSite {
			continue
		}
		if k.Shape == model.Singleton {
			f.Remember(&model.Object{Address: model.Address{Site: site.Address.Name, Kind: k.Name}, SiteID: site.ID, Builtin: true})
			continue
		}
		if len(k.Builtin) == 0 && len(k.BuiltinWhere) == 0 {
			continue
		}
		list, err := r.list(ctx, k, site)
		if err != nil {
			if fatal(err) {
				return err
			}
			continue
		}
		for _, o := range list {
			f.Remember(o)
		}
	}
	return nil
}
