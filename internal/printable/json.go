package printable

import (
	"fmt"
	"unicode/utf8"
)

// JSON escapes in a JSON text what must not be printed. The values stay what
// they are: outside of strings JSON holds none of it but line ends.
func JSON(data []byte) []byte {
	out := make([]byte, 0, len(data))
	for i := 0; i < len(data); {
		r, n := utf8.DecodeRune(data[i:])
		switch {
		case r == '#' && i > 0 && data[i-1] == '#':
			out = append(out, `\u0023`...)
		case r == '\n' || !Hidden(r):
			out = append(out, data[i:i+n]...)
		case r < 0x10000:
			out = fmt.Appendf(out, `\u%04x`, r)
		default:
			r -= 0x10000
			out = fmt.Appendf(out, `\u%04x\u%04x`, 0xd800+(r>>10), 0xdc00+(r&0x3ff))
		}
		i += n
	}
	return out
}
