package workspace

import (
	"fmt"

	"rassync/internal/model"
)

// Document writes one object as an export writes it, without a file around
// it.
func Document(cat *model.Catalog, o *model.Object) (string, error) {
	k := cat.Kind(o.Address.Kind)
	if k == nil {
		return "", fmt.Errorf("%s: there is no kind %s", o.Address, o.Address.Kind)
	}
	e := newEmitter("\n")
	e.document(k, o)
	return e.b.String(), nil
}
