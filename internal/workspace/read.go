package workspace

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

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

// readFile reads a YAML file below root. Size and type are looked at before
// anything is read; links that lead out of the workspace are refused by root.
func readFile(root *os.Root, path string) ([]byte, *readProblem) {
	// Not opened before it is known to be a file: a pipe would block.
	info, err := root.Stat(path)
	if err != nil {
		return nil, &readProblem{err: err, summary: "cannot be read: " + reason(err)}
	}
	if !info.Mode().IsRegular() {
		return nil, &readProblem{err: errors.ErrUnsupported, summary: "is no ordinary file"}
	}
	tooBig := &readProblem{err: errors.ErrUnsupported, summary: fmt.Sprintf("the file is larger than %d MB", maxFile>>20),
		hint: "split it, or list it under ignore in " + ConfigFile}
	if info.Size() > maxFile {
		return nil, tooBig
	}
	f, err := root.Open(path)
	if err != nil {
		return nil, &readProblem{err: err, summary: "cannot be read: " + reason(err)}
	}
	defer f.Close()
	data := make([]byte, 0, info.Size()+1)
	limited := io.LimitReader(f, maxFile+1)
	for {
		n, err := limited.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, &readProblem{err: err, summary: "cannot be read: " + reason(err)}
		}
		if len(data) == cap(data) {
			data = append(data, 0)[:len(data)]
		}
	}
	if len(data) > maxFile {
		return nil, tooBig
	}
	return data, nil
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
