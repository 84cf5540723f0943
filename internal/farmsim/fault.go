package farmsim

import "time"

// FaultPoint is a moment at which a request may go wrong.
type FaultPoint struct {
	Seq    int // number of the request, from 1
	Method string
	Path   string
	Body   []byte // as sent, secrets and all
	After  bool   // false: nothing was carried out yet; true: it was
	Status int    // After: the status that the farm would answer
}

// Fault is what goes wrong. The zero value is nothing.
type Fault struct {
	Cut      bool          // the connection breaks: no answer
	Status   int           // this status is answered instead
	Body     string        // ... with this body; without a Status it replaces the body alone
	Media    string        // ... of this media type; "" for JSON
	Late     bool          // before: the connection breaks, and CarryOutLate carries the request out
	Truncate bool          // half of the answer, then the connection breaks
	Delay    time.Duration // slow; goes with all others
}

// Some answers of things that stand in front of a farm, or of a service that
// is about to fall over.
var (
	FaultHTML     = Fault{Status: 200, Body: "<!doctype html><title>Sign in</title><p>Please sign in.", Media: "text/html; charset=utf-8"}
	FaultGateway  = Fault{Status: 502, Body: "<html><h1>502 Bad Gateway</h1></html>", Media: "text/html"}
	FaultInternal = Fault{Status: 500, Body: `{"code":0,"msg":"internal error"}`}
)

// CarryOutLate carries out what came late: requests whose client has gone. It tells
// how many there were.
func (f *Farm) CarryOutLate() int {
	f.mu.Lock()
	late := f.late
	f.late = nil
	f.mu.Unlock()
	for _, c := range late {
		f.handle(c)
	}
	return len(late)
}

// SetFault installs the hook that decides, for every request before and after
// it is carried out, what goes wrong; nil for nothing.
func (f *Farm) SetFault(hook func(*FaultPoint) Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fault = hook
}

// FaultAt makes a hook that lets the n-th request from now on (1 is the next)
// go wrong, before or after it is carried out.
func (f *Farm) FaultAt(n int, after bool, fault Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	at := len(f.log) + n
	f.fault = func(p *FaultPoint) Fault {
		if p.Seq == at && p.After == after {
			return fault
		}
		return Fault{}
	}
}
