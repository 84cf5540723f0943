package model

import (
	"slices"
	"strings"
)

// Scope says whether objects of a kind belong to the farm or to a site.
type Scope string

// Shape says how objects of a kind come: many under a list path, one per
// farm or site, or as the order of other objects.
type Shape string

// The scopes and shapes of a kind.
const (
	ScopeFarm Scope = "farm"
	ScopeSite Scope = "site"

	Collection Shape = "collection"
	Singleton  Shape = "singleton"
	OrderShape Shape = "order"
)

// SiteKind is the kind whose objects are the sites of the farm.
const SiteKind = "Site"

// Kind is one schema file: everything the engine knows of a kind. Its words
// are explained in schemas/README.md; paths are templates with {id}.
type Kind struct {
	Name        string
	Title       string
	Description string
	Family      string
	// FormerNames is what earlier versions of rassync called the kind.
	FormerNames []string
	Scope       Scope
	Shape       Shape

	Self   string // path of one object, base of relative paths
	List   *ListRead
	Get    string // path of one object's read, "" if there is none
	NoRead bool   // singletons: Self answers nothing, all stands in parts and lists
	// SiteUnsure says that the read of a singleton is documented without the
	// query of the site: a farm may answer for one site whichever is asked.
	SiteUnsure bool
	SiteQuery  string // query name of the site on everything below Self (singletons)
	Filter     map[string][]any

	Create *Create
	Update *Update
	Delete string // path, "" if objects cannot be deleted

	Identity     Identity
	Builtin      []string
	BuiltinWhere map[string][]any
	Skip         []Skip

	Tree     *Tree
	Sites    string // property that lists the sites an object is in
	Order    *Order
	ReadOnly map[string]string
	Last     []Last
	Replace  string   // createFirst or deleteFirst
	After    []string // kinds whose changes come first, beside references
	Activate *Activate
	SameAs   []string // operations whose work this kind does by other calls: "GET /api/PubItems"
	Impact   map[string][]Impact
	// TrustAnchor and Grants are about the object itself: a new one is trusted
	// or has rights.
	TrustAnchor bool
	Grants      bool

	Evidence string
	Since    string
	Until    string
	Sources  []string
	Notes    string

	Spec *Property

	namesEntries bool // see NamesEntries

	known    known       // read names of the object's answers
	foreign  foreign     // all names of the kind, for what no schema knows
	anywhere foreign     // of these the names that are read in whatever group they stand
	gated    []*Property // properties that a gate or a condition can switch off
	remote   []*Property // properties that need a read of their own
}

// ListRead is the read that answers all objects of a kind.
type ListRead struct {
	Path string
	Site string // query name of the site; "" for farm scope
}

// Create is the POST that makes an object.
type Create struct {
	Path     string
	Site     string // body, query, both, none
	SiteName string // name of the site parameter
	Query    map[string]any
	Fields   map[string]bool   // yaml names the body takes; nil = all
	Answer   string            // object or none
	By       string            // yaml name of the property that chooses among Paths
	Paths    map[string]string // value of By -> path, instead of Path
	Unnamed  []string          // values of By whose create takes no name: an update gives it
}

// Activate says that changes must be activated before whatever comes after
// them can be written.
type Activate struct {
	On  []string // create, update
	Why string
}

// Update is the PUT that changes an object.
type Update struct {
	Path   string
	Shapes []string // flat, nested: likeliest first
}

// Identity is where the name of an object stands on the wire.
type Identity struct {
	Read   string
	Write  string
	Rename []string // alternatives of the new name's name in PUT; none = cannot be renamed
	Codec  string
	Also   string // read name of a second part: the name is "<read>@<also>"
}

// Skip names objects, or entries of a list, that are no configuration.
type Skip struct {
	Read  string
	In    []any
	NotIn []any
	Why   string
}

// Tree says how published items form a tree of chains.
type Tree struct {
	Parent   string // read name of the folder's id
	Previous string // read name of the id of the sibling in front
	Root     int64  // parent id of the top level
	Folder   string // kind of folders
	Move     string // path of the move action
	All      string // path of the list of all items, whatever their kind; of folders only
}

// Order says how objects of other kinds are put in order.
type Order struct {
	Of   []string
	By   string // step: one place per call; chain: previousId
	Path string
	Read string
}

// Last is a brake: the last object that fits Where is never removed.
type Last struct {
	Where map[string]any // yaml name -> value
	Per   string         // farm or site
	Why   string
}

