package contract_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"rassync/internal/contract"
	"rassync/internal/facts"
	"rassync/internal/model"
	"rassync/schemas"
)

func builtIn(t *testing.T) *model.Catalog {
	t.Helper()
	cat, err := model.Load(schemas.Files)
	if err != nil {
		t.Fatal(err)
	}
	return cat
}

// TestADocumentOfTheBuiltInContractDiffersInNothing writes what the built-in
// schemas say as an OpenAPI document and reads it back.
func TestADocumentOfTheBuiltInContractDiffersInNothing(t *testing.T) {
	cat := builtIn(t)
	c, l := imported(t, cat, cat)
	for _, f := range c.Findings {
		if p := cat.Kind(f.Kind); p != nil && f.What == contract.OtherPlace && p.Spec.Find(f.Path).Anywhere {
			continue // the document says where
		}
		if !f.What.Quiet() && f.What != contract.NoNumbers {
			t.Errorf("%s.%s: %s: %s %v", f.Kind, f.Path, f.What, f.Text, f.Choices)
		}
	}
	if _, confirmed := l.Count(); confirmed < 2000 {
		t.Errorf("%d confirmed", confirmed)
	}
	// A layer that only confirms changes nothing but the evidence.
	same, err := contract.Load(schemas.Files, l, contract.ForClient)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range cat.Kinds() {
		compareWire(t, k, same.Kind(k.Name), nil)
	}
}

