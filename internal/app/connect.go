package app

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"

	"rassync/internal/export"
	"rassync/internal/files"
	"rassync/internal/plan"
	"rassync/internal/policy"
	"rassync/internal/ras"
	"rassync/internal/workspace"
)

// versionPath is the read that tells the farm's version.
const versionPath = "/api/WebService/version"

// The environment variables of a connection.
const (
	EnvFarm        = "RASSYNC_FARM"
	EnvUsername    = "RASSYNC_USERNAME"
	EnvPassword    = "RASSYNC_PASSWORD"
	EnvFingerprint = "RASSYNC_FINGERPRINT"
	EnvRate        = "RASSYNC_RATE"
	EnvCAFile      = "RASSYNC_CA_FILE"
)

// DefaultRate leaves a fifth of what a v21 farm serves by default (50 in 10
// seconds, to all its clients together) to the management portal.
const DefaultRate = "40/10s"

// Connection says how to reach a farm, as the operator put it.
type Connection struct {
	URL          string
	Username     string
	PasswordFile string
	CAFile       string
	Fingerprint  string
	Insecure     bool
	TrustFarm    bool
	Rate         string
	Parallel     int
	Timeout      time.Duration
	// Policy is what the operator allows; nil for the defaults.
	Policy *policy.Policy

	login *Login         // whose password is in the keyring
	known *knownPassword // of a login under way
}

// Session is a logon to a farm with what is known of it.
type Session struct {
	ras      *ras.Session
	URL      string
	Username string
	// Fingerprint is that of the pinned certificate, "" if it is trusted
	// otherwise.
	Fingerprint string
	Parallel    int
	// Connection is what the session was asked for with.
	Connection Connection
	// lateFor is how long a create whose answer was lost may still arrive.
	lateFor time.Duration
	// version is asked once.
	versionMu sync.Mutex
	version   *string
}

// Reader gives the read side.
func (s *Session) Reader() *ras.Reader { return s.ras.Reader() }

// Writer gives the write side; only what applies a plan asks for it.
func (s *Session) Writer() *ras.Writer { return s.ras.Writer() }

// Farm is what the farm said of itself at the logon.
func (s *Session) Farm() ras.FarmIdentity { return s.ras.Farm() }

// Stats counts the requests.
func (s *Session) Stats() ras.Stats { return s.ras.Stats() }

// Close logs off.
func (s *Session) Close() error { return s.ras.Close() }

