package ras

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// jsonType is on every request, on GET without a body too. Protocol notes: all
// samples send it, and the api-version has been 1.0 from v17 to v21.
const jsonType = "application/json; api-version=1.0"

// call is one request as its caller means it; it may take several exchanges.
type call struct {
	class       class
	method      string
	path        string // percent-encoded
	query       url.Values
	hideQuery   bool
	body        []byte
	contentType string
	debugBody   func() string // the body for debug events, masked
	secrets     []string      // values that no text about this call may show
	anyBody     bool          // a 2xx is a success whatever its body
	timeout     time.Duration // 0: the session's
	via         http.RoundTripper
}

// result is what one exchange came to.
type result struct {
	status      int
	contentType string
	body        []byte // of a refusal: its first 16 KiB
	retryAfter  time.Duration
	fault       fault
	sent        bool // a byte of the request may have reached the farm
	err         error
	note        string // of a redirect: where to; of a TLS fault: why
	fingerprint string // of a TLS fault
}

// timeoutError says that the time for one request ran out. It is not
// context.DeadlineExceeded, which would look like the caller's own deadline.
type timeoutError struct{ after time.Duration }

func (e timeoutError) Error() string { return fmt.Sprintf("no whole answer within %s", e.after) }
func (e timeoutError) Timeout() bool { return true }

var errCut = errors.New("the answer was cut off")

// exchange sends one request, once, and reads its answer.
func (s *Session) exchange(ctx context.Context, c *call, tok token, attempt int) result {
	start, began := s.clock.Now(), time.Now()
	r := s.roundTrip(ctx, c, tok)
	s.count(func(st *Stats) {
		st.Requests++
		switch {
		case c.class == classRead:
			st.Reads++
		case c.class.isWrite():
			st.Writes++
		}
	})
	if s.cfg.Observe != nil {
		e := Event{
			Type: EventRequest, Time: start,
			Method: c.method, Path: c.path, Query: maskQuery(c.query, c.hideQuery),
			Attempt: attempt, Status: r.status, Duration: time.Since(began),
			Sent: int64(len(c.body)), Received: int64(len(r.body)), Err: r.err,
		}
		if s.cfg.DebugBodies {
			hide := s.scrubber(c)
			e.ResponseBody = maskJSON(r.body, r.contentType, hide)
			if c.debugBody != nil {
				e.RequestBody = hide.Replace(c.debugBody())
			} else {
				e.RequestBody = maskJSON(c.body, c.contentType, hide)
			}
		}
		s.observe(e)
	}
	return r
}

func (s *Session) roundTrip(parent context.Context, c *call, tok token) (r result) {
	timeout := s.cfg.Timeout
	if c.timeout > 0 {
		timeout = c.timeout
	}
	ctx, cancel := context.WithTimeout(parent, timeout)
	defer cancel()

	// A request may have been sent from the moment on at which it has a
	// connection. The transport repeats a write by itself only if nothing of it
	// was written, which begins with asking for another connection; a read also
	// when a kept connection turns out to be dead, which the farm may have
	// counted.
	var onWire, tries atomic.Int32
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) {
			onWire.Store(0)
			if tries.Add(1) > 1 {
				s.gov.note()
			}
		},
		GotConn: func(httptrace.GotConnInfo) { onWire.Store(1) },
	})

	target := s.base.String() + c.path
	if len(c.query) > 0 {
		target += "?" + c.query.Encode()
	}
	var body io.Reader
	if c.body != nil {
		body = bytes.NewReader(c.body)
	}
	req, err := http.NewRequestWithContext(ctx, c.method, target, body)
	if err != nil {
		// Not err: it repeats the whole address.
		r.fault, r.err = faultForbidden, errors.New("the request can't be built")
		return r
	}
	req.Header["Content-Type"] = []string{c.contentType}
	req.Header["User-Agent"] = []string{"rassync"}
	if t := tok.secret.value(); t != "" {
		req.Header["auth_token"] = []string{t}
	}

	resp, err := c.via.RoundTrip(req)
	r.sent = onWire.Load() == 1
	if err != nil {
		s.classify(parent, ctx, c, timeout, err, &r)
		return r
	}
	defer resp.Body.Close()
	r.sent = true
	r.status = resp.StatusCode
	r.contentType = resp.Header.Get("Content-Type")
	r.retryAfter = retryAfter(resp.Header, s.clock.Now())

	if r.status < 200 || r.status > 299 {
		// The status says it all; a body that can't be read whole takes nothing
		// from it. What is left is drained so that the connection can be kept.
		r.body, _ = io.ReadAll(io.LimitReader(resp.Body, maxErrorBody))
		_, _ = io.CopyN(io.Discard, resp.Body, 256<<10)
		if r.status < 400 {
			r.note = redirectTarget(resp.Header.Get("Location"))
		}
		return r
	}
	if resp.ContentLength > s.maxAnswer {
		r.fault, r.err = faultTooLarge, fmt.Errorf("%d bytes are announced, %d are accepted", resp.ContentLength, s.maxAnswer)
		return r
	}
	data, err := s.receive(resp, r.contentType)
	switch {
	case errors.Is(err, errUnbounded), errors.Is(err, errTooMuch):
		r.fault, r.err = faultTooLarge, err
		return r
	case err != nil:
		s.classify(parent, ctx, c, timeout, err, &r)
		return r
	}
	r.body, r.fault = judgeBody(c, r.contentType, data)
	if r.fault == faultGarbled {
		r.err = errCut
	}
	return r
}

