package model

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

// operationsFile lists the operations of the API among the schemas.
const operationsFile = "operations.tsv"

// answers notes which paths the API answers a GET on. Without a list of
// operations none are known.
func (c *Catalog) answers(fsys fs.FS) error {
	c.gets = map[string]string{}
	data, err := fs.ReadFile(fsys, operationsFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("the list of operations: %w", err)
	}
	for line := range strings.Lines(string(data)) {
		cells := strings.Split(strings.TrimRight(line, "\r\n"), "\t")
		if len(cells) > 2 && cells[0] == "GET" && cells[2] != "suspect" {
			c.gets[PathShape(cells[1])] = cells[2]
		}
	}
	return nil
}

// Answers tells whether the API is known to answer a GET on a path, which may
// hold parameters or ids.
func (c *Catalog) Answers(path string) bool { return c.sureness(path) != "" }

// sureness is how surely the API answers a GET on a path; "" if nobody knows.
func (c *Catalog) sureness(path string) string {
	if c.late != nil {
		c.late.gets.Do(func() { sound(c.answers(c.late.fsys)) })
	}
	return c.gets[PathShape(path)]
}

// Described tells whether a page describes the GET on a path: of other reads only the
// path is known, from calls beside them.
func (c *Catalog) Described(path string) bool { return c.sureness(path) == "confirmed" }

// PathShape is a path without the names and values of its parameters. Letter
// case does not count in paths.
func PathShape(path string) string {
	segments := strings.Split(strings.ToLower(path), "/")
	for i, s := range segments {
		if strings.HasPrefix(s, "{") || s != "" && strings.Trim(s, "0123456789") == "" {
			segments[i] = "{}"
		}
	}
	return strings.Join(segments, "/")
}
