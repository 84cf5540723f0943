package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Type is the form that a receiver understands.
type Type string

// The types of channels.
const (
	Teams    Type = "teams"
	Slack    Type = "slack"
	Generic  Type = "generic"
	EventLog Type = "eventlog"
)

// Types are all of them.
func Types() []Type { return []Type{Teams, Slack, Generic, EventLog} }

// Channel is a place to send to.
type Channel struct {
	Name string
	Type Type
	// URL is the address of a webhook. It is a secret: whoever knows it can
	// write to the channel.
	URL string
}

// Event is what happened.
type Event struct {
	Kind    string    `json:"event"` // drift, failed, stale
	Farm    string    `json:"farm"`
	Folder  string    `json:"folder"`
	Summary string    `json:"summary"` // one line
	Objects []string  `json:"objects"` // addresses, at most maxObjects
	More    int       `json:"more"`    // objects that are not listed
	Time    time.Time `json:"time"`
	Tool    string    `json:"tool"`
}

const (
	maxObjects = 30
	timeout    = 15 * time.Second
)

// WithObjects lists objects, as many as a message can hold.
func (e Event) WithObjects(all []string) Event {
	e.Objects, e.More = all, 0
	if len(all) > maxObjects {
		e.Objects, e.More = all[:maxObjects], len(all)-maxObjects
	}
	if e.Objects == nil {
		e.Objects = []string{}
	}
	return e
}

// text is the event for people.
func (e Event) text() string {
	var b strings.Builder
	b.WriteString(e.Summary)
	for _, o := range e.Objects {
		b.WriteString("\n- " + o)
	}
	if e.More > 0 {
		fmt.Fprintf(&b, "\nand %d more", e.More)
	}
	return b.String()
}

// Send tells every channel. All of them are tried; the errors name the
// channels and never their addresses.
func Send(ctx context.Context, channels []Channel, e Event) error {
	var errs []error
	for _, c := range channels {
		if err := c.send(ctx, e); err != nil {
			errs = append(errs, fmt.Errorf("the channel %s could not be told: %w", c.Name, err))
		}
	}
	return errors.Join(errs...)
}

func (c Channel) send(ctx context.Context, e Event) error {
	if c.Type == EventLog {
		return writeEventLog(e)
	}
	if err := CheckURL(c.URL); err != nil {
		return err
	}
	body, err := c.body(e)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.URL, bytes.NewReader(body))
	if err != nil {
		return errors.New("its address is not a URL")
	}
	req.Header.Set("Content-Type", "application/json")
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		return withoutURL(err)
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10)) // so that the connection can end well
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return fmt.Errorf("it answered %d %s", resp.StatusCode, http.StatusText(resp.StatusCode))
	}
	return nil
}

// withoutURL takes the address out of an error of the HTTP client.
func withoutURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// CheckURL refuses what would send an event unencrypted through a network.
func CheckURL(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return errors.New("its address is not a URL such as https://host/path")
	}
	ip := net.ParseIP(u.Hostname())
	local := u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
	if u.Scheme != "https" && (u.Scheme != "http" || !local) {
		return errors.New("its address must begin with https://")
	}
	if u.User != nil {
		return errors.New("its address must hold no user name or password")
	}
	return nil
}

// body is the event in the form of the receiver.
func (c Channel) body(e Event) ([]byte, error) {
	switch c.Type {
	case Slack:
		// Names of a farm must mention nobody and link nowhere.
		escape := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
		return json.Marshal(map[string]any{"text": escape.Replace(e.text())})
	case Teams:
		blocks := []map[string]any{}
		for i, line := range strings.Split(e.text(), "\n") {
			// A text run is shown as it is; a text block would read Markdown.
			run := map[string]any{"type": "TextRun", "text": line}
			if i == 0 {
				run["weight"] = "Bolder"
			}
			blocks = append(blocks, map[string]any{"type": "RichTextBlock", "inlines": []any{run}})
		}
		card := map[string]any{"type": "AdaptiveCard", "$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "version": "1.4", "body": blocks}
		return json.Marshal(map[string]any{"type": "message", "attachments": []any{map[string]any{"contentType": "application/vnd.microsoft.card.adaptive", "content": card}}})
	case Generic:
		return json.Marshal(e)
	case EventLog: // has no body
	}
	return nil, fmt.Errorf("%q is not a type of channel", c.Type)
}
