package ras

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// Bounds of repetition.
const (
	maxTries     = 4  // attempts in all for broken connections, 502 and 504
	maxThrottled = 10 // refusals by 429 or 503 that one request waits out, a window each
)

// retryPause is the wait after the nth failed attempt: 1 s, 2 s, 4 s.
func retryPause(n int) time.Duration { return time.Second << (n - 1) }

// class is what repeating a request means.
type class int

const (
	classRead   class = iota // GET: repeating changes nothing
	classSame                // PUT, DELETE: carried out twice is the same as once
	classOnce                // POST: carried out twice is two
	classLogon               // POST, but at worst it leaves a session that ends by itself
	classLogoff              // sent once, whatever comes of it
)

func (c class) isWrite() bool { return c == classSame || c == classOnce }

func classOf(method string) class {
	switch method {
	case http.MethodGet:
		return classRead
	case http.MethodPut, http.MethodDelete:
		return classSame
	}
	return classOnce
}

// fault is what went wrong with an exchange, apart from its status.
type fault int

const (
	faultNone      fault = iota
	faultCanceled        // the caller's context ended
	faultTLS             // the certificate
	faultNoHost          // the name is unknown: trying again is no use
	faultNoHandle        // this machine has no more: trying again is no use
	faultBroken          // no connection, time-out, cut: no whole answer
	faultGarbled         // a 2xx whose body is cut off
	faultForeign         // a 2xx whose body isn't the API's
	faultTooLarge        // a body above the limit
	faultForbidden       // a Reader's transport refused to send it
)

// action is what to do after an attempt.
type action int

const (
	actDone     action = iota
	actFail            // with the kind that decide gives
	actRetry           // pause, then again; the kind is for when the tries are used up
	actThrottle        // the governor waits, then again
	actLogon           // get a new token, then again
)

// decide is the whole policy of repetition, by class, status and fault. sent
// tells whether any byte of the request may have reached the farm.
//
//   - 401 and 429 were surely not carried out, so anything may be repeated.
//   - 503 is how some farms may say 429 (not known which). A PUT or DELETE is
//     the same twice, so it may be repeated; a POST may not.
//   - 502 and 504 come from something in between and say nothing of what the
//     farm did: only reads are repeated.
//   - 500 is the farm's own failure: it would fail again, and a write may be
//     half done.
func decide(c class, status int, f fault, sent bool) (action, Kind) {
	write := c.isWrite()
	switch f {
	case faultNone:
	case faultCanceled:
		if write && sent {
			return actFail, KindUnknownOutcome
		}
		return actFail, KindCanceled
	case faultTLS:
		return actFail, KindTLS
	case faultNoHost, faultNoHandle:
		return actFail, KindConnection
	case faultForbidden:
		if c != classRead {
			return actFail, KindInvalid
		}
		return actFail, KindForbiddenRead
	case faultTooLarge:
		return actFail, KindTooLarge
	case faultForeign:
		if write {
			return actFail, KindUnknownOutcome
		}
		return actFail, KindNotJSON
	case faultBroken, faultGarbled:
		if write && sent {
			return actFail, KindUnknownOutcome
		}
		return actRetry, KindConnection
	}
	switch {
	case status >= 200 && status < 300:
		return actDone, KindNone
	case status >= 300 && status < 400:
		return actFail, KindRedirect
	case status == http.StatusTooManyRequests:
		return actThrottle, KindThrottled
	case status == http.StatusServiceUnavailable:
		if c == classOnce {
			return actFail, KindUnknownOutcome
		}
		return actThrottle, KindThrottled
	case status == http.StatusBadGateway || status == http.StatusGatewayTimeout:
		if write {
			return actFail, KindUnknownOutcome
		}
		return actRetry, KindServer
	case status >= 500:
		return actFail, KindServer
	case c == classLogon && (status == http.StatusUnauthorized || status == http.StatusForbidden || status == http.StatusBadRequest):
		// Protocol notes: the broker's refusals come as 400 {code,msg} too.
		return actFail, KindAuth
	case status == http.StatusUnauthorized:
		return actLogon, KindRights
	}
	return actFail, KindRefused
}

