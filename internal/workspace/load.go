package workspace

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"sort"
	"strings"
	"sync"
	"sync/atomic"

	"rassync/internal/files"
	"rassync/internal/model"
)

// Workspace is what a folder declares.
type Workspace struct {
	Dir     string
	Config  *Config
	Overlay string // name of the overlay laid over the base, "" for none
	// Objects in the order of files and documents; those that an overlay adds
	// come last. An object that was declared without fault is complete; of a
	// faulty one the good part is here, for editors and reports.
	Objects []*model.Object
	Files   []string // files that were read, relative, with forward slashes

	cat    *model.Catalog
	rules  *ruleSet
	files  map[string]*source
	layers map[model.Source]model.Source // declaration -> what an overlay lays over it

	mu   sync.Mutex
	last parsed // the document that Position looked at last
}

// LoadOptions choose what is read and how strictly.
type LoadOptions struct {
	// Overlay is the name of the overlay to lay over the base.
	Overlay string
	// References overrides the rule of rassync.yaml; "" keeps it.
	References References
	// OwnSites leaves sites the names of the documents, whatever the overlay calls them.
	OwnSites bool
}

// Load reads the workspace in dir. All that is wrong comes back at once, in
// the order of files and lines; the workspace is never nil, but must not be
// planned from while the diagnostics hold an error.
func Load(dir string, cat *model.Catalog, opts LoadOptions) (*Workspace, model.Diagnostics) {
	ws := &Workspace{Dir: dir, Config: DefaultConfig(), Overlay: opts.Overlay, cat: cat, rules: rulesOf(cat),
		files: map[string]*source{}, layers: map[model.Source]model.Source{}}
	root, err := files.Open(dir)
	if err != nil {
		return ws, model.Diagnostics{folderProblem(dir, err)}
	}
	defer root.Close()
	abs, err := filepath.Abs(dir)
	if err != nil {
		abs = dir
	}
	var diags model.Diagnostics
	ws.Config, diags = loadConfig(root, cat)
	if opts.References != "" {
		ws.Config.References = opts.References
	}
	r := &reader{ws: ws, root: root, store: &fileStore{root: root, dir: abs}, judge: true}
	base := r.read(r.ours(r.openAll(r.find(".", ws.Config.overlayFolder))))
	ws.Objects = base.objects
	var over result
	var sites map[string]string
	if opts.Overlay != "" {
		o := ws.Config.Overlay(opts.Overlay)
		if o == nil {
			names := make([]string, len(ws.Config.Overlays))
			for i, o := range ws.Config.Overlays {
				names[i] = o.Name
			}
			r.diags = append(r.diags, model.Diagnostic{Severity: model.Error, Summary: fmt.Sprintf("there is no overlay %q in %s", opts.Overlay, ConfigFile), Hint: suggest(opts.Overlay, names)})
		} else {
			if o.Folder != "" {
				over = r.read(r.openAll(r.find(o.Folder, func(string) bool { return false })))
			}
			sites = o.Sites
		}
	}
	if base.documents+over.documents == 0 && !r.diags.Failed() {
		r.diags = append(r.diags, model.Diagnostic{Severity: model.Error, Summary: "nothing is declared in " + dir, Hint: "this never means delete everything"})
	}
	diags = append(diags, r.diags...)
	c := &checker{ws: ws, strict: ws.Config.References != FarmReferences}
	c.unique(base.objects)
	c.unique(over.objects)
	ws.lay(over.objects)
	c.check(append(base.uses, over.uses...))
	diags = append(diags, c.diags...)
	if !opts.OwnSites {
		diags = append(diags, ws.renameSites(sites)...)
	}
	if c.unsaid > 0 {
		diags = append(diags, model.Diagnostic{Severity: model.Error, Summary: model.Count(c.unsaid, "more error is", "more errors are") + " not shown", Hint: "correct the others first"})
	}
	sort.SliceStable(diags, func(i, j int) bool {
		a, b := diags[i].Source, diags[j].Source
		if a.File != b.File {
			return a.File < b.File
		}
		if a.Line != b.Line {
			return a.Line < b.Line
		}
		return a.Col < b.Col
	})
	return ws, diags
}

