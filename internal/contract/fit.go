package contract

import (
	"errors"
	"io/fs"
	"strings"

	"rassync/internal/model"
)

// Fit takes out of a layer what does not fit the built-in schemas, and says so: a
// document may call a property by the name of another one, and no correction is
// worth losing all others for it.
func Fit(builtIn *model.Catalog, fsys fs.FS, l *Layer, c *Comparison) (*Layer, error) {
	for range 20 {
		_, err := LoadOver(builtIn, fsys, l, ForClient)
		var problems Problems
		if err == nil {
			return l, nil
		}
		if !errors.As(err, &problems) {
			if err := l.dropKinds(builtIn, fsys, c); err != nil {
				return l, err
			}
			continue
		}
		taken := false
		for _, p := range problems {
			at, why, _ := strings.Cut(p.Text, ": ")
			k := l.Kinds[p.Kind]
			switch {
			case k == nil:
				continue
			case at == callsKey && k.Calls != nil:
				k.Calls = nil
			case k.Properties[at] != nil:
				delete(k.Properties, at)
			default:
				continue
			}
			taken = true
			if at == callsKey {
				at = ""
			}
			c.Findings = append(c.Findings, Finding{Kind: p.Kind, Path: at, What: NotTaken, Text: why})
		}
		if !taken {
			return l, err
		}
		for name, k := range l.Kinds {
			if len(k.Properties) == 0 && k.Calls == nil {
				delete(l.Kinds, name)
			}
		}
		if err := l.seal(); err != nil {
			return l, err
		}
	}
	return l, errors.New("the layer does not come to fit the built-in schemas")
}

// dropKinds takes out the kinds whose corrections no catalogue can be made of.
func (l *Layer) dropKinds(builtIn *model.Catalog, fsys fs.FS, c *Comparison) error {
	dropped := false
	for _, name := range l.Names() {
		one, err := New(l.Kinds[name])
		if err != nil {
			return err
		}
		var problems Problems
		if _, err := LoadOver(builtIn, fsys, one, ForClient); err != nil && !errors.As(err, &problems) {
			delete(l.Kinds, name)
			c.Findings = append(c.Findings, Finding{Kind: name, What: NotTaken, Text: err.Error()})
			dropped = true
		}
	}
	if !dropped {
		return errors.New("the kinds fit one by one, and not together")
	}
	return l.seal()
}
