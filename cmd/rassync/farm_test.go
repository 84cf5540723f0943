package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"

	"rassync/examples"
	"rassync/internal/app"
	"rassync/internal/contract"
	"rassync/internal/farmsim"
	"rassync/internal/model"
	"rassync/schemas"
)

var loadCatalog = sync.OnceValues(func() (*model.Catalog, error) { return model.Load(schemas.Files) })

// scriptFarm is the farm of one script.
type scriptFarm struct {
	farm    *farmsim.Farm
	server  *farmsim.Server
	catalog *model.Catalog
}

// The farms of the scripts that run now, by the script's own folder.
var scriptFarms sync.Map

// farmCommand does something with the script's farm:
//
//	farm start [seed|small|empty|random=N] [READING...] [forbid-writes] [rate=N] [guid=G] [tokens=N]
//	farm change KIND NAME property=json...   change an object behind the tool's back
//	farm add KIND property=json...           add one
//	farm remove KIND NAME                    remove one
//	farm stage                               let changes wait to be activated
//	farm apply                               activate what waits
//	farm wipe                                back to a fresh farm
//	farm save FILE, farm same FILE           write the state, compare with it
//	farm writes N, farm reads some           count what was asked
//	farm clean                               no violation, no session left open
//	farm deny KIND, farm lock KIND NAME WHO  take rights away, lock an object
//	farm fault WHEN WHAT                     fault the requests that fit, see faultCommand
//	farm stop                                end it
func farmCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: farm what args...")
	}
	if args[0] == "start" {
		startFarm(ts, args[1:])
		return
	}
	v, ok := scriptFarms.Load(ts.Getenv("WORK"))
	if !ok {
		ts.Fatalf("there is no farm: farm start")
	}
	f := v.(*scriptFarm)
	rest := args[1:]
	need := func(n int) {
		if len(rest) < n {
			ts.Fatalf("farm %s needs %d arguments", args[0], n)
		}
	}
	switch args[0] {
	case "change":
		need(3)
		ts.Check(f.farm.Change(rest[0], f.id(ts, rest[0], rest[1]), values(rest[2:])))
		f.farm.Apply()
	case "add":
		need(2)
		ts.Check(f.farm.Change(rest[0], 0, values(rest[1:])))
		f.farm.Apply()
	case "remove":
		need(2)
		if !f.farm.Remove(rest[0], f.id(ts, rest[0], rest[1])) {
			ts.Fatalf("not removed")
		}
		f.farm.Apply()
	case "stage":
		ts.Check(f.farm.Change("RDSHost", f.id(ts, "RDSHost", "rds1.example.com"), farmsim.Object{"description": "staged by somebody"}))
	case "apply":
		f.farm.Apply()
	case "wipe":
		ts.Check(f.farm.Wipe())
	case "save":
		need(1)
		ts.Check(os.WriteFile(ts.MkAbs(rest[0]), f.state(ts), 0o600))
	case "same":
		need(1)
		if got, want := string(f.state(ts)), ts.ReadFile(rest[0]); got != want {
			ts.Check(os.WriteFile(ts.MkAbs(rest[0]+".now"), []byte(got), 0o600))
			ts.Fatalf("the farm is not what it was: see %s.now", rest[0])
		}
	case "writes":
		need(1)
		if got := itoa(f.farm.Writes()); got != rest[0] && !(rest[0] == "some" && got != "0") {
			ts.Fatalf("%s writes instead of %s", got, rest[0])
		}
	case "forget":
		f.farm.ResetLog()
	case "requests":
		need(1)
		if got := itoa(f.farm.Count("")); got != rest[0] {
			ts.Fatalf("%s requests instead of %s", got, rest[0])
		}
	case "openapi":
		need(1)
		var doc bytes.Buffer
		ts.Check(contract.WriteDocument(&doc, f.catalog, "22.0", farmsim.AnywhereGroup))
		ts.Check(os.WriteFile(ts.MkAbs(rest[0]), doc.Bytes(), 0o644))
	case "clean":
		if v := f.farm.Violations(); len(v) > 0 {
			ts.Fatalf("the farm was asked to write: %s", strings.Join(v, "; "))
		}
		if n := f.farm.Sessions(); n != 0 {
			ts.Fatalf("%d sessions were left open", n)
		}
	case "deny":
		need(1)
		f.farm.Deny(rest[0])
	case "refuse":
		f.farm.Refuse(rest...)
	case "lock":
		need(3)
		f.farm.Lock(rest[0], rest[1], rest[2])
	case "fault":
		need(2)
		faultCommand(ts, f.farm, rest[0], rest[1])
	case "stop":
		f.server.Close()
	default:
		ts.Fatalf("farm %s?", args[0])
	}
}

// values reads name=json; what is no JSON is text.
func values(pairs []string) farmsim.Object {
	out := farmsim.Object{}
	for _, pair := range pairs {
		name, text, _ := strings.Cut(pair, "=")
		var v any
		if json.Unmarshal([]byte(text), &v) != nil {
			v = text
		}
		out[name] = v
	}
	return out
}

