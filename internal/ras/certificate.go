package ras

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"errors"
	"net"
	"time"
)

// Presented is the certificate that a farm shows.
type Presented struct {
	Fingerprint string // SHA-256
	Subject     string
	Until       time.Time
	// Why says why it is not trusted; "" if it is.
	Why string
}

// ShownCertificate looks at the farm's certificate and sends nothing else to it. The
// zero value is that of an address without TLS.
func ShownCertificate(ctx context.Context, cfg Config) (Presented, error) {
	u, err := cfg.baseURL()
	if err != nil {
		return Presented{}, &Error{Kind: KindInvalid, Err: err}
	}
	if u.Scheme != "https" {
		return Presented{}, nil
	}
	conf, err := tlsConfig(cfg)
	if err != nil {
		return Presented{}, &Error{Kind: KindInvalid, Err: err}
	}
	host := u.Host
	if u.Port() == "" {
		host = net.JoinHostPort(u.Hostname(), "443")
	}
	timeout := cfg.Timeout
	if timeout <= 0 {
		timeout = DefaultTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	conf.ServerName = u.Hostname()
	d := tls.Dialer{Config: conf}
	conn, err := d.DialContext(ctx, "tcp", host)
	if err == nil {
		defer conn.Close()
		return presented(conn.(*tls.Conn).ConnectionState(), ""), nil
	}
	reason, fingerprint, ok := certificateFault(err)
	if !ok {
		return Presented{}, err
	}
	p := Presented{Fingerprint: fingerprint, Why: reason}
	var verify *tls.CertificateVerificationError
	if errors.As(err, &verify) && len(verify.UnverifiedCertificates) > 0 {
		p = presented(tls.ConnectionState{PeerCertificates: verify.UnverifiedCertificates}, reason)
	}
	return p, nil
}

func presented(state tls.ConnectionState, why string) Presented {
	if len(state.PeerCertificates) == 0 {
		return Presented{Why: why}
	}
	leaf := state.PeerCertificates[0]
	sum := sha256.Sum256(leaf.Raw)
	return Presented{Fingerprint: formatFingerprint(sum[:]), Subject: leaf.Subject.String(), Until: leaf.NotAfter, Why: why}
}
