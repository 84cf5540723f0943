package model

import (
	"strings"

	"golang.org/x/text/unicode/norm"
)

// Fold is the form in which names are compared: letter case and the way in
// which letters are composed make no other name to the farm. A Mac writes "ü"
// as two characters, Windows as one.
func Fold(s string) string {
	plain := true
	for i := 0; i < len(s); i++ {
		if c := s[i]; c >= 0x80 {
			return norm.NFC.String(strings.ToLower(norm.NFC.String(s)))
		} else if c >= 'A' && c <= 'Z' {
			plain = false
		}
	}
	if plain {
		return s
	}
	return strings.ToLower(s)
}

// SameName tells whether two names are one to the farm.
func SameName(a, b string) bool { return a == b || Fold(a) == Fold(b) }
