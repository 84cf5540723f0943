package export

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"

	"rassync/internal/model"
	"rassync/internal/ras"
)

// Getter is the read side of a session.
type Getter interface {
	Get(ctx context.Context, path string, query url.Values) (*ras.Answer, error)
}

// memo asks each question once: several kinds share a list, and groups are
// asked for their members by more than one road.
type memo struct {
	from   Getter
	memory Memory // nil: everything is asked for
	mu     sync.Mutex
	asked  map[string]*answer
	shown  map[string]bool // shapes of the paths that were answered
	vain   int             // requests that got no answer, or only refusals of the rate limit, since the last answer
}

// vainlyInARow is how many reads in a row may get no answer before the farm is taken
// to be gone: one path that never answers costs nothing but what it would show.
const vainlyInARow = 3

// single marks a failure as one of a path, though it is of a sort that may concern
// every request.
type single struct{ error }

func (s single) Unwrap() error { return s.error }

// errNothing is the error of an answer without a body.
var errNothing = errors.New("the farm answered nothing")

type answer struct {
	once  sync.Once
	value any
	raw   []byte
	kind  string
	err   error

	parsed   sync.Once
	parseErr error
}

func newMemo(g Getter) *memo {
	return &memo{from: g, asked: map[string]*answer{}, shown: map[string]bool{}}
}

func (m *memo) ask(ctx context.Context, asked Asked) *answer {
	key := asked.Path + "?" + asked.Query.Encode()
	m.mu.Lock()
	a := m.asked[key]
	if a == nil {
		a = &answer{}
		m.asked[key] = a
	}
	m.mu.Unlock()
	a.once.Do(func() {
		got, err := m.get(ctx, asked)
		m.mu.Lock()
		defer m.mu.Unlock()
		if err != nil {
			a.err = m.judged(err)
			return
		}
		m.vain, m.shown[model.PathShape(asked.Path)] = 0, true
		a.raw, a.kind = got.Body, got.ContentType
	})
	return a
}

// judged tells a path that does not answer from a farm that does not.
func (m *memo) judged(err error) error {
	switch ras.KindOf(err) {
	case ras.KindThrottled, ras.KindConnection:
		if m.vain++; m.vain < vainlyInARow && len(m.shown) > 0 {
			return single{err}
		}
	case ras.KindCanceled:
	default:
		m.vain = 0
	}
	return err
}

// fields asks for a list of which only a few names are needed, once.
func (m *memo) fields(ctx context.Context, asked Asked, names ...string) ([]any, error) {
	a := m.ask(ctx, asked)
	defer m.forget(asked.Path, asked.Query)
	if a.err != nil {
		return nil, a.err
	}
	only := map[string]bool{}
	for _, n := range names {
		only[n] = true
	}
	if v, ok := decodeQuickly(a.raw, only); ok {
		if list, isList := v.([]any); isList {
			return list, nil
		}
	}
	return m.listOf(ctx, asked)
}

// forget drops an answer that nobody asks for again.
func (m *memo) forget(path string, query url.Values) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.asked, path+"?"+query.Encode())
}

// forgetBut drops all answers but those to these paths: what was in the
// others lives on where it is used.
func (m *memo) forgetBut(paths map[string]bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for key := range m.asked {
		if path, _, _ := strings.Cut(key, "?"); !paths[path] {
			delete(m.asked, key)
		}
	}
}

// object asks for one JSON object.
func (m *memo) object(ctx context.Context, path string) (map[string]any, error) {
	return m.objectOf(ctx, Asked{Path: path})
}

func (m *memo) objectOf(ctx context.Context, a Asked) (map[string]any, error) {
	v, err := m.json(ctx, a)
	if err != nil {
		return nil, err
	}
	switch v := v.(type) {
	case map[string]any:
		return v, nil
	case []any: // some single reads are documented as lists and the other way round
		if len(v) == 1 {
			if o, ok := v[0].(map[string]any); ok {
				return o, nil
			}
		}
	}
	return nil, fmt.Errorf("GET %s: the farm answered no JSON object", a.Path)
}

// list asks for a JSON array; one object instead is taken as a list of one, and
// one keyed by ids as the list of what it holds.
func (m *memo) list(ctx context.Context, path string, query url.Values) ([]any, error) {
	return m.listOf(ctx, Asked{Path: path, Query: query})
}

func (m *memo) listOf(ctx context.Context, a Asked) ([]any, error) {
	v, err := m.json(ctx, a)
	if err != nil {
		return nil, err
	}
	switch v := v.(type) {
	case nil:
		// No list is no empty list.
		return nil, fmt.Errorf("GET %s: %w instead of a list", a.Path, errNothing)
	case []any:
		return v, nil
	}
	if list, keyed := model.Keyed(v); keyed {
		return list, nil
	}
	return []any{v}, nil
}

func (m *memo) json(ctx context.Context, asked Asked) (any, error) {
	a := m.ask(ctx, asked)
	if a.err != nil {
		return nil, a.err
	}
	a.parsed.Do(func() {
		if len(a.raw) == 0 {
			a.parseErr = errNothing
			return
		}
		if a.value, a.parseErr = parse(a.raw); a.parseErr == nil {
			a.raw = nil
		}
	})
	if errors.Is(a.parseErr, errNothing) {
		return nil, fmt.Errorf("GET %s: %w", asked.Path, errNothing)
	}
	if a.parseErr != nil {
		return nil, fmt.Errorf("GET %s: the farm's answer is no JSON: %w", asked.Path, a.parseErr)
	}
	return a.value, nil
}

// parse decodes an answer.
func parse(data []byte) (any, error) {
	if v, ok := decodeQuickly(data, nil); ok {
		return v, nil
	}
	return decodeSlowly(data)
}

// decodeSlowly decodes with the library. A list is decoded element by element: a
// decoder that is given all of it at once holds all of its text a second time.
func decodeSlowly(data []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var v any
	if len(data) == 0 || data[0] != '[' {
		err := d.Decode(&v)
		return v, err
	}
	if _, err := d.Token(); err != nil {
		return nil, err
	}
	list := []any{}
	for d.More() {
		var e any
		if err := d.Decode(&e); err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	_, err := d.Token()
	return list, err
}
