package render

import (
	"bytes"
	"encoding/json"
	"io"

	"rassync/internal/leak"
	"rassync/internal/printable"
)

// writeJSON writes one indented document. Characters that a terminal would
// obey or hide are written as \u escapes, which mean the same.
func writeJSON(w io.Writer, v any) error {
	var buf bytes.Buffer
	e := json.NewEncoder(&buf)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return err
	}
	_, err := w.Write(printable.JSON(leak.MaskJSON(buf.Bytes())))
	return err
}
