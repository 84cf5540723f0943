package recall

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"reflect"
	"testing"
	"time"

	"rassync/internal/export"
	"rassync/internal/model"
	"rassync/internal/ras"
	"rassync/internal/runs"
)

func TestWhatIsKeptIsReadBack(t *testing.T) {
	store := runs.Open(t.TempDir())
	scope := Scope{GUID: "{AB}", Version: "21.2", Account: "a@example.com", Tool: "rassync 1"}
	c := newContents()
	at := time.Unix(1_800_000_000, 0)
	c.entries["/api/PubItems/7/Filter"] = &entry{class: "/api/PubItems/{}/Filter", changedAt: "2026-01-05T08:00:00.000Z", settings: -3, empty: true, byRow: true, read: at, body: []byte(`{"rules":[]}`)}
	c.entries["/api/Site?SiteId=1"] = &entry{read: at, body: []byte{}}
	c.documents[7] = 9
	if err := c.write(store, scope); err != nil {
		t.Fatal(err)
	}
	got, err := open(store, scope)
	if err != nil || !reflect.DeepEqual(got, c) {
		t.Errorf("read back %+v, %v; want %+v", got, err, c)
	}
	other := scope
	other.Account = "b@example.com"
	if got, err := open(store, other); err != nil || len(got.entries) > 0 {
		t.Errorf("another account is given %d answers, %v", len(got.entries), err)
	}
	same := scope
	same.GUID, same.Account = "ab", "A@EXAMPLE.com"
	if got, _ := open(store, same); len(got.entries) != 2 {
		t.Error("the same farm and account, written otherwise, are taken for others")
	}
}

func TestWhatSomebodyChangedIsNotUsed(t *testing.T) {
	store := runs.Open(t.TempDir())
	scope := Scope{GUID: "{AB}"}
	c := newContents()
	c.entries["/api/Site"] = &entry{body: []byte("[]"), read: time.Unix(1, 0)}
	if err := c.write(store, scope); err != nil {
		t.Fatal(err)
	}
	file := store.Path(scope.file())
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for i := range data {
		bad := append([]byte(nil), data...)
		bad[i] ^= 0x20
		if err := os.WriteFile(file, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := open(store, scope); !errors.Is(err, runs.ErrSeal) || len(got.entries) > 0 {
			t.Fatalf("byte %d changed: %d answers, %v", i, len(got.entries), err)
		}
	}
	// Nor is the file of another account in the place of this one.
	if err := os.WriteFile(store.Path(Scope{GUID: "{CD}"}.file()), data, 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := open(store, Scope{GUID: "{CD}"}); err == nil || len(got.entries) > 0 {
		t.Errorf("a file in another's place: %d answers, %v", len(got.entries), err)
	}
}

func FuzzDecode(f *testing.F) {
	c := newContents()
	c.entries["/api/Site"] = &entry{class: "c", body: []byte("[]"), read: time.Unix(1, 0)}
	c.documents[1] = 2
	f.Add(c.encode())
	f.Add([]byte(formatVersion + "\xff\xff\xff\xff\xff\xff\xff\xff\x7f"))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := decode(data)
		if err != nil {
			return
		}
		again, err := decode(got.encode())
		if err != nil || !reflect.DeepEqual(got, again) {
			t.Errorf("%+v, %v; want %+v", again, err, got)
		}
	})
}

func TestProof(t *testing.T) {
	store := runs.Open(t.TempDir())
	m, err := OpenMarkers(store)
	if err != nil {
		t.Fatal(err)
	}
	const guid, class = "{AB}", "/api/PubItems/{}/Filter"
	m.Moves(guid, "21", class)
	if m.Proven(guid, "21", class) {
		t.Error("proven by one write")
	}
	m.Moves(guid, "21", class)
	if err := m.Save(); err != nil {
		t.Fatal(err)
	}
	if m, err = OpenMarkers(store); err != nil || !m.Proven("ab", "21", class) {
		t.Error("not proven by two writes", err)
	}
	if m.Proven(guid, "22", class) || m.Proven("{CD}", "21", class) || m.Proven(guid, "21", Settings) {
		t.Error("proven where nothing was written")
	}
	if !m.Stands(guid, class, "seen") || m.Proven(guid, "21", class) {
		t.Error("a counter-example does not count")
	}
	m.Moves(guid, "22", class)
	m.Moves(guid, "22", class)
	if m.Proven(guid, "22", class) {
		t.Error("a counter-example is forgotten with the next version")
	}
	m.Wrote(guid, 4)
	if m.Logon(guid, 5) || m.Disproved(guid, Settings) != "" {
		t.Error("a number that moved is held against the farm")
	}
	if !m.Logon(guid, 4) || m.Disproved(guid, Settings) == "" {
		t.Error("a number that did not move with a run is not noticed")
	}
}

