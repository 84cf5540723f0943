package files

import (
	"fmt"
	"os"
	"strings"
)

// ReadNamed reads a file that the operator named: its links are followed, but
// a device or a pipe that nobody writes to is no reason to hang. A pipe that
// the shell made, such as <(command), is read.
func ReadNamed(name string, limit int64) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	flags := os.O_RDONLY | noWait
	if shellPipe(name) {
		flags = os.O_RDONLY
	} else if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: %w", name, ErrNotRegular)
	}
	if info.Size() > limit {
		return nil, fmt.Errorf("%s: %w", name, &TooLarge{limit})
	}
	f, err := os.OpenFile(name, flags, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if now, err := f.Stat(); err != nil || !os.SameFile(info, now) && !shellPipe(name) {
		return nil, fmt.Errorf("%s was replaced while it was opened", name)
	}
	data, err := readAll(f, info.Size(), limit)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return data, nil
}

// shellPipe tells whether a name is that of a file which the caller has opened
// already.
func shellPipe(name string) bool {
	return name == "/dev/stdin" || strings.HasPrefix(name, "/dev/fd/") || strings.HasPrefix(name, "/proc/self/fd/")
}
