package model

import (
	"slices"
	"strings"
)

// SiteKind is the kind whose objects are the sites of the farm.
const SiteKind = "Site"

// Kind is one schema file: everything the engine knows of a kind.
type Kind struct {
	Name        string
	Title       string
	Description string
	KindWords

	Get    string // path of one object's read, "" if there is none
	List   *ListRead
	NoRead bool // singletons: Self answers nothing, all stands in parts and lists
	// SiteUnsure says that the read of a singleton is documented without the
	// query of the site: a farm may answer for one site whichever is asked.
	SiteUnsure   bool
	SiteQuery    string // singletons: query name of the site on everything below Self
	Filter       Conditions
	Builtin      []string   // names that always exist
	BuiltinWhere Conditions // the same by content
	Delete       string     // path, "" if objects cannot be deleted
	Impact       map[string][]Impact

	Spec *Property

	namesEntries bool // see NamesEntries

	known    known       // read names of the object's answers
	foreign  foreign     // all names of the kind, for what no schema knows
	anywhere foreign     // of these the names that are read in whatever group they stand
	gated    []*Property // properties that a gate or a condition can switch off
	remote   []*Property // properties that need a read of their own
}

// Impact is an effect of a change beyond configuration.
type Impact struct {
	Effect  Effect   `word:"effect" doc:"what happens"`
	When    []any    `word:"when" doc:"only for these new values"` // empty = any change
	Unless  []any    `word:"unless" doc:"for all new values but these"`
	On      []Action `word:"on" doc:"only in these actions"`
	Why     string   `word:"why" doc:"what it means for people"`
	Source  string   `word:"source" doc:"where that was read"`
	Brake   bool     `word:"brake" doc:"a plan that has this effect needs a yes of its own"` // of a property
	Lasting bool     `word:"lasting" doc:"not undone when the change is taken back"`
}

// Applies tells whether the new value has the effect; of a list, any of its
// values.
func (i Impact) Applies(after any) bool {
	if list, ok := after.([]any); ok {
		if i.Always() {
			return true
		}
		return slices.ContainsFunc(list, i.Applies)
	}
	if slices.ContainsFunc(i.Unless, func(v any) bool { return Equal(nil, v, after) }) {
		return false
	}
	return len(i.When) == 0 || slices.ContainsFunc(i.When, func(v any) bool { return Equal(nil, v, after) })
}

// Always tells whether any change has the effect, whatever the value.
func (i Impact) Always() bool { return len(i.When) == 0 && len(i.Unless) == 0 }

// Counts tells whether the effect belongs to this action.
func (i Impact) Counts(action Action) bool { return len(i.On) == 0 || slices.Contains(i.On, action) }

// Type is the JSON type of a property.
type Type string

// The types of properties.
const (
	TypeString  Type = "string"
	TypeBoolean Type = "boolean"
	TypeInteger Type = "integer"
	TypeNumber  Type = "number"
	TypeObject  Type = "object"
	TypeArray   Type = "array"
)

// Property is one property of a kind, with its words.
type Property struct {
	Name        string
	Title       string
	Description string
	Type        Type
	Parent      *Property
	Props       []*Property
	Items       *Property

	PropertyWords

	Read     []string // names to walk from the place of the parent
	Absolute bool     // walk from the root of the part's answer instead
	Write    []string // alternatives of the write name, likeliest first; dots step into nested objects of the body
	NoWrite  bool
	Enum     *Enum
	// Spellings are other names of the setting, the newest first: a farm has
	// one of them, or that of Read, and takes the one that it shows.
	Spellings []string
	Anywhere  bool // read under its name wherever in the answer it stands
	Flags     bool // the enumeration is a bit mask
	Spans     bool // of a bit mask: names that follow each other are written first-last
	Codec     CodecName
	RefNone   any
	Query     string // parameter of the create that carries it
	Invert    bool   // the parameter says the opposite
	RefBy     string // "name": the answer shows the name, not the id

	Secret     bool
	SecretWith []string
	SecretEnv  string
	WriteOnly  bool
	Deprecated bool

	RequiredOnCreate bool
	UpdateOnly       bool
	OneTime          bool // an order to the create, no state: never read, compared or sent again

	Gate string // yaml path from spec, or ./name beside the property, of the flag that switches it off
	When Conditions

	Shared   bool // a sibling is read and written under the same name: only the one whose condition holds counts
	FromFarm bool // of no schema: a name that the farm answered

	CreateOnly bool
	// IfRefused says that an update of the property is tried, as no page tells
	// whether the farm takes it. Once a farm refused it, it is CreateOnly there.
	IfRefused bool

	Default    any
	HasDefault bool
	Unique     bool // an array without repetition: written whole, compared as a set
	MinLength  int
	MaxLength  int
	Minimum    *float64
	Maximum    *float64
	// Pattern is the form of a text, Examples are texts that have it.
	Pattern  string
	Examples []string

	Gone    string // why the farm at hand has it no more; see Catalog.ForVersion
	NotHere string // why the farm's own contract has it not, whatever its version

	byName   map[string]*Property
	codec    Codec     // its form, once the kind is loaded
	path     string    // Path, once the kind is loaded
	known    known     // of the entries of a list
	foreign  foreign   // of an open object: the names beside what it holds
	anywhere foreign   // of these the names that are read in whatever group they stand
	node     *wireNode // where an open object stands in its answer; the answer's root if Anywhere
}

