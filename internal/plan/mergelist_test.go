package plan

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"

	"rassync/internal/model"
	"rassync/schemas"
)

// TestListsOfThreeSides: a list that both sides have changed is a conflict only where
// they have changed the same entry otherwise.
func TestListsOfThreeSides(t *testing.T) {
	cat, err := model.Load(schemas.Files)
	if err != nil {
		t.Fatal(err)
	}
	k := cat.Kind("PubRDSApp")
	for name, tt := range map[string]struct {
		base, want, live string // of spec
		merged           string
		conflicts, drift string // paths
	}{
		"different additions": {
			"fileExtensions: [doc]", "fileExtensions: [doc, odt]", "fileExtensions: [doc, rtf]",
			"fileExtensions: [doc, odt, rtf]", "", "fileExtensions[rtf]"},
		"the same addition": {
			"fileExtensions: [doc]", "fileExtensions: [doc, odt]", "fileExtensions: [doc, odt, rtf]",
			"fileExtensions: [doc, odt, rtf]", "", "fileExtensions[rtf]"},
		"one removes, one adds": {
			"fileExtensions: [doc, dot]", "fileExtensions: [doc]", "fileExtensions: [doc, dot, rtf]",
			"fileExtensions: [doc, rtf]", "", "fileExtensions[rtf]"},
		"both remove, other ones": {
			"fileExtensions: [a, b, c]", "fileExtensions: [a, b]", "fileExtensions: [b, c]",
			"fileExtensions: [b]", "", "fileExtensions[a]"},
		"rules: other entries": {
			"rules: [{name: A, enabled: true}, {name: B, enabled: true}]",
			"rules: [{name: A, enabled: false}, {name: B, enabled: true}]",
			"rules: [{name: A, enabled: true}, {name: B, enabled: false}, {name: C, enabled: true}]",
			"rules: [{name: A, enabled: false}, {name: B, enabled: false}, {name: C, enabled: true}]", "", "rules[B].enabled rules[C]"},
		"rules: other values of one entry": {
			"rules: [{name: A, enabled: true, description: x}]",
			"rules: [{name: A, enabled: false, description: x}]",
			"rules: [{name: A, enabled: true, description: y}]",
			"rules: [{name: A, enabled: false, description: y}]", "", "rules[A].description"},
		"rules: one value of one entry": {
			"rules: [{name: A, description: x}, {name: B, enabled: true}]",
			"rules: [{name: A, description: mine}, {name: B, enabled: true}]",
			"rules: [{name: A, description: theirs}, {name: B, enabled: false}]",
			"rules: [{name: A, description: mine}, {name: B, enabled: false}]", "rules[A].description", "rules[B].enabled"},
		"rules: one changes what the other removes": {
			"rules: [{name: A, description: x}, {name: B, enabled: true}]",
			"rules: [{name: B, enabled: true}]",
			"rules: [{name: A, description: y}, {name: B, enabled: true}]",
			"rules: [{name: B, enabled: true}]", "rules[A]", ""},
		"rules: the farm removes what the range changes": {
			"rules: [{name: A, description: x}, {name: B, enabled: true}]",
			"rules: [{name: A, description: y}, {name: B, enabled: true}]",
			"rules: [{name: B, enabled: true}]",
			"rules: [{name: A, description: y}, {name: B, enabled: true}]", "rules[A]", ""},
		"rules: an insertion in the middle": {
			"rules: [{name: A}, {name: B}]", "rules: [{name: A}, {name: N}, {name: B}]", "rules: [{name: A}, {name: B}, {name: C}]",
			"rules: [{name: A}, {name: N}, {name: B}, {name: C}]", "", "rules[C]"},
		"rules: another order": {
			"rules: [{name: A}, {name: B}, {name: C}]", "rules: [{name: C}, {name: A}, {name: B}]", "rules: [{name: A}, {name: N}, {name: B}, {name: C}]",
			"rules: [{name: C}, {name: A}, {name: N}, {name: B}]", "", "rules[N]"},
		"rules: two other orders": {
			"rules: [{name: A}, {name: B}, {name: C}]", "rules: [{name: C}, {name: A}, {name: B}]", "rules: [{name: B}, {name: A}, {name: C}]",
			"rules: [{name: C}, {name: A}, {name: B}]", "rules", ""},
	} {
		t.Run(name, func(t *testing.T) {
			spec := func(text string) *model.Object {
				o := &model.Object{Address: model.Address{Kind: "PubRDSApp", Site: "Main", Name: "A"}, Spec: map[string]any{}}
				if err := yaml.Unmarshal([]byte(text), &o.Spec); err != nil {
					t.Fatal(err)
				}
				return o
			}
			d := Divide(k, spec(tt.base), spec(tt.want), spec(tt.live), nobody{}, unchanged{})
			if diff := cmp.Diff(spec(tt.merged).Spec, d.Merged.Spec); diff != "" {
				t.Errorf("merged (-want +got):\n%s", diff)
			}
			for what, c := range map[string]struct {
				list []Compared
				want string
			}{"conflicts": {d.Conflicts, tt.conflicts}, "drift": {d.Drift, tt.drift}} {
				var got []string
				for _, x := range c.list {
					got = append(got, x.Path)
				}
				if strings.Join(got, " ") != c.want {
					t.Errorf("%s: %q instead of %q", what, strings.Join(got, " "), c.want)
				}
			}
		})
	}
}
