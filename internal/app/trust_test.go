package app

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"path/filepath"
	"rassync/internal/contract"
	"strings"
	"testing"

	"rassync/internal/workspace"
)

// connect connects as rassync.yaml says, without an address of the operator.
func (d *desk) connect(c Connection, declared workspace.Farm) error {
	d.t.Helper()
	c.Rate, c.Parallel = "off", 2
	s, err := d.app.Connect(context.Background(), c, declared, d.dir)
	if err == nil {
		d.t.Cleanup(func() { s.Close() })
	}
	return err
}

// answers puts a person in front of the terminal.
func (d *desk) answers(line string) *bytes.Buffer {
	var shown bytes.Buffer
	d.app.In, d.app.Err, d.app.InTerminal, d.app.ErrTerminal = strings.NewReader(line+"\n"), &shown, true, true
	return &shown
}

func TestWhoNamesTheFarm(t *testing.T) {
	d := newDesk(t)
	declared := workspace.Farm{URL: d.url}
	fails(t, d.connect(Connection{}, workspace.Farm{}), Input, "no farm is named", "--farm")
	fails(t, d.connect(Connection{}, declared), Input, "pull request", "--trust-farm")
	if err := d.connect(Connection{TrustFarm: true}, declared); err != nil {
		t.Error(err)
	}
	shown := d.answers("no")
	fails(t, d.connect(Connection{}, declared), Refused, "not confirmed")
	if !strings.Contains(shown.String(), d.url) {
		t.Errorf("the question does not name the farm: %s", shown)
	}
	d.answers("yes")
	if err := d.connect(Connection{}, declared); err != nil {
		t.Error(err)
	}
	// From now on this machine knows it.
	d.app.InTerminal = false
	if err := d.connect(Connection{}, declared); err != nil {
		t.Error(err)
	}
	fails(t, d.connect(Connection{}, workspace.Farm{URL: strings.Replace(d.url, "127.0.0.1", "localhost", 1)}), Input, "pull request")
	fails(t, d.connect(Connection{URL: d.url, Rate: "off", CAFile: filepath.Join(d.dir, "none.pem")}, workspace.Farm{}), Input, "none.pem")
	d.vars[EnvUsername] = ""
	fails(t, d.connect(Connection{URL: d.url}, workspace.Farm{}), Input, EnvUsername)
}

func TestPasswords(t *testing.T) {
	d := newDesk(t)
	delete(d.vars, EnvPassword)
	fails(t, d.connect(Connection{URL: d.url}, workspace.Farm{}), Input, EnvPassword)
	d.write("right.txt", "\ufeffright\r\n")
	file := filepath.Join(d.dir, "right.txt")
	if err := os.Chmod(file, 0o600); err != nil {
		t.Fatal(err)
	}
	err := d.connect(Connection{URL: d.url, PasswordFile: file}, workspace.Farm{})
	fails(t, err, Auth)
	d.vars[EnvPassword] = "wrong"
	fails(t, d.connect(Connection{URL: d.url}, workspace.Farm{}), Auth)
	if err := d.connect(Connection{URL: d.url, PasswordFile: filepath.Join(d.dir, "none")}, workspace.Farm{}); err == nil {
		t.Error("a password from nowhere")
	}
	delete(d.vars, EnvPassword)
	d.answers("")
	d.app.ReadSecret = func(context.Context, string) (string, error) { return "wrong too", nil }
	fails(t, d.connect(Connection{URL: d.url}, workspace.Farm{}), Auth)
}

