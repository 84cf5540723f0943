package main

import (
	"encoding/json"

	"rassync/internal/app"
	"rassync/internal/render"
	"rassync/internal/wayback"
)

// resultDocument is what apply and rollback print as JSON.
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

// showResult writes the result of a run; without a report nothing was run.
func showResult(c *call, s *app.Session, p *app.Planned, rep *app.Report) error {
	doc := resultDocument{FormatVersion: "1", State: "nothing written", NotConverged: []deviation{}, Session: costOf(s)}
	if p != nil {
		var b jsonBuffer
		if err := render.PlanJSON(&b, p.Plan); err != nil {
			return err
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
	return render.JSON(c.Out, doc)
}
