package workspace

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"rassync/internal/model"
)

// parse reads one document. It gives nil, nil for an empty one. Lines of the
// nodes count from the start of the text.
func parse(text []byte) (*yaml.Node, error) {
	if root, ok := quick(text); ok {
		return root, nil
	}
	node, err := decode(text)
	if err != nil || node == nil || len(node.Content) == 0 {
		return nil, err
	}
	root := node.Content[0]
	if root.Kind == yaml.ScalarNode && root.Tag == "!!null" {
		return nil, nil
	}
	return root, nil
}

func decode(text []byte) (node *yaml.Node, err error) {
	defer func() {
		// The parser panics on a few texts that nobody writes by hand.
		if p := recover(); p != nil {
			node, err = nil, fmt.Errorf("yaml: the parser gave up: %v", p)
		}
	}()
	if bytes.HasPrefix(text, []byte("%YAML 1.2")) {
		// The parser knows 1.1 by number, and 1.2 by what it does.
		text = append([]byte("%YAML 1.1"), text[len("%YAML 1.2"):]...)
	}
	d := yaml.NewDecoder(bytes.NewReader(text))
	node = new(yaml.Node)
	if err := d.Decode(node); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, nil
		}
		return nil, err
	}
	// What stands behind the document would be dropped without a word.
	var more yaml.Node
	switch err := d.Decode(&more); {
	case errors.Is(err, io.EOF):
		return node, nil
	case err != nil:
		return nil, err
	}
	return nil, errors.New("yaml: text stands behind the end of the document")
}

var (
	parserError   = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)
	unknownAnchor = regexp.MustCompile(`^unknown anchor '(.*)' referenced$`)
)

// parseProblem turns an error of the parser into a diagnostic with the place
// where the text goes wrong; the parser itself often names only the line where
// the enclosing block begins.
func parseProblem(file string, whole, text []byte, firstLine int, err error) model.Diagnostic {
	message := parserError.ReplaceAllString(err.Error(), "")
	line := 1
	if m := parserError.FindStringSubmatch(err.Error()); m != nil && m[1] != "" {
		line, _ = strconv.Atoi(m[1])
	}
	var starts []int
	for pos := 0; pos < len(text); pos = lineEnd(text, pos) {
		starts = append(starts, pos)
	}
	if strings.HasPrefix(message, "did not find expected") {
		// The shortest beginning that fails in the same way ends in the line
		// that is wrong.
		low, high := 1, len(starts)
		for low < high {
			mid := (low + high) / 2
			_, err := decode(text[:starts[mid]])
			if err != nil && parserError.ReplaceAllString(err.Error(), "") == message {
				high = mid
			} else {
				low = mid + 1
			}
		}
		line = low
	}
	if m := unknownAnchor.FindStringSubmatch(message); m != nil {
		if at := bytes.Index(text, []byte("*"+m[1])); at >= 0 {
			l, c := lineCol(text, at)
			hint := "text that begins with * needs quotes"
			if bytes.Contains(whole, []byte("&"+m[1])) {
				hint = "an anchor holds within its own document only: write the value out here"
			}
			return model.Diagnostic{Severity: model.Error, Source: model.Source{File: file, Line: firstLine + l, Col: c},
				Summary: "not valid YAML: " + message, Hint: hint}
		}
	}
	line = max(1, min(line, len(starts)))
	d := model.Diagnostic{Severity: model.Error, Source: model.Source{File: file, Line: firstLine + line, Col: 1}, Summary: "not valid YAML: " + message}
	if len(starts) == 0 {
		return d
	}
	for l := max(0, line-2); l < min(line+1, len(starts)); l++ {
		row := text[starts[l]:lineEnd(text, starts[l])]
		lead := row[:len(row)-len(bytes.TrimLeft(row, " \t"))]
		if tab := bytes.IndexByte(lead, '\t'); tab >= 0 && len(lead) < len(bytes.TrimRight(row, "\r\n")) {
			d.Source.Line, d.Source.Col = firstLine+l+1, tab+1
			d.Summary, d.Hint = "a tab is used for indentation", "YAML takes spaces only"
			return d
		}
	}
	row := text[starts[line-1]:lineEnd(text, starts[line-1])]
	d.Source.Col = len(row) - len(bytes.TrimLeft(row, " ")) + 1
	switch {
	case strings.Contains(message, "mapping values are not allowed"):
		d.Hint = `check the indentation; text that holds ": " needs quotes`
	case strings.Contains(message, "found unknown escape character"):
		d.Hint = `backslashes stand as they are in 'single quotes' and without quotes`
	case strings.Contains(message, "cannot start any token"):
		d.Hint = "text that begins with @, ` or % needs quotes"
	case strings.Contains(message, "did not find expected"):
		d.Hint = "check indentation, brackets and quotes in this line and above"
	}
	return d
}
