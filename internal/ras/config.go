package ras

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"
)

// Defaults of Config.
const (
	DefaultPort     = "20443" // of the RAS Web Administration Service
	DefaultParallel = 4
	DefaultTimeout  = 60 * time.Second // per request
	LogoffTimeout   = 5 * time.Second
	MaxAnswer       = 1 << 30 // bytes of a list, decompressed; its elements have bounds of their own
)

// Config says where the farm is and how to talk to it.
type Config struct {
	// URL of the farm: https://host:20443. A bare host or host:port gets
	// https:// and, without a port, :20443. Plain http is accepted only for
	// loopback or with Insecure, as it shows the password to the network.
	URL string

	Username string
	// Password is asked once, at the first logon.
	Password func() (string, error)

	// How to trust the farm's certificate: the system's roots and those of
	// CAFile (PEM), or the SHA-256 of the leaf certificate in hex (colons,
	// spaces and case don't matter; the chain isn't looked at then), or not at
	// all. Fingerprint goes before Insecure.
	CAFile      string
	CA          []byte // content of such a file
	Fingerprint string
	Insecure    bool
	// What the certificate must be besides: it never replaces the trust above.
	AlsoFingerprint string
	AlsoCA          []byte

	// Rate bounds the requests per window, all of the session together; zero
	// Requests means no limit.
	Rate Rate
	// Window is shared by the sessions of this machine that talk to the farm;
	// nil: the session has one of its own.
	Window SharedWindow
	// Parallel bounds the requests under way at a time; 0 means 4.
	Parallel int
	// Timeout is for one request with its answer; 0 means 60 seconds.
	Timeout time.Duration

	// Reads are the path templates that may be read
	// ("/api/PubItems/{id}/Filter"). Letter case doesn't matter, {x} stands for
	// one segment.
	Reads []string

	Clock Clock // nil: the real one

	// Observe is told what happens; nil is fine. Calls never overlap. It must
	// return soon and must not call the session.
	Observe func(Event)
	// DebugBodies asks for the masked bodies of requests and answers in events.
	DebugBodies bool
}

// baseURL makes a base address of what an administrator writes.
func (c Config) baseURL() (*url.URL, error) {
	raw := strings.TrimSpace(c.URL)
	if raw == "" {
		return nil, errors.New("no address of the farm")
	}
	bare := !strings.Contains(raw, "://")
	if bare {
		if ip := net.ParseIP(raw); ip != nil && strings.Contains(raw, ":") {
			raw = "[" + raw + "]"
		}
		raw = "https://" + raw
	}
	u, err := url.Parse(raw)
	if err != nil {
		// The parser's message repeats the text, which could hold a password.
		return nil, errors.New("the address of the farm can't be read; want https://host:20443")
	}
	u.Scheme = strings.ToLower(u.Scheme)
	switch {
	case u.User != nil:
		return nil, errors.New("the address of the farm must not hold a user name or password")
	case u.Hostname() == "":
		return nil, errors.New("the address of the farm has no host; want https://host:20443")
	case u.RawQuery != "" || u.Fragment != "":
		return nil, errors.New("the address of the farm must not hold a query or fragment")
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, fmt.Errorf("the address of the farm starts with %q; want https://host:20443", u.Scheme+"://")
	}
	if p := strings.ToLower(strings.TrimSuffix(u.Path, "/")); p != "" && p != "/api" {
		return nil, errors.New("the address of the farm must be without a path; want https://host:20443")
	}
	if u.Scheme == "http" && !c.Insecure && !isLoopback(u.Hostname()) {
		return nil, errors.New("plain http would show the password to the network; use https, or allow it as insecure")
	}
	if bare && u.Port() == "" {
		u.Host = net.JoinHostPort(u.Hostname(), DefaultPort)
	}
	return &url.URL{Scheme: u.Scheme, Host: u.Host}, nil
}

func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
