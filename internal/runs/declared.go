package runs

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
)

// DeclaredFile is the file of the private folder that holds what was declared.
const DeclaredFile = "declared.json"

// Declared is what a workspace declared for a farm when it was last applied or
// exported: a document that is gone leaves no other trace.
type Declared struct {
	Objects []string `json:"objects"` // addresses
}

// Declared reads what was declared for a farm; the zero value if nothing is known.
func (s *Store) Declared(farm string) (Declared, error) {
	all, err := s.allDeclared()
	return all[farm], err
}

func (s *Store) allDeclared() (map[string]Declared, error) {
	all := map[string]Declared{}
	data, err := s.ReadFile(DeclaredFile)
	if errors.Is(err, fs.ErrNotExist) {
		return all, nil
	}
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(data, &all); err != nil {
		return nil, fmt.Errorf("%s is damaged (delete it, the next apply or export writes it again): %w", s.Path(DeclaredFile), err)
	}
	return all, nil
}

// NoteDeclared remembers what is declared for a farm. A damaged file is replaced.
func (s *Store) NoteDeclared(farm string, d Declared) error {
	all, err := s.allDeclared()
	if err != nil {
		all = map[string]Declared{}
	}
	all[farm] = d
	data, err := json.Marshal(all)
	if err != nil {
		return err
	}
	if err := s.KeepFromGit(); err != nil {
		return err
	}
	return s.WriteFile(DeclaredFile, append(data, '\n'))
}
