package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"rassync/internal/app"
	"rassync/internal/notify"
	"rassync/internal/render"
)

// notifyFlag is --notify: the channels of the operator to tell.
type notifyFlag struct{ names []string }

func addNotify(cmd *cobra.Command) *notifyFlag {
	n := &notifyFlag{}
	cmd.Flags().StringSliceVar(&n.names, "notify", nil, "channels to tell when something needs somebody: names of the operator's RASSYNC_NOTIFY_ variables, or eventlog")
	return n
}

// alarm is what needs somebody.
type alarm struct {
	kind    string // drift, failed, stale
	farm    string
	folder  string
	summary string
	objects []string
}

// tell sends an alarm to the channels. cause is how the command ends; if
// nobody could be told, that is an error, whatever the cause.
func (c *call) tell(ctx context.Context, channels []notify.Channel, a alarm, cause error) error {
	if len(channels) == 0 {
		return cause
	}
	objects := make([]string, len(a.objects))
	for i, o := range a.objects {
		objects[i] = render.Escape(o)
	}
	e := notify.Event{Kind: a.kind, Farm: a.farm, Folder: a.folder, Summary: "rassync: " + render.Escape(a.summary), Time: c.Now().UTC(), Tool: c.Tool.Name + " " + c.Tool.Version}
	// The alarm is sent although the command was interrupted.
	if err := notify.Send(context.WithoutCancel(ctx), channels, e.WithObjects(objects)); err != nil {
		return errors.Join(&app.Failure{Class: app.Failed, Err: fmt.Errorf("%s, and somebody was not told: %w", a.summary, err)}, cause)
	}
	c.Notice("told %s", plural(len(channels), "channel", "channels"))
	return cause
}

// envNotify begins the variables that name channels: RASSYNC_NOTIFY_OPS is
// the channel "ops". A value is a type and, behind a blank, the address of
// the webhook.
const envNotify = "RASSYNC_NOTIFY_"

// channels finds the channels that --notify names. Only the operator can
// configure them: no document and no rassync.yaml is asked.
func (c *call) channels(n *notifyFlag) ([]notify.Channel, error) {
	var list []notify.Channel
	for _, name := range n.names {
		if notify.Type(name) == notify.EventLog {
			list = append(list, notify.Channel{Name: name, Type: notify.EventLog})
			continue
		}
		variable := envNotify + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
		typ, address, ok := strings.Cut(strings.TrimSpace(c.Getenv(variable)), " ")
		if !ok {
			return nil, app.Failf(app.Input, "the channel %q is not configured", name).
				With(`set %s to "teams https://...", "slack https://..." or "generic https://...", or use --notify eventlog on Windows`, variable)
		}
		ch := notify.Channel{Name: name, Type: notify.Type(typ), URL: strings.TrimSpace(address)}
		if !slices.Contains(notify.Types(), ch.Type) || ch.Type == notify.EventLog {
			return nil, app.Failf(app.Input, "the channel %q is of no known type", name).With("%s begins with teams, slack or generic", variable)
		}
		if err := notify.CheckURL(ch.URL); err != nil {
			return nil, app.Failf(app.Input, "the channel %q cannot be used: %v", name, err).With("look at %s", variable)
		}
		list = append(list, ch)
	}
	return list, nil
}
