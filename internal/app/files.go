package app

import "rassync/internal/model"

// fileReader gives the content of a file that a document names.
type fileReader func(model.Source, model.FileRef) ([]byte, error)

// filesOf collects the files that a value refers to.
func filesOf(v any, out []model.FileRef) []model.FileRef {
	switch v := v.(type) {
	case map[string]any:
		for _, e := range v {
			out = filesOf(e, out)
		}
	case []any:
		for _, e := range v {
			out = filesOf(e, out)
		}
	case model.FileRef:
		out = append(out, v)
	}
	return out
}
