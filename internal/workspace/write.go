package workspace

import (
	"errors"
	"fmt"
	"os"
	"path"
	"sort"
	"strings"

	"rassync/internal/files"
	"rassync/internal/model"
)

// WriteOptions say how an export goes into the folder.
type WriteOptions struct {
	// Fill adds to existing documents what they leave out; otherwise only
	// declared values are updated. New objects are always written whole.
	Fill bool
	// Prune takes out documents whose objects are no longer on the farm;
	// otherwise they are reported only.
	Prune bool
	// Covers tells whether the objects given would hold this one if it were on
	// the farm: an export of a part must not call the rest missing. Nil: they
	// are all there is.
	Covers func(model.Address) bool
	// Keep tells which declared values to leave alone, whatever the farm
	// shows, such as a status that a folder above masks. Nil: none.
	Keep func(a model.Address, path string) bool
	// File gives the content of a file that belongs to an object. Nil: such
	// values cannot be placed.
	File func(a model.Address, p *model.Property, ref model.FileRef) ([]byte, error)
	// Overlay is the overlay whose farm was exported. Values that it declares
	// are updated in it, and left alone in the base.
	Overlay string
	// DryRun reports and writes nothing.
	DryRun bool
}

// WriteReport says what an export did. Files are relative, with forward
// slashes; all lists are sorted.
type WriteReport struct {
	Written   []string // new files
	Changed   []string
	Unchanged []string // documents' files that were read and stayed as they are
	Removed   []string

	Added   []model.Address
	Updated []model.Address // at least one declared value changed
	Missing []model.Address // declared, covered, and not on the farm
	Pruned  []model.Address // those of Missing that were taken out

	// Unknown lists by kind what the farm answered and no schema knows.
	Unknown map[string][]string
	// Unplaced are values of the farm that no file holds now.
	Unplaced []Unplaced
	// Specs are what the documents declare now, by address; those of an overlay
	// are laid over those of the base.
	Specs map[model.Address]map[string]any

	// Reformatted are documents of which more had to be written anew than the
	// values that changed: comments or anchors in it are lost.
	Reformatted []model.Address
}

// Invalid is the error of Write when the folder holds files that cannot be
// read: an export into it could declare objects twice. Nothing was written.
type Invalid struct{ Diagnostics model.Diagnostics }

func (e *Invalid) Error() string {
	for _, d := range e.Diagnostics {
		if d.Severity == model.Error {
			return "the folder holds files that cannot be read: " + d.Error()
		}
	}
	return "the folder holds files that cannot be read"
}

// Write exports live objects into dir, which is made if it does not exist.
// The same objects give the same bytes, and a second Write changes nothing.
// Files are replaced atomically, each for itself; an error leaves those that
// were written before it.
func Write(dir string, cat *model.Catalog, objects []*model.Object, opts WriteOptions) (*WriteReport, error) {
	if !opts.DryRun {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return nil, fmt.Errorf("make the folder of the export: %w", err)
		}
	}
	root, err := files.Open(dir)
	if err != nil {
		if !opts.DryRun || !errors.Is(err, os.ErrNotExist) {
			return nil, fmt.Errorf("open the folder of the export: %w", err)
		}
		empty, err := os.MkdirTemp("", "rassync-")
		if err != nil {
			return nil, fmt.Errorf("compare with an empty folder: %w", err)
		}
		defer os.Remove(empty)
		if root, err = files.Open(empty); err != nil {
			return nil, fmt.Errorf("compare with an empty folder: %w", err)
		}
	}
	defer root.Close()
	w := &writer{cat: cat, opts: opts, root: root, rules: rulesOf(cat), layout: newLayout(cat),
		report: &WriteReport{Unknown: map[string][]string{}, Specs: map[model.Address]map[string]any{}}, files: map[string]*treeFile{}, attachments: map[string][]byte{}, taken: map[string]bool{}}
	if err := w.readTree(dir); err != nil {
		return nil, err
	}
	if err := w.objects(objects); err != nil {
		return nil, err
	}
	w.missing()
	if err := w.prepare(); err != nil {
		return w.report, err
	}
	defer w.root.Done()
	for _, p := range sortedKeys(w.files) {
		if err := w.flush(w.files[p]); err != nil {
			return w.report, err
		}
	}
	if err := w.extras(); err != nil {
		return w.report, err
	}
	w.finish()
	return w.report, nil
}

