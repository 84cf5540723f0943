package workspace

import (
	"bytes"
	"path"
	"regexp"
	"strings"

	"gopkg.in/yaml.v3"

	"rassync/internal/model"
)

// A repository holds YAML of other tools beside the export: azure-pipelines.yml,
// docker-compose.yml, mkdocs.yml. A file is passed over if nothing in it looks
// like a document of ours, and if it lies in the root or below a folder of the
// root in which there is no such document at all. Anywhere else a document
// without its kind is a fault of somebody who meant to declare something.

// ourKey finds what begins a line of our documents, also where the rest of it
// is broken.
var ourKey = regexp.MustCompile(`(?mi)^(- |\{ ?)?["']?(kind|spec|site|renamedFrom|confirm)\b`)

// ourHeader is the line that export writes for editors.
var ourHeader = []byte(".rassync/schemas/")

// looksForeign tells whether a file says something, and nothing of it can be
// meant for rassync.
func (r *reader) looksForeign(src *source) bool {
	if len(src.segs) > 0 {
		first := src.text[src.segs[0].start:src.segs[0].end]
		if ourKey.Match(first) && !bytes.Contains(first, []byte("apiVersion")) {
			return false // nearly every file is decided here, without parsing it twice
		}
	}
	says := false
	for _, seg := range src.segs {
		text := src.text[seg.start:seg.end]
		node, err := parse(text)
		switch {
		case bytes.Contains(text, ourHeader):
			return false
		case err == nil && node == nil:
			continue // comments
		case err == nil && r.ofKubernetes(node):
		case ourKey.Match(text), err == nil && !keysAreForeign(node):
			return false
		}
		says = true // or it is broken, or a template, and no line of it begins like ours
	}
	return says
}

// keysAreForeign tells whether no key of a document is a misspelt one of ours.
func keysAreForeign(node *yaml.Node) bool {
	if node.Kind != yaml.MappingNode {
		return node.Kind == yaml.SequenceNode // a few words may be what is left of a document
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key := node.Content[i].Value
		if strings.EqualFold(key, "kind") || strings.EqualFold(key, "spec") || model.DidYouMean(key, []string{"kind"}) != "" && key != "site" {
			return false
		}
	}
	return true
}

// ofKubernetes knows the documents that have a kind too, of another family.
func (r *reader) ofKubernetes(node *yaml.Node) bool {
	if node.Kind != yaml.MappingNode || lookup(node, "apiVersion") == nil {
		return false
	}
	kind := lookup(node, "kind")
	return kind == nil || r.ws.rules.cat.Kind(kind.Value) == nil
}

// ours leaves out the files of other tools and says so of each.
func (r *reader) ours(sources []*source) []*source {
	foreign := map[*source]bool{}
	ourFolder := map[string]bool{}
	for _, src := range sources {
		if foreign[src] = r.looksForeign(src); !foreign[src] {
			ourFolder[topFolder(src.path)] = true
		}
	}
	kept := sources[:0]
	for _, src := range sources {
		top := topFolder(src.path)
		if !foreign[src] || top != "." && (ourFolder[top] || r.writing) {
			kept = append(kept, src)
			continue
		}
		r.diags = append(r.diags, model.Diagnostic{Severity: model.Warning, Source: model.Source{File: src.path, Line: 1, Col: 1},
			Summary: "passed over: nothing in this file is declared for rassync", Hint: "list it under ignore in " + ConfigFile + " to say that this is right"})
	}
	return kept
}

// topFolder is the folder of the root that a file lies in or below, "." for
// the root itself.
func topFolder(p string) string {
	top, _, below := strings.Cut(path.Clean(p), "/")
	if !below {
		return "."
	}
	return top
}
