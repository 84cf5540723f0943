package runs

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"sort"
	"strconv"
	"strings"
	"time"

	"rassync/internal/model"
	"rassync/internal/plan"
)

// snapshotVersion is the version of the manifest. Version 1 had no answers
// and no YAML, and its pictures lay beside it.
const snapshotVersion = "2"

// Snapshot is the state of every object a run touches, from before its first
// write: what rollback goes back to. Saved, it is a manifest; the contents it
// names by digest are blobs that snapshots share.
type Snapshot struct {
	FormatVersion string        `json:"formatVersion"`
	ID            string        `json:"id"` // of the run
	Time          time.Time     `json:"time"`
	Farm          plan.Farm     `json:"farm"`
	Objects       []SavedObject `json:"objects"`
	// Made are the addresses the run creates: rollback deletes them.
	Made []string `json:"made"`
	// Lacking is what there was none of where the run changes something, see
	// guard.Lacking: the way back may take it away again.
	Lacking []string `json:"lacking,omitempty"`
	// Files are the digests of pictures.
	Files  []string `json:"files,omitempty"`
	Digest string   `json:"digest"`

	files func(digest string) string // where a picture lies
}

// SavedObject is one object as it was.
type SavedObject struct {
	Address string `json:"address"`
	Kind    string `json:"kind"`
	Site    string `json:"site,omitempty"`
	Name    string `json:"name,omitempty"`
	// ID is the object's id on the farm: what tells it from another of its name.
	ID string `json:"id,omitempty"`
	// RenamedTo is the name the run gives it.
	RenamedTo string         `json:"renamedTo,omitempty"`
	Deleted   bool           `json:"deleted,omitempty"` // the run deletes it
	Spec      map[string]any `json:"spec"`
	Unknown   map[string]any `json:"unknown,omitempty"`
	// NotShown are properties that the schema knows and the farm did not show:
	// what they were is not known.
	NotShown []string `json:"notShown,omitempty"`
	// YAML is the digest of its document, as an export writes it.
	YAML string `json:"yaml,omitempty"`
	// Answers are what the farm said of it.
	Answers []SavedAnswer `json:"answers,omitempty"`
}

// SavedAnswer is an answer as it was received, secrets taken out.
type SavedAnswer struct {
	Request string `json:"request"`
	Blob    string `json:"blob"`
}

// The reasons for which a snapshot is refused.
var (
	ErrSnapshot        = errors.New("the snapshot is damaged")
	ErrSnapshotVersion = errors.New("the snapshot has another format")
)

func (s *Snapshot) digest() (string, error) {
	c := *s
	c.Digest = ""
	return model.DigestJSON(&c)
}

// Blobs lists the digests of everything the snapshot needs beside itself.
func (s *Snapshot) Blobs() []string {
	if s.FormatVersion == "1" {
		return nil
	}
	out := append([]string(nil), s.Files...)
	for _, o := range s.Objects {
		if o.YAML != "" {
			out = append(out, o.YAML)
		}
		for _, a := range o.Answers {
			out = append(out, a.Blob)
		}
	}
	return out
}

// Save writes the snapshot of a run and its files to the blobs. The manifest
// comes last: once it is there, all it names is.
func (r *Run) Save(s *Snapshot, blobs *Blobs, files map[string][]byte) error {
	s.FormatVersion = snapshotVersion
	for want, data := range files {
		digest, err := blobs.PutFile(data)
		if err != nil {
			return err
		}
		if digest != want {
			return fmt.Errorf("the picture %s has another content", want)
		}
		s.Files = append(s.Files, digest)
	}
	sort.Strings(s.Files)
	if err := blobs.Sync(); err != nil {
		return err
	}
	var err error
	if s.Digest, err = s.digest(); err != nil {
		return err
	}
	data, err := json.MarshalIndent(s, "", " ")
	if err != nil {
		return err
	}
	s.files = blobs.Path
	if err := r.store.WriteFile(r.name(snapshotFile), append(data, '\n')); err != nil {
		return err
	}
	key, err := r.store.Key()
	if err != nil {
		return err
	}
	h, err := r.store.readHead(r.Info.ID, key)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // of a run that was not made by Create
	}
	if err != nil {
		return err
	}
	h.Snapshot = s.Digest
	return r.store.writeHead(*h, key)
}