// writer holds the state of one Write.
type writer struct {
	cat    *model.Catalog
	opts   WriteOptions
	root   *files.Root
	config *Config
	rules  *ruleSet
	layout *layout
	report *WriteReport

	files       map[string]*treeFile // by path
	docs        []*treeDoc
	byKey       map[model.Address]*treeDoc // base documents
	byOld       map[model.Address]*treeDoc // base documents by renamedFrom
	over        map[model.Address]*treeDoc // documents of the overlay
	attachments map[string][]byte
	taken       map[string]bool // attachments that documents name
}

// treeFile is a file of documents, existing or new.
type treeFile struct {
	path  string
	src   *source // nil: new
	texts map[int]string
	gone  map[int]bool
	docs  []*treeDoc // in the order of the file; new ones have seg < 0
}

// treeDoc is a document of the tree.
type treeDoc struct {
	obj    *model.Object
	file   *treeFile
	seg    int
	text   string // of a new document
	failed bool   // something is wrong with it: it is left alone
	seen   bool   // the object is on the farm
}

// readTree reads what is there. Files that cannot be parsed stop the export:
// nobody knows what they declare.
func (w *writer) readTree(dir string) error {
	var diags model.Diagnostics
	w.config, diags = loadConfig(w.root, w.cat)
	if diags.Failed() {
		return &Invalid{diags}
	}
	ws := &Workspace{Dir: dir, Config: w.config, cat: w.cat, rules: w.rules, files: map[string]*source{}}
	r := &reader{ws: ws, root: w.root, store: &fileStore{root: w.root, dir: dir}, writing: true}
	base := r.read(r.ours(r.openAll(r.find(".", w.config.overlayFolder))))
	var over result
	if w.opts.Overlay != "" {
		o := w.config.Overlay(w.opts.Overlay)
		if o == nil {
			return fmt.Errorf("there is no overlay %q in %s", w.opts.Overlay, ConfigFile)
		}
		over = r.read(r.openAll(r.find(o.Folder, func(string) bool { return false })))
	}
	if len(r.broken) > 0 {
		return &Invalid{r.broken}
	}
	for p, src := range ws.files {
		w.files[p] = &treeFile{path: p, src: src}
	}
	for _, p := range sortedKeys(w.files) {
		w.layout.known(p)
	}
	w.byKey, w.byOld = w.index(base), map[model.Address]*treeDoc{}
	for _, d := range w.docs {
		if d.obj.RenamedFrom != "" {
			old := d.obj.Address
			old.Name = d.obj.OldName()
			w.byOld[old.Key()] = d
		}
	}
	w.over = w.index(over)
	return nil
}

func (w *writer) index(res result) map[model.Address]*treeDoc {
	out := make(map[model.Address]*treeDoc, len(res.entries))
	for _, e := range res.entries {
		f := w.files[e.src.path]
		d := &treeDoc{obj: e.obj, file: f, seg: e.seg, failed: e.failed}
		f.docs = append(f.docs, d)
		w.docs = append(w.docs, d)
		if out[e.obj.Address.Key()] == nil {
			out[e.obj.Address.Key()] = d
		}
		k := w.cat.Kind(e.obj.Address.Kind)
		for _, p := range k.Spec.Props {
			if ref, ok := e.obj.Spec[p.Name].(model.FileRef); ok {
				if at, err := beside(f.path, ref.Path); err == nil {
					w.taken[model.Fold(at)] = true
				}
			}
		}
	}
	return out
}

