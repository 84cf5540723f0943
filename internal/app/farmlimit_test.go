package app

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"rassync/internal/model"
	"rassync/internal/ras"
	"rassync/internal/workspace"
	"rassync/schemas"
)

func TestLimitIn(t *testing.T) {
	for body, want := range map[string]ras.Rate{
		`{"rateLimits":{"globalWindow":20,"globalAutoReplenishment":true}}`: {Requests: 50, Window: 20 * time.Second},
		`{"rateLimits":{"globalWindow":10,"globalPermitLimit":100}}`:        {Requests: 100, Window: 10 * time.Second},
		`{"a":{"b":{"GlobalWindow":5}}}`:                                    {Requests: 50, Window: 5 * time.Second},
		`{"rateLimits":{"globalWindow":0}}`:                                 {},
		`{"rateLimits":{"globalWindow":"10"}}`:                              {},
		`{"rateLimits":{"globalWindow":99999}}`:                             {},
		`{}`:                                                                {},
		`no JSON`:                                                           {},
	} {
		if got := limitIn([]byte(body)); got != want {
			t.Errorf("%s: %v, want %v", body, got, want)
		}
	}
}

// Where nobody has named a rate the farm's own limit counts, less the portal's
// share, and a farm that has none is not waited for.
func TestDefaultRateFollowsTheFarm(t *testing.T) {
	for name, c := range map[string]struct {
		version, settings string
		rate              string // on the command line
		want, says        string
	}{
		"its usual limit":     {version: "21.2", settings: `{"rateLimits":{"globalWindow":10}}`, want: "40/10s"},
		"a longer window":     {version: "21.2", settings: `{"rateLimits":{"globalWindow":20}}`, want: "40/20s", says: "serves 50/20s"},
		"more requests":       {version: "21.2", settings: `{"rateLimits":{"globalWindow":10,"globalPermitLimit":100}}`, want: "80/10s", says: "serves 100/10s"},
		"no right to see it":  {version: "21.2", settings: "", want: "40/10s"},
		"before v21":          {version: "20.1", settings: "", want: "off", says: "farms of version 20 limit no requests"},
		"no version":          {version: "", settings: "", want: "40/10s"},
		"named by the caller": {version: "20.1", rate: "7/10s", want: "7/10s"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var asked atomic.Int32
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				switch {
				case strings.HasSuffix(strings.ToLower(r.URL.Path), "/logon"):
					w.Write([]byte(`{"authToken":"t","farmGUID":"{AB}"}`))
				case r.URL.Path == versionPath:
					w.Write([]byte(`{"version":"` + c.version + `"}`))
				case r.URL.Path == settingsPath:
					if asked.Add(1); c.settings == "" {
						w.WriteHeader(http.StatusNotFound)
						return
					}
					w.Write([]byte(c.settings))
				default:
					w.Write([]byte(`"ok"`))
				}
			}))
			defer server.Close()
			cat, err := model.LoadAsNeeded(schemas.Files)
			if err != nil {
				t.Fatal(err)
			}
			var said []string
			env := &Env{Now: time.Now, ConfigDir: filepath.Join(t.TempDir(), "config"), LookupEnv: func(name string) (string, bool) { return "secret", name == EnvPassword }}
			env.LookupEnv = func(name string) (string, bool) {
				if name == EnvPassword {
					return "secret", true
				}
				return "", false
			}
			a := &App{Env: env, Catalog: cat, Say: func(m Message) { said = append(said, m.Text) }}
			for range 2 { // the second time from memory
				s, err := a.Connect(context.Background(), Connection{URL: server.URL, Username: "a", Rate: c.rate}, workspace.Farm{}, t.TempDir())
				if err != nil {
					t.Fatal(errors.Join(err, errors.New(strings.Join(said, "; "))))
				}
				got, err := a.RateOf(s.Connection)
				if err != nil || got.String() != c.want {
					t.Errorf("rate %v, %v; want %s", got, err, c.want)
				}
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
			}
			if text := strings.Join(said, "; "); !strings.Contains(text, c.says) || c.says == "" && strings.Contains(text, "limit") {
				t.Errorf("said %q, want %q", text, c.says)
			}
			if asked.Load() > 1 {
				t.Errorf("the settings were asked for %d times", asked.Load())
			}
		})
	}
}
