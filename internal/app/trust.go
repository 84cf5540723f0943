package app

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"rassync/internal/ras"
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

// trusted tells whether the user has confirmed the address.
func (a *App) trusted(address string) bool {
	file := a.farmsFile()
	if file == "" {
		return false
	}
	f, err := os.Open(file)
	if err != nil {
		return false
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		line := strings.TrimSpace(lines.Text())
		if line != "" && !strings.HasPrefix(line, "#") && sameAddress(line, address) {
			return true
		}
	}
	return false
}

// trust adds the address to the user's list.
func (a *App) trust(address string) error {
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
	if _, err := fmt.Fprintln(f, canonicalAddress(address)); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

// mayUse decides about an address that stands in rassync.yaml alone.
func (a *App) mayUse(ctx context.Context, address string, trustFlag bool) error {
	if trustFlag || a.trusted(address) {
		return nil
	}
	// The text comes from a file that others can write.
	shown := fmt.Sprintf("%q", address)
	if a.canAsk() {
		yes, err := a.ask(ctx, fmt.Sprintf("rassync.yaml names the farm %s. Send your credentials there? (yes/no) ", shown))
		if err != nil {
			return err
		}
		if yes {
			if err := a.trust(address); err != nil {
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
