package runs

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"time"
)

// DoneFile is the file of the private folder that holds when jobs were done.
const DoneFile = "done.json"

// Done is when a job was last done in a workspace, and how it went: an export
// that changes no file leaves no other trace.
type Done struct {
	Time time.Time `json:"time"`
	Farm string    `json:"farm"`
	// Result is a word for people: "in sync", "drift", and what a part consisted of.
	Result string `json:"result,omitempty"`
}

// The jobs that are remembered.
const (
	JobExport = "export"
	JobDrift  = "drift"
	// What was done with a selection is no backup, and no check, of all.
	JobPartialExport = "partial-export"
	JobPartialDrift  = "partial-drift"
)

// Jobs lists them.
func Jobs() []string { return []string{JobExport, JobDrift, JobPartialExport, JobPartialDrift} }

// Done reads when each job was last done.
func (s *Store) Done() (map[string]Done, error) {
	all := map[string]Done{}
	data, err := s.ReadFile(DoneFile)
	if errors.Is(err, fs.ErrNotExist) {
		return all, nil
	}
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(data, &all); err != nil {
		return nil, fmt.Errorf("%s is damaged (delete it, the next export or drift writes it again): %w", s.Path(DoneFile), err)
	}
	return all, nil
}

// NoteDone remembers that a job was done.
func (s *Store) NoteDone(job string, d Done) error {
	all, err := s.Done()
	if err != nil {
		all = map[string]Done{}
	}
	all[job] = d
	data, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	if err := s.KeepFromGit(); err != nil {
		return err
	}
	return s.WriteFile(DoneFile, append(data, '\n'))
}