// Impact is an effect of a change beyond configuration.
type Impact struct {
	Effect  string
	When    []any    // only for these new values; empty = any change
	Unless  []any    // for all new values but these
	On      []string // only in these actions: create, update; of an entry of a list: add, update, remove
	Why     string
	Source  string
	Brake   bool // of a property: a plan that has this effect needs an override of its own
	Lasting bool // what it did is not undone when the change is taken back
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
func (i Impact) Counts(action string) bool { return len(i.On) == 0 || slices.Contains(i.On, action) }

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

	Read     []string // names to walk from the place of the parent
	Absolute bool     // walk from the root of the part's answer instead
	Write    []string // alternatives of the write name, likeliest first
	NoWrite  bool
	// FormerNames is what earlier versions of rassync called the property.
	FormerNames []string
	// Spellings are other names of the setting, the newest first: a farm has
	// one of them, or that of Read, and takes the one that it shows.
	Spellings []string

	Enum  *Enum
	Flags bool
	Spans bool     // of a bit mask: names that follow each other are written first-last
	Names []string // known names whose numbers nobody has seen

	Ref     []string // kinds
	RefNone any
	Codec   string

	Secret     bool
	SecretWith []string
	SecretEnv  string
	WriteOnly  bool

	CreateOnly bool
	// IfRefused says that an update of the property is tried, as no page tells
	// whether the farm takes it. Once a farm refused it, it is CreateOnly there.
	IfRefused        bool
	RequiredOnCreate bool
	UpdateOnly       bool
	OnCreate         any
	Query            string
	Invert           bool // the query parameter says the opposite
	OneTime          bool // an order to the create, no state: never read, compared or sent again
	Lookup           *LookupRead
	Open             bool     // holds whatever the farm answers, under the farm's own names
	FromFarm         bool     // of no schema: a name that the farm answered
	Anywhere         bool     // read under its name wherever in the answer it stands
	EntryOf          *EntryOf // the value names an entry of another object's list
	Shared           bool     // a sibling is read and written under the same name: only the one whose condition holds counts
	Call             string   // path of the PUT that sets it, with {value}; no body
	RefBy            string   // "name": the answer shows the name, not the id

	Gate         string // yaml path from spec, or ./name beside the property
	When         map[string][]any
	InheritsDown any
	Replaces     string // yaml name beside it that follows from this one while this has a value
	AlsoChanges  *AlsoChanges

	Part       *Part
	List       *List
	File       *File
	Cells      *Cells
	Membership *Membership
	ReadOnly   map[string]string // known read names of this object that are no configuration

	Default    any
	HasDefault bool
	Unique     bool // an array without repetition: written whole, compared as a set
	MinLength  int
	MaxLength  int
	// WriteMinLength is the least length that a write takes. An answer may
	// still show an empty text, where nothing was ever set.
	WriteMinLength int
	Minimum        *float64
	Maximum        *float64

	Impact []Impact
	// What a change of the value does to trust and rights; see security.go.
	Endpoint    Endpoint
	TrustAnchor bool
	Grants      *Grants
	Harmless    string // why none of the three holds, where the name sounds like it

	Evidence   string
	Since      string
	Until      string
	Gone       string // why the farm at hand has it no more; see Catalog.ForVersion
	NotHere    string // why the farm's own contract has it not, whatever its version
	Note       string
	Unit       string
	Deprecated bool

	byName   map[string]*Property
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

// EntryOf is a reference to an entry of another object's list: templates'
// versions, the tags of a site's settings.
type EntryOf struct {
	Object string // yaml name beside the property that names the object
	Kind   string // instead of Object: the settings, of the same site, that have the list
	List   string // yaml path of the list in that object's spec
	By     string // yaml name of what names an entry; "": the list's key
}

// LookupRead is a value that is read from another list.
type LookupRead struct {
	Path  string
	Query map[string]string
	Where map[string]any
	Read  string
}

// Part is a group of properties with a path of its own.
type Part struct {
	At     string
	Get    bool // needs a read of its own
	Put    bool
	Costly bool     // read only when asked for
	Shapes []string // of the PUT; none = those of the object
}

// List is an array that is changed entry by entry.
type List struct {
	At               string
	Mode             string // set, ordered, keyed
	Key              []string
	MatchAny         []string
	ID               string
	Get              string
	Costly           bool
	Add              EntryCall
	Remove           EntryCall
	Update           *EntryCall
	Priority         string
	PriorityWritable bool
	Answer           string
	First            bool
	TextAs           string // an answer element that is a plain text is this property
	NoAdd            bool   // entries come by themselves: the API has no call to add one
	NoRemove         bool
	Rename           string // name of the new name in the entry's update
	Skip             []Skip // entries that are no configuration
	Twins            bool   // several entries may have the same key
}

// EntryCall says how an entry of a list is named in a request.
type EntryCall struct {
	By     string // body, id, key
	Fields []string
	Query  map[string]any // constants of the request
	Site   string         // of add: name under which the body holds the site's id
}

// File is a value that is a file next to the YAML.
type File struct {
	Field  string // of the create's form; "" if the create takes no file
	Get    string
	Query  map[string]string // of the read
	Costly bool              // read only when asked for
	Seen   string            // page that documents the read, where the list of operations lacks it
	Put    *FilePut          // sets it on an object that exists
}

// FilePut is the call that sets a file by itself. Without Fields its body is
// not known: then the file is read and compared, and never sent.
type FilePut struct {
	Method string
	Path   string
	Fields []string // names of the form's field, likeliest first
}

// Cells is a matrix that is read whole and written cell by cell: rights by
// site, kind of object and object.
type Cells struct {
	At      string            // path of the call, below the object
	Method  string            // PUT
	Query   string            // query name of the site's id
	Row     string            // yaml name of the row's key, a reference to the site
	Type    string            // body name of the column's number
	Object  string            // body name of the object's id, left out for the whole column
	Value   string            // body name of the value
	Numbers map[string]*int64 // column -> its number; nil = nobody has seen it
	// Guessed are the columns whose number is only inferred.
	Guessed map[string]bool
	// Yaml names inside a column.
	Own     string // value of the whole column
	Objects string // list of single objects
	Name    string // of an object in that list, a reference
}

// Membership is an object's place in a group that is written on the group.
type Membership struct {
	Of     string
	At     string
	Bodies []string // "array", or the name of the property that holds the ids
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
func SureEvidence(e string) bool {
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
