package workspace

import (
	"rassync/internal/model"
	"rassync/internal/policy"
	"rassync/internal/selector"
)

// ConfigFile is the name of the configuration at the root of a workspace.
const ConfigFile = "rassync.yaml"

// Mode says what it means that an object of the farm is not declared.
type Mode string

// The modes: leave the object alone, or delete it (if pruning is asked for).
const (
	Additive  Mode = "additive"
	Exclusive Mode = "exclusive"
)

// References says where a reference may find its object.
type References string

// The reference rules: declared in the workspace or built in; or also on the
// farm only.
const (
	StrictReferences References = "strict"
	FarmReferences   References = "farm"
)

// Config is rassync.yaml.
type Config struct {
	Farm       Farm
	Default    Mode
	Kinds      []ManageRule
	References References
	Protect    []selector.Selector
	Limits     Limits
	// LimitsGiven: the file has limits of its own.
	LimitsGiven bool
	// Rules and Calendar tighten what the operator's policy allows.
	Rules    []policy.Rule
	Calendar policy.Calendar
	Details  []string // Kind.property of costly properties to read on export
	Ignore   []selector.Glob
	Overlays []Overlay
	// Expected are differences between farms or overlays that are meant to be.
	Expected []Expected
}

// Expected is a difference that a comparison leaves out.
type Expected struct {
	Only selector.Selector
	// Properties may differ; none means all, and that one side alone has the object.
	Properties []string
	Why        string
}

// Farm is what a committed file says of the farm. It is data: whether the
// address is trusted, and with which credentials, is decided elsewhere.
type Farm struct {
	URL         string
	GUID        string
	Name        string
	Fingerprint string // SHA-256 of the certificate
	CAFile      string
}

// ManageRule gives the mode of a kind and site; both may be patterns.
type ManageRule struct {
	Kind, Site selector.Glob
	Mode       Mode
	anySite    bool
}

// Limits are the brakes of a plan; 0 is no limit. The percentages count from
// From objects on, so that small farms can be changed at all.
type Limits struct {
	Deletes       int
	DeletePercent int
	Updates       int
	UpdatePercent int
	From          int
}

// Overlay is a folder whose documents are laid over the base for one farm.
type Overlay struct {
	Name   string
	Folder string // relative to the workspace, with forward slashes; "" if it only renames sites
	// Sites are the names that the sites of the documents have on the farm of
	// the overlay.
	Sites map[string]string
	Farm  Farm // empty: the farm of the base
}

// DefaultConfig holds for a folder without rassync.yaml.
func DefaultConfig() *Config {
	return &Config{Default: Additive, References: StrictReferences, Limits: Limits{Deletes: 10, DeletePercent: 20, From: 10}}
}

// Mode is how objects of a kind in a site are managed; the first rule that
// fits wins. site is empty for farm-wide kinds.
func (c *Config) Mode(kind, site string) Mode {
	for _, r := range c.Kinds {
		if r.Kind.Match(kind) && (r.anySite || r.Site.Match(site)) {
			return r.Mode
		}
	}
	return c.Default
}

// Protected tells whether the object is never deleted or replaced.
func (c *Config) Protected(a model.Address) bool { return selector.Any(c.Protect, a) }

// ignored tells whether a file or folder is not read.
func (c *Config) ignored(path string) bool {
	for _, g := range c.Ignore {
		if g.Match(path) {
			return true
		}
	}
	return false
}

// Overlay finds an overlay by name; nil if there is none.
func (c *Config) Overlay(name string) *Overlay {
	for i := range c.Overlays {
		if c.Overlays[i].Name == name {
			return &c.Overlays[i]
		}
	}
	return nil
}

// FarmOf is the farm of an overlay, or the base's where the overlay names
// none. The empty name is the base.
func (c *Config) FarmOf(overlay string) Farm {
	if o := c.Overlay(overlay); o != nil && o.Farm != (Farm{}) {
		// Taken whole: another farm has another identity, and none of the
		// base's certificate or GUID may leak into it.
		return o.Farm
	}
	return c.Farm
}
