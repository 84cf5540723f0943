package facts

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// Names of the files that hold no facts about single names.
const (
	resourcesFile  = "resources.tsv"
	deviationsFile = "deviations.tsv"
)

// The sides on which a name is used.
const (
	SideRead  = "read"
	SideWrite = "write"
	SideBoth  = "both"
	SideQuery = "query" // of the create
)

// Fact is one name of one resource, as it was read somewhere.
type Fact struct {
	Resource string
	Name     string // dotted below the resource; "[]" steps into an array; "." is the element itself
	Side     string
	Type     string
	Values   map[int64]string
	Names    []string // names of values whose numbers were not seen
	Limits
	Required, CreateOnly, UpdateOnly, Secret, Deprecated bool
	// ReadAs is where an answer shows what is written under Name.
	ReadAs string
	// Spelling is the other name of the same setting: a farm has one of them.
	Spelling string
	Refers   []string
	Evidence string
	Note     string

	Source string // file and line
}

// Limits are the bounds of a value.
type Limits struct {
	MinLength, MaxLength int
	Minimum, Maximum     *float64
}

// Resource is one thing of the API with operations of its own.
type Resource struct {
	Name   string
	Family string
	// Places are where the schemas have it: a kind, or a property of a kind
	// ("RDSHost:fsLogix"). None: no kind has it, and Note says why.
	Places     []string
	Operations []string // "GET /api/Gateway?SiteId"
	Inferred   []string // operations that no page was seen of
	Confidence string
	Sources    string
	Note       string

	Facts []*Fact
}

// Deviation is a place where a schema departs from the facts, or goes beyond
// them, on purpose.
type Deviation struct {
	Kinds  []string // "*": any kind
	Path   string
	What   string
	Value  string
	Reason string

	Source string
}

// Data is everything that is known.
type Data struct {
	Resources  []*Resource
	Deviations []Deviation
}

