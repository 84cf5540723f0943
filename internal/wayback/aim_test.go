package wayback_test

import (
	"fmt"
	"sort"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"rassync/internal/export"
	"rassync/internal/model"
	"rassync/internal/plan"
	"rassync/internal/runs"
	"rassync/internal/wayback"
)

const box = `{"title": "Box", "x-ras": {"family": "farm", "scope": "farm", "shape": "collection", "self": "/api/Box/{id}", "read": {"list": "/api/Box"}, "create": {"path": "/api/Box", "site": "none", "answer": "object"}, "update": {"path": "{self}", "shapes": ["flat"]}, "delete": "{self}", "identity": {"read": "name", "write": "name", "rename": "newName"}},
"properties": {"spec": {"type": "object", "properties": {
  "color": {"type": "string"}, "size": {"type": "integer"},
  "tags": {"type": "array", "uniqueItems": true, "items": {"type": "string"}},
  "slots": {"type": "array", "x-ras": {"via": {"list": {"at": "Slots", "mode": "ordered", "key": ["name"], "id": "id", "add": {"by": "body"}, "remove": {"by": "id"}, "update": {"by": "id"}}}},
    "items": {"type": "object", "properties": {"name": {"type": "string"}, "width": {"type": "integer"}}}}
}}}}`

func catalog(t *testing.T) *model.Catalog {
	t.Helper()
	cat, err := model.Load(fstest.MapFS{"Box.json": {Data: []byte(box)}})
	if err != nil {
		t.Fatal(err)
	}
	return cat
}

func boxOf(name, id string, spec map[string]any) *model.Object {
	return &model.Object{Address: model.Address{Kind: "Box", Name: name}, ID: id, Spec: spec, ChangedBy: "jane"}
}

func slot(name string, width int64) any { return map[string]any{"name": name, "width": width} }

func list(e ...any) []any { return append([]any{}, e...) }

// sends are journal lines of a change: "create", "delete", or fields; in front
// of "!" the kind of refusal that was the answer.
func sends(address string, action plan.Action, id string, what ...string) []runs.Entry {
	out := []runs.Entry{{Event: "begin", Address: address, Action: string(action)}}
	for i, w := range what {
		refusal, text, refused := strings.Cut(w, "!")
		if !refused {
			text = w
		}
		e := runs.Entry{Event: "send", Address: address, Request: fmt.Sprintf("PUT /%d", i), ID: id, Does: "update", Fields: []string{text}}
		if text == "create" || text == "delete" {
			e.Does, e.Fields = text, nil
		}
		out = append(out, e)
		e.Event, e.Error = "answer", ""
		if refused {
			e.Error = refusal
		}
		out = append(out, e)
		if text == "create" && !refused {
			out = append(out, runs.Entry{Event: "made", Address: address, ID: "9"})
		}
	}
	return out
}

