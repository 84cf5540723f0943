package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"rassync/internal/files"
	"rassync/internal/ras"
	"rassync/internal/wholefile"
)

// Keyring keeps passwords in the place that the system has for them: the Credential
// Manager of Windows, the keychain of macOS, the Secret Service of a Linux desktop.
type Keyring interface {
	// Get gives "" and no error for a password that is not kept.
	Get(service, user string) (string, error)
	Set(service, user, password string) error
	Delete(service, user string) error
}

// keyringService is the name under which passwords are kept.
const keyringService = "rassync"

// Login is what is kept of an account at a farm: everything but the password.
type Login struct {
	URL      string `json:"url"`
	Username string `json:"username"`
	// Fingerprint or CAFile say how the farm's certificate is checked; neither: by
	// the system's certificates.
	Fingerprint string `json:"fingerprint,omitempty"`
	CAFile      string `json:"caFile,omitempty"`
	// InKeyring: the password is kept in the system's keyring.
	InKeyring bool `json:"inKeyring"`
}

// user is the name of the login in the keyring.
func (l Login) user() string { return l.Username + " at " + canonicalAddress(l.URL) }

// Logins are the accounts of a user of this machine, the one used last first.
type Logins struct {
	FormatVersion string  `json:"formatVersion"`
	Logins        []Login `json:"logins"`
}

// loginsFile keeps them, in the user's own configuration folder: it is never part of
// a repository.
func (a *App) loginsFile() string {
	if a.ConfigDir == "" {
		return ""
	}
	return filepath.Join(a.ConfigDir, "rassync", "logins.json")
}

// ReadLogins reads the logins of the user; none if there is no such file.
func (a *App) ReadLogins() (*Logins, error) {
	all := &Logins{FormatVersion: "1", Logins: []Login{}}
	file := a.loginsFile()
	if file == "" {
		return all, nil
	}
	data, err := files.ReadNamed(file, maxFarms)
	if errors.Is(err, fs.ErrNotExist) {
		return all, nil
	}
	if err != nil {
		return nil, err
	}
	if info, serr := os.Stat(file); serr == nil && files.OthersWrite(info) {
		return nil, Failf(Input, "%s may be written by others on this machine", file).With("chmod go-w %s, or delete it and log in again", file)
	}
	if err := json.Unmarshal(data, all); err != nil || all.FormatVersion != "1" {
		return nil, Failf(Input, "%s cannot be read: it is damaged, or of another version of rassync", file).With("delete it and log in again")
	}
	return all, nil
}

