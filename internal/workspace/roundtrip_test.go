package workspace

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"unicode/utf8"

	"rassync/internal/files"
	"rassync/internal/model"
	"rassync/schemas"
)

// hurting are texts that YAML, file systems or editors mistake for something
// else.
var hurting = []string{
	"", " ", "  two", "trailing ", "\t", "a\tb", "yes", "No", "on", "OFF", "y", "N", "null", "Null", "~", "true", "FALSE", "=", "<<", "-", "--", "---", "...", "?", ":", "#", "&a", "*a", "!t", "|", ">", "@x", "`x`", "%x", "\"", "'", "it's", "\"quoted\"", "a: b", "a:b", "a:", ": a", "a #b", "a#b", "[a]", "{a: b}", "a, b", "- a", "? a", "1", "1.5", "1e3", "0x1", "0o7", "010", "1_000", ".5", "+1", "-1", ".inf", "-.INF", ".nan", "12:30", "12:30:45", "2024-01-01", "2024-01-01T10:00:00Z", "10.0.0.1", "1.2.3",
	`\\server\share\x`, `C:\Windows\System32\notepad.exe`, `C:\new\table`, "%APPDATA%\\x", "%2F", "%25", "100%", "a/b", "/", "//", "a\\", "é", "Ünïcödé", "日本語", "🙂", "a\u00a0b", "\u00a0", "a\u200bb", "\ufeff", "\u2028", "a\u0085b", "\x7f", "\x01", "\ufffd", "e\u0301",
	"line\nline", "line\n", "\n", "\n\n", "a\n\nb\n", "a\n\n", "a\r\nb\r\n", "a\rb", "a \nb", "  a\nb", "a\n  b\n c", "\na", "# a\nb", "---\n", "a\n---\nb", "a: b\nc: d\n", "- a\n- b", "a\n\tb", "|\n x", "CON", "nul.txt", "COM1", "a.", "a..", ".hidden", "..", ".", "x.yaml", "PubRDSApp.yaml", "<Default>", "a|b?c*d", "Sales & Marketing (EMEA) [old], \"new\"",
	strings.Repeat("x", 255), strings.Repeat("long words ", 200) + "end", strings.Repeat("ä", 255), strings.Repeat("k", 1500),
}

type generator struct {
	r     *rand.Rand
	files map[string][]byte
}

func (g *generator) text(r *rule) (string, bool) {
	for range 20 {
		s := hurting[g.r.IntN(len(hurting))]
		if g.r.IntN(3) == 0 {
			s += hurting[g.r.IntN(len(hurting))]
		}
		if r != nil && r.pattern != nil {
			s = []string{"10.0.0.1", "10.0.0.1-10.0.0.9", "fe80::1", "abc", "2026-01-31T22:00:00"}[g.r.IntN(5)]
		}
		if r == nil || r.refuses(s) == "" {
			return s, true
		}
	}
	return "", false
}

// value makes a value that the schema takes.
func (g *generator) value(p *model.Property, r *rule) (any, bool) {
	if p != nil {
		switch {
		case p.Secret:
			s, _ := g.text(&rule{typ: "string", minLen: 1})
			if g.r.IntN(2) == 0 {
				return model.SecretRef{Env: s}, true
			}
			return model.SecretRef{File: s}, true
		case p.File != nil:
			data := []byte("\x89PNG\r\n\x1a\n" + hurting[g.r.IntN(len(hurting))])
			sum := sha256.Sum256(data)
			digest := hex.EncodeToString(sum[:])
			g.files[digest] = data
			return model.FileRef{Digest: digest}, true
		case p.Flags:
			out := []any{}
			for _, n := range p.Enum.Order {
				if g.r.IntN(3) == 0 {
					out = append(out, n)
				}
			}
			if g.r.IntN(4) == 0 {
				out = append(out, int64(1)<<40)
			}
			return out, true
		case p.Enum != nil:
			if g.r.IntN(5) == 0 && r.integerToo() {
				return int64(1000 + g.r.IntN(5)), true
			}
			names := slices.DeleteFunc(slices.Clone(r.names()), func(n string) bool { return p.Enum.Unnumbered[n] })
			if len(names) == 0 { // none has a number: it chooses a path, and is no part of a body
				return p.Enum.Order[g.r.IntN(len(p.Enum.Order))], true
			}
			return names[g.r.IntN(len(names))], true
		}
	}
	if len(r.any) > 0 {
		return g.value(p, r.any[g.r.IntN(len(r.any))])
	}
	switch r.typ {
	case "boolean":
		return g.r.IntN(2) == 0, true
	case "integer":
		v := []int64{0, 1, -1, 5, 42, 300, math.MaxInt32, math.MaxInt64, math.MinInt64}[g.r.IntN(9)]
		return v, r.refuses(v) == ""
	case "number":
		v := []any{int64(0), 1.5, -0.001, 1e300, 12345.678}[g.r.IntN(5)]
		return v, r.refuses(v) == ""
	case "array":
		out := []any{}
		var ip *model.Property
		if p != nil {
			ip = p.Items
		}
		ir := r.items
		if ir == nil {
			ir = &rule{typ: "string"}
		}
		for range g.r.IntN(4) {
			if v, ok := g.value(ip, ir); ok {
				out = append(out, v)
			}
		}
		return out, r.refusesList(out) == ""
	case "object":
		if r.props == nil {
			return g.free(3), true
		}
		m := g.object(p, r)
		return m, r.lacks(m) == ""
	}
	if r.enum != nil {
		return r.enum[g.r.IntN(len(r.enum))], true
	}
	s, ok := g.text(r)
	return s, ok
}

