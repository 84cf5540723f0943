package recall

import (
	"bytes"
	"encoding/json"
	"hash/fnv"
	"sync"
	"time"

	"rassync/internal/export"
	"rassync/internal/model"
	"rassync/internal/ras"
	"rassync/internal/runs"
)

// Options say what may be answered from earlier runs.
type Options struct {
	// Fresh: nothing is, but what the farm answers is kept.
	Fresh bool
	// Empty: published items without rules are taken to have none, as plans do.
	Empty bool
	// Settings is the number of the farm's settings at the logon, 0 if it gives
	// none; Waiting tells whether settings wait to be activated.
	Settings int64
	Waiting  bool
	Now      func() time.Time
}

// reason is what vouches for an answer.
type reason int

const (
	bySettings reason = iota + 1
	byRow
	byEmptiness
)

// served is an answer that was given from earlier runs.
type served struct {
	asked  export.Asked
	reason reason
	entry  *entry
}

// Memory answers reads of one run. It implements export.Memory.
type Memory struct {
	store   *runs.Store
	scope   Scope
	markers *Markers
	opts    Options

	mu      sync.Mutex
	kept    *contents
	dirty   bool
	live    map[string]*ras.Answer // what the farm answered in this run
	served  map[string]served
	objects map[model.Address]bool // about which the farm itself is asked
	kinds   map[string]bool        // whose lists it is asked for
	audited int
	checked bool // the share of this run was asked for again
	secrets map[string]func(string) bool
}

// Open gives the memory of a workspace. What is wrong with what is kept is told,
// and nothing of it is used.
func Open(store *runs.Store, scope Scope, markers *Markers, o Options) (*Memory, error) {
	kept, err := open(store, scope)
	return &Memory{store: store, scope: scope, markers: markers, opts: o, kept: kept, live: map[string]*ras.Answer{}, served: map[string]served{},
		objects: map[model.Address]bool{}, kinds: map[string]bool{}, secrets: map[string]func(string) bool{}}, err
}

func (m *Memory) proven(marker string) bool {
	return m.markers.Proven(m.scope.GUID, m.scope.Version, marker)
}

// settled tells whether the number of the settings can vouch for anything now.
func (m *Memory) settled() bool {
	return m.opts.Settings != 0 && !m.opts.Waiting && m.proven(Settings)
}

// Recall implements export.Memory.
func (m *Memory) Recall(a export.Asked) *ras.Answer {
	m.mu.Lock()
	defer m.mu.Unlock()
	key := a.Key()
	if ans := m.live[key]; ans != nil {
		return ans // asked for in this run already
	}
	e := m.kept.entries[key]
	if m.opts.Fresh || a.Kind == nil || e == nil || m.touched(a) || m.opts.Now().Sub(e.read) > MaxAge {
		return nil
	}
	why := m.vouches(a, e)
	if why == 0 {
		return nil
	}
	m.served[key] = served{a, why, e}
	return &ras.Answer{Status: 200, Body: e.body, ContentType: "application/json"}
}

// vouches tells what vouches for an answer that is kept; 0 for nothing.
func (m *Memory) vouches(a export.Asked, e *entry) reason {
	switch {
	case m.settled() && e.settings == m.opts.Settings && (!e.byRow || m.proven(e.class)):
		return bySettings
	case !a.Details() || e.changedAt != a.ChangedAt:
		return 0
	case a.ChangedAt != "" && m.proven(e.class):
		return byRow
	case m.opts.Empty && e.empty:
		return byEmptiness
	}
	return 0
}

// touched tells whether the farm itself must be asked.
func (m *Memory) touched(a export.Asked) bool {
	if a.Object == nil {
		return m.kinds[a.Kind.Name]
	}
	for _, addr := range addresses(a.Object) {
		if m.objects[addr.Key()] {
			return true
		}
	}
	return a.Kind.Shape != model.Collection && m.kinds[a.Kind.Name]
}

func addresses(o *model.Object) []model.Address {
	out := []model.Address{o.Address}
	for _, s := range o.InSites {
		out = append(out, model.Address{Site: s, Kind: o.Address.Kind, Name: o.Address.Name})
	}
	return out
}

// justNow is how long after a change another one may have the same time in its
// row: what was read then does not stand by the row's time.
const justNow = 2 * time.Minute

// unsure is what is kept in place of a row's time that says nothing.
const unsure = "?"

// maxLive bounds the answers that are held to the end of a run, in case the farm
// must be read again: a larger list is asked for again then.
const maxLive = 256 << 10

// Keep implements export.Memory.
func (m *Memory) Keep(a export.Asked, ans *ras.Answer) {
	m.mu.Lock()
	defer m.mu.Unlock()
	key := a.Key()
	settings := m.proven(Settings)
	if len(ans.Body) <= maxLive && m.vouching() {
		m.live[key] = ans
	}
	if a.Kind == nil {
		return
	}
	class := a.Class()
	empty := a.Details() && a.Kind.Tree != nil && isEmpty(a, ans.Body)
	if !settings && !empty && !(a.Details() && m.proven(class)) || m.holdsSecrets(a.Kind, ans.Body) {
		if m.kept.entries[key] != nil {
			delete(m.kept.entries, key)
			m.dirty = true
		}
		return
	}
	e := &entry{class: class, changedAt: m.rowTime(a), empty: empty, read: m.opts.Now(), body: ans.Body, now: true}
	m.kept.entries[key] = e
	m.dirty = true
}