func TestConfirm(t *testing.T) {
	for _, tt := range []struct {
		name     string
		terminal bool
		yes      bool
		answer   string
		class    Class
	}{
		{"the flag says yes", false, true, "", Done},
		{"nobody can be asked", false, false, "", Refused},
		{"yes", true, false, "yes", Done},
		{"YES", true, false, " YES ", Done},
		{"y is no yes", true, false, "y", Refused},
		{"nothing", true, false, "", Refused},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := newDesk(t)
			if tt.terminal {
				d.answers(tt.answer)
			}
			if err := d.app.Confirm(context.Background(), tt.yes, "Apply?"); ClassOf(err) != tt.class {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestPolicyOnTheDesk(t *testing.T) {
	d := circle(t)
	policy := filepath.Join(t.TempDir(), "policy.yaml")
	text := `limits: {deletes: 0}
protect: [Main/PubFolder/Office]
rules:
  - name: no-tools
    check: action != "update" || name != "Tools"
    message: the tools stay as they are
freezes:
  - {name: always, begins: "* * * * *", for: 24h, timeZone: UTC}
`
	if err := os.WriteFile(policy, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	d.app.Operator.PolicyFile = policy
	pol, err := d.app.Policy(d.dir)
	if err != nil {
		t.Fatal(told(err))
	}
	f := d.load()
	f.Policy = pol
	holds, err := d.app.Explain(f)
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, s := range holds.Sections {
		for _, h := range s.Holds {
			said = append(said, s.Name+": "+h.What)
		}
	}
	for _, want := range []string{"no-tools", "Main/PubFolder/Office", "always", "deletes"} {
		if !strings.Contains(strings.Join(said, "\n"), want) {
			t.Errorf("%q is not explained:\n%s", want, strings.Join(said, "\n"))
		}
	}
	d.edit("For administrators", "Changed")
	f = d.load()
	f.Policy = pol
	p, err := d.app.Plan(context.Background(), d.session(), f, PlanOptions{})
	if err != nil {
		t.Fatal(err)
	}
	fails(t, p.Broken(), Refused, "the tools stay as they are")
	rules := []string{}
	for _, r := range p.Refusals {
		rules = append(rules, r.Rule)
	}
	if got := strings.Join(rules, " "); got != "rule window" {
		t.Errorf("refused by %q", got)
	}
	_, err = d.carryOut(d.session(), p, Execution{Command: "apply"})
	fails(t, err, Refused)
	d.app.Operator.Override = "the farm is down"
	if p, err = d.app.Plan(context.Background(), d.session(), f, PlanOptions{}); err != nil {
		t.Fatal(err)
	}
	if len(p.Overridden) != 1 || len(p.Refusals) != 1 {
		t.Errorf("overridden %v, refused %v", p.Overridden, p.Refusals)
	}
}

func TestCheckupOnTheDesk(t *testing.T) {
	d := circle(t)
	c, err := d.app.Examine(context.Background(), d.session(), d.load(), CheckupOptions{Sample: 1, SelfTest: true})
	if err != nil {
		t.Fatal(err)
	}
	states := map[string]string{}
	for _, k := range c.Checks {
		states[k.Name] += k.Result
	}
	for _, name := range []string{"sites", "broker", "self-test"} {
		if states[name] != "ok" {
			t.Errorf("%s is %q", name, states[name])
		}
	}
	if len(c.Kinds) < 80 {
		t.Errorf("%d kinds were looked at", len(c.Kinds))
	}
}

func TestContractOfAWorkspace(t *testing.T) {
	d := newDesk(t)
	built := d.app.Tool.Contract
	if err := d.app.UseContract(d.dir); err != nil || d.app.Tool.Contract != built {
		t.Fatalf("%v, %q", err, d.app.Tool.Contract)
	}
	d.write("contract/PubFolder.yaml", "kind: PubFolder\nfrom: {source: openapi, file: a.json}\nproperties:\n  nowhere: {read: x}\n")
	err := d.app.UseContract(d.dir)
	fails(t, err, Input, "PubFolder.yaml")
	if _, err := RemoveContract(t.TempDir(), nil); err == nil {
		t.Error("removed from where there is none")
	}
}

// TestCheckupOfAFarmInTrouble: each thing that is wrong is said, with what to do.
func TestCheckupOfAFarmInTrouble(t *testing.T) {
	d := circle(t)
	d.fault = func(w http.ResponseWriter, r *http.Request) bool {
		path := strings.ToLower(r.URL.Path)
		switch {
		case r.Method != http.MethodGet:
			return false
		case strings.HasSuffix(path, "/mailboxsettings"), strings.Contains(path, "mailbox"):
			w.WriteHeader(http.StatusForbidden)
		case strings.Contains(path, "theme"):
			w.WriteHeader(http.StatusInternalServerError)
		default:
			return false
		}
		return true
	}
	c, err := d.app.Examine(context.Background(), d.session(), d.load(), CheckupOptions{Sample: 1})
	if err != nil {
		t.Fatal(told(err))
	}
	results := map[string]string{}
	for _, k := range c.Kinds {
		results[k.Kind] = k.Error
	}
	for _, kind := range []string{"MailboxSettings", "Theme"} {
		if results[kind] == "" {
			t.Errorf("%s: nothing is said", kind)
		}
	}
	if len(c.Todo) == 0 {
		t.Error("nothing is to be done")
	}
	d.fault = func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodGet && strings.EqualFold(r.URL.Path, "/api/Site") {
			_, _ = w.Write([]byte("[]"))
			return true
		}
		return false
	}
	if c, err = d.app.Examine(context.Background(), d.session(), d.load(), CheckupOptions{Sample: 1}); err != nil {
		t.Fatal(told(err))
	}
	found := false
	for _, k := range c.Checks {
		found = found || k.Name == "sites" && k.Result == contract.CheckProblem
	}
	if !found {
		t.Errorf("no site, and nothing is said: %+v", c.Checks)
	}
}

// TestPolicyOfTheRepositoryIsNone: what a commit can write decides nothing.
func TestPolicyOfTheRepositoryIsNone(t *testing.T) {
	d := circle(t)
	d.commit("Begin")
	d.write("policy.yaml", "limits: {deletes: 100}\n")
	d.app.Operator.PolicyFile = filepath.Join(d.dir, "policy.yaml")
	_, err := d.app.Policy(d.dir)
	fails(t, err, Input, "policy.yaml")
	d.app.Operator.PolicyFile = filepath.Join(d.dir, "none.yaml")
	_, err = d.app.Policy(d.dir)
	fails(t, err, Input, "none.yaml")
	d.app.Operator.PolicyFile = ""
	if p, err := d.app.Policy(d.dir); err != nil || p.File != "" {
		t.Errorf("%+v, %v", p, err)
	}
}
