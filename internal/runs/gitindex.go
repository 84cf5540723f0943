package runs

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-git/go-git/v5/plumbing/format/index"

	"rassync/internal/files"
)

// maxIndex bounds git's index.
const maxIndex = 512 << 20

// gitIndex finds the working tree that a folder lies in, and its index; "" if it
// is in none. Git itself is not run: no program of the workspace's choice is
// started with the credentials in its environment.
func gitIndex(dir string) (top, index string) {
	for at := dir; ; at = filepath.Dir(at) {
		git := filepath.Join(at, ".git")
		if info, err := os.Stat(git); err == nil {
			if !info.IsDir() { // a worktree: the file names the folder
				data, err := files.ReadNamed(git, 1<<16)
				to, ok := strings.CutPrefix(strings.TrimSpace(string(data)), "gitdir: ")
				if err != nil || !ok {
					return at, ""
				}
				if git = to; !filepath.IsAbs(git) {
					git = filepath.Join(at, git)
				}
			}
			return at, filepath.Join(git, "index")
		}
		if at == filepath.Dir(at) {
			return "", ""
		}
	}
}

// indexed lists the paths in an index.
func indexed(file string) ([]string, error) {
	data, err := files.ReadNamed(file, maxIndex)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil // nothing was ever added
	}
	if err != nil {
		return nil, err
	}
	idx := &index.Index{}
	if err := index.NewDecoder(bytes.NewReader(data)).Decode(idx); err != nil {
		// A form that the library does not know: paths stand in it as they are,
		// all but those of version 4.
		if at := bytes.Index(data, []byte("/.rassync/")); at >= 0 || bytes.Contains(data, []byte("\x00.rassync/")) {
			return nil, fmt.Errorf("the index of git: %w", err)
		}
		return nil, nil
	}
	out := make([]string, len(idx.Entries))
	for i, e := range idx.Entries {
		out[i] = e.Name
	}
	return out, nil
}