// Enum maps the names of an enumeration to its numbers.
type Enum struct {
	Order      []string
	ByName     map[string]int64
	ByNum      map[int64]string
	Unnumbered map[string]bool // names whose number nobody has seen; they stand in Order too
}

// Prop finds a direct property by name.
func (p *Property) Prop(name string) *Property {
	if p == nil {
		return nil
	}
	return p.byName[name]
}

// Path is the property's place in the YAML, such as "rdsDefSettings.port";
// entries of lists are written "rules[]".
func (p *Property) Path() string {
	if p.Parent == nil || p.path != "" {
		return p.path
	}
	up := p.Parent.Path()
	switch {
	case p.Name == "[]":
		return up + "[]"
	case up == "":
		return p.Name
	}
	return up + "." + p.Name
}

// Find walks a dotted path of yaml names; "[]" steps into list entries may be
// left out.
func (p *Property) Find(path string) *Property {
	if path == "" {
		return p
	}
	at := p
	for _, name := range strings.Split(strings.ReplaceAll(path, "[]", ""), ".") {
		for at != nil && at.Type == TypeArray {
			at = at.Items
		}
		up := at
		if at = at.Prop(name); at == nil {
			if at = up.OpenSecret(name); at == nil {
				return nil
			}
		}
	}
	return at
}

// Walk visits p and everything below it, entries of lists included.
func (p *Property) Walk(visit func(*Property)) {
	visit(p)
	for _, c := range p.Props {
		c.Walk(visit)
	}
	if p.Items != nil {
		p.Items.Walk(visit)
	}
}

// Inferred tells whether the name or number was not read in a reference of
// SureEvidence tells whether a name or number was read where the API itself
// says it: a reference page, a body, the farm's own contract, or a farm.
func SureEvidence(e Evidence) bool {
	switch e {
	case "", "rest", "sample", "contract", "seen":
		return true
	}
	return false
}

// the API itself.
func (p *Property) Inferred() bool {
	return p.FromFarm || (p.Evidence != "" && !SureEvidence(p.Evidence))
}

// OwnPart is the part the property is written through: the nearest Part above
// it, nil for the object's own body.
func (p *Property) OwnPart() *Property {
	for at := p; at != nil; at = at.Parent {
		if at.Part != nil {
			return at
		}
	}
	return nil
}

// HasName tells whether objects of the kind carry a name.
func (k *Kind) HasName() bool {
	return k.Shape == Collection || (k.Shape == OrderShape && k.Identity.Read != "")
}

// IsBuiltin tells whether an object of this name always exists.
func (k *Kind) IsBuiltin(name string) bool {
	name, _ = CutMark(name)
	for _, b := range k.Builtin {
		if b == name {
			return true
		}
	}
	return false
}

// CanCreate and CanDelete tell whether the API has the calls.
func (k *Kind) CanCreate() bool { return k.Create != nil }

// CanDelete tells whether the API has the call.
func (k *Kind) CanDelete() bool { return k.Delete != "" }

// Remote lists the properties that stand under paths of their own and need a
// read of their own.
func (k *Kind) Remote() []*Property { return k.remote }

// NeedsRequests tells whether reading an object whole may take requests
// beyond its list.
func (k *Kind) NeedsRequests() bool {
	need := len(k.remote) > 0 || k.namesEntries
	k.Spec.Walk(func(p *Property) { need = need || p.File != nil || p.Lookup != nil })
	return need
}
