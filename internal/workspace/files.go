package workspace

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"

	"gopkg.in/yaml.v3"

	"rassync/internal/files"
	"rassync/internal/model"
)

// fileStore reads files that documents name.
type fileStore struct {
	root *files.Root
	dir  string
}

// beside resolves a path that is written in the YAML file from; it never
// leaves what documents may name.
func beside(from, written string) (string, error) {
	p, err := files.Inside(path.Dir(from), written)
	if err != nil {
		return "", err
	}
	return p, files.PictureName(p)
}

// digest hashes the picture named in the YAML file from.
func (s *fileStore) digest(from, written string) (model.FileRef, error) {
	p, err := beside(from, written)
	if err != nil {
		return model.FileRef{}, err
	}
	data, err := s.root.Read(p, files.MaxPicture)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return model.FileRef{}, errors.New("there is no such file")
	case err != nil:
		return model.FileRef{}, errors.New(reason(err))
	}
	if err := files.Picture(p, data); err != nil {
		return model.FileRef{}, err
	}
	sum := sha256.Sum256(data)
	return model.FileRef{Path: written, Abs: filepath.Join(s.dir, filepath.FromSlash(p)), Digest: hex.EncodeToString(sum[:])}, nil
}

// fileRef reads {file: path}.
func (w *walker) fileRef(n *yaml.Node) (any, bool) {
	const form = "write {file: PATH}, relative to this file"
	if n.Kind != yaml.MappingNode {
		return w.wrong(n, "a file", form)
	}
	pairs, ok := w.choices(n, form, "file")
	if !ok {
		return nil, false
	}
	value := pairs["file"]
	if value == nil {
		w.fail(n, `"file" is missing`, form)
		return nil, false
	}
	if w.files == nil {
		return model.FileRef{Path: value.Value}, true
	}
	ref, err := w.files.digest(w.file, value.Value)
	if err != nil {
		w.fail(value, fmt.Sprintf("the file %q cannot be used: %v", short(value.Value), err), "the path is relative to this YAML file and stays inside the workspace")
		return nil, false
	}
	return ref, true
}

// secret reads {fromEnv: NAME} or {fromFile: path}. A value that stands there
// in plain text is never repeated. The file of a secret may lie outside the
// workspace, and mostly should; it is not opened here.
func (w *walker) secret(n *yaml.Node) (any, bool) {
	const form = "write {fromEnv: NAME} or {fromFile: PATH}"
	if n.Kind != yaml.MappingNode {
		what := "a secret stands in the file as plain text"
		if n.Kind == yaml.ScalarNode && n.Tag == "!!null" {
			what = "expected where the secret is found, found nothing"
		}
		hint := form
		if n.Kind == yaml.ScalarNode && n.Tag != "!!null" {
			hint += ", and change the secret: it may be in the history of the repository"
		}
		w.fail(n, what, hint)
		return nil, false
	}
	pairs, ok := w.choices(n, form, "fromEnv", "fromFile")
	if !ok {
		return nil, false
	}
	env, file := pairs["fromEnv"], pairs["fromFile"]
	switch {
	case env != nil && file != nil:
		w.fail(n, "both fromEnv and fromFile are given", "keep one of them")
		return nil, false
	case env != nil:
		return model.SecretRef{Env: env.Value}, true
	case file != nil:
		abs := filepath.FromSlash(file.Value)
		if !filepath.IsAbs(abs) && w.files != nil {
			abs = filepath.Join(w.files.dir, filepath.FromSlash(path.Dir(w.file)), abs)
		}
		return model.SecretRef{File: file.Value, Abs: abs}, true
	}
	w.fail(n, "the secret needs fromEnv or fromFile", form)
	return nil, false
}

// choices reads a mapping of a few known keys to text that is not empty.
func (w *walker) choices(n *yaml.Node, form string, known ...string) (map[string]*yaml.Node, bool) {
	out := map[string]*yaml.Node{}
	before := len(w.diags)
	w.fields(n, func(key, from *yaml.Node) {
		value := w.enter(from)
		if value == nil {
			return
		}
		defer w.leave(from)
		for _, name := range known {
			if name != key.Value {
				continue
			}
			if value.Kind != yaml.ScalarNode || !isText(value) || value.Value == "" {
				w.fail(value, fmt.Sprintf("%s: expected text", name), form)
				return
			}
			out[name] = value
			return
		}
		// The key may be a secret that slipped in: it is not repeated.
		w.fail(key, "unknown key", form)
	})
	return out, len(w.diags) == before
}
