package files

import (
	"bytes"
	"errors"
	"strings"
	"unicode/utf8"
)

// ErrUTF16 says that a text file has an encoding of Windows that nobody reads
// here.
var ErrUTF16 = errors.New("the file is UTF-16; save it as UTF-8 (in Windows PowerShell: Set-Content -Encoding utf8)")

// Text gives the text of a small file that people make with an editor or a
// shell: without a byte order mark. What is not UTF-8 is refused.
func Text(data []byte) (string, error) {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	switch {
	case looksUTF16(data):
		return "", ErrUTF16
	case bytes.IndexByte(data, 0) >= 0:
		return "", errors.New("the file is no text: it holds a zero byte")
	case !utf8.Valid(data):
		return "", errors.New("the file is not UTF-8; save it as UTF-8")
	}
	return string(data), nil
}

// looksUTF16 knows the mark, and text without one by its zero bytes.
func looksUTF16(data []byte) bool {
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
		return true
	}
	if len(data) < 2 || len(data)%2 != 0 {
		return false
	}
	even, odd := 0, 0
	for i := 0; i < len(data); i += 2 {
		if data[i] == 0 {
			even++
		}
		if data[i+1] == 0 {
			odd++
		}
	}
	half := len(data) / 4
	return even > half && odd == 0 || odd > half && even == 0
}

// OneLine takes off the line end that editors and shells put behind a value.
func OneLine(s string) string {
	return strings.TrimSuffix(strings.TrimSuffix(s, "\n"), "\r")
}
