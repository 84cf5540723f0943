package farmsim

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"rassync/internal/model"
)

// Farm is a running simulated farm. It serves the REST contract through
// ServeHTTP, and tests look behind the scenes through its other methods. All
// of them may be called at any time from any goroutine.
type Farm struct {
	opts   Options
	sw     Switches
	kinds  map[string]*kind
	routes *routeNode

	mu       sync.Mutex
	staged   *world
	applied  *world
	settings int64 // counts changes, as settingsId
	sessions map[string]*session
	tokens   int64
	window   window
	locks    map[lockKey]string
	late     []*call // see CarryOutLate
	denied   map[string]bool
	unknown  map[string]bool // accounts that the directory does not know
	fault    func(*FaultPoint) Fault
	log      []Request
	counts   map[string]int
	writes   int
	broken   []string // violations
	effects  []string
	images   map[string]string // second parts of names, by what objects are made from
	secrets  map[string]bool   // names under which secrets are sent; never changed

	activates bool // some changes must be activated before others

	inheritMu sync.Mutex          // answers are made in parallel
	inherits  map[*field][]source // see inheritsFrom
}

type lockKey struct{ kind, name string }

// New makes a farm. An error names every object of the state that the farm
// could not hold.
func New(opts Options) (*Farm, error) {
	if err := opts.fill(); err != nil {
		return nil, err
	}
	f := &Farm{
		opts: opts, sw: opts.Switches, kinds: compile(opts.Catalog),
		sessions: map[string]*session{}, locks: map[lockKey]string{}, denied: map[string]bool{},
		unknown: map[string]bool{}, counts: map[string]int{}, inherits: map[*field][]source{},
		settings: 1, // a farm that was installed has settings
	}
	f.images, f.activates = map[string]string{}, activating(f.kinds)
	f.window.start = opts.Clock.Now()
	f.secrets = map[string]bool{}
	for _, k := range f.kinds {
		if k.layout != nil {
			k.layout.secretNames(f.secrets)
		}
	}
	f.routes = f.route()
	state := opts.State
	if state == nil {
		state = f.factory(opts.Username, "Main")
	}
	w, err := f.build(state)
	if err != nil {
		return nil, fmt.Errorf("farmsim: %w", err)
	}
	f.singletons(w)
	f.staged, f.applied = w, w.snapshot()
	return f, nil
}

// Staged is the configuration as a read shows it: with what waits to be
// applied.
func (f *Farm) Staged() State {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.staged.state(f.kinds)
}

// Applied is the configuration in force.
func (f *Farm) Applied() State {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.applied.state(f.kinds)
}

// Pending tells whether staged changes wait to be applied.
func (f *Farm) Pending() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.pending()
}

func (f *Farm) pending() bool { return !f.staged.same(f.applied) }

// Load replaces what the farm holds, staged and applied.
func (f *Farm) Load(s State) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	w, err := f.build(s)
	if err != nil {
		return fmt.Errorf("farmsim: %w", err)
	}
	f.singletons(w)
	f.staged, f.applied = w, w.snapshot()
	f.settings++
	return nil
}

// Wipe puts the farm back to what a fresh one holds, keeping its GUID and the
// name of its licensing site.
func (f *Farm) Wipe() error {
	f.mu.Lock()
	name := "Main"
	if k := f.siteKind(); k != nil {
		if o := f.staged.get(k, f.licensingSite(f.staged)); o != nil {
			name = o.name()
		}
	}
	f.mu.Unlock()
	return f.Load(f.factory(f.opts.Username, name))
}

// Secret gives a secret or write-only value as it was last sent: key is its
// write name; values of list entries are keyed "list[id].name".
func (f *Farm) Secret(kind string, id int64, key string) (any, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	k := f.kinds[kind]
	if k == nil {
		return nil, false
	}
	o := f.staged.get(k, id)
	if o == nil {
		return nil, false
	}
	v, ok := o.secrets[key]
	return v, ok
}

