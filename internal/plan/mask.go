package plan

import (
	"rassync/internal/leak"
	"rassync/internal/model"
)

// secretNote says of a value that only the secret inside it changes.
const secretNote = "the secret inside differs"

// maskSecrets masks the secrets inside of values: fields are for people. What is
// written is taken from the desired object.
func maskSecrets(fields []Field) {
	for i := range fields {
		f := &fields[i]
		before, after := leak.MaskValue(f.Before), leak.MaskValue(f.After)
		if model.Hash(before) == model.Hash(after) && model.Hash(f.Before) != model.Hash(f.After) && f.Note == "" {
			f.Note = secretNote
		}
		f.Before, f.After = before, after
	}
}
