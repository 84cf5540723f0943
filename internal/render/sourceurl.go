package render

import (
	"errors"
	"fmt"
	"net/url"
	"path"
	"strconv"
	"strings"

	"rassync/internal/plan"
)

// SourceURL is where the documents of a workspace can be seen on the web: a
// template with {file} and {line}. The zero value makes no links.
type SourceURL struct{ template string }

// ParseSourceURL reads a template such as
// https://git.example.com/ras/blob/main/{file}#L{line}. A template without {file}
// is the folder of the workspace.
func ParseSourceURL(s string) (SourceURL, error) {
	if s == "" {
		return SourceURL{}, nil
	}
	u, err := url.Parse(strings.NewReplacer("{file}", "f", "{line}", "1").Replace(s))
	if err != nil {
		return SourceURL{}, err
	}
	if u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return SourceURL{}, errors.New("want an address that begins with https:// or http://")
	}
	if u.User != nil {
		return SourceURL{}, errors.New("it must not hold a user name or a password")
	}
	if !strings.Contains(s, "{file}") {
		s = strings.TrimSuffix(s, "/") + "/{file}#L{line}"
	}
	return SourceURL{s}, nil
}

// Link gives the address of a line, "" without a template.
func (s SourceURL) Link(at *plan.Source) string {
	if s.template == "" || at == nil || at.File == "" {
		return ""
	}
	parts := strings.Split(path.Clean(strings.ReplaceAll(at.File, `\`, "/")), "/")
	for i, p := range parts {
		parts[i] = url.PathEscape(p)
	}
	return strings.NewReplacer("{file}", strings.Join(parts, "/"), "{line}", strconv.Itoa(max(at.Line, 1))).Replace(s.template)
}

// sourcePlace is FILE:LINE.
func sourcePlace(s *plan.Source) string { return fmt.Sprintf("%s:%d", s.File, s.Line) }
