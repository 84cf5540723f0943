package main

import (
	"encoding/json"

	"rassync/internal/app"
	"rassync/internal/render"
	"rassync/internal/wayback"
)

// resultDocument is what apply, rollback and restore print as JSON
// (schemas/formats/apply.json).
type resultDocument struct {
	FormatVersion string          `json:"formatVersion"`
	Run           string          `json:"run,omitempty"` // none: nothing was to be done, or a dry run
	State         string          `json:"state"`
	Plan          json.RawMessage `json:"plan,omitempty"`
	Done          int             `json:"done"`
	Skipped       int             `json:"skipped"`
	Activated     bool            `json:"activated"`
	Failed        *failedChange   `json:"failed,omitempty"`
	Refused       []failedChange  `json:"refused,omitempty"`
	LeftOut       []failedChange  `json:"leftOut,omitempty"` // they need what was refused
	NotConverged  []deviation     `json:"notConverged"`
	Unverified    []failedChange  `json:"unverified,omitempty"`
	RolledBackBy  string          `json:"rolledBackBy,omitempty"`
	// NotRestored is what a rollback or restore does not bring back,
	// ChangedByOthers what others changed since the run.
	NotRestored     []string         `json:"notRestored,omitempty"`
	ChangedByOthers []wayback.Change `json:"changedByOthers,omitempty"`
	Session         *sessionCost     `json:"session"`
}

type failedChange struct {
	Address string `json:"address"`
	Error   string `json:"error"`
}

type deviation struct {
	Address string `json:"address"`
	Path    string `json:"path"`
	Wrote   any    `json:"wrote"`
	Reads   any    `json:"reads"`
}

// showResult writes the result of a run as a document; without a report nothing
// was run.
func showResult(c *call, s *app.Session, p *app.Planned, rep *app.Report, format, command string) error {
	doc, err := resultOf(s, p, rep)
	if err != nil {
		return err
	}
	if format == "markdown" {
		return render.RunMarkdown(c.Out, reportOf(doc, p, command))
	}
	return render.JSON(c.Out, doc)
}

// reportOf is a result for people.
func reportOf(doc *resultDocument, p *app.Planned, command string) render.RunReport {
	r := render.RunReport{Command: command, Run: doc.Run, State: doc.State, Done: doc.Done, Skipped: doc.Skipped, Activated: doc.Activated, RolledBackBy: doc.RolledBackBy, NotRestored: doc.NotRestored}
	if p != nil {
		r.Plan = p.Plan
	}
	if doc.Failed != nil {
		r.Problems = append(r.Problems, render.RunProblem{Title: "Failed", Address: doc.Failed.Address, Text: doc.Failed.Error})
	}
	add := func(title string, list []failedChange) {
		for _, f := range list {
			r.Problems = append(r.Problems, render.RunProblem{Title: title, Address: f.Address, Text: f.Error})
		}
	}
	add("Refused by the farm", doc.Refused)
	add("Left out, because it needs what was refused", doc.LeftOut)
	for _, d := range doc.NotConverged {
		r.Problems = append(r.Problems, render.RunProblem{Title: "Reads back otherwise than written", Address: d.Address, Path: d.Path, Wrote: d.Wrote, Reads: d.Reads})
	}
	add("Could not be read back", doc.Unverified)
	for _, o := range doc.ChangedByOthers {
		r.Others = append(r.Others, o.String())
	}
	return r
}

func resultOf(s *app.Session, p *app.Planned, rep *app.Report) (*resultDocument, error) {
	doc := &resultDocument{FormatVersion: "1", State: "nothing written", NotConverged: []deviation{}, Session: costOf(s)}
	if p != nil {
		var b jsonBuffer
		if err := render.PlanJSON(&b, p.Plan); err != nil {
			return nil, err
		}
		doc.Plan = json.RawMessage(b)
		doc.NotRestored, doc.ChangedByOthers = p.NotRestorable, p.Others
	}
	if rep != nil && rep.Result != nil {
		res := rep.Result
		doc.Run, doc.State = rep.Run.Info.ID, rep.Run.State()
		doc.Done, doc.Skipped, doc.Activated = res.Done, res.Skipped, res.Activated
		if res.Failed != nil {
			doc.Failed = &failedChange{res.Failed.Address, res.Failed.Err.Error()}
		}
		for _, f := range res.Refused {
			doc.Refused = append(doc.Refused, failedChange{f.Address, f.Err.Error()})
		}
		for _, f := range res.LeftOut {
			doc.LeftOut = append(doc.LeftOut, failedChange{f.Address, f.Err.Error()})
		}
		for _, d := range res.NotConverged {
			doc.NotConverged = append(doc.NotConverged, deviation{d.Address, d.Path, d.Want, d.Have})
		}
		for _, f := range res.Unverified {
			doc.Unverified = append(doc.Unverified, failedChange{f.Address, f.Err.Error()})
		}
		if rep.Rollback != nil {
			doc.RolledBackBy = rep.Rollback.Run.Info.ID
		}
	}
	return doc, nil
}
