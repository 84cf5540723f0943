package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"rassync/internal/files"
	"rassync/internal/ras"
	"rassync/internal/workspace"
)

// A farm's address in a committed file is data of whoever can open a pull
// request. Credentials go there only if the operator has named the same
// address: by a flag, by the environment, or once before on this machine. The
// list of those farms is a plain file in the user's own configuration folder.

// farmsFile is the list of the farms that the user has confirmed.
func (a *App) farmsFile() string {
	if a.ConfigDir == "" {
		return ""
	}
	return filepath.Join(a.ConfigDir, "rassync", "farms")
}

// confirmed is one line of that list: an address, and what vouched for its
// certificate when the user confirmed it.
type confirmed struct{ address, pin string }

// maxFarms bounds the user's list.
const maxFarms = 1 << 20

func (a *App) confirmedFarms() []confirmed {
	file := a.farmsFile()
	if file == "" {
		return nil
	}
	data, err := files.ReadNamed(file, maxFarms)
	if err != nil {
		return nil
	}
	text, err := files.Text(data)
	if err != nil {
		return nil
	}
	var out []confirmed
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		address, pin, _ := strings.Cut(line, " ")
		out = append(out, confirmed{address, strings.TrimSpace(pin)})
	}
	return out
}

// trusted tells whether the user has confirmed the address, with this
// certificate if one is named.
func (a *App) trusted(address, pin string) bool {
	return slices.ContainsFunc(a.confirmedFarms(), func(c confirmed) bool {
		return sameAddress(c.address, address) && (pin == "" || plainPin(c.pin) == pin)
	})
}

// trust adds the address and its certificate to the user's list.
func (a *App) trust(address, pin string) error {
	file := a.farmsFile()
	if file == "" {
		return errors.New("there is no folder for the user's configuration")
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(f, strings.TrimSpace(canonicalAddress(address)+" "+pin)); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

// pinOf is what a committed file says of the farm's certificate, in one word:
// its fingerprint, or the digest of a file of CA certificates.
func pinOf(declared workspace.Farm, dir string) (string, error) {
	switch {
	case declared.Fingerprint != "":
		return plainPin("sha256:" + strings.TrimPrefix(strings.ToLower(strings.TrimSpace(declared.Fingerprint)), "sha256:")), nil
	case declared.CAFile != "":
		data, err := declaredCA(declared, dir)
		if err != nil {
			return "", err
		}
		sum := sha256.Sum256(data)
		return "ca:" + hex.EncodeToString(sum[:]), nil
	}
	return "", nil
}

// plainPin writes a pin as it is compared.
func plainPin(pin string) string {
	kind, sum, ok := strings.Cut(pin, ":")
	if !ok {
		return ""
	}
	return kind + ":" + strings.ReplaceAll(strings.ToLower(sum), ":", "")
}

// declaredCA reads the file of CA certificates that rassync.yaml names.
func declaredCA(declared workspace.Farm, dir string) ([]byte, error) {
	fail := func(err error) ([]byte, error) {
		return nil, Failf(Input, "the caFile %q of rassync.yaml cannot be used: %w", declared.CAFile, err).With("it lies in the workspace; name one elsewhere with --ca-file or %s", EnvCAFile)
	}
	p, err := files.Inside(".", declared.CAFile)
	if err != nil {
		return fail(err)
	}
	root, err := files.Open(dir)
	if err != nil {
		return fail(err)
	}
	defer root.Close()
	data, err := root.Read(p, ras.MaxCA)
	if err != nil {
		return fail(err)
	}
	return data, nil
}

// declaredTrust takes from rassync.yaml how the farm's certificate is checked.
// What anybody with a pull request can change takes the place of the system's
// certificates only if the operator has confirmed this very certificate;
// otherwise it is asked for besides them.
func (a *App) declaredTrust(ctx context.Context, cfg *ras.Config, c Connection, declared workspace.Farm, dir string) error {
	pin, err := pinOf(declared, dir)
	if err != nil || pin == "" {
		return err
	}
	var ca []byte
	if declared.Fingerprint == "" {
		if ca, err = declaredCA(declared, dir); err != nil {
			return err
		}
	}
	trusted := c.TrustFarm || a.trusted(cfg.URL, pin)
	if !trusted && a.canAsk() {
		if trusted, err = a.ask(ctx, fmt.Sprintf("rassync.yaml says that the farm %+q has the certificate %s. Trust it? (yes/no) ", cfg.URL, pin)); err != nil {
			return err
		}
		if trusted {
			if err := a.trust(cfg.URL, pin); err != nil {
				a.Notice("the farm could not be remembered: %v", err)
			}
		}
	}
	if trusted {
		cfg.Fingerprint, cfg.CA = declared.Fingerprint, ca
	} else {
		cfg.AlsoFingerprint, cfg.AlsoCA = declared.Fingerprint, ca
	}
	return nil
}

// mayUse decides about an address that stands in rassync.yaml alone, together
// with what that file says of its certificate.
func (a *App) mayUse(ctx context.Context, address, pin string, trustFlag bool) error {
	if trustFlag || a.trusted(address, pin) {
		return nil
	}
	// The text comes from a file that others can write.
	shown := fmt.Sprintf("%+q", address)
	if a.canAsk() {
		about := ""
		if pin != "" {
			about = " with the certificate " + pin
		}
		yes, err := a.ask(ctx, fmt.Sprintf("rassync.yaml names the farm %s%s. Send your credentials there? (yes/no) ", shown, about))
		if err != nil {
			return err
		}
		if yes {
			if err := a.trust(address, pin); err != nil {
				a.Notice("the farm could not be remembered: %v", err)
			}
			return nil
		}
		return Failf(Refused, "the farm %s was not confirmed", shown)
	}
	return Failf(Input, "the farm %s is named only by rassync.yaml, which anybody with a pull request can change: no credentials are sent there", shown).
		With("name the farm with --farm or RASSYNC_FARM, confirm it once on a terminal, or pass --trust-farm")
}

// canonicalAddress writes an address as it is compared.
func canonicalAddress(address string) string {
	s := strings.TrimSpace(address)
	if !strings.Contains(s, "://") {
		s = "https://" + s
	}
	u, err := url.Parse(s)
	if err != nil || u.Hostname() == "" {
		return strings.TrimSpace(address)
	}
	port := u.Port()
	if port == "" && !strings.Contains(address, "://") {
		port = ras.DefaultPort
	}
	host := strings.ToLower(u.Hostname())
	if port != "" {
		host = net.JoinHostPort(host, port)
	}
	return strings.ToLower(u.Scheme) + "://" + host
}

func sameAddress(a, b string) bool { return canonicalAddress(a) == canonicalAddress(b) }
