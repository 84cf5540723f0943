package plan

import (
	"fmt"
	"sort"
	"strings"

	"rassync/internal/leak"
	"rassync/internal/model"
)

// builder holds the work of one plan.
type builder struct {
	Input
	diags    model.Diagnostics
	warnings []string

	unwritable []Unwritable
	unseen     []NotShown
	notRead    []NotRead
	incomplete map[*model.Object]string // new objects that are left out, and why

	changes  []*change
	byAddr   map[model.Address]*change // by declared or live address
	liveOf   map[*model.Object]*model.Object
	wantOf   map[*model.Object]*model.Object // live -> desired
	declared map[model.Address]*model.Object
	going    map[model.Address]*model.Object // documents that only say: may be deleted
	renamed  renames                         // the folders that documents rename
	folders  renames                         // those of them that the farm still has under another name
	blocked  map[*model.Object]string        // declared -> the kind that could not be read and that it depends on
	unclear  map[*model.Object]bool          // declared, and nobody can tell which live object is meant
	called   *identities                     // see belongTogether
	same     int
	unsent   int

	groupsOf []*group                 // siblings whose order this plan may concern
	folderAt map[string]*model.Object // live folders by path
	own      *bool                    // see showsOwn
}

// change is a Change with what is needed to order it.
type change struct {
	Change
	live *model.Object
	// needs are the changes that must come first, with the reason.
	needs map[*change]string
	// rank orders independent changes, after level: how many activations
	// stand before the change.
	rank  [2]int
	level int
	fixed string // the property for which the object is made anew
}

// Build makes the plan. Diagnostics with errors mean that the input does not
// fit the farm; the plan is nil then.
func Build(in Input) (*Plan, model.Diagnostics) {
	b := &builder{Input: in, byAddr: map[model.Address]*change{}, liveOf: map[*model.Object]*model.Object{}, wantOf: map[*model.Object]*model.Object{},
		declared: map[model.Address]*model.Object{}, folders: renames{}, renamed: renames{}, blocked: map[*model.Object]string{}, unclear: map[*model.Object]bool{}, going: map[model.Address]*model.Object{}}
	b.Input = in
	if b.NotSelected == "" {
		b.NotSelected = "select it too"
	}
	if b.Position == nil {
		b.Position = func(o *model.Object, _ string) model.Source { return o.Source }
	}
	b.Desired = nil
	for _, d := range in.Desired {
		if d.Goes() {
			b.going[d.Address.Key()] = d
			continue
		}
		b.Desired = append(b.Desired, d)
		b.declared[d.Address.Key()] = d
		if k := in.Catalog.Kind(d.Address.Kind); k.Tree != nil && d.Address.Kind == k.Tree.Folder && d.RenamedFrom != "" {
			b.renamed[model.Fold(d.Address.Name)] = d.OldName()
		}
	}
	b.pair()
	b.skipIncomplete()
	b.block()
	b.deletes()
	for _, d := range b.Desired {
		b.compare(d)
	}
	b.release()
	b.unread()
	b.placeCreates()
	b.checkReferences()
	b.replaces()
	b.edges()
	b.kindEdges()
	b.effects()
	b.reorders()
	b.unlisted()
	sorted := b.sort()
	if b.diags.Failed() {
		return nil, b.diags
	}
	return b.finish(sorted), b.diags
}

func (b *builder) selected(a model.Address) bool { return b.Selected == nil || b.Selected(a) }

func (b *builder) fail(o *model.Object, path, summary, hint string) {
	b.diags = append(b.diags, model.Diagnostic{Severity: model.Error, Source: b.Position(o, path), Address: o.Address.String(), Path: path, Summary: summary, Hint: hint})
}

// ForcesReplacement is the note of a field for which an object is made anew.
const ForcesReplacement = "forces replacement: only a create takes it"

