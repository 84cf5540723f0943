package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rassync/internal/contract"
	"rassync/internal/plan"
	"rassync/internal/policy"
	"rassync/internal/runs"
	"rassync/internal/workspace"
)

// back plans the way back of the newest run.
func (d *desk) back(o PlanOptions) (*Planned, *runs.Run, error) {
	d.t.Helper()
	s, f := d.session(), d.load()
	run, err := d.app.RollbackTarget(s, f, "")
	if err != nil {
		d.t.Fatal(told(err))
	}
	p, err := d.app.PlanRollback(context.Background(), s, f, run, o)
	return p, run, err
}

// TestOthersWorkIsLeftAlone: what somebody changed since the run stays, unless
// it is named.
func TestOthersWorkIsLeftAlone(t *testing.T) {
	tools := strings.Split(twoFolders, "---\n")[1]
	for _, tt := range []struct {
		name   string
		theirs string
		take   []string
		want   string
		others string
	}{
		{name: "the same property", theirs: "description: Theirs", others: "description"},
		{name: "the same property, taken back", theirs: "description: Theirs", take: []string{"Main/PubFolder/Tools.description"},
			want: "update Main/PubFolder/Tools description", others: "description"},
		{name: "another property", theirs: "description: Mine\n  enabledMode: Disabled", want: "update Main/PubFolder/Tools description"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := circle(t)
			d.mustApplyOf("For administrators", "Mine")
			d.byOthers(strings.ReplaceAll(tools, "description: For administrators", tt.theirs))
			p, _, err := d.back(PlanOptions{TakeBack: tt.take})
			if err != nil {
				t.Fatal(told(err))
			}
			if got := changes(p.Plan); got != tt.want {
				t.Errorf("%q instead of %q", got, tt.want)
			}
			paths := []string{}
			for _, o := range p.Others {
				paths = append(paths, o.Path)
			}
			if got := strings.Join(paths, " "); got != tt.others {
				t.Errorf("changed by others: %q instead of %q", got, tt.others)
			}
		})
	}
	d := circle(t)
	_, _, err := d.back(PlanOptions{TakeBack: []string{"Main/PubFolder/Tols"}})
	fails(t, err, Input, "Main/PubFolder/Tols")
}

func TestDeletedObjectsComeBack(t *testing.T) {
	d := circle(t)
	d.write("rassync.yaml", "references: farm\nmanage:\n  kinds:\n    - {kind: PubFolder, mode: exclusive}\n")
	d.write("folders.yaml", strings.Split(twoFolders, "---")[0])
	if _, err := d.apply(PlanOptions{Prune: true}); err != nil {
		t.Fatal(told(err))
	}
	p, run, err := d.back(PlanOptions{})
	if err != nil {
		t.Fatal(told(err))
	}
	if got := changes(p.Plan); !strings.HasPrefix(got, "create Main/PubFolder/Tools") {
		t.Fatal(got)
	}
	if text := strings.Join(p.Plan.Warnings, "\n"); !strings.Contains(text, "made again with a new id") {
		t.Errorf("not said: %s", text)
	}
	if _, err := d.carryOut(d.session(), p, Execution{Command: "rollback", Of: run.Info.ID}); err != nil {
		t.Fatal(told(err))
	}
}

const mailbox = `kind: MailboxSettings
spec:
  smtpServer: mail.example.com
  requireAuth: true
  username: rassync
  password: {fromEnv: RAS_MAILBOX_PASSWORD}
`

