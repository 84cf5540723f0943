package model

import "strings"

// SplitField parts the path of a value, as plans and journals name it, into the path
// of its property and the labels of the entries of lists on the way. A label may
// hold anything, brackets too: it ends where the path goes on or ends, with as many
// brackets closed as were opened, if there is such a place.
func SplitField(path string) (property string, labels []string) {
	var b strings.Builder
	for path != "" {
		open := strings.IndexByte(path, '[')
		if open < 0 {
			b.WriteString(path)
			break
		}
		b.WriteString(path[:open])
		end := labelEnd(path[open:])
		labels = append(labels, path[open+1:open+end])
		path = path[min(open+end+1, len(path)):]
	}
	return b.String(), labels
}

// PropertyPath is a path without the labels of entries.
func PropertyPath(path string) string {
	property, _ := SplitField(path)
	return property
}

// labelEnd finds the bracket that closes the one at the beginning of s.
func labelEnd(s string) int {
	depth, first := 0, -1
	for i := range len(s) {
		switch s[i] {
		case '[':
			depth++
		case ']':
			depth--
			if i+1 < len(s) && s[i+1] != '.' && s[i+1] != '[' {
				continue
			}
			if depth == 0 {
				return i
			}
			if first < 0 {
				first = i
			}
		}
	}
	if first < 0 {
		return len(s)
	}
	return first
}
