package render_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"rassync/internal/model"
	"rassync/internal/plan"
	"rassync/internal/render"
)

// attack holds what could break out of each of the forms.
const attack = `</script><script>alert(1)</script>"><img src=x onerror=alert(1)> =cmd|'/c calc'!A1 ##vso[task.setvariable variable=PATH]x ` + "\n::add-mask::y\u202e"

func attackedPlan() *plan.Plan {
	p := samplePlan()
	p.Farm.Name = attack
	p.Warnings = append(p.Warnings, attack)
	for i := range p.Changes {
		c := &p.Changes[i]
		c.Address += attack
		c.IrreversibleBecause = attack
		for j := range c.Fields {
			c.Fields[j].After, c.Fields[j].Note = attack, attack
		}
	}
	return p
}

func TestPlanHTMLHoldsEveryChangeAndNothingActive(t *testing.T) {
	var out bytes.Buffer
	if err := render.PlanHTML(&out, samplePlan(), render.SourceURL{}); err != nil {
		t.Fatal(err)
	}
	for _, c := range samplePlan().Changes {
		if !strings.Contains(out.String(), c.Address) {
			t.Errorf("%s is missing", c.Address)
		}
	}
	out.Reset()
	if err := render.PlanHTML(&out, attackedPlan(), render.SourceURL{}); err != nil {
		t.Fatal(err)
	}
	page := out.String()
	if n := strings.Count(page, "<script>"); n != 1 {
		t.Errorf("%d scripts, want the page's own alone", n)
	}
	for _, bad := range []string{"<img", "\u202e", "src=\"http"} {
		if strings.Contains(page, bad) {
			t.Errorf("%q got through", bad)
		}
	}
}

// TestReportInABrowser opens the page as its reader would.
func TestReportInABrowser(t *testing.T) {
	browser := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			browser = path
			break
		}
	}
	if browser == "" {
		t.Skip("no browser on this machine")
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "plan.html")
	var page bytes.Buffer
	if err := render.PlanHTML(&page, attackedPlan(), render.SourceURL{}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, page.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	dom := func(fragment string) string {
		cmd := exec.Command(browser, "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir="+filepath.Join(dir, "profile"), "--dump-dom", "file://"+file+fragment)
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		return string(out)
	}
	whole := dom("")
	if strings.Contains(whole, "<img") || strings.Contains(whole, "<script>alert") {
		t.Error("a value became an element")
	}
	if n := strings.Count(whole, "<details"); n != len(samplePlan().Changes) {
		t.Errorf("%d changes on the page, want %d", n, len(samplePlan().Changes))
	}
	found := dom("#MFARadius%20Token")
	if !strings.Contains(found, "1 of ") {
		t.Error("the search of the page's address did not run")
	}
	if n := len(regexp.MustCompile(`<details class="item [a-z]+">`).FindAllString(found, -1)); n != 1 {
		t.Errorf("the search shows %d changes, want one", n)
	}
}

func TestCSVIsSafeForSpreadsheets(t *testing.T) {
	p := attackedPlan()
	p.Changes[0].Fields[0].After = "=HYPERLINK(1)"
	var out bytes.Buffer
	if err := render.PlanCSV(&out, p); err != nil {
		t.Fatal(err)
	}
	text, ok := strings.CutPrefix(out.String(), "\ufeff")
	if !ok {
		t.Error("without its mark Excel reads the file in the local code page")
	}
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, row := range rows[1:] {
		seen[row[0]] = true
		for _, cell := range row {
			if cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r") {
				t.Errorf("a spreadsheet takes %q for a formula", cell)
			}
		}
	}
	if len(seen) != len(p.Changes) {
		t.Errorf("rows of %d changes, want %d", len(seen), len(p.Changes))
	}
}

func findings(n int) model.Diagnostics {
	var ds model.Diagnostics
	for i := 0; i < n; i++ {
		ds = append(ds, model.Diagnostic{
			Severity: model.Error, Source: model.Source{File: "Main/a,b:c.yaml", Line: i + 1, Col: 3},
			Address: "Main/PubRDSApp/x", Path: "target", Summary: attack, Hint: "100 % sure",
		})
	}
	return append(ds, model.Diagnostic{Severity: model.Warning, Summary: "odd"})
}

