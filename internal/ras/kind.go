package ras

import "errors"

// Kind says what sort of failure an Error is. Callers decide by it (exit code,
// go on or stop, read the farm first); they never need to look at a status.
type Kind int

// The kinds. The zero value belongs to errors that are not of this package.
const (
	KindNone           Kind = iota
	KindAuth                // the logon was refused
	KindRights              // a fresh token is refused too, or 403: no right on this object
	KindNotFound            // 404
	KindConflict            // 409: exists already
	KindRefused             // 400 and every other 4xx
	KindLocked              // refused because somebody else is editing the object
	KindThrottled           // 429 or 503, still after all the waiting
	KindServer              // 5xx
	KindTLS                 // unknown or changed certificate
	KindConnection          // no connection, or a read that got no whole answer
	KindUnknownOutcome      // a write was sent and nobody knows whether it was carried out
	KindNotJSON             // a read was answered with something that is not the API's
	KindRedirect            // the farm (or something in front of it) answered with a redirect
	KindForbiddenRead       // a Reader was asked for something it may not send; nothing was sent
	KindTooLarge            // the answer is larger than this package accepts
	KindCanceled            // the caller's context ended before anything was sent, or during a read
	KindInvalid             // the request or the configuration makes no sense; nothing was sent
)

var kindNames = [...]string{
	KindNone:           "none",
	KindAuth:           "auth",
	KindRights:         "rights",
	KindNotFound:       "not-found",
	KindConflict:       "conflict",
	KindRefused:        "refused",
	KindLocked:         "locked",
	KindThrottled:      "throttled",
	KindServer:         "server",
	KindTLS:            "tls",
	KindConnection:     "connection",
	KindUnknownOutcome: "unknown-outcome",
	KindNotJSON:        "not-json",
	KindRedirect:       "redirect",
	KindForbiddenRead:  "forbidden-read",
	KindTooLarge:       "too-large",
	KindCanceled:       "canceled",
	KindInvalid:        "invalid",
}

// String returns the kind as one lower-case word, fit for JSON reports.
func (k Kind) String() string {
	if k < 0 || int(k) >= len(kindNames) {
		return "none"
	}
	return kindNames[k]
}

// KindOf returns the kind of the first *Error in err's chain, KindNone if
// there is none.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return KindNone
}
