package proof

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"rassync/internal/apply"
	"rassync/internal/coverage"
	"rassync/internal/farmsim"
	"rassync/internal/model"
	"rassync/internal/plan"
	"rassync/internal/runs"
	"rassync/schemas"
)

// wordCatalog is a catalog of small kinds, one for each word that few of the
// real ones have. change may alter the text of a schema.
func wordCatalog(t testing.TB, change func(kind, schema string) string) *model.Catalog {
	t.Helper()
	cat, err := loadWords(t, change)
	if err != nil {
		t.Fatal(err)
	}
	return cat
}

func loadWords(t testing.TB, change func(kind, schema string) string) (*model.Catalog, error) {
	t.Helper()
	files := fstest.MapFS{}
	add := func(from fs.FS, name string) {
		data, err := fs.ReadFile(from, name)
		if err != nil {
			t.Fatal(err)
		}
		if change != nil {
			data = []byte(change(strings.TrimSuffix(path.Base(name), ".json"), string(data)))
		}
		files[name] = &fstest.MapFile{Data: data}
	}
	for _, name := range []string{"Site.json", "Broker.json", "blocks/document.json"} {
		add(schemas.Files, name)
	}
	own := os.DirFS("testdata/words")
	names, err := fs.Glob(own, "*.json")
	if err != nil || len(names) == 0 {
		t.Fatal("no schemas: ", err)
	}
	for _, name := range names {
		add(own, name)
	}
	return model.Load(files)
}

func wordDoc(address string, spec map[string]any) *model.Object {
	parts := strings.SplitN(address, "/", 2)
	if spec == nil {
		spec = map[string]any{}
	}
	a := model.Address{Site: "Main", Kind: parts[0]}
	if len(parts) > 1 {
		a.Name = parts[1]
	}
	return &model.Object{Address: a, Spec: spec}
}

type values = map[string]any

// kindNames are the kinds of a catalog that a test has made for itself.
func testKinds(cat *model.Catalog) []string {
	var out []string
	for _, name := range cat.Names() {
		if strings.HasPrefix(name, "Test") {
			out = append(out, name)
		}
	}
	return out
}

// requests lists the writes that the farm was asked since the last call.
func (s *stand) requests(from int) []string {
	var out []string
	for _, r := range s.farm.Requests()[from:] {
		if r.Write() {
			text := r.Method + " " + r.Path
			if r.Query != "" {
				text += "?" + r.Query
			}
			out = append(out, strings.TrimSpace(text+" "+r.Body))
		}
	}
	return out
}

// TestWordsAreProven runs the generated proofs over the small kinds: what is
// exported plans empty, every property can be changed and put back, and a
// wiped farm comes back.
func TestWordsAreProven(t *testing.T) {
	cat := wordCatalog(t, nil)
	for _, sw := range farmsim.AllSwitches() {
		if sw.Name != "baseline" && sw.Name != "all" {
			continue
		}
		for seed := int64(1); seed <= 5; seed++ {
			t.Run(fmt.Sprintf("%s/%d", sw.Name, seed), func(t *testing.T) {
				s := newStand(t, cat, randomState(t, cat, seed, 6), sw.Switches)
				if p := s.plan(declare(s.read(nil, everything)), nil); !p.Empty() {
					t.Fatalf("an export does not plan empty:\n%s", describe(p))
				}
				live := s.read(nil, everything)
				docs := withSecrets(cat, declare(live))
				before := text(live)
				if err := s.farm.Wipe(); err != nil {
					t.Fatal(err)
				}
				s.mustApply(s.plan(docs, nil))
				if now := text(s.read(nil, everything)); now != before {
					t.Errorf("not as before:\n%s", diffLines(before, now))
				}
				if p := s.plan(docs, nil); !p.Empty() {
					t.Errorf("not empty:\n%s", describe(p))
				}
			})
		}
		for _, name := range testKinds(cat) {
			t.Run(sw.Name+"/"+name, func(t *testing.T) { changeEach(t, cat, cat.Kind(name), sw.Switches, true) })
		}
	}
}

