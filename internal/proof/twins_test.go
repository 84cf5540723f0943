package proof

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"rassync/internal/apply"
	"rassync/internal/farmsim"
	"rassync/internal/model"
	"rassync/internal/plan"
	"rassync/internal/runs"
	"rassync/internal/workspace"
)

// twinID is the id that the twin of an object gets.
func twinID(id int64) int64 { return id + 700000 }

// otherCase turns the case of every letter.
func otherCase(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsUpper(r) {
			return unicode.ToLower(r)
		}
		return unicode.ToUpper(r)
	}, s)
}

// withTwins adds to the state a second object of the same name for the last
// object of every kind that people name, called as spell says.
func withTwins(t *testing.T, cat *model.Catalog, state farmsim.State, spell func(string) string) int {
	t.Helper()
	n := 0
	for _, k := range cat.Kinds() {
		list := state[k.Name]
		if k.Shape != model.Collection || k.Identity.Codec != "" || k.Identity.Also != "" || k.Name == model.SiteKind || len(list) == 0 {
			continue
		}
		o := list[len(list)-1]
		id, ok := model.AsInt(o["id"])
		name, isText := o[k.Identity.Read].(string)
		if !ok || !isText || k.IsBuiltin(name) {
			continue
		}
		twin := farmsim.State{"x": {o}}.Clone()["x"][0]
		twin["id"], twin[k.Identity.Read] = twinID(id), spell(name)
		if k.Tree != nil { // at once behind the other
			for _, of := range cat.Kinds() {
				for _, sibling := range state[of.Name] {
					if p, ok := model.AsInt(sibling[k.Tree.Previous]); of.Tree != nil && ok && p == id {
						sibling[k.Tree.Previous] = twinID(id)
					}
				}
			}
			twin[k.Tree.Previous] = id
		}
		state[k.Name] = append(list, twin)
		n++
	}
	return n
}

// load exports the farm into a folder and reads that.
func (s *stand) load(dir string, opts workspace.WriteOptions) []*model.Object {
	s.t.Helper()
	live := s.read(nil, everything)
	opts.File = func(_ model.Address, _ *model.Property, ref model.FileRef) ([]byte, error) {
		return live.Files[ref.Digest], nil
	}
	report, err := workspace.Write(dir, s.cat, live.All(), opts)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, u := range report.Unplaced {
		s.t.Errorf("not written: %s %s: %s", u.Address, u.Path, u.Why)
	}
	ws, ds := workspace.Load(dir, s.cat, workspace.LoadOptions{})
	for _, d := range ds {
		if d.Severity == model.Error {
			s.t.Errorf("%s", d.Error())
		}
	}
	if s.t.Failed() {
		s.t.FailNow()
	}
	return ws.Objects
}

// TestTwins: a farm may hold two objects of one name, or of names that differ
// by the case or the composition of letters alone. Its export holds all of
// them, is valid, and plans nothing; so does the next one into the same folder.
func TestTwins(t *testing.T) {
	cat := catalog(t)
	for name, spell := range map[string]func(string) string{
		"same":     func(s string) string { return s },
		"case":     otherCase,
		"composed": func(s string) string { return norm.NFD.String(s) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			state := seedFarm(t)
			if n := withTwins(t, cat, state, spell); n < 20 {
				t.Fatalf("only %d twins", n)
			}
			s := newStand(t, cat, state, farmsim.Switches{})
			dir := t.TempDir()
			docs := s.load(dir, workspace.WriteOptions{})
			marked := 0
			for _, d := range docs {
				if d.Address.Mark() != "" {
					marked++
				}
			}
			if marked < 40 {
				t.Errorf("only %d documents have a mark", marked)
			}
			if p := s.plan(docs, nil); !p.Empty() {
				t.Errorf("the plan is not empty:\n%s", shown(p))
			}
			if again := s.load(dir, workspace.WriteOptions{}); len(again) != len(docs) {
				t.Errorf("%d documents, after another export %d", len(docs), len(again))
			}
		})
	}
}

func shown(p *plan.Plan) string {
	if p == nil {
		return "no plan"
	}
	return describe(p)
}

