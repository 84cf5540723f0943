package plan

import (
	"strings"

	"rassync/internal/model"
)

// Digest tells plans apart: two plans with the same changes of the same
// objects on the same farm have the same one, whenever they were made and by
// which version. Where a document lies makes no difference.
func (p *Plan) Digest() string {
	type bound struct {
		Action      Action
		RenamedFrom string
		Fields      []Field
		Relinks     []string
		Confirmed   bool
		Binding     Binding
		AlsoChanges []Effect `json:",omitempty"`
	}
	all := struct {
		Farm    string
		Changes []bound
	}{strings.ToLower(strings.Trim(p.Farm.GUID, "{}")), []bound{}}
	for i := range p.Changes {
		c := &p.Changes[i]
		b := bound{c.Action, c.RenamedFrom, c.Fields, c.Relinks, c.Confirmed, Bind(c), nil}
		for _, e := range c.AlsoChanges {
			if e.Copies() { // how much of the rest is seen depends on what was read
				b.AlsoChanges = append(b.AlsoChanges, e)
			}
		}
		if len(b.Fields) == 0 {
			b.Fields = nil
		}
		all.Changes = append(all.Changes, b)
	}
	d, err := model.DigestJSON(all)
	if err != nil {
		return "" // no value of a plan is without a JSON form; "" allows nothing
	}
	return d
}
