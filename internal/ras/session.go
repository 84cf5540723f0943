package ras

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"
)

var errClosed = errors.New("the session is closed")

// Session is one logon to one farm. It is safe for use by several goroutines.
// Close it always: until then it stands in the farm's list of administrator
// sessions.
type Session struct {
	cfg           Config
	base          *url.URL
	clock         Clock
	transport     http.RoundTripper
	gov           *governor
	reads         pathSet
	maxAnswer     int64
	logoffTimeout time.Duration

	life    context.Context // of the logons that replace a token; ends with Close
	endLife context.CancelFunc

	observing sync.Mutex

	mu       sync.Mutex
	password secret
	tok      token
	replaced []secret // tokens of before; Close logs them off too
	accepted time.Time
	noRights bool // a 401 has turned out to be about rights
	flight   *flight
	refused  *Error // the farm refused to renew the logon: never tried again
	farm     FarmIdentity
	closed   bool
	stats    Stats

	closing  sync.Once
	closeErr error
}

// Stats counts what a session did.
type Stats struct {
	Requests  int           // all that were sent or tried, logon and logoff too
	Reads     int           // GET, each attempt
	Writes    int           // POST, PUT, DELETE, each attempt, without logon and logoff
	Retries   int           // attempts after the first
	Throttled int           // answers 429 and 503
	Waited    time.Duration // for the rate limit and between attempts
	Logons    int           // that succeeded
}

// Connect logs on to the farm and reads nothing else. The error is an *Error:
// KindInvalid for a configuration that makes no sense, KindAuth, KindTLS or
// KindConnection for the usual obstacles.
func Connect(ctx context.Context, cfg Config) (*Session, error) {
	if cfg.Parallel <= 0 {
		cfg.Parallel = DefaultParallel
	}
	transport, err := newTransport(cfg, cfg.Parallel)
	if err != nil {
		return nil, &Error{Kind: KindInvalid, Err: err}
	}
	s, err := newSession(ctx, cfg, transport)
	if err != nil {
		return nil, err
	}
	if err := s.firstLogon(ctx); err != nil {
		s.endLife()
		transport.CloseIdleConnections()
		return nil, err
	}
	return s, nil
}

// newSession makes a session that hasn't logged on yet.
func newSession(ctx context.Context, cfg Config, transport http.RoundTripper) (*Session, error) {
	base, err := cfg.baseURL()
	if err != nil {
		return nil, &Error{Kind: KindInvalid, Err: err}
	}
	if cfg.Parallel <= 0 {
		cfg.Parallel = DefaultParallel
	}
	if cfg.Timeout <= 0 {
		cfg.Timeout = DefaultTimeout
	}
	if cfg.Rate.Requests < 0 || cfg.Rate.Requests > 0 && cfg.Rate.Window <= 0 {
		return nil, &Error{Kind: KindInvalid, Err: errors.New("the rate has no window")}
	}
	s := &Session{
		cfg:           cfg,
		base:          base,
		clock:         cfg.Clock,
		transport:     transport,
		reads:         newPathSet(cfg.Reads),
		maxAnswer:     MaxAnswer,
		logoffTimeout: LogoffTimeout,
	}
	if s.clock == nil {
		s.clock = realClock{}
	}
	s.gov = newGovernor(s.clock, cfg.Rate, cfg.Parallel, s.announceWait)
	if cfg.Rate.Requests > 0 {
		s.gov.shared = cfg.Window
	}
	// A token is renewed for all requests that need it, so its logon must not
	// end with the context of the one that happened to ask first.
	s.life, s.endLife = context.WithCancel(context.WithoutCancel(ctx))
	return s, nil
}

// Format keeps package fmt from printing the inside of a session.
func (s *Session) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "ras.Session(%s)", s.base.Host) }

// Farm returns what the farm said of itself at the latest logon.
func (s *Session) Farm() FarmIdentity {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.farm
}

// Reader returns a Reader of this session.
func (s *Session) Reader() *Reader {
	return &Reader{s: s, via: &readOnly{next: s.transport, reads: s.reads}}
}

// Writer returns a Writer of this session; there is no other way to one.
func (s *Session) Writer() *Writer {
	return &Writer{s: s, reader: s.Reader()}
}

// SetRate has the session keep to another rate from now on; zero Requests means
// no limit.
func (s *Session) SetRate(r Rate) { s.gov.keepTo(r) }

// Stats returns the counts up to now.
func (s *Session) Stats() Stats {
	s.mu.Lock()
	st := s.stats
	s.mu.Unlock()
	st.Waited = s.gov.waitedSoFar()
	return st
}

func (s *Session) count(f func(*Stats)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(&s.stats)
}

// Look asks the farm how it is now: only a logon tells. The session that it makes is
// logged off at once.
func (s *Session) Look(ctx context.Context) (FarmIdentity, error) {
	if s.cfg.Password == nil {
		return FarmIdentity{}, errClosed
	}
	tok, farm, err := s.logon(ctx)
	if err != nil {
		return FarmIdentity{}, err
	}
	// Best effort: the farm ends a session without requests by itself.
	_ = s.logoff(ctx, tok)
	return farm, nil
}

// Close logs off. It takes 5 seconds at most
// and doesn't depend on any context that was used before. Requests under way
// are not waited for; new ones are refused. Further calls return what the
// first did. A session that the farm has ended already is no error.
func (s *Session) Close() error {
	s.closing.Do(func() { s.closeErr = s.close() })
	return s.closeErr
}

func (s *Session) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), s.logoffTimeout)
	defer cancel()

	s.mu.Lock()
	s.closed = true
	pending := s.flight
	s.mu.Unlock()
	if pending != nil {
		// A logon under way may still bring a token that must be logged off;
		// half of the time is left for that.
		t := time.NewTimer(s.logoffTimeout / 2)
		select {
		case <-pending.done:
		case <-t.C:
		}
		t.Stop()
	}
	s.endLife()

	s.mu.Lock()
	tokens := []secret{s.tok.secret}
	tokens = append(tokens, s.replaced...)
	s.mu.Unlock()

	var first error
	for _, t := range tokens {
		if t.value() == "" {
			continue
		}
		if err := s.logoff(ctx, t); err != nil && first == nil {
			first = err
		}
	}

	// Requests still under way may end yet: their texts are searched for the
	// secrets, so these are kept, but none is sent any more.
	s.mu.Lock()
	s.replaced, s.tok = tokens, token{}
	s.mu.Unlock()
	if t, ok := s.transport.(*http.Transport); ok {
		t.CloseIdleConnections()
	}
	return first
}
