package plan

import (
	"time"

	"rassync/internal/model"
)

// FormatVersion is the version of the plan document; a reader refuses others.
const FormatVersion = "1"

// Action is what a change does to an object.
type Action string

// The actions of a plan.
const (
	Create  Action = "create"
	Update  Action = "update"
	Delete  Action = "delete"
	Replace Action = "replace" // an update that the farm allows only by making the object anew
	Reorder Action = "reorder"
)

// Plan is an ordered list of changes: inert data that can be saved, reviewed
// and rendered. Changes stand in the order in which they are carried out.
type Plan struct {
	FormatVersion string   `json:"formatVersion"`
	Tool          Tool     `json:"tool"`
	Farm          Farm     `json:"farm"`
	Summary       Summary  `json:"summary"`
	Changes       []Change `json:"changes"`
	// Secrets are those that the plan sends.
	Secrets []SecretUse `json:"secrets,omitempty"`
	// Safeguards say which limits hold, and what is protected or confirmed.
	Safeguards *Safeguards `json:"safeguards,omitempty"`
	// Since is there where a range of commits was planned: what it and the farm
	// have changed.
	Since *ThreeWay `json:"since,omitempty"`
	// Unwritable are declared differences that no known call makes.
	Unwritable []Unwritable `json:"unwritable,omitempty"`
	// NotShown are declared values that the farm does not show: whether they
	// differ is not known, and they are not written.
	NotShown []NotShown `json:"notShown,omitempty"`
	// NotRead are lists that could not be read although something declared hangs on
	// them: that was not compared.
	NotRead []NotRead `json:"notRead,omitempty"`
	// NoLongerDeclared are objects whose documents are gone since the folder was
	// last applied or exported, and that stay.
	NoLongerDeclared []string `json:"noLongerDeclared,omitempty"`
	// Warnings are for people; nothing is decided by them.
	Warnings []string `json:"warnings"`
}

// NotRead is a list of the farm that could not be read.
type NotRead struct {
	Kind string `json:"kind"`
	Site string `json:"site,omitempty"`
	// Objects counts what is declared and was not compared for that.
	Objects int    `json:"objects"`
	Why     string `json:"why"`
}

// Seen tells whether all that is declared could be compared.
func (p *Plan) Seen() bool { return len(p.NotShown) == 0 && len(p.NotRead) == 0 }

// Safeguards are what the plan was judged by. Nothing is decided by them: they
// are worked out again by whoever carries the plan out.
type Safeguards struct {
	// Limits says which limits hold and who set them.
	Limits string `json:"limits"`
	// Protected are the protected objects that the plan touches, Confirmed those
	// of which their documents say that they may be deleted or replaced.
	Protected []string `json:"protected"`
	Confirmed []string `json:"confirmed"`
}

// Tool is the rassync that made the plan.
type Tool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	// Contract says which corrections of the built-in schemas were in force; ""
	// for none. A plan holds for them alone.
	Contract string `json:"contract,omitempty"`
}

// Farm is the farm the plan was made for. GUID decides; the rest is shown.
type Farm struct {
	URL     string `json:"url"`
	GUID    string `json:"guid"`
	Name    string `json:"name"`
	Version string `json:"version"`
}

// Summary counts objects by what happens to them.
type Summary struct {
	Create    int `json:"create"`
	Update    int `json:"update"`
	Delete    int `json:"delete"`
	Replace   int `json:"replace"`
	Reorder   int `json:"reorder"`
	Unchanged int `json:"unchanged"`
}

func (s *Summary) count(c *Change) {
	switch c.Action {
	case Create:
		s.Create++
	case Update:
		s.Update++
	case Delete:
		s.Delete++
	case Replace:
		s.Replace++
	case Reorder:
		s.Reorder++
	}
}

