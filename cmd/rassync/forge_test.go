package main

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"rassync/internal/model"
	"rassync/internal/plan"
)

// forgePlan changes the text of a plan file and works out its digest again, as
// anybody can:
// forge FILE OLD NEW
func forgePlan(ts *testscript.TestScript, args []string) {
	data := ts.ReadFile(args[0])
	old, next := args[1], args[2]
	var err error
	if !strings.Contains(data, old) {
		ts.Fatalf("%s does not hold %q", args[0], old)
	}
	f := &plan.File{}
	d := json.NewDecoder(bytes.NewReader([]byte(strings.Replace(data, old, next, 1))))
	d.UseNumber()
	ts.Check(d.Decode(f))
	signature := f.Signature
	f.Digest, f.Signature = "", ""
	f.Digest, err = model.DigestJSON(f)
	ts.Check(err)
	f.Signature = signature
	text, err := f.Text()
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), text, 0o600))
}