func TestSecretsOnTheDesk(t *testing.T) {
	d := newDesk(t)
	d.write("mailbox.yaml", mailbox)
	f := d.load()
	list := DeclaredSecrets(f.Objects())
	if len(list) != 1 || list[0].Ref.Env != "RAS_MAILBOX_PASSWORD" || list[0].Uses[0] != (SecretUse{"MailboxSettings", "password"}) {
		t.Fatalf("%+v", list)
	}
	if ds := d.app.SecretDiagnostics(d.dir, f.Workspace, &policy.Policy{}); len(ds) != 0 {
		t.Errorf("what the schema proposes is refused: %v", ds)
	}
	for _, tt := range []struct {
		name, ref string
		failed    bool
	}{
		{"a variable of another use", "{fromEnv: OTHER_PASSWORD}", false},
		{"a variable that nobody may have", "{fromEnv: RASSYNC_PASSWORD}", true},
		{"a file outside", "{fromFile: /etc/hostname}", false},
	} {
		d.write("mailbox.yaml", strings.ReplaceAll(mailbox, "{fromEnv: RAS_MAILBOX_PASSWORD}", tt.ref))
		ws, _ := d.app.Read(d.dir, "")
		ds := d.app.SecretDiagnostics(d.dir, ws, &policy.Policy{})
		if len(ds) != 1 || ds.Failed() != tt.failed {
			t.Errorf("%s: %v", tt.name, ds)
		}
	}
	d.write("mailbox.yaml", mailbox)
	_, err := d.apply(PlanOptions{})
	fails(t, err, Refused, "password")
}

func TestSecretThatIsMissing(t *testing.T) {
	d := newDesk(t)
	d.write("mailbox.yaml", "kind: MailboxSettings\nspec:\n  requireAuth: true\n  password: {fromEnv: RAS_MAILBOX_PASSWORD}\n")
	_, err := d.apply(PlanOptions{})
	fails(t, err, Input, "RAS_MAILBOX_PASSWORD")
	d.vars["RAS_MAILBOX_PASSWORD"] = "s3cret"
	if _, err := d.apply(PlanOptions{}); err != nil {
		t.Fatal(told(err))
	}
	// What was sent is remembered, and not sent again.
	if p := d.plan(PlanOptions{}); !p.Plan.Empty() {
		t.Error(changes(p.Plan))
	}
	d.vars["RAS_MAILBOX_PASSWORD"] = "another"
	if p := d.plan(PlanOptions{}); changes(p.Plan) != "update MailboxSettings password" {
		t.Error(changes(p.Plan))
	}
}

// serveTLS serves the farm under a certificate that nobody has signed.
func (d *desk) serveTLS() *httptest.Server {
	server := httptest.NewUnstartedServer(http.HandlerFunc(d.farm.ServeHTTP))
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // handshakes that fail are what is tested
	server.StartTLS()
	d.t.Cleanup(server.Close)
	return server
}

// TestCertificates: a pin of the commit is only ever added to what the operator
// and the machine check.
func TestCertificates(t *testing.T) {
	d := newDesk(t)
	server := d.serveTLS()
	sum := sha256.Sum256(server.Certificate().Raw)
	right, wrong := "sha256:"+hex.EncodeToString(sum[:]), "sha256:"+strings.Repeat("ab", 32)
	for _, tt := range []struct {
		name     string
		c        Connection
		declared workspace.Farm
		ok       bool
	}{
		{"nothing vouches for it", Connection{URL: server.URL}, workspace.Farm{}, false},
		{"the operator's pin", Connection{URL: server.URL, Fingerprint: right}, workspace.Farm{}, true},
		{"a wrong pin of the operator", Connection{URL: server.URL, Fingerprint: wrong}, workspace.Farm{}, false},
		{"not checked", Connection{URL: server.URL, Insecure: true}, workspace.Farm{}, true},
		{"the commit's pin alone", Connection{URL: server.URL}, workspace.Farm{URL: server.URL, Fingerprint: right}, false},
		{"the commit's pin, trusted by flag", Connection{TrustFarm: true}, workspace.Farm{URL: server.URL, Fingerprint: right}, true},
		{"a wrong pin of the commit, trusted by flag", Connection{TrustFarm: true}, workspace.Farm{URL: server.URL, Fingerprint: wrong}, false},
		{"a CA file outside the workspace", Connection{TrustFarm: true}, workspace.Farm{URL: server.URL, CAFile: "../ca.pem"}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if err := d.connect(tt.c, tt.declared); (err == nil) != tt.ok {
				t.Errorf("%v", err)
			}
		})
	}
}

