package farmsim

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"

	"rassync/internal/model"
)

// chainOf walks the chain of a folder by what the API shows and joins the
// names; it fails if the chain misses an item.
func chainOf(t testing.TB, c *client, parent int64) string {
	t.Helper()
	next := map[int64]map[string]any{}
	n := 0
	for _, o := range c.list("/api/PubItems") {
		m := o.(map[string]any)
		if m["parentId"] != parent {
			continue
		}
		n++
		previous, _ := asInt(m["previousId"])
		if other, twice := next[previous]; twice {
			t.Fatalf("%v and %v both follow %d", other["name"], m["name"], previous)
		}
		next[previous] = m
	}
	var b strings.Builder
	walked := 0
	for m := next[0]; m != nil; {
		b.WriteString(fmt.Sprint(m["name"]))
		walked++
		id, _ := asInt(m["id"])
		m = next[id]
	}
	if walked != n {
		t.Fatalf("folder %d: the chain holds %d of %d items", parent, walked, n)
	}
	return b.String()
}

func TestChain(t *testing.T) {
	c := open(t, Options{})
	for i, name := range []string{"A", "B", "C"} {
		c.post("/api/PubItems/Apps/RDS", map[string]any{"name": name, "previousId": i})
	}
	c.post("/api/PubItems/Folders", `{"name":"F","previousId":2}`)
	check := func(want string, parent int64) {
		t.Helper()
		if got := chainOf(t, c, parent); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	check("ABFC", 0)
	c.want(204, "POST", "/api/PubItems/3/move", `{"parentId":0,"previousId":0}`)
	check("CABF", 0)
	c.want(204, "POST", "/api/PubItems/1/move", `{"parentId":4,"previousId":0}`)
	check("CBF", 0)
	check("A", 4)
	c.want(204, "POST", "/api/PubItems/2/move", `{"parentId":4,"previousId":1}`)
	check("AB", 4)
	c.want(204, "POST", "/api/PubItems/1/move", `{"previousId":2}`)
	check("BA", 4)
	c.refused("POST", "/api/PubItems/4/move", `{"parentId":4}`, "itself")
	c.refused("POST", "/api/PubItems/1/move", `{"parentId":0,"previousId":2}`, "sibling")
	c.refused("POST", "/api/PubItems/1/move", `{"previousId":1}`, "sibling")
	c.refused("POST", "/api/PubItems/1/move", `{"parentId":3}`, "no folder")
	c.refused("POST", "/api/PubItems/1/move", `{"nonsense":3}`, "nonsense")
	check("BA", 4)
	c.want(204, "DELETE", "/api/PubItems/2/Apps/RDS", nil)
	check("A", 4)
	check("CF", 0)
	c.want(404, "DELETE", "/api/PubItems/3/Folders", nil) // an application
}

// TestChainHolds inserts, moves and deletes at random; every folder stays one
// chain, refusals change nothing.
func TestChainHolds(t *testing.T) {
	for seed := range uint64(10) {
		r := rand.New(rand.NewPCG(seed, 7))
		c := open(t, Options{Switches: Switches{NewItemLast: seed%2 == 1}})
		for i := range 150 {
			ids := []int64{0}
			folders := map[int64]bool{}
			for _, o := range c.list("/api/PubItems") {
				id, _ := asInt(at(o, "id"))
				ids = append(ids, id)
				folders[id] = at(o, "type") == int64(1)
			}
			some := func() int64 { return ids[r.IntN(len(ids))] }
			body := map[string]any{}
			if r.IntN(2) == 0 {
				body["parentId"] = some()
			}
			if r.IntN(2) == 0 {
				body["previousId"] = some()
			}
			id := some()
			switch r.IntN(4) {
			case 0:
				body["name"] = fmt.Sprint("F", i)
				c.do("POST", "/api/PubItems/Folders", body)
			case 1:
				body["name"] = fmt.Sprint("A", i)
				c.do("POST", "/api/PubItems/Apps/RDS", body)
			case 2:
				c.do("POST", fmt.Sprintf("/api/PubItems/%d/move", id), body)
			case 3:
				path := "/api/PubItems/%d/Apps/RDS"
				if folders[id] {
					path = "/api/PubItems/%d/Folders"
				}
				c.do("DELETE", fmt.Sprintf(path, id), nil)
			}
			if i%10 == 9 {
				for parent := range folders {
					chainOf(t, c, parent)
				}
				chainOf(t, c, 0)
			}
		}
		if _, err := New(Options{Catalog: testCatalog(t), State: c.f.Staged()}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestSeedRoundTrip(t *testing.T) {
	s := Random(testCatalog(t), rand.New(rand.NewPCG(1, 2)), 5)
	dir := filepath.Join(t.TempDir(), "seed")
	if err := s.Save(dir); err != nil {
		t.Fatal(err)
	}
	back, err := LoadSeed(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	f, err := New(Options{Catalog: testCatalog(t), State: back})
	if err != nil {
		t.Fatal(err)
	}
	for kind, list := range f.Staged() {
		if len(list) != len(s[kind]) {
			t.Errorf("%s: %d objects, want %d", kind, len(list), len(s[kind]))
			continue
		}
		for i := range list {
			if !sameValue(list[i], s[kind][i]) {
				t.Errorf("%s %d:\n%s\nwant\n%s", kind, i, appendJSON(nil, list[i]), appendJSON(nil, s[kind][i]))
			}
		}
	}
}

func TestSeedErrors(t *testing.T) {
	for name, tt := range map[string]struct{ file, body, want string }{
		"broken":    {"Site.json", `[{`, "Site.json"},
		"no array":  {"Site.json", `{}`, "array"},
		"no object": {"Site.json", `[1]`, "element 0"},
		"empty":     {"readme.txt", ``, "no <Kind>.json"},
	} {
		_, err := LoadSeed(fstest.MapFS{tt.file: {Data: []byte(tt.body)}})
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	site := `"Site":[{"id":1,"name":"Main","licensingSite":true}]`
	for name, tt := range map[string]struct{ body, want string }{
		"kind":      {`{"Nonsense":[]}`, "Nonsense"},
		"no id":     {`{"Site":[{"name":"x"}]}`, "id is missing"},
		"twice":     {`{"Site":[{"id":1,"name":"x"},{"id":1,"name":"y"}]}`, "twice"},
		"no name":   {`{"Site":[{"id":1}]}`, "name is missing"},
		"stranger":  {`{"Site":[{"id":1,"name":"x","nonsense":true}]}`, "nonsense"},
		"type":      {`{"Site":[{"id":1,"name":"x","enableHttpHostAttackProtection":"yes"}]}`, "true or false"},
		"no site":   {`{` + site + `,"RDSHost":[{"id":1,"server":"a"}]}`, "siteId is missing"},
		"bad site":  {`{` + site + `,"RDSHost":[{"id":1,"server":"a","siteId":9}]}`, "no site has the id 9"},
		"enum":      {`{` + site + `,"RDSHost":[{"id":1,"server":"a","siteId":1,"fileTransferMode":9}]}`, "fileTransferMode"},
		"reference": {`{` + site + `,"PubRDSApp":[{"id":1,"name":"a","siteId":1,"publishFromGroup":[5]}]}`, "publishFromGroup"},
		"chain":     {`{` + site + `,"PubRDSApp":[{"id":1,"name":"a","siteId":1},{"id":2,"name":"b","siteId":1}]}`, "no chain"},
		"collision": {`{` + site + `,"PubRDSApp":[{"id":1,"name":"a","siteId":1}],"PubFolder":[{"id":1,"name":"b","siteId":1,"previousId":1}]}`, "share the id"},
		"part":      {`{` + site + `,"PubRDSApp":[{"id":1,"name":"a","siteId":1,"$parts":{"Nonsense":{}}}]}`, "no such part"},
		"rule":      {`{` + site + `,"PubRDSApp":[{"id":1,"name":"a","siteId":1,"$parts":{"Filter":{"rules":[{"id":1,"nonsense":1}]}}}]}`, "nonsense"},
		"file":      {`{` + site + `,"ThemeCustomImage":[{"id":1,"name":"a","siteId":1,"$file":"%%"}]}`, "$file"},
		"member":    {`{` + site + `,"RDSHost":[{"id":1,"server":"a","siteId":1,"$member":{"hostPool":7}}]}`, "hostPool"},
	} {
		v, err := parseJSON([]byte(tt.body))
		if err != nil {
			t.Fatal(name, err)
		}
		s := State{}
		for kind, list := range v.(map[string]any) {
			s[kind] = []Object{}
			for _, o := range list.([]any) {
				s[kind] = append(s[kind], o.(map[string]any))
			}
		}
		if _, err := New(Options{Catalog: testCatalog(t), State: s}); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestSeedIsCompleted shows that a seed may leave out what has a default.
func TestSeedIsCompleted(t *testing.T) {
	c := open(t, Options{State: State{
		"Site":         {{"id": 1, "name": "HQ", "licensingSite": true}},
		"AdminAccount": {{"id": 1, "name": DefaultUsername, "permissions": 1}},
		"PubRDSApp":    {{"id": 4, "name": "A", "siteId": 1, "$parts": map[string]any{"Filter": map[string]any{"rules": []any{map[string]any{"id": 9, "name": "r"}}}}}},
	}})
	holds(t, c.get("/api/PubItems/4/Apps/RDS"), `{"name":"A","colorDepth":0,"publishFromGroup":[],"type":2}`)
	holds(t, at(c.get("/api/PubItems/4/Filter"), "rules.0"), `{"id":9,"name":"r","criteria":{"iPs":{"allowedIPs":{"iPv4s":[],"iPv6s":[]}}}}`)
	c.want(201, "POST", "/api/PubItems/4/Rules", `{"name":"s"}`)
	holds(t, at(c.get("/api/PubItems/4/Filter"), "rules.1"), `{"id":10}`)
	if id := c.post("/api/PubItems/Folders", `{"name":"F"}`); id != 5 {
		t.Errorf("the next id is %d", id)
	}
	holds(t, c.get("/api/LBSettings"), `{}`)
}

// TestRandomIsValid loads random farms under every reading and asks for every
// object and part of them.
func TestRandomIsValid(t *testing.T) {
	for i, sw := range AllSwitches() {
		seed := uint64(i)
		s := Random(testCatalog(t), rand.New(rand.NewPCG(seed, 3)), 3)
		again := Random(testCatalog(t), rand.New(rand.NewPCG(seed, 3)), 3)
		if !reflect.DeepEqual(s, again) {
			t.Fatalf("seed %d: the same rand gives another farm", seed)
		}
		c := open(t, Options{State: s, Switches: sw.Switches})
		readAll(t, c)
	}
}

// readAll reads every list, object, part and list of parts.
func readAll(t *testing.T, c *client) {
	t.Helper()
	for _, k := range c.f.kinds {
		if k.layout == nil {
			continue
		}
		paths := []string{k.Self + "?" + k.SiteQuery + "=1"}
		if k.NoRead {
			paths = nil
			for _, ls := range k.layout.lists {
				paths = append(paths, k.Self+"/"+ls.at+"?"+k.SiteQuery+"=1")
			}
		}
		if k.Shape == model.Collection {
			paths = nil
			c.get(k.List.Path)
			for _, o := range c.f.Staged()[k.Name] {
				id := fmt.Sprint(o["id"])
				if k.Get != "" {
					c.get(strings.ReplaceAll(k.Get, "{id}", id))
				}
				self := strings.ReplaceAll(k.Self, "{id}", id)
				for _, at := range k.layout.order[1:] {
					paths = append(paths, self+"/"+at)
				}
				for _, ls := range k.layout.lists {
					if strings.HasPrefix(ls.at, "/") { // beside the object
						paths = append(paths, strings.ReplaceAll(ls.at, "{id}", id))
						continue
					}
					paths = append(paths, self+"/"+ls.at)
				}
			}
		}
		for _, p := range paths {
			c.get(p)
		}
	}
}

func TestWipe(t *testing.T) {
	s := Random(testCatalog(t), rand.New(rand.NewPCG(5, 5)), 3)
	c := open(t, Options{State: s, FarmGUID: "{keep}"})
	c.want(204, "PUT", "/api/Site/1", `{"newName":"Hauptsitz"}`)
	if err := c.f.Wipe(); err != nil {
		t.Fatal(err)
	}
	if c.logon()["farmGUID"] != "{keep}" || c.f.Staged()["Site"][0]["name"] != "Hauptsitz" {
		t.Error("a wipe loses the farm's identity")
	}
	if n := len(c.f.Staged()["PubRDSApp"]); n != 0 {
		t.Errorf("%d applications are left", n)
	}
}

func TestChangeBehindTheBack(t *testing.T) {
	c := open(t, Options{})
	c.post("/api/PubItems/Folders", `{"name":"F"}`)
	c.f.Apply()
	if err := c.f.Change("PubFolder", 1, Object{"description": "drift"}); err != nil {
		t.Fatal(err)
	}
	if err := c.f.Change("PubFolder", 1, Object{"nonsense": 1}); err == nil {
		t.Error("an unknown property is accepted")
	}
	if err := c.f.Change("CustomRoute", 0, Object{"name": "R", "publicAddress": "gw"}); err != nil {
		t.Fatal(err)
	}
	holds(t, c.list("/api/PubItems/Folders")[0], `{"description":"drift","name":"F"}`)
	holds(t, c.list("/api/CustomRoutes")[0], `{"id":1,"name":"R","siteId":1}`)
	if c.logon()["applySettingsEnabled"] != true {
		t.Error("the change is not staged")
	}
	if !c.f.Remove("PubFolder", 1) || c.f.Remove("PubFolder", 1) {
		t.Error("remove")
	}
}

func TestLarge(t *testing.T) {
	s := Large(testCatalog(t), 10000)
	if len(s["PubRDSApp"]) != 10000 || len(s["PubFolder"]) != 250 {
		t.Fatalf("%d applications, %d folders", len(s["PubRDSApp"]), len(s["PubFolder"]))
	}
	c := open(t, Options{State: s})
	if n := len(c.list("/api/PubItems/Apps/RDS?SiteId=1")); n != 10000 {
		t.Errorf("%d applications are listed", n)
	}
	holds(t, at(c.get("/api/PubItems/1/Filter"), "rules"), `[]`)
}

func BenchmarkList10000(b *testing.B) {
	s := Large(testCatalog(b), 10000)
	c := open(b, Options{State: s})
	for b.Loop() {
		c.do("GET", "/api/PubItems/Apps/RDS?SiteId=1", nil)
	}
}

func BenchmarkNew(b *testing.B) {
	s := Random(testCatalog(b), rand.New(rand.NewPCG(1, 2)), 3)
	for b.Loop() {
		if _, err := New(Options{Catalog: testCatalog(b), State: s}); err != nil {
			b.Fatal(err)
		}
	}
}