// quiet is a farm whose answers never tell that they changed.
type quiet struct {
	answers map[string]string
	asked   int
}

func (q *quiet) Get(_ context.Context, path string, _ url.Values) (*ras.Answer, error) {
	q.asked++
	text, ok := q.answers[path]
	if !ok {
		return nil, &ras.Error{Kind: ras.KindNotFound, Status: 404}
	}
	return &ras.Answer{Status: 200, Body: []byte(text)}, nil
}

// Each answer has its turn to be asked for again, and one that changed unnoticed
// ends the use of what vouched for it.
func TestEachAnswerHasItsTurn(t *testing.T) {
	const items = 130
	now := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	store, scope := runs.Open(t.TempDir()), Scope{GUID: "{AB}", Version: "21"}
	markers, err := OpenMarkers(store)
	if err != nil {
		t.Fatal(err)
	}
	kind := &model.Kind{Name: "Item", Get: "/api/Items/{id}/All", Spec: &model.Property{}}
	kind.Self, kind.Shape = "/api/Items/{id}", model.Collection
	asked := func(i int) export.Asked {
		o := &model.Object{Address: model.Address{Kind: "Item", Name: fmt.Sprint(i)}, ID: fmt.Sprint(i)}
		return export.Asked{Path: fmt.Sprintf("/api/Items/%d/Part", i), Kind: kind, Object: o, ChangedAt: "2026-01-01T00:00:00Z", At: "Part"}
	}
	for range enough {
		markers.Moves(scope.GUID, scope.Version, asked(1).Class())
	}
	farm := &quiet{answers: map[string]string{}}
	for i := range items {
		farm.answers[asked(i).Path] = `{"value":1}`
		farm.answers[fmt.Sprintf("/api/Items/%d/All", i)] = `{"timeLastMod":"2026-01-01T00:00:00Z"}`
	}
	said := 0
	night := func() bool {
		t.Helper()
		m, err := Open(store, scope, markers, Options{Now: func() time.Time { return now }})
		if err != nil {
			t.Fatal(err)
		}
		for i := range items {
			if m.Recall(asked(i)) == nil {
				ans, err := farm.Get(t.Context(), asked(i).Path, nil)
				if err != nil {
					t.Fatal(err)
				}
				m.Keep(asked(i), ans)
			}
		}
		again, err := m.Audit(t.Context(), Farm{Getter: farm, Warn: func(string, ...any) { said++ }})
		if err != nil {
			t.Fatal(err)
		}
		if err := m.Close(func() (int64, bool, error) { return 0, false, nil }); err != nil {
			t.Fatal(err)
		}
		now = now.Add(24 * time.Hour)
		return again
	}
	if night(); farm.asked != items {
		t.Fatalf("the first night asked %d times", farm.asked)
	}
	farm.asked = 0
	if night() || farm.asked != auditLeast {
		t.Fatalf("the second night asked %d times", farm.asked)
	}
	farm.answers[asked(77).Path] = `{"value":2}`
	nights := 1
	for !night() {
		if nights++; nights > items/auditLeast+1 {
			t.Fatal("no night of a whole round has found the change")
		}
	}
	if said != 1 || markers.Proven(scope.GUID, scope.Version, asked(1).Class()) {
		t.Errorf("it is said %d times, and relied on: %v", said, markers.Proven(scope.GUID, scope.Version, asked(1).Class()))
	}
	farm.asked = 0
	if night(); farm.asked != items {
		t.Errorf("the night after asked %d times", farm.asked)
	}
}