// objects updates the documents of the live objects and makes those that are
// not there.
func (w *writer) objects(objects []*model.Object) error {
	sorted := append([]*model.Object(nil), objects...)
	sort.SliceStable(sorted, func(i, j int) bool { return addressLess(sorted[i].Address, sorted[j].Address) })
	seen := map[model.Address]bool{}
	docs := w.pair(sorted)
	for _, o := range sorted {
		k := w.cat.Kind(o.Address.Kind)
		if k == nil {
			return fmt.Errorf("export %s: there is no kind %s", o.Address, o.Address.Kind)
		}
		kr, err := w.rules.of(k)
		if err != nil {
			return fmt.Errorf("export %s: %w", o.Address, err)
		}
		if seen[o.Address.Key()] {
			w.leftOut(o.Address, "", "the farm has another object of this name")
			continue
		}
		seen[o.Address.Key()] = true
		for name := range o.Unknown {
			w.unknownName(k.Name, name)
		}
		c := &placer{addr: o.Address}
		live := *o
		live.Spec = c.object(k.Spec, kr.spec, o.Spec, "")
		live.Unknown = c.unknown(o.Unknown)
		w.residual(kr, &live, c)
		w.report.Unplaced = append(w.report.Unplaced, c.unplaced...)

		d := docs[o]
		if d == nil {
			d = w.byOld[o.Address.Key()]
		}
		over := w.over[o.Address.Key()]
		if over == nil && d != nil {
			over = w.over[d.obj.Address.Key()]
		}
		if over != nil {
			over.seen = true
			if err := w.update(kr, over, &live, nil); err != nil {
				return err
			}
		}
		switch {
		case d != nil:
			d.seen = true
			if err := w.update(kr, d, &live, over); err != nil {
				return err
			}
		case over == nil:
			if err := w.add(kr, &live); err != nil {
				return err
			}
		}
	}
	return nil
}

// residual drops what the JSON Schema library refuses.
func (w *writer) residual(kr *kindRules, o *model.Object, c *placer) {
	sch, err := kr.compiled()
	for err == nil {
		name := refusedProperty(sch.Validate(kr.instance(o)))
		if _, ok := o.Spec[name]; !ok {
			return
		}
		c.drop(name, "the schema refuses it")
		delete(o.Spec, name)
	}
}

func (w *writer) unplaced(a model.Address, path, why string) {
	w.report.Unplaced = append(w.report.Unplaced, Unplaced{Address: a, Path: path, Why: why})
}

// leftOut notes an object that no file holds.
func (w *writer) leftOut(a model.Address, path, why string) {
	w.report.Unplaced = append(w.report.Unplaced, Unplaced{Address: a, Path: path, Why: why, Whole: true})
}

func (w *writer) unknownName(kind, name string) {
	// Labels of entries differ from object to object; the place does not.
	if i := strings.IndexByte(name, '['); i >= 0 {
		if j := strings.LastIndexByte(name, ']'); j > i {
			name = name[:i] + "[]" + name[j+1:]
		}
	}
	for _, have := range w.report.Unknown[kind] {
		if have == name {
			return
		}
	}
	w.report.Unknown[kind] = append(w.report.Unknown[kind], name)
}

// add writes a new object to its default place.
func (w *writer) add(kr *kindRules, o *model.Object) error {
	k := kr.kind
	for _, key := range []struct{ name, value string }{{"site", o.Address.Site}, {"name", o.Address.Name}} {
		r := kr.top.props[key.name]
		if r == nil {
			continue
		}
		if why := r.refuses(key.value); why != "" {
			w.leftOut(o.Address, key.name, "the schema refuses it: "+why)
			return nil
		}
	}
	p := w.layout.file(k, o.Address)
	if w.config.ignored(p) || w.inOverlay(p) {
		w.leftOut(o.Address, "", fmt.Sprintf("its place %s is not read (%s)", p, ConfigFile))
		w.report.Unplaced[len(w.report.Unplaced)-1].Ignored = true
		return nil
	}
	doc := &model.Object{Address: o.Address, Spec: o.Spec, Unknown: o.Unknown}
	if k.Scope == model.ScopeFarm {
		doc.Address.Site = ""
	}
	doc.Spec = w.placeFiles(k, doc, nil, p)
	secrets(k.Spec, doc.Spec, doc.Spec, doc.Address)
	f := w.files[p]
	if f == nil {
		f = &treeFile{path: p}
		w.files[p] = f
	}
	eol := f.eol()
	e := newEmitter(eol)
	e.document(k, doc)
	f.insert(&treeDoc{obj: doc, file: f, seg: -1, text: e.b.String(), seen: true})
	w.report.Added = append(w.report.Added, o.Address)
	w.declares(o.Address, doc.Spec)
	return nil
}

func (w *writer) inOverlay(p string) bool {
	for dir := path.Dir(p); dir != "."; dir = path.Dir(dir) {
		if w.config.overlayFolder(dir) {
			return true
		}
	}
	return false
}

