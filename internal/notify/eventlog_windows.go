package notify

import (
	"fmt"

	"golang.org/x/sys/windows/svc/eventlog"
)

// The numbers of the entries in the Application log.
const (
	eventDrift  = 200
	eventFailed = 300
)

// source is the name under which the entries stand; examples/windows/install.ps1
// makes it known, and without that Windows adds a remark to each entry.
const source = "rassync"

func writeEventLog(e Event) error {
	log, err := eventlog.Open(source)
	if err != nil {
		return fmt.Errorf("the event log: %w", err)
	}
	defer log.Close()
	if e.Kind == "drift" {
		return log.Warning(eventDrift, e.text())
	}
	return log.Error(eventFailed, e.text())
}
