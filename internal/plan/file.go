package plan

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"rassync/internal/files"
	"rassync/internal/model"
	"rassync/internal/wholefile"
)

// The reasons for which a plan file is refused.
var (
	ErrNewer    = errors.New("a newer rassync wrote the plan file: use that one")
	ErrEdited   = errors.New("the plan file was changed after it was made")
	ErrExpired  = errors.New("the plan file has expired")
	ErrFormat   = errors.New("not a plan file that this version can read, or damaged")
	ErrOtherFor = errors.New("the plan file was made for another farm")
	ErrOtherBy  = errors.New("the plan file was made by another version of rassync")
)

// NewFile binds a plan: it can be carried out until it expires, against the
// objects it was computed from.
func NewFile(p *Plan, now time.Time, valid time.Duration) (*File, error) {
	f := &File{Plan: *p, Created: now.UTC().Truncate(time.Second), Expires: now.Add(valid).UTC().Truncate(time.Second), Bindings: []Binding{}}
	for i := range p.Changes {
		f.Bindings = append(f.Bindings, Bind(&p.Changes[i]))
	}
	d, err := f.digest()
	f.Digest = d
	return f, err
}

// Bind is what apply needs of a change.
func Bind(c *Change) Binding {
	b := Binding{Address: c.Address, PreImage: c.PreImage, Place: c.Place}
	if c.Desired != nil {
		b.Desired, b.Unknown = c.Desired.Spec, c.Desired.Unknown
	}
	return b
}

func (f *File) digest() (string, error) {
	c := *f
	c.Digest, c.Signature = "", ""
	return model.DigestJSON(&c)
}

// Text is the plan file as it stands on disk.
func (f *File) Text() ([]byte, error) {
	data, err := json.MarshalIndent(f, "", "  ")
	return append(data, '\n'), err
}

// Write saves the file; it is replaced whole or not at all.
func (f *File) Write(path string) error {
	data, err := f.Text()
	if err != nil {
		return err
	}
	return wholefile.Write(path, data, wholefile.Options{})
}

// maxFile bounds what is read of a plan file.
const maxFile = 256 << 20

// ReadFile reads a plan file and refuses what is no plan file, was edited or
// has expired. Before and Desired of its changes are filled from the
// bindings.
func ReadFile(path string, cat *model.Catalog, now time.Time) (*File, error) {
	data, err := files.ReadNamed(path, maxFile)
	var large *files.TooLarge
	switch {
	case errors.As(err, &large):
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	case err != nil:
		return nil, err
	}
	return Parse(data, cat, now)
}

// newer names a format of a later version as such.
func newer(data []byte) error {
	var head struct {
		FormatVersion string `json:"formatVersion"`
	}
	if json.Unmarshal(data, &head) != nil {
		return nil // what is wrong with it is said by who reads all of it
	}
	have, err := strconv.Atoi(head.FormatVersion)
	mine, merr := strconv.Atoi(FormatVersion)
	if err != nil || merr != nil || have <= mine {
		return nil
	}
	return fmt.Errorf("%w (format %d, this rassync reads up to %d)", ErrNewer, have, mine)
}

// namesNow gives a change today's names of kinds and properties: the plan of a run
// that is resumed may be of an earlier version.
func namesNow(cat *model.Catalog, c *Change, b *Binding) {
	c.Kind, c.Address = cat.KindNow(c.Kind), cat.AddressNow(c.Address)
	b.Address = c.Address
	for _, list := range [][]string{c.DependsOn, c.Relinks} {
		for i := range list {
			list[i] = cat.AddressNow(list[i])
		}
	}
	for i := range c.AlsoChanges {
		c.AlsoChanges[i].Address = cat.AddressNow(c.AlsoChanges[i].Address)
	}
	if b.Place != nil && b.Place.After != "" {
		b.Place.After = cat.AddressNow(b.Place.After)
	}
	if k := cat.Kind(c.Kind); k != nil {
		for i := range c.Fields {
			c.Fields[i].Path = k.PathNow(c.Fields[i].Path)
		}
	}
}

// Parse is ReadFile for data at hand.
func Parse(data []byte, cat *model.Catalog, now time.Time) (*File, error) {
	f := &File{}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	d.DisallowUnknownFields()
	if err := newer(data); err != nil {
		return nil, err
	}
	if err := d.Decode(f); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: trailing data after the plan", ErrEdited)
	}
	if f.FormatVersion != FormatVersion {
		return nil, fmt.Errorf("%w: version %q, this rassync reads %q", ErrFormat, f.FormatVersion, FormatVersion)
	}
	want, err := model.DigestWithout(data, "digest", "signature")
	if err != nil {
		return nil, err
	}
	if want != f.Digest {
		return nil, ErrEdited
	}
	if now.After(f.Expires) {
		return nil, fmt.Errorf("%w on %s", ErrExpired, f.Expires.Format(time.RFC3339))
	}
	if len(f.Bindings) != len(f.Changes) {
		return nil, fmt.Errorf("%w: %d changes, %d bindings", ErrFormat, len(f.Changes), len(f.Bindings))
	}
	for i := range f.Changes {
		c, b := &f.Changes[i], &f.Bindings[i]
		if b.Address != c.Address {
			return nil, fmt.Errorf("%w: %s", ErrFormat, c.Address)
		}
		namesNow(cat, c, b)
		k := cat.Kind(c.Kind)
		if k == nil {
			return nil, fmt.Errorf("%w: the schemas of this rassync know no kind %s", ErrFormat, c.Kind)
		}
		a := model.Address{Site: c.Site, Kind: c.Kind, Name: c.Name}
		if b.Desired != nil || c.Action != Delete {
			spec, _ := model.FromJSON(k.Spec, b.Desired).(map[string]any)
			unknown, _ := model.FromJSON(nil, b.Unknown).(map[string]any)
			c.Desired = &model.Object{Address: a, Spec: spec, Unknown: unknown, RenamedFrom: c.RenamedFrom}
			if refused := k.RefuseForeign(c.Desired); len(refused) > 0 {
				return nil, fmt.Errorf("%w: %s: %s", ErrFormat, c.Address, strings.Join(refused, "; "))
			}
			if c.Source != nil {
				c.Desired.Source = model.Source{File: c.Source.File, Line: c.Source.Line}
			}
		}
		c.Place, c.PreImage = b.Place, b.PreImage
		for n := range c.Fields {
			c.Fields[n].Before = model.FromJSON(nil, c.Fields[n].Before)
			c.Fields[n].After = model.FromJSON(nil, c.Fields[n].After)
		}
	}
	return f, nil
}
