package ras

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"
)

// FarmIdentity is what the farm says of itself in its answer to a logon. The
// v17 answer holds the token alone: everything is zero or nil then. Fields
// that a farm leaves out are zero or nil as well.
type FarmIdentity struct {
	GUID            string // farmGUID: identifies the farm for good
	Name            string // farmName
	Domain          string
	ConnectedServer string
	LicensingServer string

	// PrimaryBroker (primaryBrokerConnection) is false when the service talks
	// to a secondary broker: nothing must be written then.
	PrimaryBroker *bool
	// LicensingConnection is licensingServerConnection.
	LicensingConnection *bool
	// ApplySettingsEnabled is true when changes are staged and not applied.
	ApplySettingsEnabled *bool

	SettingsID      int64 // the current settings id
	UserID          int64
	ConnectedSiteID int64
	SessionID       int64
}

// token is an auth token with its place in the row of tokens.
type token struct {
	secret     secret
	generation int
}

// flight is a logon under way that any number of requests wait for.
type flight struct {
	done chan struct{}
	err  error
}

// aliveFor is how long a token that was accepted counts as alive. It matters
// only for accounts without rights on everything, see rightsKnown.
const aliveFor = 10 * time.Second

func (s *Session) firstLogon(ctx context.Context) error {
	invalid := func(err error) error {
		return &Error{Kind: KindInvalid, Method: http.MethodPost, Path: logonPath, Err: err}
	}
	if n := len([]rune(s.cfg.Username)); n < 1 || n > 255 {
		return invalid(errors.New("the user name must have 1 to 255 characters"))
	}
	if s.cfg.Password == nil {
		return invalid(errors.New("no password is given"))
	}
	password, err := s.cfg.Password()
	if err != nil {
		return &Error{Kind: KindInvalid, Method: http.MethodPost, Path: logonPath, Title: "there is no password", Err: err}
	}
	if password == "" {
		return invalid(errors.New("the password is empty"))
	}
	s.password = newSecret(password)
	tok, farm, err := s.logon(ctx)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tok, s.farm, s.accepted = token{secret: tok, generation: 1}, farm, s.clock.Now()
	s.stats.Logons++
	return nil
}

// logon sends the credentials. Protocol notes: body {username, password}, no
// token header; the token comes as authToken or AuthToken.
func (s *Session) logon(ctx context.Context) (secret, FarmIdentity, error) {
	s.mu.Lock()
	password := s.password.value()
	s.mu.Unlock()
	body := encodePlain(map[string]string{"username": s.cfg.Username, "password": password})
	c := &call{
		class:       classLogon,
		method:      http.MethodPost,
		path:        logonPath,
		body:        body,
		contentType: jsonType,
		secrets:     []string{password},
		via:         s.transport,
	}
	a, err := s.do(ctx, c)
	if err != nil {
		return secret{}, FarmIdentity{}, err
	}
	tok, farm, ok := parseLogon(a.Body)
	if !ok {
		return secret{}, FarmIdentity{}, &Error{
			Kind: KindAuth, Method: c.method, Path: c.path, Status: a.Status,
			Title: "the answer to the logon holds no usable token",
		}
	}
	return newSecret(tok), farm, nil
}

func parseLogon(body []byte) (string, FarmIdentity, bool) {
	m, ok := foldedObject(body)
	if !ok {
		return "", FarmIdentity{}, false
	}
	text := func(key string) string { return clean(looseString(m[key]), maxSaid) }
	farm := FarmIdentity{
		GUID:                 text("farmguid"),
		Name:                 text("farmname"),
		Domain:               text("domain"),
		ConnectedServer:      text("connectedserver"),
		LicensingServer:      text("licensingserver"),
		PrimaryBroker:        looseBool(m["primarybrokerconnection"]),
		LicensingConnection:  looseBool(m["licensingserverconnection"]),
		ApplySettingsEnabled: looseBool(m["applysettingsenabled"]),
		SettingsID:           looseInt(m["settingsid"]),
		UserID:               looseInt(m["userid"]),
		ConnectedSiteID:      looseInt(m["connectedsiteid"]),
		SessionID:            looseInt(m["sessionid"]),
	}
	var tok string
	if json.Unmarshal(m["authtoken"], &tok) != nil {
		tok = looseString(m["authtoken"])
	}
	return tok, farm, usableToken(tok)
}

// usableToken tells whether the token can stand in a header as it is.
func usableToken(tok string) bool {
	for i := 0; i < len(tok); i++ {
		if tok[i] < ' ' || tok[i] > '~' {
			return false
		}
	}
	return tok != "" && strings.TrimSpace(tok) == tok
}