// do carries out one call: attempts, pauses and a new logon as decide says.
func (s *Session) do(ctx context.Context, c *call) (*Answer, error) {
	var (
		failures  int
		refusals  int
		renewed   bool
		maybeDone bool // an earlier attempt of this write may have been carried out
	)
	fail := func(e *Error) (*Answer, error) {
		e.MaybeDone = e.MaybeDone || maybeDone
		return nil, e
	}
	for attempt := 1; ; attempt++ {
		tok, p, leave, err := s.admit(ctx, c)
		if err != nil {
			return fail(c.stopped(err))
		}
		r := s.exchange(ctx, c, tok, attempt)
		leave()
		if r.fault == faultNone && r.status != http.StatusTooManyRequests && r.status != http.StatusServiceUnavailable {
			s.gov.ok()
		}

		act, kind := decide(c.class, r.status, r.fault, r.sent)
		switch act {
		case actDone:
			s.noteAccepted(tok)
			return &Answer{Status: r.status, Body: r.body, ContentType: r.contentType}, nil

		case actThrottle:
			s.count(func(st *Stats) { st.Throttled++ })
			if r.status == http.StatusServiceUnavailable && c.class.isWrite() {
				maybeDone = true
			}
			s.gov.refused(p, r.status, r.retryAfter)
			refusals++
			if refusals > maxThrottled || r.retryAfter > s.gov.longestWait() {
				return fail(s.failure(c, KindThrottled, r))
			}

		case actRetry:
			failures++
			if failures >= maxTries {
				return fail(s.failure(c, kind, r))
			}
			reason := "no answer from the farm, trying again"
			if r.status != 0 {
				reason = fmt.Sprintf("the farm failed (%d), trying again", r.status)
			}
			if err := s.gov.pause(ctx, retryPause(failures), reason); err != nil {
				return fail(c.stopped(err))
			}

		case actLogon:
			if renewed || s.rightsKnown(tok) {
				s.noteNoRights()
				return fail(s.failure(c, KindRights, r))
			}
			renewed = true
			if err := s.renew(ctx, tok); err != nil {
				return fail(c.stopped(err))
			}

		case actFail:
			if r.fault == faultNone && r.status >= 400 && r.status < 500 {
				s.noteAccepted(tok)
			}
			if c.class == classOnce && r.status == http.StatusServiceUnavailable {
				// It isn't repeated, but the farm wants its pause all the same.
				s.count(func(st *Stats) { st.Throttled++ })
				s.gov.refused(p, r.status, r.retryAfter)
			}
			return fail(s.failure(c, kind, r))
		}
		s.count(func(st *Stats) { st.Retries++ })
	}
}

// failure makes the error of a call that ended with r.
func (s *Session) failure(c *call, kind Kind, r result) *Error {
	e := &Error{
		Kind:       kind,
		Method:     c.method,
		Path:       c.path,
		Status:     r.status,
		RetryAfter: r.retryAfter,
		Err:        r.err,
	}
	hide := s.scrubber(c)
	switch {
	case kind == KindTLS:
		e.Title, e.Detail, e.Err = r.note, r.fingerprint, nil
	case kind == KindRedirect:
		e.Detail = hide.Replace(r.note)
	case r.fault == faultForeign:
		e.Detail = foreign(r.body, r.contentType, hide)
	case r.fault == faultNone && r.status >= 400:
		reason := parseRefusal(r.body, hide)
		e.Title, e.Detail, e.Code = reason.title, reason.detail, reason.code
		if kind == KindRefused {
			e.Kind = refusalKind(r.status, reason)
		}
	}
	if c.class.isWrite() {
		e.MaybeDone = kind == KindUnknownOutcome || kind == KindTooLarge || r.status >= 500 || r.status == http.StatusSeeOther
	}
	return e
}

// stopped makes the error of a call that ended before its (next) attempt.
func (c *call) stopped(err error) *Error {
	var shared *Error // of a logon that several calls waited for
	if errors.As(err, &shared) {
		return shared.clone()
	}
	kind := KindInvalid
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		kind = KindCanceled
	}
	return &Error{Kind: kind, Method: c.method, Path: c.path, Err: err}
}
