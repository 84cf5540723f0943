package app

import (
	"errors"
	"testing"

	"rassync/internal/apply"
	"rassync/internal/contract"
)

func TestWhatAFarmMadeOfAValue(t *testing.T) {
	refused := &apply.Result{Refused: []apply.Failure{{Address: "x", Err: errors.New("invalid name")}}}
	for name, tt := range map[string]struct {
		res  *apply.Result
		want contract.ProbeResult
		text string
	}{
		"taken":         {&apply.Result{Done: 1}, contract.ProbeAccepted, ""},
		"refused":       {refused, contract.ProbeRefused, "invalid name"},
		"kept its own":  {&apply.Result{NotConverged: []apply.Deviation{{Path: "port", Want: int64(2), Have: int64(1)}}}, contract.ProbeIgnored, ""},
		"another value": {&apply.Result{NotConverged: []apply.Deviation{{Path: "port", Want: int64(2), Have: int64(3)}}}, contract.ProbeNormalised, ""},
		"another one":   {&apply.Result{NotConverged: []apply.Deviation{{Path: "name", Want: "a", Have: "b"}}}, contract.ProbeAccepted, ""},
		"not read":      {&apply.Result{Unverified: []apply.Failure{{Err: errors.New("cut")}}}, contract.ProbeNotTried, ""},
	} {
		q := contract.ProbedProperty{Path: "port", Wrote: int64(2)}
		judgeTry(&q, tt.res, int64(1))
		if q.Result != tt.want || tt.text != "" && q.Text != tt.text {
			t.Errorf("%s: %s %q", name, q.Result, q.Text)
		}
	}
}
