package farmsim

import (
	"context"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// maxBody is more than any body of the API needs.
const maxBody = 16 << 20

// call is one request under way.
type call struct {
	f      *Farm
	r      *http.Request
	path   string
	query  map[string]string // names in lower case
	data   []byte
	params []string
	token  string
	kind   *kind
	method string
	chosen string // value that the path of a create stands for
}

// ServeHTTP answers one request of the REST API.
func (f *Farm) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		http.Error(w, "the body is too large or broke off", http.StatusRequestEntityTooLarge)
		return
	}
	c := &call{f: f, r: r, path: r.URL.Path, data: data, query: map[string]string{}, method: r.Method}
	for name, values := range r.URL.Query() {
		if len(values) > 0 {
			c.query[strings.ToLower(name)] = values[0]
		}
	}
	seq, hook := f.arrive(c)
	point := FaultPoint{Seq: seq, Method: r.Method, Path: r.URL.Path, Body: data}
	if hook != nil {
		fault := hook(&point)
		if fault.Late {
			f.mu.Lock()
			f.late = append(f.late, c)
			f.mu.Unlock()
			fault.Cut = true
		}
		if f.fail(w, r.Context(), fault, nil, seq) {
			return
		}
	}
	if f.opts.Latency > 0 {
		if f.opts.Clock.Sleep(r.Context(), f.opts.Latency) != nil {
			return
		}
	}
	a := f.handle(c)
	if hook != nil {
		point.After, point.Status = true, a.status
		if fault := hook(&point); f.fail(w, r.Context(), fault, a, seq) {
			return
		}
	}
	f.leave(seq, a.status, false)
	send(w, a, len(a.body))
}