// readSnapshot reads the snapshot of a run and checks it, with all that it
// names.
func (r *Run) readSnapshot() (*Snapshot, error) {
	s, err := r.Manifest()
	if err != nil {
		return nil, err
	}
	if s.FormatVersion == "1" {
		s.files = func(digest string) string { return r.store.Path(r.name(filesFolder, path.Base(digest))) }
		return s, r.checkFiles(s)
	}
	blobs := r.store.Blobs()
	s.files = blobs.Path
	for _, digest := range s.Blobs() {
		if err := blobs.Check(digest); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// Manifest reads the snapshot of a run without a look at what it names.
func (r *Run) Manifest() (*Snapshot, error) {
	data, err := r.store.ReadFile(r.name(snapshotFile))
	if err != nil {
		return nil, err
	}
	s, err := parseSnapshot(data)
	if err == nil && r.head != nil && r.head.Snapshot != "" && r.head.Snapshot != s.Digest {
		return nil, fmt.Errorf("%w: %s is not what the run wrote", ErrSnapshot, snapshotFile)
	}
	return s, err
}

// checkFiles checks the pictures of a snapshot of version 1.
func (r *Run) checkFiles(s *Snapshot) error {
	for _, digest := range s.Files {
		data, err := r.store.ReadFile(r.name(filesFolder, path.Base(digest)))
		if err != nil {
			return fmt.Errorf("%w: %w", ErrSnapshot, err)
		}
		if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != digest {
			return fmt.Errorf("%w: file %s was changed", ErrSnapshot, digest)
		}
	}
	return nil
}

func parseSnapshot(data []byte) (*Snapshot, error) {
	var head struct {
		FormatVersion string `json:"formatVersion"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSnapshot, err)
	}
	if n, err := strconv.Atoi(head.FormatVersion); err == nil && n > 2 {
		return nil, fmt.Errorf("%w (%w): format %d, this rassync reads up to %s", ErrNewer, ErrSnapshotVersion, n, snapshotVersion)
	}
	if head.FormatVersion != "1" && head.FormatVersion != snapshotVersion {
		return nil, fmt.Errorf("%w: version %q, this rassync reads %s and 1: use the rassync that made it", ErrSnapshotVersion, head.FormatVersion, snapshotVersion)
	}
	s := &Snapshot{}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	d.DisallowUnknownFields()
	if err := d.Decode(s); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSnapshot, err)
	}
	want, err := model.DigestWithout(data, "digest")
	if err != nil {
		return nil, err
	}
	if want != s.Digest {
		return nil, fmt.Errorf("%w: its digest does not fit", ErrSnapshot)
	}
	return s, nil
}

// IDs are the ids that the objects of a plan's changes had before the run, by
// the address of the change. Snapshots of earlier versions hold none.
func (s *Snapshot) IDs(p *plan.Plan) map[string]string {
	byAddress := map[string]string{}
	for _, o := range s.Objects {
		byAddress[strings.ToLower(o.Address)] = o.ID
	}
	out := map[string]string{}
	for i := range p.Changes {
		c := &p.Changes[i]
		old := model.Address{Site: c.Site, Kind: c.Kind, Name: c.Name}
		if c.RenamedFrom != "" {
			old.Name = c.RenamedFrom
		}
		if id := byAddress[strings.ToLower(old.String())]; id != "" && c.Action != plan.Create {
			out[c.Address] = id
		}
	}
	return out
}

// Holes counts the objects of which the farm did not show everything.
func (s *Snapshot) Holes() int {
	n := 0
	for _, o := range s.Objects {
		if len(o.NotShown) > 0 {
			n++
		}
	}
	return n
}

// Targets turns the snapshot into what rollback plans for: the objects as
// they were, and the addresses that must go.
func (s *Snapshot) Targets(cat *model.Catalog) ([]*model.Object, []model.Address, error) {
	var objects []*model.Object
	for _, so := range s.Objects {
		o, err := s.object(cat, so)
		if err != nil {
			return nil, nil, err
		}
		objects = append(objects, o)
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

func (s *Snapshot) object(cat *model.Catalog, so SavedObject) (*model.Object, error) {
	so.Kind = cat.KindNow(so.Kind)
	k := cat.Kind(so.Kind)
	if k == nil {
		return nil, fmt.Errorf("%w: the schemas of this rassync know no kind %s: use the rassync that made it", ErrSnapshotVersion, so.Kind)
	}
	spec, _ := model.FromJSON(k.Spec, so.Spec).(map[string]any)
	unknown, _ := model.FromJSON(nil, so.Unknown).(map[string]any)
	if spec == nil {
		spec = map[string]any{}
	}
	for name, v := range spec {
		if ref, ok := v.(model.FileRef); ok && s.files != nil {
			ref.Abs = s.files(ref.Digest)
			spec[name] = ref
		}
	}
	return &model.Object{Address: model.Address{Site: so.Site, Kind: so.Kind, Name: so.Name}, ID: so.ID, Spec: spec, Unknown: unknown, RenamedFrom: so.RenamedTo, NotShown: so.NotShown}, nil
}
