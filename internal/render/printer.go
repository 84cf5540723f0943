package render

import (
	"fmt"
	"io"
	"strings"
)

// printer collects the lines of a text; nothing is written before all of it
// is made.
type printer struct {
	strings.Builder
	o Options
}

func (p *printer) linef(format string, args ...any) {
	fmt.Fprintf(p, format, args...)
	p.WriteByte('\n')
}

func (p *printer) flush(w io.Writer) error {
	_, err := io.WriteString(w, p.String())
	return err
}

// The colours; each is one SGR code.
const (
	bold   = "1"
	red    = "31"
	green  = "32"
	yellow = "33"
	cyan   = "36"
	faint  = "2"
)

func (p *printer) paint(code, s string) string {
	if !p.o.Color || s == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

// wrapped writes text broken at spaces: the first line after first, further
// lines after rest.
func (p *printer) wrapped(first, rest, text string) {
	if p.o.Plain {
		p.linef("%s%s", first, strings.Join(strings.Fields(text), " "))
		return
	}
	line, width := first, p.o.width()
	room := width - Cells(first)
	used, empty := 0, true
	for _, word := range strings.Fields(text) {
		n := Cells(word)
		if !empty && used+1+n > room {
			p.linef("%s", strings.TrimRight(line, " "))
			line, room, used, empty = rest, width-Cells(rest), 0, true
		}
		if !empty {
			line += " "
			used++
		}
		line += word
		used += n
		empty = false
	}
	p.linef("%s", strings.TrimRight(line, " "))
}