func (f *scriptFarm) state(ts *testscript.TestScript) []byte {
	data, err := json.MarshalIndent(f.farm.Applied(), "", " ")
	ts.Check(err)
	return data
}

// id finds an object by its name on the wire.
func (f *scriptFarm) id(ts *testscript.TestScript, kind, name string) int64 {
	cat, err := loadCatalog()
	ts.Check(err)
	k := cat.Kind(kind)
	if k == nil {
		ts.Fatalf("no kind %s", kind)
	}
	for _, o := range f.farm.Staged()[kind] {
		if id, ok := o["id"].(int64); ok && (k.Identity.Read == "" || o[k.Identity.Read] == name) {
			return id
		}
	}
	ts.Fatalf("the farm has no %s %q", kind, name)
	return 0
}

// disagreeAs makes a farm that leaves things out, with the words of rassync sim.
func disagreeAs(ts *testscript.TestScript, opts *farmsim.Options, name, value string) {
	if opts.Disagree == nil {
		opts.Disagree = &farmsim.Disagreement{}
	}
	switch name {
	case "hide":
		p, err := farmsim.ParsePlace(value)
		ts.Check(err)
		opts.Disagree.Hide = append(opts.Disagree.Hide, p)
	case "answer":
		s, err := farmsim.ParseStatusAt(value)
		ts.Check(err)
		opts.Disagree.Answers = append(opts.Disagree.Answers, s)
	default:
		d, err := farmsim.ParseDisagreement(value)
		ts.Check(err)
		opts.Disagree = d
	}
}

func startFarm(ts *testscript.TestScript, args []string) {
	cat, err := loadCatalog()
	ts.Check(err)
	opts := farmsim.Options{Catalog: cat, Rate: -1, State: smallFarm(cat)}
	var readings []string
	for _, a := range args {
		name, value, _ := strings.Cut(a, "=")
		n, _ := strconv.Atoi(value)
		switch name {
		case "small":
		case "seed":
			opts.State, err = farmsim.LoadSeed(examples.Seed())
			ts.Check(err)
		case "empty":
			opts.State = nil
		case "random":
			opts.State = farmsim.Random(cat, rand.New(rand.NewPCG(uint64(n), 1)), 3)
		case "altered":
			cat, err = alteredCatalog(uint64(n))
			ts.Check(err)
			opts.Catalog, opts.State = cat, farmsim.Random(cat, rand.New(rand.NewPCG(uint64(n), 1)), 3)
		case "forbid-writes":
			opts.ForbidWrites = true
		case "rate":
			opts.Rate = n
		case "guid":
			opts.FarmGUID = value
		case "tokens":
			opts.TokenRequests = n
		case "hide", "answer", "disagree":
			disagreeAs(ts, &opts, name, value)
		default:
			readings = append(readings, a)
		}
	}
	opts.Switches, err = farmsim.ParseSwitches(strings.Join(readings, ","))
	ts.Check(err)
	farm, err := farmsim.New(opts)
	ts.Check(err)
	server, err := farm.Start(context.Background(), "127.0.0.1:0")
	ts.Check(err)
	if old, ok := scriptFarms.Load(ts.Getenv("WORK")); ok {
		old.(*scriptFarm).server.Close()
	}
	scriptFarms.Store(ts.Getenv("WORK"), &scriptFarm{farm, server, cat})
	ts.Defer(func() {
		server.Close()
		scriptFarms.Delete(ts.Getenv("WORK"))
	})
	ts.Setenv(app.EnvFarm, server.URL)
	ts.Setenv(app.EnvFingerprint, server.Fingerprint)
	ts.Setenv(app.EnvUsername, farmsim.DefaultUsername)
	ts.Setenv(app.EnvPassword, farmsim.DefaultPassword)
	ts.Setenv("FARM", server.URL)
	ts.Setenv("PIN", server.Fingerprint)
}