// Change is what happens to one object.
type Change struct {
	Address string  `json:"address"`
	Kind    string  `json:"kind"`
	Site    string  `json:"site,omitempty"`
	Name    string  `json:"name,omitempty"`
	Action  Action  `json:"action"`
	Source  *Source `json:"source,omitempty"`
	// Overlay says of values that come from an overlay where it sets them, by
	// path.
	Overlay map[string]Source `json:"overlay,omitempty"`
	// RenamedFrom is the object's name on the farm where it differs.
	RenamedFrom string  `json:"renamedFrom,omitempty"`
	Fields      []Field `json:"fields"`
	// Reversible tells whether rollback brings everything back;
	// IrreversibleBecause says what cannot come back.
	Reversible          bool     `json:"reversible"`
	IrreversibleBecause string   `json:"irreversibleBecause,omitempty"`
	Impact              []Impact `json:"impact"`
	// DependsOn are the changes that must be done first, and Because says why
	// for each of them, in the same order.
	DependsOn []string `json:"dependsOn"`
	Because   []string `json:"because,omitempty"`
	// Relinks are the objects whose reference is moved to the new object of a
	// replace.
	Relinks []string `json:"relinks,omitempty"`
	// AlsoChanges are other objects that the farm changes by itself when this
	// change is written.
	AlsoChanges []Effect `json:"alsoChanges,omitempty"`
	// ActivateBefore says that the settings are activated right before this change,
	// ActivateWithin that they are between its own steps.
	ActivateBefore *Activation `json:"activateBefore,omitempty"`
	ActivateWithin *Activation `json:"activateWithin,omitempty"`
	// Confirmed: the document of the object says that it may be deleted or
	// replaced.
	Confirmed bool `json:"confirmed,omitempty"`

	// LastChange says who changed the object on the farm last, where it shows
	// it; nil for objects that are made.
	LastChange *LastChange `json:"lastChange,omitempty"`

	// PreImage binds the change to the object it was computed from.
	PreImage string `json:"-"`
	// Place is where a new published item is put.
	Place *Place `json:"-"`

	// Desired and Before drive apply; they are in the file of --out alone.
	Desired *model.Object `json:"-"`
	Before  *model.Object `json:"-"`
}

// LastChange is the last change of an object, as the farm shows it.
type LastChange struct {
	By string `json:"by,omitempty"`
	At string `json:"at,omitempty"`
}

// Source is where the object is declared.
type Source struct {
	File string `json:"file"`
	Line int    `json:"line"`
}

// Field is one changed value. Secrets are shown as references only.
type Field struct {
	Path   string `json:"path"`
	Before any    `json:"before"`
	After  any    `json:"after"`
	// Note marks values that cannot be read back or are only inferred.
	Note string `json:"note,omitempty"`
}

// Impact is an effect beyond configuration.
type Impact struct {
	Effect string `json:"effect"`
	Path   string `json:"path,omitempty"`
	Why    string `json:"why"`
}

// File is what --out writes and apply reads: the plan and what binds it to
// the farm it was made for.
type File struct {
	Plan
	Created time.Time `json:"created"`
	Expires time.Time `json:"expires"`
	// Bindings hold what apply needs of each change, in the order of Changes.
	Bindings []Binding `json:"bindings"`
	// Signature is the HMAC of the digest with the operator's key.
	Signature string `json:"signature,omitempty"`
	// Digest is the SHA-256 of the file with an empty digest; an edited file
	// is refused.
	Digest string `json:"digest"`
}

// Binding ties a change to the object it was computed from.
type Binding struct {
	Address string `json:"address"`
	// PreImage is the hash of the object as it was read; "" if there was none.
	PreImage string `json:"preImage"`
	// Desired is the declared spec; secrets are references, files carry their
	// digest and path.
	Desired map[string]any `json:"desired,omitempty"`
	Unknown map[string]any `json:"unknown,omitempty"`
	Place   *Place         `json:"place,omitempty"`
}

// Empty tells whether nothing is to be done.
func (p *Plan) Empty() bool { return len(p.Changes) == 0 }