// TestWhatGoesBack: three states of one object, and what the journal says was
// sent in between.
func TestWhatGoesBack(t *testing.T) {
	cat := catalog(t)
	type spec = map[string]any
	for name, tt := range map[string]struct {
		action          plan.Action // of the run
		was, wrote, now spec        // nil: not there
		nowID           string      // "7" unless told otherwise
		nowName         string
		sent            []string
		entries         []runs.Entry // instead of sent
		back            []string
		take            string
		want            spec     // what the object is to be in the properties that go back; nil: not touched
		absent          bool     // it is to go
		unfinished      bool     // the run died in the middle of it
		unchecked       bool     // the run died before it read it back
		account         string   // that the run used
		others, missing []string // what others changed since, and what stays all the same
	}{
		"what was sent goes back": {was: spec{"color": "red", "size": int64(1)}, wrote: spec{"color": "blue"}, now: spec{"color": "blue", "size": int64(1)}, sent: []string{"color"},
			want: spec{"color": "red"}},
		"what was planned and not sent stays": {was: spec{"color": "red"}, wrote: spec{"color": "blue"}, now: spec{"color": "green"}},
		"what the farm refused was not sent":  {was: spec{"color": "red"}, wrote: spec{"color": "blue"}, now: spec{"color": "blue"}, sent: []string{"refused!color"}},
		"an answer that got lost may have been a yes": {was: spec{"color": "red"}, wrote: spec{"color": "blue"}, now: spec{"color": "blue"}, sent: []string{"unknown-outcome!color"},
			want: spec{"color": "red"}},
		"what is back already needs nothing": {was: spec{"color": "red"}, wrote: spec{"color": "blue"}, now: spec{"color": "red"}, sent: []string{"color"}},
		"what others wrote over it stays": {was: spec{"color": "red"}, wrote: spec{"color": "blue"}, now: spec{"color": "green"}, sent: []string{"color"},
			others: []string{"Box/b.color"}},
		"what the farm may have made of it stays, and is named": {was: spec{"size": int64(1)}, wrote: spec{"size": int64(300)}, now: spec{"size": int64(250)}, sent: []string{"size"}, unchecked: true, account: "jane",
			others: []string{"Box/b.size"}, missing: []string{"neither that nor what was there before"}},
		"... unless it is named, the value": {was: spec{"size": int64(1)}, wrote: spec{"size": int64(300)}, now: spec{"size": int64(250)}, sent: []string{"size"}, unchecked: true, account: "jane",
			take: "Box/b.size", want: spec{"size": int64(1)}, others: []string{"Box/b.size taken"}},
		"another account changed it": {was: spec{"size": int64(1)}, wrote: spec{"size": int64(300)}, now: spec{"size": int64(250)}, sent: []string{"size"}, unchecked: true, account: "john",
			others: []string{"Box/b.size"}},
		"what others wrote beside it stays": {was: spec{"color": "red", "size": int64(1)}, wrote: spec{"color": "blue"}, now: spec{"color": "blue", "size": int64(2)}, sent: []string{"color"},
			want: spec{"color": "red"}, others: []string{"Box/b.size"}},
		"... and goes back if it is named": {was: spec{"color": "red", "size": int64(1)}, wrote: spec{"color": "blue"}, now: spec{"color": "green", "size": int64(2)}, sent: []string{"color"},
			take: "Box/b.color", want: spec{"color": "red"}, others: []string{"Box/b.color taken", "Box/b.size"}},
		"... or the whole object is": {was: spec{"color": "red", "size": int64(1)}, wrote: spec{"color": "blue"}, now: spec{"color": "green", "size": int64(2)}, sent: []string{"color"},
			take: "Box/b", want: spec{"color": "red", "size": int64(1)}, others: []string{"Box/b.color taken", "Box/b.size taken"}},
		"what the farm made of it is the run's": {was: spec{"size": int64(1)}, wrote: spec{"size": int64(300)}, now: spec{"size": int64(250)},
			entries: append(sends("Box/b", plan.Update, "7", "size"), runs.Entry{Event: "read", Address: "Box/b", Reads: map[string]string{"size": model.Hash(int64(250))}}),
			want:    spec{"size": int64(1)}},
		"entries of others stay": {was: spec{"slots": list(slot("a", 1), slot("b", 1))}, wrote: spec{"slots": list(slot("a", 2), slot("n", 1))},
			now: spec{"slots": list(slot("a", 2), slot("n", 1), slot("x", 9))}, sent: []string{"slots[a].width", "slots[b]", "slots[n]"},
			want: spec{"slots": list(slot("a", 1), slot("b", 1), slot("x", 9))}, others: []string{"Box/b.slots[x]"}},
		"an entry that others changed stays": {was: spec{"slots": list(slot("a", 1), slot("b", 1))}, wrote: spec{"slots": list(slot("a", 2), slot("b", 2))},
			now: spec{"slots": list(slot("a", 3), slot("b", 2))}, sent: []string{"slots[a].width", "slots[b].width"},
			want: spec{"slots": list(slot("a", 3), slot("b", 1))}, others: []string{"Box/b.slots[a].width"}},
		"a list goes back whole": {was: spec{"slots": list(slot("a", 1), slot("b", 1))}, wrote: spec{"slots": list(slot("b", 1), slot("a", 1))},
			now: spec{"slots": list(slot("b", 1), slot("a", 1))}, sent: []string{"slots"},
			want: spec{"slots": list(slot("a", 1), slot("b", 1))}},
		"plain values of others stay": {was: spec{"tags": list("a", "b")}, wrote: spec{"tags": list("a", "n")}, now: spec{"tags": list("a", "n", "x")}, sent: []string{"tags"},
			want: spec{"tags": list("a", "x", "b")}, others: []string{"Box/b.tags"}},
		"an entry between remove and add": {was: spec{"slots": list(slot("a", 1))}, wrote: spec{"slots": list(slot("a", 2))}, now: spec{"slots": list()},
			entries:    []runs.Entry{{Event: "begin", Address: "Box/b", Action: "update"}, {Event: "send", Address: "Box/b", Request: "DELETE /", ID: "7", Does: "remove", Fields: []string{"slots[a]"}}},
			unfinished: true, want: spec{"slots": list(slot("a", 1))}},
		"an entry that the run made again and others removed": {was: spec{"slots": list(slot("a", 1))}, wrote: spec{"slots": list(slot("a", 2))}, now: spec{"slots": list()},
			sent: []string{"slots[a]"}, others: []string{"Box/b.slots[a]"}},
		"half made, and not as it is meant to be": {action: plan.Create, wrote: spec{"color": "blue"}, now: spec{"color": ""}, nowID: "9", entries: append(sends("Box/b", plan.Create, "", "create"), sends("Box/b", plan.Create, "9", "color")...),
			unfinished: true, absent: true},
		"deleted by others": {was: spec{"color": "red"}, wrote: spec{"color": "blue"}, sent: []string{"color"}, others: []string{"Box/b"}},
		"... and named":     {was: spec{"color": "red"}, wrote: spec{"color": "blue"}, sent: []string{"color"}, take: "Box/b", want: spec{"color": "red"}, others: []string{"Box/b taken"}},
		"renamed by others": {was: spec{"color": "red"}, wrote: spec{"color": "blue"}, now: spec{"color": "blue"}, nowName: "c", sent: []string{"color"},
			want: spec{"color": "red"}, others: []string{"Box/c.name"}},
		"another one has the name": {was: spec{"color": "red"}, wrote: spec{"color": "blue"}, now: spec{"color": "blue"}, nowID: "8", sent: []string{"color"}, others: []string{"Box/b"}},

		"a deleted object comes back":       {action: plan.Delete, was: spec{"color": "red"}, sent: []string{"delete"}, want: spec{"color": "red"}},
		"one that was not deleted stays":    {action: plan.Delete, was: spec{"color": "red"}, now: spec{"color": "green"}},
		"one that was made again by others": {action: plan.Delete, was: spec{"color": "red"}, now: spec{"color": "green"}, nowID: "8", sent: []string{"delete"}, others: []string{"Box/b"}},
		"a refused delete":                  {action: plan.Delete, was: spec{"color": "red"}, now: spec{"color": "red"}, sent: []string{"refused!delete"}},

		"what was made goes":                {action: plan.Create, wrote: spec{"color": "blue"}, now: spec{"color": "blue"}, nowID: "9", sent: []string{"create"}, absent: true},
		"what others changed of it stays":   {action: plan.Create, wrote: spec{"color": "blue"}, now: spec{"color": "green"}, nowID: "9", entries: append(sends("Box/b", plan.Create, "", "create"), sends("Box/b", plan.Create, "9", "color")...), others: []string{"Box/b"}, missing: []string{"Box/b"}},
		"... unless it is named":            {action: plan.Create, wrote: spec{"color": "blue"}, now: spec{"color": "green"}, nowID: "9", entries: append(sends("Box/b", plan.Create, "", "create"), sends("Box/b", plan.Create, "9", "color")...), take: "Box/b", absent: true, others: []string{"Box/b taken"}},
		"what others made is not the run's": {action: plan.Create, wrote: spec{"color": "blue"}, now: spec{"color": "blue"}, nowID: "8", sent: []string{"create"}},
		"a refused create made nothing":     {action: plan.Create, wrote: spec{"color": "blue"}, now: spec{"color": "blue"}, nowID: "8", sent: []string{"conflict!create"}},

		"an old journal does not say what was sent": {was: spec{"color": "red", "size": int64(1)}, wrote: spec{"color": "blue"}, now: spec{"color": "blue", "size": int64(1)},
			entries: []runs.Entry{{Event: "begin", Address: "Box/b", Action: "update"}, {Event: "send", Address: "Box/b", Request: "PUT /"}}, want: spec{"color": "red"}},
		"... and is no reason to overwrite others": {was: spec{"color": "red"}, wrote: spec{"color": "blue"}, now: spec{"color": "green"},
			entries: []runs.Entry{{Event: "begin", Address: "Box/b", Action: "update"}, {Event: "send", Address: "Box/b", Request: "PUT /"}}, others: []string{"Box/b.color"}},
	} {
		t.Run(name, func(t *testing.T) {
			if tt.action == "" {
				tt.action = plan.Update
			}
			c := plan.Change{Address: "Box/b", Kind: "Box", Name: "b", Action: tt.action}
			if tt.wrote != nil {
				c.Desired = &model.Object{Address: model.Address{Kind: "Box", Name: "b"}, Spec: tt.wrote}
			}
			entries := tt.entries
			if entries == nil {
				entries = sends("Box/b", tt.action, "7", tt.sent...)
			}
			snap := &runs.Snapshot{}
			var was []*model.Object
			if tt.was != nil {
				was = append(was, boxOf("b", "7", tt.was))
				snap.Objects = append(snap.Objects, runs.SavedObject{Address: "Box/b", ID: "7"})
			}
			live := export.NewFarm(cat)
			if tt.now != nil {
				id, at := "7", "b"
				if tt.nowID != "" {
					id = tt.nowID
				}
				if tt.nowName != "" {
					at = tt.nowName
				}
				live = export.NewFarm(cat, boxOf(at, id, tt.now))
			}
			o := wayback.Options{Own: func(by string) bool { return tt.account == "" || by == tt.account }}
			if tt.take != "" {
				o.TakeBack = []string{tt.take}
			}
			if !tt.unfinished {
				entries = append(entries, runs.Entry{Event: "done", Address: "Box/b", Action: string(tt.action)})
			}
			if !tt.unfinished && !tt.unchecked {
				entries = append(entries, runs.Entry{Event: runs.Checked})
			}
			aim, err := wayback.New(cat, entries, &plan.Plan{Changes: []plan.Change{c}}, snap, was).Aim(live, o)
			if err != nil {
				t.Fatal(err)
			}
			var want spec
			for _, d := range aim.Desired {
				want = d.Spec
			}
			if diff := cmp.Diff(tt.want, want); diff != "" {
				t.Errorf("goes back: %s", diff)
			}
			if absent := len(aim.Absent) > 0; absent != tt.absent {
				t.Errorf("to go: %v", aim.Absent)
			}
			var others []string
			for _, c := range aim.Others {
				name := c.Name()
				if c.TakenBack {
					name += " taken"
				}
				others = append(others, name)
			}
			sort.Strings(others)
			if diff := cmp.Diff(tt.others, others); diff != "" {
				t.Errorf("others: %s", diff)
			}
			if len(aim.Missing) != len(tt.missing) || len(tt.missing) > 0 && !strings.Contains(aim.Missing[0], tt.missing[0]) {
				t.Errorf("missing: %v", aim.Missing)
			}
		})
	}
}

