package runs

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"strings"
)

const learntFile = "learnt.json"

// Learnt is what a workspace knows of how a farm wants to be spoken to, where
// the facts allow several ways: which of several bodies it takes, and which of
// several names it has for a setting. It saves later runs the writes that a
// farm would refuse. The zero value, and nil, know nothing.
type Learnt struct {
	store *Store
	farm  string
	all   map[string]*learntFarm
}

type learntFarm struct {
	// Bodies are the place of the body that the farm took among the likely
	// ones, by the call.
	Bodies map[string]int `json:"bodies,omitempty"`
	// Spellings are the names that the farm has, by family and the name in the
	// schema.
	Spellings map[string]string `json:"spellings,omitempty"`
	// Refused are properties that the farm does not take in updates.
	Refused map[string]bool `json:"refused,omitempty"`
}

// Learnt reads what is known of a farm of this version. What was learnt of
// another version does not count: names move with versions.
func (s *Store) Learnt(farmGUID, version string) (*Learnt, error) {
	l := &Learnt{store: s, farm: farmGUID + " " + version, all: map[string]*learntFarm{}}
	data, err := s.ReadFile(learntFile)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, err
	default:
		if err := json.Unmarshal(data, &l.all); err != nil {
			return nil, fmt.Errorf("%s is damaged (delete it, it will be learnt again): %w", s.Path(learntFile), err)
		}
	}
	if l.all[l.farm] == nil {
		l.all[l.farm] = &learntFarm{}
	}
	return l, nil
}

// Bodies gives the bodies that the farm took, by the call.
func (l *Learnt) Bodies() map[string]int {
	if l == nil || l.all[l.farm] == nil {
		return map[string]int{}
	}
	out := maps.Clone(l.all[l.farm].Bodies)
	if out == nil {
		out = map[string]int{}
	}
	return out
}

// Spelling is the name that the farm has for a setting; "" if nobody knows.
func (l *Learnt) Spelling(family, name string) string {
	if l == nil || l.all[l.farm] == nil {
		return ""
	}
	return l.all[l.farm].Spellings[family+" "+name]
}

// Spellings are the names that the farm has for settings of a family, by the
// name in the schema.
func (l *Learnt) Spellings(family string) map[string]string {
	out := map[string]string{}
	if l == nil || l.all[l.farm] == nil {
		return out
	}
	for key, name := range l.all[l.farm].Spellings {
		if setting, ok := strings.CutPrefix(key, family+" "); ok {
			out[setting] = name
		}
	}
	return out
}

// Took notes which body the farm took, and keeps it.
func (l *Learnt) Took(call string, body int) error {
	if l == nil || l.store == nil {
		return nil
	}
	f := l.all[l.farm]
	if f.Bodies[call] == body {
		return nil
	}
	if f.Bodies == nil {
		f.Bodies = map[string]int{}
	}
	f.Bodies[call] = body
	return l.save()
}

// RefusesUpdate tells whether the farm was seen to refuse the property in an
// update.
func (l *Learnt) RefusesUpdate(kind, path string) bool {
	return l != nil && l.all[l.farm] != nil && l.all[l.farm].Refused[kind+"."+path]
}

// Refused notes that the farm does not take a property in updates, and keeps
// it.
func (l *Learnt) Refused(kind, path string) error {
	if l == nil || l.store == nil || l.RefusesUpdate(kind, path) {
		return nil
	}
	f := l.all[l.farm]
	if f.Refused == nil {
		f.Refused = map[string]bool{}
	}
	f.Refused[kind+"."+path] = true
	return l.save()
}

// Spells notes the name that the farm has for a setting, and keeps it.
func (l *Learnt) Spells(family, name, spelling string) error {
	if l == nil || l.store == nil || l.Spelling(family, name) == spelling {
		return nil
	}
	f := l.all[l.farm]
	if f.Spellings == nil {
		f.Spellings = map[string]string{}
	}
	f.Spellings[family+" "+name] = spelling
	return l.save()
}

func (l *Learnt) save() error {
	data, err := json.MarshalIndent(l.all, "", " ")
	if err != nil {
		return err
	}
	return l.store.WriteFile(learntFile, data)
}
