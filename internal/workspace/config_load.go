package workspace

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"rassync/internal/files"
	"rassync/internal/model"
	"rassync/internal/policy"
	"rassync/internal/selector"
)

// LoadConfig reads rassync.yaml of dir; without one it gives the defaults.
// The catalog checks kinds and properties; nil leaves that out. The
// configuration is usable as far as it was understood.
func LoadConfig(dir string, cat *model.Catalog) (*Config, model.Diagnostics) {
	root, err := files.Open(dir)
	if err != nil {
		return DefaultConfig(), model.Diagnostics{folderProblem(dir, err)}
	}
	defer root.Close()
	return loadConfig(root, cat)
}

func loadConfig(root *files.Root, cat *model.Catalog) (*Config, model.Diagnostics) {
	data, problem := readFile(root, ConfigFile)
	if problem != nil {
		if errors.Is(problem.err, fs.ErrNotExist) {
			return DefaultConfig(), nil
		}
		return DefaultConfig(), model.Diagnostics{problem.diagnostic(ConfigFile)}
	}
	return ParseConfig(data, cat)
}

// ParseConfig reads the text of a rassync.yaml.
func ParseConfig(data []byte, cat *model.Catalog) (*Config, model.Diagnostics) {
	r := &configReader{config: DefaultConfig(), cat: cat}
	src, problem := newSource(ConfigFile, data)
	if problem != nil {
		return r.config, model.Diagnostics{*problem}
	}
	var top *yaml.Node
	for _, seg := range src.segs {
		text := src.text[seg.start:seg.end]
		n, err := parse(text)
		switch {
		case err != nil:
			r.diags = append(r.diags, parseProblem(ConfigFile, src.text, text, seg.line, err))
			return r.config, r.diags
		case n == nil:
		case top != nil:
			r.line = seg.line
			r.fail(n, "the configuration is one document", "take out the second one")
		default:
			top, r.line = n, seg.line
		}
	}
	if top != nil {
		r.top(top)
	}
	return r.config, r.diags
}

type configReader struct {
	config *Config
	cat    *model.Catalog
	line   int
	diags  model.Diagnostics
}

func (r *configReader) fail(n *yaml.Node, summary, hint string) {
	if len(r.diags) > maxFaults {
		return
	}
	if len(r.diags) == maxFaults {
		summary, hint = fmt.Sprintf("further errors are not shown: there are %d already", maxFaults), "correct these first"
	}
	r.diags = append(r.diags, model.Diagnostic{Severity: model.Error,
		Source: model.Source{File: ConfigFile, Line: r.line + n.Line, Col: n.Column}, Summary: summary, Hint: hint})
}

type field struct {
	name string
	read func(*yaml.Node)
}

// fields reads a mapping whose keys are all known; a field without a value
// counts as left out.
func (r *configReader) fields(n *yaml.Node, what string, known ...field) {
	if n.Kind != yaml.MappingNode {
		r.fail(n, fmt.Sprintf("%s: expected a mapping, found %s", what, describe(n)), "")
		return
	}
	var keys keyIndex
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if first := keys.before(n, i); first != nil {
			r.fail(key, fmt.Sprintf("duplicate key %q", key.Value), fmt.Sprintf("first on line %d", r.line+first.Line))
			continue
		}
		at := slices.IndexFunc(known, func(f field) bool { return f.name == key.Value })
		if key.Kind != yaml.ScalarNode || at < 0 {
			names := make([]string, len(known))
			for j, f := range known {
				names[j] = f.name
			}
			hint := model.DidYouMean(key.Value, names)
			if hint == "" {
				hint = "known are " + strings.Join(names, ", ")
			}
			r.fail(key, fmt.Sprintf("%s: unknown key %q", what, key.Value), hint)
			continue
		}
		if value.Kind == yaml.AliasNode {
			r.fail(value, "aliases are not supported in the configuration", "write the value out")
			continue
		}
		if value.Kind == yaml.ScalarNode && value.Tag == "!!null" {
			continue
		}
		known[at].read(value)
	}
}

