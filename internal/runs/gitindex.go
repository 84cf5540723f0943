package runs

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

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

// errSplit says that what git tracks stands in a second file.
var errSplit = errors.New("the index of git is split: git update-index --no-split-index makes it whole")

// indexed lists the paths in an index, and in the one that it builds on.
//
// Only the paths are read. The library that reads commits knows neither split
// indexes nor those of repositories with SHA-256, and what cannot be read must
// not pass for "nothing is tracked".
func indexed(file string) (paths []string, split bool, err error) {
	data, err := files.ReadNamed(file, maxIndex)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false, nil // nothing was ever added
	}
	if err != nil {
		return nil, false, err
	}
	for _, hash := range []int{20, 32} {
		paths, shared, ok := indexPaths(data, hash)
		if !ok {
			continue
		}
		if shared == "" {
			return paths, false, nil
		}
		base, err := files.ReadNamed(filepath.Join(filepath.Dir(file), "sharedindex."+shared), maxIndex)
		if err != nil {
			return nil, true, fmt.Errorf("the index of git: %w", err)
		}
		more, _, ok := indexPaths(base, hash)
		if !ok {
			return nil, true, errSplit
		}
		return append(paths, more...), true, nil
	}
	return nil, false, errors.New("the index of git has a form that is not known")
}

// indexPaths reads the paths of an index whose object names have so many bytes,
// and the name of the index that it builds on, if there is one.
func indexPaths(data []byte, hash int) (paths []string, shared string, ok bool) {
	const head, stat = 12, 40
	if len(data) < head+hash || string(data[:4]) != "DIRC" {
		return nil, "", false
	}
	version, n := binary.BigEndian.Uint32(data[4:]), binary.BigEndian.Uint32(data[8:])
	if version < 2 || version > 4 || uint64(n) > uint64(len(data))/(stat+uint64(hash)) {
		return nil, "", false
	}
	body, pos, last := data[:len(data)-hash], head, ""
	for range n {
		start := pos
		pos += stat + hash + 2
		if pos > len(body) {
			return nil, "", false
		}
		if flags := binary.BigEndian.Uint16(body[pos-2:]); flags&0x4000 != 0 {
			if version < 3 {
				return nil, "", false
			}
			pos += 2
		}
		keep := 0
		if version == 4 { // a path is written as what differs from the one before
			strip, used := offset(body[min(pos, len(body)):])
			if used == 0 || strip > len(last) {
				return nil, "", false
			}
			pos, keep = pos+used, len(last)-strip
		}
		end := bytes.IndexByte(body[min(pos, len(body)):], 0)
		if end < 0 {
			return nil, "", false
		}
		last = last[:keep] + string(body[pos:pos+end])
		paths = append(paths, last)
		pos += end + 1
		if version < 4 { // filled up to eight bytes
			pos = start + (pos-1-start+8)/8*8
		}
	}
	shared, ok = extensions(body, pos, hash)
	return paths, shared, ok
}

// offset reads a number as version 4 of the index writes it; used is 0 if it is
// none.
func offset(b []byte) (n, used int) {
	for i, c := range b[:min(len(b), 4)] {
		n = n<<7 | int(c&0x7f)
		if c&0x80 == 0 {
			return n, i + 1
		}
		n++
	}
	return 0, 0
}

// extensions looks for the link to another index behind the entries. That the
// extensions fill the rest exactly shows that the form was the right one.
func extensions(body []byte, pos, hash int) (shared string, ok bool) {
	for pos+8 <= len(body) {
		size := int(binary.BigEndian.Uint32(body[pos+4:]))
		if size > len(body)-pos-8 {
			return "", false
		}
		if string(body[pos:pos+4]) == "link" && size >= hash {
			if id := body[pos+8 : pos+8+hash]; len(bytes.Trim(id, "\x00")) > 0 {
				shared = hex.EncodeToString(id)
			}
		}
		pos += 8 + size
	}
	return shared, pos == len(body)
}