func (g *generator) object(p *model.Property, r *rule) map[string]any {
	out := map[string]any{}
	for _, name := range sortedKeys(r.props) {
		must := false
		for _, n := range r.required {
			must = must || n == name
		}
		if !must && g.r.IntN(3) == 0 {
			continue
		}
		if v, ok := g.value(p.Prop(name), r.props[name]); ok {
			out[name] = v
		}
	}
	return out
}

func (g *generator) free(depth int) map[string]any {
	out := map[string]any{}
	for range g.r.IntN(4) {
		key := fmt.Sprintf("%s%d", []string{"x", "_new", "Setting_", "aVeryLongNameOfAPropertyThatALaterReleaseHas"}[g.r.IntN(4)], g.r.IntN(50))
		switch g.r.IntN(6) {
		case 0:
			out[key] = nil
		case 1:
			out[key] = int64(g.r.IntN(100))
		case 2:
			out[key] = 2.5
		case 3:
			if depth > 0 {
				out[key] = g.free(depth - 1)
			}
		case 4:
			if depth > 0 {
				out[key] = []any{g.free(depth - 1), []any{}, []any{"a", []any{"b"}}, true}
			}
		default:
			out[key], _ = g.text(nil)
		}
	}
	return out
}

func (g *generator) objects(t testing.TB, cat *model.Catalog, set *ruleSet, n int) []*model.Object {
	var out []*model.Object
	seen := map[model.Address]bool{}
	for range n {
		k := cat.Kinds()[g.r.IntN(len(cat.Kinds()))]
		kr, err := set.of(k)
		if err != nil {
			t.Fatal(err)
		}
		if len(kr.residual) > 0 {
			continue
		}
		o := &model.Object{Address: model.Address{Kind: k.Name}, Spec: g.object(k.Spec, kr.spec)}
		name := func() string { s, _ := g.text(&rule{typ: "string", minLen: 1}); return s }
		if k.Scope == model.ScopeSite {
			o.Address.Site = name()
		}
		if k.HasName() {
			o.Address.Name = name()
			if k.Tree != nil || k.Shape == model.OrderShape {
				parts := []string{name()}
				for range g.r.IntN(3) {
					parts = append(parts, name())
				}
				o.Address.Name = model.JoinPath(parts...)
			}
			if k.Identity.Also != "" {
				o.Address.Name = twoParts(o.Address.Name, name())
			}
		}
		if kr.top.props["unknown"] != nil && g.r.IntN(3) == 0 {
			o.Unknown = g.free(2)
		}
		if r := kr.top.props["name"]; r != nil && r.refuses(o.Address.Name) != "" || seen[o.Address.Key()] {
			continue
		}
		if k.Sites != "" {
			delete(o.Spec, k.Sites)
		}
		seen[o.Address.Key()] = true
		out = append(out, o)
	}
	return out
}

// twoParts makes a name of two parts, which its last "@" parts.
func twoParts(first, second string) string {
	if second = strings.ReplaceAll(second, "@", ""); second == "" {
		second = "1"
	}
	return first + "@" + second
}

func catalogs(t testing.TB) map[string]*model.Catalog {
	t.Helper()
	out := map[string]*model.Catalog{}
	for name, fsys := range map[string]fs.FS{"own": os.DirFS("testdata/schemas"), "real": schemas.Files} {
		cat, err := model.Load(fsys)
		if err != nil {
			t.Fatal(err)
		}
		out[name] = cat
	}
	return out
}

