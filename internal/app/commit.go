package app

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"rassync/internal/files"
)

var commitID = regexp.MustCompile(`^[0-9a-f]{40}([0-9a-f]{24})?$`)

// commitOf gives the commit of the workspace for the history, "" if there is
// none. It reads git's files instead of running git: no program of the
// workspace's choice is started with the credentials in its environment.
func commitOf(dir string) string {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return ""
	}
	git := ""
	for at := dir; git == ""; at = filepath.Dir(at) {
		if info, err := os.Stat(filepath.Join(at, ".git")); err == nil {
			git = filepath.Join(at, ".git")
			if !info.IsDir() { // a worktree: the file names the folder
				to, ok := strings.CutPrefix(firstLine(git), "gitdir: ")
				if !ok {
					return ""
				}
				if git = to; !filepath.IsAbs(git) {
					git = filepath.Join(at, git)
				}
			}
		}
		if at == filepath.Dir(at) {
			break
		}
	}
	if git == "" {
		return ""
	}
	head := firstLine(filepath.Join(git, "HEAD"))
	ref, symbolic := strings.CutPrefix(head, "ref: ")
	if !symbolic {
		return commit(head)
	}
	if !filepath.IsLocal(filepath.FromSlash(ref)) {
		return ""
	}
	shared := git
	if common := firstLine(filepath.Join(git, "commondir")); common != "" {
		shared = common
		if !filepath.IsAbs(shared) {
			shared = filepath.Join(git, common)
		}
	}
	for _, base := range []string{git, shared} {
		if c := commit(firstLine(filepath.Join(base, filepath.FromSlash(ref)))); c != "" {
			return c
		}
	}
	packed, err := files.ReadNamed(filepath.Join(shared, "packed-refs"), 64<<20)
	if err != nil {
		return ""
	}
	for _, line := range strings.Split(string(packed), "\n") {
		if id, name, ok := strings.Cut(strings.TrimSpace(line), " "); ok && name == ref {
			return commit(id)
		}
	}
	return ""
}

func commit(s string) string {
	if commitID.MatchString(s) {
		return s
	}
	return ""
}

func firstLine(file string) string {
	data, err := files.ReadNamed(file, 1<<16)
	if err != nil {
		return ""
	}
	line, _, _ := strings.Cut(string(data), "\n")
	return strings.TrimSpace(line)
}
