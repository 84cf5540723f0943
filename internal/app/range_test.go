package app

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing/object"

	"rassync/internal/plan"
)

// commit commits the workspace and gives the commit.
func (d *desk) commit(message string) string {
	d.t.Helper()
	r, err := git.PlainOpen(d.dir)
	if err != nil {
		if r, err = git.PlainInit(d.dir, false); err != nil {
			d.t.Fatal(err)
		}
	}
	w, err := r.Worktree()
	if err != nil {
		d.t.Fatal(err)
	}
	if err := w.AddWithOptions(&git.AddOptions{All: true}); err != nil {
		d.t.Fatal(err)
	}
	h, err := w.Commit(message, &git.CommitOptions{AllowEmptyCommits: true, Author: &object.Signature{Name: "anna", Email: "anna@example.com", When: time.Unix(0, 0)}})
	if err != nil {
		d.t.Fatal(err)
	}
	return h.String()
}

// byOthers changes the farm from another workspace.
func (d *desk) byOthers(documents string) {
	d.t.Helper()
	other := *d
	other.dir = d.t.TempDir()
	other.write("rassync.yaml", "references: farm\n")
	other.write("a.yaml", documents)
	other.mustApply()
}

func compared(list []plan.Compared) string {
	var out []string
	for _, c := range list {
		out = append(out, strings.TrimSpace(c.Address+" "+c.Path))
	}
	return strings.Join(out, "; ")
}

// TestThreeWays tells what the range changes from what others did meanwhile.
func TestThreeWays(t *testing.T) {
	tools := strings.Split(twoFolders, "---\n")[1]
	office := strings.Split(twoFolders, "---\n")[0]
	for _, tt := range []struct {
		name                      string
		mine, theirs              func(s string) string
		o                         RangeOptions
		want                      string
		conflicts, drift, already string
	}{
		{name: "only mine", mine: replaced("For administrators", "Mine"), want: "update Main/PubFolder/Tools description"},
		{name: "the same on both sides", mine: replaced("For administrators", "Same"), theirs: replaced("For administrators", "Same"), already: "Main/PubFolder/Tools description"},
		{name: "both, otherwise", mine: replaced("For administrators", "Mine"), theirs: replaced("For administrators", "Theirs"), conflicts: "Main/PubFolder/Tools description"},
		{name: "both, and mine counts", mine: replaced("For administrators", "Mine"), theirs: replaced("For administrators", "Theirs"), o: RangeOptions{ConflictsMine: true},
			want: "update Main/PubFolder/Tools description", conflicts: "Main/PubFolder/Tools description"},
		{name: "theirs in another property", mine: replaced("  publishTo: [Main]\n", "  publishTo: [Main]\n  enabledMode: Disabled\n"), theirs: replaced("For administrators", "Theirs"),
			want: "update Main/PubFolder/Tools enabledMode", drift: "Main/PubFolder/Tools description"},
		{name: "theirs too", mine: replaced("  publishTo: [Main]\n", "  publishTo: [Main]\n  enabledMode: Disabled\n"), theirs: replaced("For administrators", "Theirs"), o: RangeOptions{WithDrift: true},
			want: "update Main/PubFolder/Tools enabledMode description", drift: "Main/PubFolder/Tools description"},
		{name: "a document that is gone", mine: func(string) string { return "" }, want: "delete Main/PubFolder/Tools"},
		{name: "a document that is gone, and changed by others", mine: func(string) string { return "" }, theirs: replaced("For administrators", "Theirs"), conflicts: "Main/PubFolder/Tools"},
		{name: "a document of others' change alone", theirs: replaced("For administrators", "Theirs")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := newDesk(t)
			d.write("office.yaml", office)
			d.write("tools.yaml", tools)
			d.mustApply()
			base := d.commit("Begin")
			if tt.mine != nil {
				d.write("tools.yaml", tt.mine(tools))
			}
			d.commit("Change")
			if tt.theirs != nil {
				d.byOthers(tt.theirs(tools))
			}
			f := d.load()
			r, err := d.app.Since(context.Background(), f, base)
			if err != nil {
				t.Fatal(told(err))
			}
			p, err := d.app.Plan(context.Background(), d.session(), f, PlanOptions{Since: r, Range: tt.o})
			if err != nil {
				t.Fatal(told(err))
			}
			three := p.Plan.Since
			for what, pair := range map[string][2]string{"changes": {tt.want, changes(p.Plan)}, "conflicts": {tt.conflicts, compared(three.Conflicts)},
				"drift": {tt.drift, compared(three.Drift)}, "already so": {tt.already, compared(three.Already)}} {
				if pair[0] != pair[1] {
					t.Errorf("%s: %q instead of %q", what, pair[1], pair[0])
				}
			}
		})
	}
}

func replaced(old, new string) func(string) string {
	return func(s string) string { return strings.ReplaceAll(s, old, new) }
}

func TestBases(t *testing.T) {
	d := circle(t)
	f := d.load()
	_, err := d.app.Since(context.Background(), f, "HEAD")
	fails(t, err, Input, "git")
	first := d.commit("Begin")
	_, err = d.app.Since(context.Background(), f, "no-such-branch")
	fails(t, err, Input, "no-such-branch")
	if r, err := d.app.Since(context.Background(), f, first); err != nil || len(r.Objects) != 2 {
		t.Errorf("%v, %v", r, err)
	}
	rep := d.mustApplyOf("For administrators", "Changed")
	r, err := d.app.BaseOf(d.load(), rep.Run.Info.ID)
	if err != nil || len(r.Objects) != 1 {
		t.Errorf("%v, %v", r, err)
	}
	_, err = d.app.BaseOf(d.load(), FarmSide)
	fails(t, err, Input, "farm")
}

func TestRenameHint(t *testing.T) {
	d := circle(t)
	base := d.commit("Begin")
	d.edit("name: Tools", "name: Gadgets")
	f := d.load()
	r, err := d.app.Since(context.Background(), f, base)
	if err != nil {
		t.Fatal(err)
	}
	p, err := d.app.Plan(context.Background(), d.session(), f, PlanOptions{Since: r})
	if err != nil {
		t.Fatal(err)
	}
	if text := strings.Join(p.Plan.Warnings, "\n"); !strings.Contains(text, `renamedFrom: "Tools"`) {
		t.Errorf("no hint: %s", text)
	}
}
