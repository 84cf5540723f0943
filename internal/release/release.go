package release

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Options say what to release, and where.
type Options struct {
	Root    string // of the module
	Version string // 1.2.3, with or without a v before it
	URL     string // folder that the archives will be downloaded from
	Out     string // folder to write to
	Targets []Target
	Log     func(format string, args ...any)
}

// Release is what the archives, manifests and checksums are made from.
type Release struct {
	Version  string
	URL      string
	Time     time.Time // of the commit: the same source gives the same bytes
	Archives []Archive
	Modules  []Module
}

// Archive is one file to download.
type Archive struct {
	Target
	Name       string // of the file
	Folder     string // in it, "" if the files are at its top
	Executable string
	SHA256     string
	Binary     string // SHA-256 of the executable inside
}

var versionForm = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z.+-]*$`)

// Make builds everything into o.Out.
func Make(ctx context.Context, o Options) (*Release, error) {
	r := &Release{Version: strings.TrimPrefix(o.Version, "v"), URL: strings.TrimSuffix(o.URL, "/"), Time: commitTime(ctx, o.Root)}
	if !versionForm.MatchString(r.Version) {
		return nil, fmt.Errorf("%q is not a version: use a form such as 1.2.3", o.Version)
	}
	if err := os.MkdirAll(o.Out, 0o755); err != nil {
		return nil, err
	}
	var err error
	if r.Modules, err = Linked(ctx, o.Root, o.Targets); err != nil {
		return nil, err
	}
	work, err := os.MkdirTemp("", "rassync-release-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(work)
	shared, err := sharedFiles(ctx, o, r, work)
	if err != nil {
		return nil, err
	}
	for _, t := range o.Targets {
		o.Log("building for %s", t)
		a, err := r.pack(ctx, o, t, shared, work)
		if err != nil {
			return nil, err
		}
		r.Archives = append(r.Archives, a)
	}
	if err := r.describe(o); err != nil {
		return nil, err
	}
	return r, nil
}

// pack builds the executable of a target and puts it into its archive.
func (r *Release) pack(ctx context.Context, o Options, t Target, shared []file, work string) (Archive, error) {
	a := Archive{Target: t, Executable: "rassync"}
	base := fmt.Sprintf("rassync_%s_%s_%s", r.Version, t.OS, t.Arch)
	if t.OS == "windows" {
		a.Name, a.Executable = base+".zip", "rassync.exe"
	} else {
		a.Name, a.Folder = base+".tar.gz", base
	}
	path := filepath.Join(work, base, a.Executable)
	if err := r.build(ctx, o.Root, t, path); err != nil {
		return a, err
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return a, err
	}
	a.Binary = digest(data)
	files := append([]file{{a.Executable, data, 0o755}}, shared...)
	packed, err := packed(a, files, r.Time)
	if err != nil {
		return a, err
	}
	a.SHA256 = digest(packed)
	return a, os.WriteFile(filepath.Join(o.Out, a.Name), packed, 0o644)
}

// build makes a static executable that is the same wherever it is built.
func (r *Release) build(ctx context.Context, root string, t Target, to string) error {
	_, err := goCommand(ctx, root, t, "build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w -buildid= -X main.release="+r.Version, "-o", to, "./cmd/rassync")
	return err
}

// sharedFiles are what every archive holds beside the executable: licences,
// the manual, examples, and completions, which the tool itself writes.
func sharedFiles(ctx context.Context, o Options, r *Release, work string) ([]file, error) {
	var files []file
	for name, as := range map[string]string{"LICENSE": "LICENSE", "CHANGELOG.md": "CHANGELOG.md", "README.md": "README.md"} {
		data, err := os.ReadFile(filepath.Join(o.Root, name))
		if err != nil {
			return nil, err
		}
		files = append(files, file{as, data, 0o644})
	}
	for _, dir := range []string{"docs", "examples/windows", "examples/pipelines"} {
		err := filepath.WalkDir(filepath.Join(o.Root, dir), func(p string, e os.DirEntry, err error) error {
			if err != nil || e.IsDir() || strings.HasSuffix(p, ".go") {
				return err
			}
			rel, err := filepath.Rel(o.Root, p)
			if err != nil {
				return err
			}
			data, err := os.ReadFile(p)
			files = append(files, file{filepath.ToSlash(rel), data, 0o644})
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	own := filepath.Join(work, "rassync-of-this-machine")
	if runtime.GOOS == "windows" {
		own += ".exe"
	}
	if err := r.build(ctx, o.Root, Target{runtime.GOOS, runtime.GOARCH}, own); err != nil {
		return nil, err
	}
	for shell, name := range map[string]string{"bash": "rassync.bash", "zsh": "_rassync", "fish": "rassync.fish", "powershell": "rassync.ps1"} {
		out, err := exec.CommandContext(ctx, own, "completion", shell).Output()
		if err != nil {
			return nil, fmt.Errorf("completion for %s: %w", shell, err)
		}
		files = append(files, file{"completions/" + name, out, 0o644})
	}
	slices.SortFunc(files, func(a, b file) int { return strings.Compare(a.name, b.name) })
	return files, nil
}

// commitTime is when the source was committed; SOURCE_DATE_EPOCH overrides it.
func commitTime(ctx context.Context, root string) time.Time {
	text := os.Getenv("SOURCE_DATE_EPOCH")
	if text == "" {
		out, err := exec.CommandContext(ctx, "git", "-C", root, "log", "-1", "--format=%ct").Output()
		if err != nil {
			return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC) // an unpacked source archive
		}
		text = strings.TrimSpace(string(out))
	}
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return time.Unix(seconds, 0).UTC()
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
