package farmsim

import (
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"strings"
	"time"
)

// session is one logon.
type session struct {
	id   int64
	user string
	last time.Time
	used int
}

// logon answers the session object of v20 and v21 (reference page).
func (f *Farm) logon(c *call) *answer {
	m, a := c.object()
	if a != nil {
		return a
	}
	username, _ := m["username"].(string)
	password, _ := m["password"].(string)
	for name := range m {
		if name != "username" && name != "password" {
			return refuse("unknown property %s", name)
		}
	}
	if username == "" || password == "" || len(username) > 255 {
		return refuse("username and password are required")
	}
	if !strings.EqualFold(username, f.opts.Username) || password != f.opts.Password {
		return problem(http.StatusUnauthorized, c.path, "the user name or password is wrong")
	}
	var b [16]byte
	_, _ = rand.Read(b[:])
	token := hex.EncodeToString(b[:])
	f.tokens++
	s := &session{id: f.tokens, user: username, last: f.opts.Clock.Now()}
	f.sessions[token] = s
	domain := "local"
	if _, at, ok := strings.Cut(username, "@"); ok {
		domain = at
	} else if before, _, ok := strings.Cut(username, `\`); ok {
		domain = before
	}
	licensing := f.licensingSite(f.staged)
	server := f.brokerOf(licensing)
	return ok(map[string]any{
		"authToken": token, "localAuth": false, "userId": int64(1), "applySettingsEnabled": f.pending(),
		"connectedSiteId": licensing, "settingsId": f.settings, "sessionId": s.id,
		"connectedServer": server, "licensingServer": server,
		"primaryBrokerConnection": true, "licensingServerConnection": true,
		"domain": domain, "farmName": f.opts.FarmName, "farmGUID": f.opts.FarmGUID,
	})
}

// brokerOf names the primary broker of a site.
func (f *Farm) brokerOf(site int64) string {
	if k := f.kinds["Broker"]; k != nil {
		for _, o := range f.staged.all(k) {
			if o.site == site && o.builtin() {
				return o.name()
			}
		}
	}
	return "broker.example.com"
}

func (f *Farm) logoff(c *call) *answer {
	delete(f.sessions, c.token)
	return ok("Logged off")
}

// throwOut ends the session of another administrator.
func (f *Farm) throwOut(c *call) *answer {
	id := c.id(0)
	for token, s := range f.sessions {
		if s.id == id {
			delete(f.sessions, token)
			return done()
		}
	}
	return problem(http.StatusNotFound, c.path, "no session has the id %d", id)
}

// authorised checks the token of a request.
func (f *Farm) authorised(c *call) *answer {
	token := c.r.Header.Get("auth_token")
	s := f.sessions[token]
	if token == "" || s == nil {
		return problem(http.StatusUnauthorized, c.path, "the token is missing or has expired")
	}
	now := f.opts.Clock.Now()
	if (f.opts.TokenRequests > 0 && s.used >= f.opts.TokenRequests) || (f.opts.TokenIdle > 0 && now.Sub(s.last) > f.opts.TokenIdle) {
		delete(f.sessions, token)
		return problem(http.StatusUnauthorized, c.path, "the token has expired")
	}
	s.used++
	s.last = now
	c.token = token
	return nil
}

func (f *Farm) applySettings(*call) *answer {
	f.apply()
	if f.sw.ApplyAnswers200 {
		return ok(map[string]any{"applied": true})
	}
	return done()
}

func (f *Farm) version(*call) *answer {
	return ok(map[string]any{"version": "21.2.1.1"})
}
