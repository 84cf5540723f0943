package contract

import "fmt"

// Checkup is what one look at a farm found, for people and for scripts.
type Checkup struct {
	Checks []Check `json:"checks"`
	// Kinds are what answers show beside the schemas.
	Kinds []KindCheck `json:"kinds"`
	// Todo is what to do, in order.
	Todo []string `json:"todo"`

	// Observed is what the answers showed, for a bundle.
	Observed []*Observed `json:"-"`
}

// Check is one thing that was looked at.
type Check struct {
	Name   string `json:"name"`
	Result string `json:"result"` // ok, warning, problem or unknown
	Text   string `json:"text"`
}

// The results of a check.
const (
	CheckOK      = "ok"
	CheckWarning = "warning"
	CheckProblem = "problem"
	CheckUnknown = "unknown"
)

// KindCheck is what the answers of one kind show.
type KindCheck struct {
	Kind    string `json:"kind"`
	Objects int    `json:"objects"`
	Error   string `json:"error,omitempty"`
	// NoRight: the farm refuses the account.
	NoRight bool `json:"noRight,omitempty"`
	// Sites says that two sites answer alike.
	Sites string `json:"sites,omitempty"`
	// ListLacks are names that an object shows by its id and not in the list;
	// ByID says why no object could be read so.
	ListLacks []string  `json:"listLacks,omitempty"`
	ByID      string    `json:"byId,omitempty"`
	Findings  []Finding `json:"findings"`
	// Unconfirmed are enumerations whose numbers no reference page confirms.
	Unconfirmed []string `json:"unconfirmed,omitempty"`
}

// Healthy tells whether there is no problem.
func (c *Checkup) Healthy() bool {
	for _, k := range c.Checks {
		if k.Result == CheckProblem {
			return false
		}
	}
	return true
}

// Shapes are the names and types that each kind was answered with.
func (c *Checkup) Shapes() map[string]map[string]string {
	out := map[string]map[string]string{}
	for _, o := range c.Observed {
		out[o.Kind] = o.Shape()
	}
	return out
}

// Say notes what came of a check.
func (c *Checkup) Say(name, result, format string, args ...any) {
	c.Checks = append(c.Checks, Check{name, result, fmt.Sprintf(format, args...)})
}

// Advise adds something to do.
func (c *Checkup) Advise(format string, args ...any) {
	c.Todo = append(c.Todo, fmt.Sprintf(format, args...))
}