func (a *App) writeLogins(all *Logins) error {
	file := a.loginsFile()
	if file == "" {
		return errors.New("there is no folder for the user's configuration")
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	data, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	return wholefile.Write(file, append(data, '\n'), wholefile.Options{Mode: 0o600})
}

// Of finds the login to a farm; nil if there is none. A username picks among several.
func (l *Logins) Of(address, username string) *Login {
	for i := range l.Logins {
		if x := &l.Logins[i]; sameAddress(x.URL, address) && (username == "" || strings.EqualFold(x.Username, username)) {
			return x
		}
	}
	return nil
}

// LoginResult is what came of a login.
type LoginResult struct {
	Login Login
	Farm  ras.FarmIdentity
	// NoKeyring says why the password is not kept.
	NoKeyring string
}

// Login logs on once, to see that farm, account and certificate fit, and keeps them
// for the commands to come. The password goes to the system's keyring, or nowhere.
func (a *App) Login(ctx context.Context, c Connection, keep bool) (*LoginResult, error) {
	all, err := a.ReadLogins()
	if err != nil {
		return nil, err
	}
	if a.loginsFile() == "" {
		return nil, Failf(Input, "there is no folder for the user's configuration, where a login is kept").With("set HOME, or XDG_CONFIG_HOME")
	}
	c.Username = first(c.Username, a.Getenv(EnvUsername))
	if c.Username == "" && a.canAsk() {
		if c.Username, err = a.askLine(ctx, fmt.Sprintf("RAS administrator account at %s: ", canonicalAddress(c.URL))); err != nil {
			return nil, err
		}
	}
	if c.Username == "" {
		return nil, Failf(Input, "no user name is given").With("pass --username or set %s", EnvUsername)
	}
	if c.Policy, err = a.Policy("."); err != nil {
		return nil, err
	}
	if err := a.loginTrust(ctx, &c); err != nil {
		return nil, err
	}
	password, err := a.password(ctx, c.PasswordFile, c.Username, c.URL)
	if err != nil {
		return nil, err
	}
	c.known = &knownPassword{password}
	s, err := a.connectTo(ctx, c)
	if err != nil {
		return nil, err
	}
	res := &LoginResult{Farm: s.Farm(), Login: Login{URL: s.URL, Username: c.Username, Fingerprint: s.Fingerprint, CAFile: c.CAFile}}
	if err := s.Close(); err != nil {
		a.Notice("logging off: %v", err)
	}
	switch {
	case !keep:
		res.NoKeyring = "it was not to be kept"
	case a.Keyring == nil:
		res.NoKeyring = "this machine has no keyring that rassync can use"
	default:
		if err := a.Keyring.Set(keyringService, res.Login.user(), password); err != nil {
			res.NoKeyring = "the keyring does not take it: " + err.Error()
		} else {
			res.Login.InKeyring = true
		}
	}
	all.Logins = slices.DeleteFunc(all.Logins, func(l Login) bool {
		return sameAddress(l.URL, res.Login.URL) && strings.EqualFold(l.Username, res.Login.Username)
	})
	all.Logins = append([]Login{res.Login}, all.Logins...)
	return res, a.writeLogins(all)
}

// loginTrust looks at the certificate before any password is asked for: one that
// nothing vouches for is shown, and a person may trust it.
func (a *App) loginTrust(ctx context.Context, c *Connection) error {
	c.CAFile, c.Fingerprint = first(c.CAFile, a.Getenv(EnvCAFile)), first(c.Fingerprint, a.Getenv(EnvFingerprint))
	if c.Insecure {
		return Failf(Input, "a login without a check of the certificate is not kept").With("leave --insecure out: the fingerprint is shown, and may be trusted")
	}
	if c.CAFile != "" {
		abs, err := filepath.Abs(c.CAFile)
		if err != nil {
			return err
		}
		c.CAFile = abs
	}
	cfg := ras.Config{URL: c.URL, CAFile: c.CAFile, Fingerprint: c.Fingerprint, Timeout: c.Timeout}
	listed, err := policyFarm(c.Policy, c.URL)
	if err != nil {
		return err
	}
	if err := pinByPolicy(&cfg, listed); err != nil {
		return err
	}
	shown, err := ras.ShownCertificate(ctx, cfg)
	if err != nil || shown.Why == "" {
		return nil // not reachable in this way: the logon says why
	}
	if cfg.Fingerprint != "" || !a.canAsk() {
		return Failf(Input, "the farm's certificate is not trusted: %s; it shows the fingerprint %s", shown.Why, shown.Fingerprint).
			With("compare it on the server, and pass --fingerprint %s, or --ca-file", shown.Fingerprint)
	}
	yes, err := a.ask(ctx, fmt.Sprintf("The certificate of %s is not trusted by this machine (%s).\n  subject      %s\n  valid until  %s\n  SHA-256      %s\nCompare it on the server. Trust it? (yes/no) ",
		canonicalAddress(c.URL), shown.Why, shown.Subject, shown.Until.Format("2006-01-02"), shown.Fingerprint))
	if err != nil {
		return err
	}
	if !yes {
		return Failf(Refused, "the certificate was not trusted; nothing was sent")
	}
	c.Fingerprint = shown.Fingerprint
	return nil
}

// Logout forgets logins: of a farm, of one account at it, or all. It gives those
// that were forgotten.
func (a *App) Logout(address, username string, everything bool) ([]Login, error) {
	all, err := a.ReadLogins()
	if err != nil {
		return nil, err
	}
	var gone, kept []Login
	for i, l := range all.Logins {
		goes := everything || address == "" && username == "" && i == 0
		if address != "" || username != "" {
			goes = (address == "" || sameAddress(l.URL, address)) && (username == "" || strings.EqualFold(l.Username, username))
		}
		if goes {
			gone = append(gone, l)
		} else {
			kept = append(kept, l)
		}
	}
	for _, l := range gone {
		if !l.InKeyring {
			continue
		}
		if a.Keyring == nil {
			return nil, Failf(Failed, "the keyring cannot be reached, and still holds the password of %s", l.user()).With("log out where it can be reached")
		}
		if err := a.Keyring.Delete(keyringService, l.user()); err != nil {
			return nil, Failf(Failed, "the keyring still holds the password of %s: %w", l.user(), err)
		}
	}
	all.Logins = append([]Login{}, kept...)
	if len(gone) == 0 {
		return nil, nil
	}
	return gone, a.writeLogins(all)
}

// fromLogin fills in what neither a flag nor the environment says of a connection,
// from the login to its farm. What the operator's policy says of the certificate
// stays the policy's.
func (a *App) fromLogin(c *Connection, login *Login, byPolicy bool) {
	if c.Username = first(c.Username, a.Getenv(EnvUsername)); c.Username == "" {
		c.Username = login.Username
	}
	if first(c.Fingerprint, a.Getenv(EnvFingerprint), c.CAFile, a.Getenv(EnvCAFile)) == "" && !c.Insecure && !byPolicy {
		c.Fingerprint, c.CAFile = login.Fingerprint, login.CAFile
	}
	if login.InKeyring && strings.EqualFold(c.Username, login.Username) {
		c.login = login
	}
}

// kept asks the keyring for the password of a login, "" if it does not give it.
func (a *App) kept(l *Login) string {
	if l == nil || a.Keyring == nil {
		return ""
	}
	p, err := a.Keyring.Get(keyringService, l.user())
	if err != nil {
		a.Warn("the keyring does not give the password of %s: %v", l.user(), err)
	}
	return p
}

// knownPassword is a password that was asked for already.
type knownPassword struct{ password string }
