package apply

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"rassync/internal/model"
	"rassync/internal/ras"
	"rassync/internal/runs"
)

// sends says what a request does, for the journal: the way back follows from
// what was sent, and from nothing else.
type sends struct {
	object *model.Object
	does   string   // create, delete, update, or of an entry of a list: add, remove
	fields []string // properties that an update brings
	beside string   // of a create: see runs.Entry
	same   bool     // a POST that sent twice is the same as once
}

// updates is a request that brings properties of an object.
func updates(o *model.Object, fields ...string) sends {
	return sends{object: o, does: "update", fields: fields}
}

// send sends one write. While the farm says that somebody holds the object,
// it is tried again, as long as the run may wait for that.
func (r *task) send(ctx context.Context, req ras.Request, what sends) (*ras.Answer, error) {
	var ans *ras.Answer
	err := r.whileLocked(func() error {
		var err error
		ans, err = r.sendOnce(ctx, req, what)
		return err
	})
	return ans, err
}

// whileLocked tries again as long as the farm says that somebody holds what is
// written, and the run may wait for that.
func (r *task) whileLocked(try func() error) error {
	left, pause := r.LockWait, time.Second
	for {
		err := try()
		if err == nil || !is(err, ras.KindLocked) {
			return err
		}
		if left <= 0 {
			if r.LockWait > 0 {
				err = fmt.Errorf("%w (still so after %s)", err, r.LockWait)
			}
			return err
		}
		pause = min(pause, left)
		r.emit(Event{Type: Notice, Address: r.address(), Message: fmt.Sprintf("held by another administrator, trying again for %s", left), Err: err})
		if werr := r.Writer.Pause(r.interrupted, pause, "waiting for a locked object"); werr != nil {
			return err // what the farm said is what the run stopped at
		}
		left -= pause
		pause = min(2*pause, longestLockPause)
	}
}

// longestLockPause is the longest time between two tries of a locked object.
const longestLockPause = 5 * time.Second

func (r *task) address() string {
	if r.current == nil {
		return ""
	}
	return r.current.Address
}

// sendOnce sends one write with its journal lines around it.
func (r *task) sendOnce(ctx context.Context, req ras.Request, what sends) (*ras.Answer, error) {
	text := req.Method + " " + req.Path
	key := postKey(req, what)
	if p := r.lostPosts[key]; p != nil {
		return nil, &DoubtError{Address: what.object.Address.String(), key: key, err: p.err}
	}
	e := runs.Entry{Event: "send", Request: text, Address: r.address(), ID: what.object.ID, Does: what.does, Fields: what.fields, Beside: what.beside}
	if a := what.object.Address.String(); a != e.Address {
		e.Object = a
	}
	defer r.writes(req.Path)()
	if err := r.beforeWrite(ctx); err != nil {
		return nil, err
	}
	if err := r.note(e); err != nil {
		return nil, &runError{err}
	}
	r.emit(Event{Type: RequestSent, Address: e.Address, Request: text})
	r.Looks.writes(what.object)
	req.Secrets = r.revealed
	ans, err := r.Writer.Send(ctx, req)
	e.Event, e.Object, e.Does, e.Fields, e.Beside = "answer", "", "", nil, ""
	var re *ras.Error
	switch {
	case err == nil:
		e.Status = ans.Status
		r.accepted = true
	case errors.As(err, &re):
		e.Status, e.Error = re.Status, re.Kind.String()
	default:
		e.Error = "failed"
	}
	if jerr := r.note(e); jerr != nil {
		return ans, &runError{jerr}
	}
	if err == nil || lost(err) {
		r.afterWrite(ctx)
	}
	if key != "" && maybeLate(err) {
		r.lostPosts[key] = &lostPost{left: r.LateFor, err: err}
	}
	return ans, err
}

// writes waits until nobody else writes the same object, activates the settings, or
// learns from its writes how the farm counts. It gives what ends the write.
func (r *task) writes(path string) (ended func()) {
	key := objectIn(path)
	if key != "" {
		r.turn.reserve(r.busy, "write "+key)
	}
	learns := r.learnsCount()
	for r.busy[activation] || learns && r.busy[firstWrites] {
		r.turn.wait()
		learns = r.learnsCount()
	}
	if learns {
		r.busy[firstWrites] = true
	}
	r.underway++
	return func() {
		r.underway--
		if learns {
			delete(r.busy, firstWrites)
		}
		r.turn.release(r.busy, "write "+key)
	}
}

// What a run is at while others wait.
const (
	activation  = "activation"
	firstWrites = "first writes"
	namesakes   = "namesakes"
)

// objectIn is the object that a path leads to: its part up to the first id; "" for
// what is made, and for settings, which no two changes write.
func objectIn(path string) string {
	at := 0
	for segment := range strings.SplitSeq(path, "/") {
		at += len(segment)
		if segment != "" && strings.Trim(segment, "0123456789") == "" {
			return path[:at]
		}
		at++
	}
	return ""
}

// postKey names a request that makes something: an object by its address, an entry
// by its content; "" for any other.
func postKey(req ras.Request, what sends) string {
	switch {
	case req.Method != "POST" || what.same:
		return ""
	case what.does == "create":
		return createKey(what.object.Address.String())
	}
	data, err := json.Marshal(req.Body)
	if err != nil {
		return ""
	}
	return req.Path + " " + model.Hash(string(data))
}

func createKey(address string) string { return "create " + address }