func (r *configReader) text(name string, to *string) field {
	return field{name, func(n *yaml.Node) {
		if n.Kind != yaml.ScalarNode || !isText(n) {
			r.fail(n, fmt.Sprintf("%s: expected text, found %s", name, describe(n)), quoteHint(n))
			return
		}
		*to = n.Value
	}}
}

func (r *configReader) number(name string, to *int, most int) field {
	return field{name, func(n *yaml.Node) {
		i, err := strconv.Atoi(n.Value)
		if n.Kind != yaml.ScalarNode || n.Tag != "!!int" || err != nil || i < 0 || i > most {
			r.fail(n, fmt.Sprintf("%s: expected a whole number from 0 to %d", name, most), "0 is no limit")
			return
		}
		*to = i
	}}
}

func (r *configReader) choice(name string, set func(string), choices ...string) field {
	return field{name, func(n *yaml.Node) {
		if n.Kind == yaml.ScalarNode && slices.Contains(choices, n.Value) {
			set(n.Value)
			return
		}
		r.fail(n, fmt.Sprintf("%s: expected %s", name, strings.Join(choices, " or ")), "")
	}}
}

// list reads a list of texts.
func (r *configReader) list(name string, each func(*yaml.Node)) field {
	return field{name, func(n *yaml.Node) {
		if n.Kind != yaml.SequenceNode {
			r.fail(n, fmt.Sprintf("%s: expected a list of text, found %s", name, describe(n)), "")
			return
		}
		for _, e := range n.Content {
			if e.Kind != yaml.ScalarNode || !isText(e) {
				r.fail(e, fmt.Sprintf("%s: expected text, found %s", name, describe(e)), quoteHint(e))
				continue
			}
			each(e)
		}
	}}
}

