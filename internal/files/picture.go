package files

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"sort"
	"strings"
)

// MaxPicture is the size above which a picture is refused.
const MaxPicture = 64 << 20

// pictureStart gives the bytes by which a sort of picture is known, by the
// extensions of its files.
func pictureStart(ext string) (starts []string, known bool) {
	switch ext {
	case ".png":
		return []string{"\x89PNG\r\n\x1a\n"}, true
	case ".jpg", ".jpeg":
		return []string{"\xff\xd8\xff"}, true
	case ".gif":
		return []string{"GIF87a", "GIF89a"}, true
	case ".bmp":
		return []string{"BM"}, true
	case ".ico":
		return []string{"\x00\x00\x01\x00"}, true
	case ".webp":
		return []string{"RIFF"}, true
	}
	return nil, false
}

func pictureExtensions() []string {
	return []string{".bmp", ".gif", ".ico", ".jpeg", ".jpg", ".png", ".webp"}
}

// PictureName tells why a file cannot be a picture by its name.
func PictureName(name string) error {
	if _, ok := pictureStart(strings.ToLower(path.Ext(name))); !ok {
		list := pictureExtensions()
		sort.Strings(list)
		return fmt.Errorf("its name is not that of a picture (%s)", strings.Join(list, ", "))
	}
	return nil
}

// Picture tells why a content cannot be that of a picture of this name. The
// content is never repeated in the error.
func Picture(name string, data []byte) error {
	if err := PictureName(name); err != nil {
		return err
	}
	ext := strings.ToLower(path.Ext(name))
	starts, _ := pictureStart(ext)
	for _, s := range starts {
		if bytes.HasPrefix(data, []byte(s)) && wellFormed(ext, data) {
			return nil
		}
	}
	if other := PictureExtension(data); other != "" {
		return fmt.Errorf("its content is that of a %s file", other)
	}
	return errors.New("its content is not that of a picture")
}

// PictureExtension is the extension that goes with a content, "" if it is not
// that of a picture.
func PictureExtension(data []byte) string {
	for _, ext := range []string{".png", ".jpg", ".gif", ".bmp", ".ico", ".webp"} {
		starts, _ := pictureStart(ext)
		for _, s := range starts {
			if bytes.HasPrefix(data, []byte(s)) && wellFormed(ext, data) {
				return ext
			}
		}
	}
	return ""
}

// wellFormed looks closer where the first bytes could be those of a text.
func wellFormed(ext string, data []byte) bool {
	switch ext {
	case ".webp":
		return len(data) > 12 && string(data[8:12]) == "WEBP"
	case ".bmp": // two reserved numbers, then where the picture starts
		return len(data) >= 26 && bytes.Equal(data[6:10], make([]byte, 4))
	case ".ico": // at least one picture
		return len(data) >= 22 && (data[4] != 0 || data[5] != 0)
	}
	return true
}
