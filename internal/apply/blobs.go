package apply

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
)

// Blobs is a folder of contents by their SHA-256: the same bytes are there
// once, whoever refers to them.
type Blobs struct {
	dir  string
	good map[string]bool // read and found to be what their name says
}

// OpenBlobs opens the folder; it is made when something is put into it.
func OpenBlobs(dir string) *Blobs { return &Blobs{dir: dir, good: map[string]bool{}} }

var blobName = regexp.MustCompile(`^[0-9a-f]{64}$`)

// Path is where the content with this digest lies.
func (b *Blobs) Path(digest string) string { return filepath.Join(b.dir, filepath.Base(digest)) }

// Put stores a content. It is safe from a crash only after Sync.
func (b *Blobs) Put(data []byte) (string, error) {
	sum := sha256.Sum256(data)
	digest := hex.EncodeToString(sum[:])
	if b.Check(digest) == nil {
		return digest, nil
	}
	if err := replaceFile(b.Path(digest), data); err != nil {
		return "", fmt.Errorf("writing blob %s: %w", digest, err)
	}
	b.good[digest] = true
	return digest, nil
}

// Sync waits until the names of what was put are on the disk.
func (b *Blobs) Sync() error {
	if err := SyncFolder(b.dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Get reads a content and checks it.
func (b *Blobs) Get(digest string) ([]byte, error) {
	if !blobName.MatchString(digest) {
		return nil, fmt.Errorf("%w: %q is no digest of a blob", ErrSnapshot, digest)
	}
	data, err := os.ReadFile(b.Path(digest))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%w: blob %s is missing", ErrSnapshot, digest)
	case err != nil:
		return nil, fmt.Errorf("%w: blob %s cannot be read: %w", ErrSnapshot, digest, err)
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != digest {
		return nil, fmt.Errorf("%w: blob %s was changed", ErrSnapshot, digest)
	}
	b.good[digest] = true
	return data, nil
}

// Check is Get where the content is of no interest.
func (b *Blobs) Check(digest string) error {
	if b.good[digest] {
		return nil
	}
	_, err := b.Get(digest)
	return err
}

// Sweep removes what nobody needs, and what a crash left half written. It
// tells how many blobs went and their size.
func (b *Blobs) Sweep(needed map[string]bool, dryRun bool) (int, int64, error) {
	entries, err := os.ReadDir(b.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, 0, nil
	}
	if err != nil {
		return 0, 0, err
	}
	n, size := 0, int64(0)
	for _, e := range entries {
		half := strings.HasPrefix(e.Name(), halfWritten)
		if !half && (!blobName.MatchString(e.Name()) || needed[e.Name()]) {
			continue
		}
		if info, err := e.Info(); err == nil && !half {
			n, size = n+1, size+info.Size()
		}
		if dryRun {
			continue
		}
		delete(b.good, e.Name())
		if err := os.Remove(filepath.Join(b.dir, e.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return n, size, err
		}
	}
	return n, size, nil
}

// halfWritten begins the names of files that are being written.
const halfWritten = ".new-"

// writeFile writes a file as a whole or not at all; it is on the disk, name
// included, when writeFile returns.
func writeFile(path string, data []byte) error {
	if err := replaceFile(path, data); err != nil {
		return err
	}
	return SyncFolder(filepath.Dir(path))
}

// replaceFile writes under a passing name and renames.
func replaceFile(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), halfWritten+"*")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		// Best effort: the first error is the one to tell.
		_ = os.Remove(f.Name())
	}
	return err
}

// SyncFolder makes the names in a folder durable. Windows has no such call for folders; its
// renames are in the journal of the file system.
func SyncFolder(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	if cerr := d.Close(); err == nil {
		err = cerr
	}
	return err
}

// WriteFile writes a file of a run: whole or not at all, and on the disk when
// it returns.
func WriteFile(path string, data []byte) error { return writeFile(path, data) }
