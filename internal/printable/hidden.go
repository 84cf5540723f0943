package printable

import "unicode"

// Hidden tells whether a character shows nothing, looks like a blank without
// being one, or steers how the text around it is shown. A space is the one
// blank that is shown as it is.
func Hidden(r rune) bool {
	switch {
	case r >= ' ' && r < 0x7f:
		return false
	case r == 0x2800: // a Braille pattern without dots
		return true
	}
	return !unicode.IsPrint(r) || Ignorable(r)
}

// Ignorable tells whether Unicode lets a character be left out of what is
// shown (Default_Ignorable_Code_Point, and every other format character).
func Ignorable(r rune) bool {
	return unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}
