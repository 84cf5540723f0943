package apply

import "time"

// Event is one thing that happened while a plan was carried out. Engines emit
// events; what people see of them is made elsewhere.
type Event struct {
	Time    time.Time
	Type    EventType
	Address string // object concerned, "" for the run itself
	Action  string // create, update, delete, replace, reorder
	Step    int    // number of the change, from 1
	Of      int    // number of changes
	// Request is what is sent, such as "PUT /api/RDS/Host/7"; never with
	// secrets.
	Request string
	Message string
	Err     error
}

// EventType says what an event is.
type EventType string

// The events of a run.
const (
	RunStarted     EventType = "run-started"
	ChangeStarted  EventType = "change-started"
	RequestSent    EventType = "request-sent"
	ChangeDone     EventType = "change-done"
	ChangeFailed   EventType = "change-failed"
	ChangeSkipped  EventType = "change-skipped"
	SettingsApply  EventType = "settings-applied"
	NotConverged   EventType = "not-converged" // the farm accepted a value and reads back another
	Notice         EventType = "notice"
	RunFinished    EventType = "run-finished"
	RunInterrupted EventType = "run-interrupted"
)
