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

// Blobs is a folder of contents by their SHA-256: the same bytes are there once,
// whoever refers to them. Small ones are packed, the rest are files.
type Blobs struct {
	s       *Store
	good    map[string]bool   // read and found to be what their name says
	pending map[string][]byte // what Sync packs
	packs   *packs            // nil before the first look
}

// Blobs opens the contents that the snapshots of a workspace share; the folder is
// made when something is put into it.
func (s *Store) Blobs() *Blobs {
	return &Blobs{s: s, good: map[string]bool{}, pending: map[string][]byte{}}
}

var blobName = regexp.MustCompile(`^[0-9a-f]{64}$`)

// Path is where the content with this digest lies, if it is a file.
func (b *Blobs) Path(digest string) string { return b.s.Path(blobPath(digest)) }

func blobPath(digest string) string { return path.Join(blobsFolder, path.Base(digest)) }

// smallBlob is the size up to which contents are packed.
const smallBlob = 64 << 10

// Put stores a content. It is there, and safe from a crash, only after Sync.
func (b *Blobs) Put(data []byte) (string, error) {
	if len(data) > smallBlob {
		return b.PutFile(data)
	}
	digest := hexSum(data)
	if b.Check(digest) == nil {
		return digest, nil
	}
	b.pending[digest] = data
	b.good[digest] = true
	return digest, nil
}

// PutFile stores a content as a file, for those who need its path.
func (b *Blobs) PutFile(data []byte) (string, error) {
	digest := hexSum(data)
	if have, err := b.s.ReadFile(blobPath(digest)); err == nil && hexSum(have) == digest {
		b.good[digest] = true
		return digest, nil
	}
	if err := b.s.writeLater(blobPath(digest), data); err != nil {
		return "", fmt.Errorf("writing blob %s: %w", digest, err)
	}
	b.good[digest] = true
	return digest, nil
}

// Sync packs what was put and waits until it is on the disk, names included.
func (b *Blobs) Sync() error {
	if len(b.pending) > 0 {
		if err := b.s.writePack(b.pending); err != nil {
			return fmt.Errorf("writing the contents of a snapshot: %w", err)
		}
		b.pending, b.packs = map[string][]byte{}, nil
	}
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
	if data, ok := b.pending[digest]; ok {
		return data, nil
	}
	data, err := b.s.ReadFile(blobPath(digest))
	if err == nil && hexSum(data) == digest {
		b.good[digest] = true
		return data, nil
	}
	if packed, perr := b.packed(digest); perr == nil {
		b.good[digest] = true
		return packed, nil
	} else if errors.Is(err, fs.ErrNotExist) && !errors.Is(perr, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: blob %s: %w", ErrSnapshot, digest, perr)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%w: blob %s is missing", ErrSnapshot, digest)
	case err != nil:
		return nil, fmt.Errorf("%w: blob %s cannot be read: %w", ErrSnapshot, digest, err)
	}
	return nil, fmt.Errorf("%w: blob %s was changed", ErrSnapshot, digest)
}

// packed reads a content from a pack that holds it whole.
func (b *Blobs) packed(digest string) ([]byte, error) {
	if b.packs == nil {
		p, err := b.s.readPacks()
		if err != nil {
			return nil, err
		}
		b.packs = p
	}
	return b.packs.get(digest)
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
		if packName.MatchString(e.Name()) {
			gone, freed, err := b.s.sweepPack(e.Name(), needed, dryRun)
			n, size = n+gone, size+freed
			if err != nil {
				return n, size, err
			}
			continue
		}
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
		if err := b.s.Remove(path.Join(blobsFolder, e.Name())); err != nil {
			return n, size, err
		}
	}
	b.packs, b.good = nil, map[string]bool{}
	return n, size, nil
}

func hexSum(data []byte) string {
	s := sha256.Sum256(data)
	return hex.EncodeToString(s[:])
}