// TestCreateByType: the value of a property chooses the call and is not sent.
func TestCreateByType(t *testing.T) {
	s := newStand(t, wordCatalog(t, nil), nil, farmsim.Switches{})
	docs := []*model.Object{
		wordDoc("TestProvider/hv", values{"type": "HyperV", "server": "hv.example.com"}),
		wordDoc("TestProvider/pc", values{"type": "NutanixPC", "server": "pc.example.com", "prismPath": "/api", "installAgent": true, "hostsToCreate": int64(3)}),
		wordDoc("TestSchedule/night", values{"action": "Reboot", "provider": "pc"}),
		wordDoc("TestCertificate/c", values{"madeBy": "Pfx", "commonName": "c.example.com"}),
	}
	from := len(s.farm.Requests())
	s.mustApply(s.plan(docs, nil))
	got := strings.Join(s.requests(from), "\n")
	for _, want := range []string{
		`POST /api/Test/Provider/hyperv?noInstall=true {"name":"hv","server":"hv.example.com","siteId":1}`,
		`POST /api/Test/Provider/nutanixpc?noInstall=false {"hostsToCreate":3,"name":"pc","prismPath":"/api","server":"pc.example.com","siteId":1}`,
		`POST /api/Test/Schedule/Reboot?SiteId=1 {"name":"night","providerId":2}`,
		`POST /api/Test/Certificate/ImportPfx {"commonName":"c.example.com","name":"c","siteId":1}`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%s was not sent, but\n%s", want, got)
		}
	}
	state := s.farm.Staged()
	if v := state.Find("TestProvider", "name", "hv")["type"]; v != int64(9) {
		t.Errorf("HyperV reads back %v", v)
	}
	if v, _ := state.Find("TestProvider", "name", "pc")["type"].(int64); v < 1000 {
		t.Errorf("a type without a number reads back %v", v)
	}
	// The number that nobody knows stands for the name; orders were carried out once.
	if p := s.plan(docs, nil); !p.Empty() {
		t.Errorf("not empty:\n%s", describe(p))
	}
	docs[1].Spec["hostsToCreate"], docs[1].Spec["installAgent"], docs[1].Spec["server"] = int64(9), false, "pc2.example.com"
	from = len(s.farm.Requests())
	s.mustApply(s.plan(docs, nil))
	if got := s.requests(from); !slices.Equal(got[:1], []string{`PUT /api/Test/Provider/2 {"server":"pc2.example.com"}`}) || len(got) != 2 {
		t.Errorf("an order to the create is sent again: %q", got)
	}
	// An export shows a number, never what was said once.
	for _, o := range s.read(nil, everything).Objects["TestProvider"] {
		if _, there := o.Spec["installAgent"]; there {
			t.Error("an order to the create is exported")
		}
		if _, there := o.Spec["prismPath"]; o.Address.Name == "pc" && !there {
			t.Error("a condition on a value without a number does not hold")
		}
	}
	// How a certificate was made is nothing to compare; but another way is another certificate.
	docs[3].Spec["madeBy"] = "SelfSigned"
	p := s.plan(docs, nil)
	if len(p.Changes) != 1 || p.Changes[0].Action != plan.Replace {
		t.Errorf("another way to make a certificate:\n%s", describe(p))
	}
	delete(docs[3].Spec, "madeBy")
	if p := s.plan(docs, nil); !p.Empty() {
		t.Errorf("the way is left out:\n%s", describe(p))
	}
}

// TestEveryCreateIsClaimed: coverage counts each of the calls.
func TestEveryCreateIsClaimed(t *testing.T) {
	cat := wordCatalog(t, nil)
	got := map[string]bool{}
	for _, c := range coverage.ClaimsOf(cat, cat.Kind("TestProvider")) {
		got[c.Method+" "+c.Path] = true
	}
	for _, path := range []string{"hyperv", "nutanix", "nutanixpc"} {
		if !got["POST /api/Test/Provider/"+path] {
			t.Errorf("%s is not claimed", path)
		}
	}
	if len(got) == 0 || got["POST "] {
		t.Errorf("%v", got)
	}
}

// TestAgentIsInstalledOnlyWhenAsked: the farm tells.
func TestAgentIsInstalledOnlyWhenAsked(t *testing.T) {
	for _, asked := range []any{nil, false, true} {
		s := newStand(t, wordCatalog(t, nil), nil, farmsim.Switches{})
		d := wordDoc("TestProvider/hv", values{"type": "HyperV"})
		if asked != nil {
			d.Spec["installAgent"] = asked
		}
		p := s.plan([]*model.Object{d}, nil)
		s.mustApply(p)
		if n := len(s.farm.Effects()); (n > 0) != (asked == true) {
			t.Errorf("installAgent %v: %v", asked, s.farm.Effects())
		}
		if n := len(p.Changes[0].Impact); (n > 0) != (asked == true) {
			t.Errorf("installAgent %v: the plan says %v", asked, p.Changes[0].Impact)
		}
	}
}

