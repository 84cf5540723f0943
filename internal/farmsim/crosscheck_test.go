package farmsim

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sort"
	"strings"
	"testing"

	"rassync/internal/facts"
	"rassync/internal/model"
	"rassync/schemas"
	tables "rassync/schemas/facts"
)

// What the farm shows and takes is held against the facts, whose names and
// paths are asked for here: the farm follows the schemas, as the client does,
// and would follow a false one.
func TestFarmSpeaksAsTheFactsSay(t *testing.T) {
	cat, data := testCatalog(t), knownFacts(t)
	answered, written := 0, 0
	c := randomFarm(t, cat)
	for _, k := range cat.Kinds() {
		r := crossCheck(t, c, data, k.Name)
		for _, p := range r.problems {
			t.Errorf("%s: %s", k.Name, p)
		}
		answered, written = answered+r.answered, written+r.written
	}
	if answered < 900 || written < 200 {
		t.Errorf("only %d names were answered and %d written", answered, written)
	}
	t.Logf("%d names answered, %d written", answered, written)
}

// A farm that follows a false schema is found out.
func TestFarmThatFollowsAFalseSchemaIsNoticed(t *testing.T) {
	data := knownFacts(t)
	for _, c := range []struct {
		kind  string
		alter func(k *model.Kind)
	}{
		{"Gateway", func(k *model.Kind) { rename(k, "description") }},
		{"RDSHost", func(k *model.Kind) { rename(k, "port") }},
		{"PubFolder", func(k *model.Kind) { rename(k, "adminOnly") }},
		{"ClientPolicy", func(k *model.Kind) { k.Spec.Prop("description").Read = []string{"descriptionX"} }},
		{"LBSettings", func(k *model.Kind) { rename(k, k.Spec.Props[0].Name) }},
		{"Theme", func(k *model.Kind) { rename(k, "enabled") }},
		{"MailboxSettings", func(k *model.Kind) { rename(k, "smtpServer") }},
		{"Gateway", func(k *model.Kind) { k.List.Path = "/api/Gateways" }},
		{"PubFolder", func(k *model.Kind) { k.Update.Path = "/api/PubItems/{id}/Folder" }},
		{"PubRDSApp", func(k *model.Kind) {
			e := k.Spec.Prop("enabledMode").Enum
			e.ByName["Maintenance"], e.ByNum = 7, map[int64]string{0: "Disabled", 1: "Enabled", 7: "Maintenance"}
		}},
	} {
		cat, err := model.Load(schemas.Files)
		if err != nil {
			t.Fatal(err)
		}
		c.alter(cat.Kind(c.kind))
		if r := crossCheck(t, randomFarm(t, cat), data, c.kind); len(r.problems) == 0 {
			t.Errorf("%s: a farm with a false schema is not noticed", c.kind)
		}
	}
}

// rename gives a property a false name on the wire.
func rename(k *model.Kind, name string) {
	p := k.Spec.Prop(name)
	if p == nil {
		panic(k.Name + " has no " + name)
	}
	p.Read, p.Write = []string{name + "X"}, []string{name + "X"}
}

