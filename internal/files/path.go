package files

import (
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// shortName is what Windows makes of a long name or of one that starts with a
// dot: GIT~1 is .git there, whatever git is told to ignore.
var shortName = regexp.MustCompile(`^[^.~]{0,6}~[0-9]{1,6}(\.[^.]{0,3})?$`)

// ShortName tells whether Windows may take a name for another, longer one.
func ShortName(name string) bool {
	stem, _, _ := strings.Cut(name, ".")
	return len(stem) <= 8 && shortName.MatchString(name)
}

// SameOnDisk tells whether some file system may take one name for another:
// without letter case, invisible characters, or the dots and blanks at an end,
// or by a short name.
func SameOnDisk(name, other string) bool {
	a, b := onDisk(name), onDisk(other)
	return a == b || shortOf(a, b) || shortOf(b, a)
}

func onDisk(name string) string {
	name = strings.Map(func(r rune) rune {
		if invisible(r) {
			return -1
		}
		return r
	}, norm.NFKC.String(name))
	name, _, _ = strings.Cut(name, ":") // a hidden part of a file of that name
	return strings.ToLower(strings.ToUpper(strings.TrimRight(name, ". ")))
}

// shortOf tells whether Windows may have made the short name of a long one: its
// beginning, or the two first letters and a number.
func shortOf(short, long string) bool {
	stem, number, ok := strings.Cut(short, "~")
	if !ok || !ShortName(short) || number == "" {
		return false
	}
	long = strings.NewReplacer(".", "", " ", "").Replace(long)
	return stem != "" && (strings.HasPrefix(long, stem) || len(stem) == 6 && strings.HasPrefix(long, stem[:2]))
}

// Device tells whether Windows takes a name for a device, whatever its
// extension.
func Device(name string) bool {
	stem, _, _ := strings.Cut(name, ".")
	stem = strings.ToUpper(strings.TrimRight(stem, " "))
	switch stem {
	case "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$":
		return true
	}
	if rest, ok := strings.CutPrefix(stem, "COM"); ok {
		return devicePort(rest)
	}
	rest, ok := strings.CutPrefix(stem, "LPT")
	return ok && devicePort(rest)
}

func devicePort(s string) bool {
	return len([]rune(s)) == 1 && strings.ContainsAny(s, "0123456789¹²³")
}

// Inside cleans a path that a file of the folder names, and refuses one that
// leaves the folder or goes through what is not the documents' own: from is
// the folder of the file that names it. Backslashes are taken as slashes.
func Inside(from, written string) (string, error) {
	p := strings.ReplaceAll(written, `\`, "/")
	if path.IsAbs(p) || len(p) > 1 && p[1] == ':' {
		return "", errors.New("the path is absolute")
	}
	p = path.Join(from, p)
	if p == "." || !filepath.IsLocal(filepath.FromSlash(p)) {
		return "", errors.New("the path leads out of the workspace")
	}
	return p, CheckPath(p)
}

// CheckPath looks at every component of a path with forward slashes. The rules
// are those of all systems together, so that a folder that passes on Linux
// means the same on Windows.
func CheckPath(p string) error {
	for _, c := range strings.Split(p, "/") {
		if err := checkComponent(c); err != nil {
			return err
		}
	}
	return nil
}

func checkComponent(c string) error {
	plain := norm.NFKC.String(c)
	switch {
	case c == "":
		return errors.New("the path has an empty part")
	case strings.ContainsFunc(c, invisible):
		return fmt.Errorf("%+q holds invisible characters", c)
	case strings.HasPrefix(plain, "."):
		return fmt.Errorf("%q starts with a dot: such files and folders are never used", c)
	case strings.Contains(plain, ":"):
		return fmt.Errorf("%q holds a colon, which Windows takes for a hidden part of a file", c)
	case strings.HasSuffix(plain, ".") || strings.HasSuffix(plain, " ") || strings.HasPrefix(plain, " "):
		return fmt.Errorf("%q starts or ends with a dot or a blank, which Windows leaves out", c)
	case ShortName(plain):
		return fmt.Errorf("%q looks like a short name, by which Windows may mean another file", c)
	case Device(plain):
		return fmt.Errorf("%q is a device on Windows", c)
	}
	return nil
}

// invisible tells whether a character shows nothing or steers how others are
// shown; file systems differ in whether it counts.
func invisible(r rune) bool {
	return unicode.In(r, unicode.C, unicode.Zl, unicode.Zp, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}
