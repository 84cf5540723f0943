package app

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rassync/internal/plan"
	"rassync/internal/runs"
)

// twoFolders is a workspace to begin with.
const twoFolders = `kind: PubFolder
site: Main
name: Office
spec:
  description: What everybody needs
  publishTo: [Main]
---
kind: PubFolder
site: Main
name: Tools
spec:
  description: For administrators
  publishTo: [Main]
`

// circle is a desk whose farm has the two folders, by an apply.
func circle(t *testing.T) *desk {
	t.Helper()
	d := newDesk(t)
	d.write("folders.yaml", twoFolders)
	d.mustApply()
	return d
}

func TestPlanAndApply(t *testing.T) {
	d := newDesk(t)
	d.write("folders.yaml", twoFolders)
	want := "create Main/PubFolder/Office description publishTo\ncreate Main/PubFolder/Tools description publishTo"
	if got := changes(d.plan(PlanOptions{}).Plan); got != want {
		t.Fatal(got)
	}
	rep := d.mustApply()
	if done := len(rep.Run.Done()); done != 2 || rep.Run.State() != "done" {
		t.Errorf("%d done, the run is %q", done, rep.Run.State())
	}
	if p := d.plan(PlanOptions{}); !p.Plan.Empty() {
		t.Error(changes(p.Plan))
	}
	d.edit("For administrators", "For the administrators")
	if got := changes(d.plan(PlanOptions{}).Plan); got != "update Main/PubFolder/Tools description" {
		t.Error(got)
	}
	// What somebody else changes on the farm is drift.
	d.mustApply()
	d.edit("For the administrators", "For whom it concerns")
	if got := changes(d.plan(PlanOptions{Selection: d.only("Main/PubFolder/Office")}).Plan); got != "" {
		t.Errorf("not selected, and planned: %s", got)
	}
}

func TestExportInPlace(t *testing.T) {
	d := circle(t)
	x := d.export()
	if n := x.Counts["PubFolder"]; n != 2 || x.Incomplete() != nil {
		t.Fatalf("%d folders, %v", n, x.Incomplete())
	}
	if text := d.read("folders.yaml"); !strings.Contains(text, "For administrators") {
		t.Error("a document has moved: " + text)
	}
	if p := d.plan(PlanOptions{}); !p.Plan.Empty() {
		t.Error(changes(p.Plan))
	}
	// What is no longer on the farm stays until it is asked for.
	d.write("more.yaml", strings.ReplaceAll(strings.Split(twoFolders, "---")[0], "Office", "Gone"))
	if x = d.export(); len(x.Written.Removed) != 0 {
		t.Errorf("removed %v", x.Written.Removed)
	}
	f, err := d.app.Configured(d.dir, "")
	if err != nil {
		t.Fatal(err)
	}
	if x, err = d.app.Export(context.Background(), d.session(), f, ExportOptions{Selection: d.only(fewKinds), Prune: true}); err != nil || len(x.Written.Removed) != 1 {
		t.Errorf("%v, %v", x.Written, err)
	}
}

