package ras

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// applyPath pushes what is staged, by whoever it was staged.
const applyPath = "/api/Settings/apply"

// Writer changes the farm. Only Session.Writer makes one. Its methods are
// listed by hand, so that nothing is added to it by accident.
type Writer struct {
	s      *Session
	reader *Reader
}

// Request is one write.
type Request struct {
	Method string // POST, PUT or DELETE
	Path   string // percent-encoded, see SafePath
	Query  url.Values
	// Body is sent as JSON; bytes and json.RawMessage are JSON already; nil
	// means no body. A DELETE may have one: that is
	// how members of lists are named.
	Body any
	// Multipart is sent instead of a JSON body.
	Multipart *Multipart
	// SecretQuery keeps the whole query out of events and errors (protocol
	// notes: some creates take push-install credentials as query parameters).
	SecretQuery bool
	// Secrets are texts that nothing may show, wherever they stand in the
	// request or in what the farm says of it.
	Secrets []string
	// Timeout of this request; 0 means that of the session. Some creates
	// install agents and take minutes.
	Timeout time.Duration
}

// Format keeps package fmt from printing the inside of a writer.
func (w *Writer) Format(f fmt.State, _ rune) { fmt.Fprint(f, "ras.Writer") }

// Get is Reader.Get, with the same limits.
func (w *Writer) Get(ctx context.Context, path string, query url.Values) (*Answer, error) {
	if w == nil {
		return (*Reader)(nil).Get(ctx, path, query)
	}
	return w.reader.Get(ctx, path, query)
}

// Send sends one write. The error is an *Error; with KindUnknownOutcome, and
// whenever MaybeDone is set, the write may have been carried out: read the
// farm before anything else. Send repeats by itself only what surely was not
// carried out (no connection, 401, 429) and a PUT or DELETE answered by 503.
func (w *Writer) Send(ctx context.Context, req Request) (*Answer, error) {
	c, err := w.prepare(req)
	if err != nil {
		return nil, err
	}
	return w.s.do(ctx, c)
}

// ApplySettings pushes everything that is staged on the farm, by other
// administrators too. 204 and 200 with whatever body are both a success.
func (w *Writer) ApplySettings(ctx context.Context) error {
	c, err := w.prepare(Request{Method: http.MethodPost, Path: applyPath})
	if err != nil {
		return err
	}
	c.anyBody = true
	_, err = w.s.do(ctx, c)
	return err
}

// Pause waits for d in the session's time and counts it among its waits; a
// wait of more than a second is announced with the reason.
func (w *Writer) Pause(ctx context.Context, d time.Duration, reason string) error {
	return w.s.gov.pause(ctx, d, reason)
}

func (w *Writer) prepare(req Request) (*call, error) {
	invalid := func(format string, args ...any) (*call, error) {
		return nil, &Error{Kind: KindInvalid, Method: clean(req.Method, 20), Path: clean(req.Path, maxExcerpt), Err: fmt.Errorf(format, args...)}
	}
	if w == nil || w.s == nil {
		return invalid("the writer belongs to no session")
	}
	if !slices.Contains([]string{http.MethodPost, http.MethodPut, http.MethodDelete}, req.Method) {
		return invalid("a write is POST, PUT or DELETE")
	}
	if _, err := checkPath(req.Path); err != nil {
		return invalid("%w", err)
	}
	if strings.EqualFold(req.Path, logonPath) || strings.EqualFold(req.Path, logoffPath) {
		return invalid("logon and logoff are the session's own business")
	}
	c := &call{
		class:       classOf(req.Method),
		method:      req.Method,
		path:        req.Path,
		query:       req.Query,
		hideQuery:   req.SecretQuery,
		contentType: jsonType,
		timeout:     req.Timeout,
		via:         w.s.transport,
	}
	switch {
	case req.Body != nil && req.Multipart != nil:
		return invalid("a request has a JSON body or a multipart body, not both")
	case req.Multipart != nil:
		body, contentType, err := req.Multipart.encode()
		if err != nil {
			return invalid("multipart body: %w", err)
		}
		c.body, c.contentType = body, contentType
		c.debugBody = req.Multipart.masked
		c.secrets = req.Multipart.secrets()
	case req.Body != nil:
		body, err := encodeJSON(req.Body)
		if err != nil {
			// The encoder's message can quote the value.
			return invalid("the body can't be written as JSON: %s", errorType(err))
		}
		c.body, c.secrets = body, secretValues(body)
	}
	c.secrets = append(c.secrets, req.Secrets...)
	for k, values := range req.Query {
		if req.SecretQuery || secretKey.MatchString(k) {
			c.secrets = append(c.secrets, values...)
		}
	}
	return c, nil
}

func errorType(err error) string {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return fmt.Sprintf("%T", err)
		}
		err = inner
	}
}
