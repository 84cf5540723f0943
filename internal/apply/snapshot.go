package apply

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"time"

	"rassync/internal/model"
	"rassync/internal/plan"
)

// Snapshot is the state of every object a run touches, from before its first
// write: what rollback goes back to.
type Snapshot struct {
	FormatVersion string        `json:"formatVersion"`
	ID            string        `json:"id"` // of the run
	Time          time.Time     `json:"time"`
	Farm          plan.Farm     `json:"farm"`
	Objects       []SavedObject `json:"objects"`
	// Made are the addresses the run creates: rollback deletes them.
	Made []string `json:"made"`
	// Files are the digests of pictures, kept beside the snapshot.
	Files  []string `json:"files,omitempty"`
	Digest string   `json:"digest"`
}

// SavedObject is one object as it was.
type SavedObject struct {
	Address string `json:"address"`
	Kind    string `json:"kind"`
	Site    string `json:"site,omitempty"`
	Name    string `json:"name,omitempty"`
	// RenamedTo is the name the run gives it.
	RenamedTo string         `json:"renamedTo,omitempty"`
	Deleted   bool           `json:"deleted,omitempty"` // the run deletes it
	Spec      map[string]any `json:"spec"`
	Unknown   map[string]any `json:"unknown,omitempty"`
}

// ErrSnapshot says that a snapshot is damaged.
var ErrSnapshot = errors.New("the snapshot is damaged")

func (s *Snapshot) digest() (string, error) {
	c := *s
	c.Digest = ""
	return model.DigestJSON(&c)
}

// Save writes the snapshot and its files into dir.
func (s *Snapshot) Save(dir string, files map[string][]byte) error {
	for digest, data := range files {
		if err := writeFile(filepath.Join(dir, "files", digest), data); err != nil {
			return err
		}
		s.Files = append(s.Files, digest)
	}
	sort.Strings(s.Files)
	var err error
	if s.Digest, err = s.digest(); err != nil {
		return err
	}
	data, err := json.MarshalIndent(s, "", " ")
	if err != nil {
		return err
	}
	return writeFile(filepath.Join(dir, "snapshot.json"), append(data, '\n'))
}

// ReadSnapshot reads a snapshot and checks it, files included.
func ReadSnapshot(dir string) (*Snapshot, error) {
	data, err := os.ReadFile(filepath.Join(dir, "snapshot.json"))
	if err != nil {
		return nil, err
	}
	s, err := parseSnapshot(data)
	if err != nil {
		return nil, err
	}
	for _, digest := range s.Files {
		file, err := os.ReadFile(filepath.Join(dir, "files", filepath.Base(digest)))
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrSnapshot, err)
		}
		sum := sha256.Sum256(file)
		if hex.EncodeToString(sum[:]) != digest {
			return nil, fmt.Errorf("%w: file %s", ErrSnapshot, digest)
		}
	}
	return s, nil
}

func parseSnapshot(data []byte) (*Snapshot, error) {
	s := &Snapshot{}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	d.DisallowUnknownFields()
	if err := d.Decode(s); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSnapshot, err)
	}
	want, err := s.digest()
	if err != nil {
		return nil, err
	}
	if want != s.Digest {
		return nil, fmt.Errorf("%w: its digest does not fit", ErrSnapshot)
	}
	return s, nil
}

// Targets turns the snapshot into what rollback plans for: the objects as
// they were, and the addresses that must go.
func (s *Snapshot) Targets(cat *model.Catalog, dir string) ([]*model.Object, []model.Address, error) {
	var objects []*model.Object
	for _, so := range s.Objects {
		k := cat.Kind(so.Kind)
		if k == nil {
			return nil, nil, fmt.Errorf("%w: no kind %s", ErrSnapshot, so.Kind)
		}
		spec, _ := model.FromJSON(k.Spec, so.Spec).(map[string]any)
		unknown, _ := model.FromJSON(nil, so.Unknown).(map[string]any)
		if spec == nil {
			spec = map[string]any{}
		}
		for name, v := range spec {
			if ref, ok := v.(model.FileRef); ok {
				ref.Abs = filepath.Join(dir, "files", ref.Digest)
				spec[name] = ref
			}
		}
		objects = append(objects, &model.Object{Address: model.Address{Site: so.Site, Kind: so.Kind, Name: so.Name}, Spec: spec, Unknown: unknown, RenamedFrom: so.RenamedTo})
	}
	var made []model.Address
	for _, text := range s.Made {
		a, err := cat.ParseAddress(text)
		if err != nil {
			return nil, nil, fmt.Errorf("%w: %w", ErrSnapshot, err)
		}
		made = append(made, a)
	}
	return objects, made, nil
}
