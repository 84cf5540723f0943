package main

import (
	"errors"
	"time"

	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/rogpeppe/go-internal/testscript"
)

// commit puts all of a folder into a git repository and names the commit:
// commit DIR BRANCH
func commit(ts *testscript.TestScript, args []string) {
	dir := ts.MkAbs(args[0])
	repo, err := git.PlainOpen(dir)
	if errors.Is(err, git.ErrRepositoryNotExists) {
		repo, err = git.PlainInit(dir, false)
	}
	ts.Check(err)
	tree, err := repo.Worktree()
	ts.Check(err)
	ts.Check(tree.AddWithOptions(&git.AddOptions{All: true}))
	who := &object.Signature{Name: "reviewer", Email: "reviewer@example.com", When: time.Unix(1700000000, 0)}
	hash, err := tree.Commit("change", &git.CommitOptions{Author: who, AllowEmptyCommits: true})
	ts.Check(err)
	ts.Check(repo.Storer.SetReference(plumbing.NewHashReference(plumbing.NewBranchReferenceName(args[1]), hash)))
}

// shallow makes a repository look like a clone of its newest commit alone:
// shallow DIR
func shallow(ts *testscript.TestScript, args []string) {
	repo, err := git.PlainOpen(ts.MkAbs(args[0]))
	ts.Check(err)
	head, err := repo.Head()
	ts.Check(err)
	ts.Check(repo.Storer.SetShallow([]plumbing.Hash{head.Hash()}))
}
