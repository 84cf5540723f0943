package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"rassync/internal/app"
	"rassync/internal/render"
)

// estimateDocument is what a plan will ask of the farm.
type estimateDocument struct {
	FormatVersion string         `json:"formatVersion"`
	Requests      int            `json:"requests"`
	Lists         int            `json:"lists"`
	Details       map[string]int `json:"details"` // by kind
	Rate          string         `json:"rate"`
	Seconds       int            `json:"seconds"` // at least
}

// showEstimate says what a plan will take.
func (o *planOptions) showEstimate(c *call, e *app.Estimate) error {
	switch o.format.value {
	case "json":
		return render.JSON(c.Out, &estimateDocument{FormatVersion: "1", Requests: e.Requests, Lists: e.Lists, Details: e.By, Rate: e.Rate.String(), Seconds: int(e.Time.Seconds())})
	case "text":
	default:
		return app.Failf(app.Input, "--estimate is shown as text or json, not as %s", o.format.value)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "About %s: %s and settings, %s of objects.\n", plural(e.Requests, "request", "requests"), plural(e.Lists, "list", "lists"), plural(e.Details, "detail", "details"))
	if e.Rate.Requests > 0 {
		fmt.Fprintf(&b, "At %s they take at least %s.\n", e.Rate, roughly(e.Time))
	} else {
		b.WriteString("Without a rate limit the farm decides how long they take.\n")
	}
	names := slices.SortedFunc(maps.Keys(e.By), func(x, y string) int {
		if e.By[x] != e.By[y] {
			return e.By[y] - e.By[x]
		}
		return strings.Compare(x, y)
	})
	for i, name := range names {
		if i == 5 {
			fmt.Fprintf(&b, "  ... and those of %s\n", plural(len(names)-i, "more kind", "more kinds"))
			break
		}
		fmt.Fprintf(&b, "  %6d for %s\n", e.By[name], name)
	}
	b.WriteString("What earlier runs have read and still stands is not asked for again; what the farm has beyond the documents may cost more.\n")
	_, err := c.Out.Write([]byte(b.String()))
	return err
}