func imported(t *testing.T, builtIn, farm *model.Catalog) (*contract.Comparison, *contract.Layer) {
	t.Helper()
	var doc bytes.Buffer
	if err := contract.WriteDocument(&doc, farm, "1.0", "group"); err != nil {
		t.Fatal(err)
	}
	d, err := contract.ParseDocument(&doc)
	if err != nil {
		t.Fatal(err)
	}
	c, l, err := contract.Compare(builtIn, d, "swagger.json", "2026-11-26", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c, l
}

// compareWire holds two kinds to the same names and numbers, but for paths that
// a question was asked about.
func compareWire(t *testing.T, want, got *model.Kind, asked map[string]bool) {
	t.Helper()
	want.Spec.Walk(func(p *model.Property) {
		if p.Parent == nil || p.Name == "[]" || asked[p.Path()] || p.Anywhere {
			return
		}
		q := got.Spec.Find(p.Path())
		if q == nil {
			t.Errorf("%s.%s is missing", want.Name, p.Path())
			return
		}
		if facts.Shown(p) && facts.ReadAt(p, want.Spec) != facts.ReadAt(q, got.Spec) {
			t.Errorf("%s.%s is read at %q, want %q", want.Name, p.Path(), facts.ReadAt(q, got.Spec), facts.ReadAt(p, want.Spec))
		}
		if facts.Sent(p) && fmt.Sprint(p.Write) != fmt.Sprint(q.Write) {
			t.Errorf("%s.%s is written as %v, want %v", want.Name, p.Path(), q.Write, p.Write)
		}
		if p.Enum != nil && fmt.Sprint(p.Enum.ByName) != fmt.Sprint(q.Enum.ByName) {
			t.Errorf("%s.%s has the numbers %v, want %v", want.Name, p.Path(), q.Enum.ByName, p.Enum.ByName)
		}
	})
}

// TestAnAlteredContractIsLearntFromItsDocument alters the contract by seed,
// imports the document of the altered one, and holds what was learnt against it.
func TestAnAlteredContractIsLearntFromItsDocument(t *testing.T) {
	cat := builtIn(t)
	altered, questions := 0, 0
	for seed := range uint64(2) {
		l, err := contract.Alter(cat, seed)
		if err != nil {
			t.Fatal(err)
		}
		n, _ := l.Count()
		altered += n
		farm, err := contract.Load(schemas.Files, l, contract.ForFarm)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		c, learnt := imported(t, cat, farm)
		client, err := contract.Load(schemas.Files, learnt, contract.ForClient)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		asked := map[string]map[string]bool{}
		for _, f := range c.Findings {
			if f.What == contract.Question {
				questions++
				if asked[f.Kind] == nil {
					asked[f.Kind] = map[string]bool{}
				}
				asked[f.Kind][f.Path] = true
				for _, choice := range f.Choices {
					asked[f.Kind][choice] = true
				}
			}
		}
		for _, k := range farm.Kinds() {
			compareWire(t, k, client.Kind(k.Name), asked[k.Name])
		}
		for name, kl := range l.Kinds {
			for path, corr := range kl.Properties {
				if corr.Gone && !asked[name][path] {
					if p := client.Kind(name).Spec.Find(path); p == nil || p.Gone == "" {
						t.Errorf("seed %d: %s.%s is gone, and nobody noticed", seed, name, path)
						for _, f := range c.Findings {
							if f.Kind == name && f.What != contract.Confirmed {
								t.Logf("  %+v", f)
							}
						}
					}
				}
			}
		}
	}
	t.Logf("%d alterations, %d questions", altered, questions)
	if altered < 60 {
		t.Errorf("only %d alterations", altered)
	}
}

func TestLayerIsRefusedWithItsPlace(t *testing.T) {
	head := "kind: MailboxSettings\nfrom: {source: openapi}\nproperties:\n"
	for name, tt := range map[string]struct{ file, want string }{
		"no such kind":      {"kind: MailboxSetings\nfrom: {source: openapi}\n", "contract/x.yaml:1: there is no kind"},
		"no such property":  {head + "  smtpServr: {read: host}\n", "contract/x.yaml:4: smtpServr: MailboxSettings has no such property: did you mean smtpServer?"},
		"unknown word":      {head + "  password: {secret: false}\n", "contract/x.yaml:4: field secret not found"},
		"no name":           {head + "  smtpServer: {write: '../x'}\n", `contract/x.yaml:4: smtpServer: write: "../x" is not a name`},
		"two of one number": {head + "  useTLS: {numbers: {No: 1, Yes: 1}}\n", "contract/x.yaml:4: useTLS: numbers: No and Yes have the number 1"},
		"source":            {"kind: MailboxSettings\nfrom: {source: me}\n", `contract/x.yaml:1: from.source is "me"`},
		"there already":     {head + "  smtpServer: {new: {type: string}}\n", "has this property already"},
		"numbers of a text": {head + "  smtpServer: {numbers: {A: 1}}\n", "it is no enumeration"},
		"nothing said":      {head + "  smtpServer:\n", "contract/x.yaml:4: smtpServer: nothing is said of it"},
		"type of no value":  {head + "  more: {new: {type: thing}}\n", `new.type is "thing"`},
		"list of objects":   {head + "  more: {new: {type: array, items: object}}\n", `new.items is "object"`},
		"path outside":      {head + "  more: {new: {type: string}}\ncalls: {self: /admin/x}\n", `contract/x.yaml:5: calls: "/admin/x" does not begin with /api/`},
		"path upwards":      {"kind: Gateway\nfrom: {source: openapi}\ncalls: {update: {path: '/api/Gateway/../AdminAccount/{id}'}}\n", "is no path of the API"},
		"call of another":   {"kind: Gateway\nfrom: {source: openapi}\ncalls: {update: {path: '/api/AdminAccount/{id}'}}\n", "contract/x.yaml:3: calls: PUT /api/AdminAccount/{id} is known as another operation"},
		"one of another":    {"kind: Gateway\nfrom: {source: openapi}\ncalls: {update: {path: /api/adminaccount/7}}\n", "is known as another operation"},
		"logs others off":   {"kind: Gateway\nfrom: {source: openapi}\ncalls: {create: {path: '/api/Session/{id}/logoff'}}\n", "is known as another operation"},
		"reads another":     {"kind: Gateway\nfrom: {source: openapi}\ncalls: {list: {path: /api/AdminAccount}}\n", "is known as another operation"},
		"on no list":        {"kind: Gateway\nfrom: {source: farm}\ncalls: {list: {path: /api/Gates}}\n", "only an imported document can give a path that is not known"},
		"part elsewhere":    {"kind: ClientPolicy\nfrom: {source: openapi}\nproperties:\n  rulesDefault: {path: ../x}\n", "is no path below the object"},
		"site of the farm":  {head + "  smtpServer: {confirmed: true}\ncalls: {siteQuery: SiteId}\n", "MailboxSettings belongs to no site"},
		"another's name":    {head + "  senderAddress: {write: smtpServer}\n", "contract/x.yaml:4: senderAddress: it would have the name of spec.smtpServer"},
		"a new one's name":  {head + "  harmless: {new: {type: string}, write: SMTPServer}\n", "contract/x.yaml:4: harmless: it would have the name of spec.smtpServer"},
		"not YAML":          {"kind: [\n", "contract/x.yaml:1:"},
	} {
		l, err := contract.Read(fstest.MapFS{"contract/x.yaml": {Data: []byte(tt.file)}})
		if err == nil {
			_, err = contract.Load(schemas.Files, l, contract.ForClient)
		}
		var ps contract.Problems
		if !errors.As(err, &ps) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
	}
	two := fstest.MapFS{"contract/a.yaml": {Data: []byte(head + "  smtpServer: {confirmed: true}\n")}, "contract/b.yaml": {Data: []byte(head + "  smtpServer: {confirmed: true}\n")}}
	if _, err := contract.Read(two); err == nil || !strings.Contains(err.Error(), "is corrected in contract/a.yaml too") {
		t.Error(err)
	}
	if l, err := contract.Read(fstest.MapFS{}); l != nil || err != nil {
		t.Error(l, err)
	}
}

func TestANewSecretIsOne(t *testing.T) {
	l, err := contract.Read(fstest.MapFS{"contract/x.yaml": {Data: []byte("kind: MailboxSettings\nfrom: {source: farm}\nproperties:\n  relayPassword: {new: {type: string}}\n  tokenExpiryMinutes: {new: {type: integer}}\n")}})
	if err != nil {
		t.Fatal(err)
	}
	cat, err := contract.Load(schemas.Files, l, contract.ForClient)
	if err != nil {
		t.Fatal(err)
	}
	k := cat.Kind("MailboxSettings")
	if p := k.Spec.Find("relayPassword"); p == nil || !p.Secret || p.Evidence != "seen" {
		t.Errorf("%+v", p)
	}
	if p := k.Spec.Find("tokenExpiryMinutes"); p == nil || p.Secret {
		t.Errorf("%+v", p)
	}
}

// TestALayerGivesNothingTheNameOfAnother: what plans say and stop hangs on the
// property, so no correction may send one under the name of another.
func TestALayerGivesNothingTheNameOfAnother(t *testing.T) {
	for _, c := range []struct{ kind, properties, want string }{
		{"MailboxSettings", "senderAddress: {write: smtpServer}", "the name of spec.smtpServer"},
		{"MailboxSettings", "senderAddress: {write: SMTPserver}", "the name of spec.smtpServer"},
		{"MailboxSettings", "senderAddress: {read: password}", "the name of spec.password"},
		{"MailboxSettings", "senderAddress: {write: smtpServer, read: smtpServer}\n  smtpServer: {gone: true}", "the name of spec.smtpServer"},
		{"MailboxSettings", "smtpserver: {new: {type: string}}", "the name of spec.smtpServer"},
		{"MailboxSettings", "relay: {write: smtpServer, new: {type: string}}", "the name of spec.smtpServer"},
		{"MailboxSettings", "relay: {write: id, new: {type: string}}", "the name of the object itself"},
		{"MailboxSettings", "relay: {write: $type, new: {type: string}}", "is not a name"},
		{"WebServiceSettings", "httpsUrl: {write: enableREST}", "the name of spec.enableREST"},
		{"AdminAccount", "powerPermission.allowSiteChanges: {write: allowPublishingChanges}", "the name of spec.powerPermission.allowPublishingChanges"},
		{"MailboxSettings", "smtpServer: {write: smtpHost}", ""},
		{"MailboxSettings", "relayPort: {new: {type: integer}}", ""},
	} {
		_, err := layered(t, c.kind, c.properties)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %s: %v", c.kind, c.properties, err)
		}
	}
}

