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

	WhenWord     Predicate         `word:"when" doc:"counts only while these have such values"`
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

// Via is how a property travels: one of these words, or a part that holds a
// list, or a list that is a matrix.
type Via struct {
	QueryWord  *QueryWord  `word:"query" doc:"as a parameter of the create"`
	Call       string      `word:"call" is:"path" doc:"by a PUT of its own without a body"` // with {value}
	Lookup     *LookupRead `word:"lookup" doc:"read from elsewhere"`
	Part       *Part       `word:"part" doc:"written through a path of its own"`
	List       *List       `word:"list" doc:"changed entry by entry"`
	File       *File       `word:"file" doc:"the value is a file beside the document"`
	Cells      *Cells      `word:"cells" doc:"a matrix that is read whole and written value by value"`
	Membership *Membership `word:"membership" doc:"the object's place in a group"`
}

// clash tells whether there are several ways that exclude each other.
func (v *Via) clash() bool {
	ways := 0
	for _, is := range []bool{v.QueryWord != nil, v.Call != "", v.Lookup != nil, v.File != nil, v.Membership != nil, v.Part != nil || v.List != nil || v.Cells != nil} {
		if is {
			ways++
		}
	}
	return ways > 1
}

// QueryWord is a parameter of the create.
type QueryWord struct {
	Name   string `word:"name" doc:"of the parameter"`
	Invert bool   `word:"invert" doc:"the parameter says the opposite"`
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

// LookupRead is a value that is read from another list.
type LookupRead struct {
	Path  string            `word:"path" is:"path" doc:"read of the list"`
	Query map[string]string `word:"query" doc:"of that read"`
	Where Predicate         `word:"where" doc:"read name -> values of the element"`
	Read  string            `word:"read" doc:"read name of the value"`
}

// Part is a group of properties with a path of its own.
type Part struct {
	At     string      `word:"at" doc:"path below the object"`
	Get    bool        `word:"get" doc:"must be read there"`
	Put    bool        `word:"put,either" doc:"is written there"`
	Costly bool        `word:"costly" doc:"read only when asked for"`
	Shapes []BodyShape `word:"shapes" doc:"bodies of the PUT"` // none = those of the object
}

// Defaults of a part.
func (p *Part) Defaults() { p.Put = true }

// List is an array that is changed entry by entry.
type List struct {
	At               string     `word:"at" doc:"path below the object"`
	Mode             EntryMode  `word:"mode" doc:"how entries are compared"`
	Key              []string   `word:"key" doc:"yaml names that an entry is known by"`
	MatchAny         []string   `word:"matchAny" doc:"entries are the same if one of these is"`
	ID               string     `word:"id" doc:"read name of the entry's id"`
	Get              string     `word:"get" doc:"path of a read of its own"`
	Costly           bool       `word:"costly" doc:"read only when asked for"`
	AddWord          EntryWord  `word:"add" doc:"how an entry is added"`
	RemoveWord       EntryWord  `word:"remove" doc:"how an entry is removed"`
	Update           *EntryCall `word:"update" doc:"how an entry is changed"`
	Priority         string     `word:"priority" doc:"read name of the place"`
	PriorityWritable bool       `word:"priorityWritable" doc:"updates take the place"`
	Answer           Answer     `word:"answer" doc:"what adding answers"`
	TextAs           string     `word:"textAs" doc:"property that an element which is a plain text is read as"`
	Twins            bool       `word:"twins" doc:"several entries may have the same key"`
	First            bool       `word:"first" doc:"a new object may already hold one entry"`
	Rename           string     `word:"rename" doc:"name of the new name in the entry's update"`
	Skip             []Skip     `word:"skip" doc:"entries that are no configuration"`

	Add      EntryCall
	Remove   EntryCall
	NoAdd    bool // entries come by themselves: the API has no call to add one
	NoRemove bool
}

// EntryCall says how an entry of a list is named in a request.
type EntryCall struct {
	By     EntryName      `word:"by" doc:"how the call names the entry"`
	Fields []string       `word:"fields" doc:"yaml names that the body takes; all if left out"`
	Query  map[string]any `word:"query" doc:"constants of the query"`
	Site   string         `word:"site" doc:"name under which the body holds the site's id"` // of add
}

// EntryWord is a call, or that there is none.
type EntryWord struct {
	Call EntryCall
	None bool
}

// Forms are a call and false.
func (*EntryWord) Forms() []any { return []any{EntryCall{}, vocabulary.False{}} }

// Take sets it.
func (w *EntryWord) Take(v any) {
	call, ok := v.(EntryCall)
	*w = EntryWord{call, !ok}
}

// File is a value that is a file next to the YAML.
type File struct {
	Field  string            `word:"field" doc:"of the create's form"` // "" if the create takes no file
	Get    string            `word:"get" is:"path" doc:"read of the file"`
	Query  map[string]string `word:"query" doc:"of that read"`
	Costly bool              `word:"costly" doc:"read only when asked for"`
	Seen   string            `word:"seen" doc:"page that documents the read"` // where the list of operations lacks it
	Put    *FilePut          `word:"put" doc:"call that sets it"`             // on an object that exists
}

// FilePut is the call that sets a file by itself. Without Fields its body is
// not known: then the file is read and compared, and never sent.
type FilePut struct {
	Method Method   `word:"method" doc:"verb of the call"`
	Path   string   `word:"path" is:"path" doc:"path of the call"`
	Fields []string `word:"fields" doc:"names of the form's field, likeliest first"`
}

// Method is the verb of a write.
type Method string

// Words lists the verbs.
func (Method) Words() []string { return []string{"PUT", "POST"} }

// Cells is a matrix that is read whole and written cell by cell: rights by
// site, kind of object and object.
type Cells struct {
	At     string `word:"at" doc:"path of the call, below the object"`
	Method Method `word:"method" doc:"verb of the call"`
	Query  string `word:"query" doc:"query name of the site's id"`
	Row    string `word:"row" doc:"yaml name of the row's key, a reference to the site"`
	Type   string `word:"type" doc:"body name of the column's number"`
	Object string `word:"object" doc:"body name of the object's id"` // left out for the whole column
	Value  string `word:"value" doc:"body name of the value"`
	// Yaml names inside a column.
	Own     string `word:"own" doc:"yaml name of the value of the whole column"`
	Objects string `word:"objects" doc:"yaml name of the list of single objects"`
	Name    string `word:"name" doc:"yaml name of an object in that list, a reference"`

	NumberWords map[string]CellNumber `word:"numbers" doc:"column -> its number; null: nobody has seen it"`
	Numbers     map[string]*int64     // column -> its number; nil = nobody has seen it
	// Guessed are the columns whose number is only inferred.
	Guessed map[string]bool
}

// Defaults of a matrix.
func (c *Cells) Defaults() { c.Method = "PUT" }

// CellNumber is the number of a column: null where nobody has seen it.
type CellNumber struct {
	Number  *int64
	Guessed bool
}

type cellNumber struct {
	Number   int64    `word:"number" doc:"the number"`
	Evidence Evidence `word:"evidence" doc:"where it was read"`
}

// Forms are a number, null, and a number with its evidence.
func (*CellNumber) Forms() []any { return []any{int64(0), vocabulary.Null{}, cellNumber{}} }

// Take sets it.
func (c *CellNumber) Take(v any) {
	switch v := v.(type) {
	case int64:
		c.Number = &v
	case cellNumber:
		c.Number, c.Guessed = &v.Number, v.Evidence == "inferred"
	}
}

// Membership is an object's place in a group that is written on the group.
type Membership struct {
	Of     string       `word:"of" doc:"kind of the group"`
	At     string       `word:"at" doc:"path below the group"`
	Bodies []MemberBody `word:"bodies" doc:"bodies, the likeliest first"`
}

// MemberBody is the name of the property that holds the ids; "" is an array of
// them.
type MemberBody string

type memberArray string

// Words is the only value.
func (memberArray) Words() []string { return []string{"array"} }

type memberProperty struct {
	Property string `word:"property" doc:"name of the property that holds the ids"`
}

// Forms are "array" and a property.
func (*MemberBody) Forms() []any { return []any{memberArray(""), memberProperty{}} }

// Take sets it.
func (b *MemberBody) Take(v any) {
	if p, ok := v.(memberProperty); ok {
		*b = MemberBody(p.Property)
	}
}
