package farmsim

import (
	"strings"

	"rassync/internal/model"
)

// futureName is the property that no schema knows (two-sided reading 10).
const (
	futureName  = "futureSetting"
	futureValue = "as shipped"
	futureEntry = "futureMark"
	futureMark  = 7 // of a new entry
)

// itemTypes are the numbers by which published items are told apart
// (reference page of published items).
var itemTypes = map[string]int64{
	"PubFolder": 1, "PubRDSApp": 2, "PubRDSDesktop": 3, "PubVDIDesktop": 4, "PubPCDesktop": 5,
	"PubPCApp": 6, "PubVDIApp": 7, "PubAVDApp": 8, "PubAVDDesktop": 9,
}

// finish sets what every object of the kind has beside its properties: id,
// site, audit fields, type, place in an order, and what a server works out.
func (f *Farm) finish(w *world, o *object) {
	k := o.kind
	if !k.single() {
		o.raw["id"] = o.id
	}
	if _, ok := k.ReadOnly[siteKey]; ok && o.site != 0 {
		o.raw[siteKey] = o.site
	}
	for name, values := range k.Filter {
		path := strings.Split(name, ".")
		at, _ := valueAt(o.raw, path)
		fits := false
		for _, v := range values {
			fits = fits || sameValue(v, at)
		}
		if !fits && len(values) > 0 {
			setAt(o.raw, path, plain(values[0]))
		}
	}
	for _, s := range k.Skip {
		for name, c := range s.Where {
			if _, ok := o.raw[name]; !ok && c.Not {
				o.raw[name] = plain(c.Values[0])
			}
		}
	}
	if n, ok := itemTypes[k.Name]; ok {
		o.raw["type"] = n
	}
	if _, ok := k.ReadOnly["type"]; ok && o.raw["type"] == nil && k.Identity.Codec == "account" {
		o.raw["type"] = principalType(o.name(), 0, 1)
	}
	if k.Tree != nil {
		for _, name := range []string{k.Tree.Parent, k.Tree.Previous} {
			if _, ok := o.raw[name]; !ok {
				o.raw[name] = int64(0)
			}
		}
	}
	for _, name := range []string{"priority", "order"} {
		if _, ok := k.ReadOnly[name]; (ok || k.step == name) && o.raw[name] == nil {
			o.raw[name] = f.lastPlace(w, o, name)
		}
	}
	for _, name := range []string{"licensingSite", "markedForDeletion"} {
		if _, ok := k.ReadOnly[name]; ok && o.raw[name] == nil {
			o.raw[name] = false
		}
	}
	if f.sw.UnknownProperties && o.raw[futureName] == nil {
		o.raw[futureName] = futureValue
	}
	if o.raw["adminCreate"] == nil {
		f.touch(o)
	}
	f.derive(o)
	f.join(w, o)
}

// derive fills in what a real server works out from other values: data, kind
// by kind.
func (f *Farm) derive(o *object) {
	empty := func(path ...string) bool {
		v, ok := valueAt(o.raw, path)
		return ok && (v == "" || v == nil)
	}
	switch o.kind.Name {
	case "Theme": // the login path is filled with the theme's name when the theme is saved
		if empty("userPortal", "url", "loginPageURLPath") {
			setAt(o.raw, []string{"userPortal", "url", "loginPageURLPath"}, o.name())
		}
	case "SAMLIDP": // the service provider's side belongs to the farm
		host, _ := o.raw["host"].(string)
		if host == "" {
			return
		}
		for _, name := range []string{"spEntityID", "spReplyURL", "spLogonURL", "spLogoutURL", "spCertificate"} {
			if v := o.raw[name]; v != nil && v != "" {
				continue
			}
			if name == "spCertificate" {
				o.raw[name] = "-----BEGIN CERTIFICATE-----\n" + sidOf(host) + "\n-----END CERTIFICATE-----\n"
				continue
			}
			o.raw[name] = "https://" + host + "/RASHTML5Gateway/sso/" + strings.TrimPrefix(name, "sp")
		}
	case "AdminAccount":
		if m, ok := o.parts["PowerPermission"].(map[string]any); ok {
			m["adminId"] = o.id
		}
	case "TenantBrokerSettings": // one of the two secrets that answers hold
		if o.raw["tenantBrokerSecretKey"] == nil || o.raw["tenantBrokerSecretKey"] == "" {
			if _, ok := o.kind.ReadOnly["tenantBrokerSecretKey"]; ok {
				o.raw["tenantBrokerSecretKey"] = "sim-tenant-secret-0123456789"
			}
		}
	}
}