// secrets puts placeholders where the object plausibly has a secret: the
// values that go with it are there, and nothing switches it off. inside are
// the labels of the entries on the way to here.
func secrets(p *model.Property, here, spec map[string]any, a model.Address, inside ...string) {
	for _, c := range p.Props {
		if sub, ok := here[c.Name].(map[string]any); ok && len(c.Props) > 0 {
			secrets(c, sub, spec, a, inside...)
			continue
		}
		if list, ok := here[c.Name].([]any); ok && c.Items != nil && len(c.Items.Props) > 0 {
			for _, e := range list {
				if entry, ok := e.(map[string]any); ok {
					secrets(c.Items, entry, spec, a, append(inside[:len(inside):len(inside)], model.EntryLabel(c, entry))...)
				}
			}
			continue
		}
		if _, declared := here[c.Name]; !c.Secret || declared || !model.Open(c, here, spec) {
			continue
		}
		plausible := true
		for _, name := range c.SecretWith {
			with := p.Prop(name)
			if with != nil && with.Type != model.TypeString {
				continue
			}
			s, _ := here[name].(string)
			plausible = plausible && s != ""
		}
		if plausible {
			here[c.Name] = model.SecretRef{Env: model.SecretName(c, a, inside...)}
		}
	}
}

// missing finds documents whose objects are no longer on the farm.
func (w *writer) missing() {
	for _, d := range w.docs {
		a := d.obj.Address
		if d.seen || d.failed || w.opts.Covers != nil && !w.opts.Covers(a) {
			continue
		}
		k := w.cat.Kind(a.Kind)
		if d != w.byKey[a.Key()] || k.Shape != model.Collection || k.IsBuiltin(a.Name) {
			continue
		}
		w.report.Missing = append(w.report.Missing, a)
		if w.opts.Prune {
			d.file.drop(d)
			w.report.Pruned = append(w.report.Pruned, a)
		}
	}
}

// declares notes what a document declares now. The overlay comes first.
func (w *writer) declares(a model.Address, spec map[string]any) {
	whole := map[string]any{}
	for name, v := range spec {
		whole[name] = v
	}
	for name, v := range w.report.Specs[a] {
		whole[name] = v
	}
	w.report.Specs[a] = whole
}

// prepare keeps git out of the private folder, and makes room for temporary files
// there.
func (w *writer) prepare() error {
	if err := w.put(toolFolder+"/.gitignore", []byte("# rassync works in this folder; only the schemas belong in git.\n*\n!.gitignore\n!schemas/\n!schemas/**\n"), false); err != nil || w.opts.DryRun {
		return err
	}
	return w.root.Prepare()
}

// extras writes attachments and the schemas.
func (w *writer) extras() error {
	for _, p := range sortedKeys(w.attachments) {
		if err := w.put(p, w.attachments[p], true); err != nil {
			return err
		}
	}
	for name, data := range w.cat.Files() {
		if err := w.put(schemaFolder+"/"+name, data, false); err != nil {
			return err
		}
	}
	return w.editorSettings()
}

func (w *writer) finish() {
	r := w.report
	for _, list := range []*[]string{&r.Written, &r.Changed, &r.Unchanged, &r.Removed} {
		sort.Strings(*list)
	}
	for _, list := range []*[]model.Address{&r.Added, &r.Updated, &r.Missing, &r.Pruned, &r.Reformatted} {
		sort.SliceStable(*list, func(i, j int) bool { return addressLess((*list)[i], (*list)[j]) })
	}
	sort.SliceStable(r.Unplaced, func(i, j int) bool {
		if r.Unplaced[i].Address != r.Unplaced[j].Address {
			return addressLess(r.Unplaced[i].Address, r.Unplaced[j].Address)
		}
		return r.Unplaced[i].Path < r.Unplaced[j].Path
	})
	for _, names := range r.Unknown {
		sort.Strings(names)
	}
}

// addressLess orders by kind, site and name, letter case last.
func addressLess(a, b model.Address) bool {
	x, y := a.Key(), b.Key()
	switch {
	case x.Kind != y.Kind:
		return x.Kind < y.Kind
	case x.Site != y.Site:
		return x.Site < y.Site
	case x.Name != y.Name:
		return x.Name < y.Name
	case a.Site != b.Site:
		return a.Site < b.Site
	}
	return a.Name < b.Name
}

func sortedKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}
