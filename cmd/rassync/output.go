package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"rassync/internal/app"
	"rassync/internal/render"
	"rassync/internal/wholefile"
)

// outputFile is --output: the result goes to a file as UTF-8, because a shell
// that redirects may write it in another encoding.
type outputFile struct {
	path string
	buf  bytes.Buffer
}

// open checks the place before a command begins, so that nobody waits for a
// farm to be read only to learn that the result cannot be written.
func (o *outputFile) open() error {
	info, err := os.Stat(o.path)
	switch {
	case err == nil && info.IsDir():
		return app.Failf(app.Input, "--output %s: it is a folder", o.path).With("name a file")
	case err == nil && !info.Mode().IsRegular():
		return app.Failf(app.Input, "--output %s: it is not an ordinary file", o.path)
	}
	return writableFolder("--output", o.path)
}

// close writes what the command has said; a command without a result leaves
// the file as it was.
func (o *outputFile) close() error {
	if o.buf.Len() == 0 {
		return nil
	}
	if err := wholefile.Write(o.path, o.buf.Bytes(), wholefile.Options{Mode: 0o644, KeepMode: true}); err != nil {
		return fmt.Errorf("the result is not written: %w", err)
	}
	return nil
}

// writableFolder tells whether a new file can be made beside a path.
func writableFolder(flag, path string) error {
	dir := filepath.Dir(path)
	info, err := os.Stat(dir)
	switch {
	case err == nil && !info.IsDir():
		err = &fs.PathError{Op: "open", Path: dir, Err: fs.ErrInvalid}
	case err == nil:
		var f *os.File
		if f, err = os.CreateTemp(dir, ".rassync-*"); err == nil {
			f.Close()
			err = os.Remove(f.Name())
		}
	}
	if err != nil {
		return (&app.Failure{Class: app.Input, Err: fmt.Errorf("%s %s cannot be written: %w", flag, path, err)}).With("the folder must exist and be writable")
	}
	return nil
}

// canMakeFolder tells whether a folder is there and can be written, or can be
// made, without making it.
func canMakeFolder(dir string) error {
	for at := filepath.Clean(dir); ; at = filepath.Dir(at) {
		_, err := os.Stat(at)
		if err == nil {
			return writableFolder("the folder", filepath.Join(at, filepath.Base(dir)))
		}
		if !os.IsNotExist(err) || at == filepath.Dir(at) {
			return (&app.Failure{Class: app.Input, Err: fmt.Errorf("the folder %s cannot be made: %w", dir, err)}).With("name a folder that can be written")
		}
	}
}

// statTarget looks at what a command was told to plan or to carry out.
func statTarget(target string) (fs.FileInfo, error) {
	info, err := os.Stat(target)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, app.Failf(app.Input, "%s is neither a folder nor a plan file", target).With("rassync plan --out %s writes a plan file; rassync export DIR makes a folder", target)
	}
	if err != nil {
		return nil, &app.Failure{Class: app.Input, Err: err}
	}
	return info, nil
}

// sourceFlag is --source-url.
type sourceFlag struct{ url render.SourceURL }

func (f *sourceFlag) String() string { return "" }

// Set takes the address of the repository on the web.
func (f *sourceFlag) Set(s string) error {
	u, err := render.ParseSourceURL(s)
	f.url = u
	return err
}

// Type names the kind of value in the help.
func (f *sourceFlag) Type() string { return "URL" }
