package workspace

import (
	"errors"
	"fmt"
	"io/fs"

	"rassync/internal/files"
	"rassync/internal/model"
)

// readProblem is why a file was not read.
type readProblem struct {
	err     error
	summary string
	hint    string
}

func (p *readProblem) diagnostic(path string) model.Diagnostic {
	return model.Diagnostic{Severity: model.Error, Source: model.Source{File: path, Line: 1, Col: 1}, Summary: p.summary, Hint: p.hint}
}

// readFile reads a YAML file below root.
func readFile(root *files.Root, path string) ([]byte, *readProblem) {
	data, err := root.Read(path, maxFile)
	var big *files.TooLarge
	switch {
	case err == nil:
		return data, nil
	case errors.As(err, &big):
		return nil, &readProblem{err: err, summary: fmt.Sprintf("the file is larger than %d MB", maxFile>>20),
			hint: "split it, or list it under ignore in " + ConfigFile}
	case errors.Is(err, files.ErrLink):
		return nil, &readProblem{err: err, summary: "the file is a symbolic link, or lies behind one", hint: "put the file itself there, or list it under ignore in " + ConfigFile}
	case errors.Is(err, files.ErrNotRegular):
		return nil, &readProblem{err: err, summary: "is no ordinary file"}
	}
	return nil, &readProblem{err: err, summary: "cannot be read: " + reason(err)}
}

// reason is the cause of a file error without the path, which the diagnostic
// names already.
func reason(err error) string {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err.Error()
	}
	return err.Error()
}

func folderProblem(dir string, err error) model.Diagnostic {
	d := model.Diagnostic{Severity: model.Error, Summary: fmt.Sprintf("the folder %s cannot be read: %s", dir, reason(err))}
	if errors.Is(err, fs.ErrNotExist) {
		d.Hint = "name the folder that holds the YAML files"
	}
	return d
}
