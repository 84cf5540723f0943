//go:build !windows

package notify

import "errors"

func writeEventLog(Event) error { return errors.New("only Windows has an event log") }
