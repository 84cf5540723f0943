package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"rassync/internal/app"
	"rassync/internal/render"
)

// release is set by the build of a release.
var release string

// version is that of the release, or what the build knows of its source.
func version() string {
	if release != "" {
		return release
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "dev"
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return "dev-" + s.Value[:12]
		}
	}
	return "dev"
}

// versionDocument is what version shows as JSON.
type versionDocument struct {
	Name    string        `json:"name"`
	Version string        `json:"version"`
	Go      string        `json:"go"`
	System  string        `json:"system"`
	Kinds   int           `json:"kinds"`
	Check   *versionCheck `json:"check,omitempty"`
}

// versionCheck is how the executable compares with a file of checksums.
type versionCheck struct {
	File   string `json:"file"`
	SHA256 string `json:"sha256"`
	Entry  string `json:"entry,omitempty"` // the line that fits
}

func newVersion(c *call) *cobra.Command {
	var sums string
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Show the version of rassync",
		Long: `Version shows the version of rassync, of the Go it was built with, and the system it was built for.

With --check it compares its own executable with the checksums of a release, without any connection: exit code 0 if
they name it, 1 if not. Take the file with the checksums from where you trust it, not from beside the executable.`,
		Example: `  rassync version
  rassync version --format json
  rassync version --check rassync_1.2.3_SHA256SUMS`,
		Args: cobra.NoArgs,
	}
	format := addFormat(cmd, "text", "json")
	cmd.Flags().StringVar(&sums, "check", "", "`file` with the SHA-256 checksums of a release to compare this executable with")
	cmd.RunE = c.begin(format, func(context.Context, []string) error {
		doc := versionDocument{c.Tool.Name, c.Tool.Version, runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH, len(c.Catalog.Names()), nil}
		if sums != "" {
			check, err := checkExecutable(sums)
			if err != nil {
				return err
			}
			doc.Check = check
		}
		if format.value == "json" {
			return render.JSON(c.Out, doc)
		}
		if _, err := fmt.Fprintf(c.Out, "%s %s (%s, %s, %d kinds)\n", doc.Name, doc.Version, doc.Go, doc.System, doc.Kinds); err != nil || doc.Check == nil {
			return err
		}
		_, err := fmt.Fprintf(c.Out, "sha256 %s: %s in %s\n", doc.Check.SHA256, render.Escape(doc.Check.Entry), render.Escape(doc.Check.File))
		return err
	})
	return cmd
}

// maxSums is far more than the checksums of any release.
const maxSums = 1 << 20

// checkExecutable finds the checksum of this executable in a file of them.
func checkExecutable(sums string) (*versionCheck, error) {
	own, err := ownDigest()
	if err != nil {
		return nil, err
	}
	f, err := os.Open(sums)
	if err != nil {
		return nil, &app.Failure{Class: app.Input, Err: fmt.Errorf("the checksums cannot be read: %w", err)}
	}
	defer f.Close()
	var others []string // checksums of other executables
	lines := bufio.NewScanner(io.LimitReader(f, maxSums))
	for lines.Scan() {
		sum, name, ok := strings.Cut(strings.TrimSpace(lines.Text()), " ")
		name = strings.TrimLeft(name, " *")
		if base := path.Base(name); !ok || strings.TrimSuffix(base, ".exe") != "rassync" {
			continue
		}
		if strings.EqualFold(sum, own) {
			return &versionCheck{filepath.Base(sums), own, name}, nil
		}
		others = append(others, name)
	}
	if err := lines.Err(); err != nil {
		return nil, &app.Failure{Class: app.Input, Err: fmt.Errorf("the checksums cannot be read: %w", err)}
	}
	if len(others) == 0 {
		return nil, app.Failf(app.Input, "%s names no executable of rassync", sums).With("give the file rassync_VERSION_SHA256SUMS of the release")
	}
	return nil, app.Failf(app.Failed, "this executable is not one of %s: its SHA-256 is %s", filepath.Base(sums), own).
		With("it is of another version, was built from source, or was changed: download it again, and compare the checksum of the archive")
}

func ownDigest() (string, error) {
	exe, err := os.Executable()
	if err != nil {
		return "", err
	}
	f, err := os.Open(exe)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
