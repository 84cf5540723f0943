package runs

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"regexp"
	"sort"
)

// Thousands of small contents would each take a block of the disk. The small ones
// of a snapshot lie in one pack: a zip archive whose entries are named by digest, so
// that any tool can open it.

var packName = regexp.MustCompile(`^pack-[0-9a-f]{32}\.zip$`)

// maxPack bounds what is read of a pack.
const maxPack = 1 << 30

// packs are the packs of a workspace.
type packs struct {
	s     *Store
	where map[string][]string // digest -> packs that hold it
	sizes map[string]int64    // of the contents, packed
	open  map[string]*zip.Reader
}

// writePack packs contents.
func (s *Store) writePack(contents map[string][]byte) error {
	digests := make([]string, 0, len(contents))
	for d := range contents {
		digests = append(digests, d)
	}
	sort.Strings(digests)
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, d := range digests {
		f, err := w.CreateHeader(&zip.FileHeader{Name: d, Method: zip.Deflate})
		if err == nil {
			_, err = f.Write(contents[d])
		}
		if err != nil {
			return err
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	return s.writeLater(path.Join(blobsFolder, "pack-"+hexSum(out.Bytes())[:32]+".zip"), out.Bytes())
}

// readPacks lists what the packs hold. A pack that cannot be read holds nothing:
// what is needed of it is missing then, by name.
func (s *Store) readPacks() (*packs, error) {
	p := &packs{s: s, where: map[string][]string{}, sizes: map[string]int64{}, open: map[string]*zip.Reader{}}
	entries, err := s.ReadDir(blobsFolder)
	if errors.Is(err, fs.ErrNotExist) {
		return p, nil
	}
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if !packName.MatchString(e.Name()) {
			continue
		}
		names, err := s.packed(e.Name())
		if err != nil {
			continue
		}
		for d, size := range names {
			p.where[d] = append(p.where[d], e.Name())
			p.sizes[d] = size
		}
	}
	return p, nil
}

func (p *packs) size(digest string) int64 { return p.sizes[digest] }

// packed lists the digests in a pack, with the room that each takes.
func (s *Store) packed(name string) (map[string]int64, error) {
	f, err := s.OpenFile(path.Join(blobsFolder, name), 0, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	r, err := zip.NewReader(f, info.Size())
	if err != nil {
		return nil, err
	}
	out := map[string]int64{}
	for _, e := range r.File {
		out[e.Name] = int64(e.CompressedSize64)
	}
	return out, nil
}

// mostOpen bounds how many packs are held in memory.
const mostOpen = 8

func (p *packs) reader(name string) (*zip.Reader, error) {
	if r := p.open[name]; r != nil {
		return r, nil
	}
	info, err := p.s.Stat(path.Join(blobsFolder, name))
	if err != nil {
		return nil, err
	}
	if info.Size() > maxPack {
		return nil, fmt.Errorf("%s is too large for a pack", name)
	}
	data, err := p.s.ReadFile(path.Join(blobsFolder, name))
	if err != nil {
		return nil, err
	}
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, err
	}
	if len(p.open) == mostOpen {
		p.open = map[string]*zip.Reader{}
	}
	p.open[name] = r
	return r, nil
}

// get reads a content from the first pack that holds it undamaged.
func (p *packs) get(digest string) ([]byte, error) {
	names := p.where[digest]
	if len(names) == 0 {
		return nil, fs.ErrNotExist
	}
	for _, name := range names {
		r, err := p.reader(name)
		if err != nil {
			continue
		}
		if data, err := unpack(r, digest); err == nil && hexSum(data) == digest {
			return data, nil
		}
	}
	return nil, fmt.Errorf("it is damaged in %s", names[0])
}

func unpack(r *zip.Reader, digest string) ([]byte, error) {
	f, err := r.Open(digest)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, smallBlob+1))
}

// sweepPack removes what nobody needs from a pack. It tells how many contents went
// and how much smaller the pack is.
func (s *Store) sweepPack(name string, needed map[string]bool, dryRun bool) (int, int64, error) {
	at := path.Join(blobsFolder, name)
	info, err := s.Stat(at)
	if err != nil {
		return 0, 0, err
	}
	p := &packs{s: s, where: map[string][]string{}, open: map[string]*zip.Reader{}}
	r, err := p.reader(name)
	if err != nil {
		return 0, 0, nil // damaged: nobody knows what it holds
	}
	stay := map[string][]byte{}
	gone, freed := 0, int64(0)
	for _, e := range r.File {
		if !needed[e.Name] {
			gone++
			freed += int64(e.CompressedSize64)
			continue
		}
		data, err := unpack(r, e.Name)
		if err != nil {
			return 0, 0, nil
		}
		stay[e.Name] = data
	}
	switch {
	case gone == 0:
		return 0, 0, nil
	case len(stay) == 0:
		freed = info.Size()
	}
	if dryRun {
		return gone, freed, nil
	}
	if len(stay) > 0 {
		if err := s.writePack(stay); err != nil {
			return 0, 0, err
		}
		if err := s.Flush(blobsFolder); err != nil {
			return 0, 0, err
		}
	}
	return gone, freed, s.Remove(at)
}
