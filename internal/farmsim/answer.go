package farmsim

import (
	"fmt"
	"net/http"
)

// mediaType stands on every request and every answer (protocol notes).
const mediaType = "application/json; api-version=1.0"

// answer is what a request is answered with.
type answer struct {
	status int
	body   []byte
	media  string // "" for mediaType
	header map[string]string
	undo   bool // the transaction leaves no trace
}

func ok(v any) *answer         { return &answer{status: http.StatusOK, body: appendJSON(nil, v)} }
func okBytes(b []byte) *answer { return &answer{status: http.StatusOK, body: b} }
func created(b []byte) *answer { return &answer{status: http.StatusCreated, body: b} }
func done() *answer            { return &answer{status: http.StatusNoContent} }

// problem is the first of the two error forms, documented for 401, 404, 409.
func problem(status int, path, format string, args ...any) *answer {
	return &answer{status: status, undo: true, media: "application/problem+json; api-version=1.0", body: appendJSON(nil, map[string]any{
		"type":     fmt.Sprintf("https://httpstatuses.com/%d", status),
		"title":    http.StatusText(status),
		"status":   int64(status),
		"detail":   fmt.Sprintf(format, args...),
		"instance": path,
	})}
}

// refuse is the second error form: the broker refuses a change, and its text
// is the only reason given.
func refuse(format string, args ...any) *answer {
	return &answer{status: http.StatusBadRequest, undo: true, body: appendJSON(nil, map[string]any{
		"code": int64(0), "msg": fmt.Sprintf(format, args...),
	})}
}
