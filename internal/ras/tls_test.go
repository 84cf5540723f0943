package ras

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func leafFingerprint(s *httptest.Server) string {
	sum := sha256.Sum256(s.Certificate().Raw)
	return hex.EncodeToString(sum[:])
}

func TestTrust(t *testing.T) {
	f := newTestFarm(t, func(w http.ResponseWriter, r *http.Request) {})
	ca := filepath.Join(t.TempDir(), "ca.pem")
	block := &pem.Block{Type: "CERTIFICATE", Bytes: f.Certificate().Raw}
	if err := os.WriteFile(ca, pem.EncodeToMemory(block), 0o600); err != nil {
		t.Fatal(err)
	}
	empty := filepath.Join(t.TempDir(), "empty.pem")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	fp := leafFingerprint(f.Server)
	sum, _ := hex.DecodeString(fp)
	colons := formatFingerprint(sum)
	other := strings.Repeat("ab", 32)

	for _, tc := range []struct {
		name   string
		change func(*Config)
		kind   Kind
	}{
		{"pinned", func(c *Config) { c.Fingerprint = fp }, KindNone},
		{"pinned, colons and capitals", func(c *Config) { c.Fingerprint = colons }, KindNone},
		{"pinned, as openssl prints", func(c *Config) { c.Fingerprint = "sha256 Fingerprint=" + colons }, KindNone},
		{"pinned, spaces", func(c *Config) { c.Fingerprint = strings.ReplaceAll(colons, ":", " ") }, KindNone},
		{"another pinned", func(c *Config) { c.Fingerprint = other }, KindTLS},
		{"another pinned goes before insecure", func(c *Config) { c.Fingerprint = other; c.Insecure = true }, KindTLS},
		{"no fingerprint at all", func(c *Config) { c.Fingerprint = "abcd" }, KindInvalid},
		{"unknown CA", func(c *Config) { c.Fingerprint = "" }, KindTLS},
		{"known CA", func(c *Config) { c.Fingerprint = ""; c.CAFile = ca }, KindNone},
		{"known CA, other host name", func(c *Config) {
			c.Fingerprint, c.CAFile = "", ca
			c.URL = strings.Replace(c.URL, "127.0.0.1", "localhost", 1)
		}, KindTLS},
		{"CA file without certificate", func(c *Config) { c.Fingerprint = ""; c.CAFile = empty }, KindInvalid},
		{"no such CA file", func(c *Config) { c.Fingerprint = ""; c.CAFile = empty + "x" }, KindInvalid},
		{"insecure", func(c *Config) { c.Fingerprint = ""; c.Insecure = true }, KindNone},
	} {
		t.Run(tc.name, func(t *testing.T) {
			cfg := f.config()
			tc.change(&cfg)
			before := len(f.seen())
			s, err := Connect(context.Background(), cfg)
			if tc.kind == KindNone {
				if err != nil {
					t.Fatal(err)
				}
				s.Close()
				return
			}
			e := asError(t, err, tc.kind)
			if len(f.seen()) != before {
				t.Error("a request reached a farm that isn't trusted")
			}
			if tc.kind == KindTLS {
				if e.Detail != colons {
					t.Errorf("detail is %q, want the fingerprint presented", e.Detail)
				}
				if !strings.Contains(e.Hint(), "--fingerprint "+colons) {
					t.Errorf("hint doesn't show how to pin: %s", e.Hint())
				}
				if st := cfg.Clock.(*fakeClock).slept(); len(st) != 0 {
					t.Errorf("a wrong certificate was tried again after %v", st)
				}
			}
		})
	}
}

func TestOldTLSIsRefused(t *testing.T) {
	f := &testFarm{live: map[string]bool{}}
	f.Server = httptest.NewUnstartedServer(f)
	f.Server.Config.ErrorLog = discardLog()
	f.Server.TLS = &tls.Config{MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10}
	f.Server.StartTLS()
	defer f.Server.Close()
	_, err := Connect(context.Background(), f.config())
	asError(t, err, KindConnection)
}
