package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"rassync/internal/contract"
	"rassync/internal/export"
	"rassync/internal/model"
	"rassync/internal/plan"
	"rassync/internal/ras"
)

// CheckupOptions say how far a look goes.
type CheckupOptions struct {
	// Sample is how many objects per kind are looked at.
	Sample int
	// SelfTest also exports in memory and plans that, which must be empty.
	SelfTest bool
	Progress func(kind, site string, objects int)
	// Steps is told how many reads are done, of how many that are known.
	Steps func(done, of int)
}

// Examine looks at a farm. It reads only: one list per kind, and with SelfTest
// what an export reads.
func (a *App) Examine(ctx context.Context, s *Session, f *Folder, o CheckupOptions) (*contract.Checkup, error) {
	c := &contract.Checkup{Checks: []contract.Check{}, Kinds: []contract.KindCheck{}, Todo: []string{}}
	l := &looker{session: s, now: time.Now}
	a.examineSession(ctx, c, s, f)
	sites, err := a.examineSites(ctx, c, l)
	if err != nil {
		return nil, err
	}
	a.others(ctx, c, l)
	a.limits(ctx, c, l)
	if err := a.examineKinds(ctx, c, l, sites, o); err != nil {
		return nil, err
	}
	l.say(c)
	if o.SelfTest {
		if err := a.selfTest(ctx, c, s, o); err != nil {
			return nil, err
		}
	}
	a.advise(c)
	return c, nil
}

func (a *App) examineSession(ctx context.Context, c *contract.Checkup, s *Session, f *Folder) {
	farm := s.Farm()
	if s.Fingerprint != "" {
		c.Say("certificate", contract.CheckOK, "pinned by its fingerprint")
	} else {
		c.Say("certificate", contract.CheckOK, "trusted by a certificate authority")
	}
	c.Say("logon", contract.CheckOK, "%s is logged on to farm %s (%s)", s.Username, farm.Name, farm.GUID)
	if err := s.CheckFarm(f.Farm); err != nil {
		c.Say("farm", contract.CheckProblem, "%v", err)
		c.Advise("name the farm that the folder belongs to, or use another folder")
	} else if f.Farm.GUID != "" {
		c.Say("farm", contract.CheckOK, "it is the farm of the folder")
	}
	version := s.Identity(ctx).Version
	switch {
	case version == "":
		c.Say("version", contract.CheckUnknown, "the farm does not tell its version")
	case a.Tool.Contract != "":
		c.Say("version", contract.CheckOK, "RAS %s; contract: %s", version, a.Tool.Contract)
	default:
		c.Say("version", contract.CheckOK, "RAS %s; the built-in schemas describe v21.2", version)
		c.Advise("import the contract of your version: rassync contract import FILE -o contract (docs/contract.md says where it is found)")
	}
	switch {
	case farm.PrimaryBroker == nil:
		c.Say("broker", contract.CheckUnknown, "the farm does not say whether this is the primary broker")
	case !*farm.PrimaryBroker:
		c.Say("broker", contract.CheckProblem, "%s is connected to a secondary broker: nothing can be written through it", farm.ConnectedServer)
		c.Advise("connect to the primary broker before you apply")
	default:
		c.Say("broker", contract.CheckOK, "%s is connected to the primary broker", farm.ConnectedServer)
	}
	if on := farm.ApplySettingsEnabled; on != nil && *on {
		c.Say("staged changes", contract.CheckWarning, "somebody has changed settings that are not activated yet")
		c.Advise("have them activated in the console, or discarded, before you apply")
	} else if on != nil {
		c.Say("staged changes", contract.CheckOK, "none")
	}
}

// examineSites reads the sites and gives the ids of the first two.
func (a *App) examineSites(ctx context.Context, c *contract.Checkup, l *looker) ([]string, error) {
	k := a.Catalog.Kind(model.SiteKind)
	list, err := l.list(ctx, k.List.Path, nil)
	if err != nil {
		return nil, fmt.Errorf("the sites cannot be read: %w", err)
	}
	if len(list) == 0 {
		c.Say("sites", contract.CheckProblem, "the account sees no site")
		c.Advise("give the account the right to see the sites that it is to manage")
		return []string{""}, nil
	}
	var names, ids []string
	licensing := ""
	for _, e := range list {
		names = append(names, fmt.Sprint(e[k.Identity.Read]))
		if len(ids) < 2 {
			ids = append(ids, fmt.Sprint(e["id"]))
		}
		if e["licensingSite"] == true {
			licensing = fmt.Sprint(e[k.Identity.Read])
		}
	}
	c.Say("sites", contract.CheckOK, "%s: %s", model.Count(len(list), "site", "sites"), strings.Join(names, ", "))
	if licensing != "" {
		c.Say("licensing site", contract.CheckOK, "%s: what names no site belongs to it", licensing)
	} else {
		c.Say("licensing site", contract.CheckUnknown, "the farm does not say which site is")
	}
	return ids, nil
}

