package proof

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"regexp"
	"runtime/debug"
	"sort"
	"strings"
	"testing"
	"time"

	"rassync/internal/apply"
	"rassync/internal/export"
	"rassync/internal/farmsim"
	"rassync/internal/model"
	"rassync/internal/plan"
	"rassync/internal/ras"
	"rassync/internal/runs"
	"rassync/internal/wayback"
	"rassync/schemas"
)

// bench is one simulated farm with a session on it.
type stand struct {
	t       testing.TB
	cat     *model.Catalog
	farm    *farmsim.Farm
	session *ras.Session
	sent    *runs.Sent
	learnt  *runs.Learnt // nil: every run learns anew
	dir     string
	live    *export.Farm
	files   map[string][]byte // content by digest, as it would lie beside the YAML
	entries journal           // of the last apply
}

// Many small farms come and go here: collecting less often saves a good part
// of the time.
func init() {
	debug.SetGCPercent(400)
	debug.SetMemoryLimit(4 << 30) // beyond that, time is worth less than memory
}

func catalog(t testing.TB) *model.Catalog {
	t.Helper()
	cat, err := model.Load(schemas.Files)
	if err != nil {
		t.Fatal(err)
	}
	return cat
}

func newStand(t testing.TB, cat *model.Catalog, state farmsim.State, sw farmsim.Switches) *stand {
	t.Helper()
	return newStandOn(t, cat, cat, state, sw)
}

// newStandOn is a stand whose farm follows other schemas than the client's.
func newStandOn(t testing.TB, farms, cat *model.Catalog, state farmsim.State, sw farmsim.Switches) *stand {
	t.Helper()
	farm, err := farmsim.New(farmsim.Options{Catalog: farms, State: state, Switches: sw, Rate: -1})
	if err != nil {
		t.Fatal(err)
	}
	s := &stand{t: t, cat: cat, dir: t.TempDir(), files: map[string][]byte{}}
	return s.on(farm, 0)
}

// fork is a stand of its own that begins where this one is now.
func (s *stand) fork(t testing.TB, patience time.Duration) *stand {
	t.Helper()
	n := &stand{t: t, cat: s.cat, dir: t.TempDir(), files: maps.Clone(s.files)}
	if err := os.CopyFS(n.dir, os.DirFS(s.dir)); err != nil {
		t.Fatal(err)
	}
	return n.on(s.farm.Fork(), patience)
}

// on connects the stand to a farm; patience is the time-out of a request, 0
// for the usual one.
func (s *stand) on(farm *farmsim.Farm, patience time.Duration) *stand {
	s.t.Helper()
	server := httptest.NewServer(farm)
	s.t.Cleanup(server.Close)
	return s.connect(farm, server.URL, patience)
}

// connect is on where something stands in front of the farm.
func (s *stand) connect(farm *farmsim.Farm, url string, patience time.Duration) *stand {
	s.t.Helper()
	session, err := ras.Connect(context.Background(), ras.Config{URL: url, Username: farmsim.DefaultUsername, Timeout: patience,
		Password: func() (string, error) { return farmsim.DefaultPassword, nil }, Parallel: 4, Reads: export.Reads(s.cat), Clock: &instant{}})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { session.Close() })
	s.farm, s.session = farm, session
	if s.sent, err = runs.Open(s.dir).Sent("test", reveal); err != nil {
		s.t.Fatal(err)
	}
	return s
}

func reveal(ref model.SecretRef) (string, error) { return "s3cret of " + ref.Env, nil }

// read reads the whole farm, or some kinds of it.
func (s *stand) read(kinds []string, want func(*model.Object, *model.Property) bool) *export.Farm {
	s.t.Helper()
	return s.readAs(export.Request{Kinds: kinds, Want: want})
}

func (s *stand) readAs(req export.Request) *export.Farm {
	s.t.Helper()
	req.Parallel = 4
	live, err := export.Read(context.Background(), s.session.Reader(), s.cat, req)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, n := range live.NotRead {
		s.t.Fatalf("not read: %s", n)
	}
	return live
}

// keep keeps the files that were read.
func (s *stand) keep() {
	for digest, data := range s.live.Files {
		s.files[digest] = data
	}
}

func everything(*model.Object, *model.Property) bool { return true }

// declare turns live objects into documents.
func declare(live *export.Farm) []*model.Object {
	var out []*model.Object
	for _, o := range live.All() {
		d := &model.Object{Address: o.Address, Spec: model.Clone(strip(o.Spec)).(map[string]any)}
		if o.Unknown != nil {
			d.Unknown = model.Clone(o.Unknown).(map[string]any)
		}
		out = append(out, d)
	}
	return out
}

// strip drops the hidden keys of live values.
func strip(v any) any {
	switch v := v.(type) {
	case map[string]any:
		m := map[string]any{}
		for k, e := range v {
			if !strings.HasPrefix(k, "$") {
				m[k] = strip(e)
			}
		}
		return m
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = strip(e)
		}
		return out
	}
	return v
}

// plan plans the documents against the farm as it is now.
func (s *stand) plan(desired []*model.Object, kinds []string, absent ...model.Address) *plan.Plan {
	s.t.Helper()
	s.live = s.readAs(export.Request{Kinds: kinds, Want: plan.Want(desired), Entries: desired})
	p, diags := plan.Build(plan.Input{Catalog: s.cat, Desired: desired, Live: s.live, Sent: s.sent, Absent: absent})
	for _, d := range diags {
		s.t.Errorf("%s", d.Error())
	}
	if diags.Failed() {
		s.t.FailNow()
	}
	return p
}