// Connect logs on to the farm that the operator named, or that rassync.yaml
// names and the operator has trusted. dir is where relative paths of
// rassync.yaml start.
//
//nolint:funlen // the order of these checks is what protects the password
func (a *App) Connect(ctx context.Context, c Connection, declared workspace.Farm, dir string) (*Session, error) {
	address := first(c.URL, a.Getenv(EnvFarm))
	named := address != ""
	logins, err := a.ReadLogins()
	if err != nil {
		return nil, err
	}
	if !named {
		address = declared.URL
		if address == "" && len(logins.Logins) > 0 {
			address, named = logins.Logins[0].URL, true
			a.Notice("the farm is that of the last login, %s", address)
		}
		if address == "" {
			return nil, Failf(Input, "no farm is named").With("name it with --farm, with %s, with rassync login, or as farm.url in rassync.yaml", EnvFarm)
		}
	}
	listed, err := policyFarm(c.Policy, address)
	if err != nil {
		return nil, err
	}
	login := logins.Of(address, first(c.Username, a.Getenv(EnvUsername)))
	if login == nil {
		login = logins.Of(address, "") // of another account: the certificate is the same
	}
	if login != nil {
		named = true // whoever logged in there has confirmed it
		a.fromLogin(&c, login, listed != nil && (listed.Fingerprint != "" || listed.CAFile != ""))
	}
	if !named && listed == nil {
		pin := ""
		if first(c.Fingerprint, a.Getenv(EnvFingerprint), c.CAFile, a.Getenv(EnvCAFile)) == "" && !c.Insecure {
			if pin, err = pinOf(declared, dir); err != nil {
				return nil, err
			}
		}
		if err := a.mayUse(ctx, address, pin, c.TrustFarm); err != nil {
			return nil, err
		}
	}
	rate, err := a.RateOf(c)
	if err != nil {
		return nil, &Failure{Class: Input, Err: err}
	}
	username := first(c.Username, a.Getenv(EnvUsername))
	if username == "" {
		return nil, Failf(Input, "no user name is given").With("pass --username, set %s, or log in once with rassync login", EnvUsername)
	}
	cfg := ras.Config{
		URL: address, Username: username, Password: func() (string, error) { return a.passwordOf(ctx, c, username, address) },
		CAFile: first(c.CAFile, a.Getenv(EnvCAFile)), Fingerprint: first(c.Fingerprint, a.Getenv(EnvFingerprint)), Insecure: c.Insecure,
		Rate: rate, Parallel: c.Parallel, Timeout: c.Timeout, Reads: export.Reads(a.Catalog), Observe: a.observe, DebugBodies: a.Debug, Clock: a.Clock, Window: a.rateWindow(address),
	}
	if err := pinByPolicy(&cfg, listed); err != nil {
		return nil, err
	}
	if cfg.CAFile == "" && cfg.Fingerprint == "" && !cfg.Insecure && (declared.URL == "" || sameAddress(declared.URL, address)) {
		if err := a.declaredTrust(ctx, &cfg, c, declared, dir); err != nil {
			return nil, err
		}
	}
	if cfg.Insecure && cfg.Fingerprint == "" {
		a.Warn("--insecure: the farm's certificate is not checked, anybody in between can read the password")
	}
	s, err := ras.Connect(ctx, cfg)
	if err != nil {
		err = fmt.Errorf("connecting to %s: %w", canonicalAddress(address), err)
		if hint := schemeHint(address, err); hint != "" {
			return nil, &Failure{Class: ClassOf(err), Err: err, Hint: hint}
		}
		return nil, err
	}
	parallel := c.Parallel
	if parallel <= 0 {
		parallel = ras.DefaultParallel
	}
	timeout := c.Timeout
	if timeout <= 0 {
		timeout = ras.DefaultTimeout
	}
	session := &Session{ras: s, Connection: c, URL: canonicalAddress(address), Username: username, Fingerprint: cfg.Fingerprint, Parallel: parallel, lateFor: 2 * timeout}
	if first(c.Rate, a.Getenv(EnvRate)) == "" {
		window, _ := cfg.Window.(*rateFile)
		a.followLimit(ctx, session, window)
	}
	return session, nil
}

// RateOf is the rate of requests that a connection keeps to.
func (a *App) RateOf(c Connection) (ras.Rate, error) {
	return ras.ParseRate(first(c.Rate, a.Getenv(EnvRate), DefaultRate))
}

// schemeHint knows the two ways to mistake one scheme for the other.
func schemeHint(address string, err error) string {
	plain := strings.HasPrefix(strings.ToLower(strings.TrimSpace(address)), "http://")
	said := strings.ToLower(err.Error())
	switch {
	case plain && (strings.Contains(said, "https") || strings.Contains(said, "malformed http") || strings.Contains(said, "no whole answer") || strings.Contains(said, "400")):
		return "the address begins with http://, and the RAS REST API answers on https://: write https://"
	case !plain && strings.Contains(said, "http response to https client"):
		return "this port answers without TLS: check the port, the RAS REST API is on 20443 unless changed"
	}
	return ""
}

