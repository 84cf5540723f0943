package farmsim

import (
	"net/http"
	"strconv"
	"time"
)

// window is a fixed window of the rate limit: when its requests are used up,
// nothing is served until it ends (protocol notes, rate limit).
type window struct {
	start time.Time
	used  int
}

// limit counts a request and answers its refusal, nil if it may pass.
func (f *Farm) limit(path string) *answer {
	if f.opts.Rate < 0 {
		return nil
	}
	now := f.opts.Clock.Now()
	if gone := now.Sub(f.window.start); gone >= f.opts.Window || gone < 0 {
		f.window.start = f.window.start.Add(gone / f.opts.Window * f.opts.Window)
		if gone < 0 {
			f.window.start = now
		}
		f.window.used = 0
	}
	if f.window.used < f.opts.Rate {
		f.window.used++
		return nil
	}
	status := http.StatusTooManyRequests
	if f.sw.Throttle503 {
		status = http.StatusServiceUnavailable
	}
	a := problem(status, path, "%d requests in %s are allowed", f.opts.Rate, f.opts.Window)
	if f.sw.RetryAfterHeader {
		left := f.window.start.Add(f.opts.Window).Sub(now)
		a.header = map[string]string{"Retry-After": strconv.Itoa(int((left + time.Second - 1) / time.Second))}
	}
	return a
}
