package coverage

import (
	"slices"
	"sort"

	"rassync/internal/model"
)

// NotCovered is the reason of operations that are configuration and have no
// kind yet.
const NotCovered = "not yet covered"

// Report is the coverage of the API by the kinds.
type Report struct {
	Operations int      `json:"operations"`
	Claimed    int      `json:"claimed"`
	Excluded   int      `json:"excluded"`
	Open       int      `json:"open"`
	Families   []Family `json:"families"`
	// Unlisted are calls that the schemas speak of and the list of operations
	// does not hold.
	Unlisted []Entry `json:"unlisted"`
}

// Family is the coverage of one chapter of the API.
type Family struct {
	Name       string  `json:"name"`
	Claimed    int     `json:"claimed"`
	Excluded   int     `json:"excluded"`
	Open       int     `json:"open"`
	Claims     []Entry `json:"claims"`
	Exclusions []Entry `json:"exclusions"`
	Gaps       []Entry `json:"gaps"`
}

// Entry is one operation of a report: By names the kinds that claim it,
// Reason says why it is excluded or open.
type Entry struct {
	Method string   `json:"method"`
	Path   string   `json:"path"`
	By     []string `json:"by,omitempty"`
	Reason string   `json:"reason,omitempty"`
	Note   string   `json:"note,omitempty"`
}

// Compute says of every operation whether a kind claims it, an exclusion
// names it, or it is open. A claim goes before an exclusion.
func Compute(cat *model.Catalog, ops []Operation, exclusions []Exclusion) Report {
	claims := Claims(cat)
	byKey := map[string][]Claim{}
	for _, c := range claims {
		k := key(c.Method, c.Path)
		byKey[k] = append(byKey[k], c)
	}
	r := Report{Operations: len(ops), Families: []Family{}, Unlisted: []Entry{}}
	fams := familiesOf(claims)
	rows := map[string]*Family{}
	row := func(name string) *Family {
		if rows[name] == nil {
			rows[name] = &Family{Name: name, Claims: []Entry{}, Exclusions: []Entry{}, Gaps: []Entry{}}
		}
		return rows[name]
	}
	listed := map[string]bool{}
	for _, op := range ops {
		k := key(op.Method, op.Path)
		listed[k] = true
		if op.Probable != "" {
			listed[key(op.Method, op.Probable)] = true
		}
		e := Entry{Method: op.Method, Path: op.Path}
		if cs := byKey[k]; len(cs) > 0 {
			e.By = claimants(cs)
			f := row(cs[0].Family)
			f.Claims = append(f.Claims, e)
			continue
		}
		f := row(fams.of(op.Path))
		i := slices.IndexFunc(exclusions, func(x Exclusion) bool { return x.Fits(op) })
		if i < 0 {
			e.Reason = NotCovered
			f.Gaps = append(f.Gaps, e)
			continue
		}
		e.Reason, e.Note = exclusions[i].Reason, exclusions[i].Note
		f.Exclusions = append(f.Exclusions, e)
	}
	for _, f := range rows {
		f.Claimed, f.Excluded, f.Open = len(f.Claims), len(f.Exclusions), len(f.Gaps)
		r.Claimed += f.Claimed
		r.Excluded += f.Excluded
		r.Open += f.Open
		r.Families = append(r.Families, *f)
	}
	sort.Slice(r.Families, func(i, j int) bool { return r.Families[i].Name < r.Families[j].Name })
	r.Unlisted = unlisted(claims, listed)
	return r
}

// unlisted collects calls that are really made and that the list of
// operations does not know, once each.
func unlisted(claims []Claim, listed map[string]bool) []Entry {
	out := []Entry{}
	at := map[string]int{}
	for _, c := range claims {
		k := key(c.Method, c.Path)
		if !c.Sent || c.Seen != "" || listed[k] {
			continue
		}
		if i, seen := at[k]; seen {
			if !slices.Contains(out[i].By, c.By) {
				out[i].By = append(out[i].By, c.By)
			}
			continue
		}
		at[k] = len(out)
		out = append(out, Entry{Method: c.Method, Path: c.Path, By: []string{c.By}, Note: c.Word})
	}
	return out
}

func claimants(cs []Claim) []string {
	var out []string
	for _, c := range cs {
		if !slices.Contains(out, c.By) {
			out = append(out, c.By)
		}
	}
	return out
}