// admit waits until the call may be sent and returns the token to send with
// it. Logon and logoff need no place in line: everybody in it waits for the
// first, and the second must not be held up.
func (s *Session) admit(ctx context.Context, c *call) (token, pass, func(), error) {
	if c.class == classLogon {
		p, err := s.gov.wait(ctx)
		return token{}, p, func() {}, err
	}
	for {
		if err := s.ready(ctx); err != nil {
			return token{}, pass{}, nil, err
		}
		p, leave, err := s.gov.enter(ctx)
		if err != nil {
			return token{}, pass{}, nil, err
		}
		s.mu.Lock()
		tok, stale, closed := s.tok, s.flight != nil || s.refused != nil, s.closed
		s.mu.Unlock()
		if !stale && !closed {
			return tok, p, leave, nil
		}
		// The token turned out to be dead while this call stood in line: to
		// send it would be one refusal more.
		s.gov.giveBack(p)
		leave()
	}
}

// ready waits for a logon under way.
func (s *Session) ready(ctx context.Context) error {
	s.mu.Lock()
	f, refused, closed := s.flight, s.refused, s.closed
	s.mu.Unlock()
	switch {
	case closed:
		return errClosed
	case refused != nil:
		return refused.clone()
	case f != nil:
		return f.wait(ctx)
	}
	return ctx.Err()
}

func (f *flight) wait(ctx context.Context) error {
	select {
	case <-f.done:
		return f.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// renew gets a token newer than stale, by one logon for all that ask.
func (s *Session) renew(ctx context.Context, stale token) error {
	s.mu.Lock()
	switch {
	case s.closed:
		s.mu.Unlock()
		return errClosed
	case s.refused != nil:
		defer s.mu.Unlock()
		return s.refused.clone()
	case s.tok.generation != stale.generation:
		s.mu.Unlock()
		return nil
	}
	if s.flight == nil {
		s.flight = &flight{done: make(chan struct{})}
		go s.relogon(s.flight)
	}
	f := s.flight
	s.mu.Unlock()
	return f.wait(ctx)
}

func (s *Session) relogon(f *flight) {
	tok, farm, err := s.logon(s.life)

	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case err == nil && s.farm.GUID != "" && farm.GUID != "" && !strings.EqualFold(s.farm.GUID, farm.GUID):
		// Another farm answers at the address now. Whatever was going on was
		// meant for the first one. The token is kept only to be logged off.
		s.replaced = append(s.replaced, tok)
		s.refused = &Error{
			Kind: KindAuth, Method: http.MethodPost, Path: logonPath,
			Title:  "another farm answers at this address now",
			Detail: "farm " + farm.GUID + " instead of " + s.farm.GUID,
		}
		err = s.refused.clone()
	case err == nil:
		// The old token may be alive after all (a 401 can be about rights), and
		// with it an administrator session.
		s.replaced = append(s.replaced, s.tok.secret)
		s.tok = token{secret: tok, generation: s.tok.generation + 1}
		s.farm = farm
		s.accepted = s.clock.Now()
		s.stats.Logons++
	case KindOf(err) == KindAuth:
		// Trying a refused password again and again locks accounts.
		errors.As(err, &s.refused)
	}
	f.err = err
	s.flight = nil
	close(f.done)
}

// logoff ends one administrator session, without waiting for the rate limit.
func (s *Session) logoff(ctx context.Context, tok secret) error {
	c := &call{
		class:       classLogoff,
		method:      http.MethodPost,
		path:        logoffPath,
		contentType: jsonType,
		anyBody:     true,
		timeout:     s.logoffTimeout,
		via:         s.transport,
	}
	s.gov.note()
	r := s.exchange(ctx, c, token{secret: tok}, 1)
	switch {
	case r.fault == faultNone && (r.status < 300 || r.status == http.StatusUnauthorized):
		return nil
	case r.fault == faultNone:
		_, kind := decide(c.class, r.status, r.fault, r.sent)
		return s.failure(c, kind, r)
	}
	_, kind := decide(classRead, r.status, r.fault, r.sent)
	return s.failure(c, kind, r)
}

// noteAccepted records that the farm took the token.
func (s *Session) noteAccepted(tok token) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if tok.generation != 0 && tok.generation == s.tok.generation {
		s.accepted = s.clock.Now()
	}
}

// noteNoRights records that a 401 was about rights, not about the token.
func (s *Session) noteNoRights() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.noRights = true
}

// rightsKnown tells whether a 401 for tok is about rights without asking for a
// new logon: this account has met such a 401 before, and the same token was
// accepted only seconds ago. Without this, each of the reads that are closed
// to a restricted account would cost two requests more and leave one
// administrator session on the farm.
func (s *Session) rightsKnown(tok token) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.noRights && tok.generation == s.tok.generation && s.clock.Now().Sub(s.accepted) < aliveFor
}