func first(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

// passwordOf finds the password of a connection: named by the operator, kept by a
// login, or asked for.
func (a *App) passwordOf(ctx context.Context, c Connection, username, address string) (string, error) {
	if c.known != nil {
		return c.known.password, nil
	}
	if c.PasswordFile == "" && a.Getenv(EnvPassword) == "" {
		if p := a.kept(c.login); p != "" {
			return p, nil
		}
	}
	return a.password(ctx, c.PasswordFile, username, address)
}

// connectTo connects to an address that the operator has named, without a folder.
func (a *App) connectTo(ctx context.Context, c Connection) (*Session, error) {
	return a.Connect(ctx, c, workspace.Farm{}, ".")
}

// maxPassword bounds what is read of a password file.
const maxPassword = 64 << 10

// password is asked once, right before the logon.
func (a *App) password(ctx context.Context, file, username, address string) (string, error) {
	if file != "" {
		p, err := ReadSecretFile(file)
		if err != nil {
			return "", &Failure{Class: Input, Err: err, Hint: "nothing was sent to the farm"}
		}
		return p, nil
	}
	if p := a.Getenv(EnvPassword); p != "" {
		return p, nil
	}
	if a.ReadSecret != nil && a.canAsk() {
		return a.ReadSecret(ctx, fmt.Sprintf("Password of %s at %s: ", username, canonicalAddress(address)))
	}
	return "", Failf(Input, "no password is given").With("set %s, pass --password-file, or log in once with rassync login", EnvPassword)
}

// ReadSecretFile reads a secret without the line end that editors add.
func ReadSecretFile(file string) (string, error) {
	data, err := files.ReadNamed(file, maxPassword)
	if err != nil {
		return "", err
	}
	text, err := files.Text(data)
	if err != nil {
		return "", fmt.Errorf("%s: %w", file, err)
	}
	return files.OneLine(text), nil
}

// observe shows waits, and with --debug every request.
func (a *App) observe(e ras.Event) {
	switch {
	case e.Type == ras.EventWait:
		if a.Waits == nil || !a.Waits(e.Wait, e.Reason) {
			a.Notice("%s", e)
		}
	case a.Debug:
		a.Warn("debug: %s", e)
		for _, body := range []string{e.RequestBody, e.ResponseBody} {
			if body != "" {
				a.Warn("debug:   %s", body)
			}
		}
	}
}

// CheckFarm refuses another farm than the workspace belongs to.
func (s *Session) CheckFarm(declared workspace.Farm) error {
	guid := s.Farm().GUID
	if declared.GUID == "" || guid == "" || sameGUID(declared.GUID, guid) {
		return nil
	}
	return Failf(Input, "%s is farm %s (%s), but rassync.yaml belongs to farm %s", s.URL, guid, s.Farm().Name, declared.GUID).
		With("check the address; a folder belongs to one farm")
}

func sameGUID(a, b string) bool {
	trim := func(s string) string { return strings.ToLower(strings.Trim(strings.TrimSpace(s), "{}")) }
	return trim(a) == trim(b)
}

// Identity is the farm as plans name it; the version is asked for once, and
// a farm that does not tell it has none.
func (s *Session) Identity(ctx context.Context) plan.Farm {
	f := s.Farm()
	s.versionMu.Lock()
	defer s.versionMu.Unlock()
	if s.version == nil {
		v := ""
		if ans, err := s.Reader().Get(ctx, versionPath, nil); err == nil {
			v = versionOf(ans.Body)
		}
		s.version = &v
	}
	return plan.Farm{URL: s.URL, GUID: f.GUID, Name: f.Name, Version: *s.version}
}

// farmAtHand is the farm's identity. What farms of its version do not have any
// more, and what this one was seen to refuse, counts from then on.
func (a *App) farmAtHand(ctx context.Context, s *Session, f *Folder) (plan.Farm, error) {
	farm := s.Identity(ctx)
	a.Catalog.ForVersion(farm.Version)
	learnt, err := f.Store().Learnt(farm.GUID, farm.Version)
	if err != nil {
		return farm, err
	}
	a.Catalog.RefusedUpdates(learnt.RefusesUpdate)
	return farm, nil
}

// Version gives the farm's version, "" if it does not tell.
func (s *Session) Version(ctx context.Context) string { return s.Identity(ctx).Version }

// versionOf finds the version in an answer whose shape nobody has written
// down: a text, or an object that holds one.
func versionOf(body []byte) string {
	var v any
	if json.Unmarshal(body, &v) != nil {
		return ""
	}
	switch v := v.(type) {
	case string:
		return v
	case map[string]any:
		for _, name := range []string{"version", "rasVersion", "productVersion", "webServiceVersion"} {
			for key, value := range v {
				if s, ok := value.(string); ok && strings.EqualFold(key, name) {
					return s
				}
			}
		}
	}
	return ""
}

// pinByPolicy takes the certificate from the policy, and refuses another one.
func pinByPolicy(cfg *ras.Config, f *policy.Farm) error {
	switch {
	case f == nil || f.Fingerprint == "" && f.CAFile == "":
		return nil
	case cfg.Insecure:
		return Failf(Refused, "the policy says which certificate the farm has: --insecure is not allowed")
	case f.Fingerprint != "":
		if cfg.Fingerprint != "" && !samePin(cfg.Fingerprint, f.Fingerprint) {
			return Failf(Refused, "the fingerprint %s is not the one of the policy, %s", cfg.Fingerprint, f.Fingerprint).With("correct --fingerprint or %s, or have the operator change the policy", EnvFingerprint)
		}
		cfg.Fingerprint = f.Fingerprint
	case cfg.CAFile == "":
		cfg.CAFile = f.CAFile
	}
	return nil
}

func samePin(a, b string) bool {
	plain := func(s string) string {
		return strings.TrimPrefix(strings.ReplaceAll(strings.ToLower(strings.TrimSpace(s)), ":", ""), "sha256")
	}
	return plain(a) == plain(b)
}
