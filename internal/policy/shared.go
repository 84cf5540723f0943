package policy

import (
	"fmt"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
	"gopkg.in/yaml.v3"
	_ "time/tzdata" // Windows has no names of time zones
)

// schedule tells when a period begins next.
type schedule interface {
	Next(time.Time) time.Time
}

// longest bounds how long a period that comes back lasts.
const longest = 31 * 24 * time.Hour

// Rules reads a list of rules.
func (r *Reader) Rules(n *yaml.Node) []Rule {
	if n == nil || !r.valid(n, "rules") {
		return nil
	}
	var raw []struct {
		Name     string   `yaml:"name"`
		On       string   `yaml:"on"`
		Only     []string `yaml:"only"`
		When     string   `yaml:"when"`
		Check    string   `yaml:"check"`
		Severity string   `yaml:"severity"`
		Message  string   `yaml:"message"`
		Reads    []string `yaml:"reads"`
	}
	if err := n.Decode(&raw); err != nil {
		r.fail(n, err.Error(), "")
		return nil
	}
	var out []Rule
	seen := map[string]bool{}
	for i, w := range raw {
		if seen[w.Name] {
			r.fail(child(n, i, "name"), fmt.Sprintf("there is a rule %q already", w.Name), "")
		}
		seen[w.Name] = true
		for j, kind := range w.Reads {
			r.kind(child(n, i, "reads", j), kind)
		}
		out = append(out, Rule{Name: w.Name, OnObject: w.On == "object", Only: r.selectors(child(n, i, "only"), w.Only), When: w.When, Check: w.Check,
			Warn: w.Severity == "warn", Message: w.Message, Reads: w.Reads, Source: r.source(child(n, i, "check"))})
	}
	return out
}

// Windows reads a list of change windows.
func (r *Reader) Windows(n *yaml.Node) []Period {
	if n == nil || !r.valid(n, "windows") {
		return nil
	}
	var raw []rawPeriod
	if err := n.Decode(&raw); err != nil {
		r.fail(n, err.Error(), "")
		return nil
	}
	var out []Period
	for i, w := range raw {
		p := r.period(child(n, i), w)
		r.comesBack(&p, child(n, i), "opens", w.Opens, w.For)
		out = append(out, p)
	}
	return out
}

// Freezes reads a list of freezes.
func (r *Reader) Freezes(n *yaml.Node) []Period {
	if n == nil || !r.valid(n, "freezes") {
		return nil
	}
	var raw []rawPeriod
	if err := n.Decode(&raw); err != nil {
		r.fail(n, err.Error(), "")
		return nil
	}
	var out []Period
	for i, w := range raw {
		at := child(n, i)
		p := r.period(at, w)
		switch {
		case w.Begins != "" && (w.From != "" || w.Until != ""):
			r.fail(at, "a freeze has either begins and for, or from and until", "")
		case w.Begins != "":
			r.comesBack(&p, at, "begins", w.Begins, w.For)
		case w.From == "" || w.Until == "":
			r.fail(at, "a freeze needs from and until, or begins and for", "")
		default:
			p.From = r.moment(child(at, "from"), w.From, p.Zone, false)
			p.Until = r.moment(child(at, "until"), w.Until, p.Zone, true)
			if !p.From.IsZero() && !p.Until.IsZero() && !p.From.Before(p.Until) {
				r.fail(child(at, "until"), "the freeze ends before it begins", "")
			}
		}
		out = append(out, p)
	}
	return out
}

type rawPeriod struct {
	Name     string   `yaml:"name"`
	Only     []string `yaml:"only"`
	Opens    string   `yaml:"opens"`
	Begins   string   `yaml:"begins"`
	For      string   `yaml:"for"`
	From     string   `yaml:"from"`
	Until    string   `yaml:"until"`
	TimeZone string   `yaml:"timeZone"`
}

func (r *Reader) period(n *yaml.Node, w rawPeriod) Period {
	p := Period{Name: w.Name, Only: r.selectors(child(n, "only"), w.Only), Zone: time.UTC, Source: r.source(n)}
	if w.TimeZone == "" {
		return p
	}
	zone, err := time.LoadLocation(w.TimeZone)
	if err != nil || strings.EqualFold(w.TimeZone, "local") {
		r.fail(child(n, "timeZone"), fmt.Sprintf("there is no time zone %q", w.TimeZone), "names are those of the IANA database, such as Europe/Berlin")
		return p
	}
	p.Zone = zone
	return p
}

// comesBack reads a cron expression and a duration.
func (r *Reader) comesBack(p *Period, n *yaml.Node, word, expression, length string) {
	p.Cron = expression
	d, err := time.ParseDuration(length)
	switch {
	case err != nil || d < time.Minute:
		r.fail(child(n, "for"), fmt.Sprintf("for: %q is no duration of a minute or more", length), "write 4h or 90m")
	case d > longest:
		r.fail(child(n, "for"), fmt.Sprintf("for: %s is longer than 31 days", length), "")
	}
	p.For = d
	if strings.Contains(expression, "=") {
		r.fail(child(n, word), "the time zone has a key of its own: timeZone", "")
		return
	}
	starts, err := cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow).Parse(expression)
	if err != nil {
		r.fail(child(n, word), fmt.Sprintf("%s: %v", word, err), "five fields: minute, hour, day of month, month, day of week, such as 0 22 * * MON-FRI")
		return
	}
	if spec, ok := starts.(*cron.SpecSchedule); ok {
		spec.Location = p.Zone
	}
	p.starts = starts
}

// moment reads a date, or a date and time; a date at the end counts to its end.
func (r *Reader) moment(n *yaml.Node, text string, zone *time.Location, end bool) time.Time {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02"} {
		t, err := time.ParseInLocation(layout, text, zone)
		if err != nil {
			continue
		}
		if end && layout == "2006-01-02" {
			t = t.AddDate(0, 0, 1)
		}
		return t
	}
	r.fail(n, fmt.Sprintf("%q is no date", text), "write 2026-12-20 or 2026-12-20T18:00")
	return time.Time{}
}
