package render

import "io"

// JSON writes any of rassync's own documents, indented and safe to show.
func JSON(w io.Writer, v any) error { return writeJSON(w, v) }
