package model

import "strings"

// A farm may hold several objects of one name: the same program published
// twice for two groups of users. Documents tell them apart by a mark, the id
// that the farm gave the object. In an address and in a reference the mark
// stands behind the name: "Office/Word (mark 1042)". The farm never sees it.

const (
	markBegin = " (mark "
	markEnd   = ")"
)

// WithMark is a name with the mark of the object; the name alone if it has none.
func WithMark(name, mark string) string {
	if mark == "" {
		return name
	}
	return name + markBegin + mark + markEnd
}

// CutMark parts a name, or the last part of a path, from the mark behind it.
func CutMark(name string) (own, mark string) {
	rest, ok := strings.CutSuffix(name, markEnd)
	if !ok {
		return name, ""
	}
	i := strings.LastIndex(rest, markBegin)
	if i <= 0 || rest[i-1] == '/' {
		return name, ""
	}
	if mark = rest[i+len(markBegin):]; mark == "" || strings.ContainsAny(mark, " ()/") {
		return name, ""
	}
	return rest[:i], mark
}

// Unmarked is the address without the mark of the object itself.
func (a Address) Unmarked() Address {
	a.Name, _ = CutMark(a.Name)
	return a
}

// Mark tells apart objects of one name; "" for what needs none.
func (a Address) Mark() string {
	_, mark := CutMark(a.Name)
	return mark
}

// OwnName is the name that the farm shows for the object: without the folders
// above it, without its mark, letter by letter.
func (k *Kind) OwnName(name string) string {
	name, _ = CutMark(name)
	if k.Tree != nil {
		_, name = ParentPath(name)
	}
	return name
}

// LivePath is a folder path with the marks in it brought up to what the farm
// has now: a mark that is no longer needed there goes, and one that became
// needed comes. folder gives the path of the folder that has a mark.
func LivePath(path string, folder func(mark string) (string, bool)) string {
	if !strings.Contains(path, markBegin) {
		return path
	}
	for i := len(path); i > 0; i = strings.LastIndexByte(path[:i], '/') {
		own, mark := CutMark(path[:i])
		if mark == "" {
			continue
		}
		live, ok := folder(mark)
		if !ok {
			continue
		}
		bare, _ := CutMark(live)
		_, a := ParentPath(own)
		_, b := ParentPath(bare)
		if SameName(a, b) {
			return live + path[i:]
		}
	}
	return path
}