// Load reads the facts. An error names file and line.
func Load(fsys fs.FS) (*Data, error) {
	d := &Data{}
	byName := map[string]*Resource{}
	err := eachLine(fsys, resourcesFile, 9, func(at string, c []string) error {
		r := &Resource{Name: c[0], Family: c[1], Places: split(c[2], ","), Confidence: c[6], Sources: c[7], Note: c[8]}
		r.Operations, r.Inferred = operations(c[3], c[5]), operations(c[4], c[5])
		if byName[r.Name] != nil {
			return fmt.Errorf("%s: the resource %s is there twice", at, r.Name)
		}
		if len(r.Places) == 0 && r.Note == "" {
			return fmt.Errorf("%s: %s is in no kind, and nothing says why", at, r.Name)
		}
		byName[r.Name] = r
		d.Resources = append(d.Resources, r)
		return nil
	})
	if err != nil {
		return nil, err
	}
	files, err := fs.Glob(fsys, "*.tsv")
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		if file == resourcesFile || file == deviationsFile {
			continue
		}
		family := strings.TrimSuffix(path.Base(file), ".tsv")
		err := eachLine(fsys, file, 10, func(at string, c []string) error {
			f, err := parseFact(c)
			if err != nil {
				return fmt.Errorf("%s: %w", at, err)
			}
			r := byName[f.Resource]
			if r == nil || r.Family != family {
				return fmt.Errorf("%s: %s has no resource %s of this family", at, resourcesFile, f.Resource)
			}
			f.Source = at
			r.Facts = append(r.Facts, f)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	err = eachLine(fsys, deviationsFile, 5, func(at string, c []string) error {
		if c[4] == "" {
			return fmt.Errorf("%s: no reason", at)
		}
		d.Deviations = append(d.Deviations, Deviation{Kinds: split(c[0], ","), Path: c[1], What: c[2], Value: c[3], Reason: c[4], Source: at})
		return nil
	})
	return d, err
}

// eachLine reads a table: the first line names the columns, lines that begin
// with # are comments.
func eachLine(fsys fs.FS, file string, columns int, each func(at string, cells []string) error) error {
	text, err := fs.ReadFile(fsys, file)
	if err != nil {
		return err
	}
	header := true
	for i, line := range strings.Split(string(text), "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if header {
			header = false
			continue
		}
		at := fmt.Sprintf("%s:%d", file, i+1)
		cells := strings.Split(line, "\t")
		if len(cells) != columns {
			return fmt.Errorf("%s: %d columns, not %d", at, len(cells), columns)
		}
		if err := each(at, cells); err != nil {
			return err
		}
	}
	return nil
}

// operations reads a list of operations; {prefix} stands for each of prefixes.
func operations(list, prefixes string) []string {
	var out []string
	for _, o := range split(list, ";") {
		if !strings.Contains(o, "{prefix}") {
			out = append(out, o)
			continue
		}
		for _, p := range split(prefixes, ";") {
			out = append(out, strings.ReplaceAll(o, "{prefix}", p))
		}
	}
	return out
}

func split(s, by string) []string {
	var out []string
	for _, e := range strings.Split(s, by) {
		if e = strings.TrimSpace(e); e != "" && e != "-" {
			out = append(out, e)
		}
	}
	return out
}

func parseFact(c []string) (*Fact, error) {
	f := &Fact{Resource: c[0], Name: c[1], Side: c[2], Type: c[3], Refers: split(c[7], ","), Evidence: c[8], Note: c[9]}
	if !slices.Contains([]string{SideRead, SideWrite, SideBoth, SideQuery}, f.Side) {
		return nil, fmt.Errorf("side %q: read, write, both or query", f.Side)
	}
	if !slices.Contains(Types(), f.Type) {
		return nil, fmt.Errorf("type %q: one of %s", f.Type, strings.Join(Types(), ", "))
	}
	if !slices.Contains(Evidences(), f.Evidence) {
		return nil, fmt.Errorf("evidence %q: one of %s", f.Evidence, strings.Join(Evidences(), ", "))
	}
	for _, v := range split(c[4], ";") {
		number, name, ok := strings.Cut(v, "=")
		if !ok {
			return nil, fmt.Errorf("value %q: number=name, or ?=name where the number was not seen", v)
		}
		if number == "?" {
			f.Names = append(f.Names, name)
			continue
		}
		n, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("value %q: %w", v, err)
		}
		if f.Values == nil {
			f.Values = map[int64]string{}
		}
		f.Values[n] = name
	}
	if err := f.Limits.parse(c[5]); err != nil {
		return nil, err
	}
	for _, rule := range split(c[6], ",") {
		switch word, value, _ := strings.Cut(rule, "="); word {
		case "required":
			f.Required = true
		case "createOnly":
			f.CreateOnly = true
		case "updateOnly":
			f.UpdateOnly = true
		case "secret":
			f.Secret = true
		case "deprecated":
			f.Deprecated = true
		case "readAs":
			f.ReadAs = value
		case "spelling":
			f.Spelling = value
		default:
			return nil, fmt.Errorf("rule %q: required, createOnly, updateOnly, secret, deprecated, readAs=path or spelling=name", rule)
		}
	}
	return f, nil
}

// parse reads limits such as "length 1..255" or "4..120", parted by ";".
func (l *Limits) parse(s string) error {
	for _, limit := range split(s, ";") {
		length, isLength := strings.CutPrefix(limit, "length ")
		from, to, ok := strings.Cut(length, "..")
		if !ok {
			return fmt.Errorf("limit %q: from..to, or length from..to", limit)
		}
		var bounds [2]*float64
		for i, b := range []string{from, to} {
			if b == "" {
				continue
			}
			n, err := strconv.ParseFloat(b, 64)
			if err != nil {
				return fmt.Errorf("limit %q: %w", limit, err)
			}
			bounds[i] = &n
		}
		if !isLength {
			l.Minimum, l.Maximum = bounds[0], bounds[1]
			continue
		}
		if bounds[0] != nil {
			l.MinLength = int(*bounds[0])
		}
		if bounds[1] != nil {
			l.MaxLength = int(*bounds[1])
		}
	}
	return nil
}

// Types are the types that facts give.
func Types() []string {
	return []string{"boolean", "string", "integer", "number", "enum", "flags", "datetime", "object", "array", "file", "unknown"}
}

// Evidences say where a fact was read, the surest first: a reference page, a
// sample body, PowerShell, an older version, a page that was cut, a guide;
// or that it follows from its sisters.
func Evidences() []string {
	return []string{"rest", "sample", "ps", "v18", "cut", "guide", "inferred"}
}
