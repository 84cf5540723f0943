package workspace

import (
	"fmt"
	"strings"

	"gopkg.in/yaml.v3"

	"rassync/internal/leak"
	"rassync/internal/model"
)

// mayBeOpen tells whether a name can stand in an open object: one that the
// farm sets by itself cannot.
func (w *walker) mayBeOpen(key *yaml.Node, p *model.Property) bool {
	if !p.NeverOpen(key.Value) {
		return true
	}
	w.fail(key, fmt.Sprintf("%q is read-only: the farm sets it", short(key.Value)), "take it out")
	return false
}

// mayBeNamed tells whether what no schema knows can stand under a name: not if
// the name is another way to write what the schema does know.
func (w *walker) mayBeNamed(key *yaml.Node, why string) bool {
	if why == "" {
		return true
	}
	hint := "take it out"
	if at := strings.LastIndex(why, " is known as spec."); at >= 0 {
		hint = "write it as " + why[at+len(" is known as "):]
	}
	w.fail(key, why, hint)
	return false
}

// secretInside refuses a text that holds a secret; it is not repeated.
func (w *walker) secretInside(n *yaml.Node) bool {
	what := leak.In(n.Value)
	if what == "" {
		return false
	}
	w.fail(n, "the text holds "+what+", and secrets do not stand in files",
		"take the property out and set it in the console: rassync leaves it as it is; change the secret, it may be in the history of the repository")
	return true
}

// noSecret refuses what looks like a secret: the schema knows no secret here,
// so it would stand in the file for everyone to read.
// takes tells whether it may be declared by saying where it is found.
func (w *walker) noSecret(key *yaml.Node, v any, takes bool) bool {
	at := model.SecretIn(key.Value, v)
	if at == "" {
		return true
	}
	hint := "take it out and set it in the console: rassync leaves it as it is"
	if takes && at == key.Value {
		hint = "write {fromEnv: NAME} or {fromFile: PATH}, which the operator's policy must allow; or " + hint
	}
	w.fail(key, fmt.Sprintf("%q looks like a secret, and secrets do not stand in files", short(at)), hint)
	return false
}