// readOf is the read that shows a kind for a site.
func readOf(k *model.Kind, site string) (path string, query url.Values, ok bool) {
	path, query = k.Self, url.Values{}
	switch {
	case k.Shape == model.OrderShape || k.NoRead:
		return "", nil, false
	case k.List != nil:
		path = k.List.Path
		if k.List.Site != "" {
			query.Set(k.List.Site, site)
		}
	case k.SiteQuery != "":
		query.Set(k.SiteQuery, site)
	}
	return path, query, true
}

func (a *App) examineKinds(ctx context.Context, c *contract.Checkup, l *looker, sites []string, o CheckupOptions) error {
	lists := map[string][]map[string]any{} // kinds that share a list share the request
	failed := map[string]error{}
	for _, k := range a.Catalog.Kinds() {
		path, query, ok := readOf(k, sites[0])
		if !ok {
			continue
		}
		read := func(path string, query url.Values) (string, error) {
			key := path + "?" + query.Encode()
			if _, done := lists[key]; done || failed[key] != nil {
				return key, nil
			}
			list, err := l.list(ctx, path, query)
			if err != nil {
				var e *ras.Error
				if !errors.As(err, &e) {
					return key, err
				}
				failed[key] = err
			}
			lists[key] = list
			if o.Progress != nil {
				o.Progress(k.Name, "", len(list))
			}
			return key, nil
		}
		key, err := read(path, query)
		if err != nil {
			return err
		}
		kc := contract.KindCheck{Kind: k.Name, Findings: []contract.Finding{}, Unconfirmed: unconfirmed(k)}
		if err := failed[key]; err != nil {
			kc.Error, kc.NoRight = err.Error(), isAuth(err)
		} else {
			bodies := chosen(k, lists[key])
			kc.Objects = len(bodies)
			if o.Sample > 0 && len(bodies) > o.Sample {
				bodies = bodies[:o.Sample]
			}
			if len(sites) > 1 && len(query) > 0 {
				path, query, _ := readOf(k, sites[1])
				other, err := read(path, query)
				if err != nil {
					return err
				}
				kc.Sites = sameInSites(k, lists[key], lists[other])
			}
			if k.Shape == model.Collection && len(bodies) > 0 {
				body, lacks, err := a.byID(ctx, l, k, bodies[0])
				if err != nil {
					kc.ByID = err.Error()
				}
				kc.ListLacks = lacks
				if body != nil {
					bodies = append(bodies[:len(bodies):len(bodies)], body)
				}
			}
			seen := contract.Observe(k.Name, bodies)
			c.Observed = append(c.Observed, seen)
			kc.Findings = append(kc.Findings, seen.Findings(a.Catalog)...)
		}
		c.Kinds = append(c.Kinds, kc)
	}
	return nil
}

func isAuth(err error) bool {
	var e *ras.Error
	return errors.As(err, &e) && (e.Kind == ras.KindAuth || e.Status == 401 || e.Status == 403)
}

// chosen are the elements of a shared list that are of the kind.
func chosen(k *model.Kind, list []map[string]any) []map[string]any {
	if len(k.Filter) == 0 {
		return list
	}
	var out []map[string]any
	for _, e := range list {
		fits := true
		for name, values := range k.Filter {
			match := false
			for _, v := range values {
				match = match || model.Equal(nil, number(e[name]), v)
			}
			fits = fits && match
		}
		if fits {
			out = append(out, e)
		}
	}
	return out
}

func number(v any) any {
	if n, ok := v.(json.Number); ok {
		if i, err := n.Int64(); err == nil {
			return i
		}
	}
	return v
}

// unconfirmed are enumerations whose numbers rest on something else than a
// reference page: reading a farm cannot tell what a number means.
func unconfirmed(k *model.Kind) []string {
	var out []string
	k.Spec.Walk(func(p *model.Property) {
		if p.Enum != nil && p.Inferred() {
			out = append(out, p.Path())
		}
	})
	return out
}

// rawList reads a list, or one object as a list of one, as it was answered.
func rawList(ctx context.Context, s *Session, path string, query url.Values) ([]map[string]any, error) {
	ans, err := s.Reader().Get(ctx, path, query)
	if err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(ans.Body))
	d.UseNumber()
	var v any
	if len(ans.Body) == 0 {
		return nil, nil
	}
	if err := d.Decode(&v); err != nil {
		return nil, &ras.Error{Kind: ras.KindNotJSON, Err: fmt.Errorf("%s: the answer is not JSON: %w", path, err)}
	}
	switch v := v.(type) {
	case map[string]any:
		if list, keyed := model.Keyed(v); keyed {
			var out []map[string]any
			for _, e := range list {
				out = append(out, e.(map[string]any))
			}
			return out, nil
		}
		return []map[string]any{v}, nil
	case []any:
		var out []map[string]any
		for _, e := range v {
			if m, ok := e.(map[string]any); ok {
				out = append(out, m)
			}
		}
		return out, nil
	}
	return nil, nil
}

