package model

import "rassync/internal/vocabulary"

// KindWords are the words of x-ras on a kind. What they mean is in
// schemas/README.md; paths are templates with {id}.
type KindWords struct {
	Family      string   `word:"family" doc:"chapter for coverage and documentation"`
	FormerNames []string `word:"formerNames" doc:"what the kind was called by earlier versions of rassync"`
	Scope       Scope    `word:"scope" doc:"whether objects belong to the farm or to a site"`
	Shape       Shape    `word:"shape" doc:"how objects of the kind come"`

	Self     string    `word:"self" is:"path" doc:"path of one object, the base of relative paths"`
	ReadWord *KindRead `word:"read" doc:"how objects are read"`

	Create     *Create `word:"create" doc:"how an object is made"`
	Update     *Update `word:"update" doc:"how an object is changed"`
	DeleteWord string  `word:"delete" is:"path" doc:"path of the delete"`

	Identity    Identity  `word:"identity" doc:"how objects are named"`
	BuiltinWord Predicate `word:"builtin" doc:"objects that always exist: read name -> values"`
	Skip        []Skip    `word:"skip" doc:"objects that are no configuration"`

	Tree  *Tree  `word:"tree" doc:"published items: how they form a tree"`
	Sites string `word:"sites" doc:"yaml property that lists the sites of an object"`
	Order *Order `word:"order" doc:"shape order: how objects are put in order"`
	// ReadOnly are read names that are no configuration, each with a reason.
	ReadOnly map[string]string `word:"readOnly" doc:"read names that are no configuration, each with a reason"`
	Last     []Last            `word:"last" doc:"the last such object is never removed"`
	Replace  Replacement       `word:"replace" doc:"how a create-only change is made"`
	After    []string          `word:"after" doc:"kinds whose changes come first, beside references"`
	Activate *Activate         `word:"activate" doc:"such a change must be activated before what depends on it can be written"`
	// SameAs are operations whose work this kind does by other calls: "GET /api/PubItems".
	SameAs    []string    `word:"sameAs" doc:"operations whose work the kind does by other calls"`
	Effects   KindEffects `word:"impact" doc:"effects beyond configuration"`
	KindTrust `word:"trust" doc:"what a new object does to trust and rights"`

	Evidence Evidence `word:"evidence" doc:"where names and numbers were read"`
	Since    string   `word:"since" is:"version" doc:"first version"`
	Until    string   `word:"until" is:"version" doc:"last version"`
	Sources  []string `word:"sources" doc:"pages and scripts that were read"`
	Notes    string   `word:"note" doc:"for people"`
}

// KindRead is how objects of a kind are read.
type KindRead struct {
	List       string    `word:"list" is:"path" doc:"collections: path that answers all objects"`
	Get        GetWord   `word:"get" doc:"path of one object's read; false: nothing answers under self"`
	Site       string    `word:"site" doc:"name of the query that picks the site"`
	SiteUnsure bool      `word:"siteUnsure" doc:"the read is documented without that query"`
	Filter     Predicate `word:"filter" doc:"which elements of a shared list are of this kind"`
}

// KindTrust is about the object itself: a new one is trusted or has rights.
type KindTrust struct {
	TrustAnchor bool `word:"anchor" doc:"a new object of the kind is trusted"`
	Grants      bool `word:"grants" doc:"a new object of the kind has rights"`
	// Harmless is why a delete takes nothing from anybody.
	Harmless string `word:"harmless" doc:"why a delete takes nothing from anybody"`
}

// ListRead is the read that answers all objects of a kind.
type ListRead struct {
	Path string
	Site string // query name of the site; "" for farm scope
}

// GetWord is the path of one object's read, or that there is none.
type GetWord struct {
	Path string
	None bool
}

// Forms are a path and false.
func (*GetWord) Forms() []any { return []any{PathText(""), vocabulary.False{}} }

// Take sets it.
func (g *GetWord) Take(v any) {
	path, ok := v.(PathText)
	*g = GetWord{string(path), !ok}
}