// TestTakeBackNamesSomething: a name that nothing has is an error, not a wish
// that came true.
func TestTakeBackNamesSomething(t *testing.T) {
	cat := catalog(t)
	c := plan.Change{Address: "Box/b", Kind: "Box", Name: "b", Action: plan.Update, Desired: &model.Object{Address: model.Address{Kind: "Box", Name: "b"}, Spec: map[string]any{"color": "blue"}}}
	way := wayback.New(cat, sends("Box/b", plan.Update, "7", "color"), &plan.Plan{Changes: []plan.Change{c}}, &runs.Snapshot{}, []*model.Object{boxOf("b", "7", map[string]any{"color": "red"})})
	_, err := way.Aim(export.NewFarm(cat, boxOf("b", "7", map[string]any{"color": "blue"})), wayback.Options{TakeBack: []string{"Box/b.color"}})
	if err == nil || !strings.Contains(err.Error(), "nothing of that name was changed by others") {
		t.Errorf("%v", err)
	}
}

// TestCopiesGoBack: what the farm copied to another site goes back, entry by entry,
// and what others changed there since stays.
func TestCopiesGoBack(t *testing.T) {
	page := strings.NewReplacer(`"/api/Box/{id}", "read": {"list": "/api/Box"}`, `"/api/Page"`, `"collection"`, `"singleton"`, `"scope": "farm"`, `"scope": "site", "read": {"site": "siteId"}`,
		` "create": {"path": "/api/Box", "site": "none", "answer": "object"},`, "", `"delete": "{self}", "identity": {"read": "name", "write": "name", "rename": "newName"}`, `"evidence": "rest"`,
		`"color": {"type": "string"}`, `"color": {"type": "string"}, "copy": {"type": "boolean", "x-ras": {"alsoChanges": {"in": "otherSites"}}}`).Replace(box)
	cat, err := model.Load(fstest.MapFS{"Page.json": {Data: []byte(page)}, "Site.json": {Data: []byte(strings.ReplaceAll(box, "Box", "Site"))}})
	if err != nil {
		t.Fatal(err)
	}
	type spec = map[string]any
	of := func(site string, s spec) *model.Object {
		return &model.Object{Address: model.Address{Site: site, Kind: "Page"}, SiteID: site, Spec: s, ChangedBy: "jane"}
	}
	was := spec{"color": "red", "tags": list("a"), "slots": list(slot("a", 1), slot("b", 1)), "copy": false}
	wasThere := spec{"color": "green", "tags": list("b"), "slots": list(slot("b", 2), slot("d", 1)), "copy": false}
	wrote := spec{"copy": true, "color": "blue", "slots": list(slot("b", 1), slot("c", 1))}
	copied := spec{"color": "blue", "tags": list("a"), "slots": list(slot("b", 1), slot("c", 1)), "copy": false}
	with := func(s spec, more spec) spec {
		out := spec{}
		for _, from := range []spec{s, more} {
			for name, v := range from {
				out[name] = v
			}
		}
		return out
	}
	for name, tt := range map[string]struct {
		was, here, there spec // here: the site that copies, as it is now; nil: as the run left it
		unfinished       bool
		want             spec
		others           []string
	}{
		"all of it":                          {there: copied, want: spec{"color": "green", "tags": list("b"), "slots": list(slot("b", 2), slot("d", 1))}},
		"the flag with it, as on some farms": {there: with(copied, spec{"copy": true}), want: spec{"copy": false, "color": "green", "tags": list("b"), "slots": list(slot("b", 2), slot("d", 1))}},
		"nothing was copied":                 {there: wasThere},
		"an entry of others stays": {there: with(copied, spec{"slots": list(slot("b", 1), slot("c", 1), slot("x", 9))}),
			want: spec{"color": "green", "tags": list("b"), "slots": list(slot("b", 2), slot("d", 1), slot("x", 9))}, others: []string{"B/Page.slots[x]"}},
		"a copied entry that others changed stays": {there: with(copied, spec{"slots": list(slot("b", 1), slot("c", 7))}),
			want: spec{"color": "green", "tags": list("b"), "slots": list(slot("b", 2), slot("d", 1), slot("c", 7))}, others: []string{"B/Page.slots[c]"}},
		"a value that others changed stays": {there: with(copied, spec{"color": "white"}),
			want: spec{"tags": list("b"), "slots": list(slot("b", 2), slot("d", 1))}, others: []string{"B/Page.color"}},
		"others brought the source on": {here: with(was, spec{"copy": true, "color": "white"}), there: with(copied, spec{"color": "white"}),
			want: spec{"tags": list("b"), "slots": list(slot("b", 2), slot("d", 1))}, others: []string{"A/Page.color", "B/Page.color"}},
		"between two entries": {unfinished: true, here: with(was, spec{"copy": true, "color": "blue", "slots": list(slot("b", 1))}), there: with(copied, spec{"slots": list(slot("b", 1))}),
			want: spec{"color": "green", "tags": list("b"), "slots": list(slot("b", 2), slot("d", 1))}},
		"a rollback that died after the source": {was: with(was, spec{"copy": true}), here: with(was, spec{"copy": true}), there: with(was, spec{"copy": false}),
			want: spec{"color": "green", "tags": list("b"), "slots": list(slot("b", 2), slot("d", 1))}},
	} {
		t.Run(name, func(t *testing.T) {
			before := was
			if tt.was != nil {
				before = tt.was
			}
			a, b := of("A", before), of("B", wasThere)
			c := plan.Change{Address: "A/Page", Kind: "Page", Site: "A", Action: plan.Update, Desired: of("A", wrote),
				AlsoChanges: []plan.Effect{{Address: "B/Page", Because: "copy", Fields: []plan.Field{{Path: "color", Before: "green", After: "blue"}}}}}
			entries := sends("A/Page", plan.Update, "", "copy", "color", "slots[a]", "slots[c]")
			if !tt.unfinished {
				entries = append(entries, runs.Entry{Event: "done", Address: "A/Page", Action: "update"})
			}
			here := with(before, wrote)
			if tt.here != nil {
				here = tt.here
			}
			site := func(name string) *model.Object {
				return &model.Object{Address: model.Address{Kind: "Site", Name: name}, ID: name, Spec: spec{}}
			}
			live := export.NewFarm(cat, site("A"), site("B"), of("A", here), of("B", tt.there))
			aim, err := wayback.New(cat, entries, &plan.Plan{Changes: []plan.Change{c}}, &runs.Snapshot{}, []*model.Object{a, b}).Aim(live, wayback.Options{})
			if err != nil {
				t.Fatal(err)
			}
			var got spec
			for _, d := range aim.Desired {
				if d.Address.Site == "B" {
					got = d.Spec
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("goes back: %s", diff)
			}
			var others []string
			for _, c := range aim.Others {
				others = append(others, c.Name())
			}
			sort.Strings(others)
			if diff := cmp.Diff(tt.others, others); diff != "" {
				t.Errorf("others: %s", diff)
			}
		})
	}
}

// TestWhichOneWasMade: a run died before it learnt the id of what it made, and there
// are others of the name. Only what is certain is taken away.
func TestWhichOneWasMade(t *testing.T) {
	cat := catalog(t)
	for name, tt := range map[string]struct {
		make   string // the name that was to be made
		beside string
		now    []string // ids
		gone   string   // the id that is taken away
		doubt  bool
	}{
		"it is the only one":                     {"b", "none", []string{"9"}, "9", false},
		"it never came":                          {"b", "none", nil, "", false},
		"somebody else made one too":             {"b", "none", []string{"8", "9"}, "", true},
		"the other one was there before":         {"b (mark 2)", "7", []string{"7", "9"}, "9", false},
		"the other one alone":                    {"b (mark 2)", "7", []string{"7"}, "", false},
		"two came":                               {"b (mark 2)", "7", []string{"7", "8", "9"}, "", true},
		"the other one is gone since":            {"b (mark 2)", "7", []string{"9"}, "9", false},
		"an earlier version did not note others": {"b (mark 2)", "", []string{"7"}, "", true},
	} {
		t.Run(name, func(t *testing.T) {
			var live []*model.Object
			for _, id := range tt.now {
				at := "b"
				if len(tt.now) > 1 {
					at = model.WithMark("b", id)
				}
				live = append(live, boxOf(at, id, map[string]any{"color": "blue"}))
			}
			address := "Box/" + tt.make
			c := plan.Change{Address: address, Kind: "Box", Name: tt.make, Action: plan.Create, Desired: boxOf(tt.make, "", map[string]any{"color": "blue"})}
			entries := []runs.Entry{{Event: "begin", Address: address, Action: "create"}, {Event: "send", Address: address, Request: "POST /", Does: "create", Beside: tt.beside}}
			farm := export.NewFarm(cat, live...)
			aim, err := wayback.New(cat, entries, &plan.Plan{Changes: []plan.Change{c}}, &runs.Snapshot{}, nil).Aim(farm, wayback.Options{})
			if err != nil {
				t.Fatal(err)
			}
			gone := ""
			for _, a := range aim.Absent {
				gone += farm.Find(a).ID
			}
			if gone != tt.gone || (len(aim.Missing) > 0) != tt.doubt {
				t.Errorf("taken away: %q, in doubt: %v", gone, aim.Missing)
			}
		})
	}
}
