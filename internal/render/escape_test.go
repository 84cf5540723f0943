package render_test

import (
	"bytes"
	"testing"
	"unicode/utf8"

	"rassync/internal/apply"
	"rassync/internal/coverage"
	"rassync/internal/model"
	"rassync/internal/render"
)

func TestEscape(t *testing.T) {
	for in, want := range map[string]string{
		"plain":                     "plain",
		`C:\Windows\System32`:       `C:\Windows\System32`,
		"Zürich, 東京, Ελλάδα, 👍":     "Zürich, 東京, Ελλάδα, 👍",
		"\x1b[31mred":               `\x1b[31mred`,
		"a\nb\tc\rd":                `a\nb\tc\rd`,
		"\u202eabc":                 `\u202eabc`,
		"\u2066x\u2069":             `\u2066x\u2069`,
		"a\u200bb":                  `a\u200bb`,
		"\u009b31m":                 `\u009b31m`,
		"\xff":                      `\xff`,
		"\x7f":                      `\x7f`,
		"\U000e0041":                `\U000e0041`,
		"replacement \ufffd itself": "replacement \ufffd itself",
	} {
		if got := render.Escape(in); got != want {
			t.Errorf("Escape(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzEscape(f *testing.F) {
	for _, s := range hostile() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := render.Escape(s)
		if !utf8.ValidString(got) {
			t.Errorf("%q gives invalid UTF-8", s)
		}
		for _, r := range got {
			if r < 0x20 || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
				t.Errorf("%q lets %U through", s, r)
			}
		}
		if render.Escape(got) != got {
			t.Errorf("escaping %q twice changes it", s)
		}
	})
}

// Every text renderer is given every hostile value in every place.
func TestNothingHiddenGetsThrough(t *testing.T) {
	for _, s := range hostile() {
		p := hostilePlan(s)
		ds := model.Diagnostics{{Severity: model.Error, Source: model.Source{File: s}, Address: s, Path: s, Summary: s, Hint: s}}
		e := coverage.Entry{Method: s, Path: s, By: []string{s}, Reason: s, Note: s}
		report := coverage.Report{Families: []coverage.Family{{Name: s, Claims: []coverage.Entry{e}, Exclusions: []coverage.Entry{e}, Gaps: []coverage.Entry{e}}}, Unlisted: []coverage.Entry{e}}
		events := []apply.Event{{Type: apply.ChangeFailed, Address: s, Action: s, Message: s, Request: s}, {Type: apply.EventType(s), Address: s, Message: s}, {Type: apply.RequestSent, Request: s}}
		var out bytes.Buffer
		progress := render.NewApplyProgress(&out, render.Options{Verbose: true}, false)
		for _, ev := range events {
			if err := progress.Event(ev); err != nil {
				t.Fatal(err)
			}
		}
		for name, err := range map[string]error{
			"plan text":         render.PlanText(&out, p, render.Options{}),
			"plan text verbose": render.PlanText(&out, p, render.Options{Verbose: true, Unicode: true, Width: 60}),
			"plan JSON":         render.PlanJSON(&out, p),
			"plan Markdown":     render.PlanMarkdown(&out, p, 0),
			"diagnostics":       render.Diagnostics(&out, ds, render.Options{}),
			"diagnostics JSON":  render.DiagnosticsJSON(&out, ds),
			"coverage":          render.CoverageText(&out, report, render.Options{Verbose: true}),
			"coverage JSON":     render.CoverageJSON(&out, report),
			"coverage Markdown": render.CoverageMarkdown(&out, report),
			"summary":           render.RunSummary(&out, events, render.Options{}),
		} {
			if err != nil {
				t.Errorf("%s of %q: %v", name, s, err)
			}
		}
		// JSON replaces bytes that are no UTF-8 by U+FFFD, which is harmless.
		got := bytes.ReplaceAll(out.Bytes(), []byte("\\ufffd"), nil)
		if bad := controls(string(bytes.ReplaceAll(got, []byte("\ufffd"), nil))); bad != "" {
			t.Errorf("%q: %q gets through", s, bad)
		}
	}
}
