package export_test

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"rassync/internal/export"
	"rassync/internal/farmsim"
	"rassync/internal/model"
	"rassync/internal/ras"
	"rassync/schemas"
)

func all(*model.Object, *model.Property) bool { return true }

// tape holds the answers of a farm; one of them may be another.
type tape struct {
	mu      sync.Mutex
	from    export.Getter // nil: only what is on the tape
	answers map[string]*ras.Answer
	asked   map[string][]string // by which kinds, when each is read alone
	other   string
	data    []byte
}

func (r *tape) Get(ctx context.Context, path string, query url.Values) (*ras.Answer, error) {
	key := path + "?" + query.Encode()
	r.mu.Lock()
	defer r.mu.Unlock()
	if key == r.other {
		return &ras.Answer{Status: 200, Body: r.data}, nil
	}
	if a := r.answers[key]; a != nil {
		return a, nil
	}
	if r.from == nil {
		return nil, &ras.Error{Kind: ras.KindNotFound, Method: "GET", Path: path, Status: 404}
	}
	a, err := r.from.Get(ctx, path, query)
	if err == nil {
		r.answers[key] = a
	}
	return a, err
}

// record reads a farm that has a few objects of every kind.
func record(t testing.TB) (*model.Catalog, *tape, []string) {
	t.Helper()
	cat, err := model.Load(schemas.Files)
	if err != nil {
		t.Fatal(err)
	}
	farm, err := farmsim.New(farmsim.Options{Catalog: cat, State: farmsim.Random(cat, rand.New(rand.NewPCG(5, 5)), 2), Rate: -1})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(farm)
	defer server.Close()
	ctx := context.Background()
	session, err := ras.Connect(ctx, ras.Config{URL: server.URL, Username: farmsim.DefaultUsername, Reads: export.Reads(cat),
		Password: func() (string, error) { return farmsim.DefaultPassword, nil }})
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	r := &tape{from: session.Reader(), answers: map[string]*ras.Answer{}}
	if _, err := export.Read(ctx, r, cat, export.Request{Want: all, Parallel: 1}); err != nil {
		t.Fatal(err)
	}
	r.from = nil
	r.asked = map[string][]string{}
	for _, kind := range cat.Names() {
		alone := &tape{from: r, answers: map[string]*ras.Answer{}}
		if _, err := export.Read(ctx, alone, cat, export.Request{Kinds: []string{kind}, Want: all, Parallel: 1}); err != nil {
			t.Fatal(err)
		}
		for key := range alone.answers {
			if len(r.asked[key]) < 3 {
				r.asked[key] = append(r.asked[key], kind)
			}
		}
	}
	var keys []string
	for key := range r.answers {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return cat, r, keys
}

// oddAnswers are JSON, but not what anybody expects.
var oddAnswers = []string{`null`, `[]`, `{}`, `""`, `7`, `true`, `[null]`, `[[]]`, `[{}]`, `[7]`, `["text"]`, `{"id": "x"}`, `[{"id": null, "name": 7}]`, `[{"id": 1}, {"id": 1}]`,
	`[{"id": 1e400, "name": [], "siteId": {}}]`, `{"id": 99999999999999999999, "name": null}`, `[{"id": 1, "parentId": 1, "previousId": 1, "name": "a"}]`, `{"a":{"a":{"a":[[[[]]]]}}}`}

// odd reads the farm with one answer replaced: there is an error or a farm,
// and whatever came of the answer can be written down.
func odd(t *testing.T, cat *model.Catalog, r *tape, key string, data []byte) {
	t.Helper()
	changed := &tape{answers: r.answers, other: key, data: data}
	live, err := export.Read(context.Background(), changed, cat, export.Request{Kinds: r.asked[key], Want: all, Parallel: 1})
	if (live == nil) == (err == nil) {
		t.Fatalf("%s answered %s: a farm %v, an error %v", key, data, live != nil, err)
	}
	if err != nil {
		return
	}
	for _, o := range live.All() {
		if o.Address.Kind == "" || o.Address.Name == "" && cat.Kind(o.Address.Kind).Shape == model.Collection {
			t.Errorf("%s answered %.200s: an object without a name: %v", key, data, o.Address)
		}
		if _, err := json.Marshal(o.Spec); err != nil {
			t.Errorf("%s answered %.200s: %s cannot be written: %v", key, data, o.Address, err)
		}
	}
}

// TestOddAnswers gives every read of a farm every odd answer, and answers of
// other reads.
func TestOddAnswers(t *testing.T) {
	cat, r, keys := record(t)
	if len(keys) < 30 {
		t.Fatalf("only %d reads", len(keys))
	}
	for i, key := range keys {
		for n, text := range oddAnswers {
			if testing.Short() && (i+n)%5 > 0 {
				continue
			}
			odd(t, cat, r, key, []byte(text))
		}
		odd(t, cat, r, key, r.answers[keys[(i+1)%len(keys)]].Body)
		odd(t, cat, r, key, turned(r.answers[key].Body))
	}
}

// turned makes every number of an answer a text and every text a number.
func turned(data []byte) []byte {
	var v any
	if json.Unmarshal(data, &v) != nil {
		return nil
	}
	var turn func(v any) any
	turn = func(v any) any {
		switch v := v.(type) {
		case map[string]any:
			for name, e := range v {
				v[name] = turn(e)
			}
		case []any:
			for i := range v {
				v[i] = turn(v[i])
			}
		case string:
			return len(v)
		case float64:
			return strings.Repeat("x", (int(v)%5+5)%5)
		case bool:
			return []any{v}
		}
		return v
	}
	out, err := json.Marshal(turn(v))
	if err != nil {
		return nil
	}
	return out
}

// FuzzAnswers gives one read of a farm any answer.
func FuzzAnswers(f *testing.F) {
	cat, r, keys := record(f)
	for i, key := range keys {
		f.Add(uint(i), r.answers[key].Body)
	}
	f.Fuzz(func(t *testing.T, n uint, data []byte) {
		if !json.Valid(data) {
			return // the client gives out nothing else
		}
		odd(t, cat, r, keys[n%uint(len(keys))], data)
	})
}
