package model

import (
	"fmt"
	"io/fs"
	"path"
	"sort"
	"strings"
	"sync"

	"rassync/internal/vocabulary"
)

// late reads the schemas of kinds when they are first asked for: most commands
// need few of them, and reading all takes longer than anything else at the start.
type late struct {
	fsys  fs.FS
	mu    sync.Mutex // of the loader
	load  *loader
	kinds map[string]*lateKind

	files  sync.Once
	former sync.Once
	gets   sync.Once
}

type lateKind struct {
	once sync.Once
	kind *Kind
}

// LoadAsNeeded gives the catalogue of schemas that are known to be sound, as those in the
// executable are: tests load them with Load, which checks them all.
func LoadAsNeeded(fsys fs.FS) (*Catalog, error) {
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil, err
	}
	l := &late{fsys: fsys, kinds: map[string]*lateKind{}}
	l.load = &loader{words: vocabulary.NewDecoder(), docs: map[string]*ordered{}, late: fsys}
	c := &Catalog{late: l}
	for _, e := range entries {
		name, isSchema := strings.CutSuffix(e.Name(), ".json")
		if e.IsDir() || !isSchema || e.Name() == vocabulary.MetaFile {
			continue
		}
		l.kinds[name] = &lateKind{}
		c.names = append(c.names, name)
	}
	sort.Strings(c.names)
	return c, nil
}

// kind reads the schema of a kind, once. One that cannot be read is a slip in the
// executable, which its tests would have found.
func (l *late) kind(name string) *Kind {
	k := l.kinds[name]
	if k == nil {
		return nil
	}
	k.once.Do(func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		file := name + ".json"
		doc, err := l.load.doc(file)
		if err == nil {
			k.kind, err = l.load.kind(file, doc)
		}
		if err != nil {
			panic(fmt.Sprintf("schema %s: %v", file, err))
		}
	})
	return k.kind
}

// doc gives a schema file; of a late catalogue it is read when it is needed.
func (l *loader) doc(file string) (*ordered, error) {
	if o := l.docs[file]; o != nil || l.late == nil {
		if o == nil {
			return nil, fmt.Errorf("no such file")
		}
		return o, nil
	}
	data, err := fs.ReadFile(l.late, file)
	if err != nil {
		return nil, err
	}
	o, err := parseDocument(data)
	if err == nil {
		l.docs[file] = o
	}
	return o, err
}

// parseDocument reads the text of a schema file.
func parseDocument(data []byte) (*ordered, error) {
	v, err := parseOrdered(data)
	if err != nil {
		return nil, err
	}
	o, ok := v.(*ordered)
	if !ok {
		return nil, fmt.Errorf("not a JSON object")
	}
	return o, nil
}

// readFiles reads all schema files.
func readFiles(fsys fs.FS) (map[string][]byte, error) {
	out := map[string][]byte{}
	err := fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(p) != ".json" || p == vocabulary.MetaFile {
			return err
		}
		out[p], err = fs.ReadFile(fsys, p)
		return err
	})
	return out, err
}

// sound panics: schemas in the executable that cannot be read are a slip in it.
func sound(err error) {
	if err != nil {
		panic(err)
	}
}
