package contract

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"sort"
	"strings"

	"gopkg.in/yaml.v3"
)

// Folder is where a workspace keeps its layer.
const Folder = "contract"

// Bounds of a layer: it is small text that people review.
const (
	maxFile  = 4 << 20
	maxFiles = 1000
)

// Layer is the corrections of all kinds.
type Layer struct {
	Kinds map[string]*KindLayer
	// Digest is the SHA-256 of what the layer says, whatever its files look like.
	Digest string
}

// KindLayer is the corrections of one kind: one file.
type KindLayer struct {
	Kind string `yaml:"kind"`
	From Origin `yaml:"from"`
	// Calls are where the kind's own calls go.
	Calls *Calls `yaml:"calls,omitempty"`
	// Properties are corrections by yaml path below spec.
	Properties map[string]*Correction `yaml:"properties,omitempty"`

	file  string
	lines map[string]int
}

// Origin says where the corrections of a file come from.
type Origin struct {
	// Source is openapi (the vendor's file or pages), farm (read by doctor) or
	// probe (tried on a lab farm).
	Source string `yaml:"source"`
	File   string `yaml:"file,omitempty"`
	SHA256 string `yaml:"sha256,omitempty"`
	// Version is that of the document or of the farm.
	Version string `yaml:"version,omitempty"`
	Date    string `yaml:"date,omitempty"`
}

// The sources of corrections.
const (
	FromOpenAPI = "openapi"
	FromFarm    = "farm"
	FromProbe   = "probe"
)

func (o *Origin) known() bool {
	return o.Source == FromOpenAPI || o.Source == FromFarm || o.Source == FromProbe
}

// source is where a correction of the kind comes from.
func (k *KindLayer) source(c *Correction) string {
	if c.From != nil {
		return c.From.Source
	}
	return k.From.Source
}

// Correction is what a layer says of one property. What is left out is as the
// built-in schema has it.
type Correction struct {
	// Read is where answers show it, relative to the place of its parent.
	Read *string `yaml:"read,omitempty"`
	// Write is its name in bodies; dots step into nested objects.
	Write *string `yaml:"write,omitempty"`
	// CreateAs is its name in the body of a create, or of the call that adds an
	// entry, where that is another one.
	CreateAs *string `yaml:"createAs,omitempty"`
	// CreateOnly and UpdateOnly: one of the two bodies takes it.
	CreateOnly bool `yaml:"createOnly,omitempty"`
	UpdateOnly bool `yaml:"updateOnly,omitempty"`
	// Path is where a part or a list is written, below its object; ReadPath is
	// that of its own read.
	Path     *string `yaml:"path,omitempty"`
	ReadPath *string `yaml:"readPath,omitempty"`
	// Shape is that of a part's body: flat or nested.
	Shape string `yaml:"shape,omitempty"`
	// Numbers replace those of an enumeration.
	Numbers map[string]int64 `yaml:"numbers,omitempty"`

	MinLength *int     `yaml:"minLength,omitempty"`
	MaxLength *int     `yaml:"maxLength,omitempty"`
	Minimum   *float64 `yaml:"minimum,omitempty"`
	Maximum   *float64 `yaml:"maximum,omitempty"`

	Required  *bool `yaml:"required,omitempty"`
	ReadOnly  bool  `yaml:"readOnly,omitempty"`
	WriteOnly bool  `yaml:"writeOnly,omitempty"`
	// Gone: this farm has no such property.
	Gone bool `yaml:"gone,omitempty"`
	// Confirmed: the contract has the property as the built-in schema has it.
	Confirmed bool `yaml:"confirmed,omitempty"`
	// From is where this correction comes from, if not from where the file does.
	From *Origin `yaml:"from,omitempty"`
	// New describes a property that no built-in schema knows.
	New *NewProperty `yaml:"new,omitempty"`
}

// NewProperty is a property that the built-in schemas lack.
type NewProperty struct {
	Type  string `yaml:"type"`            // string, boolean, integer, number, object, array
	Items string `yaml:"items,omitempty"` // type of the elements of an array
	Title string `yaml:"title,omitempty"`
}