// smallFarm is a farm of a dozen objects that scripts can speak of by name.
func smallFarm(cat *model.Catalog) farmsim.State {
	s := farmsim.Factory(cat)
	site := s.Find("Site", "name", "Main")["id"]
	add := func(kind string, o farmsim.Object) {
		o["siteId"] = site
		s[kind] = append(s[kind], o)
	}
	add("RDSHostPool", farmsim.Object{"id": int64(51), "name": "Office", "enabled": true})
	add("RDSHost", farmsim.Object{"id": int64(61), "server": "rds1.example.com", "enabled": true, "$member": map[string]any{"hostPool": int64(51)}})
	add("RDSHost", farmsim.Object{"id": int64(62), "server": "rds2.example.com", "enabled": true, "$member": map[string]any{"hostPool": int64(51)}})
	add("Theme", farmsim.Object{"id": int64(71), "name": "Partners", "enabled": true})
	item := func(kind string, id, parent, previous int64, name string, more farmsim.Object) {
		o := farmsim.Object{"id": id, "name": name, "parentId": parent, "previousId": previous, "enabledMode": int64(1), "publishToSite": []any{site}}
		for k, v := range more {
			o[k] = v
		}
		add(kind, o)
	}
	item("PubFolder", 80, 0, 0, "Sales", nil)
	item("PubRDSApp", 81, 80, 0, "Notepad", farmsim.Object{"target": `C:\Windows\notepad.exe`, "publishFrom": int64(1), "publishFromGroup": []any{int64(51)},
		"$parts": map[string]any{"Filter": map[string]any{"rules": []any{map[string]any{"id": int64(1), "name": "Partners only"}}}}})
	item("PubRDSApp", 82, 80, 81, "Calculator", farmsim.Object{"target": `C:\Windows\calc.exe`})
	item("PubRDSApp", 83, 0, 80, "Paint", farmsim.Object{"target": `C:\Windows\mspaint.exe`})
	for i := range 12 {
		add("CustomRoute", farmsim.Object{"id": int64(100 + i), "name": fmt.Sprintf("Route %02d", i+1), "publicAddress": fmt.Sprintf("route%d.example.com", i+1)})
	}
	return s
}

// faultCommand faults requests: when is a method and a part of the path, such
// as PUT:/api/PubItems or GET:HostPool, with "*" for all, and "@N" behind it
// for the N-th only; "after:" in front of it lets the farm carry it out first. what is cut, html,
// truncated, body=TEXT, a status, or echo=STATUS: one that repeats what was
// sent.
func faultCommand(ts *testscript.TestScript, farm *farmsim.Farm, when, what string) {
	when, after := strings.CutPrefix(when, "after:")
	when, nth, _ := strings.Cut(when, "@")
	method, path, _ := strings.Cut(when, ":")
	fault := farmsim.Fault{}
	switch {
	case what == "none":
		farm.SetFault(nil)
		return
	case what == "cut":
		fault.Cut = true
	case what == "html":
		fault = farmsim.FaultHTML
	case what == "truncated":
		fault.Truncate = true
	case strings.HasPrefix(what, "echo="):
	case strings.HasPrefix(what, "body="):
		fault.Body = strings.TrimPrefix(what, "body=")
	default:
		status, err := strconv.Atoi(what)
		ts.Check(err)
		fault.Status, fault.Body = status, `{"code":0,"msg":"made to fail"}`
	}
	var mu sync.Mutex
	seen := 0
	farm.SetFault(func(p *farmsim.FaultPoint) farmsim.Fault {
		fits := (method == "*" || p.Method == method) && strings.Contains(strings.ToLower(p.Path), strings.ToLower(path))
		if !fits || p.After != after {
			return farmsim.Fault{}
		}
		mu.Lock()
		defer mu.Unlock()
		seen++
		if nth != "" && itoa(seen) != nth {
			return farmsim.Fault{}
		}
		if status, ok := strings.CutPrefix(what, "echo="); ok {
			n, _ := strconv.Atoi(status)
			said, _ := json.Marshal("cannot take " + string(p.Body))
			return farmsim.Fault{Status: n, Body: `{"code":0,"msg":` + string(said) + `}`}
		}
		return fault
	})
}

// docCommand checks that a stream or file is one whole JSON document and holds
// these values: doc stdout summary.create=1 changes.0.action=update
func docCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: doc FILE [path=value...]")
	}
	d := json.NewDecoder(strings.NewReader(ts.ReadFile(args[0])))
	d.UseNumber()
	var doc any
	ts.Check(d.Decode(&doc))
	if d.More() {
		ts.Fatalf("%s holds more than one document", args[0])
	}
	for _, a := range args[1:] {
		path, want, _ := strings.Cut(a, "=")
		at := doc
		for _, step := range strings.Split(path, ".") {
			switch v := at.(type) {
			case map[string]any:
				at = v[step]
			case []any:
				if step == "len" {
					at = len(v)
					continue
				}
				i, err := strconv.Atoi(step)
				if err != nil || i >= len(v) {
					ts.Fatalf("%s: no entry %s", path, step)
				}
				at = v[i]
			default:
				at = nil
			}
		}
		if got := fmt.Sprint(at); got != want {
			ts.Fatalf("%s is %q instead of %q", path, got, want)
		}
	}
}

// editCommand replaces the one place of a text in a file: edit FILE old new
func editCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: edit FILE old new")
	}
	text := ts.ReadFile(args[0])
	old, fresh := unquoted(args[1]), unquoted(args[2])
	if n := strings.Count(text, old); n != 1 {
		ts.Fatalf("%q is %d times in %s", old, n, args[0])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Replace(text, old, fresh, 1)), 0o644))
}

// unquoted turns \n into a line end.
func unquoted(s string) string { return strings.ReplaceAll(s, `\n`, "\n") }

func itoa(n int) string { return strconv.Itoa(n) }
