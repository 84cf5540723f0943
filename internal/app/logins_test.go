package app

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"rassync/internal/farmsim"
	"rassync/internal/workspace"
)

// ring is a keyring in memory.
type ring struct {
	kept   map[string]string
	broken bool
}

var errNoService = errors.New("no secret service answers")

func (r *ring) Get(service, user string) (string, error) {
	if r.broken {
		return "", errNoService
	}
	return r.kept[service+"/"+user], nil
}

func (r *ring) Set(service, user, password string) error {
	if r.broken {
		return errNoService
	}
	r.kept[service+"/"+user] = password
	return nil
}

func (r *ring) Delete(service, user string) error {
	if r.broken {
		return errNoService
	}
	delete(r.kept, service+"/"+user)
	return nil
}

// tlsDesk is a desk whose farm has a certificate that nobody knows.
func tlsDesk(t *testing.T) (*desk, *farmsim.Server, *ring) {
	t.Helper()
	d := newDesk(t)
	server, err := d.farm.Start(context.Background(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	r := &ring{kept: map[string]string{}}
	d.url, d.app.Keyring, d.vars = server.URL, r, map[string]string{}
	d.app.ReadSecret = func(context.Context, string) (string, error) { return farmsim.DefaultPassword, nil }
	return d, server, r
}

func TestLoginKeepsWhatCommandsNeed(t *testing.T) {
	d, server, r := tlsDesk(t)
	ctx := context.Background()
	c := Connection{URL: d.url, Username: farmsim.DefaultUsername}

	// The certificate is judged before anybody types a password.
	asked := 0
	d.app.ReadSecret = func(context.Context, string) (string, error) { asked++; return farmsim.DefaultPassword, nil }
	shown := d.answers("no")
	_, err := d.app.Login(ctx, c, true)
	fails(t, err, Refused, "not trusted; nothing was sent")
	if asked != 0 || !strings.Contains(strings.ToLower(strings.ReplaceAll(shown.String(), ":", "")), server.Fingerprint) || d.farm.Count("") != 0 {
		t.Errorf("asked for %d passwords, %d requests, and said %s", asked, d.farm.Count(""), shown)
	}
	d.answers("yes")
	res, err := d.app.Login(ctx, c, true)
	if err != nil || res.NoKeyring != "" || !res.Login.InKeyring || !samePin(res.Login.Fingerprint, server.Fingerprint) {
		t.Fatalf("%+v, %v", res, err)
	}
	file := d.app.loginsFile()
	data, err := os.ReadFile(file)
	if err != nil || strings.Contains(string(data), farmsim.DefaultPassword) {
		t.Errorf("the file of logins: %s, %v", data, err)
	}
	if info, err := os.Stat(file); err != nil || runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		t.Errorf("others may read %s: %v, %v", file, info.Mode(), err)
	}

	// Nothing more is needed from now on, with and without a folder that names it.
	d.app.InTerminal, d.app.ReadSecret = false, nil
	for _, declared := range []workspace.Farm{{}, {URL: d.url}} {
		if err := d.connect(Connection{}, declared); err != nil {
			t.Error(err)
		}
	}
	// Another farm that a folder names gets nothing of it.
	fails(t, d.connect(Connection{}, workspace.Farm{URL: "https://ras.attacker.example:20443"}), Input, "pull request")
	// Another account has the certificate, and not the password.
	fails(t, d.connect(Connection{Username: "other@example.com"}, workspace.Farm{}), Input, "no password is given")
	// A wrong fingerprint of the command line goes first.
	fails(t, d.connect(Connection{Fingerprint: strings.Repeat("00", 32)}, workspace.Farm{}), Failed, "pinned")

	gone, err := d.app.Logout("", "", false)
	if err != nil || len(gone) != 1 || len(r.kept) != 0 {
		t.Errorf("forgot %v, the keyring has %v, %v", gone, r.kept, err)
	}
	fails(t, d.connect(Connection{}, workspace.Farm{}), Input, "no farm is named")
}

func TestLoginWithoutKeyring(t *testing.T) {
	for name, change := range map[string]func(*desk, *ring){
		"none":          func(d *desk, _ *ring) { d.app.Keyring = nil },
		"one that errs": func(_ *desk, r *ring) { r.broken = true },
	} {
		t.Run(name, func(t *testing.T) {
			d, server, r := tlsDesk(t)
			change(d, r)
			d.answers("yes")
			res, err := d.app.Login(context.Background(), Connection{URL: d.url, Username: farmsim.DefaultUsername, Fingerprint: server.Fingerprint}, true)
			if err != nil || res.NoKeyring == "" || res.Login.InKeyring {
				t.Fatalf("%+v, %v", res, err)
			}
			err = filepath.WalkDir(d.app.ConfigDir, func(p string, e os.DirEntry, err error) error {
				if err != nil || e.IsDir() {
					return err
				}
				data, err := os.ReadFile(p)
				if strings.Contains(string(data), farmsim.DefaultPassword) {
					t.Errorf("%s holds the password", p)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			d.app.InTerminal = false
			fails(t, d.connect(Connection{}, workspace.Farm{}), Input, "no password is given")
			d.vars[EnvPassword] = farmsim.DefaultPassword
			if err := d.connect(Connection{}, workspace.Farm{}); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestLoginNeverOverridesThePolicy: what the operator's policy says of farms and
// certificates holds for a login, when it is made and when it is used.
func TestLoginNeverOverridesThePolicy(t *testing.T) {
	d, server, _ := tlsDesk(t)
	d.answers("yes")
	if _, err := d.app.Login(context.Background(), Connection{URL: d.url, Username: farmsim.DefaultUsername, Fingerprint: server.Fingerprint}, true); err != nil {
		t.Fatal(err)
	}
	d.app.InTerminal = false
	policy := filepath.Join(t.TempDir(), "policy.yaml")
	d.app.Operator.PolicyFile = policy
	for text, want := range map[string]string{
		"farms: [{url: 'https://ras.example.com:20443'}]\n":                                  "policy",
		"farms: [{url: '" + d.url + "', fingerprint: '" + strings.Repeat("00", 32) + "'}]\n": "pinned",
		"farms: [{url: '" + d.url + "', fingerprint: '" + server.Fingerprint + "'}]\n":       "",
	} {
		if err := os.WriteFile(policy, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		p, err := d.app.Policy(d.dir)
		if err != nil {
			t.Fatal(err)
		}
		err = d.connect(Connection{Policy: p}, workspace.Farm{})
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v", text, err)
		}
		d.vars[EnvPassword] = farmsim.DefaultPassword
		_, err = d.app.Login(context.Background(), Connection{URL: d.url, Username: farmsim.DefaultUsername}, true)
		if (err == nil) != (want == "") {
			t.Errorf("%s: a login: %v", text, err)
		}
	}
}