// rowTime is when the object was last changed, unless that was just now: what
// changes next may then bear the same time.
func (m *Memory) rowTime(a export.Asked) string {
	if a.ChangedAt == "" {
		return ""
	}
	if JustNow(a.ChangedAt, m.opts.Now()) {
		return unsure
	}
	return a.ChangedAt
}

// JustNow tells whether a time in a row is so near that another change may bear
// the same; one that cannot be read counts as near.
func JustNow(row string, now time.Time) bool {
	t, err := time.Parse(time.RFC3339Nano, row)
	return err != nil || now.Sub(t).Abs() < justNow
}

func isEmpty(a export.Asked, body []byte) bool {
	var v any
	return json.Unmarshal(body, &v) == nil && export.EmptyLists(a.Kind, a.At, v)
}

// holdsSecrets tells whether an answer has anything that must not be kept on
// disk.
func (m *Memory) holdsSecrets(k *model.Kind, body []byte) bool {
	secret := m.secrets[k.Name]
	if secret == nil {
		secret = k.SecretNames()
		m.secrets[k.Name] = secret
	}
	without, err := ras.WithoutSecrets(body, secret)
	return err != nil || !bytes.Equal(without, body)
}

// vouching tells whether anything can be answered from earlier runs at all, so
// that what was asked for in this run may be needed again.
func (m *Memory) vouching() bool {
	return !m.opts.Fresh && len(m.kept.entries) > 0 && (len(m.served) > 0 || m.settled() || m.opts.Empty || m.anyProven())
}

func (m *Memory) anyProven() bool {
	f := m.markers.farms[farmKey(m.scope.GUID)]
	if f == nil {
		return false
	}
	for marker := range f.Moved {
		if m.proven(marker) {
			return true
		}
	}
	return false
}

// Touch has the farm itself asked about objects, and for the lists of their
// kinds. It tells whether anything about them was answered from earlier runs.
func (m *Memory) Touch(objects ...*model.Object) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, o := range objects {
		m.kinds[o.Address.Kind] = true
		for _, a := range addresses(o) {
			m.objects[a.Key()] = true
		}
	}
	found := false
	for key, s := range m.served {
		if m.touched(s.asked) {
			delete(m.served, key)
			found = true
		}
	}
	return found
}

// Documents compares the documents with what they were when the answers were
// last held against them: the farm itself is asked about those that have changed.
// With the number of the settings to vouch for lists, every value of a document
// counts, otherwise those that are read apart.
func (m *Memory) Documents(cat *model.Catalog, declared []*model.Object) {
	m.mu.Lock()
	defer m.mu.Unlock()
	whole := m.proven(Settings)
	kinds := map[string]uint64{}
	for _, d := range declared {
		k := cat.Kind(d.Address.Kind)
		if k == nil {
			continue
		}
		address := d.Address.Key()
		if digest, any := remoteDigest(k, d); any && m.changed(address.String(), digest) {
			m.objects[address] = true
		}
		if whole {
			kinds[k.Name] ^= number(address.String() + model.Hash(d.Spec))
		}
	}
	for kind, digest := range kinds {
		if m.changed("kind "+kind, digest) {
			m.kinds[kind] = true
		}
	}
}

// changed notes a digest; it tells whether there was another one before.
func (m *Memory) changed(of string, digest uint64) bool {
	was, known := m.kept.documents[number(of)]
	if !known || was != digest {
		m.kept.documents[number(of)] = digest
		m.dirty = true
	}
	return known && was != digest
}

// AskAll has everything asked of the farm from now on. It tells whether anything
// was answered from earlier runs.
func (m *Memory) AskAll() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	found := len(m.served) > 0
	m.opts.Fresh, m.served = true, map[string]served{}
	return found
}

// Exported forgets what the documents were like: they are as the farm is now.
func (m *Memory) Exported() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.kept.documents) > 0 {
		m.kept.documents, m.dirty = map[uint64]uint64{}, true
	}
}

// remoteDigest is a digest of what a document declares that is read apart from
// the object's own answer.
func remoteDigest(k *model.Kind, d *model.Object) (uint64, bool) {
	h := fnv.New64a()
	any := false
	for _, p := range k.Remote() {
		if v, ok := model.Lookup(d.Spec, p.Path()); ok {
			any = true
			h.Write([]byte(p.Path() + "\x00" + model.Hash(v)))
		}
	}
	return h.Sum64(), any
}

func number(text string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(text))
	return h.Sum64()
}

// Close keeps what was learnt. look asks the farm how its settings are now; it is
// called only if that decides what the new answers stand for.
func (m *Memory) Close(look func() (settings int64, waiting bool, err error)) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	var fresh []*entry
	for key, e := range m.kept.entries {
		switch {
		case m.opts.Now().Sub(e.read) > MaxAge:
			delete(m.kept.entries, key)
			m.dirty = true
		case e.now, m.served[key].reason == byRow && e.settings != m.opts.Settings:
			fresh = append(fresh, e)
			e.settings, e.byRow = 0, !e.now
		}
	}
	if m.settled() && len(fresh) > 0 {
		m.dirty = true
		// Settings that were changed while this run read them are in some of its
		// answers and not in others.
		if now, waiting, err := look(); err == nil && !waiting && now == m.opts.Settings {
			for _, e := range fresh {
				e.settings = now
			}
		}
	}
	if !m.dirty {
		return nil
	}
	return m.kept.write(m.store, m.scope)
}
