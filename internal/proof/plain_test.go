package proof

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"rassync/internal/farmsim"
	"rassync/internal/model"
	"rassync/internal/workspace"
)

// plainFonts is a farm that answers the fonts as names, which the simulated
// one does not: nobody has seen an entry.
type plainFonts struct {
	farm  http.Handler
	fonts string
	sent  []string
}

func (f *plainFonts) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !strings.EqualFold(r.URL.Path, "/api/PrintingSettings/AutoInstallFonts") {
		f.farm.ServeHTTP(w, r)
		return
	}
	body, _ := io.ReadAll(r.Body)
	switch {
	case r.Method != http.MethodGet:
		f.sent = append(f.sent, r.Method+" "+string(bytes.TrimSpace(body)))
		if r.Method == http.MethodPost {
			f.fonts = strings.TrimSuffix(f.fonts, "]") + "," + string(body) + "]"
		} else {
			f.fonts = strings.Replace(f.fonts, string(bytes.TrimSpace(body))+",", "", 1)
		}
		w.WriteHeader(http.StatusNoContent)
	default:
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, f.fonts)
	}
}

// TestListOfPlainTexts: entries that the farm answers as texts or numbers,
// where objects were expected, are kept as such.
func TestListOfPlainTexts(t *testing.T) {
	cat := catalog(t)
	farm, err := farmsim.New(farmsim.Options{Catalog: cat, State: seedFarm(t), Rate: -1})
	if err != nil {
		t.Fatal(err)
	}
	proxy := &plainFonts{farm: farm, fonts: `["Calibri","Arial",7]`}
	server := httptest.NewServer(proxy)
	t.Cleanup(server.Close)
	s := &stand{t: t, cat: cat, dir: t.TempDir(), files: map[string][]byte{}}
	s.connect(farm, server.URL, 0)
	dir := t.TempDir()
	docs := s.load(dir, workspace.WriteOptions{})
	var settings *model.Object
	for _, d := range docs {
		if d.Address.String() == "Main/PrintingSettings" {
			settings = d
		}
	}
	fonts, _ := settings.Spec["autoInstallFonts"].([]any)
	if len(fonts) != 3 || !model.Equal(cat.Kind("PrintingSettings").Spec.Prop("autoInstallFonts"), any(fonts), any([]any{int64(7), "Arial", "Calibri"})) {
		t.Fatalf("the fonts are %v", fonts)
	}
	if p := s.plan(docs, nil); !p.Empty() {
		t.Errorf("the plan is not empty:\n%s", describe(p))
	}
	want := *settings
	want.Spec = map[string]any{"autoInstallFonts": []any{int64(7), "Arial", "Verdana"}}
	p := s.plan([]*model.Object{&want}, nil)
	if text := describe(p); !strings.Contains(text, "Verdana") || !strings.Contains(text, "Calibri") || strings.Contains(text, "Arial") {
		t.Errorf("the plan says:\n%s", text)
	}
	s.mustApply(p)
	if got := strings.Join(proxy.sent, ", "); !strings.Contains(got, `POST "Verdana"`) || !strings.Contains(got, `DELETE "Calibri"`) || len(proxy.sent) != 2 {
		t.Errorf("sent were %s", got)
	}
}

// withPCItem is a farm that also has a published item of a kind for which the
// API has no calls.
type withPCItem struct{ farm http.Handler }

func (f *withPCItem) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet || !strings.EqualFold(r.URL.Path, "/api/PubItems") {
		f.farm.ServeHTTP(w, r)
		return
	}
	rec := httptest.NewRecorder()
	f.farm.ServeHTTP(rec, r)
	body := strings.TrimSpace(rec.Body.String())
	w.Header().Set("Content-Type", "application/json")
	io.WriteString(w, strings.TrimSuffix(body, "]")+`,{"id":98765,"name":"Old PC","type":5,"parentId":0,"previousId":0}]`)
}

// TestItemsOfNoKindAreNamed: an export counts and names what it cannot hold,
// and nothing else of that list.
func TestItemsOfNoKindAreNamed(t *testing.T) {
	cat := catalog(t)
	farm, err := farmsim.New(farmsim.Options{Catalog: cat, State: seedFarm(t), Rate: -1})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(&withPCItem{farm})
	t.Cleanup(server.Close)
	s := &stand{t: t, cat: cat, dir: t.TempDir(), files: map[string][]byte{}}
	s.connect(farm, server.URL, 0)
	live := s.read(nil, everything)
	if got := strings.Join(live.Findings.Strangers, ", "); got != "Old PC (type 5)" {
		t.Errorf("named are %q", got)
	}
	if p := s.plan(declare(live), nil); !p.Empty() {
		t.Errorf("the plan is not empty:\n%s", describe(p))
	}
}