func (s *stand) build(desired []*model.Object, prune ...bool) (*plan.Plan, string) {
	s.t.Helper()
	s.live = s.read(nil, plan.Want(desired))
	p, diags := plan.Build(plan.Input{Catalog: s.cat, Desired: desired, Live: s.live, Sent: s.sent, Prune: len(prune) > 0,
		Exclusive: func(string, string) bool { return len(prune) > 0 }})
	var said []string
	for _, d := range diags {
		said = append(said, fmt.Sprintf("%s: %s (%s)", d.Address, d.Summary, d.Hint))
	}
	return p, strings.Join(said, "\n")
}

// TestTwinIsNeverTakenForTheOther follows two applications of one name
// through what may happen to them.
func TestTwinIsNeverTakenForTheOther(t *testing.T) {
	cat := catalog(t)
	state := seedFarm(t)
	word := state.Find("PubRDSApp", "name", "Word")
	id, _ := model.AsInt(word["id"])
	twin := farmsim.State{"x": {word}}.Clone()["x"][0]
	twin["id"], twin["description"], twin["previousId"] = int64(7777), "the other one", id
	for kind, list := range state {
		for _, o := range list {
			if p, ok := model.AsInt(o["previousId"]); ok && p == id && kind != "Site" {
				o["previousId"] = int64(7777)
			}
		}
	}
	state["PubRDSApp"] = append(state["PubRDSApp"], twin)
	first, second := fmt.Sprintf("Main/PubRDSApp/Office/Word (mark %d)", id), "Main/PubRDSApp/Office/Word (mark 7777)"
	base := newStand(t, cat, state, farmsim.Switches{})
	dir := t.TempDir()
	docs := base.load(dir, workspace.WriteOptions{})
	of := func(docs []*model.Object, address string) *model.Object {
		for _, d := range docs {
			if d.Address.String() == address {
				return d
			}
		}
		t.Fatalf("no document %s", address)
		return nil
	}
	changed := func(address, value string) []*model.Object {
		out := make([]*model.Object, len(docs))
		for i, d := range docs {
			c := *d
			if c.Spec = model.Clone(d.Spec).(map[string]any); c.Address.String() == address {
				c.Spec["description"] = value
			}
			out[i] = &c
		}
		return out
	}
	t.Run("a change goes to the one that is meant", func(t *testing.T) {
		s := base.fork(t, 0)
		want := changed(second, "CHANGED")
		p, said := s.build(want, true)
		if said != "" || len(p.Changes) != 1 || p.Changes[0].Address != second {
			t.Fatalf("%s\n%s", said, shown(p))
		}
		s.mustApply(p)
		for _, o := range s.farm.Applied()["PubRDSApp"] {
			switch n, _ := model.AsInt(o["id"]); {
			case n == 7777 && o["description"] != "CHANGED", n == id && o["description"] != word["description"]:
				t.Errorf("%d: %v", n, o["description"])
			}
		}
		if p, said := s.build(want, true); said != "" || !p.Empty() {
			t.Errorf("%s\n%s", said, shown(p))
		}
	})
	t.Run("the first is renamed in the console", func(t *testing.T) {
		s := base.fork(t, 0)
		if err := s.farm.Change("PubRDSApp", id, farmsim.Object{"name": "Notes"}); err != nil {
			t.Fatal(err)
		}
		p, said := s.build(docs, true)
		if p != nil || !strings.Contains(said, first) || !strings.Contains(said, "Notes") || strings.Contains(said, second) {
			t.Errorf("%s\n%v", said, p)
		}
		// Another export follows it, and keeps the mark that is not needed any more.
		again := s.load(dir, workspace.WriteOptions{})
		of(again, fmt.Sprintf("Main/PubRDSApp/Office/Notes (mark %d)", id))
		of(again, second)
		if p, said := s.build(again, true); said != "" || !p.Empty() {
			t.Errorf("%s\n%s", said, shown(p))
		}
	})
	t.Run("the first is renamed by its document", func(t *testing.T) {
		s := base.fork(t, 0)
		want := changed("", "")
		d := of(want, first)
		d.Address.Name, d.RenamedFrom = fmt.Sprintf("Office/Notes (mark %d)", id), "Office/Word"
		for _, o := range want {
			if items, _ := o.Spec["items"].([]any); o.Address.Name == "Office" && items != nil {
				for i, it := range items {
					if it == any(fmt.Sprintf("Word (mark %d)", id)) {
						items[i] = fmt.Sprintf("Notes (mark %d)", id)
					}
				}
			}
		}
		p, said := s.build(want, true)
		if said != "" || len(p.Changes) != 1 || p.Changes[0].RenamedFrom != fmt.Sprintf("Office/Word (mark %d)", id) {
			t.Fatalf("%s\n%s", said, shown(p))
		}
		s.mustApply(p)
		for _, o := range s.farm.Applied()["PubRDSApp"] {
			switch n, _ := model.AsInt(o["id"]); {
			case n == id && o["name"] != "Notes", n == 7777 && o["name"] != "Word":
				t.Errorf("%d: %v", n, o["name"])
			}
		}
		if p, said := s.build(want, true); said != "" || !p.Empty() {
			t.Errorf("%s\n%s", said, shown(p))
		}
	})
	t.Run("the first is deleted in the console", func(t *testing.T) {
		s := base.fork(t, 0)
		s.farm.Remove("PubRDSApp", id)
		// Alone, its document must not be bound to the one that is left.
		p, said := s.build([]*model.Object{of(docs, first)})
		if p != nil || !strings.Contains(said, "mark: 7777") {
			t.Errorf("%s\n%v", said, p)
		}
		// Beside the other's document it is to be made again.
		if p, said = s.build(docs, true); p == nil || len(p.Changes) != 1 || p.Changes[0].Action != plan.Create || p.Changes[0].Address != first {
			t.Fatalf("%s\n%v", said, p)
		}
	})
	t.Run("a document without a mark", func(t *testing.T) {
		s := base.fork(t, 0)
		d := *of(docs, first)
		d.Address = d.Address.Unmarked()
		p, said := s.build([]*model.Object{&d})
		if p != nil || !strings.Contains(said, "2 objects of this name") || !strings.Contains(said, "mark: 7777") {
			t.Errorf("%s\n%v", said, p)
		}
	})
	t.Run("the document of an object that got a twin", func(t *testing.T) {
		s := base.fork(t, 0)
		dir := t.TempDir()
		// What stood there before the twin came: one document, without a mark.
		plain := *of(docs, second)
		plain.Address = plain.Address.Unmarked()
		if _, err := workspace.Write(dir, cat, []*model.Object{&plain}, workspace.WriteOptions{}); err != nil {
			t.Fatal(err)
		}
		again := s.load(dir, workspace.WriteOptions{})
		of(again, first)
		of(again, second)
		if p, said := s.build(again, true); said != "" || !p.Empty() {
			t.Errorf("%s\n%s", said, shown(p))
		}
	})
}

