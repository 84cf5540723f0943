package facts

import (
	"strings"

	"rassync/internal/coverage"
)

// operationKey makes operations comparable: neither letter case nor the names
// of parameters count, nor a query.
func operationKey(method, path string) string {
	path, _, _ = strings.Cut(path, "?")
	steps := strings.Split(strings.Trim(strings.ToLower(path), "/"), "/")
	for i, s := range steps {
		if strings.HasPrefix(s, "{") && strings.HasSuffix(s, "}") {
			steps[i] = "{}"
		}
	}
	return method + " /" + strings.Join(steps, "/")
}

// calls compares the calls that the kind makes with the operations that are
// known, both ways.
func (v *view) calls() {
	for _, claim := range coverage.ClaimsOf(v.c.cat, v.kind) {
		key := operationKey(claim.Method, claim.Path)
		// A part whose values stand in the object's answer is read by itself
		// where that answer lacks it.
		if (claim.Sent || claim.Word == "part") && claim.Seen == "" && !v.c.ops[key] {
			path := claim.Prop
			if path == "" {
				path = "(" + claim.Word + ")"
			}
			v.note(path, WhatPath, claim.Method+" "+claim.Path, nil)
		}
	}
	for _, r := range v.c.at[v.kind.Name] {
		for _, op := range r.Operations {
			method, path, _ := strings.Cut(op, " ")
			if path, _, _ = strings.Cut(path, "?"); !v.c.called[operationKey(method, path)] && !v.c.excluded(method, path) {
				v.note(r.Name, WhatUnclaimed, method+" "+path, nil)
			}
		}
	}
}