// overlayFolder tells whether a folder holds an overlay and is thus no part
// of the base.
func (c *Config) overlayFolder(dir string) bool {
	for _, o := range c.Overlays {
		if o.Folder == dir {
			return true
		}
	}
	return false
}

// reader reads files into objects.
type reader struct {
	ws    *Workspace
	root  *files.Root
	store *fileStore
	judge bool // asks the JSON Schema library
	// writing says that files may be written: where a new one may come to lie,
	// none is passed over.
	writing bool
	diags   model.Diagnostics
	total   int64
	// broken are files and documents of which nobody knows what they declare.
	broken model.Diagnostics
	faults atomic.Int64 // errors in documents so far
}

// maxFaults is how many errors are looked for: whoever has so many mends the
// first ones and comes again.
const maxFaults = 1000

// result is what a set of files declares.
type result struct {
	objects   []*model.Object
	uses      []use
	diags     model.Diagnostics
	broken    model.Diagnostics // those of diags that leave open what is declared
	documents int
	left      int     // documents that were not looked at
	entries   []entry // where the objects stand, for writing
}

// entry is a document of an object that is known by name.
type entry struct {
	obj    *model.Object
	src    *source
	seg    int
	failed bool
}

// contractFolder holds corrections of the schemas, not documents.
const contractFolder = "contract"

// isYAML tells whether a file is read, by its name.
func isYAML(name string) bool {
	ext := strings.ToLower(path.Ext(name))
	return (ext == ".yaml" || ext == ".yml") && !strings.HasPrefix(name, ".")
}

// find lists the YAML files below dir in alphabetical order.
func (r *reader) find(dir string, skip func(string) bool) []string {
	var out []string
	err := fs.WalkDir(r.root.FS(), dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			r.diags = append(r.diags, model.Diagnostic{Severity: model.Error, Source: model.Source{File: p, Line: 1, Col: 1}, Summary: "cannot be read: " + reason(err)})
			if d != nil && d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if p == dir {
			return nil
		}
		if d.IsDir() {
			if p == contractFolder || strings.HasPrefix(d.Name(), ".") || r.ws.Config.ignored(p) || skip(p) {
				return fs.SkipDir
			}
			return nil
		}
		if isYAML(d.Name()) && p != ConfigFile && !r.ws.Config.ignored(p) {
			out = append(out, p)
		}
		return nil
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		r.diags = append(r.diags, folderProblem(dir, err))
	}
	return out
}

// open reads the text of a file; nil if it cannot be used, which is noted.
func (r *reader) open(p string) *source {
	data, problem := readFile(r.root, p)
	if problem != nil {
		r.broken = append(r.broken, problem.diagnostic(p))
		r.diags = append(r.diags, problem.diagnostic(p))
		return nil
	}
	if r.total += int64(len(data)); r.total > maxTotal {
		r.diags = append(r.diags, model.Diagnostic{Severity: model.Error, Source: model.Source{File: p, Line: 1, Col: 1},
			Summary: fmt.Sprintf("the files of the workspace are larger than %d MB together", maxTotal>>20), Hint: "list what is no configuration under ignore in " + ConfigFile})
		return nil
	}
	src, d := newSource(p, data)
	if d != nil {
		r.broken = append(r.broken, *d)
		r.diags = append(r.diags, *d)
		return nil
	}
	return src
}

// batch is how many documents a worker takes at a time.
const batch = 64

// openAll reads the texts of files; those that cannot be used are noted.
func (r *reader) openAll(paths []string) []*source {
	var sources []*source
	for _, p := range paths {
		if r.total > maxTotal {
			break
		}
		if src := r.open(p); src != nil {
			sources = append(sources, src)
		}
	}
	return sources
}

