package files

import (
	"errors"
	"testing"
	"unicode/utf16"
)

func utf16Text(s string, mark, big bool) []byte {
	var out []byte
	units := utf16.Encode([]rune(s))
	if mark {
		units = append([]uint16{0xfeff}, units...)
	}
	for _, u := range units {
		if big {
			out = append(out, byte(u>>8), byte(u))
		} else {
			out = append(out, byte(u), byte(u>>8))
		}
	}
	return out
}

func TestText(t *testing.T) {
	for in, want := range map[string]string{
		"secret":                      "secret",
		"secret\n":                    "secret",
		"secret\r\n":                  "secret",
		"secret\r":                    "secret",
		"secret\n\n":                  "secret\n",
		" se cret ":                   " se cret ",
		"\xef\xbb\xbfsecret\r\n":      "secret",
		"\xef\xbb\xbf":                "",
		"päss\n":                      "päss",
		"\xef\xbb\xbf\xef\xbb\xbftwo": "\ufefftwo",
	} {
		got, err := Text([]byte(in))
		if got = OneLine(got); err != nil || got != want {
			t.Errorf("%q: %q %v", in, got, err)
		}
	}
	for _, s := range []string{"rassync-demo\r\n", "päss", "x\n"} {
		for _, mark := range []bool{true, false} {
			for _, big := range []bool{true, false} {
				if _, err := Text(utf16Text(s, mark, big)); !errors.Is(err, ErrUTF16) {
					t.Errorf("%q with mark %v, big endian %v: %v", s, mark, big, err)
				}
			}
		}
	}
	for _, s := range []string{"a\x00b", "p\xe4ss"} {
		if _, err := Text([]byte(s)); err == nil || errors.Is(err, ErrUTF16) {
			t.Errorf("%q: %v", s, err)
		}
	}
}