// arrive writes the request into the log.
func (f *Farm) arrive(c *call) (int, func(*FaultPoint) Fault) {
	body := ""
	switch {
	case strings.HasPrefix(c.r.Header.Get("Content-Type"), "multipart/"):
		body = "(multipart)"
	case len(c.data) > 0:
		body = f.maskBody(c.data)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.counts[c.r.Method]++
	f.log = append(f.log, Request{
		Seq: len(f.log) + 1, Time: f.opts.Clock.Now(), Method: c.r.Method, Path: c.r.URL.EscapedPath(),
		Query: f.maskQuery(c.r.URL.RawQuery), Body: body,
	})
	return len(f.log), f.fault
}

// leave writes the outcome into the log.
func (f *Farm) leave(seq, status int, fault bool) {
	f.mu.Lock()
	var r Request
	if seq <= len(f.log) {
		f.log[seq-1].Status, f.log[seq-1].Fault = status, fault
		r = f.log[seq-1]
	}
	f.mu.Unlock()
	if f.opts.Log != nil {
		f.opts.Log(r)
	}
}

// fail lets a request go wrong; it tells whether the request is over. a is
// the answer that would be sent, nil before it was carried out.
func (f *Farm) fail(w http.ResponseWriter, ctx context.Context, fault Fault, a *answer, seq int) bool {
	if fault == (Fault{}) {
		return false
	}
	if fault.Delay > 0 && f.opts.Clock.Sleep(ctx, fault.Delay) != nil {
		f.leave(seq, 0, true)
		panic(http.ErrAbortHandler)
	}
	if fault.Cut {
		f.leave(seq, 0, true)
		panic(http.ErrAbortHandler)
	}
	changed := answer{status: fault.Status, body: []byte(fault.Body), media: fault.Media}
	switch {
	case fault.Status != 0:
	case a == nil:
		return false // only slow
	case fault.Body != "":
		changed.status = a.status
	default:
		changed = *a
	}
	if !fault.Truncate {
		if fault.Status == 0 && fault.Body == "" {
			return false
		}
		f.leave(seq, changed.status, true)
		send(w, &changed, len(changed.body))
		return true
	}
	f.leave(seq, changed.status, true)
	if len(changed.body) == 0 {
		panic(http.ErrAbortHandler)
	}
	send(w, &changed, len(changed.body)/2)
	if fl, ok := w.(http.Flusher); ok {
		fl.Flush()
	}
	panic(http.ErrAbortHandler)
}

// send writes an answer, or only its first bytes.
func send(w http.ResponseWriter, a *answer, n int) {
	for name, v := range a.header {
		w.Header().Set(name, v)
	}
	media := a.media
	if media == "" {
		media = mediaType
	}
	if len(a.body) > 0 {
		w.Header().Set("Content-Type", media)
	}
	if a.status != http.StatusNoContent {
		w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body[:n])
}

// handle carries a request out.
func (f *Farm) handle(c *call) *answer {
	f.mu.Lock()
	defer f.mu.Unlock()
	if a := f.limit(c.path); a != nil {
		return a
	}
	if a := c.media(); a != nil {
		return a
	}
	segments, err := splitPath(c.r.URL.EscapedPath())
	if err != nil {
		return problem(http.StatusNotFound, c.path, "the path is malformed")
	}
	ends, params, allowed := f.routes.find(c.r.Method, segments)
	open := len(ends) == 1 && ends[0].open
	if !open {
		if a := f.authorised(c); a != nil {
			return a
		}
	}
	if len(ends) == 0 {
		if len(allowed) > 0 {
			a := problem(http.StatusMethodNotAllowed, c.path, "the path takes %s", strings.Join(allowed, ", "))
			a.header = map[string]string{"Allow": strings.Join(allowed, ", ")}
			return a
		}
		return problem(http.StatusNotFound, c.path, "no such path")
	}
	c.params = params
	if isWrite(c.r.Method, c.path) {
		if f.opts.ForbidWrites {
			f.broken = append(f.broken, c.r.Method+" "+c.path)
			return problem(http.StatusInternalServerError, c.path, "this farm forbids writes")
		}
	}
	f.staged.begin()
	a := f.disagree(c, ends, f.dispatch(c, ends))
	if refused := f.inactive(c); refused != nil && !a.undo {
		a = refused
	}
	if a.undo {
		f.staged.rollback()
		return a
	}
	if isWrite(c.r.Method, c.path) {
		f.writes++
		if f.staged.changed() {
			f.countSettings(false)
		}
	}
	return a
}

// dispatch picks among the kinds that share a path.
func (f *Farm) dispatch(c *call, ends []*endpoint) *answer {
	if ends[0].merge != nil {
		return ends[0].merge(c, ends)
	}
	at := ends[0]
	for _, e := range ends {
		if e.owns == nil || e.owns(c) {
			at = e
			break
		}
	}
	c.kind = at.kind
	if at.kind != nil && f.denied[at.kind.Name] {
		return problem(http.StatusUnauthorized, c.path, "no rights on this object")
	}
	return at.do(c)
}

// media checks the media type, which every request carries, GET too;
// multipart bodies have their own.
func (c *call) media() *answer {
	header := c.r.Header.Get("Content-Type")
	t, params, err := mime.ParseMediaType(header)
	if err == nil && t == "multipart/form-data" {
		return nil
	}
	if err != nil || t != "application/json" || params["api-version"] != "1.0" {
		return problem(http.StatusUnsupportedMediaType, c.path, "the Content-Type must be %s, not %q", mediaType, header)
	}
	return nil
}

// object reads the body as a JSON object.
func (c *call) object() (map[string]any, *answer) {
	v, a := c.value()
	if a != nil {
		return nil, a
	}
	m, isMap := v.(map[string]any)
	if !isMap {
		return nil, refuse("the body is no JSON object")
	}
	return m, nil
}

func (c *call) value() (any, *answer) {
	v, err := parseJSON(c.data)
	if err != nil {
		return nil, refuse("the body is no JSON: %v", err)
	}
	return v, nil
}

// id is a parameter of the path that is a number; -1 if it is none.
func (c *call) id(i int) int64 {
	if i >= len(c.params) {
		return -1
	}
	n, err := strconv.ParseInt(c.params[i], 10, 64)
	if err != nil {
		return -1
	}
	return n
}

// site is the site that a query names under the given parameter; the
// licensing site if it names none.
func (c *call) site(name string) (int64, *answer) {
	text, given := c.query[strings.ToLower(name)]
	if !given || name == "" || text == "" {
		return c.f.licensingSite(c.f.staged), nil
	}
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, refuse("%s: must be a number", name)
	}
	if k := c.f.siteKind(); k != nil && c.f.staged.get(k, id) == nil {
		return 0, problem(http.StatusNotFound, c.path, "no site has the id %d", id)
	}
	return id, nil
}

func splitPath(escaped string) ([]string, error) {
	parts := strings.Split(strings.Trim(escaped, "/"), "/")
	for i, p := range parts {
		s, err := url.PathUnescape(p)
		if err != nil {
			return nil, err
		}
		parts[i] = s
	}
	return parts, nil
}
