package render_test

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"rassync/internal/plan"
	"rassync/internal/render"
)

func markdown(t *testing.T, p *plan.Plan, limit int) string {
	t.Helper()
	var out bytes.Buffer
	if err := render.PlanMarkdown(&out, p, limit, render.SourceURL{}); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestPlanMarkdown(t *testing.T) {
	s := markdown(t, samplePlan(), 0)
	golden(t, "plan.md", []byte(s))
	last := -1
	for _, part := range []string{"2 to create", "2 objects will be deleted", "effects beyond configuration", "### Warnings", "### Other changes"} {
		i := strings.Index(s, part)
		if i <= last {
			t.Errorf("%q is missing or stands too early", part)
		}
		last = i
	}
}

// Whatever the limit: every change has its line, or the error says how many do
// not; folds and fences are closed.
func TestMarkdownKeepsItsBudget(t *testing.T) {
	p := samplePlan()
	for i := 0; i < 300; i++ {
		p.Changes = append(p.Changes, plan.Change{Address: fmt.Sprintf("Main/RDSHost/host%d", i), Action: plan.Update, Reversible: true,
			Fields: []plan.Field{{Path: "description", Before: strings.Repeat("ü", i), After: "new"}}})
	}
	whole := len(markdown(t, p, 0))
	for _, limit := range []int{1, 50, 200, 700, 1000, 1500, 2000, 5000, 20000, 40000, whole - 1, whole, whole + 400} {
		var out bytes.Buffer
		err := render.PlanMarkdown(&out, p, limit, render.SourceURL{})
		s := out.String()
		if len(s) > limit {
			t.Errorf("%d bytes with a limit of %d", len(s), limit)
		}
		missing := 0
		for _, c := range p.Changes {
			if !strings.Contains(s, c.Address) {
				missing++
			}
		}
		var cut *render.Cut
		if errors.As(err, &cut) != (missing > 0) || cut != nil && limit > 1000 && cut.Changes != missing {
			t.Errorf("limit %d: %d changes are missing, the error is %v", limit, missing, err)
		}
		if limit < 700 {
			continue
		}
		if strings.Count(s, "<details>") != strings.Count(s, "</details>") {
			t.Errorf("limit %d: a fold is left open", limit)
		}
		if strings.Contains(structure(s), "UNCLOSED") {
			t.Errorf("limit %d: a fence is left open", limit)
		}
		if !strings.Contains(s, "480 unchanged") {
			t.Errorf("limit %d: no summary", limit)
		}
		if limit >= whole+400 && s != markdown(t, p, 0) {
			t.Errorf("limit %d of %d: something is cut", limit, whole)
		}
	}
}

// One huge change takes no room from the line, nor from the values, of another.
func TestAHugeChangeHidesNoOther(t *testing.T) {
	long := make([]any, 24000)
	for i := range long {
		long[i] = fmt.Sprintf("intranet-%05d.example.com:80", i)
	}
	p := &plan.Plan{Changes: []plan.Change{
		{Address: "Main/GatewayDefaultSettings", Action: plan.Update, Reversible: true, Impact: []plan.Impact{{Effect: "locksOut", Why: "x"}}, Fields: []plan.Field{{Path: "forwardHttpServers", Before: []any{}, After: long}}},
		{Address: "Main/PubRDSApp/A", Action: plan.Update, Reversible: true, Fields: []plan.Field{{Path: "parameters", Before: "", After: "/env:prod" + strings.Repeat(" ", 400) + "& powershell -enc evil"}}},
		{Address: "AdminAccount/EVIL\\mallory", Action: plan.Create, Reversible: true, Fields: []plan.Field{{Path: "permissions", After: "RootAdmin"}}},
	}}
	for _, limit := range []int{3000, 60000, 900000} {
		s := markdown(t, p, limit)
		for _, want := range []string{"mallory", "RootAdmin", "powershell -enc evil", "cut here"} {
			if want == "cut here" && limit == 900000 {
				want = "intranet-00001"
			}
			if !strings.Contains(s, want) {
				t.Errorf("limit %d: %q is missing in %d bytes", limit, want, len(s))
			}
		}
	}
	var text bytes.Buffer
	if err := render.PlanText(&text, p, render.Options{}); err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(text.String(), "forwardHttpServers")
	if !strings.Contains(first, "mallory") || strings.Index(first, "GatewayDefaultSettings") > strings.Index(first, "mallory") {
		t.Errorf("the text does not begin with all changes:\n%.2000s", text.String())
	}
}

// structure is what is left of a Markdown text when code blocks, code spans,
// escapes and what rassync itself writes are taken away. It follows
// CommonMark: a span ends at the next run of backticks of the same length.
func structure(s string) string {
	var out strings.Builder
	fence := ""
	for _, line := range strings.Split(s, "\n") {
		run := regexp.MustCompile("^ {0,3}(```+)([a-z]*)$").FindStringSubmatch(line)
		switch {
		case fence == "" && run != nil:
			fence = run[1]
		case fence != "" && run != nil && len(run[1]) >= len(fence) && run[2] == "":
			fence = ""
		case fence == "":
			out.WriteString(withoutSpans(line) + "\n")
		}
	}
	if fence != "" {
		out.WriteString("UNCLOSED FENCE")
	}
	return out.String()
}

// tallyRow is a row of the table of kinds and actions, whose cell holds nothing
// but letters and numbers.
var tallyRow = regexp.MustCompile(`^\| <code>(?:[\pL\pN /]|[^\x00-\x7f]|&#\d+;)*</code> \|(?: \d+ \|| \|)*$`)

func withoutSpans(line string) string {
	if tallyRow.MatchString(line) || strings.HasPrefix(line, "| kind |") || strings.HasPrefix(line, "| --- |") {
		return ""
	}
	if m := regexp.MustCompile(`^<details><summary>(.*)</summary>$`).FindStringSubmatch(line); m != nil {
		// Inside of an HTML block nothing but HTML is looked for.
		return strings.NewReplacer("<code>", "", "</code>", "").Replace(regexp.MustCompile(`&[a-z]+;|&#\d+;|[@#!~*_\[\]():|\\$.]`).ReplaceAllString(m[1], ""))
	}
	var out strings.Builder
	for i := 0; i < len(line); {
		switch {
		case line[i] == '\\' && i+1 < len(line):
			// An escaped mark is text; @ and its like still make links in the
			// text unless a comment follows.
			next := line[i+1 : i+2]
			sentence := strings.Contains(".:", next) && i+2 < len(line) && strings.Contains(")*", line[i+2:i+3])
			if strings.Contains("@#!~$%:.", next) && !sentence && !strings.HasPrefix(line[i+2:], "<!-- -->") && i+2 < len(line) && line[i+2] != ' ' {
				out.WriteString("LIVE" + next)
			}
			i += 2
		case strings.HasPrefix(line[i:], "<!-- -->"):
			i += len("<!-- -->")
		case line[i] == '`':
			n := len(line[i:]) - len(strings.TrimLeft(line[i:], "`"))
			end := -1
			for j := i + n; j < len(line); {
				if line[j] != '`' {
					j++
					continue
				}
				m := len(line[j:]) - len(strings.TrimLeft(line[j:], "`"))
				if m == n {
					end = j + m
					break
				}
				j += m
			}
			if end < 0 {
				out.WriteString("UNCLOSED SPAN")
				end = i + n
			}
			i = end
		default:
			out.WriteByte(line[i])
			i++
		}
	}
	return out.String()
}

func TestMarkdownCannotBeBrokenOutOf(t *testing.T) {
	own := strings.NewReplacer("<details>", "", "</details>", "", "<summary>", "", "</summary>", "", "&lt;", "", "&gt;", "", "&amp;", "", "\u26a0", "", "**", "")
	for _, s := range hostile() {
		for _, limit := range []int{0, 3000} {
			left := own.Replace(structure(markdown(t, hostilePlan(s), limit)))
			for _, bad := range []string{"UNCLOSED", "LIVE", "<", ">", "`", "[", "]", "@", "://", "www.", "evil.example", "|", "![", "&#"} {
				if strings.Contains(left, bad) {
					t.Errorf("%q: %q gets out:\n%s", s, bad, left)
					break
				}
			}
			for _, line := range strings.Split(left, "\n") {
				if strings.HasPrefix(line, "#") && !regexp.MustCompile(`^###? (rassync plan|All changes|The riskiest changes|\d+ objects? will be deleted|Changes with|Warnings|Other changes)`).MatchString(line) {
					t.Errorf("%q makes a heading: %s", s, line)
				}
			}
		}
	}
}

func FuzzMarkdown(f *testing.F) {
	for _, s := range hostile() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := structure(markdown(t, hostilePlan(s), 0))
		for _, bad := range []string{"UNCLOSED", "LIVE", "`", "<script"} {
			if strings.Contains(got, bad) {
				t.Errorf("%q: %q gets out", s, bad)
			}
		}
	})
}

func TestTablesCannotBeBroken(t *testing.T) {
	r := sampleCoverage()
	for _, s := range hostile() {
		r.Families[0].Exclusions[0].Path, r.Families[0].Exclusions[0].Note, r.Families[0].Name = s, s, s
		var out bytes.Buffer
		if err := render.CoverageMarkdown(&out, r); err != nil {
			t.Fatal(err)
		}
		for _, line := range strings.Split(out.String(), "\n") {
			if !strings.HasPrefix(line, "|") {
				continue
			}
			// A bar that is not escaped ends a cell.
			cells := len(regexp.MustCompile(`\\.`).ReplaceAllString(line, "")) - len(strings.ReplaceAll(regexp.MustCompile(`\\.`).ReplaceAllString(line, ""), "|", ""))
			if cells != 3 && cells != 5 {
				t.Errorf("%q: a row with %d bars: %s", s, cells, line)
			}
			if strings.Contains(line, "`") && !strings.Contains(line, "\\`") {
				t.Errorf("%q: a backtick in %s", s, line)
			}
		}
	}
}
