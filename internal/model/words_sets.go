package model

// The closed sets of the vocabulary: each is a type, and the loader refuses
// any other value.

// Scope says whether objects of a kind belong to the farm or to a site.
type Scope string

// The scopes of a kind.
const (
	ScopeFarm Scope = "farm"
	ScopeSite Scope = "site"
)

// Words lists the scopes.
func (Scope) Words() []string { return []string{string(ScopeFarm), string(ScopeSite)} }

// Shape says how objects of a kind come: many under a list path, one per
// farm or site, or as the order of other objects.
type Shape string

// The shapes of a kind.
const (
	Collection Shape = "collection"
	Singleton  Shape = "singleton"
	OrderShape Shape = "order"
)

// Words lists the shapes.
func (Shape) Words() []string {
	return []string{string(Collection), string(Singleton), string(OrderShape)}
}

// SitePlace is where a create names the site.
type SitePlace string

// Words lists the places.
func (SitePlace) Words() []string { return []string{"body", "query", "both", "none"} }

// Answer is what a call answers.
type Answer string

// Words lists the answers.
func (Answer) Words() []string { return []string{"object", "none"} }

// BodyShape is a form of a body: names flat, or nested as they are read.
type BodyShape string

// Words lists the forms.
func (BodyShape) Words() []string { return []string{"flat", "nested"} }

// Replacement is how a change that no update makes is made.
type Replacement string

// Words lists the ways.
func (Replacement) Words() []string { return []string{"createFirst", "deleteFirst"} }

// Evidence says where a name or number was read.
type Evidence string

// Words lists the sources.
func (Evidence) Words() []string {
	return []string{"rest", "sample", "contract", "seen", "ps", "v18", "cut", "guide", "inferred"}
}

// Effect is what a change can do beyond configuration.
type Effect string

// Words lists the effects.
func (Effect) Words() []string {
	return []string{"installsAgent", "restarts", "drains", "startsMachines", "endsSessions", "locksOut", "weakensSecurity", "agreesToTerms", "replicates"}
}

// EntryMode says how the entries of a list are compared.
type EntryMode string

// Words lists the modes.
func (EntryMode) Words() []string { return []string{"set", "ordered", "keyed"} }

// EntryName says how a call names the entry of a list.
type EntryName string

// Words lists the ways.
func (EntryName) Words() []string { return []string{"body", "id", "key"} }

// OrderBy says how objects are put in order: one place per call, or by the id
// of the object in front.
type OrderBy string

// Words lists the ways.
func (OrderBy) Words() []string { return []string{"step", "chain"} }

// Extent is where the last of its kind is counted.
type Extent string

// Words lists the extents.
func (Extent) Words() []string { return []string{"farm", "site"} }

// Action is what a change does to an object, or to an entry of a list.
type Action string

// Words lists the actions.
func (Action) Words() []string { return []string{"create", "update", "delete", "add", "remove"} }