func TestWhatCannotBeMadeIsRefused(t *testing.T) {
	s := newStand(t, wordCatalog(t, nil), nil, farmsim.Switches{})
	for want, d := range map[string]*model.Object{
		"the API has no call that creates a TestProvider whose type is VMwareESXi": wordDoc("TestProvider/x", values{"type": "VMwareESXi"}),
		"the API has no call that creates a TestProvider whose type is 4711":       wordDoc("TestProvider/x", values{"type": int64(4711)}),
		"is needed to make the object":                                             wordDoc("TestProvider/x", nil),
		"the name has two parts: packageName@version":                              wordDoc("TestPackage/app", values{"imagePath": `\\share\app.vhdx`}),
	} {
		live := s.read(nil, everything)
		_, diags := plan.Build(plan.Input{Catalog: s.cat, Desired: []*model.Object{d}, Live: live, Sent: s.sent})
		if !diags.Failed() || diags[0].Summary != want {
			t.Errorf("%s: %v", want, diags)
		}
	}
	// A name without a number is never sent: the encoder is the last guard.
	p := s.cat.Kind("TestProvider").Spec.Prop("type")
	if _, err := (&model.Encoder{}).Value(p, "NutanixPC"); err == nil || !strings.Contains(err.Error(), "the number of NutanixPC is not known") {
		t.Error(err)
	}
}

// TestNamesOfTwoParts: only the first is sent, the second is checked.
func TestNamesOfTwoParts(t *testing.T) {
	for _, answer := range []string{"object", "none"} {
		cat := wordCatalog(t, func(kind, schema string) string {
			if kind == "TestPackage" {
				return strings.Replace(schema, `"answer": "object"`, `"answer": "`+answer+`"`, 1)
			}
			return schema
		})
		s := newStand(t, cat, nil, farmsim.Switches{})
		good := wordDoc("TestPackage/mail@app@2.5.0.1", values{"imagePath": `\\share\app_2.5.0.1.vhdx`})
		from := len(s.farm.Requests())
		s.mustApply(s.plan([]*model.Object{good}, nil))
		if got := s.requests(from); !strings.Contains(got[0], `"packageName":"mail@app"`) {
			t.Errorf("sent: %q", got)
		}
		if p := s.plan([]*model.Object{good}, nil); !p.Empty() {
			t.Errorf("not empty:\n%s", describe(p))
		}
		bad := wordDoc("TestPackage/other@3.0.0.0", values{"imagePath": `\\share\other.vhdx`})
		res := s.apply(s.plan([]*model.Object{good, bad}, nil))
		if why := refusal(res); !strings.Contains(why, `the farm gave it the version "1.0.0.0", not "3.0.0.0"`) {
			t.Fatalf("%s: another version than declared: %q", answer, why)
		}
		if list := s.read(nil, everything).Objects["TestPackage"]; len(list) != 1 || list[0].Address.Name != "mail@app@2.5.0.1" {
			t.Errorf("%s: it was not taken back: %v", answer, list)
		}
		good.RenamedFrom, good.Address.Name = good.Address.Name, "mail@app@2.5.0.2"
		if _, diags := plan.Build(plan.Input{Catalog: cat, Desired: []*model.Object{good}, Live: s.read(nil, everything), Sent: s.sent}); !diags.Failed() {
			t.Error("a rename is planned")
		}
	}
}