func TestAnnotationsAreOneCommandEach(t *testing.T) {
	for agent, start := range map[render.Agent]string{render.GitHub: "::", render.Azure: "##vso[task.logissue "} {
		var out bytes.Buffer
		if err := render.Annotations(&out, findings(14), agent, "farm"); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
		if len(lines) != 11 {
			t.Fatalf("%s: %d lines, want ten errors and a warning:\n%s", agent, len(lines), out.String())
		}
		for _, l := range lines {
			if !strings.HasPrefix(l, start) || strings.Count(l, "##vso[") != strings.Count(start, "##vso[") {
				if agent == render.GitHub && strings.HasPrefix(l, "::") {
					continue // what follows :: is the message, whatever it holds
				}
				t.Errorf("%s: %q is not one command", agent, l)
			}
		}
		if !strings.Contains(lines[9], "and 4 more") {
			t.Errorf("%s: nobody says how many are left out: %q", agent, lines[9])
		}
	}
	var out bytes.Buffer
	if err := render.Annotations(&out, findings(1), render.GitHub, "farm"); err != nil {
		t.Fatal(err)
	}
	if want := "::error file=farm/Main/a%2Cb%3Ac.yaml,line=1,col=3::"; !strings.HasPrefix(out.String(), want) {
		t.Errorf("%q does not begin with %q", out.String(), want)
	}
}

func TestFindingsForCodeScanning(t *testing.T) {
	var out bytes.Buffer
	if err := render.DiagnosticsSARIF(&out, findings(2), "1.0", ""); err != nil {
		t.Fatal(err)
	}
	var log struct {
		Version string
		Runs    []struct {
			Tool struct {
				Driver struct{ Rules []struct{ ID string } }
			}
			Results []struct {
				RuleID, Level       string
				PartialFingerprints map[string]string
				Locations           []struct {
					PhysicalLocation struct {
						ArtifactLocation struct{ URI string }
						Region           struct{ StartLine int }
					}
				}
			}
		}
	}
	if err := json.Unmarshal(out.Bytes(), &log); err != nil {
		t.Fatal(err)
	}
	if log.Version != "2.1.0" || len(log.Runs) != 1 || len(log.Runs[0].Results) != 3 {
		t.Fatalf("%+v", log)
	}
	if at := log.Runs[0].Results[1].Locations[0].PhysicalLocation; at.ArtifactLocation.URI != "Main/a,b:c.yaml" || at.Region.StartLine != 2 {
		t.Errorf("%+v", at)
	}

	out.Reset()
	if err := render.DiagnosticsCodeQuality(&out, findings(2), "farm"); err != nil {
		t.Fatal(err)
	}
	var issues []struct {
		Fingerprint, Severity string
		Location              struct{ Path string }
	}
	if err := json.Unmarshal(out.Bytes(), &issues); err != nil {
		t.Fatal(err)
	}
	if len(issues) != 3 || issues[0].Fingerprint == issues[1].Fingerprint || issues[0].Location.Path != "farm/Main/a,b:c.yaml" || issues[2].Severity != "minor" {
		t.Errorf("%+v", issues)
	}
}

func TestReportsForPipelines(t *testing.T) {
	var out bytes.Buffer
	if err := render.PlanGitLab(&out, samplePlan()); err != nil {
		t.Fatal(err)
	}
	var n map[string]int
	if err := json.Unmarshal(out.Bytes(), &n); err != nil || n["create"] != 3 || n["update"] != 3 || n["delete"] != 3 {
		t.Errorf("%v %v", n, err)
	}
	out.Reset()
	if err := render.DriftJUnit(&out, render.Drift{Plan: attackedPlan(), Undeclared: []string{"Main/RDSHost/x"}}); err != nil {
		t.Fatal(err)
	}
	var suites struct {
		Failures int `xml:"failures,attr"`
		Suite    struct {
			Cases []struct {
				Failure *struct{} `xml:"failure"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal(out.Bytes(), &suites); err != nil {
		t.Fatal(err)
	}
	if want := len(samplePlan().Changes) + 1; suites.Failures != want || len(suites.Suite.Cases) != want {
		t.Errorf("%+v, want %d failures", suites, want)
	}
	out.Reset()
	if err := render.DriftJUnit(&out, render.Drift{Plan: &plan.Plan{}}); err != nil || !strings.Contains(out.String(), `failures="0"`) {
		t.Error(out.String(), err)
	}
}

func TestSourceURL(t *testing.T) {
	at := &plan.Source{File: "Main/Quarter #1/a b.yaml", Line: 7}
	for in, want := range map[string]string{
		"":                                  "",
		"https://git.example.com/r/blob/x/": "https://git.example.com/r/blob/x/Main/Quarter%20%231/a%20b.yaml#L7",
		"https://dev.example.com/r?path={file}&line={line}": "https://dev.example.com/r?path=Main/Quarter%20%231/a%20b.yaml&line=7",
	} {
		s, err := render.ParseSourceURL(in)
		if err != nil || s.Link(at) != want {
			t.Errorf("%q: %q, %v; want %q", in, s.Link(at), err, want)
		}
	}
	for _, bad := range []string{"javascript:alert(1)", "file:///etc", "https://user:secret@git.example.com/r", "git.example.com"} {
		if _, err := render.ParseSourceURL(bad); err == nil {
			t.Errorf("%q is accepted", bad)
		}
	}
}
