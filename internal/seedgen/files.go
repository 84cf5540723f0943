package seedgen

import (
	"bytes"
	"encoding/json"
	"fmt"

	"rassync/internal/farmsim"
)

// Files writes the farm as the files of a seed folder: <Kind>.json, indented
// by one space, keys in the order of the alphabet.
func Files(s farmsim.State) (map[string][]byte, error) {
	out := map[string][]byte{}
	for kind, list := range s {
		var b bytes.Buffer
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false) // <Default> stays readable
		enc.SetIndent("", " ")
		if err := enc.Encode(list); err != nil {
			return nil, fmt.Errorf("%s: %w", kind, err)
		}
		out[kind+".json"] = b.Bytes()
	}
	return out, nil
}
