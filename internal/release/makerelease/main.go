// Command makerelease makes a release of rassync, or parts of it.
//
//	makerelease notices FILE     the licences of all that is linked in
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"rassync/internal/release"
)

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "makerelease:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	root, err := moduleRoot()
	if err != nil {
		return err
	}
	if len(args) == 2 && args[0] == "notices" {
		text, err := release.Notices(ctx, root)
		if err != nil {
			return err
		}
		return os.WriteFile(args[1], []byte(text), 0o644)
	}
	return errors.New("usage: makerelease notices FILE")
}

// moduleRoot is the folder of go.mod, at or above the working directory.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	for ; err == nil; dir = filepath.Dir(dir) {
		if _, serr := os.Stat(filepath.Join(dir, "go.mod")); serr == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", errors.New("no go.mod at or above the working directory")
		}
	}
	return "", err
}
