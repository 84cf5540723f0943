package ras

import (
	"crypto/sha256"
	"crypto/subtle"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"time"
)

// pinError says that the farm presented another certificate than the pinned.
type pinError struct{ presented string }

func (e *pinError) Error() string {
	return "the certificate is not the one whose fingerprint is pinned"
}

// tlsConfig makes the trust of a session. Out of the box the farm's
// certificate is its own (self-signed), so pinning the leaf is the usual case.
func tlsConfig(c Config) (*tls.Config, error) {
	conf := &tls.Config{MinVersion: tls.VersionTLS12}
	if c.Fingerprint != "" {
		want, err := parseFingerprint(c.Fingerprint)
		if err != nil {
			return nil, err
		}
		// The chain isn't checked: VerifyConnection, which runs on resumed
		// connections too, takes its place.
		conf.InsecureSkipVerify = true
		conf.VerifyConnection = func(state tls.ConnectionState) error {
			if len(state.PeerCertificates) == 0 {
				return errors.New("the farm presented no certificate")
			}
			got := sha256.Sum256(state.PeerCertificates[0].Raw)
			if subtle.ConstantTimeCompare(got[:], want) != 1 {
				return &pinError{presented: formatFingerprint(got[:])}
			}
			return nil
		}
		return conf, nil
	}
	if c.Insecure {
		conf.InsecureSkipVerify = true
		return conf, nil
	}
	if c.CAFile != "" {
		pem, err := os.ReadFile(c.CAFile)
		if err != nil {
			return nil, fmt.Errorf("CA file: %w", err)
		}
		pool, err := x509.SystemCertPool()
		if err != nil {
			pool = x509.NewCertPool()
		}
		if !pool.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("CA file %s: no PEM certificate in it", c.CAFile)
		}
		conf.RootCAs = pool
	}
	return conf, nil
}

// parseFingerprint takes what tools print: "AB:CD...", "ab cd...", "abcd...",
// "sha256:abcd...", "SHA256 Fingerprint=AB:CD...".
func parseFingerprint(s string) ([]byte, error) {
	if i := strings.LastIndexByte(s, '='); i >= 0 {
		s = s[i+1:]
	}
	s = strings.ToLower(strings.TrimSpace(s))
	s = strings.TrimPrefix(strings.TrimPrefix(s, "sha256:"), "sha-256:")
	s = strings.NewReplacer(":", "", " ", "", "\t", "", "-", "").Replace(s)
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != sha256.Size {
		return nil, errors.New("the fingerprint is not a SHA-256 in hex (64 digits)")
	}
	return b, nil
}

func formatFingerprint(sum []byte) string {
	parts := make([]string, len(sum))
	for i, b := range sum {
		parts[i] = fmt.Sprintf("%02X", b)
	}
	return strings.Join(parts, ":")
}

// certificateFault recognizes an error that is about the farm's certificate
// and returns why and the fingerprint that was presented.
func certificateFault(err error) (reason, fingerprint string, ok bool) {
	var pin *pinError
	if errors.As(err, &pin) {
		return pin.Error(), pin.presented, true
	}
	var verify *tls.CertificateVerificationError
	if errors.As(err, &verify) {
		if len(verify.UnverifiedCertificates) > 0 {
			sum := sha256.Sum256(verify.UnverifiedCertificates[0].Raw)
			fingerprint = formatFingerprint(sum[:])
		}
		return clean(verify.Err.Error(), maxSaid), fingerprint, true
	}
	return "", "", false
}

// newTransport makes the one transport of a session. HTTP/1.1 only: HTTP/2
// repeats requests by rules of its own.
func newTransport(c Config, parallel int) (*http.Transport, error) {
	conf, err := tlsConfig(c)
	if err != nil {
		return nil, err
	}
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	dialer := &net.Dialer{Timeout: 15 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            dialer.DialContext,
		TLSClientConfig:        conf,
		TLSHandshakeTimeout:    15 * time.Second,
		Protocols:              &protocols,
		MaxIdleConns:           parallel + 1,
		MaxIdleConnsPerHost:    parallel + 1, // one more for logon and logoff
		IdleConnTimeout:        time.Minute,  // below what servers allow, so that it's us who close
		MaxResponseHeaderBytes: 1 << 20,
	}, nil
}
