package export

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"
	"sync"

	"rassync/internal/model"
	"rassync/internal/ras"
)

// Recorder keeps the answers that pass through it as they were received.
type Recorder struct {
	from  Getter
	mu    sync.Mutex
	all   []Received
	lists map[string]map[string]json.RawMessage // by request: list elements by id
}

// Received is one answer, or the element of a list that is about one object.
type Received struct {
	Path    string
	Query   url.Values
	Element bool
	Body    []byte
}

// Request is the request as people write it.
func (r Received) Request() string {
	s := "GET " + r.Path
	if len(r.Query) > 0 {
		s += "?" + r.Query.Encode()
	}
	if r.Element {
		s += " (its element)"
	}
	return s
}

// NewRecorder records what is asked of g.
func NewRecorder(g Getter) *Recorder {
	return &Recorder{from: g, lists: map[string]map[string]json.RawMessage{}}
}

// Get implements Getter.
func (r *Recorder) Get(ctx context.Context, path string, query url.Values) (*ras.Answer, error) {
	ans, err := r.from.Get(ctx, path, query)
	if err == nil {
		r.mu.Lock()
		r.all = append(r.all, Received{Path: path, Query: query, Body: ans.Body})
		r.mu.Unlock()
	}
	return ans, err
}

// Own asks for the answer that holds an object: its list, once for all its
// objects, or a singleton's own path.
func (r *Recorder) Own(ctx context.Context, k *model.Kind, o *model.Object) error {
	path, query := k.Self, SiteQuery(k, o)
	if k.Shape == model.Collection {
		path, query = k.List.Path, url.Values{}
		if k.List.Site != "" && o.SiteID != "" {
			query.Set(k.List.Site, o.SiteID)
		}
	}
	r.mu.Lock()
	known := r.all
	r.mu.Unlock()
	for _, a := range known {
		if a.Path == path && a.Query.Encode() == query.Encode() {
			return nil
		}
	}
	_, err := r.Get(ctx, path, query)
	return err
}

// Answers are those that are about one object: its element of a list, its own
// read, its parts.
func (r *Recorder) Answers(k *model.Kind, o *model.Object) []Received {
	r.mu.Lock()
	defer r.mu.Unlock()
	self := SelfPath(k.Self, o.ID)
	get := SelfPath(k.Get, o.ID)
	siteQuery := SiteQuery(k, o).Encode()
	var out []Received
	for _, a := range r.all {
		if k.Shape == model.Singleton {
			if (a.Path == self || strings.HasPrefix(a.Path, self+"/")) && a.Query.Encode() == siteQuery {
				out = append(out, a)
			}
			continue
		}
		switch {
		case o.ID == "":
		case a.Path == get, strings.HasPrefix(a.Path, self+"/"):
			out = append(out, a)
		case k.List != nil && a.Path == k.List.Path && (k.List.Site == "" || o.SiteID == "" || a.Query.Get(k.List.Site) == o.SiteID):
			if body := r.element(a, o.ID); body != nil {
				out = append(out, Received{Path: a.Path, Query: a.Query, Element: true, Body: body})
			}
		}
	}
	return out
}

// element cuts the element with this id out of a list, byte for byte.
func (r *Recorder) element(a Received, id string) []byte {
	key := a.Request()
	byID := r.lists[key]
	if byID == nil {
		byID = map[string]json.RawMessage{}
		var list []json.RawMessage
		if json.Unmarshal(a.Body, &list) != nil {
			list = []json.RawMessage{a.Body} // one object instead of a list of one
		}
		for _, e := range list {
			var head struct {
				ID json.RawMessage `json:"id"`
			}
			if json.Unmarshal(e, &head) == nil {
				byID[strings.Trim(string(head.ID), `"`)] = e
			}
		}
		r.lists[key] = byID
	}
	return byID[id]
}
