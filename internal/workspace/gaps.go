package workspace

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"sort"
	"strings"

	"rassync/internal/files"
	"rassync/internal/model"
)

// GapsFile is where an export notes, beside its documents, what it lacks. It
// belongs in git with them: a rebuild from the export repeats it.
const GapsFile = "export-gaps.json"

// Gaps are what the documents of an export do not hold although the farm may
// well have it.
type Gaps struct {
	FormatVersion string `json:"formatVersion"`
	// NotRead are lists that could not be read: the documents of their objects
	// are those of an earlier export, or not there.
	NotRead []ListGap `json:"notRead"`
	// Failed are reads about single objects that failed.
	Failed []ReadGap `json:"failed"`
	// NotShown are properties that the schema knows and the farm did not show.
	NotShown []ShownGap `json:"notShown"`
	// NotRebuilt are objects that could not be made again from their documents.
	NotRebuilt []BuildGap `json:"notRebuilt"`
}

// ListGap is a list that could not be read.
type ListGap struct {
	Kind string `json:"kind"`
	Site string `json:"site,omitempty"`
	Why  string `json:"why"`
}

// ReadGap is a failed read about one object.
type ReadGap struct {
	Address string `json:"address"`
	Request string `json:"request"`
	Why     string `json:"why"`
}

// ShownGap is a property that the farm did not show of some objects.
type ShownGap struct {
	Kind    string   `json:"kind"`
	Path    string   `json:"path"`
	Objects []string `json:"objects"`
}

// BuildGap is an object that a create could not make from its document.
type BuildGap struct {
	Address string   `json:"address"`
	Needs   []string `json:"needs"`
	Why     string   `json:"why"`
}

// Empty tells whether nothing is missing.
func (g *Gaps) Empty() bool {
	return len(g.NotRead)+len(g.Failed)+len(g.NotShown)+len(g.NotRebuilt) == 0
}

// Show notes that the farm did not show a property of an object.
func (g *Gaps) Show(kind, path, address string) {
	i := slices.IndexFunc(g.NotShown, func(s ShownGap) bool { return s.Kind == kind && s.Path == path })
	if i < 0 {
		i = len(g.NotShown)
		g.NotShown = append(g.NotShown, ShownGap{Kind: kind, Path: path})
	}
	if !slices.Contains(g.NotShown[i].Objects, address) {
		g.NotShown[i].Objects = append(g.NotShown[i].Objects, address)
	}
}

// Keep takes over from an earlier export what a partial one has not looked at.
func (g *Gaps) Keep(old *Gaps, looked func(address string) bool, lookedList func(kind, site string) bool) {
	for _, n := range old.NotRead {
		if !lookedList(n.Kind, n.Site) {
			g.NotRead = append(g.NotRead, n)
		}
	}
	for _, f := range old.Failed {
		if !looked(f.Address) {
			g.Failed = append(g.Failed, f)
		}
	}
	for _, s := range old.NotShown {
		for _, a := range s.Objects {
			if !looked(a) {
				g.Show(s.Kind, s.Path, a)
			}
		}
	}
	for _, b := range old.NotRebuilt {
		if !looked(b.Address) {
			g.NotRebuilt = append(g.NotRebuilt, b)
		}
	}
}

func (g *Gaps) sort() {
	sort.SliceStable(g.NotRead, func(i, j int) bool {
		return g.NotRead[i].Kind+" "+g.NotRead[i].Site < g.NotRead[j].Kind+" "+g.NotRead[j].Site
	})
	sort.SliceStable(g.Failed, func(i, j int) bool {
		return g.Failed[i].Address+" "+g.Failed[i].Request < g.Failed[j].Address+" "+g.Failed[j].Request
	})
	sort.SliceStable(g.NotShown, func(i, j int) bool {
		return g.NotShown[i].Kind+" "+g.NotShown[i].Path < g.NotShown[j].Kind+" "+g.NotShown[j].Path
	})
	for _, s := range g.NotShown {
		sort.Strings(s.Objects)
	}
	sort.SliceStable(g.NotRebuilt, func(i, j int) bool { return g.NotRebuilt[i].Address < g.NotRebuilt[j].Address })
}

// ReadGaps reads what the last export into a folder lacked; a folder without a
// note lacks nothing.
func ReadGaps(dir string) (*Gaps, error) {
	root, err := files.Open(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return &Gaps{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", GapsFile, err)
	}
	defer root.Close()
	data, err := root.Read(GapsFile, files.MaxPicture)
	if errors.Is(err, fs.ErrNotExist) {
		return &Gaps{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", GapsFile, err)
	}
	g := &Gaps{}
	if err := json.Unmarshal(data, g); err != nil {
		return nil, fmt.Errorf("%s is damaged (delete it, and export again): %w", GapsFile, err)
	}
	if g.FormatVersion != "1" {
		return nil, fmt.Errorf("%s has the format %q, and this rassync reads 1", GapsFile, g.FormatVersion)
	}
	return g, nil
}

// Write puts the note into a folder, and takes an earlier one out if nothing
// is missing any more.
func (g *Gaps) Write(dir string) error {
	root, err := files.Open(dir)
	if err != nil {
		return fmt.Errorf("write %s: %w", GapsFile, err)
	}
	defer root.Close()
	old, err := root.Read(GapsFile, files.MaxPicture)
	exists := err == nil
	if g.Empty() {
		if exists {
			err = root.Remove(GapsFile)
		} else {
			err = nil
		}
		return err
	}
	g.FormatVersion = "1"
	g.sort()
	whole := *g
	whole.NotRead, whole.Failed = notNil(g.NotRead), notNil(g.Failed)
	whole.NotShown, whole.NotRebuilt = notNil(g.NotShown), notNil(g.NotRebuilt)
	data, err := json.MarshalIndent(whole, "", "  ")
	if err != nil {
		return err
	}
	data = append(data, '\n')
	if exists && bytes.Equal(unixLines(old), data) {
		return nil
	}
	return root.Replace(GapsFile, data)
}

func notNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// Mark notes on declared objects what the export that wrote them did not see of
// them, as far as their documents do not hold it by now.
func (g *Gaps) Mark(objects []*model.Object) {
	byAddress := map[string][]string{}
	for _, s := range g.NotShown {
		for _, a := range s.Objects {
			byAddress[a] = append(byAddress[a], s.Path)
		}
	}
	for _, o := range objects {
		for _, path := range byAddress[o.Address.String()] {
			if _, declared := model.Lookup(o.Spec, path); !declared || strings.Contains(path, "[]") {
				o.NotShown = append(o.NotShown, path)
			}
		}
	}
}