// TestActivationInBetween: what must be in force is activated once, as late
// as possible, before what depends on it.
func TestActivationInBetween(t *testing.T) {
	s := newStand(t, wordCatalog(t, nil), nil, farmsim.Switches{})
	docs := []*model.Object{
		wordDoc("TestSettings", values{"enabled": true}),
		wordDoc("TestCertificate/a", values{"madeBy": "Pfx"}),
		wordDoc("TestCertificate/b", values{"madeBy": "Pfx"}),
		wordDoc("TestGateway/g1", values{"certificate": "a"}),
		wordDoc("TestGateway/g2", values{"certificate": "b"}),
		wordDoc("TestGateway/plain", nil),
		wordDoc("TestPackage/app@1.2.3.4", values{"imagePath": `\\share\app_1.2.3.4.vhdx`}),
		wordDoc("TestProvider/p", values{"type": "HyperV"}),
		wordDoc("TestSchedule/s", values{"action": "Disable", "provider": "p"}),
	}
	p := s.plan(docs, nil)
	var order []string
	for _, c := range p.Changes {
		if c.ActivateBefore != nil {
			order = append(order, "activate for "+strings.Join(c.ActivateBefore.For, " "))
		}
		order = append(order, c.Address)
	}
	at := func(s string) int {
		return slices.IndexFunc(order, func(o string) bool { return strings.HasPrefix(o, s) })
	}
	n := 0
	for _, o := range order {
		if strings.HasPrefix(o, "activate") {
			n++
		}
	}
	// Settings, certificates first; providers only after that; schedules after providers.
	if first := at("activate for Main/TestCertificate/a Main/TestCertificate/b Main/TestSettings"); n != 2 || first < at("Main/TestGateway/plain") ||
		first > at("Main/TestGateway/g1") || first > at("Main/TestPackage") || at("activate for Main/TestProvider/p") > at("Main/TestSchedule/s") {
		t.Fatalf("the order is\n%s", strings.Join(order, "\n"))
	}
	from := len(s.farm.Requests())
	s.mustApply(p)
	applied := 0
	for _, r := range s.requests(from) {
		if r == runs.ActivateRequest {
			applied++
		}
	}
	if applied != 3 { // the last one is that of every run
		t.Errorf("%d activations", applied)
	}
	// Taken back, everything goes without one in between, users before what they use.
	var gone []model.Address
	for _, d := range docs[1:] {
		gone = append(gone, d.Address)
	}
	back := s.plan([]*model.Object{wordDoc("TestSettings", values{"enabled": false})}, nil, gone...)
	if why, yes := back.Activates(); yes {
		t.Errorf("a teardown is activated in between: %s", why)
	}
	s.mustApply(back)
	if left := s.read(nil, everything); len(left.Objects["TestProvider"])+len(left.Objects["TestGateway"]) > 0 {
		t.Error("not taken back")
	}
}

// TestFarmRefusesWhatIsNotActive is what makes the test above one that can
// fail: the farm refuses such writes.
func TestFarmRefusesWhatIsNotActive(t *testing.T) {
	s := newStand(t, wordCatalog(t, nil), nil, farmsim.Switches{})
	docs := []*model.Object{wordDoc("TestCertificate/a", values{"madeBy": "Pfx"}), wordDoc("TestGateway/g", values{"certificate": "a"})}
	p := s.plan(docs, nil)
	if p.Changes[1].ActivateBefore == nil {
		t.Fatal("no activation is planned")
	}
	p.Changes[1].ActivateBefore = nil
	if why := refusal(s.apply(p)); !strings.Contains(why, "TestCertificate a cannot be used before the settings are applied") {
		t.Errorf("%q", why)
	}
}

// refusal is what a run was refused, "" for nothing.
func refusal(res *apply.Result) string {
	switch {
	case res.Failed != nil:
		return res.Failed.Err.Error()
	case len(res.Refused) > 0:
		return res.Refused[0].Err.Error()
	}
	return ""
}

// TestReplacedObjectIsActiveBeforeReferencesMove: the activation stands
// between the steps of one change.
func TestReplacedObjectIsActiveBeforeReferencesMove(t *testing.T) {
	s := newStand(t, wordCatalog(t, nil), nil, farmsim.Switches{})
	docs := []*model.Object{wordDoc("TestCertificate/a", values{"madeBy": "Pfx", "commonName": "one"}), wordDoc("TestGateway/g", values{"certificate": "a"})}
	s.mustApply(s.plan(docs, nil))
	docs[0].Spec["commonName"] = "two"
	p := s.plan(docs, nil)
	if len(p.Changes) != 1 || p.Changes[0].ActivateWithin == nil {
		t.Fatalf("%s", describe(p))
	}
	s.mustApply(p)
	if p := s.plan(docs, nil); !p.Empty() {
		t.Errorf("not empty:\n%s", describe(p))
	}
}

// TestUpdateOfWhatOthersUseIsActivated: an object that keeps a reference
// waits too, although its document leaves the reference out.
func TestUpdateOfWhatOthersUseIsActivated(t *testing.T) {
	cat := wordCatalog(t, func(kind, schema string) string {
		if kind != "TestCertificate" {
			return schema
		}
		return strings.Replace(schema, `"on": ["create"]`, `"on": ["create", "update"]`, 1)
	})
	if !cat.Kind("TestCertificate").Activates("update") {
		t.Fatal("the schema was not changed")
	}
	s := newStand(t, cat, nil, farmsim.Switches{})
	s.mustApply(s.plan([]*model.Object{wordDoc("TestCertificate/a", values{"madeBy": "Pfx"}), wordDoc("TestGateway/g", values{"certificate": "a"})}, nil))
	p := s.plan([]*model.Object{wordDoc("TestCertificate/a", values{"description": "new"}), wordDoc("TestGateway/g", values{"description": "new"})}, nil)
	if len(p.Changes) != 2 || p.Changes[1].ActivateBefore == nil {
		t.Fatalf("%s", describe(p))
	}
	s.mustApply(p)
}