// TempName is the name that the new object of a replace has until the old one
// is gone.
func TempName(name string) string {
	const suffix = " (rassync)"
	name, _ = model.CutMark(name)
	if runes := []rune(name); len(runes) > 240 {
		name = string(runes[:240])
	}
	return name + suffix
}

// deepUnknown are the values of a new object that no schema knows and that no
// body is known to bring.
func deepUnknown(d *model.Object) []string {
	var out []string
	for path := range d.Unknown {
		if strings.ContainsAny(path, ".:") && !strings.Contains(path, "[") {
			out = append(out, "unknown."+path)
		}
	}
	sort.Strings(out)
	return out
}

func (b *builder) changeOf(live *model.Object) *change { return b.byAddr[live.Address.Key()] }

func (b *builder) put(c *change) {
	o := c.Desired
	if o == nil {
		o = c.Before
	}
	a := o.Address
	c.Address, c.Kind, c.Site, c.Name = a.String(), a.Kind, a.Site, a.Name
	if c.Desired != nil && c.Desired.Source.File != "" {
		c.Source = &Source{File: c.Desired.Source.File, Line: c.Desired.Source.Line}
	}
	if c.Action != Reorder {
		c.PreImage = PreImage(b.Catalog, b.Live.Names, c.Before, c.Wanted())
	}
	c.needs = map[*change]string{}
	b.changes = append(b.changes, c)
	b.byAddr[a.Key()] = c
	if c.live != nil {
		b.byAddr[c.live.Address.Key()] = c
	}
}

// maxNamed is how many objects a warning names.
const maxNamed = 10

func (b *builder) finish(sorted []*change) *Plan {
	p := &Plan{FormatVersion: FormatVersion, Tool: b.Tool, Farm: b.Farm, Changes: []Change{}, Warnings: []string{}}
	p.Summary.Unchanged = b.same
	b.lookalikes(sorted)
	for _, c := range sorted {
		p.Summary.count(&c.Change)
		type need struct{ address, why string }
		var needs []need
		for n, why := range c.needs {
			needs = append(needs, need{n.Address, why})
		}
		sort.Slice(needs, func(i, j int) bool { return needs[i].address < needs[j].address })
		c.DependsOn = []string{}
		for _, n := range needs {
			c.DependsOn = append(c.DependsOn, n.address)
			c.Because = append(c.Because, n.why)
		}
		maskSecrets(c.Fields)
		if d := b.wantOf[c.live]; d != nil {
			c.Overlay = b.overlaid(d, c.Fields)
		} else if c.Desired != nil {
			c.Overlay = b.overlaid(c.Desired, c.Fields)
		}
		if l := c.live; l != nil && l.ChangedBy+l.ChangedAt != "" {
			c.LastChange = &LastChange{By: l.ChangedBy, At: l.ChangedAt}
		}
		p.Changes = append(p.Changes, c.Change)
		p.Secrets = append(p.Secrets, Secrets(b.Catalog.Kind(c.Kind), &c.Change)...)
	}
	if b.unsent > 0 {
		b.warnings = append(b.warnings, fmt.Sprintf("%s never been sent from this workspace: rassync cannot know what the farm has (--rotate-secrets sends all)", model.Count(b.unsent, "secret has", "secrets have")))
	}
	for i := range b.unwritable {
		b.unwritable[i].Before, b.unwritable[i].After = leak.MaskValue(b.unwritable[i].Before), leak.MaskValue(b.unwritable[i].After)
	}
	p.Unwritable, p.NotShown, p.NotRead = b.unwritable, b.unseen, b.notRead
	b.warnings = append(b.warnings, UnseenLines(b.unseen)...)
	for _, u := range b.unwritable {
		b.warnings = append(b.warnings, u.String())
	}
	seen := map[string]bool{}
	for _, w := range b.warnings {
		if !seen[w] {
			seen[w] = true
			p.Warnings = append(p.Warnings, w)
		}
	}
	return p
}