// TestFarmsOfThePolicy: where the policy lists farms, no other one gets
// credentials, and its certificate is the one that counts.
func TestFarmsOfThePolicy(t *testing.T) {
	d := newDesk(t)
	server := d.serveTLS()
	sum := sha256.Sum256(server.Certificate().Raw)
	right, wrong := hex.EncodeToString(sum[:]), strings.Repeat("cd", 32)
	listed := func(url, pin string) *policy.Policy {
		return &policy.Policy{File: "policy.yaml", Farms: []policy.Farm{{URL: url, Fingerprint: pin}}}
	}
	for _, tt := range []struct {
		name     string
		c        Connection
		declared string
		class    Class
	}{
		{"listed, with its certificate", Connection{URL: server.URL, Policy: listed(server.URL, right)}, "", Done},
		{"named by the commit alone", Connection{Policy: listed(server.URL, right)}, server.URL, Done},
		{"another certificate", Connection{URL: server.URL, Policy: listed(server.URL, wrong)}, "", Failed},
		{"another one by flag", Connection{URL: server.URL, Fingerprint: wrong, Policy: listed(server.URL, right)}, "", Refused},
		{"the same by flag, written otherwise", Connection{URL: server.URL, Fingerprint: "SHA256:" + strings.ToUpper(right), Policy: listed(server.URL, right)}, "", Done},
		{"not checked", Connection{URL: server.URL, Insecure: true, Policy: listed(server.URL, right)}, "", Refused},
		{"not listed", Connection{URL: server.URL, Policy: listed("https://ras.example.com:20443", right)}, "", Refused},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if err := d.connect(tt.c, workspace.Farm{URL: tt.declared}); ClassOf(err) != tt.class {
				t.Errorf("class %v instead of %v: %v", ClassOf(err), tt.class, err)
			}
		})
	}
	d.app.Operator.PolicyFile = filepath.Join(t.TempDir(), "policy.yaml")
	text := "farms:\n  - {url: https://ras.example.com:20443, fingerprint: \"" + right + "\"}\nsecrets:\n  allow:\n    - {kind: MailboxSettings, property: password, fromEnv: [MAIL_*]}\n"
	if err := os.WriteFile(d.app.Operator.PolicyFile, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := d.app.Policy(d.dir)
	if err != nil {
		t.Fatal(told(err))
	}
	d.write("folders.yaml", twoFolders)
	f := d.load()
	f.Policy = p
	holds, err := d.app.Explain(f)
	if err != nil {
		t.Fatal(err)
	}
	said := ""
	for _, s := range holds.Sections {
		for _, h := range s.Holds {
			said += s.Name + ": " + h.What + "\n"
		}
	}
	for _, want := range []string{"farms: https://ras.example.com:20443", "MAIL_*"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is not explained:\n%s", want, said)
		}
	}
}

// TestSidesWithReferencesAndSecrets compares what no read shows by where it is
// declared, and a reference by what it names.
func TestSidesWithReferencesAndSecrets(t *testing.T) {
	d := newDesk(t)
	d.write("all.yaml", twoFolders+"---\n"+mailbox)
	other := *d
	other.dir = t.TempDir()
	other.write("rassync.yaml", "references: farm\n")
	other.write("all.yaml", twoFolders+"---\n"+strings.ReplaceAll(mailbox, "RAS_MAILBOX_PASSWORD", "RAS_MAILBOX_PASSWORD_NEW"))
	a, err := d.app.SideOf(d.dir, d.dir, "")
	if err != nil {
		t.Fatal(told(err))
	}
	b, err := d.app.SideOf(other.dir, d.dir, "")
	if err != nil {
		t.Fatal(told(err))
	}
	if got := changes(&plan.Plan{Changes: d.app.Compare(a, b, d.only(""))}); got != "update MailboxSettings password" {
		t.Error(got)
	}
	if got := changes(&plan.Plan{Changes: d.app.Compare(a, a, d.only(""))}); got != "" {
		t.Error(got)
	}
}

