package farmsim

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"

	"rassync/internal/model"
)

// TestEveryField writes every property of every kind through the path and
// under the name that its schema says, and finds it where the schema says it
// is read.
func TestEveryField(t *testing.T) {
	s := Random(testCatalog(t), rand.New(rand.NewPCG(3, 4)), 3)
	for _, sw := range []Switches{{}, {NestedPut: true}, {WriteAlternative: 1}} {
		c := open(t, Options{State: s, Switches: sw})
		g := &generator{f: c.f, w: c.f.staged, r: rand.New(rand.NewPCG(1, 1)), size: 3}
		for _, name := range sortedKeys(c.f.kinds) {
			k := c.f.kinds[name]
			if k.layout == nil {
				continue
			}
			c.want(204, "POST", "/api/Settings/apply", nil) // some kinds wait for others to be in force
			for _, o := range c.f.staged.all(k) {
				if o.builtin() || name == "AdminAccount" && o.id == 1 {
					continue
				}
				for _, at := range k.layout.order {
					c.everyField(g, k, o.id, k.layout.bodies[at])
				}
				break
			}
		}
	}
}

func (c *client) everyField(g *generator, k *kind, id int64, b *body) {
	c.t.Helper()
	path := strings.ReplaceAll(k.Self, "{id}", fmt.Sprint(id))
	switch {
	case b.at != "" && b.put:
		path += "/" + b.at
	case b.at == "" && k.Update != nil:
		path = strings.ReplaceAll(k.Update.Path, "{id}", fmt.Sprint(id))
	default:
		return
	}
	if k.single() && k.siteScoped() {
		path += "?" + k.SiteQuery + "=" + fmt.Sprint(id)
	}
	_, nested := c.f.shapesOf(b.shapes, false)
	for _, fl := range b.fields {
		p := fl.prop
		name := c.f.sw.writeName(p)
		if name == "" || p.CreateOnly || p.OneTime || p.Query != "" || p.Membership != nil || p.File != nil || p.NoWrite || p.Call != "" || p.Cells != nil || p.EntryOf != nil || p.Items != nil && p.Items.EntryOf != nil {
			continue
		}
		o := c.f.staged.get(k, id)
		v, ok := g.value(o, p)
		if !ok || v == "" || p.Type == model.TypeArray && p.Items != nil && p.Items.Type == model.TypeObject {
			continue
		}
		want := v
		if elems, isList := v.([]any); isList && p.Items != nil {
			v = unwrap(elems, p.Items.Read)
		}
		body := map[string]any{name: v}
		if nested {
			body = map[string]any{}
			at := fl.path[min(fl.base, len(fl.path)):]
			if !fl.shown || len(at) <= 1 {
				at = []string{name}
			}
			setAt(body, at, v)
		}
		c.want(204, "PUT", path, body)
		if !fl.shown {
			if _, ok := c.f.Secret(k.Name, id, p.Write[0]); !ok {
				c.t.Errorf("%s.%s is not kept", k.Name, fl.yaml)
			}
			continue
		}
		got, _ := valueAt(c.f.staged.get(k, id).root(fl.holder), fl.path)
		if s, isText := want.(string); isText && p.Codec == "account" {
			want = c.f.accountForm(s)
		}
		if !sameValue(got, want) {
			c.t.Errorf("%s.%s: %v, want %v", k.Name, fl.yaml, got, want)
		}
	}
}

// TestEveryPathIsKnown holds the paths of the farm against the list of the
// API's operations.
func TestEveryPathIsKnown(t *testing.T) {
	known := &routeNode{}
	data, err := operations()
	if err != nil {
		t.Skip("no list of operations: ", err)
	}
	for _, line := range strings.Split(data, "\n") {
		if f := strings.Split(line, "\t"); len(f) >= 2 {
			known.add(f[0], f[1], &endpoint{})
			if len(f) > 3 { // a slip in the list, and the path that was meant
				known.add(f[0], f[3], &endpoint{})
			}
		}
	}
	c := open(t, Options{})
	var walk func(n *routeNode, path []string)
	walk = func(n *routeNode, path []string) {
		for method, ends := range n.ends {
			if _, _, allowed := known.find(method, path); allowed == nil && method != http.MethodGet {
				if found, _, _ := known.find(method, path); found == nil {
					t.Errorf("%s /%s (%s) is no operation of the API", method, strings.Join(path, "/"), ends[0].kind.Name)
				}
			} else if found, _, _ := known.find(method, path); found == nil && method != http.MethodGet {
				t.Errorf("%s /%s (%s): the API has only %v there", method, strings.Join(path, "/"), ends[0].kind.Name, allowed)
			}
		}
		for name, next := range n.literal {
			walk(next, append(path[:len(path):len(path)], name))
		}
		if n.param != nil {
			walk(n.param, append(path[:len(path):len(path)], "{id}"))
		}
	}
	walk(c.f.routes, nil)
}

func TestPolicies(t *testing.T) {
	c := open(t, Options{})
	c.post("/api/ClientPolicies", `{"name":"P","enabled":true}`)
	c.want(201, "POST", "/api/ClientPolicies/1/Rules", `{"name":"r"}`)
	c.want(204, "PUT", "/api/ClientPolicies/1/Assignment", `{"default":1}`)
	c.want(201, "POST", "/api/ClientPolicies/1/SecondaryConnections", `{"mode":2,"server":"gw2","serverPort":443}`)
	v := c.get("/api/ClientPolicies/1")
	holds(t, v, `{"order":0,"enabled":true,"assignment":{"default":1}}`)
	holds(t, at(v, "assignment.rules.0"), `{"id":1,"name":"r","priority":1}`)
	holds(t, c.get("/api/ClientPolicies/1/Assignment"), `{"default":1}`)
	holds(t, c.list("/api/ClientPolicies/1/SecondaryConnections")[0], `{"mode":2,"server":"gw2","serverPort":443}`)
	c.want(204, "DELETE", "/api/ClientPolicies/1/SecondaryConnections", `{"mode":2,"server":"gw2","serverPort":443}`)
}

func TestManyAtOnce(t *testing.T) {
	c := open(t, Options{Clock: realClock{}})
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 20 {
				c.do("POST", "/api/PubItems/Folders", map[string]any{"name": fmt.Sprint(i, "-", j)})
				c.do("GET", "/api/PubItems/Folders", nil)
				c.f.Staged()
				c.f.Requests()
			}
		})
	}
	wg.Wait()
	if n := len(c.list("/api/PubItems/Folders")); n != 160 {
		t.Errorf("%d folders", n)
	}
	chainOf(t, c, 0)
}