// join puts an object that is in no group into the built-in group of its site
// (a host is always in exactly one pool).
func (f *Farm) join(w *world, o *object) {
	for yaml, field := range o.kind.members {
		if _, ok := o.member[yaml]; ok {
			continue
		}
		group := f.kinds[field.prop.Membership.Of]
		if group == nil {
			continue
		}
		for _, g := range w.all(group) {
			if g.site == o.site && g.builtin() {
				o.member[yaml] = g.id
				break
			}
		}
	}
}

// lastPlace is the place behind all others of the same kind and site.
func (f *Farm) lastPlace(w *world, o *object, name string) int64 {
	var n int64
	for _, other := range w.all(o.kind) {
		if other.site != o.site || other.id == o.id {
			continue
		}
		if at, ok := asInt(other.raw[name]); ok && at >= n {
			n = at + 1
		}
	}
	return n
}

// singletons makes the singletons that a world lacks.
func (f *Farm) singletons(w *world) {
	for _, name := range sortedKeys(f.kinds) {
		k := f.kinds[name]
		if !k.single() {
			continue
		}
		sites := []int64{0}
		if k.siteScoped() {
			sites = f.siteIDs(w)
		}
		for _, site := range sites {
			if w.get(k, site) == nil {
				w.put(f.singleton(w, k, site))
			}
		}
	}
}

func (f *Farm) singleton(w *world, k *kind, site int64) *object {
	o := f.fresh(k)
	o.id, o.site = site, site
	f.switchOn(o)
	f.fixedSets(o)
	f.finish(w, o)
	return o
}

// inFixedSet is how many entries a list holds that nobody can add to or take
// from, such as the tags of a site. How many there are was not read.
const inFixedSet = 3

// fixed tells whether a list is such a set.
func (ls *list) fixed() bool {
	return ls.prop.List != nil && ls.prop.List.NoAdd && ls.prop.List.NoRemove && ls.items != nil
}

// fixedSets gives fresh settings the entries of their fixed sets.
func (f *Farm) fixedSets(o *object) {
	for _, ls := range o.kind.layout.lists {
		if !ls.fixed() {
			continue
		}
		var entries []any
		for range inFixedSet {
			entry := map[string]any{}
			ls.items.fillEntry(entry)
			f.mark(entry, futureMark)
			f.newEntry(o, ls, entry, false)
			entries = append(entries, entry)
		}
		ls.setEntries(o, o.root(ls.holder), entries)
	}
}

// switchOn gives a new object the state that the facts leave open (two-sided
// reading 18): enabled unless the schema states another default.
func (f *Farm) switchOn(o *object) {
	for _, fl := range o.kind.layout.fields {
		if fl.shown && len(fl.path) == 1 && fl.holder == "" {
			if v, ok := f.onValue(fl.prop, fl.path[0], false); ok {
				o.raw[fl.path[0]] = v
			}
		}
	}
}

// onValue is the value of an "enabled" property of a create that leaves it
// out.
func (f *Farm) onValue(p *model.Property, name string, created bool) (any, bool) {
	off := created && f.sw.CreateDisabled
	switch {
	case name == "enabled" && p.Type == model.TypeBoolean:
		if p.HasDefault && !off {
			return nil, false
		}
		return !off, true
	case name == "enabledMode" && p.Enum != nil:
		if off {
			return int64(0), true
		}
		return int64(1), true
	}
	return nil, false
}