// classify sorts the errors of the network.
func (s *Session) classify(parent, ctx context.Context, c *call, timeout time.Duration, err error, r *result) {
	var own *Error
	var dns *net.DNSError
	switch {
	case errors.As(err, &own):
		r.fault, r.err = faultForbidden, own.Err
	case parent.Err() != nil:
		r.fault, r.err = faultCanceled, parent.Err()
	case ctx.Err() != nil:
		r.fault, r.err = faultBroken, timeoutError{timeout}
	case errors.As(err, &dns) && dns.IsNotFound:
		r.fault, r.err = faultNoHost, scrubError(err, s.scrubber(c))
	case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE):
		r.fault, r.err = faultNoHandle, errNoHandle
	case errors.Is(err, io.ErrUnexpectedEOF):
		r.fault, r.err = faultBroken, errCut
	default:
		r.fault, r.err = faultBroken, scrubError(err, s.scrubber(c))
		if reason, fingerprint, ok := certificateFault(err); ok {
			r.fault, r.note, r.fingerprint = faultTLS, reason, fingerprint
		}
	}
}

// judgeBody decides whether the body of a 2xx is one the API gives, and
// returns it as callers want it: nil when empty, JSON without a byte order
// mark, pictures untouched.
func judgeBody(c *call, contentType string, data []byte) ([]byte, fault) {
	media, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		media = ""
	}
	binary := strings.HasPrefix(media, "image/") || media == "application/octet-stream"
	if binary && len(data) > 0 {
		return data, faultNone
	}
	text := bytes.TrimSpace(trimBOM(data))
	switch {
	case len(text) == 0:
		return nil, faultNone
	case json.Valid(text):
		return text, faultNone
	case c.anyBody:
		return data, faultNone
	case c.class.isWrite() && media == "text/plain":
		return data, faultNone
	case truncatedJSON(text):
		return text, faultGarbled
	}
	return data, faultForeign
}

// errTooMuch says how many bytes are accepted.
var errTooMuch = errors.New("too many bytes")

// receive reads the body of an answer and stops at the first bound that it goes
// beyond.
func (s *Session) receive(resp *http.Response, contentType string) ([]byte, error) {
	var look bounds
	media, _, err := mime.ParseMediaType(contentType)
	binary := err == nil && (strings.HasPrefix(media, "image/") || media == "application/octet-stream")
	most := s.maxAnswer
	if binary {
		most = min(most, maxObject)
	}
	var data bytes.Buffer
	if n := resp.ContentLength; n > 0 {
		// What is announced is not touched before it comes in; growing would hold
		// a large answer twice.
		data.Grow(int(min(n, 256<<20)) + bytes.MinRead)
	}
	piece := make([]byte, 64<<10)
	for {
		n, err := resp.Body.Read(piece)
		data.Write(piece[:n])
		if !binary {
			if _, berr := look.Write(piece[:n]); berr != nil {
				return nil, berr
			}
		}
		if limit := look.most(most); int64(data.Len()) > limit {
			return nil, fmt.Errorf("%w: more than the accepted %d", errTooMuch, limit)
		}
		if errors.Is(err, io.EOF) {
			return data.Bytes(), nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// truncatedJSON tells whether the text is JSON as far as it goes.
func truncatedJSON(text []byte) bool {
	if text[0] != '{' && text[0] != '[' {
		return false
	}
	var raw json.RawMessage
	err := json.NewDecoder(bytes.NewReader(text)).Decode(&raw)
	return errors.Is(err, io.ErrUnexpectedEOF)
}

// retryAfter reads the header of that name: seconds, or a date, which is taken
// relative to the farm's own clock if the answer shows it. 0 means that the
// farm said nothing usable.
func retryAfter(h http.Header, now time.Time) time.Duration {
	v := strings.TrimSpace(h.Get("Retry-After"))
	if v == "" {
		return 0
	}
	if n, err := strconv.ParseInt(v, 10, 32); err == nil {
		// "0" would have the request repeated at once, ten times in a row.
		return max(time.Duration(n)*time.Second, time.Second)
	}
	at, err := http.ParseTime(v)
	if err != nil {
		return 0
	}
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		now = date
	}
	return max(at.Sub(now), time.Second)
}

// redirectTarget names where a redirect points, without its query.
func redirectTarget(location string) string {
	u, err := url.Parse(location)
	if err != nil || location == "" {
		return ""
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	return clean("to "+u.String(), maxExcerpt)
}
