package ras

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
)

// Answer is what the farm answered to a request that succeeded.
type Answer struct {
	Status      int
	Body        []byte // nil when empty; JSON comes without a byte order mark
	ContentType string
}

// Reader reads, and can do nothing else: its transport refuses everything but
// GET on the paths of Config.Reads. The zero Reader refuses everything.
type Reader struct {
	s   *Session
	via http.RoundTripper
}

// Format keeps package fmt from printing the inside of a reader.
func (r *Reader) Format(f fmt.State, _ rune) { fmt.Fprint(f, "ras.Reader") }

// Get reads one path. path is percent-encoded (see SafePath) and without a
// query. The error is an *Error: KindForbiddenRead, with nothing sent, when
// the path is not among Config.Reads; KindNotJSON when a 2xx body is neither
// JSON nor a picture nor octets. An empty body is fine.
func (r *Reader) Get(ctx context.Context, path string, query url.Values) (*Answer, error) {
	forbidden := func(err error) error {
		return &Error{Kind: KindForbiddenRead, Method: http.MethodGet, Path: clean(path, maxExcerpt), Err: err}
	}
	if r == nil || r.s == nil {
		return nil, forbidden(errors.New("the reader belongs to no session"))
	}
	// The transport below refuses as well; asking here saves the place in line.
	if err := r.s.mayRead(path); err != nil {
		return nil, forbidden(err)
	}
	return r.s.do(ctx, &call{
		class:       classRead,
		method:      http.MethodGet,
		path:        path,
		query:       query,
		contentType: jsonType,
		via:         r.via,
	})
}

func (s *Session) mayRead(path string) error {
	segments, err := checkPath(path)
	if err != nil {
		return err
	}
	if !s.reads.has(segments) {
		return errors.New("no such path among those to be read")
	}
	return nil
}

// readOnly is the transport of a Reader.
type readOnly struct {
	next  http.RoundTripper
	reads pathSet
}

func (t *readOnly) RoundTrip(req *http.Request) (*http.Response, error) {
	refuse := func(err error) (*http.Response, error) {
		if req.Body != nil {
			req.Body.Close()
		}
		return nil, &Error{Kind: KindForbiddenRead, Method: req.Method, Path: req.URL.EscapedPath(), Err: err}
	}
	if req.Method != http.MethodGet || req.Body != nil && req.Body != http.NoBody {
		return refuse(errors.New("only GET without a body is allowed"))
	}
	segments, err := checkPath(req.URL.EscapedPath())
	if err != nil {
		return refuse(err)
	}
	if !t.reads.has(segments) {
		return refuse(errors.New("no such path among those to be read"))
	}
	return t.next.RoundTrip(req)
}
