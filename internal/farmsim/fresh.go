package farmsim

import (
	"slices"
	"strings"

	"rassync/internal/model"
)

// freshValues are what a new object was seen to hold in the samples, beyond
// the defaults that the schemas state: read name -> value.
var freshValues = map[string]map[string]any{
	"PubRDSApp":          {"colorDepth": int64(5), "waitForPrintersTimeout": int64(20)}, // publishing sample
	"PubRDSDesktop":      {"colorDepth": int64(5), "waitForPrintersTimeout": int64(20)},
	"RDSHost":            {"port": int64(3389), "maxSessions": int64(250)}, // v18 sample
	"RDSDefaultSettings": {"port": int64(3389), "maxSessions": int64(250)},
}

// shutsOut tells whether a value would shut the clients of the API out: no farm
// that answers them begins with it.
func shutsOut(p *model.Property, v any) bool {
	for _, im := range p.Impact {
		if im.Brake && slices.Contains(im.When, v) {
			return true
		}
	}
	return false
}

// fresh makes a new object: defaults, the values of the samples, and groups
// that inherit, as the sample of an application shows.
func (f *Farm) fresh(k *kind) *object {
	o := newObject(k)
	for _, fl := range k.layout.fields {
		if !fl.shown || fl.holder != "" {
			continue
		}
		p := fl.prop
		if p.Type == model.TypeBoolean && !p.HasDefault && strings.HasPrefix(fl.path[len(fl.path)-1], "inherit") {
			setAt(o.raw, fl.path, true)
		}
		if !p.HasDefault && shutsOut(p, false) {
			setAt(o.raw, fl.path, true)
		}
	}
	if f.sw.UnknownProperties {
		o.raw[futureName] = futureValue
	}
	for name, v := range freshValues[k.Name] {
		if _, ok := o.raw[name]; ok {
			o.raw[name] = v
		}
	}
	return o
}
