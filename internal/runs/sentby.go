package runs

import (
	"slices"
	"strings"
)

// Sent tells whether the run sent a property of an object, or the object itself
// where path is "".
func (r *Run) Sent(address, path string) bool {
	for _, e := range r.Entries {
		if e.Event != "send" || e.Request == ActivateRequest || !strings.EqualFold(e.Address, address) && !strings.EqualFold(e.Object, address) {
			continue
		}
		if path == "" || e.Does != "update" || slices.ContainsFunc(e.Fields, func(f string) bool {
			return f == path || strings.HasPrefix(f, path+".") || strings.HasPrefix(f, path+"[") || strings.HasPrefix(path, f+".") || strings.HasPrefix(path, f+"[")
		}) {
			return true
		}
	}
	return false
}