// TestOrderIsExportedInPlace: another order on the farm is one in the folder.
func TestOrderIsExportedInPlace(t *testing.T) {
	cat := catalog(t)
	s := newStand(t, cat, seedFarm(t), farmsim.Switches{})
	dir := t.TempDir()
	docs := s.load(dir, workspace.WriteOptions{})
	turned := 0
	for _, d := range docs {
		if items, _ := d.Spec["items"].([]any); cat.Kind(d.Address.Kind).Shape == model.OrderShape && len(items) > 1 {
			items[0], items[len(items)-1] = items[len(items)-1], items[0]
			turned++
		}
	}
	p := s.plan(docs, nil)
	if turned < 3 || len(p.Changes) != turned {
		t.Fatalf("%d orders turned round:\n%s", turned, describe(p))
	}
	s.mustApply(p)
	again := s.load(dir, workspace.WriteOptions{})
	if p := s.plan(again, nil); !p.Empty() {
		t.Errorf("the plan is not empty:\n%s", describe(p))
	}
	for i, d := range again {
		if cat.Kind(d.Address.Kind).Shape == model.OrderShape && !model.Equal(nil, d.Spec["items"], docs[i].Spec["items"]) {
			t.Errorf("%s: %v, not %v", d.Address, d.Spec["items"], docs[i].Spec["items"])
		}
	}
}