func snapshot(t testing.TB, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(p string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(p)
		rel, _ := filepath.Rel(dir, p)
		out[filepath.ToSlash(rel)] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func sameTree(a, b map[string]string) string {
	for p, text := range a {
		if b[p] != text {
			return p
		}
	}
	for p := range b {
		if _, ok := a[p]; !ok {
			return p
		}
	}
	return ""
}

func quiet(r *WriteReport) string {
	if len(r.Written)+len(r.Changed)+len(r.Removed)+len(r.Added)+len(r.Updated)+len(r.Unplaced)+len(r.Missing)+len(r.Reformatted) == 0 {
		return ""
	}
	return fmt.Sprintf("%+v", r)
}

// loadBack loads what was written and compares it with the objects.
func loadBack(t *testing.T, dir string, cat *model.Catalog, objects []*model.Object) []*model.Object {
	t.Helper()
	ws, diags := Load(dir, cat, LoadOptions{References: FarmReferences})
	for _, d := range diags {
		if d.Severity == model.Error && !strings.Contains(d.Summary, "may mean") {
			data, _ := os.ReadFile(filepath.Join(dir, filepath.FromSlash(d.Source.File)))
			t.Fatalf("does not load: %s\n%.1500q", d.Error(), data)
		}
	}
	got := map[model.Address]*model.Object{}
	for _, o := range ws.Objects {
		got[o.Address] = o
	}
	for _, o := range objects {
		back := got[o.Address]
		if back == nil {
			t.Fatalf("%q is gone", o.Address)
		}
		if !equalButFiles(o.Spec, back.Spec) {
			t.Fatalf("%q:\n got %#v\nwant %#v", o.Address, back.Spec, o.Spec)
		}
		if !sameUnknown(o.Unknown, back.Unknown) {
			t.Fatalf("%q unknown:\n got %#v\nwant %#v", o.Address, back.Unknown, o.Unknown)
		}
	}
	if len(got) != len(objects) {
		t.Fatalf("%d objects came back of %d", len(got), len(objects))
	}
	return ws.Objects
}

func equalButFiles(want, have map[string]any) bool {
	w, h := layMap(want, nil), layMap(have, nil)
	for name, v := range w {
		if ref, ok := v.(model.FileRef); ok {
			back, _ := h[name].(model.FileRef)
			if back.Digest != ref.Digest {
				return false
			}
			delete(w, name)
			delete(h, name)
		}
	}
	return same(any(w), dropSecrets(w, h))
}

// dropSecrets takes out of what was read the placeholders of secrets that an
// export adds, in entries of lists too: what was written does not hold them.
func dropSecrets(want, have any) any {
	switch h := have.(type) {
	case map[string]any:
		w, _ := want.(map[string]any)
		out := map[string]any{}
		for name, v := range h {
			if _, secret := v.(model.SecretRef); !secret || w[name] != nil {
				out[name] = dropSecrets(w[name], v)
			}
		}
		return out
	case []any:
		w, _ := want.([]any)
		out := slices.Clone(h)
		for i := range out {
			if i < len(w) {
				out[i] = dropSecrets(w[i], out[i])
			}
		}
		return out
	}
	return have
}

// seeds is how many random trees a test makes: few by default, because each
// writes hundreds of files.
func seeds(t *testing.T) int {
	if testing.Short() {
		return 2
	}
	if n, err := strconv.Atoi(os.Getenv("RASSYNC_TEST_SEEDS")); err == nil {
		return n
	}
	return 6
}

func TestRoundTrip(t *testing.T) {
	for name, cat := range catalogs(t) {
		set := newRuleSet(cat)
		for seed := range uint64(seeds(t)) {
			t.Run(fmt.Sprintf("%s/%d", name, seed), func(t *testing.T) {
				t.Parallel()
				g := &generator{r: rand.New(rand.NewPCG(seed, 1)), files: map[string][]byte{}}
				objects := g.objects(t, cat, set, 60)
				opts := WriteOptions{Fill: seed%2 == 0, File: func(_ model.Address, _ *model.Property, ref model.FileRef) ([]byte, error) {
					return g.files[ref.Digest], nil
				}}
				dir := t.TempDir()
				report, err := Write(dir, cat, objects, opts)
				if err != nil {
					t.Fatal(err)
				}
				if len(report.Unplaced) > 0 {
					t.Fatalf("not placed: %+v", report.Unplaced)
				}
				loadBack(t, dir, cat, objects)
				first := snapshot(t, dir)

				if report, err = Write(dir, cat, objects, opts); err != nil {
					t.Fatal(err)
				}
				if q := quiet(report); q != "" {
					after := snapshot(t, dir)
					p := sameTree(first, after)
					t.Fatalf("the second write changes something: %v %s\n%q\n%q", report.Updated, p, first[p], after[p])
				}
				if p := sameTree(first, snapshot(t, dir)); p != "" {
					t.Fatalf("the second write changed %s", p)
				}

				g.r.Shuffle(len(objects), func(i, j int) { objects[i], objects[j] = objects[j], objects[i] })
				other := t.TempDir()
				if _, err := Write(other, cat, objects, opts); err != nil {
					t.Fatal(err)
				}
				if p := sameTree(first, snapshot(t, other)); p != "" {
					t.Fatalf("another order of objects gives another %s:\n%s\n----\n%s", p, first[p], snapshot(t, other)[p])
				}
				checkNames(t, first)
			})
		}
	}
}

// TestRoundTripNamesOfTwoParts: each part may be a text that hurts.
func TestRoundTripNamesOfTwoParts(t *testing.T) {
	cat := catalogs(t)["real"]
	tested := false
	for _, k := range cat.Kinds() {
		if k.Identity.Also == "" {
			continue
		}
		tested = true
		var objects []*model.Object
		seen := map[model.Address]bool{}
		for _, s := range hurting {
			for _, name := range []string{twoParts(s, "1.0"), twoParts("app", s), twoParts(s, s)} {
				o := &model.Object{Address: model.Address{Kind: k.Name, Name: name}, Spec: map[string]any{}}
				if k.Scope == model.ScopeSite {
					o.Address.Site = "Main"
				}
				if s == "" || utf8.RuneCountInString(name) > 255 || seen[o.Address.Key()] {
					continue
				}
				seen[o.Address.Key()] = true
				objects = append(objects, o)
			}
		}
		dir := t.TempDir()
		if _, err := Write(dir, cat, objects, WriteOptions{}); err != nil {
			t.Fatal(err)
		}
		loadBack(t, dir, cat, objects)
		if report, err := Write(dir, cat, objects, WriteOptions{}); err != nil || quiet(report) != "" {
			t.Errorf("%s: the second write: %v %s", k.Name, err, quiet(report))
		}
	}
	if !tested {
		t.Error("no kind has a name of two parts")
	}
}

// checkNames makes sure that Windows takes every path.
func checkNames(t *testing.T, written map[string]string) {
	t.Helper()
	folded := map[string]string{}
	for p := range written {
		if other, ok := folded[strings.ToLower(p)]; ok {
			t.Errorf("%s and %s are one file on Windows", p, other)
		}
		folded[strings.ToLower(p)] = p
		if len(p) > 400 {
			t.Errorf("%s is too long", p)
		}
		for _, part := range strings.Split(p, "/") {
			if strings.ContainsAny(part, `<>:"\|?*`) || strings.TrimRight(part, ". ") != part || files.Device(part) || files.ShortName(part) && part != "rassync.yaml" || len(part) > 120 {
				t.Errorf("Windows does not take %q", p)
			}
		}
	}
}

var plainKey = regexp.MustCompile(`^( *)(- )?[A-Za-z][A-Za-z0-9]*:( |$)`)

// decorate puts comments and blank lines where people put them.
func decorate(r *rand.Rand, text string) string {
	var out []string
	literal := -1
	for _, l := range strings.Split(text, "\n") {
		indent := len(l) - len(strings.TrimLeft(l, " "))
		if literal >= 0 && (strings.TrimSpace(l) == "" || indent > literal) {
			out = append(out, l)
			continue
		}
		literal = -1
		m := plainKey.FindStringSubmatch(l)
		if m != nil {
			switch r.IntN(6) {
			case 0:
				out = append(out, m[1]+"# about the next line")
			case 1:
				out = append(out, "")
			case 2:
				if !strings.Contains(l, "\"") && !strings.Contains(l, "'") {
					l += "  # behind it"
				}
			}
		}
		if body, _, _ := strings.Cut(l, "  #"); strings.HasSuffix(body, ": |") || strings.HasSuffix(body, ": |-") || strings.HasSuffix(body, "- |") || strings.HasSuffix(body, "- |-") {
			literal = indent
		}
		out = append(out, l)
	}
	return strings.Join(out, "\n")
}

// TestUpdateRandom changes everything at random below hand-made comments.
func TestUpdateRandom(t *testing.T) {
	var rewritten, updated atomic.Int64
	t.Cleanup(func() { // after all parallel tests below
		t.Logf("%d documents updated, %d of them rewritten", updated.Load(), rewritten.Load())
		// What stands beside an entry that is gone goes with it, and is reported too.
		if rewritten.Load()*100 > updated.Load()*15 {
			t.Errorf("%d of %d documents lost their comments", rewritten.Load(), updated.Load())
		}
	})
	for name, cat := range catalogs(t) {
		set := newRuleSet(cat)
		for seed := range uint64(seeds(t)) {
			t.Run(fmt.Sprintf("%s/%d", name, seed), func(t *testing.T) {
				t.Parallel()
				g := &generator{r: rand.New(rand.NewPCG(seed, 2)), files: map[string][]byte{}}
				objects := g.objects(t, cat, set, 30)
				opts := WriteOptions{Fill: true, File: func(_ model.Address, _ *model.Property, ref model.FileRef) ([]byte, error) {
					return g.files[ref.Digest], nil
				}}
				dir := t.TempDir()
				if _, err := Write(dir, cat, objects, opts); err != nil {
					t.Fatal(err)
				}
				for p, text := range snapshot(t, dir) {
					if strings.HasPrefix(p, ".rassync") || !isYAML(filepath.Base(p)) {
						continue
					}
					text = decorate(g.r, text)
					if g.r.IntN(3) == 0 && !strings.Contains(text, "|") {
						text = strings.ReplaceAll(text, "\n", "\r\n")
					}
					if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(p)), []byte(text), 0o644); err != nil {
						t.Fatal(err)
					}
				}
				objects = loadBack(t, dir, cat, objects)
				// The farm moves on: most values stay, some change, some come.
				live := make([]*model.Object, len(objects))
				want := make([]*model.Object, len(objects))
				for i, o := range objects {
					kr, _ := set.of(cat.Kind(o.Address.Kind))
					l := &model.Object{Address: o.Address, Spec: map[string]any{}, Unknown: o.Unknown}
					fresh := g.object(kr.kind.Spec, kr.spec)
					delete(fresh, kr.kind.Sites)
					for n, v := range o.Spec {
						l.Spec[n] = v
					}
					for n, v := range fresh {
						p := kr.kind.Spec.Prop(n)
						if p.Secret || p.File != nil || g.r.IntN(3) > 0 {
							continue
						}
						l.Spec[n] = g.nudge(p, kr.spec.props[n], o.Spec[n], v)
					}
					if o.Unknown != nil && g.r.IntN(2) == 0 {
						l.Unknown = g.free(2)
					}
					live[i] = l
					m := &merger{fill: true}
					want[i] = &model.Object{Address: o.Address, Spec: m.object(kr.kind.Spec, o.Spec, l.Spec, ""), Unknown: m.unknown(o.Unknown, l.Unknown)}
				}
				report, err := Write(dir, cat, live, opts)
				if err != nil {
					t.Fatal(err)
				}
				if len(report.Unplaced)+len(report.Added) > 0 {
					t.Fatalf("not placed: %+v, added %v", report.Unplaced, report.Added)
				}
				updated.Add(int64(len(report.Updated)))
				rewritten.Add(int64(len(report.Reformatted)))
				loadBack(t, dir, cat, want)
				before := snapshot(t, dir)
				if report, err = Write(dir, cat, live, opts); err != nil {
					t.Fatal(err)
				}
				if q := quiet(report); q != "" {
					t.Fatalf("the second write changes something: %s", q)
				}
				if p := sameTree(before, snapshot(t, dir)); p != "" {
					t.Fatalf("the second write changed %s", p)
				}
			})
		}
	}
}

// nudge makes a new value of an old one: lists keep some of their entries.
func (g *generator) nudge(p *model.Property, r *rule, old, fresh any) any {
	a, ok := old.([]any)
	b, ok2 := fresh.([]any)
	if !ok || !ok2 || p.Flags {
		return fresh
	}
	mixed := append(append([]any{}, a...), b...)
	g.r.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
	mixed = mixed[:g.r.IntN(len(mixed)+1)]
	if r.refusesList(mixed) != "" {
		return fresh
	}
	return mixed
}
