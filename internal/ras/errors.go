package ras

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Error is the one error type of this package. It never holds a token, a
// password or the query of a request; what the farm said is cleaned of control
// characters and of the secrets that were sent with the request.
type Error struct {
	Kind   Kind
	Method string // of the request that failed; empty when there was none
	Path   string // as sent, percent-encoded, without query
	Status int    // 0 when no answer came

	// What the farm said. Title and Detail are those of a ProblemDetails body
	// (with its field errors appended to Detail), or Detail is the msg of a
	// {code,msg} body or a short excerpt of anything else. With KindTLS, Title
	// is the reason and Detail the SHA-256 fingerprint of the certificate that
	// was presented, ready to be pinned.
	Title  string
	Detail string
	Code   int // of a {code,msg} body

	RetryAfter time.Duration // what the farm asked for at its last 429/503; 0 = nothing

	// MaybeDone is true for a write that may have been carried out although it
	// failed: the outcome is unknown, or the farm answered 5xx to it or to an
	// earlier attempt of it. Read the farm before deciding anything.
	MaybeDone bool

	Err error // the cause below, if any
}

// Error says what was tried, what came of it and what the farm said.
func (e *Error) Error() string {
	var b strings.Builder
	if e.Method != "" || e.Path != "" {
		fmt.Fprintf(&b, "%s: ", strings.TrimSpace(e.Method+" "+e.Path))
	}
	b.WriteString(e.what())
	if e.Status != 0 {
		fmt.Fprintf(&b, " (%d %s)", e.Status, http.StatusText(e.Status))
	}
	said := make([]string, 0, 2)
	for _, s := range []string{e.Title, e.Detail} {
		// "Bad Request" beside "400 Bad Request" is noise.
		if s != "" && !strings.EqualFold(s, http.StatusText(e.Status)) {
			said = append(said, s)
		}
	}
	if len(said) > 0 {
		b.WriteString(": ")
		b.WriteString(strings.Join(said, ": "))
	}
	if e.Code != 0 {
		fmt.Fprintf(&b, " (code %d)", e.Code)
	}
	if e.Err != nil {
		fmt.Fprintf(&b, ": %v", e.Err)
	}
	return b.String()
}

// Unwrap returns the cause: context.Canceled for an interrupted request.
func (e *Error) Unwrap() error { return e.Err }

func (e *Error) what() string {
	switch e.Kind {
	case KindAuth:
		return "the farm refused the logon"
	case KindRights:
		return "no right for this"
	case KindNotFound:
		return "not found on the farm"
	case KindConflict:
		return "conflict with what the farm holds"
	case KindRefused:
		return "the farm refused"
	case KindLocked:
		return "locked by another administrator"
	case KindThrottled:
		return "the farm keeps refusing for its rate limit"
	case KindServer:
		return "the farm failed"
	case KindTLS:
		return "the farm's certificate is not trusted"
	case KindConnection:
		return "no answer from the farm"
	case KindUnknownOutcome:
		return "outcome unknown, the farm may have done it"
	case KindNotJSON:
		return "the answer is not the RAS API's"
	case KindRedirect:
		return "redirected, which is never followed"
	case KindForbiddenRead:
		return "not among the reads that are allowed, nothing was sent"
	case KindTooLarge:
		return "the answer is too large"
	case KindCanceled:
		return "interrupted"
	case KindInvalid:
		return "not sent"
	case KindNone:
	}
	return "failed"
}

// Hint says in one sentence what to try next.
func (e *Error) Hint() string {
	switch e.Kind {
	case KindNone:
	case KindAuth:
		return "check the user name and the password of the RAS administrator account, and that it may log on to this farm (an account that needs a second factor can't)."
	case KindRights:
		return "give the RAS administrator account the right on this object, or use an account that has it; root administrators see everything."
	case KindNotFound:
		if e.isLogon() {
			return "check address and port: this server answers, but not as the RAS Web Administration Service (port 20443 unless changed)."
		}
		return "the object is gone or this release has no such path: read the farm again."
	case KindConflict:
		return "an object of that name or a member like it exists already: read the farm again and plan anew."
	case KindRefused:
		return "correct the value that the farm names; if it names none, compare with what this release of RAS accepts."
	case KindLocked:
		return "ask the administrator who has the object open in the RAS Console to close it, then run again."
	case KindThrottled:
		if e.RetryAfter > 0 {
			return "the farm asks to be left alone for " + e.RetryAfter.String() + ": run again after that, with a lower rate."
		}
		return "the farm's requests are used up, by others too (the Management Portal counts): try later, or with a lower rate."
	case KindServer:
		if e.MaybeDone {
			return "look into the log of the RAS Web Administration Service, and read the farm before trying again: the change may have been made."
		}
		return "look into the log of the RAS Web Administration Service, then try again."
	case KindTLS:
		if e.Detail != "" {
			return "if this is the farm's certificate (compare it on the server), trust it with --fingerprint " + e.Detail + ", or give the CA's certificate."
		}
		return "give the CA's certificate or the fingerprint of the farm's certificate."
	case KindConnection:
		if errors.Is(e.Err, errNoHandle) {
			return "raise the number of files that a process may open (ulimit -n), then go on."
		}
		return "check address, port, firewall and proxy, and that the RAS Web Administration Service runs."
	case KindUnknownOutcome:
		return "read the farm before trying again: the change may have been made."
	case KindNotJSON:
		return "something other than the RAS REST API answered: check address and port, and any proxy in between."
	case KindRedirect:
		return "give the address of the RAS REST API itself; credentials are never sent to where a redirect points."
	case KindForbiddenRead:
		return "this is a fault of the program, or a schema that names a path it doesn't declare: please report it."
	case KindTooLarge:
		return "check address and any proxy in between: no answer of the RAS API is that large."
	case KindCanceled:
		return "run again when ready."
	case KindInvalid:
		return "correct what is named and run again."
	}
	return ""
}

// errNoHandle says that a connection could not be opened for want of file handles.
var errNoHandle = errors.New("this process may open no more files, and so no connection")

func (e *Error) isLogon() bool { return strings.EqualFold(e.Path, logonPath) }

// clone is for an error that several requests share: each gets its own.
func (e *Error) clone() *Error {
	c := *e
	return &c
}