// TestTwinThatIsMadeAgain: one of two objects of a name is gone and is made again.
// Wherever the run dies, resuming makes it once and touches the other one never, and
// a rollback takes away the one that was made.
func TestTwinThatIsMadeAgain(t *testing.T) {
	cat := catalog(t)
	kinds := []string{"PubFolder", "PubRDSApp"}
	app := func(name, target string) *model.Object {
		return object("PubRDSApp", "Main", "Shop/Till"+name, map[string]any{"target": target, "rules": []any{map[string]any{"name": "One", "enabled": true}}})
	}
	s := newStand(t, cat, nil, farmsim.Switches{})
	s.mustApply(s.plan([]*model.Object{object("PubFolder", "Main", "Shop", map[string]any{}), app("", "second.exe")}, kinds))
	state := s.farm.Applied()
	state["PubRDSApp"][0]["id"] = int64(77)
	docs := []*model.Object{app(" (mark 2)", "first.exe"), app(" (mark 77)", "second.exe")}
	base := newStand(t, cat, state, farmsim.Switches{DuplicateNames: true})
	base.live = base.read(kinds, everything)
	start, was := text(base.live), asIs(base.live)
	tills := func(s *stand) string {
		var out []string
		for _, o := range s.farm.Applied()["PubRDSApp"] {
			out = append(out, fmt.Sprint(o["target"]))
		}
		slices.Sort(out)
		return strings.Join(out, " ")
	}
	all := base.fork(t, 0)
	all.mustApply(all.plan(docs, kinds))
	for n := range len(all.entries) {
		s := base.fork(t, 0)
		p := s.plan(docs, kinds)
		if len(p.Changes) != 1 || p.Changes[0].Action != plan.Create {
			t.Fatal(describe(p))
		}
		died := &dying{left: n}
		if _, err := s.carryOut(p, died, nil, nil); !errors.Is(err, errDied) {
			t.Fatalf("line %d: the run did not die: %v", n, err)
		}
		on := s.fork(t, 0)
		on.live = on.read(kinds, plan.Want(docs))
		run := runs.Run{Entries: died.entries}
		res, err := apply.Run(context.Background(), p, apply.Options{Writer: on.session.Writer(), Live: on.live, Journal: &dying{left: -1}, Sent: on.sent, Reveal: reveal,
			Resume: true, Done: run.Done(), Begun: runs.Begun(died.entries), MadeBefore: run.Made(), Beside: run.Beside(), Lost: map[string]time.Duration{}})
		if err != nil || res.Failed != nil || len(res.Refused) > 0 {
			t.Errorf("line %d: not resumed: %+v %v", n, res, err)
		}
		if got := tills(on); got != "first.exe second.exe" {
			t.Errorf("line %d: after resume: %s", n, got)
		}
		s.entries = died.entries
		s.mustApply(s.wayBack(p, was, kinds))
		if now := text(s.read(kinds, everything)); now != start {
			t.Errorf("line %d: not rolled back:\n%s", n, diffLines(start, now))
		}
	}
}

// TestSomebodyElseMadeIt: the answer of a create is lost, and by the time the farm is
// looked at somebody else has made an object of the same name. Neither is taken for
// the run's own on a guess, and none is made again.
func TestSomebodyElseMadeIt(t *testing.T) {
	cat := catalog(t)
	kinds := []string{"PubFolder", "PubRDSApp"}
	s := newStand(t, cat, nil, farmsim.Switches{DuplicateNames: true})
	docs := []*model.Object{object("PubRDSApp", "Main", "Till", map[string]any{"target": "mine.exe"})}
	p := s.plan(docs, kinds)
	whole := s.fork(t, 0)
	whole.mustApply(whole.plan(docs, kinds))
	state := whole.farm.Applied()
	died := &dying{left: 2} // the POST was sent
	if _, err := s.carryOut(p, died, nil, nil); !errors.Is(err, errDied) {
		t.Fatal(err)
	}
	theirs := farmsim.State{"x": {state["PubRDSApp"][0]}}.Clone()["x"][0]
	theirs["id"], theirs["target"], theirs["previousId"] = int64(77), "theirs.exe", state["PubRDSApp"][0]["id"]
	state["PubRDSApp"] = append(state["PubRDSApp"], theirs)
	on := newStand(t, cat, state, farmsim.Switches{DuplicateNames: true})
	on.live = on.read(kinds, plan.Want(docs))
	run := runs.Run{Entries: died.entries}
	res, err := apply.Run(context.Background(), p, apply.Options{Writer: on.session.Writer(), Live: on.live, Journal: &dying{left: -1}, Sent: on.sent, Reveal: reveal,
		Resume: true, Done: run.Done(), Begun: runs.Begun(died.entries), MadeBefore: run.Made(), Beside: run.Beside(), Lost: map[string]time.Duration{}})
	if err != nil || len(res.Refused) != 1 || !strings.Contains(res.Refused[0].Err.Error(), "nobody knows which") {
		t.Errorf("%+v %v", res, err)
	}
	if n := on.farm.Writes(); n != 0 {
		t.Errorf("%d writes", n)
	}
}
