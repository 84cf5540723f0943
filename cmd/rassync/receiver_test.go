package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"
)

// scriptReceiver takes what a script's commands send to a webhook.
type scriptReceiver struct {
	server *httptest.Server
	mu     sync.Mutex
	bodies []string
}

var scriptReceivers sync.Map

// receiverCommand is a webhook on loopback:
//
//	receiver start VAR     its address, in a variable
//	receiver got N         so many messages have come
//	receiver says TEXT, receiver lacks TEXT   of the newest one
//	receiver stop
func receiverCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: receiver what args...")
	}
	if args[0] == "start" {
		r := &scriptReceiver{}
		r.server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, req *http.Request) {
			body, _ := io.ReadAll(req.Body)
			r.mu.Lock()
			defer r.mu.Unlock()
			r.bodies = append(r.bodies, string(body))
		}))
		ts.Defer(r.server.Close)
		scriptReceivers.Store(ts.Getenv("WORK"), r)
		ts.Setenv(args[1], r.server.URL)
		return
	}
	v, ok := scriptReceivers.Load(ts.Getenv("WORK"))
	if !ok {
		ts.Fatalf("there is no receiver")
	}
	r := v.(*scriptReceiver)
	if args[0] == "stop" {
		r.server.Close()
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	last := ""
	if len(r.bodies) > 0 {
		last = r.bodies[len(r.bodies)-1]
	}
	good := false
	switch args[0] {
	case "got":
		good = strconv.Itoa(len(r.bodies)) == args[1]
	case "says":
		good = strings.Contains(last, args[1])
	case "lacks":
		good = last != "" && !strings.Contains(last, args[1])
	}
	if !good {
		ts.Fatalf("receiver %s: %d messages, the newest is %s", strings.Join(args, " "), len(r.bodies), last)
	}
}
