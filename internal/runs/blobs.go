package runs

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strings"

	"rassync/internal/wholefile"
)

// Blobs is a folder of contents by their SHA-256: the same bytes are there
// once, whoever refers to them.
type Blobs struct {
	s    *Store
	good map[string]bool // read and found to be what their name says
}

// Blobs opens the contents that the snapshots of a workspace share; the folder is
// made when something is put into it.
func (s *Store) Blobs() *Blobs { return &Blobs{s: s, good: map[string]bool{}} }

var blobName = regexp.MustCompile(`^[0-9a-f]{64}$`)

// Path is where the content with this digest lies.
func (b *Blobs) Path(digest string) string { return b.s.Path(blobPath(digest)) }

func blobPath(digest string) string { return path.Join(blobsFolder, path.Base(digest)) }

// Put stores a content. It is safe from a crash only after Sync.
func (b *Blobs) Put(data []byte) (string, error) {
	sum := sha256.Sum256(data)
	digest := hex.EncodeToString(sum[:])
	if b.Check(digest) == nil {
		return digest, nil
	}
	if err := b.s.writeLater(blobPath(digest), data); err != nil {
		return "", fmt.Errorf("writing blob %s: %w", digest, err)
	}
	b.good[digest] = true
	return digest, nil
}

// Sync waits until the names of what was put are on the disk.
func (b *Blobs) Sync() error {
	if err := b.s.Flush(blobsFolder); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Get reads a content and checks it.
func (b *Blobs) Get(digest string) ([]byte, error) {
	if !blobName.MatchString(digest) {
		return nil, fmt.Errorf("%w: %q is no digest of a blob", ErrSnapshot, digest)
	}
	data, err := b.s.ReadFile(blobPath(digest))
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
	entries, err := b.s.ReadDir(blobsFolder)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, 0, nil
	}
	if err != nil {
		return 0, 0, err
	}
	n, size := 0, int64(0)
	for _, e := range entries {
		half := wholefile.IsTemp(e.Name()) || strings.HasPrefix(e.Name(), ".new-") // as older versions named them
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
		if err := b.s.Remove(path.Join(blobsFolder, e.Name())); err != nil {
			return n, size, err
		}
	}
	return n, size, nil
}
