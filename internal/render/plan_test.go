package render_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"rassync/internal/model"
	"rassync/internal/plan"
	"rassync/internal/render"
)

func planText(t *testing.T, p *plan.Plan, o render.Options) string {
	t.Helper()
	var out bytes.Buffer
	if err := render.PlanText(&out, p, o); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestPlanText(t *testing.T) {
	golden(t, "plan.txt", []byte(planText(t, samplePlan(), render.Options{})))
	golden(t, "plan-color.txt", []byte(planText(t, samplePlan(), render.Options{Color: true, Unicode: true, Width: 60})))
}

func TestDeletesComeLastWithTheirNumbers(t *testing.T) {
	s := planText(t, samplePlan(), render.Options{})
	head := strings.Index(s, "2 objects will be deleted:")
	for _, later := range []string{"6. - delete Main/PubRDSApp/Sales/Old", "7. - delete Main/RDSHostPool/Retired"} {
		if i := strings.Index(s, later); head < 0 || i < head {
			t.Errorf("%q does not stand in the section of deletes", later)
		}
	}
	if i := strings.Index(s, "8. + create Main/PubFolder/Sales/Tools"); i < 0 || i > head {
		t.Error("the last create does not stand before the deletes")
	}
	if !strings.HasSuffix(s, "2 to create, 2 to change, 1 to replace, 2 to delete, 1 to reorder, 480 unchanged\n") {
		t.Errorf("the summary is not the last line:\n%s", s)
	}
}

func TestEmptyPlan(t *testing.T) {
	p := &plan.Plan{FormatVersion: "1", Farm: plan.Farm{Name: "Demo"}}
	if s := planText(t, p, render.Options{}); !strings.HasSuffix(s, "no changes: the farm is as declared\n") {
		t.Error(s)
	}
	var out bytes.Buffer
	if err := render.PlanMarkdown(&out, p, 0, render.SourceURL{}); err != nil || !strings.Contains(out.String(), "no changes: the farm is as declared") {
		t.Error(out.String(), err)
	}
}

func TestLongTextsAreDiffedAndCut(t *testing.T) {
	var before, after []string
	for i := 0; i < 200; i++ {
		line := strings.Repeat("x", i%7) + string(rune('a'+i%26))
		before = append(before, line)
		if i%3 == 0 {
			line += " changed"
		}
		after = append(after, line)
	}
	p := &plan.Plan{Changes: []plan.Change{{Address: "MailboxSettings", Action: plan.Update, Reversible: true,
		Fields: []plan.Field{{Path: "text", Before: strings.Join(before, "\n"), After: strings.Join(after, "\n")}}}}}
	short, long := planText(t, p, render.Options{}), planText(t, p, render.Options{Verbose: true})
	if !strings.Contains(short, "lines not shown (--verbose shows them)") || strings.Contains(long, "not shown") {
		t.Error("a long diff is not cut, or cut though everything was wanted")
	}
	if n := strings.Count(long, " changed\n"); n != 67 {
		t.Errorf("%d changed lines, want 67", n)
	}
	if !strings.Contains(long, "@@ -1,") {
		t.Error("no head of a hunk")
	}
}

func TestHunks(t *testing.T) {
	text := func(lines ...string) string { return strings.Join(lines, "\n") }
	old := text("1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14")
	now := text("1", "two", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15")
	p := &plan.Plan{Changes: []plan.Change{{Address: "A", Action: plan.Update, Reversible: true, Fields: []plan.Field{{Path: "t", Before: old, After: now}}}}}
	want := []string{"@@ -1,5 +1,5 @@", " 1", "-2", "+two", " 3", " 4", " 5", "@@ -12,3 +12,4 @@", " 12", " 13", " 14", "+15"}
	s := planText(t, p, render.Options{})
	if !strings.Contains(s, "         "+strings.Join(want, "\n         ")+"\n") {
		t.Errorf("hunks:\n%s", s)
	}
}

func TestSecretsAreReferences(t *testing.T) {
	s := planText(t, samplePlan(), render.Options{Verbose: true})
	if !strings.Contains(s, "password: (secret from environment variable MAILBOX_PASSWORD)  [the farm never shows this value]") {
		t.Error(s)
	}
	var out bytes.Buffer
	if err := render.PlanJSON(&out, samplePlan()); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), `"fromEnv": "MAILBOX_PASSWORD"`) {
		t.Error(out.String())
	}
}