// Corrects tells whether the correction changes anything beside the evidence.
func (c *Correction) Corrects() bool {
	d := *c
	d.Confirmed = false
	return d.Read != nil || d.Write != nil || d.CreateAs != nil || d.CreateOnly || d.UpdateOnly || d.Path != nil || d.ReadPath != nil || d.Shape != "" || d.Numbers != nil || d.MinLength != nil || d.MaxLength != nil || d.Minimum != nil || d.Maximum != nil ||
		d.Required != nil || d.ReadOnly || d.WriteOnly || d.Gone || d.New != nil
}

// Count is how many properties the layer corrects, and how many it confirms.
func (l *Layer) Count() (corrected, confirmed int) {
	if l == nil {
		return 0, 0
	}
	for _, k := range l.Kinds {
		corrected += k.Calls.count()
		for _, c := range k.Properties {
			if c.Corrects() {
				corrected++
			} else if c.Confirmed {
				confirmed++
			}
		}
	}
	return corrected, confirmed
}

// Names lists the kinds of the layer.
func (l *Layer) Names() []string {
	var out []string
	for name := range l.Kinds {
		out = append(out, name)
	}
	sort.Strings(out)
	return out
}

// Sources lists where the corrections come from, each once.
func (l *Layer) Sources() []string {
	seen := map[string]bool{}
	for _, k := range l.Kinds {
		origins := []Origin{k.From}
		for _, c := range k.Properties {
			if c.From != nil {
				origins = append(origins, *c.From)
			}
		}
		for _, o := range origins {
			s := o.Source
			if o.Version != "" {
				s += " " + o.Version
			}
			seen[s] = true
		}
	}
	var out []string
	for s := range seen {
		out = append(out, s)
	}
	sort.Strings(out)
	return out
}

// Problem is what is wrong with a layer, and where.
type Problem struct {
	Kind string // "" where it is not about a kind
	File string
	Line int
	Text string
	Hint string
}

func (p Problem) Error() string { return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Text) }

// Problems are all that is wrong with a layer.
type Problems []Problem