// TestPlansSayWhatALayerMakesUncertain looks at the effects that a correction
// gives to a property.
func TestPlansSayWhatALayerMakesUncertain(t *testing.T) {
	for _, c := range []struct{ kind, properties, path, effect string }{
		{"AdminAccount", "permissions: {numbers: {RootAdmin: 2, PowerAdmin: 1, CustomAdmin: 3}}", "permissions", model.EffectTrust},
		{"AdminAccount", "permissions: {numbers: {AuditAdmin: 99}}", "permissions", ""},
		{"MailboxSettings", "relayPort: {new: {type: integer}}", "relayPort", model.EffectUnknown},
	} {
		cat, err := layered(t, c.kind, c.properties)
		if err != nil {
			t.Fatal(err)
		}
		found := ""
		for _, i := range cat.Kind(c.kind).Spec.Find(c.path).Impact {
			if i.Effect == model.EffectTrust || i.Effect == model.EffectUnknown {
				found = string(i.Effect)
			}
		}
		if found != c.effect {
			t.Errorf("%s %s: %q", c.kind, c.properties, found)
		}
	}
}

// layered loads the built-in schemas with corrections of one kind.
func layered(t *testing.T, kind, properties string) (*model.Catalog, error) {
	t.Helper()
	l, err := contract.Read(fstest.MapFS{"contract/x.yaml": {Data: []byte("kind: " + kind + "\nfrom: {source: openapi}\nproperties:\n  " + properties + "\n")}})
	if err != nil {
		t.Fatal(err)
	}
	return contract.Load(schemas.Files, l, contract.ForClient)
}

