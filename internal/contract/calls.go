package contract

import (
	"fmt"
	"strings"

	"gopkg.in/yaml.v3"

	"rassync/internal/coverage"
	"rassync/internal/model"
)

// callsKey is the key of Calls in a layer's file.
const callsKey = "calls"

// Calls correct where the calls of a kind go and how they name the site. Methods
// are not part of it: a read stays a GET.
type Calls struct {
	// Self is the path of one object; what the schema says relative to it follows.
	Self string `yaml:"self,omitempty"`
	// Get is the path of one object's read.
	Get string `yaml:"get,omitempty"`
	// SiteQuery is the query that picks the site of a singleton.
	SiteQuery string      `yaml:"siteQuery,omitempty"`
	List      *ListCall   `yaml:"list,omitempty"`
	Create    *CreateCall `yaml:"create,omitempty"`
	Update    *UpdateCall `yaml:"update,omitempty"`
	Delete    *PathCall   `yaml:"delete,omitempty"`
	Name      *NameCall   `yaml:"name,omitempty"`
}

// ListCall is the read of all objects.
type ListCall struct {
	Path string `yaml:"path,omitempty"`
	Site string `yaml:"site,omitempty"` // name of the query that picks the site
}

// CreateCall is the call that makes an object.
type CreateCall struct {
	Path string `yaml:"path,omitempty"`
	// Paths are those of the types that have a create of their own.
	Paths    map[string]string `yaml:"paths,omitempty"`
	Site     string            `yaml:"site,omitempty"` // body, query, both or none
	SiteName string            `yaml:"siteName,omitempty"`
}

// UpdateCall is the call that changes an object.
type UpdateCall struct {
	Path  string `yaml:"path,omitempty"`
	Shape string `yaml:"shape,omitempty"` // flat or nested
}

// PathCall is a call of which only the path can differ.
type PathCall struct {
	Path string `yaml:"path"`
}

// NameCall says what the name of an object is called.
type NameCall struct {
	Read   string `yaml:"read,omitempty"`
	Write  string `yaml:"write,omitempty"`  // of a create
	Rename string `yaml:"rename,omitempty"` // of an update
}

// count is how many corrections the calls hold.
func (c *Calls) count() int {
	if c == nil {
		return 0
	}
	n := 0
	for _, s := range c.texts() {
		if s != "" {
			n++
		}
	}
	return n
}

func (c *Calls) texts() []string {
	out := []string{c.Self, c.Get, c.SiteQuery}
	if c.List != nil {
		out = append(out, c.List.Path, c.List.Site)
	}
	if c.Create != nil {
		out = append(out, c.Create.Path, c.Create.Site, c.Create.SiteName)
		for _, p := range c.Create.Paths {
			out = append(out, p)
		}
	}
	if c.Update != nil {
		out = append(out, c.Update.Path, c.Update.Shape)
	}
	if c.Delete != nil {
		out = append(out, c.Delete.Path)
	}
	if c.Name != nil {
		out = append(out, c.Name.Read, c.Name.Write, c.Name.Rename)
	}
	return out
}

// Words are the corrections in words, for people.
func (c *Calls) Words() []string {
	var out []string
	say := func(text, value string) {
		if value != "" {
			out = append(out, fmt.Sprintf(text, value))
		}
	}
	if c == nil {
		return nil
	}
	say("one object is at %s", c.Self)
	say("one object is read at %s", c.Get)
	say("the query %s picks the site", c.SiteQuery)
	if l := c.List; l != nil {
		say("all objects are read at %s", l.Path)
		say("the query %s of the list picks the site", l.Site)
	}
	if m := c.Create; m != nil {
		say("objects are made at %s", m.Path)
		for _, by := range sortedKeys(m.Paths) {
			out = append(out, fmt.Sprintf("objects of type %s are made at %s", by, m.Paths[by]))
		}
		say("a create names the site in: %s", m.Site)
		say("a create calls the site %s", m.SiteName)
	}
	if u := c.Update; u != nil {
		say("objects are changed at %s", u.Path)
		say("the body of a change is %s", u.Shape)
	}
	if c.Delete != nil {
		say("objects are deleted at %s", c.Delete.Path)
	}
	if n := c.Name; n != nil {
		say("answers show the name as %s", n.Read)
		say("a create takes the name as %s", n.Write)
		say("a change takes a new name as %s", n.Rename)
	}
	return out
}