func (s *stand) apply(p *plan.Plan) *apply.Result {
	s.t.Helper()
	files := s.live.Files
	s.entries = nil
	res, err := apply.Run(context.Background(), p, apply.Options{Writer: s.session.Writer(), Live: s.live, Journal: &s.entries, Sent: s.sent, Learnt: s.learnt, Reveal: reveal,
		Files: func(_ model.Source, ref model.FileRef) ([]byte, error) {
			if data, ok := s.files[ref.Digest]; ok {
				return data, nil
			}
			if data, ok := files[ref.Digest]; ok {
				return data, nil
			}
			return nil, fmt.Errorf("no file %s", ref.Digest)
		}})
	if err != nil {
		s.t.Fatal(err)
	}
	return res
}

// journal keeps the lines of a run in memory.
type journal []runs.Entry

func (j *journal) Append(e runs.Entry) error {
	*j = append(*j, e)
	return nil
}

// asIs are live objects as a snapshot keeps them.
func asIs(live *export.Farm) []*model.Object {
	out := withSecrets(live.Catalog, declare(live))
	for i, o := range live.All() {
		out[i].ID = o.ID
	}
	return out
}

// wayBack plans the way back from what the last apply, of plan p, wrote into its
// journal, to how things were.
func (s *stand) wayBack(p *plan.Plan, was []*model.Object, kinds []string) *plan.Plan {
	s.t.Helper()
	snap := &runs.Snapshot{}
	for _, o := range was {
		snap.Objects = append(snap.Objects, runs.SavedObject{Address: o.Address.String(), ID: o.ID})
	}
	way := wayback.New(s.cat, s.entries, p, snap, was)
	s.live = s.readAs(export.Request{Kinds: kinds, Want: plan.Want(way.Objects()), Entries: way.Objects()})
	aim, err := way.Aim(s.live, wayback.Options{Reread: func(live, document *model.Object) (*model.Object, error) {
		return s.live.Reread(context.Background(), s.session.Reader(), live, plan.WantOf(document))
	}})
	if err != nil {
		s.t.Fatal(err)
	}
	for _, c := range aim.Others {
		s.t.Errorf("nobody else was there: %s", c)
	}
	back, diags := plan.Build(plan.Input{Catalog: s.cat, GoesBack: true, Desired: aim.Desired, Live: s.live, Sent: s.sent, Absent: aim.Absent})
	if diags.Failed() {
		s.t.Fatalf("%s", diags[0].Error())
	}
	return back
}

// mustApply applies and expects everything to be done and read back.
func (s *stand) mustApply(p *plan.Plan) {
	s.t.Helper()
	res := s.apply(p)
	if res.Failed != nil {
		s.t.Fatalf("%s: %v", res.Failed.Address, res.Failed.Err)
	}
	for _, d := range res.NotConverged {
		s.t.Errorf("not converged: %s %s: wrote %v, reads back %v", d.Address, d.Path, d.Want, d.Have)
	}
}

func describe(p *plan.Plan) string {
	var b strings.Builder
	for _, c := range p.Changes {
		fmt.Fprintf(&b, "%s %s\n", c.Action, c.Address)
		for _, f := range c.Fields {
			fmt.Fprintf(&b, "    %s: %v -> %v (%s)\n", f.Path, f.Before, f.After, f.Note)
		}
	}
	return b.String()
}

// marks are ids: what is made anew gets another.
var marks = regexp.MustCompile(`\(mark \d+\)`)

// text writes live objects in a form that can be compared.
func text(live *export.Farm) string {
	var lines []string
	for _, o := range live.All() {
		lines = append(lines, marks.ReplaceAllString(fmt.Sprintf("%s %s %s", o.Address, pretty(strip(o.Spec)), pretty(o.Unknown)), "(mark)"))
	}
	sort.Strings(lines)
	return strings.Join(lines, "\n")
}

func pretty(v any) string {
	switch v := v.(type) {
	case map[string]any:
		keys := make([]string, 0, len(v))
		for k := range v {
			keys = append(keys, k)
		}
		sort.Strings(keys)
		var b strings.Builder
		b.WriteString("{")
		for _, k := range keys {
			fmt.Fprintf(&b, "%s: %s, ", k, pretty(v[k]))
		}
		b.WriteString("}")
		return b.String()
	case []any:
		var b strings.Builder
		b.WriteString("[")
		for _, e := range v {
			b.WriteString(pretty(e) + ", ")
		}
		b.WriteString("]")
		return b.String()
	}
	return fmt.Sprintf("%#v", v)
}

func randomState(_ testing.TB, cat *model.Catalog, seed int64, size int) farmsim.State {
	return farmsim.Random(cat, rand.New(rand.NewPCG(uint64(seed), 7)), size)
}

// diffLines shows the lines that only one of two texts has.
func diffLines(a, b string) string {
	in := func(list []string) map[string]bool {
		m := map[string]bool{}
		for _, l := range list {
			m[l] = true
		}
		return m
	}
	as, bs := strings.Split(a, "\n"), strings.Split(b, "\n")
	am, bm := in(as), in(bs)
	var out strings.Builder
	for _, l := range as {
		if !bm[l] {
			fmt.Fprintf(&out, "- %s\n", l)
		}
	}
	for _, l := range bs {
		if !am[l] {
			fmt.Fprintf(&out, "+ %s\n", l)
		}
	}
	return out.String()
}
