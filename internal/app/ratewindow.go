package app

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"time"

	"github.com/rogpeppe/go-internal/lockedfile"

	"rassync/internal/ras"
)

// rateFile is the rate window of a farm as all processes of this user know it:
// a small file, locked by the operating system while it is changed.
type rateFile struct{ path string }

// rateWindow is the window of a farm; nil where there is no folder to keep it
// in. Tests with a clock of their own have none: their times mean nothing to
// others.
func (a *App) rateWindow(address string) ras.SharedWindow {
	if a.ConfigDir == "" || a.Clock != nil {
		return nil
	}
	dir := filepath.Join(a.ConfigDir, "rassync", "rate")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil
	}
	sum := sha256.Sum256([]byte(canonicalAddress(address)))
	return &rateFile{filepath.Join(dir, hex.EncodeToString(sum[:8])+".json")}
}

// rateState is the file: times in nanoseconds since 1970.
type rateState struct {
	Sent         []int64 `json:"sent"`
	Allowed      int     `json:"allowed,omitempty"`
	Changed      int64   `json:"changed,omitempty"`
	BlockedUntil int64   `json:"blockedUntil,omitempty"`
	// What the farm said of its own limit, and when: "off" if it did not tell.
	Limit   string `json:"limit,omitempty"`
	LimitAt int64  `json:"limitAt,omitempty"`
}

// limit is what the farm said of its own limit; zero if it did not tell.
func (f *rateFile) limit() (said ras.Rate, at time.Time) {
	// What cannot be read was not said.
	_ = f.transform(func(s *rateState) {
		if r, err := ras.ParseRate(s.Limit); err == nil && s.LimitAt != 0 {
			said, at = r, unixNano(s.LimitAt)
		}
	})
	return said, at
}

// setLimit keeps what the farm said of its own limit.
func (f *rateFile) setLimit(said ras.Rate, at time.Time) error {
	return f.transform(func(s *rateState) { s.Limit, s.LimitAt = said.String(), at.UnixNano() })
}

// Update implements ras.SharedWindow. A file that cannot be read as a state is
// begun anew: at worst one window is overrun, as without it.
func (f *rateFile) Update(change func(*ras.WindowState)) error {
	return f.transform(func(s *rateState) {
		st := ras.WindowState{Allowed: s.Allowed, Changed: unixNano(s.Changed), BlockedUntil: unixNano(s.BlockedUntil)}
		for _, t := range s.Sent {
			st.Sent = append(st.Sent, time.Unix(0, t))
		}
		change(&st)
		s.Sent, s.Allowed, s.Changed, s.BlockedUntil = make([]int64, 0, len(st.Sent)), st.Allowed, nanos(st.Changed), nanos(st.BlockedUntil)
		for _, t := range st.Sent {
			s.Sent = append(s.Sent, t.UnixNano())
		}
	})
}

// transform changes the file while nobody else does.
func (f *rateFile) transform(change func(*rateState)) error {
	return lockedfile.Transform(f.path, func(data []byte) ([]byte, error) {
		var s rateState
		if json.Unmarshal(data, &s) != nil {
			s = rateState{}
		}
		change(&s)
		return json.Marshal(s)
	})
}

func unixNano(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(0, n)
}

func nanos(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}