func (r *configReader) top(n *yaml.Node) {
	c := r.config
	r.fields(n, ConfigFile,
		field{"farm", func(n *yaml.Node) { r.farm(n, &c.Farm) }},
		field{"manage", r.manage},
		r.choice("references", func(s string) { c.References = References(s) }, string(StrictReferences), string(FarmReferences)),
		r.list("protect", func(n *yaml.Node) {
			s, err := selector.Parse(n.Value, r.cat)
			if err != nil {
				r.fail(n, err.Error(), "")
				return
			}
			c.Protect = append(c.Protect, s)
		}),
		field{"limits", func(n *yaml.Node) {
			l := &c.Limits
			c.LimitsGiven = true
			r.fields(n, "limits", r.number("deletes", &l.Deletes, 1<<30), r.number("deletePercent", &l.DeletePercent, 100),
				r.number("updates", &l.Updates, 1<<30), r.number("updatePercent", &l.UpdatePercent, 100), r.number("from", &l.From, 1<<30))
		}},
		field{"rules", func(n *yaml.Node) { c.Rules = shared(r, n, (*policy.Reader).Rules) }},
		field{"windows", func(n *yaml.Node) { c.Calendar.Windows = shared(r, n, (*policy.Reader).Windows) }},
		field{"freezes", func(n *yaml.Node) { c.Calendar.Freezes = shared(r, n, (*policy.Reader).Freezes) }},
		r.list("details", r.detail),
		r.list("ignore", func(n *yaml.Node) {
			// Paths are often written with backslashes on Windows, as in {file: ...}.
			g, err := selector.ParseGlob(strings.TrimSuffix(strings.ReplaceAll(n.Value, `\`, "/"), "/"))
			if err != nil {
				r.fail(n, err.Error(), "paths are written with forward slashes")
				return
			}
			c.Ignore = append(c.Ignore, g)
		}),
		field{"overlays", r.overlays},
		field{"expected", r.expected},
	)
}

var sha256Text = regexp.MustCompile(`^(?i:sha256:)?[0-9A-Fa-f]{2}(:?[0-9A-Fa-f]{2}){31}$`)

func (r *configReader) farm(n *yaml.Node, f *Farm) {
	r.fields(n, "farm", r.text("url", &f.URL), r.text("guid", &f.GUID), r.text("name", &f.Name),
		field{"fingerprint", func(n *yaml.Node) {
			r.text("fingerprint", &f.Fingerprint).read(n)
			if f.Fingerprint != "" && !sha256Text.MatchString(f.Fingerprint) {
				r.fail(n, "fingerprint: expected the SHA-256 of the certificate, 64 hexadecimal digits", "")
			}
		}},
		r.text("caFile", &f.CAFile))
	if f.Fingerprint != "" && f.CAFile != "" {
		r.fail(n, "farm: both fingerprint and caFile are given", "keep one of them")
	}
}

func (r *configReader) manage(n *yaml.Node) {
	c := r.config
	mode := func(m *Mode) field {
		return r.choice("mode", func(s string) { *m = Mode(s) }, string(Additive), string(Exclusive))
	}
	r.fields(n, "manage",
		r.choice("default", func(s string) { c.Default = Mode(s) }, string(Additive), string(Exclusive)),
		field{"kinds", func(n *yaml.Node) {
			if n.Kind != yaml.SequenceNode {
				r.fail(n, fmt.Sprintf("manage.kinds: expected a list of {kind, site, mode}, found %s", describe(n)), "")
				return
			}
			for _, e := range n.Content {
				rule := ManageRule{anySite: true}
				before := len(r.diags)
				r.fields(e, "manage.kinds", r.glob("kind", &rule.Kind, true),
					field{"site", func(n *yaml.Node) { r.glob("site", &rule.Site, false).read(n); rule.anySite = false }}, mode(&rule.Mode))
				if len(r.diags) > before {
					continue
				}
				if rule.Kind.String() == "" || rule.Mode == "" {
					r.fail(e, "manage.kinds: an entry needs kind and mode", "write {kind: PubRDSApp, mode: exclusive}")
					continue
				}
				c.Kinds = append(c.Kinds, rule)
			}
		}})
}

func (r *configReader) glob(name string, to *selector.Glob, kind bool) field {
	return field{name, func(n *yaml.Node) {
		var s string
		if r.text(name, &s).read(n); s == "" {
			return
		}
		g, err := selector.ParseGlob(s)
		if err != nil {
			r.fail(n, err.Error(), "")
			return
		}
		if kind && r.cat != nil && !slices.ContainsFunc(r.cat.Names(), g.Match) {
			r.fail(n, fmt.Sprintf("there is no kind %q", s), model.DidYouMean(s, r.cat.Names()))
			return
		}
		*to = g
	}}
}

// detail reads Kind.property.
func (r *configReader) detail(n *yaml.Node) {
	kind, prop, ok := strings.Cut(n.Value, ".")
	if !ok || kind == "" || prop == "" {
		r.fail(n, fmt.Sprintf("details: %q is no property", n.Value), "write Kind.property")
		return
	}
	if r.cat != nil {
		k := r.cat.Kind(kind)
		if k == nil {
			r.fail(n, fmt.Sprintf("details: there is no kind %q", kind), model.DidYouMean(kind, r.cat.Names()))
			return
		}
		if k.Spec.Find(prop) == nil {
			r.fail(n, fmt.Sprintf("details: %s has no property %q", kind, prop), model.DidYouMean(prop, propNames(k.Spec)))
			return
		}
	}
	r.config.Details = append(r.config.Details, n.Value)
}

// expected reads the differences that are meant to be.
func (r *configReader) expected(n *yaml.Node) {
	if n.Kind != yaml.SequenceNode {
		r.fail(n, fmt.Sprintf("expected: expected a list of {only, properties, why}, found %s", describe(n)), "")
		return
	}
	for _, e := range n.Content {
		var x Expected
		var only string
		var given bool
		before := len(r.diags)
		r.fields(e, "expected", r.text("only", &only), r.text("why", &x.Why),
			field{"properties", func(n *yaml.Node) {
				given = true
				r.list("properties", func(n *yaml.Node) { x.Properties = append(x.Properties, n.Value) }).read(n)
			}})
		if len(r.diags) > before {
			continue
		}
		switch {
		case only == "" || x.Why == "":
			r.fail(e, "expected: an entry needs only and why", "write {only: RDSHostPool/**, properties: [maxServersFromTemplate], why: production is larger}")
			continue
		case given && len(x.Properties) == 0:
			r.fail(e, "expected: properties is empty", "name the properties that may differ, or leave it out for all")
			continue
		}
		sel, err := selector.Parse(only, r.cat)
		if err != nil {
			r.fail(e, err.Error(), "")
			continue
		}
		x.Only = sel
		r.config.Expected = append(r.config.Expected, x)
	}
}

// sites reads the names that sites have on the farm of an overlay.
func (r *configReader) sites(o *Overlay) field {
	return field{"sites", func(n *yaml.Node) {
		if n.Kind != yaml.MappingNode {
			r.fail(n, fmt.Sprintf("sites: expected a mapping of site names, found %s", describe(n)), "write sites: {Main: Berlin}")
			return
		}
		o.Sites = map[string]string{}
		taken := map[string]string{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			from, to := n.Content[i], n.Content[i+1]
			if from.Kind != yaml.ScalarNode || to.Kind != yaml.ScalarNode || !isText(from) || !isText(to) || from.Value == "" || to.Value == "" {
				r.fail(from, "sites: expected the name of a site and the name that it has on this farm", "")
				continue
			}
			if other := taken[model.Fold(to.Value)]; other != "" {
				r.fail(to, fmt.Sprintf("sites: %q and %q are both named %q", other, from.Value, to.Value), "two sites have two names")
				continue
			}
			taken[model.Fold(to.Value)] = from.Value
			o.Sites[from.Value] = to.Value
		}
	}}
}

func (r *configReader) overlays(n *yaml.Node) {
	if n.Kind != yaml.MappingNode {
		r.fail(n, fmt.Sprintf("overlays: expected a mapping of names to folders, found %s", describe(n)), "")
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		o := Overlay{Name: key.Value}
		if key.Kind != yaml.ScalarNode || key.Value == "" {
			r.fail(key, "overlays: expected a name", "")
			continue
		}
		if r.config.Overlay(o.Name) != nil {
			r.fail(key, fmt.Sprintf("duplicate key %q", o.Name), "")
			continue
		}
		if value.Kind == yaml.MappingNode {
			r.fields(value, "overlays."+o.Name, r.text("folder", &o.Folder), field{"farm", func(n *yaml.Node) { r.farm(n, &o.Farm) }}, r.sites(&o))
		} else {
			r.text("overlays."+o.Name, &o.Folder).read(value)
		}
		if o.Folder == "" && len(o.Sites) > 0 {
			r.config.Overlays = append(r.config.Overlays, o)
			continue
		}
		folder := path.Clean(strings.ReplaceAll(o.Folder, `\`, "/"))
		if o.Folder == "" || folder == "." || !filepath.IsLocal(filepath.FromSlash(folder)) {
			r.fail(value, fmt.Sprintf("overlays.%s: expected a folder inside the workspace", o.Name), "write it relative to "+ConfigFile)
			continue
		}
		if err := files.CheckPath(folder); err != nil {
			r.fail(value, fmt.Sprintf("overlays.%s: the folder cannot be used: %v", o.Name, err), "")
			continue
		}
		o.Folder = folder
		r.config.Overlays = append(r.config.Overlays, o)
	}
}

func propNames(p *model.Property) []string {
	out := make([]string, len(p.Props))
	for i, c := range p.Props {
		out[i] = c.Name
	}
	return out
}

// shared reads a section that has the same form in the operator's policy.
func shared[T any](r *configReader, n *yaml.Node, read func(*policy.Reader, *yaml.Node) []T) []T {
	pr := &policy.Reader{File: ConfigFile, Line: r.line, Catalog: r.cat}
	out := read(pr, n)
	r.diags = append(r.diags, pr.Diagnostics...)
	return out
}
