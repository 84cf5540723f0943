package app

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"sort"
	"strings"
	"time"

	"rassync/internal/contract"
	"rassync/internal/export"
	"rassync/internal/model"
)

// looker reads for a checkup, and keeps how long answers took.
type looker struct {
	session *Session
	now     func() time.Time
	took    []time.Duration
	slowest string
}

// list is rawList with a watch.
func (l *looker) list(ctx context.Context, path string, query url.Values) ([]map[string]any, error) {
	start := l.now()
	list, err := rawList(ctx, l.session, path, query)
	took := l.now().Sub(start)
	if len(l.took) == 0 || took > l.longest() {
		l.slowest = path
	}
	l.took = append(l.took, took)
	return list, err
}

func (l *looker) longest() time.Duration {
	var most time.Duration
	for _, t := range l.took {
		most = max(most, t)
	}
	return most
}

// say tells how fast answers came, and what the rate limit did.
func (l *looker) say(c *contract.Checkup) {
	if len(l.took) > 0 {
		sorted := append([]time.Duration(nil), l.took...)
		sort.Slice(sorted, func(i, j int) bool { return sorted[i] < sorted[j] })
		c.Say("answers", contract.CheckOK, "half of the reads took less than %s, the slowest %s (%s)", sorted[len(sorted)/2].Truncate(time.Millisecond)+time.Millisecond, l.longest().Round(time.Millisecond), l.slowest)
	}
	st := l.session.Stats()
	switch {
	case st.Throttled > 0:
		c.Say("rate limit", contract.CheckWarning, "the farm refused %s for its rate limit; %s until now", model.Count(st.Throttled, "request", "requests"), model.Count(st.Requests, "request", "requests"))
		c.Advise("give rassync a lower --rate: other clients use the farm's limit too")
	default:
		c.Say("rate limit", contract.CheckOK, "none of %s was refused for it", model.Count(st.Requests, "request", "requests"))
	}
}

// limits tells what the farm itself says of its rate limit.
func (a *App) limits(ctx context.Context, c *contract.Checkup, l *looker) {
	k := a.Catalog.Kind("WebServiceSettings")
	if k == nil {
		return
	}
	list, err := l.list(ctx, k.Self, nil)
	if err != nil || len(list) == 0 {
		return
	}
	limits, _ := list[0]["rateLimits"].(map[string]any)
	var parts []string
	for name, v := range limits {
		switch v.(type) {
		case json.Number, bool:
			parts = append(parts, fmt.Sprintf("%s %v", name, v))
		}
	}
	if len(parts) > 0 {
		sort.Strings(parts)
		c.Say("rate limit", contract.CheckOK, "the farm says: %s", strings.Join(parts, ", "))
	}
}

// others tells who else is logged on, where the API says so.
func (a *App) others(ctx context.Context, c *contract.Checkup, l *looker) {
	list, err := l.list(ctx, "/api/Session", nil)
	if err != nil || len(list) == 0 {
		c.Say("logged on", contract.CheckUnknown, "the farm does not tell who else is logged on")
		return
	}
	var names []string
	for _, e := range list {
		for _, name := range []string{"userName", "username", "user", "adminName", "account", "name"} {
			if s, ok := e[name].(string); ok && s != "" {
				names = append(names, s)
				break
			}
		}
	}
	text := model.Count(len(list), "administrator session", "administrator sessions") + ", with this one"
	if len(names) > 0 {
		sort.Strings(names)
		text += ": " + strings.Join(names, ", ")
	}
	if len(list) > 1 {
		c.Say("logged on", contract.CheckWarning, "%s", text)
		c.Advise("ask the others before you apply: what they have staged is activated along, and objects that they edit are held")
		return
	}
	c.Say("logged on", contract.CheckOK, "%s", text)
}

// sameInSites compares what a kind shows for two sites: one that answers alike
// for both does not look at which site is asked.
func sameInSites(k *model.Kind, first, second []map[string]any) string {
	if len(first) == 0 || len(second) == 0 {
		return ""
	}
	if k.Shape == model.Singleton {
		a, b := withoutSite(first[0]), withoutSite(second[0])
		if len(a) > 3 && model.Hash(a) == model.Hash(b) {
			return "two sites answer the very same: either both are set alike, or the farm answers for one site whichever is asked"
		}
		return ""
	}
	ids := map[string]bool{}
	for _, e := range first {
		ids[fmt.Sprint(e["id"])] = true
	}
	for _, e := range second {
		if !ids[fmt.Sprint(e["id"])] {
			return ""
		}
	}
	if k.Sites != "" || len(first) != len(second) {
		return "" // published items are in several sites
	}
	return "two sites list the very same objects: the farm does not look at which site is asked"
}

func withoutSite(m map[string]any) map[string]any {
	out := map[string]any{}
	for name, v := range m {
		if !strings.EqualFold(name, "siteId") && !strings.EqualFold(name, "id") {
			out[name] = plainNumbers(v)
		}
	}
	return out
}

// plainNumbers gives a value the form that can be hashed.
func plainNumbers(v any) any {
	switch v := v.(type) {
	case json.Number:
		return v.String()
	case map[string]any:
		out := make(map[string]any, len(v))
		for name, e := range v {
			out[name] = plainNumbers(e)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = plainNumbers(e)
		}
		return out
	}
	return v
}

// byID reads one object of a kind by its id, and gives what the list lacks of it.
func (a *App) byID(ctx context.Context, l *looker, k *model.Kind, listed map[string]any) (body map[string]any, lacks []string, err error) {
	id, has := listed["id"]
	if k.Get == "" || !has {
		return nil, nil, nil
	}
	list, err := l.list(ctx, export.SelfPath(k.Get, fmt.Sprint(id)), nil)
	if err != nil || len(list) == 0 {
		return nil, nil, err
	}
	for name := range list[0] {
		if _, there := listed[name]; !there {
			lacks = append(lacks, name)
		}
	}
	sort.Strings(lacks)
	return list[0], lacks, nil
}
