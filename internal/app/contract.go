package app

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"rassync/internal/contract"
	"rassync/internal/files"
	"rassync/internal/model"
	"rassync/schemas"
)

// UseContract takes over the contract layer of a workspace: from here on the
// catalogue is that of its farm. A folder without one changes nothing.
func (a *App) UseContract(dir string) error {
	l, err := ReadContract(dir)
	if err != nil || l == nil {
		return err
	}
	cat, err := contract.LoadOver(a.Catalog, schemas.Files, l, contract.ForClient)
	if err != nil {
		return contractFailure(err)
	}
	a.Catalog, a.Contract = cat, l
	corrected, _ := l.Count()
	a.Tool.Contract = fmt.Sprintf("built in + %s (%.12s, %s)", model.Count(corrected, "correction", "corrections"), l.Digest, strings.Join(l.Sources(), ", "))
	return nil
}

// ReadContract reads the contract layer of a workspace; nil if it has none.
func ReadContract(dir string) (*contract.Layer, error) {
	info, err := os.Lstat(filepath.Join(dir, contract.Folder))
	switch {
	case err == nil && info.Mode()&(fs.ModeSymlink|fs.ModeIrregular) != 0:
		return nil, Failf(Input, "%s: %w", filepath.Join(dir, contract.Folder), files.ErrLink).With("make it a folder")
	case err != nil || !info.IsDir():
		return nil, nil
	}
	root, err := files.Open(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	l, err := contract.Read(root.FS())
	return l, contractFailure(err)
}

// contractFailure names every place of a layer that is at fault.
func contractFailure(err error) error {
	var ps contract.Problems
	if !errors.As(err, &ps) {
		return err
	}
	f := &Failure{Class: Input, Err: err, Hint: "correct the contract layer, or rassync contract remove it"}
	for _, p := range ps {
		f.Diagnostics = append(f.Diagnostics, model.Diagnostic{Severity: model.Error, Source: model.Source{File: p.File, Line: p.Line, Col: 1}, Summary: p.Text, Hint: p.Hint})
	}
	f.Err = f.Diagnostics
	return f
}

// ContractFolder refuses a folder for -o that no command would read.
func ContractFolder(folder string) error {
	if folder != "" && filepath.Base(filepath.Clean(folder)) != contract.Folder {
		return Failf(Input, "-o %s: a layer is the folder %s of a workspace", folder, contract.Folder).With("-o WORKSPACE/%s", contract.Folder)
	}
	return nil
}

// contractIn reads the layer that a folder holds, which -o names.
func contractIn(folder string) (*contract.Layer, error) {
	if err := ContractFolder(folder); err != nil {
		return nil, err
	}
	return ReadContract(filepath.Dir(filepath.Clean(folder)))
}

// RenewContract puts a layer down that a document made. What farm and probe have
// said beside it stays, and so do the files of kinds that it says nothing of.
func RenewContract(folder string, l *contract.Layer) ([]string, error) {
	before, err := contractIn(folder)
	if err == nil {
		l, err = l.Renewed(before)
	}
	if err != nil {
		return nil, err
	}
	return WriteContract(folder, l)
}

// ExtendContract adds to the layer of a folder what it says nothing of yet.
func ExtendContract(folder string, more *contract.Layer) ([]string, error) {
	before, err := contractIn(folder)
	if err != nil {
		return nil, err
	}
	names := more.Names()
	l, err := before.Beside(more)
	if err != nil {
		return nil, err
	}
	changed := map[string]*contract.KindLayer{}
	for _, name := range names {
		changed[name] = l.Kinds[name]
	}
	return WriteContract(folder, &contract.Layer{Kinds: changed})
}

// WriteContract puts a layer down in a folder: one file per kind, and those of
// kinds that it does not correct stay.
func WriteContract(folder string, l *contract.Layer) ([]string, error) {
	above, name := filepath.Split(filepath.Clean(folder))
	if err := os.MkdirAll(filepath.Clean(above), 0o755); err != nil {
		return nil, err
	}
	root, err := files.Open(filepath.Clean(above))
	if err != nil {
		return nil, err
	}
	defer root.Close()
	var written []string
	for _, kind := range l.Names() {
		data, err := l.Kinds[kind].YAML()
		if err != nil {
			return written, err
		}
		if err := root.Replace(path.Join(name, kind+".yaml"), data); err != nil {
			return written, fmt.Errorf("%s: %w", folder, err)
		}
		written = append(written, filepath.Join(folder, kind+".yaml"))
	}
	return written, nil
}

// RemoveContract takes the files of kinds out of a workspace's layer; no kinds
// means all of them.
func RemoveContract(dir string, kinds []string) ([]string, error) {
	l, err := ReadContract(dir)
	if err != nil {
		return nil, err
	}
	if l == nil {
		return nil, Failf(Input, "%s has no contract layer", dir)
	}
	if len(kinds) == 0 {
		kinds = l.Names()
	}
	for _, k := range kinds {
		if l.Kinds[k] == nil {
			return nil, Failf(Input, "the contract layer does not correct %s", k).With("%s", model.DidYouMean(k, l.Names()))
		}
	}
	var gone []string
	for _, k := range kinds {
		file := filepath.Join(dir, filepath.FromSlash(l.Kinds[k].File()))
		if err := os.Remove(file); err != nil {
			return gone, err
		}
		gone = append(gone, file)
	}
	return gone, nil
}

// mostContractChanges bounds how many changes of a layer a plan names.
const mostContractChanges = 20

// contractSince says what has changed of the contract layer since the base in a
// folder: how rassync speaks to the farm is part of what a review looks at.
func (a *App) contractSince(base string) []string {
	was, err := ReadContract(base)
	if err != nil {
		return []string{"the contract layer of the base cannot be read: what the change makes of it is not known"}
	}
	if was == nil && a.Contract == nil || was != nil && a.Contract != nil && was.Digest == a.Contract.Digest {
		return nil
	}
	builtIn, err := model.Load(schemas.Files)
	if err != nil {
		return []string{err.Error()}
	}
	before, err := contract.LoadOver(builtIn, schemas.Files, was, contract.ForClient)
	if err != nil {
		return []string{"the contract layer of the base does not fit: what the change makes of it is not known"}
	}
	changes := contract.Diff(before, a.Catalog)
	if len(changes) == 0 {
		return []string{"the change also changes the contract layer: only what is confirmed by it"}
	}
	var out []string
	for i, c := range changes {
		if i == mostContractChanges {
			out = append(out, fmt.Sprintf("the change also changes the contract: %s more (rassync contract diff)", model.Count(len(changes)-i, "place", "places")))
			break
		}
		out = append(out, fmt.Sprintf("the change also changes the contract: %s %s", strings.TrimSuffix(c.Kind+"."+c.Path, "."), c.Text))
	}
	return out
}
