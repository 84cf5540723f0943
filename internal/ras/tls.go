package ras

import (
	"crypto/sha256"
	"crypto/subtle"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"rassync/internal/files"
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
		conf.VerifyConnection = leafIs(want)
		return conf, addChecks(conf, c)
	}
	if c.Insecure {
		conf.InsecureSkipVerify = true
		return conf, addChecks(conf, c)
	}
	ca := c.CA
	if c.CAFile != "" {
		var err error
		if ca, err = files.ReadNamed(c.CAFile, MaxCA); err != nil {
			return nil, fmt.Errorf("CA file: %w", err)
		}
	}
	if len(ca) > 0 || c.CAFile != "" {
		pool, err := x509.SystemCertPool()
		if err != nil {
			pool = x509.NewCertPool()
		}
		if err := addCertificates(pool, ca); err != nil {
			return nil, fmt.Errorf("CA file %s: %w", c.CAFile, err)
		}
		conf.RootCAs = pool
	}
	return conf, addChecks(conf, c)
}

// MaxCA bounds a file of CA certificates.
const MaxCA = 1 << 20

// addCertificates takes what consoles write: PEM, DER (.cer), with a byte order
// mark or line ends of Windows.
func addCertificates(pool *x509.CertPool, data []byte) error {
	if list, err := x509.ParseCertificates(data); err == nil && len(list) > 0 {
		for _, cert := range list {
			pool.AddCert(cert)
		}
		return nil
	}
	text, err := files.Text(data)
	if errors.Is(err, files.ErrUTF16) {
		return err
	}
	if pool.AppendCertsFromPEM([]byte(text)) {
		return nil
	}
	block, _ := pem.Decode([]byte(text))
	switch {
	case block != nil:
		return fmt.Errorf("it holds a %s and no certificate", strings.ToLower(block.Type))
	case err != nil:
		return errors.New("it holds no certificate in PEM or DER (in the certificate console of Windows: Base-64 encoded X.509, or DER encoded)")
	}
	return errors.New("no PEM certificate in it, and it is not DER (in the certificate console of Windows: Base-64 encoded X.509, or DER encoded)")
}

// addChecks asks more of the certificate than what is trusted anyway: what a
// committed file says can only narrow it.
func addChecks(conf *tls.Config, c Config) error {
	if c.AlsoFingerprint != "" {
		want, err := parseFingerprint(c.AlsoFingerprint)
		if err != nil {
			return err
		}
		conf.VerifyConnection = both(conf.VerifyConnection, leafIs(want))
	}
	if len(c.AlsoCA) > 0 {
		pool := x509.NewCertPool()
		if err := addCertificates(pool, c.AlsoCA); err != nil {
			return fmt.Errorf("CA file: %w", err)
		}
		conf.VerifyConnection = both(conf.VerifyConnection, chainsTo(pool))
	}
	return nil
}

type connectionCheck = func(tls.ConnectionState) error

func both(a, b connectionCheck) connectionCheck {
	if a == nil {
		return b
	}
	return func(state tls.ConnectionState) error {
		if err := a(state); err != nil {
			return err
		}
		return b(state)
	}
}

func leafIs(want []byte) connectionCheck {
	return func(state tls.ConnectionState) error {
		if len(state.PeerCertificates) == 0 {
			return errors.New("the farm presented no certificate")
		}
		got := sha256.Sum256(state.PeerCertificates[0].Raw)
		if subtle.ConstantTimeCompare(got[:], want) != 1 {
			return &pinError{presented: formatFingerprint(got[:])}
		}
		return nil
	}
}

func chainsTo(pool *x509.CertPool) connectionCheck {
	return func(state tls.ConnectionState) error {
		if len(state.PeerCertificates) == 0 {
			return errors.New("the farm presented no certificate")
		}
		o := x509.VerifyOptions{Roots: pool, DNSName: state.ServerName, Intermediates: x509.NewCertPool()}
		for _, cert := range state.PeerCertificates[1:] {
			o.Intermediates.AddCert(cert)
		}
		if _, err := state.PeerCertificates[0].Verify(o); err != nil {
			return &tls.CertificateVerificationError{UnverifiedCertificates: state.PeerCertificates, Err: err}
		}
		return nil
	}
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
