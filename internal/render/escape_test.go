package render_test

import (
	"bytes"
	"testing"

	"rassync/internal/apply"
	"rassync/internal/coverage"
	"rassync/internal/model"
	"rassync/internal/render"
)

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
			"plan Markdown":     render.PlanMarkdown(&out, p, 0, render.SourceURL{}),
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