// TestInterruptedActivationIsResumed kills the run at each line of its
// journal and finishes it.
func TestInterruptedActivationIsResumed(t *testing.T) {
	cat := wordCatalog(t, nil)
	docs := func() []*model.Object {
		return []*model.Object{
			wordDoc("TestSettings", values{"enabled": true}),
			wordDoc("TestProvider/p", values{"type": "HyperV"}),
			wordDoc("TestSchedule/s", values{"action": "Disable", "provider": "p"}),
		}
	}
	for stop := 1; ; stop++ {
		s := newStand(t, cat, nil, farmsim.Switches{})
		p := s.plan(docs(), nil)
		j := &mortal{left: stop}
		if _, err := apply.Run(t.Context(), p, apply.Options{Writer: s.session.Writer(), Live: s.live, Journal: j, Sent: s.sent, Reveal: reveal}); err == nil {
			break
		}
		done, activated := map[string]bool{}, map[string]bool{}
		for _, e := range j.lines {
			switch {
			case e.Event == "done":
				done[e.Address+" "+e.Action] = true
			case e.Event == "applied" && e.ID == runs.ActivatedBefore:
				activated[e.Address+" "+e.Action] = true
			}
		}
		live := s.read(nil, everything)
		res, err := apply.Run(t.Context(), p, apply.Options{Writer: s.session.Writer(), Live: live, Journal: &journal{}, Sent: s.sent, Reveal: reveal, Resume: true, Done: done, Activated: activated})
		if err != nil || res.Failed != nil {
			t.Fatalf("killed at line %d: %v %+v", stop, err, res.Failed)
		}
		if left := s.plan(docs(), nil); !left.Empty() {
			t.Errorf("killed at line %d:\n%s", stop, describe(left))
		}
		if n := len(s.read(nil, everything).Objects["TestProvider"]); n != 1 {
			t.Errorf("killed at line %d: %d providers", stop, n)
		}
	}
}

// mortal is a journal on which the process dies after so many lines.
type mortal struct {
	left  int
	lines []runs.Entry
}

func (d *mortal) Append(e runs.Entry) error {
	if d.left == 0 {
		return fmt.Errorf("the process is gone")
	}
	d.left--
	d.lines = append(d.lines, e)
	return nil
}

// TestCyclesNameTheirMembers: of the word after, and of a plan.
func TestCyclesNameTheirMembers(t *testing.T) {
	_, err := loadWords(t, func(kind, schema string) string {
		if kind == "TestSettings" {
			return strings.Replace(schema, `"family"`, `"after": ["TestPackage"], "family"`, 1)
		}
		return schema
	})
	if err == nil || !strings.Contains(err.Error(), "cycle: TestPackage after TestSettings after TestPackage") {
		t.Error(err)
	}
	for word, want := range map[string]string{
		`"after": ["Nobody"]`: "after the kind Nobody, which has no schema",
		`"create": {"path": "/api/Test/Settings", "paths": {"by": "nothing", "of": {"A": "/x"}}}`: `create.paths: no property "nothing"`,
		`"create": {"paths": {"by": "enabled", "of": {}}}`:                                        "create.paths: no path",
	} {
		_, err := loadWords(t, func(kind, schema string) string {
			if kind == "TestSettings" {
				return strings.Replace(schema, `"family"`, word+`, "family"`, 1)
			}
			return schema
		})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", word, err)
		}
	}
	cat := wordCatalog(t, func(kind, schema string) string {
		if kind == "TestSettings" {
			return strings.Replace(schema, `"enabled": {`, `"package": {"type": "string", "x-ras": {"ref": "TestPackage", "read": "packageId"}}, "enabled": {`, 1)
		}
		return schema
	})
	s := newStand(t, cat, nil, farmsim.Switches{})
	docs := []*model.Object{wordDoc("TestSettings", values{"package": "a@1.0.0.0"}), wordDoc("TestPackage/a@1.0.0.0", values{"imagePath": "x"})}
	_, diags := plan.Build(plan.Input{Catalog: cat, Desired: docs, Live: s.read(nil, everything), Sent: s.sent})
	want := "the changes form a cycle: Main/TestPackage/a@1.0.0.0 waits for Main/TestSettings (a TestSettings comes before any TestPackage), Main/TestSettings waits for Main/TestPackage/a@1.0.0.0 (package refers to it)"
	if !diags.Failed() || diags[0].Summary != want {
		t.Errorf("%v", diags)
	}
}
