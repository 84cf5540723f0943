package rules

import (
	"fmt"
	"strings"

	"rassync/internal/model"
	"rassync/internal/plan"
)

// view gives changes and objects as expressions see them.
type view struct {
	Input
	copies []plan.Change // what the farm copies to other objects
	along  []plan.Change // those of them that have no change of their own
	read   []string
	farm   map[string]any
}

// of is what a rule sees of a change, or of the object that it makes.
func (v *view) of(c *plan.Change, object bool) map[string]any {
	labels := v.Labels
	if labels == nil {
		labels = []string{}
	}
	values := map[string]any{"kind": c.Kind, "site": c.Site, "name": c.Name, "address": c.Address, "labels": labels, "account": v.Account, "farm": v.objects()}
	before, after := v.sides(c)
	if object {
		values["object"] = after
		return values
	}
	fields := []any{}
	for _, f := range c.Fields {
		fields = append(fields, map[string]any{"path": f.Path, "before": plain(f.Before), "after": plain(f.After)})
	}
	impacts := []any{}
	for _, i := range c.Impact {
		impacts = append(impacts, map[string]any{"effect": i.Effect, "path": i.Path, "why": i.Why})
	}
	values["action"], values["before"], values["after"] = string(c.Action), before, after
	values["fields"], values["impacts"], values["confirmed"] = fields, impacts, c.Confirmed
	return values
}

// sides are the object before the change and after it; empty where there is
// none.
func (v *view) sides(c *plan.Change) (before, after map[string]any) {
	before, after = map[string]any{}, map[string]any{}
	live := c.Before
	if live == nil && v.Live != nil && c.Action != plan.Create {
		name := c.Name
		if c.RenamedFrom != "" {
			name = c.RenamedFrom
		}
		live = v.Live.Find(model.Address{Site: c.Site, Kind: c.Kind, Name: name})
	}
	if live != nil && c.Action != plan.Create {
		before, _ = plain(live.Spec).(map[string]any)
	}
	if c.Action == plan.Delete || c.Desired == nil {
		return before, after
	}
	want, _ := plain(c.Desired.Spec).(map[string]any)
	var base any = before
	for _, copied := range v.copies {
		if copied.Address == c.Address {
			base = overlay(base, plain(copied.Desired.Spec))
		}
	}
	after, _ = overlay(base, want).(map[string]any)
	return before, after
}

// overlay lays declared values over those of the farm; lists come whole.
func overlay(have, want any) any {
	h, isMap := have.(map[string]any)
	w, alsoMap := want.(map[string]any)
	if !isMap || !alsoMap {
		return want
	}
	out := make(map[string]any, len(h)+len(w))
	for name, value := range h {
		out[name] = value
	}
	for name, value := range w {
		out[name] = overlay(h[name], value)
	}
	return out
}

// objects are those of the kinds that rules read, as the plan leaves them.
func (v *view) objects() map[string]any {
	if v.farm != nil {
		return v.farm
	}
	v.farm = map[string]any{}
	for _, kind := range v.read {
		if _, done := v.farm[kind]; done {
			continue
		}
		changed := map[string]*plan.Change{}
		list := []any{}
		add := func(site, name string, spec map[string]any) {
			list = append(list, map[string]any{"site": site, "name": name, "spec": spec})
		}
		for i := range v.Plan.Changes {
			c := &v.Plan.Changes[i]
			if c.Kind != kind {
				continue
			}
			old := c.Name
			if c.RenamedFrom != "" {
				old = c.RenamedFrom
			}
			changed[strings.ToLower(c.Site+"\x00"+old)] = c
			if c.Action != plan.Delete {
				_, after := v.sides(c)
				add(c.Site, c.Name, after)
			}
		}
		for i := range v.along {
			c := &v.along[i]
			key := strings.ToLower(c.Site + "\x00" + c.Name)
			if c.Kind != kind {
				continue
			}
			_, after := v.sides(c)
			changed[key] = c
			add(c.Site, c.Name, after)
		}
		if v.Live != nil {
			for _, o := range v.Live.Objects[kind] {
				if changed[strings.ToLower(o.Address.Site+"\x00"+o.Address.Name)] == nil {
					spec, _ := plain(o.Spec).(map[string]any)
					add(o.Address.Site, o.Address.Name, spec)
				}
			}
		}
		v.farm[kind] = list
	}
	return v.farm
}

// plain is a value as CEL knows it: secrets and files are what names them.
func plain(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for name, e := range v {
			if !strings.HasPrefix(name, "$") {
				out[name] = plain(e)
			}
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = plain(e)
		}
		return out
	case model.SecretRef:
		if v.File != "" {
			return map[string]any{"fromFile": v.File}
		}
		return map[string]any{"fromEnv": v.Env}
	case model.FileRef:
		return map[string]any{"file": v.Path, "digest": v.Digest}
	case nil, string, bool, int64, float64:
		return v
	}
	if n, ok := model.AsInt(v); ok {
		return n
	}
	return fmt.Sprint(v)
}