func TestLayerRoundTrip(t *testing.T) {
	l, err := contract.Alter(builtIn(t), 5)
	if err != nil {
		t.Fatal(err)
	}
	files := fstest.MapFS{}
	for name, k := range l.Kinds {
		data, err := k.YAML()
		if err != nil {
			t.Fatal(err)
		}
		files["contract/"+name+".yaml"] = &fstest.MapFile{Data: data}
	}
	again, err := contract.Read(files)
	if err != nil || again.Digest != l.Digest {
		t.Errorf("%v, digest %s, want %s", err, again.Digest, l.Digest)
	}
}

// TestThePagesOfTheVendor reads operations from pages of Markdown with blocks of
// OpenAPI, in any number.
func TestThePagesOfTheVendor(t *testing.T) {
	page := "# Mailbox\n\nSome words.\n\n````yaml put /api/MailboxSettings\nopenapi: 3.0.1\ninfo:\n  title: Parallels RAS - REST API\n  version: '1.0'\npaths:\n  /api/mailboxsettings:\n    put:\n      requestBody:\n        content:\n          application/json; api-version=1.0:\n            schema:\n              allOf:\n                - $ref: '#/components/schemas/SetMailbox'\n      responses:\n        '204': {description: No Content}\ncomponents:\n  schemas:\n    SetMailbox:\n      type: object\n      properties:\n        smtpHost: {type: string, maxLength: 100}\n        useTLS: {type: string, format: int32, enum: [0, 1, 2, 3, 4], description: \"0 = No\\n1 = Yes\\n2 = YesIfAvailable\\n3 = YesTLS13IfAvailable\\n4 = YesTLS12IfAvailable\"}\n        senderAddress: {type: string}\n        requireAuth: {type: boolean}\n        username: {type: string}\n        password: {type: string}\n````\n\nMore words.\n"
	d, err := contract.ParseDocument(strings.NewReader(page))
	if err != nil || d.Operations() != 1 {
		t.Fatalf("%v: %d operations", err, d.Operations())
	}
	c, l, err := contract.Compare(builtIn(t), d, "mailbox.md", "2026-11-26", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Kinds) != 1 || c.Kinds[0] != "MailboxSettings" {
		t.Errorf("%v", c.Kinds)
	}
	k := l.Kinds["MailboxSettings"]
	if s := k.Properties["smtpServer"]; s == nil || s.Write == nil || *s.Write != "smtpHost" || *s.MaxLength != 100 {
		t.Errorf("smtpServer: %+v", s)
	}
	if u := k.Properties["useTLS"]; u == nil || u.Numbers["YesTLS13IfAvailable"] != 3 || u.Numbers["YesTLS12IfAvailable"] != 4 {
		t.Errorf("useTLS: %+v", u)
	}
}

