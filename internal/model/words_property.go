package model

import (
	"slices"
	"strings"

	"rassync/internal/vocabulary"
)

// PropertyWords are the words of x-ras on a property. What they mean is in
// schemas/README.md.
type PropertyWords struct {
	ReadWord  ReadWord  `word:"read" doc:"where answers show it, relative to the enclosing object; several: other names of the setting, the newest first; **: wherever it stands"`
	WriteWord OneOrMore `word:"write" doc:"name in bodies; several: the likeliest first"`
	// FormerNames is what earlier versions of rassync called the property.
	FormerNames []string `word:"formerNames" doc:"what the property was called by earlier versions of rassync"`
	// CreateAs is the name in the body of a create, or of the call that adds an
	// entry, where it is another one than write. Dots step into nested objects.
	CreateAs string `word:"createAs" doc:"name in the body of a create, where it is another one than write"`

	EnumWord   *vocabulary.Numbers `word:"enum" doc:"name -> number; null: nobody has seen it"`
	Names      []string            `word:"names" doc:"known names whose numbers nobody has seen"`
	Open       bool                `word:"open" doc:"holds whatever the farm answers beyond the named properties"`
	Ref        OneOrMore           `word:"ref" doc:"kinds of what it refers to"`
	EntryOf    *EntryOf            `word:"entryOf" doc:"names an entry of another object's list"`
	CodecWord  CodecName           `word:"codec" doc:"form on the wire, where the other words do not say it"`
	SecretWord SecretWord          `word:"secret" doc:"goes in and never comes back"`

	// WriteMinLength is the least length that a write takes. An answer may
	// still show an empty text, where nothing was ever set.
	WriteMinLength int `word:"writeMinLength" doc:"least length that a write takes"`

	Lifecycle Lifecycle `word:"lifecycle" doc:"which of create, update and read carry it"`
	OnCreate  any       `word:"onCreate" doc:"sent on create when the document leaves it out"`

	WhenWord     Predicate         `word:"when" doc:"used only while these have such values"`
	Replaces     string            `word:"replaces" doc:"yaml name beside it that follows from this one while this has a value"`
	AlsoChanges  *AlsoChanges      `word:"alsoChanges" doc:"a flag: writes while it is true change other objects too"`
	InheritsDown any               `word:"inheritsDown" doc:"while a folder above differs from this, its value may be shown instead"`
	ReadOnly     map[string]string `word:"readOnly" doc:"read names inside it that are no configuration"`

	Via `word:"via" doc:"how it travels, where bodies do not carry it as it is"`

	Impact []Impact `word:"impact" doc:"effects beyond configuration"`
	Trust  `word:"trust" doc:"what a change does to trust and rights"`

	Evidence Evidence `word:"evidence" doc:"where the name or number was read; rest if left out"`
	Since    string   `word:"since" is:"version" doc:"first version"`
	Until    string   `word:"until" is:"version" doc:"last version"`
	Note     string   `word:"note" doc:"for people"`
	Unit     string   `word:"unit" doc:"of a number"`
}

// Trust is what a change of the value does to trust and rights; see
// security.go.
type Trust struct {
	Endpoint    Endpoint `word:"sends" doc:"what is sent to the address that the value holds"`
	TrustAnchor bool     `word:"anchor" doc:"decides who or what is trusted"`
	Grants      *Grants  `word:"grants" doc:"which changes let somebody in"`
	Harmless    string   `word:"harmless" doc:"why none of these holds though the name sounds like it"`
}

// ReadWord is where answers show a property.
type ReadWord struct {
	Names []string
	Said  bool
}

// Forms are a text and a list.
func (*ReadWord) Forms() []any { return []any{"", []string{}} }

// Take sets it.
func (r *ReadWord) Take(v any) {
	r.Said = true
	switch v := v.(type) {
	case string:
		r.Names = []string{v}
	case []string:
		r.Names = v
	}
}

// SecretWord says that a value is a secret, and how it is handled.
type SecretWord struct {
	Is bool
	secretWords
}

type secretWords struct {
	With []string `word:"with" doc:"yaml names beside it whose change sends the secret again"`
	Env  string   `word:"env" doc:"name of the variable that an export proposes"`
}

// Forms are true and an object.
func (*SecretWord) Forms() []any { return []any{false, secretWords{}} }

// Take sets it.
func (s *SecretWord) Take(v any) {
	s.Is = true
	if w, ok := v.(secretWords); ok {
		s.secretWords = w
	}
}

// Lifecycle says which of create, update and read carry a property.
type Lifecycle struct {
	Create CreateRule `word:"create" doc:"allowed if left out"`
	Update UpdateRule `word:"update" doc:"allowed if left out; replaces: a change replaces the object; replacesIfRefused: only where the farm refused an update"`
	Read   ReadRule   `word:"read" doc:"allowed if left out; forbidden: goes in, never comes back"`
}

// CreateRule says whether a create takes a property.
type CreateRule string

// Words lists the rules.
func (CreateRule) Words() []string { return []string{"required", "allowed", Forbidden} }

// UpdateRule says whether an update takes a property.
type UpdateRule string

// Words lists the rules.
func (UpdateRule) Words() []string {
	return []string{"allowed", Forbidden, "replaces", "replacesIfRefused"}
}

// ReadRule says whether an answer shows a property.
type ReadRule string

// Words lists the rules.
func (ReadRule) Words() []string { return []string{"allowed", Forbidden} }

// Forbidden is the rule that a call does not carry a property.
const Forbidden = "forbidden"

// CodecName is the form of a value on the wire.
type CodecName string

// Shape lists the forms.
func (CodecName) Shape() string { return strings.Join(codecNames(), ", ") + " or separated:CHARACTER" }

// Fits tells whether there is such a form.
func (CodecName) Fits(s string) bool {
	return slices.Contains(codecNames(), s) || CodecName(s).Separator() != ""
}

// Known lists the forms that have a fixed name.
func (CodecName) Known() []string { return codecNames() }

// EntryOf is a reference to an entry of another object's list: templates'
// versions, the tags of a site's settings.
type EntryOf struct {
	Object string `word:"object" doc:"yaml name of the reference beside it"`   // that names the object
	Kind   string `word:"kind" doc:"instead: the settings that have the list"` // of the same site
	List   string `word:"list" doc:"list of that object"`                      // yaml path in its spec
	By     string `word:"by" doc:"yaml name of what names an entry"`           // "": the list's key
}

// Method is the verb of a write.
type Method string

// Words lists the verbs.
func (Method) Words() []string { return []string{"PUT", "POST"} }
