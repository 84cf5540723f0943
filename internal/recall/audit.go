package recall

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"sort"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"rassync/internal/export"
	"rassync/internal/ras"
)

// What is checked again of what was answered from earlier runs: by the number of
// the settings, by the times of rows, and of items without rules. The oldest
// answers come first, so that each has its turn.
const (
	auditLeast    = 20
	auditOfRows   = 25 // one in so many
	auditOfEmpty  = 7
	auditParallel = 4
)

// Farm is the farm as an audit sees it.
type Farm struct {
	export.Getter
	// Look tells the number of the settings now, and whether any wait.
	Look func(ctx context.Context) (settings int64, waiting bool, err error)
	// Warn says what ends the use of a marker.
	Warn func(format string, args ...any)
}

// Audit asks again for a share of what was answered from earlier runs. It tells
// whether the farm must be read again, because an answer did not stand.
func (m *Memory) Audit(ctx context.Context, f Farm) (again bool, err error) {
	if m.checked {
		return false, nil
	}
	m.checked = true
	chosen := m.choose()
	answers := make([]*ras.Answer, len(chosen))
	g, inner := errgroup.WithContext(ctx)
	g.SetLimit(auditParallel)
	for i, s := range chosen {
		g.Go(func() error {
			ans, err := f.Get(inner, s.asked.Path, s.asked.Query)
			var e *ras.Error
			if errors.As(err, &e) && e.Kind == ras.KindNotFound {
				ans, err = &ras.Answer{Status: e.Status}, nil // it is gone
			}
			answers[i] = ans
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return false, err
	}
	for i, s := range chosen {
		if m.same(s, answers[i]) {
			continue
		}
		again = true
		if err := m.differs(ctx, f, s, answers[i]); err != nil {
			return false, err
		}
	}
	return again, nil
}

// choose picks what to ask for again.
func (m *Memory) choose() []served {
	m.mu.Lock()
	defer m.mu.Unlock()
	by := map[reason][]served{}
	for _, s := range m.served {
		by[s.reason] = append(by[s.reason], s)
	}
	share := map[reason]int{bySettings: 0, byRow: auditOfRows, byEmptiness: auditOfEmpty}
	var out, rest []served
	for _, why := range []reason{byRow, byEmptiness, bySettings} {
		list := by[why]
		sort.Slice(list, func(i, j int) bool {
			a, b := list[i], list[j]
			if !a.entry.read.Equal(b.entry.read) {
				return a.entry.read.Before(b.entry.read)
			}
			return number(a.asked.Key()) < number(b.asked.Key())
		})
		n := 0
		if in := share[why]; in > 0 {
			n = (len(list) + in - 1) / in
		}
		out, rest = append(out, list[:n]...), append(rest, list[n:]...)
	}
	sort.SliceStable(rest, func(i, j int) bool { return rest[i].entry.read.Before(rest[j].entry.read) })
	for len(out) < auditLeast && len(rest) > 0 {
		out, rest = append(out, rest[0]), rest[1:]
	}
	return out
}

// same holds an answer against the kept one; it is the kept one from now on.
func (m *Memory) same(s served, ans *ras.Answer) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	equal := sameAnswer(s.asked, s.entry.body, ans.Body)
	if equal {
		s.entry.read = m.opts.Now()
		m.audited++
		m.dirty = true
	}
	return equal
}

// differs takes over an answer that is not the kept one, and finds out whose
// fault that is.
func (m *Memory) differs(ctx context.Context, f Farm, s served, ans *ras.Answer) error {
	key := s.asked.Key()
	m.mu.Lock()
	delete(m.kept.entries, key)
	delete(m.served, key)
	m.dirty = true
	if ans.Status < 300 {
		m.live[key] = ans
	}
	m.mu.Unlock()
	what := "GET " + s.asked.Path
	if s.asked.Object != nil {
		what = s.asked.Object.Address.String() + " (" + what + ")"
	}
	row, known, err := m.rowNow(ctx, f, s)
	if err != nil {
		return err
	}
	still := known && row == s.entry.changedAt
	if s.reason == bySettings && !(s.entry.byRow && still) {
		now, waiting, err := f.Look(ctx)
		if err != nil {
			return err
		}
		m.mu.Lock()
		defer m.mu.Unlock()
		if moved := waiting || now != m.opts.Settings; moved {
			m.opts.Waiting = true // somebody is at work: nothing stands by the number
			return nil
		}
		if m.markers.Stands(m.scope.GUID, Settings, "it stayed "+strconv.FormatInt(now, 10)+" while the answer to "+what+" changed") {
			f.Warn("the farm's number of its settings stayed the same while %s changed: it is not relied on any more", what)
		}
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.opts.Empty = m.opts.Empty && s.reason != byEmptiness // where one has rules now, others may
	if known && !still || s.entry.changedAt == "" {
		return nil // it was changed this very moment
	}
	if m.markers.Stands(m.scope.GUID, s.entry.class, "the time of the last change of "+s.asked.Object.Address.String()+" stayed the same while "+s.asked.Path+" changed") && s.reason != byEmptiness {
		f.Warn("the farm shows the same time of the last change for %s as before it changed: such times are not relied on any more for %s", what, s.entry.class)
	}
	return nil
}

// rowNow asks for the time of an object's last change as it is now.
func (m *Memory) rowNow(ctx context.Context, f Farm, s served) (at string, known bool, err error) {
	k := s.asked.Kind
	if !s.asked.Details() || k.Get == "" {
		return "", false, nil
	}
	ans, err := f.Get(ctx, export.SelfPath(k.Get, s.asked.Object.ID), nil)
	var e *ras.Error
	if errors.As(err, &e) && e.Kind == ras.KindNotFound {
		return "", true, nil
	}
	if err != nil {
		return "", false, err
	}
	var row map[string]any
	if json.Unmarshal(ans.Body, &row) != nil {
		return "", false, nil
	}
	at, known = row["timeLastMod"].(string)
	return at, known, nil
}

// sameAnswer compares two answers by what they say of the configuration.
func sameAnswer(a export.Asked, before, now []byte) bool {
	var x, y any
	if json.Unmarshal(before, &x) != nil || json.Unmarshal(now, &y) != nil {
		return len(before) == 0 && len(now) == 0
	}
	return reflect.DeepEqual(configured(a, x), configured(a, y))
}

// configured leaves out what the schema calls no configuration, such as states.
// Elements of lists are in the order of their ids.
func configured(a export.Asked, v any) any {
	switch v := v.(type) {
	case []any:
		out := make([]any, 0, len(v))
		for _, e := range v {
			out = append(out, configured(a, e))
		}
		if a.Object == nil {
			sort.SliceStable(out, func(i, j int) bool { return idOf(out[i]) < idOf(out[j]) })
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for name, e := range v {
			if _, state := a.Kind.ReadOnly[name]; !state || name == "id" || a.Kind.Tree != nil && (name == a.Kind.Tree.Parent || name == a.Kind.Tree.Previous) {
				out[name] = e
			}
		}
		return out
	}
	return v
}

func idOf(v any) string {
	m, _ := v.(map[string]any)
	return fmt.Sprint(m["id"])
}

// Report is how much was answered from earlier runs.
type Report struct {
	Recalled int       // answers from earlier runs
	Empty    int       // of them, of items without rules, which no marker vouches for
	Audited  int       // of them, asked for again in this run
	Oldest   time.Time // when the farm gave the oldest
}

// Report says how much was answered from earlier runs.
func (m *Memory) Report() Report {
	m.mu.Lock()
	defer m.mu.Unlock()
	r := Report{Recalled: len(m.served), Audited: m.audited}
	for _, s := range m.served {
		if s.reason == byEmptiness {
			r.Empty++
		}
		if r.Oldest.IsZero() || s.entry.read.Before(r.Oldest) {
			r.Oldest = s.entry.read
		}
	}
	return r
}

var _ export.Memory = (*Memory)(nil)