func TestExportOptions(t *testing.T) {
	d := circle(t)
	f := d.load()
	ctx := context.Background()
	_, err := d.app.Export(ctx, d.session(), f, ExportOptions{Details: []string{"PubRDSApp.nothing"}})
	fails(t, err, Input, "PubRDSApp.nothing")
	dry := t.TempDir()
	empty, err := d.app.Configured(dry, "")
	if err != nil {
		t.Fatal(err)
	}
	x, err := d.app.Export(ctx, d.session(), empty, ExportOptions{Selection: d.only(fewKinds), DryRun: true})
	if err != nil || x.Counts["PubFolder"] != 2 {
		t.Fatalf("%v, %v", x, err)
	}
	if files, err := os.ReadDir(dry); err != nil || len(files) != 0 {
		t.Errorf("a dry run wrote %v", files)
	}
	f.Farm.GUID = "00000000-0000-0000-0000-000000000001"
	_, err = d.app.Export(ctx, d.session(), f, ExportOptions{Selection: d.only(fewKinds)})
	fails(t, err, Input, "00000000-0000-0000-0000-000000000001")
	if _, err = d.app.Export(ctx, d.session(), f, ExportOptions{Selection: d.only(fewKinds), AllowOtherFarm: true}); err != nil {
		t.Error(told(err))
	}
}

func TestLayerOnDisk(t *testing.T) {
	d := newDesk(t)
	text := "kind: PubFolder\nfrom: {source: openapi, file: a.json, sha256: " + strings.Repeat("5a", 32) + ", version: \"1.0\", date: \"2026-01-02\"}\nproperties:\n  description: {maxLength: 10}\n"
	d.write("contract/PubFolder.yaml", text)
	l, err := ReadContract(d.dir)
	if err != nil {
		t.Fatal(told(err))
	}
	other := t.TempDir()
	if written, err := WriteContract(filepath.Join(other, contract.Folder), l); err != nil || len(written) != 1 {
		t.Fatalf("%v, %v", written, err)
	}
	if again, err := ReadContract(other); err != nil || again.Digest != l.Digest {
		t.Errorf("not the same layer: %v", err)
	}
	if err := d.app.UseContract(other); err != nil || !strings.Contains(d.app.Tool.Contract, "1 correction") {
		t.Errorf("%v, %q", err, d.app.Tool.Contract)
	}
	_, err = RemoveContract(other, []string{"PubFoldr"})
	fails(t, err, Input, "PubFolder")
	if gone, err := RemoveContract(other, nil); err != nil || len(gone) != 1 {
		t.Errorf("%v, %v", gone, err)
	}
}

// TestTwoNamesOneVariable: names that differ in what a variable cannot hold.
func TestTwoNamesOneVariable(t *testing.T) {
	d := newDesk(t)
	provider := "kind: Provider\nsite: Main\nname: %s\nspec:\n  providerPassword: {fromEnv: RAS_PROVIDER_V_1_PROVIDERPASSWORD}\n"
	d.write("providers.yaml", fmt.Sprintf(provider, "v-1")+"---\n"+fmt.Sprintf(provider, "v 1")+"---\n"+mailbox)
	ws, _ := d.app.Read(d.dir, "")
	ds := d.app.SecretDiagnostics(d.dir, ws, &policy.Policy{})
	if len(ds) != 1 || ds.Failed() || !strings.Contains(ds[0].Summary, "both names become the same variable") {
		t.Errorf("%v", ds)
	}
}