func TestRollbackOnTheDesk(t *testing.T) {
	d := circle(t)
	d.edit("For administrators", "Changed")
	rep := d.mustApply()
	s := d.session()
	f := d.load()
	run, err := d.app.RollbackTarget(s, f, "")
	if err != nil || run.Info.ID != rep.Run.Info.ID {
		t.Fatalf("%v, %v", run, err)
	}
	p, err := d.app.PlanRollback(context.Background(), s, f, run, PlanOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if got := changes(p.Plan); got != "update Main/PubFolder/Tools description" {
		t.Fatal(got)
	}
	if _, err := d.carryOut(s, p, Execution{Command: "rollback", Of: run.Info.ID}); err != nil {
		t.Fatal(err)
	}
	if err := p.Lost(); err != nil {
		t.Error(err)
	}
	if got := changes(d.plan(PlanOptions{}).Plan); got != "update Main/PubFolder/Tools description" {
		t.Errorf("the farm is not as it was: %s", got)
	}
	// The next one goes further back: to before the folders were made.
	if run, err = d.app.RollbackTarget(s, f, ""); err != nil {
		t.Fatal(err)
	}
	if p, err = d.app.PlanRollback(context.Background(), s, f, run, PlanOptions{}); err != nil {
		t.Fatal(err)
	}
	if got := changes(p.Plan); got != "delete Main/PubFolder/Office\ndelete Main/PubFolder/Tools" {
		t.Error(got)
	}
}

func TestRollbackTargets(t *testing.T) {
	d := newDesk(t)
	d.write("folders.yaml", twoFolders)
	s, f := d.session(), d.load()
	_, err := d.app.RollbackTarget(s, f, "")
	fails(t, err, Input, "no run", "history")
	_, err = d.app.RollbackTarget(s, f, "20200101-000000-abcd")
	fails(t, err, Input, "20200101-000000-abcd")
	rep := d.mustApply()
	if run, err := d.app.RollbackTarget(s, f, rep.Run.Info.ID); err != nil || run.Info.ID != rep.Run.Info.ID {
		t.Errorf("%v, %v", run, err)
	}
	// A run whose journal was cut is named, and never passed over.
	if err := os.Truncate(filepath.Join(rep.Run.Dir, "journal.jsonl"), 40); err != nil {
		t.Fatal(err)
	}
	_, err = d.app.RollbackTarget(s, f, "")
	fails(t, err, Input, rep.Run.Info.ID)
	_, err = d.app.ResumeTarget(s, f, "")
	fails(t, err, Input, rep.Run.Info.ID)
}

func TestRestoreOneObject(t *testing.T) {
	d := circle(t)
	d.edit("description: For administrators", "description: Other")
	d.edit("description: What everybody needs", "description: Other too")
	rep := d.mustApply()
	s := d.session()
	b, err := d.app.OpenBackup(rep.Run.Info.ID, d.dir, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := d.app.Holds(b, []string{"Main/PubFolder/Nowhere"}); err == nil {
		t.Error("a backup that holds everything")
	}
	p, err := d.app.PlanRestore(context.Background(), s, d.load(), b, []string{"Main/PubFolder/Tools"}, PlanOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if got := changes(p.Plan); got != "update Main/PubFolder/Tools description" {
		t.Error(got)
	}
	if _, err := d.carryOut(s, p, Execution{Command: "restore", Of: rep.Run.Info.ID}); err != nil {
		t.Error(err)
	}
	// A folder is a backup too.
	if b, err = d.app.OpenBackup(d.dir, d.dir, ""); err != nil {
		t.Fatal(err)
	}
	if p, err = d.app.PlanRestore(context.Background(), s, d.load(), b, []string{"Main/PubFolder/Office", "Main/PubFolder/Tools"}, PlanOptions{}); err != nil {
		t.Fatal(err)
	}
	if got := changes(p.Plan); got != "update Main/PubFolder/Tools description" {
		t.Error(got)
	}
	if got := b.Title([]string{"Main/PubFolder/Tools"}); !strings.HasPrefix(got, "1 object as in ") {
		t.Error(got)
	}
	_, err = d.app.OpenBackup("nothing of this name", d.dir, "")
	fails(t, err, Input, "nothing of this name")
}

func TestSides(t *testing.T) {
	d := circle(t)
	rep := d.mustApplyOf("For administrators", "Other")
	mine, err := d.app.SideOf(d.dir, d.dir, "")
	if err != nil {
		t.Fatal(err)
	}
	was, err := d.app.SideOf(rep.Run.Info.ID, d.dir, "")
	if err != nil {
		t.Fatal(err)
	}
	farm, err := d.app.SideOf(FarmSide, d.dir, "")
	if err != nil || !farm.Live {
		t.Fatalf("%+v, %v", farm, err)
	}
	if farm, err = d.app.ReadSide(context.Background(), d.session(), mine, ReadOptions{}); err != nil {
		t.Fatal(err)
	}
	if got := changes(&plan.Plan{Changes: d.app.Compare(was, mine, d.only(""))}); got != "update Main/PubFolder/Tools description" {
		t.Errorf("from the snapshot: %s", got)
	}
	if got := changes(&plan.Plan{Changes: d.app.Compare(farm, mine, d.only("Main/PubFolder/Tools"))}); got != "" {
		t.Errorf("from the farm: %s", got)
	}
	_, err = d.app.SideOf("nowhere", d.dir, "")
	fails(t, err, Input, "nowhere", "farm")
}

// mustApplyOf edits the documents and applies them.
func (d *desk) mustApplyOf(old, new string) *Report {
	d.t.Helper()
	d.edit(old, new)
	return d.mustApply()
}

func TestPruneOfRuns(t *testing.T) {
	d := circle(t)
	f := d.load()
	d.mustApplyOf("For administrators", "One")
	d.mustApplyOf("One", "Two")
	pruned, err := d.app.Prune(context.Background(), f, PruneOptions{PruneOptions: runs.PruneOptions{Keep: 1}})
	if err != nil || len(pruned.Removed) != 2 {
		t.Fatalf("%v, %v", pruned, err)
	}
	if list, err := f.Store().Runs(); err != nil || len(list) != 1 {
		t.Errorf("%d runs are left, %v", len(list), err)
	}
}

func TestDeletesAreAskedFor(t *testing.T) {
	d := circle(t)
	d.write("rassync.yaml", "references: farm\nmanage:\n  kinds:\n    - {kind: PubFolder, mode: exclusive}\n")
	d.write("folders.yaml", strings.Split(twoFolders, "---")[0])
	p := d.plan(PlanOptions{Undeclared: true})
	if !p.Plan.Empty() || len(p.Undeclared) != 1 || p.Undeclared[0].Name != "Tools" {
		t.Errorf("%s, undeclared %v", changes(p.Plan), p.Undeclared)
	}
	s := d.session()
	p, err := d.app.Plan(context.Background(), s, d.load(), PlanOptions{Prune: true})
	if err != nil {
		t.Fatal(err)
	}
	if got := changes(p.Plan); got != "delete Main/PubFolder/Tools" {
		t.Fatal(got)
	}
	if _, err := d.carryOut(s, p, Execution{Command: "apply"}); err != nil {
		t.Fatal(err)
	}
}
