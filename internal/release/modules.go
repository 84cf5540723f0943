package release

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// Target is a system that a release is built for.
type Target struct{ OS, Arch string }

// String is the target as Go writes it.
func (t Target) String() string { return t.OS + "/" + t.Arch }

// Targets are the systems of a release.
func Targets() []Target {
	var list []Target
	for _, system := range []string{"windows", "linux", "darwin"} {
		for _, arch := range []string{"amd64", "arm64"} {
			list = append(list, Target{system, arch})
		}
	}
	return list
}

// Module is a Go module that is linked into the executable.
type Module struct {
	Path    string
	Version string
	Dir     string // its files
}

// Linked are the modules that the executable of any target holds, by path.
// Modules that only tests need are not among them.
func Linked(ctx context.Context, root string, targets []Target) ([]Module, error) {
	found := map[string]Module{}
	for _, t := range targets {
		out, err := goCommand(ctx, root, t, "list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}}\t{{.Version}}\t{{.Dir}}{{end}}{{end}}", "./cmd/rassync")
		if err != nil {
			return nil, err
		}
		for _, line := range strings.Split(string(out), "\n") {
			fields := strings.Split(line, "\t")
			if len(fields) == 3 {
				found[fields[0]] = Module{fields[0], fields[1], strings.TrimSpace(fields[2])}
			}
		}
	}
	var list []Module
	for _, m := range found {
		list = append(list, m)
	}
	slices.SortFunc(list, func(a, b Module) int { return strings.Compare(a.Path, b.Path) })
	return list, nil
}

// goCommand runs the go command for a target, without C.
func goCommand(ctx context.Context, root string, t Target, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "GOOS="+t.OS, "GOARCH="+t.Arch, "CGO_ENABLED=0")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go %s for %s: %w: %s", args[0], t, err, strings.TrimSpace(stderr.String()))
	}
	return out, nil
}