func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, e := range p {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// Read reads the layer of a workspace; nil if it has none. The error is Problems
// where the files are at fault.
func Read(fsys fs.FS) (*Layer, error) {
	entries, err := fs.ReadDir(fsys, Folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	l := &Layer{Kinds: map[string]*KindLayer{}}
	var problems Problems
	n := 0
	for _, e := range entries {
		ext := strings.ToLower(path.Ext(e.Name()))
		if e.IsDir() || strings.HasPrefix(e.Name(), ".") || ext != ".yaml" && ext != ".yml" {
			continue
		}
		if n++; n > maxFiles {
			return nil, fmt.Errorf("%s holds more than %d files", Folder, maxFiles)
		}
		file := path.Join(Folder, e.Name())
		k, ps := readFile(fsys, file)
		problems = append(problems, ps...)
		if k == nil {
			continue
		}
		if other := l.Kinds[k.Kind]; other != nil {
			problems = append(problems, Problem{"", file, 1, fmt.Sprintf("%s is corrected in %s too", k.Kind, other.file), "one file per kind"})
			continue
		}
		l.Kinds[k.Kind] = k
	}
	if len(problems) > 0 {
		return nil, problems
	}
	if len(l.Kinds) == 0 {
		return nil, nil
	}
	return l, l.seal()
}

func readFile(fsys fs.FS, file string) (*KindLayer, Problems) {
	f, err := fsys.Open(file)
	if err != nil {
		return nil, Problems{{"", file, 1, err.Error(), ""}}
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return nil, Problems{{"", file, 1, "not an ordinary file", ""}}
	}
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, Problems{{"", file, 1, err.Error(), ""}}
	}
	if len(data) > maxFile {
		return nil, Problems{{"", file, 1, fmt.Sprintf("the file is larger than %d MB", maxFile>>20), ""}}
	}
	return ParseKind(file, data)
}

// ParseKind reads the corrections of one kind.
func ParseKind(file string, data []byte) (*KindLayer, Problems) {
	k := &KindLayer{file: file, lines: map[string]int{}}
	d := yaml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff"))))
	d.KnownFields(true)
	if err := d.Decode(k); err != nil {
		var te *yaml.TypeError
		if errors.As(err, &te) {
			var ps Problems
			for _, e := range te.Errors {
				line, text := 1, e
				if _, serr := fmt.Sscanf(e, "line %d:", &line); serr == nil {
					_, text, _ = strings.Cut(e, ": ")
				}
				ps = append(ps, Problem{"", file, line, text, "schemas/README and rassync contract show tell which keys there are"})
			}
			return nil, ps
		}
		return nil, Problems{{"", file, 1, err.Error(), ""}}
	}
	var doc yaml.Node
	if yaml.Unmarshal(data, &doc) == nil {
		k.place(&doc)
	}
	var ps Problems
	if k.Kind == "" {
		ps = append(ps, Problem{"", file, 1, "kind is missing", "name the kind that the file corrects"})
	}
	if !k.From.known() {
		ps = append(ps, Problem{"", file, 1, fmt.Sprintf("from.source is %q", k.From.Source), "it is openapi, farm or probe"})
	}
	for p, c := range k.Properties {
		if c == nil {
			ps = append(ps, Problem{"", file, k.line(p), p + ": nothing is said of it", "take it out"})
		}
	}
	for p, c := range k.Properties {
		if c != nil && c.From != nil && !c.From.known() {
			ps = append(ps, Problem{"", file, k.line(p), fmt.Sprintf("%s: from.source is %q", p, c.From.Source), "it is openapi, farm or probe"})
		}
	}
	if k.Calls != nil && k.Calls.count() == 0 {
		ps = append(ps, Problem{"", file, k.line(callsKey), "calls: nothing is said of them", "take it out"})
	}
	if len(ps) > 0 {
		return nil, ps
	}
	return k, nil
}

// place notes the lines of the properties.
func (k *KindLayer) place(doc *yaml.Node) {
	if len(doc.Content) == 0 {
		return
	}
	top := doc.Content[0]
	for i := 0; i+1 < len(top.Content); i += 2 {
		switch top.Content[i].Value {
		case callsKey:
			k.lines[callsKey] = top.Content[i].Line
			continue
		case "properties":
		default:
			continue
		}
		props := top.Content[i+1]
		for j := 0; j+1 < len(props.Content); j += 2 {
			k.lines[props.Content[j].Value] = props.Content[j].Line
		}
	}
}

func (k *KindLayer) line(p string) int {
	if n := k.lines[p]; n > 0 {
		return n
	}
	return 1
}

// Paths lists the corrected properties in order.
func (k *KindLayer) Paths() []string {
	var out []string
	for p := range k.Properties {
		out = append(out, p)
	}
	sort.Strings(out)
	return out
}

// YAML writes the file of a kind.
func (k *KindLayer) YAML() ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("# What this farm's contract says of " + k.Kind + " beyond the built-in schema.\n")
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := e.Encode(k); err != nil {
		return nil, err
	}
	return b.Bytes(), e.Close()
}

// seal computes the digest.
func (l *Layer) seal() error {
	h := sha256.New()
	for _, name := range l.Names() {
		data, err := l.Kinds[name].YAML()
		if err != nil {
			return err
		}
		fmt.Fprintf(h, "%s %d\n", name, len(data))
		h.Write(data)
	}
	l.Digest = hex.EncodeToString(h.Sum(nil))
	return nil
}

// New makes a layer of kinds.
func New(kinds ...*KindLayer) (*Layer, error) {
	l := &Layer{Kinds: map[string]*KindLayer{}}
	for _, k := range kinds {
		l.Kinds[k.Kind] = k
	}
	return l, l.seal()
}

// File is where the corrections stand, relative to the workspace.
func (k *KindLayer) File() string { return k.file }