// calls applies the corrections of a kind's calls to its schema.
func (p *patcher) calls(doc *yaml.Node, k *model.Kind, c *Calls) error {
	x := get(doc, "x-ras")
	word := func(of *yaml.Node, name, value string) {
		if of != nil && value != "" {
			set(of, name, str(value))
		}
	}
	part := func(name string) (*yaml.Node, error) {
		n := get(x, name)
		if n == nil || n.Kind != yaml.MappingNode {
			return nil, fmt.Errorf("%s: the built-in schema knows no such call of %s", name, k.Name)
		}
		return n, nil
	}
	for _, name := range []string{c.SiteQuery, listSite(c), createSite(c)} {
		if name != "" {
			if err := checkName(name, false); err != nil {
				return err
			}
		}
	}
	if c.SiteQuery != "" && k.SiteQuery == "" {
		return fmt.Errorf("siteQuery: %s belongs to no site", k.Name)
	}
	word(x, "self", c.Self)
	if c.Get != "" && k.Get == "" {
		return fmt.Errorf("get: the built-in schema knows no such call of %s", k.Name)
	}
	read := get(x, "read")
	word(read, "get", c.Get)
	word(read, "site", c.SiteQuery)
	if l := c.List; l != nil {
		if k.List == nil {
			return fmt.Errorf("list: the built-in schema knows no such call of %s", k.Name)
		}
		if l.Site != "" && k.List.Site == "" {
			return fmt.Errorf("list.site: %s belongs to no site", k.Name)
		}
		word(read, "list", l.Path)
		word(read, "site", l.Site)
	}
	if m := c.Create; m != nil {
		n, err := part("create")
		if err != nil {
			return err
		}
		if (m.Site != "" || m.SiteName != "") && k.Create.Site == "none" {
			return fmt.Errorf("create.site: objects of %s are made for no site", k.Name)
		}
		if m.Path != "" && k.Create.Path == "" {
			return fmt.Errorf("create.path: each type has a path of its own: paths")
		}
		word(n, "path", m.Path)
		word(n, "site", m.Site)
		word(n, "siteName", m.SiteName)
		of := get(get(n, "paths"), "of")
		for by, path := range m.Paths {
			if get(of, by) == nil {
				return fmt.Errorf("create.paths: the built-in schema makes no %s", by)
			}
			word(of, by, path)
		}
	}
	if u := c.Update; u != nil {
		n, err := part("update")
		if err != nil {
			return err
		}
		word(n, "path", u.Path)
		if err := setShape(n, u.Shape); err != nil {
			return err
		}
	}
	if c.Delete != nil {
		if k.Delete == "" {
			return fmt.Errorf("delete: the built-in schema knows no such call of %s", k.Name)
		}
		word(x, "delete", c.Delete.Path)
	}
	return p.naming(x, k, c.Name)
}

func (p *patcher) naming(x *yaml.Node, k *model.Kind, c *NameCall) error {
	if c == nil {
		return nil
	}
	n := get(x, "identity")
	if n == nil {
		return fmt.Errorf("name: objects of %s have none", k.Name)
	}
	for _, name := range []string{c.Read, c.Write, c.Rename} {
		if name != "" {
			if err := checkName(name, false); err != nil {
				return err
			}
		}
	}
	if c.Rename != "" && len(k.Identity.Rename) == 0 {
		return fmt.Errorf("name.rename: the built-in schema knows no way to rename a %s", k.Name)
	}
	if c.Read != "" {
		set(n, "write", str(k.Identity.Write))
		set(n, "read", str(c.Read))
	}
	if c.Write != "" {
		set(n, "write", str(c.Write))
	}
	if c.Rename != "" {
		set(n, "rename", str(c.Rename))
	}
	return nil
}

func listSite(c *Calls) string {
	if c.List == nil {
		return ""
	}
	return c.List.Site
}

func createSite(c *Calls) string {
	if c.Create == nil {
		return ""
	}
	return c.Create.SiteName
}

func setShape(n *yaml.Node, shape string) error {
	switch shape {
	case "":
	case "flat", "nested":
		set(n, "shapes", &yaml.Node{Kind: yaml.SequenceNode, Content: []*yaml.Node{str(shape)}})
	default:
		return fmt.Errorf("shape is %q: flat or nested", shape)
	}
	return nil
}

// pathRules guard the paths that a layer gives: a layer comes with the commit,
// and a call that goes elsewhere does something else.
type pathRules struct {
	// known are the operations that the built-in schemas know of; of are those
	// that the kind itself claims.
	known []template
	of    map[string]bool
}

// template is an operation with its path in steps.
type template struct {
	method string
	steps  []string
	key    string
}

func steps(path string) []string {
	return strings.Split(strings.ToLower(strings.Trim(path, "/")), "/")
}

func newPathRules(cat *model.Catalog, k *model.Kind, known []coverage.Operation) *pathRules {
	r := &pathRules{of: map[string]bool{}}
	add := func(method, path string) {
		r.known = append(r.known, template{strings.ToUpper(method), steps(path), opKey(method, path)})
	}
	for _, op := range known {
		add(op.Method, op.Path)
	}
	for _, claim := range coverage.Claims(cat) {
		add(claim.Method, claim.Path)
		if claim.By == k.Name {
			r.of[opKey(claim.Method, claim.Path)] = true
		}
	}
	return r
}

// refuse tells why a call must not go to a path, "" if it may: it leaves the
// API, or it is known to be something else.
func (r *pathRules) refuse(method, path string) string {
	if why := refusePath(path); why != "" {
		return why
	}
	at := steps(path)
	for _, t := range r.known {
		if t.method == method && !r.of[t.key] && t.matches(at) {
			return fmt.Sprintf("%s %s is known as another operation", method, path)
		}
	}
	return ""
}

// matches tells whether a path can be one of the template's. A parameter of
// either side may stand for anything.
func (t template) matches(at []string) bool {
	if len(at) != len(t.steps) {
		return false
	}
	for i, step := range t.steps {
		if step != at[i] && !strings.HasPrefix(step, "{") && !strings.HasPrefix(at[i], "{") {
			return false
		}
	}
	return true
}

// refusePath tells why a path is none of the API, "" if it may be one.
func refusePath(path string) string {
	if !strings.HasPrefix(strings.ToLower(path), "/api/") || len(path) > 300 {
		return fmt.Sprintf("%q does not begin with /api/", path)
	}
	for i, step := range strings.Split(strings.TrimPrefix(path, "/"), "/") {
		inner := step
		if strings.HasPrefix(step, "{") && strings.HasSuffix(step, "}") && i > 1 {
			inner = step[1 : len(step)-1]
		}
		if !apiStep(inner) {
			return fmt.Sprintf("%q is no path of the API: letters, digits, - and _ between slashes, and parameters in braces", path)
		}
	}
	return ""
}

func apiStep(s string) bool {
	for _, r := range s {
		if r != '_' && r != '-' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') {
			return false
		}
	}
	return s != ""
}