// selfTest exports in memory and plans that against the same farm.
func (a *App) selfTest(ctx context.Context, c *contract.Checkup, s *Session, o CheckupOptions) error {
	sc := newScope(a.Catalog)
	for _, k := range a.Catalog.Kinds() {
		sc.add(k.Name)
	}
	req := sc.request(func(_ *model.Object, p *model.Property) bool { return !export.Costly(p) }, s.Parallel)
	req.Progress, req.Steps = o.Progress, o.Steps
	live, err := export.Read(ctx, s.Reader(), a.Catalog, req)
	if err != nil {
		return err
	}
	for _, n := range live.NotRead {
		c.Say("read", contract.CheckProblem, "%s", n)
	}
	var desired []*model.Object
	for _, obj := range live.All() {
		if a.Catalog.Kind(obj.Address.Kind).Shape == model.OrderShape {
			continue
		}
		d := &model.Object{Address: obj.Address, Unknown: obj.Unknown}
		d.Spec, _ = model.Clone(obj.Spec).(map[string]any)
		desired = append(desired, d)
	}
	built, ds := plan.Build(plan.Input{Catalog: a.Catalog, Desired: desired, Live: live, Tool: a.Tool, Farm: s.Identity(ctx)})
	switch {
	case ds.Failed():
		c.Say("self-test", contract.CheckProblem, "what an export would write does not fit the farm: %s", ds[0].Error())
	case len(built.Changes) > 0:
		var names []string
		for i, ch := range built.Changes {
			if i == 5 {
				names = append(names, fmt.Sprintf("and %d more", len(built.Changes)-i))
				break
			}
			names = append(names, ch.Address)
		}
		c.Say("self-test", contract.CheckProblem, "a plan of what the farm has is not empty: %s", strings.Join(names, ", "))
		c.Advise("do not apply these kinds before the cause is known; rassync doctor --bundle makes a file for whoever maintains the schemas")
	default:
		c.Say("self-test", contract.CheckOK, "%s read, and a plan of them is empty", model.Count(len(desired), "object", "objects"))
	}
	return nil
}

// advise says what to do about what was found, the most important first.
func (a *App) advise(c *contract.Checkup) {
	counts := map[contract.What]int{}
	var unread, rights, alike, less, noID []string
	open := 0
	for _, k := range c.Kinds {
		switch {
		case k.NoRight:
			rights = append(rights, k.Kind)
		case k.Error != "":
			unread = append(unread, k.Kind)
		}
		if k.Sites != "" {
			alike = append(alike, k.Kind)
		}
		if len(k.ListLacks) > 0 {
			less = append(less, k.Kind)
		}
		if k.ByID != "" {
			noID = append(noID, k.Kind)
		}
		open += len(k.Unconfirmed)
		for _, f := range k.Findings {
			counts[f.What]++
		}
	}
	if len(rights) > 0 {
		c.Say("rights", contract.CheckWarning, "the account has no right to read %s: %s", model.Count(len(rights), "kind", "kinds"), strings.Join(rights, ", "))
		c.Advise("give the account the rights, or leave these kinds out with --except")
	}
	if len(unread) > 0 {
		c.Say("rights and reads", contract.CheckWarning, "%s cannot be read: %s", model.Count(len(unread), "kind", "kinds"), strings.Join(unread, ", "))
		c.Advise("look at what the farm answers for them (below), or leave these kinds out with --except")
	}
	if len(rights)+len(unread) == 0 {
		c.Say("rights and reads", contract.CheckOK, "all kinds can be read")
	}
	if len(alike) > 0 {
		c.Say("sites that answer alike", contract.CheckWarning, "%s: %s", strings.Join(alike, ", "), "whichever of two sites is asked")
		c.Advise("set one value otherwise in one site in the console and run doctor again: if both still answer alike, manage these kinds in one site alone")
	}
	if len(less) > 0 {
		c.Say("lists", contract.CheckOK, "the lists of %s hold less than an object by its id, which is read where a document needs it: %s", model.Count(len(less), "kind", "kinds"), strings.Join(less, ", "))
	}
	if len(noID) > 0 {
		c.Say("reads by id", contract.CheckWarning, "objects of %s cannot be read by id: %s", model.Count(len(noID), "kind", "kinds"), strings.Join(noID, ", "))
	}
	if n := counts[contract.LooksRenamed]; n > 0 {
		c.Say("names", contract.CheckWarning, "%s as if renamed", model.Count(n, "name looks", "names look"))
		c.Advise("import the contract of your version, or correct these names in contract/ (rassync contract)")
	}
	if n := counts[contract.UnknownNumber]; n > 0 {
		c.Say("numbers", contract.CheckWarning, "%s no name", model.Count(n, "number of an enumeration has", "numbers of enumerations have"))
	}
	if n := counts[contract.OtherType]; n > 0 {
		c.Say("types", contract.CheckWarning, "%s of another type than the schema has", model.Count(n, "value is", "values are"))
	}
	if open > 0 && a.Contract == nil {
		c.Say("enumerations", contract.CheckUnknown, "the numbers of %s are not confirmed by any reference page, and reading cannot confirm them", model.Count(open, "enumeration", "enumerations"))
	}
	c.Advise("export, and plan what was exported: the plan must be empty")
}
