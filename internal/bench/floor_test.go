package bench

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
	"gopkg.in/yaml.v3"

	"rassync/internal/farmsim"
)

// minimal is a client that does what is asked for and nothing else: it reads the
// documents of the published applications with the YAML library, asks for one
// list, compares what has the same name on both sides, writes, activates once
// and looks at the list again. It knows no other kinds, checks nothing, keeps
// nothing and can take nothing back. What rassync costs is shown beside it.
type minimal struct {
	url      string
	token    string
	client   *http.Client
	requests atomic.Int64
}

const (
	applications    = "/api/PubItems/Apps/RDS"
	folders         = "/api/PubItems/Folders"
	minimalParallel = 10
)

// carryOut does one operation.
func (c *minimal) carryOut(ctx context.Context, m *measure, q request) (err error) {
	want, err := readApplications(q.Dir)
	if err != nil {
		return err
	}
	c.connect(q)
	defer func() {
		err = errors.Join(err, c.logoff(ctx))
		c.client.CloseIdleConnections()
		m.Requests = int(c.requests.Load())
	}()
	if err := c.logon(ctx); err != nil {
		return err
	}
	var have []map[string]any
	if err := c.call(ctx, http.MethodGet, applications, nil, &have); err != nil {
		return err
	}
	switch q.Operation {
	case "minimal plan":
		m.Changes = len(differing(want, have))
		return nil
	case "minimal apply":
		todo := differing(want, have)
		m.Changes = len(todo)
		return c.write(ctx, len(todo), func(ctx context.Context, i int) error {
			return c.call(ctx, http.MethodPut, fmt.Sprintf("/api/PubItems/%v/Apps/RDS", todo[i].id), todo[i].fields, nil)
		})
	case "minimal create":
		var in []map[string]any
		if err := c.call(ctx, http.MethodGet, folders, nil, &in); err != nil {
			return err
		}
		parents := map[string]any{}
		for _, f := range in {
			parents[fmt.Sprint(f["name"])] = f["id"]
		}
		m.Changes = len(want)
		return c.write(ctx, len(want), func(ctx context.Context, i int) error {
			folder, name, _ := strings.Cut(want[i].Name, "/")
			body := map[string]any{"name": name, "target": want[i].Spec["target"], "parentId": parents[folder], "description": want[i].Spec["description"]}
			return c.call(ctx, http.MethodPost, applications, body, nil)
		})
	}
	return fmt.Errorf("the minimal client knows no %q", q.Operation)
}

// write sends the writes, activates them and looks at the list again.
func (c *minimal) write(ctx context.Context, n int, send func(context.Context, int) error) error {
	g, inner := errgroup.WithContext(ctx)
	g.SetLimit(minimalParallel)
	for i := range n {
		g.Go(func() error { return send(inner, i) })
	}
	if err := g.Wait(); err != nil {
		return err
	}
	if err := c.call(ctx, http.MethodPost, "/api/Settings/apply", nil, nil); err != nil {
		return err
	}
	var now []map[string]any
	return c.call(ctx, http.MethodGet, applications, nil, &now)
}

// application is a document.
type application struct {
	Kind string
	Name string
	Spec map[string]any
}

func readApplications(dir string) ([]application, error) {
	var out []application
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".yaml" {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for dec := yaml.NewDecoder(bytes.NewReader(data)); ; {
			var a application
			if err := dec.Decode(&a); errors.Is(err, io.EOF) {
				return nil
			} else if err != nil {
				return fmt.Errorf("%s: %w", path, err)
			}
			if a.Kind == "PubRDSApp" {
				out = append(out, a)
			}
		}
	})
	return out, err
}

// difference is what an application must be sent.
type difference struct {
	id     any
	fields map[string]any
}

// differing compares by name what both sides call the same and write the same:
// texts, numbers and booleans.
func differing(want []application, have []map[string]any) []difference {
	rows := make(map[string]map[string]any, len(have))
	for _, row := range have {
		name, _ := row["name"].(string)
		rows[name] = row
	}
	var out []difference
	for _, a := range want {
		row := rows[a.Name[strings.LastIndexByte(a.Name, '/')+1:]]
		fields := map[string]any{}
		for name, value := range a.Spec {
			there, ok := row[name]
			if !ok {
				continue
			}
			switch value := value.(type) {
			case string:
				if s, isText := there.(string); isText && s != value {
					fields[name] = value
				}
			case bool:
				if b, isBool := there.(bool); isBool && b != value {
					fields[name] = value
				}
			case int:
				if n, isNumber := there.(float64); isNumber && int(n) != value {
					fields[name] = value
				}
			}
		}
		if len(fields) > 0 {
			out = append(out, difference{row["id"], fields})
		}
	}
	return out
}

func (c *minimal) connect(q request) {
	pin := func(raw [][]byte) error {
		if len(raw) > 0 {
			if sum := sha256.Sum256(raw[0]); hex.EncodeToString(sum[:]) == q.Fingerprint {
				return nil
			}
		}
		return errors.New("another certificate")
	}
	c.url = q.URL
	c.client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: minimalParallel, TLSClientConfig: &tls.Config{
		InsecureSkipVerify: true, // the certificate is compared instead
		VerifyConnection: func(s tls.ConnectionState) error {
			return pin([][]byte{slices.Clone(s.PeerCertificates[0].Raw)})
		},
	}}}
}

func (c *minimal) logon(ctx context.Context) error {
	var session struct {
		AuthToken string `json:"authToken"`
	}
	err := c.call(ctx, http.MethodPost, "/api/Session/logon", map[string]any{"username": farmsim.DefaultUsername, "password": farmsim.DefaultPassword}, &session)
	c.token = session.AuthToken
	return err
}

func (c *minimal) logoff(ctx context.Context) error {
	return c.call(ctx, http.MethodPost, "/api/Session/logoff", nil, nil)
}

func (c *minimal) call(ctx context.Context, method, path string, body, into any) error {
	var data io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return err
		}
		data = bytes.NewReader(text)
	}
	r, err := http.NewRequestWithContext(ctx, method, c.url+path, data)
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json; api-version=1.0")
	r.Header["auth_token"] = []string{c.token}
	c.requests.Add(1)
	resp, err := c.client.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode > 299 {
		return fmt.Errorf("%s %s: %s: %s", method, path, resp.Status, text)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(text, into)
}
