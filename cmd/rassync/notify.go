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
	"rassync/internal/policy"
	"rassync/internal/render"
)

// notifyFlag is --notify: the channels of the operator to tell.
type notifyFlag struct{ names []string }

func addNotify(cmd *cobra.Command) *notifyFlag {
	n := &notifyFlag{}
	cmd.Flags().StringSliceVar(&n.names, "notify", nil, "channels to tell when something needs somebody: names from notify in the operator's policy, or eventlog")
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

// channels finds the channels that --notify names in the operator's policy. No
// document and no rassync.yaml can name one.
func (c *call) channels(dir string, n *notifyFlag) ([]notify.Channel, error) {
	if len(n.names) == 0 {
		return nil, nil
	}
	p, err := c.Policy(dir)
	if err != nil {
		return nil, err
	}
	var list []notify.Channel
	for _, name := range n.names {
		if notify.Type(name) == notify.EventLog {
			list = append(list, notify.Channel{Name: name, Type: notify.EventLog})
			continue
		}
		i := slices.IndexFunc(p.Notify, func(ch policy.Channel) bool { return ch.Name == name })
		if i < 0 {
			return nil, app.Failf(app.Input, "the channel %q is not in the operator's policy", name).
				With("write into the policy: notify: [{name: %s, type: teams, fromEnv: RAS_WEBHOOK}], or use --notify eventlog on Windows", name)
		}
		found := p.Notify[i]
		address := found.URL
		if found.Env != "" {
			if address = strings.TrimSpace(c.Getenv(found.Env)); address == "" {
				return nil, app.Failf(app.Input, "the address of the channel %q is missing", name).With("set %s", found.Env)
			}
		}
		if err := notify.CheckURL(address); err != nil {
			return nil, app.Failf(app.Input, "the channel %q cannot be used: %v", name, err).With("look at notify in the policy %s", p.File)
		}
		list = append(list, notify.Channel{Name: name, Type: notify.Type(found.Type), URL: address})
	}
	return list, nil
}
