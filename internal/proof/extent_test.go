package proof

import (
	"fmt"
	"os"
	"testing"

	"rassync/internal/farmsim"
	"rassync/internal/model"
)

// The proofs multiply kinds, properties and readings of the facts. Ordinary
// runs take each kind and property under the first readings, and under the
// second ones each manner of property; RASSYNC_PROVE_ALL=1 (make prove) takes
// the whole product.
func everyCombination() bool { return os.Getenv("RASSYNC_PROVE_ALL") != "" }

// readings are the readings of the facts: each by itself, or the first and all
// the second ones together.
func readings(alone bool) []farmsim.NamedSwitches {
	all := farmsim.AllSwitches()
	if alone {
		return all
	}
	var out []farmsim.NamedSwitches
	for _, sw := range all {
		if isEnd(sw) {
			out = append(out, sw)
		}
	}
	return out
}

// isEnd tells whether a reading is the first ones together, or the second ones.
func isEnd(sw farmsim.NamedSwitches) bool { return sw.Name == "baseline" || sw.Name == "all" }

func TestReadingsHoldTheEnds(t *testing.T) {
	if got := readings(false); len(got) != 2 || got[0].Name != "baseline" || got[1].Name != "all" {
		t.Fatalf("%v", got)
	}
}

// manner is what makes one property of a kind like another on the wire.
func manner(k *model.Kind, path string) string {
	p := k.Spec.Find(path)
	if p == nil {
		return "open"
	}
	part := ""
	if own := p.OwnPart(); own != nil {
		part = own.Part.At
	}
	return fmt.Sprint(p.Type, p.Enum != nil, p.Flags, p.Ref, p.Codec, p.List != nil, p.Items != nil, p.CreateOnly, p.WriteOnly, p.Part != nil, p.Gate, len(p.When), p.File != nil, p.EntryOf != nil, p.Call, p.Membership != nil, p.Open, p.Anywhere, part, len(p.Write))
}
