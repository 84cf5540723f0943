package main

import (
	"os"

	"golang.org/x/sys/windows"
)

// utf8CodePage is the number by which Windows knows UTF-8.
const utf8CodePage = 65001

// sequences switches colours on. The console of Windows Server shows them as
// text such as "←[33m" unless it is asked, and older ones cannot do it at all.
func sequences(f *os.File) bool {
	h := windows.Handle(f.Fd())
	var mode uint32
	if err := windows.GetConsoleMode(h, &mode); err != nil {
		return false
	}
	return mode&windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING != 0 || windows.SetConsoleMode(h, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING) == nil
}

// unicodeConsole tells whether characters beyond ASCII are shown. What goes
// to a console does so in UTF-16, whatever its code page: umlauts are right in
// every language. What goes elsewhere is UTF-8, which programs read as such
// only if that is the code page.
func unicodeConsole(console bool, _ func(string) string) bool {
	if console {
		return true
	}
	cp, err := windows.GetConsoleOutputCP()
	return err == nil && cp == utf8CodePage
}