func TestPlanJSON(t *testing.T) {
	var out bytes.Buffer
	if err := render.PlanJSON(&out, samplePlan()); err != nil {
		t.Fatal(err)
	}
	golden(t, "plan.json", out.Bytes())
	validate(t, compiler(t), "formats/plan.json", out.Bytes())
	if !bytes.HasSuffix(out.Bytes(), []byte("}\n")) {
		t.Error("no line end at the end")
	}

	out.Reset()
	if err := render.PlanJSON(&out, &plan.Plan{FormatVersion: "1"}); err != nil {
		t.Fatal(err)
	}
	validate(t, compiler(t), "formats/plan.json", out.Bytes())
	if strings.Contains(out.String(), "null") {
		t.Errorf("null in an empty plan: %s", out.String())
	}
}

func TestPlanJSONMeansTheSame(t *testing.T) {
	for _, s := range hostile() {
		s = strings.ToValidUTF8(s, "\ufffd")
		var out bytes.Buffer
		if err := render.PlanJSON(&out, &plan.Plan{FormatVersion: "1", Farm: plan.Farm{Name: s + "<&>\U000e0041"}}); err != nil {
			t.Fatal(err)
		}
		var back plan.Plan
		if err := json.Unmarshal(out.Bytes(), &back); err != nil {
			t.Fatalf("%q: %v\n%s", s, err, out.String())
		}
		if back.Farm.Name != s+"<&>\U000e0041" {
			t.Errorf("%q comes back as %q", s, back.Farm.Name)
		}
		if !strings.Contains(out.String(), "<&>") {
			t.Errorf("HTML is escaped: %s", out.String())
		}
	}
}

func TestRenderingLeavesThePlanAlone(t *testing.T) {
	p := samplePlan()
	before, _ := json.Marshal(p)
	var out bytes.Buffer
	for _, err := range []error{render.PlanText(&out, p, render.Options{}), render.PlanJSON(&out, p), render.PlanMarkdown(&out, p, 5000, render.SourceURL{})} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if after, _ := json.Marshal(p); !bytes.Equal(before, after) {
		t.Error("a renderer changed the plan")
	}
}

func TestValuesCannotBeMistaken(t *testing.T) {
	line := func(v any) string {
		p := &plan.Plan{Changes: []plan.Change{{Address: "A", Action: plan.Create, Reversible: true, Fields: []plan.Field{{Path: "v", After: v}}}}}
		s := planText(t, p, render.Options{})
		_, s, _ = strings.Cut(s, "v: ")
		s, _, _ = strings.Cut(s, "\n")
		return s
	}
	for _, c := range []struct {
		v    any
		want string
	}{
		{"plain", "plain"}, {"", `""`}, {"true", `"true"`}, {true, "true"}, {"7", `"7"`}, {int64(7), "7"}, {2.5, "2.5"}, {"a -> b", `"a -> b"`},
		{`C:\a b`, `C:\a b`}, {"(none)", `"(none)"`}, {"x ", `"x "`}, {`say "hi"`, `"say \"hi\""`}, {[]any{}, "[]"}, {map[string]any{}, "{}"},
		{model.FileRef{Path: "a.png", Digest: "0123456789abcdef"}, "a.png (sha256:0123456789ab)"},
		{map[string]any{"fromFile": "s.txt"}, "{fromFile: s.txt}"},
	} {
		if got := line(c.v); got != c.want {
			t.Errorf("%#v is shown as %s, want %s", c.v, got, c.want)
		}
	}
}

func TestLineEndsAloneAreShown(t *testing.T) {
	p := &plan.Plan{Changes: []plan.Change{{Address: "A", Action: plan.Update, Reversible: true, Fields: []plan.Field{{Path: "t", Before: "a\r\nb", After: "a\nb"}}}}}
	if s := planText(t, p, render.Options{}); !strings.Contains(s, `t: "a<U+000D><U+000A>b" -> "a<U+000A>b"`) {
		t.Error(s)
	}
}