func knownFacts(t *testing.T) *facts.Data {
	t.Helper()
	data, err := facts.Load(tables.Files)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// randomFarm is a farm with random objects of every kind.
func randomFarm(t *testing.T, cat *model.Catalog) *client {
	t.Helper()
	return open(t, Options{Catalog: cat, State: Random(cat, rand.New(rand.NewPCG(3, 7)), 3)})
}

type crossResult struct {
	problems          []string
	answered, written int
}

// crossCheck asks a farm of random objects for everything of a kind, by the
// paths and names of the facts.
func crossCheck(t *testing.T, c *client, data *facts.Data, kind string) crossResult {
	t.Helper()
	var r crossResult
	list, put, names, inside := "", "", map[string]*facts.Fact{}, []string{}
	for _, res := range data.Resources {
		if slices.ContainsFunc(res.Places, func(p string) bool { return strings.HasPrefix(p, kind+":") || strings.HasPrefix(p, kind+"@") }) {
			for _, f := range res.Facts {
				inside = append(inside, "."+f.Name)
			}
		}
		if !slices.Contains(res.Places, kind) {
			continue
		}
		for _, op := range res.Operations {
			method, path, _ := strings.Cut(op, " ")
			path, query, _ := strings.Cut(path, "?")
			switch {
			case method == "GET" && !strings.Contains(path, "{") && (len(res.Places) == 1 || len(c.f.kinds[kind].Filter) > 0):
				list = path
				if strings.Contains(strings.ToLower(query), "siteid") {
					list += "?SiteId=1"
				}
			case method == "PUT" && (put == "" || len(path) < len(put)):
				put = path
			}
		}
		for _, f := range res.Facts {
			if old := names[f.Name]; old == nil || len(f.Values) > 0 {
				names[f.Name] = f
			}
		}
	}
	if list == "" || len(names) == 0 {
		return r // no page of the read was seen
	}
	rec := c.do("GET", list, nil)
	if rec.Code != http.StatusOK {
		r.problems = append(r.problems, fmt.Sprintf("GET %s: %d", list, rec.Code))
		return r
	}
	var answer any
	if err := json.Unmarshal(rec.Body.Bytes(), &answer); err != nil {
		t.Fatal(err)
	}
	elements, _ := answer.([]any)
	if m, ok := answer.(map[string]any); ok {
		elements = []any{m}
	}
	elements = slices.DeleteFunc(elements, func(e any) bool { return !ofKind(c.f.kinds[kind], e) })
	shown := map[string]any{}
	for _, e := range elements {
		flatten(e, "", shown)
	}
	for _, name := range sortedNames(shown) {
		r.answered++
		if !knownName(names, data, kind, name) && !slices.ContainsFunc(inside, func(end string) bool { return strings.HasSuffix(strings.TrimSuffix(name, "[]"), end) }) {
			r.problems = append(r.problems, fmt.Sprintf("GET %s answers %s, which no fact has", list, name))
		}
		if f := names[name]; f != nil && len(f.Values) > 0 && f.Type == "enum" {
			if n, ok := shown[name].(float64); ok && f.Values[int64(n)] == "" && len(f.Names) == 0 && !explained(data, kind, facts.WhatNumber, name) {
				r.problems = append(r.problems, fmt.Sprintf("GET %s answers %s=%v, a number that no fact has", list, name, n))
			}
		}
	}
	for name := range c.f.kinds[kind].ReadOnly {
		delete(names, name) // no configuration
	}
	delete(names, "order") // written step by step
	r.write(c, put, elements, names)
	return r
}

// write sends each value back that the first element shows under a name that
// the facts have for both sides.
func (r *crossResult) write(c *client, put string, elements []any, names map[string]*facts.Fact) {
	if put == "" || len(elements) == 0 {
		return
	}
	m, _ := elements[len(elements)-1].(map[string]any)
	path := put
	if id, ok := m["id"].(float64); ok {
		path = strings.NewReplacer("{id}", fmt.Sprint(int64(id))).Replace(put)
	}
	if strings.Contains(path, "{") {
		return
	}
	for _, name := range sortedNames(m) {
		f := names[name]
		if f == nil || f.Side != facts.SideBoth || f.CreateOnly || f.Deprecated || len(f.Refers) > 0 || f.Evidence != "rest" || name == "siteId" {
			continue
		}
		switch v := m[name].(type) {
		case bool, float64:
			r.written++
			if rec := c.do("PUT", path+"?siteId=1", map[string]any{name: v}); rec.Code == http.StatusBadRequest && strings.Contains(rec.Body.String(), "unknown property") || rec.Code == http.StatusNotFound || rec.Code == http.StatusMethodNotAllowed {
				r.problems = append(r.problems, fmt.Sprintf("PUT %s refuses %s: %s", path, name, rec.Body))
			}
		}
	}
}

// ofKind tells whether an element of a list that several kinds share is of
// this one.
func ofKind(k *kind, e any) bool {
	m, _ := e.(map[string]any)
	for name, values := range k.Filter {
		if !slices.ContainsFunc(values, func(v any) bool { return fmt.Sprint(v) == fmt.Sprint(m[name]) }) {
			return false
		}
	}
	return true
}

// flatten collects the names of an answer, dotted, with one value each.
func flatten(v any, at string, out map[string]any) {
	switch v := v.(type) {
	case map[string]any:
		for name, e := range v {
			flatten(e, strings.TrimPrefix(at+"."+name, "."), out)
		}
	case []any:
		for _, e := range v {
			flatten(e, at+"[]", out)
		}
	default:
		out[at] = v
	}
}

// knownName tells whether the facts have the name, or what encloses it, or
// whether a deviation explains it.
func knownName(names map[string]*facts.Fact, data *facts.Data, kind, name string) bool {
	plain := strings.TrimSuffix(strings.ReplaceAll(name, AnywhereGroup+".", ""), "[]")
	if names[plain] != nil || strings.Contains(name, "standIn") || strings.Contains(name, futureName) {
		return true
	}
	if strings.Contains(name, AnywhereGroup) { // the place is not known
		for known := range names {
			if strings.HasSuffix(known, "."+plain) {
				return true
			}
		}
	}
	last := plain[strings.LastIndex(plain, ".")+1:]
	return slices.Contains([]string{"id", "siteId", "adminCreate", "adminLastMod", "timeCreate", "timeLastMod"}, last) ||
		explained(data, kind, facts.WhatRead, last)
}

func explained(data *facts.Data, kind, what, name string) bool {
	return slices.ContainsFunc(data.Deviations, func(d facts.Deviation) bool {
		return d.What == what && slices.Contains(d.Kinds, kind) && (strings.HasSuffix(d.Path, name) || d.Value == name)
	})
}

func sortedNames[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for name := range m {
		out = append(out, name)
	}
	sort.Strings(out)
	return out
}
