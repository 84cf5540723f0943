package recall

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"rassync/internal/runs"
)

// folder is where all of this lies in the private folder.
const folder = "reads"

const markersFile = folder + "/markers.json"

// enough is how often a marker must have moved with a write to be proven.
const enough = 2

// Settings is the name of the marker that stands for all of a farm: the number
// of its settings. The others are called by the class of what is read.
const Settings = "settingsId"

// Markers is what is known of the signs of change of all farms of a workspace.
type Markers struct {
	store *runs.Store
	farms map[string]*farmMarkers
}

type farmMarkers struct {
	// Version is the farm's when the markers moved: with another, they are proven
	// anew.
	Version string         `json:"version"`
	Moved   map[string]int `json:"moved,omitempty"`
	// Stood says of the markers that did not move with a change what was seen.
	Stood map[string]string `json:"stood,omitempty"`
	// Written is the number of the settings before the newest run that wrote and
	// activated: a farm that still has it does not count.
	Written *int64 `json:"written,omitempty"`
}

// OpenMarkers reads what a workspace knows; without a file it knows nothing. One
// that was changed by somebody else is begun anew, and says so.
func OpenMarkers(store *runs.Store) (*Markers, error) {
	m := &Markers{store: store, farms: map[string]*farmMarkers{}}
	data, err := store.ReadSealed(markersFile)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return m, nil
	case err != nil:
		return m, err
	}
	if err := json.Unmarshal(data, &m.farms); err != nil {
		m.farms = map[string]*farmMarkers{}
		return m, fmt.Errorf("%s is damaged: %w", store.Path(markersFile), err)
	}
	return m, nil
}

func farmKey(guid string) string { return strings.ToLower(strings.Trim(strings.TrimSpace(guid), "{}")) }

func (m *Markers) farm(guid string) *farmMarkers {
	f := m.farms[farmKey(guid)]
	if f == nil {
		f = &farmMarkers{}
		m.farms[farmKey(guid)] = f
	}
	return f
}

// Proven tells whether a marker can be relied on.
func (m *Markers) Proven(guid, version, marker string) bool {
	f := m.farms[farmKey(guid)]
	return f != nil && f.Stood[marker] == "" && f.Version == version && f.Moved[marker] >= enough
}

// Disproved tells what was seen of a marker that cannot be relied on; "" if
// nothing was.
func (m *Markers) Disproved(guid, marker string) string {
	if f := m.farms[farmKey(guid)]; f != nil {
		return f.Stood[marker]
	}
	return ""
}

// Undecided tells whether one more observation could prove a marker.
func (m *Markers) Undecided(guid, version, marker string) bool {
	return m.Disproved(guid, marker) == "" && !m.Proven(guid, version, marker)
}

// Moves notes that a marker moved with a write of this workspace.
func (m *Markers) Moves(guid, version, marker string) {
	f := m.farm(guid)
	if f.Version != version || f.Moved == nil {
		f.Version, f.Moved = version, map[string]int{}
	}
	if f.Moved[marker] < enough {
		f.Moved[marker]++
	}
}

// Stands notes that something changed and a marker did not. It tells whether
// that ends the use of the marker.
func (m *Markers) Stands(guid, marker, seen string) bool {
	f := m.farm(guid)
	if f.Stood[marker] != "" {
		return false
	}
	if f.Stood == nil {
		f.Stood = map[string]string{}
	}
	f.Stood[marker] = seen
	return true
}

// Wrote notes the number of the settings before a run that wrote and activated.
func (m *Markers) Wrote(guid string, before int64) { m.farm(guid).Written = &before }

// Logon compares the number of the settings with the one before the newest run.
// It tells whether that ends its use.
func (m *Markers) Logon(guid string, now int64) bool {
	f := m.farms[farmKey(guid)]
	if f == nil || f.Written == nil || *f.Written != now {
		return false
	}
	return m.Stands(guid, Settings, fmt.Sprintf("it was %d before a run that changed settings, and is %d after it", *f.Written, now))
}

// Save keeps what is known.
func (m *Markers) Save() error {
	data, err := json.MarshalIndent(m.farms, "", " ")
	if err != nil {
		return err
	}
	return m.store.WriteSealed(markersFile, data)
}