// Change stages a change behind the API's back, as another administrator
// would in the console: values are laid over the object, in read shape. An
// object with an unknown id, or none, is added.
func (f *Farm) Change(kind string, id int64, values Object) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	k := f.kinds[kind]
	if k == nil || k.layout == nil {
		return fmt.Errorf("no such kind of object: %s", kind)
	}
	raw := Object{}
	if before := f.staged.get(k, id); before != nil {
		raw = before.plain()
	} else {
		if id == 0 {
			id = f.staged.fresh(k)
		}
		if k.siteScoped() {
			raw[siteKey] = f.licensingSite(f.staged)
		}
		raw["id"] = id
	}
	overlay(raw, plain(values).(map[string]any))
	o, err := k.load(raw)
	if err == nil {
		err = f.check(f.staged, o)
	}
	if err != nil {
		return fmt.Errorf("%s %d: %w", kind, id, err)
	}
	f.staged.begin()
	f.staged.put(o)
	f.countSettings(false)
	return nil
}

func overlay(m, over map[string]any) {
	for k, v := range over {
		sub, isMap := v.(map[string]any)
		at, wasMap := m[k].(map[string]any)
		if isMap && wasMap {
			overlay(at, sub)
			continue
		}
		m[k] = v
	}
}

// Remove stages the removal of an object behind the API's back; nothing is
// checked.
func (f *Farm) Remove(kind string, id int64) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	k := f.kinds[kind]
	if k == nil {
		return false
	}
	o := f.staged.get(k, id)
	if o == nil {
		return false
	}
	f.staged.begin()
	f.unchain(f.staged, o)
	f.staged.drop(o)
	f.countSettings(false)
	return true
}

// Apply applies what is staged, as the button in the console does.
func (f *Farm) Apply() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.apply()
}

func (f *Farm) apply() {
	for _, k := range f.kinds {
		for _, o := range f.staged.all(k) {
			if len(o.hidden) > 0 {
				c := o.copy()
				c.hidden = map[string]bool{}
				f.staged.set(k, c.id, c)
			}
		}
	}
	f.applied = f.staged.snapshot()
	f.countSettings(true)
}

func (k *kind) single() bool     { return k.Shape == model.Singleton }
func (k *kind) siteScoped() bool { return k.Scope == model.ScopeSite }

func (f *Farm) siteKind() *kind { return f.kinds[model.SiteKind] }

// licensingSite is the site that a request means when it names none.
func (f *Farm) licensingSite(w *world) int64 {
	k := f.siteKind()
	if k == nil {
		return 1
	}
	for _, o := range w.all(k) {
		if o.raw["licensingSite"] == true {
			return o.id
		}
	}
	if all := w.all(k); len(all) > 0 {
		return all[0].id
	}
	return 1
}

// siteIDs lists the sites of a world.
func (f *Farm) siteIDs(w *world) []int64 {
	k := f.siteKind()
	if k == nil {
		return []int64{1}
	}
	var out []int64
	for _, o := range w.all(k) {
		out = append(out, o.id)
	}
	return out
}

func (f *Farm) now() string { return f.opts.Clock.Now().UTC().Format("2006-01-02T15:04:05.000Z") }

// touch sets the audit fields of the kinds that have them.
func (f *Farm) touch(o *object) {
	for _, name := range []string{"adminCreate", "timeCreate", "adminLastMod", "timeLastMod"} {
		if _, ok := o.kind.ReadOnly[name]; !ok {
			continue
		}
		if _, set := o.raw[name]; set && strings.HasSuffix(name, "Create") {
			continue
		}
		if strings.HasPrefix(name, "admin") {
			o.raw[name] = f.opts.Username
		} else {
			o.raw[name] = f.now()
		}
	}
}

// touchBelow is touch for a change of what is read below an object.
func (f *Farm) touchBelow(o *object) {
	if d := f.opts.Disagree; d == nil || !d.StillTimes {
		f.touch(o)
	}
}

// countSettings moves the number of the settings, at a change or when changes
// are applied.
func (f *Farm) countSettings(applied bool) {
	if d := f.opts.Disagree; d != nil && (d.StillSettings || d.AppliedSettings && !applied) {
		return
	}
	f.settings++
}

// Now is the farm's time.
func (f *Farm) Now() time.Time { return f.opts.Clock.Now() }