func TestHostileDocumentsAreRefused(t *testing.T) {
	for name, doc := range map[string]string{
		"nothing":  "",
		"prose":    "# A page\n\nwithout anything\n",
		"deep":     `{"openapi":"3.0.1","x":` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + `,"paths":{}}`,
		"external": "openapi: 3.0.1\ninfo: {title: x, version: '1'}\npaths:\n  /api/LBSettings:\n    get:\n      responses:\n        '200': {description: x, content: {application/json: {schema: {$ref: 'file:///etc/passwd'}}}}\n",
		"no paths": "openapi: 3.0.1\ninfo: {title: x, version: '1'}\npaths: {}\n",
	} {
		if _, err := contract.ParseDocument(strings.NewReader(doc)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	// A schema inside itself ends.
	circle := "openapi: 3.0.1\ninfo: {title: x, version: '1'}\npaths:\n  /api/LBSettings:\n    get:\n      responses:\n        '200': {description: x, content: {application/json: {schema: {$ref: '#/components/schemas/A'}}}}\ncomponents:\n  schemas:\n    A: {type: object, properties: {a: {$ref: '#/components/schemas/A'}, b: {type: string}}}\n"
	if _, err := contract.ParseDocument(strings.NewReader(circle)); err != nil {
		t.Error(err)
	}
}

func FuzzParseDocument(f *testing.F) {
	f.Add("openapi: 3.0.1\ninfo: {title: x, version: '1'}\npaths:\n  /api/LBSettings: {get: {responses: {'200': {description: x}}}}\n")
	f.Add("# page\n```yaml\nopenapi: 3.1.0\npaths: {}\n```\n")
	cat, err := model.Load(schemas.Files)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := contract.ParseDocument(strings.NewReader(s))
		if err != nil {
			return
		}
		_, l, err := contract.Compare(cat, d, "f", "", nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := contract.Load(schemas.Files, l, contract.ForClient); err != nil {
			t.Fatalf("a layer that import made is refused: %v", err)
		}
	})
}

func FuzzParseKind(f *testing.F) {
	f.Add("kind: MailboxSettings\nfrom: {source: openapi}\nproperties:\n  smtpServer: {read: host}\n")
	f.Fuzz(func(t *testing.T, s string) {
		k, ps := contract.ParseKind("f.yaml", []byte(s))
		if (k == nil) == (len(ps) == 0) {
			t.Fatal("neither a layer nor a problem")
		}
		if k == nil {
			return
		}
		l, err := contract.New(k)
		if err != nil {
			return
		}
		// Whatever it says, it is refused or fits; it never panics.
		_, _ = contract.Load(schemas.Files, l, contract.ForClient)
	})
}

// The document of the built-in contract is written where somebody wants to look
// at it.
func TestWriteDocumentForReading(t *testing.T) {
	dir := os.Getenv("RASSYNC_WRITE_OPENAPI")
	if dir == "" {
		t.Skip("RASSYNC_WRITE_OPENAPI is not set")
	}
	f, err := os.Create(filepath.Join(dir, "openapi.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := contract.WriteDocument(f, builtIn(t), "1.0", ""); err != nil {
		t.Fatal(err)
	}
}

// TestALayerMovesCalls gives parts, lists and calls of a kind other paths.
func TestALayerMovesCalls(t *testing.T) {
	l, err := contract.Read(fstest.MapFS{"contract/x.yaml": {Data: []byte(`kind: ClientPolicy
from: {source: openapi}
calls:
  self: /api/Policies/{id}
  list: {path: /api/Policies}
  create: {path: /api/Policies}
  update: {path: '/api/Policies/{id}', shape: nested}
  delete: {path: '/api/Policies/{id}'}
  name: {read: title, write: title, rename: title}
properties:
  rulesDefault: {path: Assign, shape: flat}
  session.secondaryConnections.connectionList: {path: More}
  description: {createAs: text.about}
`)}})
	if err != nil {
		t.Fatal(err)
	}
	cat, err := contract.Load(schemas.Files, l, contract.ForClient)
	if err != nil {
		t.Fatal(err)
	}
	k := cat.Kind("ClientPolicy")
	list := k.Spec.Find("session.secondaryConnections.connectionList").List
	if k.Self != "/api/Policies/{id}" || k.List.Path != "/api/Policies" || k.Create.Path != "/api/Policies" || k.Delete != "/api/Policies/{id}" || fmt.Sprint(k.Update.Shapes) != "[nested]" ||
		k.Identity.Read != "title" || k.Spec.Find("rulesDefault").Part.At != "Assign" || list.At != "More" || k.Spec.Find("description").CreateAs != "text.about" {
		t.Errorf("%+v %+v %+v", k.List, k.Create, list)
	}
	if corrected, _ := l.Count(); corrected != 12 {
		t.Errorf("%d corrections", corrected)
	}
}
