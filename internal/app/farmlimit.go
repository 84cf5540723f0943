package app

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"rassync/internal/ras"
)

// settingsPath is the read that tells the limits of the web service. Only a root
// administrator may make it.
const settingsPath = "/api/WebService/settings"

// limitStands is how long what a farm said of its limit is not asked for again.
const limitStands = 24 * time.Hour

// portalShare is the part of what a farm serves that is left to the management
// portal: one in so many requests.
const portalShare = 5

// firstLimited is the first major version whose web service limits requests.
const firstLimited = 21

// servedByDefault is what such a farm serves unless it says otherwise.
const servedByDefault = 50

// followLimit has a session whose rate nobody has named keep to the farm's own
// limit, less the portal's share: where there is none, to none.
func (a *App) followLimit(ctx context.Context, s *Session, window *rateFile) {
	have, ok := majorVersion(s.Version(ctx))
	switch {
	case !ok:
		return // who does not say its version may have a limit
	case have < firstLimited:
		s.useRate(ras.Rate{})
		a.Notice("farms of version %d limit no requests: none are held back (--rate sets a limit)", have)
		return
	case window == nil:
		return // nowhere to remember what the farm says: asking costs each command a request
	}
	said, at := window.limit()
	if a.Now().Sub(at).Abs() > limitStands {
		if ans, err := s.Reader().Get(ctx, settingsPath, nil); err == nil {
			said = limitIn(ans.Body)
		} else if ctx.Err() != nil || ras.KindOf(err) != ras.KindRights && ras.KindOf(err) != ras.KindNotFound {
			return
		}
		// That it is not kept costs the next command a request.
		_ = window.setLimit(said, a.Now())
	}
	usual, err := ras.ParseRate(DefaultRate)
	if err != nil || said.Requests == 0 {
		return
	}
	rate := ras.Rate{Requests: max(1, said.Requests-said.Requests/portalShare), Window: said.Window}
	if rate == usual {
		return
	}
	s.useRate(rate)
	a.Notice("the farm says that it serves %s to all its clients: rassync keeps to %s, the rest is left to the management portal (--rate sets another limit)", said, rate)
}

// useRate has the session keep to a rate.
func (s *Session) useRate(r ras.Rate) {
	s.ras.SetRate(r)
	s.Connection.Rate = r.String()
}

// limitIn finds the limit in the settings of the web service; zero if they do not
// tell. The facts name the window, in seconds. The name of the number of requests
// is inferred from the limiter of .NET, of which the facts show the other two
// settings under the same names.
func limitIn(body []byte) ras.Rate {
	var settings map[string]any
	d := json.NewDecoder(strings.NewReader(string(body)))
	d.UseNumber()
	if d.Decode(&settings) != nil {
		return ras.Rate{}
	}
	seconds, ok := numberNamed(settings, "globalWindow", 0)
	if !ok || seconds < 1 || seconds > 3600 {
		return ras.Rate{}
	}
	requests, ok := numberNamed(settings, "globalPermitLimit", 0)
	if !ok || requests < 1 || requests > 1_000_000 {
		requests = servedByDefault
	}
	return ras.Rate{Requests: int(requests), Window: time.Duration(seconds) * time.Second}
}

// numberNamed finds a number by its name, wherever the answer has it.
func numberNamed(v map[string]any, name string, depth int) (int64, bool) {
	if depth > 8 {
		return 0, false
	}
	for key, value := range v {
		switch value := value.(type) {
		case json.Number:
			if strings.EqualFold(key, name) {
				n, err := value.Int64()
				return n, err == nil
			}
		case map[string]any:
			if n, ok := numberNamed(value, name, depth+1); ok {
				return n, true
			}
		}
	}
	return 0, false
}

// majorVersion is the first number of a version such as 21.2.1 or v20.
func majorVersion(text string) (int, bool) {
	first, _, _ := strings.Cut(strings.TrimPrefix(strings.ToLower(strings.TrimSpace(text)), "v"), ".")
	n, err := strconv.Atoi(first)
	return n, err == nil && n >= 15 && n < 1000
}