// Create is the POST that makes an object.
type Create struct {
	Path        string `word:"path" is:"path" doc:"path of the create"`
	CreatePaths `word:"paths" doc:"instead of path: a create per type"`
	Site        SitePlace      `word:"site" doc:"where the create names the site"`
	SiteName    string         `word:"siteName" doc:"name of the site in it"`
	Query       map[string]any `word:"query" doc:"constants of the query"`
	Fields      NameSet        `word:"fields" doc:"yaml names that the create takes; all if left out"`
	Answer      Answer         `word:"answer" doc:"what the create answers"`
}

// Defaults of a create.
func (c *Create) Defaults() { c.Site, c.SiteName = "none", "siteId" }

// CreatePaths are the creates of a kind that has several.
type CreatePaths struct {
	By      string            `word:"by" doc:"yaml name of the property that chooses the path"`
	Paths   map[string]string `word:"of" is:"path" doc:"value -> path"`
	Unnamed []string          `word:"unnamed" doc:"values whose create takes no name"` // an update gives it
}

// Update is the PUT that changes an object.
type Update struct {
	Path   string      `word:"path" is:"path" doc:"path of the update"`
	Shapes []BodyShape `word:"shapes" doc:"bodies, the likeliest first"`
}

// Identity is where the name of an object stands on the wire.
type Identity struct {
	Read   string        `word:"read" doc:"read name of the object's name"`
	Write  string        `word:"write" doc:"name under which a create sends it"`
	Rename OneOrMore     `word:"rename" doc:"names under which an update sends a new name"` // none = cannot be renamed
	Codec  IdentityCodec `word:"codec" doc:"form of the name"`
	Also   string        `word:"also" doc:"read name of a second part of the name"` // the name is "<read>@<also>"
}

// IdentityCodec is the form of an object's name on the wire.
type IdentityCodec string

// Words lists the forms.
func (IdentityCodec) Words() []string { return []string{"account"} }

// Skip names objects, or entries of a list, that are no configuration.
type Skip struct {
	Where Predicate `word:"where" doc:"read name -> values of what is no configuration"`
	Why   string    `word:"why" doc:"why it is none"`
}

// Tree says how published items form a tree of chains.
type Tree struct {
	Parent   string `word:"parent" doc:"read name of the folder's id"`
	Previous string `word:"previous" doc:"read name of the id of the sibling in front"`
	Root     int64  `word:"root" doc:"parent of the top level"`
	Folder   string `word:"folder" doc:"kind of folders"`
	Move     string `word:"move" is:"path" doc:"path of the move"`
	All      string `word:"all" is:"path" doc:"path of the list of all items, of whatever kind"` // of folders only
}

// Order says how objects of other kinds are put in order.
type Order struct {
	Of   []string `word:"of" doc:"kinds whose objects are put in order"`
	By   OrderBy  `word:"by" doc:"one place per call, or previousId"`
	Path string   `word:"path" is:"path" doc:"path of the call"`
	Read string   `word:"read" doc:"read name of the place"`
}

// Last is a brake: the last object that fits Where is never removed.
type Last struct {
	Where Predicate `word:"where" doc:"yaml name -> values"`
	Per   Extent    `word:"per" doc:"where the last one is counted"`
	Why   string    `word:"why" doc:"why it is needed"`
}

// Activate says that changes must be activated before whatever comes after
// them can be written.
type Activate struct {
	On  []Written `word:"on" doc:"which changes"`
	Why string    `word:"why" doc:"why"`
}

// Written is a change that can be activated.
type Written string

// Words lists the changes.
func (Written) Words() []string { return []string{"create", "update"} }

// KindEffects are the effects of making, changing and deleting an object.
type KindEffects struct {
	Create []Impact `word:"create" doc:"of a create"`
	Update []Impact `word:"update" doc:"of an update"`
	Delete []Impact `word:"delete" doc:"of a delete"`
}
