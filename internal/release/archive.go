package release

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"os"
	"path"
	"strings"
	"time"
)

// file is one file of an archive.
type file struct {
	name string
	data []byte
	mode os.FileMode
}

// packed makes the bytes of an archive. They depend on the files and the time
// alone: no owner, no order of a file system.
func packed(a Archive, files []file, at time.Time) ([]byte, error) {
	var b bytes.Buffer
	var err error
	if strings.HasSuffix(a.Name, ".zip") {
		err = writeZip(&b, files, at)
	} else {
		err = writeTar(&b, a.Folder, files, at)
	}
	return b.Bytes(), err
}

func writeZip(b *bytes.Buffer, files []file, at time.Time) error {
	z := zip.NewWriter(b)
	for _, f := range files {
		h := &zip.FileHeader{Name: f.name, Method: zip.Deflate, Modified: at}
		h.SetMode(f.mode)
		w, err := z.CreateHeader(h)
		if err != nil {
			return err
		}
		if _, err := w.Write(f.data); err != nil {
			return err
		}
	}
	return z.Close()
}

func writeTar(b *bytes.Buffer, folder string, files []file, at time.Time) error {
	g, err := gzip.NewWriterLevel(b, gzip.BestCompression)
	if err != nil {
		return err
	}
	t := tar.NewWriter(g)
	for _, f := range files {
		h := &tar.Header{Name: path.Join(folder, f.name), Mode: int64(f.mode), Size: int64(len(f.data)), ModTime: at, Typeflag: tar.TypeReg, Format: tar.FormatUSTAR}
		if err := t.WriteHeader(h); err != nil {
			return err
		}
		if _, err := t.Write(f.data); err != nil {
			return err
		}
	}
	if err := t.Close(); err != nil {
		return err
	}
	return g.Close()
}
