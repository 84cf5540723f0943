package farmsim

import "strings"

// Lock makes an object look as if another administrator were editing it:
// writes to it are refused. who "" takes the lock away; name "" locks every
// object of the kind.
func (f *Farm) Lock(kind, name, who string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	key := lockKey{kind, strings.ToLower(name)}
	if who == "" {
		delete(f.locks, key)
		return
	}
	f.locks[key] = who
}

// Deny takes away the administrator's rights on a kind, Allow gives them
// back (two-sided reading 20).
func (f *Farm) Deny(kind string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.denied[kind] = true
}

// Refuse makes the farm refuse these names in every body, in place of those
// of the options.
func (f *Farm) Refuse(names ...string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.opts.RefuseProperties = names
}

// Allow is the inverse of Deny.
func (f *Farm) Allow(kind string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.denied, kind)
}

// ExpireTokens ends all sessions, as an idle time-out does.
func (f *Farm) ExpireTokens() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sessions = map[string]*session{}
}

// Sessions is the number of open sessions: a client that logs off always
// leaves none.
func (f *Farm) Sessions() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.sessions)
}

// locked refuses a write to a locked object.
func (f *Farm) locked(o *object) *answer {
	for _, name := range []string{strings.ToLower(o.name()), ""} {
		if who, ok := f.locks[lockKey{o.kind.Name, name}]; ok {
			return refuse("The object is locked by %s.", who)
		}
	}
	return nil
}

// ForbidWrites is the option of that name from now on: every write is refused
// and noted.
func (f *Farm) ForbidWrites() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.opts.ForbidWrites = true
}