// read parses files, two at a time: more would only wait for memory.
func (r *reader) read(sources []*source) result {
	type task struct {
		src      *source
		from, to int // documents
	}
	var tasks []task
	for _, src := range sources {
		r.ws.files[src.path] = src
		r.ws.Files = append(r.ws.Files, src.path)
		for i := 0; i < len(src.segs); i += batch {
			tasks = append(tasks, task{src, i, min(i+batch, len(src.segs))})
		}
	}
	results := make([]result, len(tasks))
	next := make(chan int)
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for i := range next {
				for seg := tasks[i].from; seg < tasks[i].to; seg++ {
					r.document(tasks[i].src, seg, &results[i])
				}
			}
		})
	}
	for i := range tasks {
		next <- i
	}
	close(next)
	wg.Wait()
	var all result
	for _, res := range results {
		all.objects = append(all.objects, res.objects...)
		all.uses = append(all.uses, res.uses...)
		all.documents += res.documents
		all.left += res.left
		all.entries = append(all.entries, res.entries...)
		r.broken = append(r.broken, res.broken...)
		r.diags = append(r.diags, res.diags...)
	}
	if all.left > 0 {
		d := model.Diagnostic{Severity: model.Error, Summary: fmt.Sprintf("%s not looked at: there are %d errors already", model.Count(all.left, "document was", "documents were"), maxFaults),
			Hint: "correct these first; list what is no configuration under ignore in " + ConfigFile}
		r.broken = append(r.broken, d)
		r.diags = append(r.diags, d)
	}
	return all
}

// document reads one document of a file.
func (r *reader) document(src *source, at int, res *result) {
	if r.faults.Load() >= maxFaults {
		res.left++
		return
	}
	seg := src.segs[at]
	text := src.text[seg.start:seg.end]
	node, err := parse(text)
	if err != nil {
		r.faults.Add(1)
		res.documents++
		d := parseProblem(src.path, src.text, text, seg.line, err)
		res.diags = append(res.diags, d)
		res.broken = append(res.broken, d)
		return
	}
	if node == nil {
		return
	}
	res.documents++
	w := &walker{file: src.path, line: seg.line, raw: text, files: r.store}
	judge, key := r.judge, [sha256.Size]byte{}
	if judge {
		key = sha256.Sum256(text)
		judge = !r.ws.rules.verdicts.known(key)
	}
	o := w.document(node, r.ws.rules, judge)
	if judge && !w.diags.Failed() {
		r.ws.rules.verdicts.add(key)
	}
	res.diags = append(res.diags, w.diags...)
	if w.diags.Failed() {
		r.faults.Add(int64(len(w.diags)))
	}
	if o != nil {
		res.objects = append(res.objects, o)
		res.uses = append(res.uses, w.uses...)
		res.entries = append(res.entries, entry{o, src, at, w.diags.Failed()})
	}
}

// lay merges overlay documents over the base: mappings key by key, everything
// else as a whole. What the base does not declare is added.
func (ws *Workspace) lay(over []*model.Object) {
	if len(over) == 0 {
		return
	}
	base := make(map[model.Address]*model.Object, len(ws.Objects))
	for _, o := range ws.Objects {
		base[o.Address.Key()] = o
	}
	for _, o := range over {
		b := base[o.Address.Key()]
		if b == nil {
			ws.Objects = append(ws.Objects, o)
			continue
		}
		b.Spec = layMap(b.Spec, o.Spec)
		if o.Unknown != nil {
			b.Unknown = layMap(b.Unknown, o.Unknown)
		}
		if o.RenamedFrom != "" {
			b.RenamedFrom = o.RenamedFrom
		}
		if o.Confirm != "" {
			b.Confirm = o.Confirm
		}
		ws.layers[b.Source] = o.Source
	}
}

func layMap(base, over map[string]any) map[string]any {
	out := make(map[string]any, len(base)+len(over))
	for name, v := range base {
		out[name] = v
	}
	for name, v := range over {
		b, isMap := out[name].(map[string]any)
		if o, ok := v.(map[string]any); ok && isMap {
			v = layMap(b, o)
		}
		out[name] = v
	}
	return out
}
