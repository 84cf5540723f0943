// Command makerelease makes a release of rassync, or parts of it.
//
//	makerelease notices FILE                          the licences of all that is linked in
//	makerelease build -version V [-url U] -out DIR    archives, checksums, bill of materials, manifests
package main

import (
	"context"
	"errors"
	"flag"
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
	switch {
	case len(args) == 2 && args[0] == "notices":
		text, err := release.Notices(ctx, root)
		if err != nil {
			return err
		}
		return os.WriteFile(args[1], []byte(text), 0o644)
	case len(args) > 1 && args[0] == "build":
		return build(ctx, root, args[1:])
	}
	return errors.New("usage: makerelease notices FILE, or makerelease build -version V -out DIR")
}

func build(ctx context.Context, root string, args []string) error {
	o := release.Options{Root: root, Targets: release.Targets(), Log: func(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }}
	f := flag.NewFlagSet("build", flag.ContinueOnError)
	f.StringVar(&o.Version, "version", "", "version to stamp, such as 1.2.3")
	f.StringVar(&o.URL, "url", "https://example.com/rassync", "folder that the archives will be downloaded from, for the manifests")
	f.StringVar(&o.Out, "out", "", "folder to write to")
	if err := f.Parse(args); err != nil {
		return err
	}
	if o.Version == "" || o.Out == "" || f.NArg() > 0 {
		return errors.New("build needs -version and -out")
	}
	r, err := release.Make(ctx, o)
	if err != nil {
		return err
	}
	for _, a := range r.Archives {
		fmt.Printf("%s  %s\n", a.SHA256, a.Name)
	}
	return nil
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
