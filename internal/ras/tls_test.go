package ras

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
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

	file := func(data []byte) string {
		p := filepath.Join(t.TempDir(), "ca")
		if err := os.WriteFile(p, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return p
	}

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
		{"CA file in DER", func(c *Config) { c.Fingerprint = ""; c.CAFile = file(f.Certificate().Raw) }, KindNone},
		{"CA file with a byte order mark and line ends of Windows", func(c *Config) {
			c.Fingerprint = ""
			c.CAFile = file([]byte("\ufeff" + strings.ReplaceAll(string(pem.EncodeToMemory(block)), "\n", "\r\n")))
		}, KindNone},
		{"CA file in UTF-16", func(c *Config) { c.Fingerprint = ""; c.CAFile = file([]byte("\xff\xfe-\x00-\x00")) }, KindInvalid},
		{"CA file that holds a key", func(c *Config) {
			c.Fingerprint = ""
			c.CAFile = file(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("x")}))
		}, KindInvalid},
		{"CA file that is too large", func(c *Config) { c.Fingerprint = ""; c.CAFile = file(make([]byte, MaxCA+1)) }, KindInvalid},
		{"a pin besides replaces no check", func(c *Config) { c.Fingerprint = ""; c.AlsoFingerprint = fp }, KindTLS},
		{"a pin besides, met", func(c *Config) { c.Fingerprint, c.CAFile, c.AlsoFingerprint = "", ca, fp }, KindNone},
		{"a pin besides, not met", func(c *Config) { c.Fingerprint, c.CAFile, c.AlsoFingerprint = "", ca, other }, KindTLS},
		{"a CA besides replaces no check", func(c *Config) { c.Fingerprint = ""; c.AlsoCA = pem.EncodeToMemory(block) }, KindTLS},
		{"a CA besides, met", func(c *Config) { c.AlsoCA = pem.EncodeToMemory(block) }, KindNone},
		{"a CA besides, not met", func(c *Config) { c.AlsoCA = otherCA(t) }, KindTLS},
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

// otherCA is a certificate that vouches for nobody here.
func otherCA(t *testing.T) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "other"}, NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
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
