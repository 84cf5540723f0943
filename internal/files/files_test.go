package files

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rassync/internal/linktest"
)

func TestPathsThatDocumentsMayName(t *testing.T) {
	for p, ok := range map[string]bool{
		"Main/files/logo.png":         true,
		"a/b/Zürich 2.png":            true,
		"CRM~12345678.png":            true, // as an export tells two names apart
		"config/x.png":                true,
		".git/config":                 false,
		"Main/.github/x.png":          false,
		"Main/.rassync/x.png":         false,
		".GIT/x.png":                  false,
		"git~1/x.png":                 false,
		"GIT~1/x.png":                 false,
		"a/GITHUB~1/x.png":            false,
		"RASSYN~1.YAM":                false,
		"GI7EB2~1/x.png":              false,
		"a./x.png":                    false,
		"a /x.png":                    false,
		" .git/x.png":                 false,
		"x.png:hidden":                false,
		"x.png::$DATA":                false,
		"a//x.png":                    false,
		"a/\u200b.git/x.png":          false,
		"a/.g\u200cit/x.png":          false,
		"\uff0egit/x.png":             false, // a wide full stop
		"a/\x00.png":                  false,
		"NUL.png":                     false,
		"com1.png":                    false,
		"a/\u202egnp.png":             false,
		"a/lo\ufe0fgo.png":            false,
		"a/" + "x.png.":               false,
		"CONIN$":                      false,
		strings.Repeat("a/", 5) + "x": true,
	} {
		if err := CheckPath(p); (err == nil) != ok {
			t.Errorf("%q: %v", p, err)
		}
	}
}

func TestInsideTheWorkspace(t *testing.T) {
	for _, c := range []struct{ from, written, want string }{
		{"Main", "files/a.png", "Main/files/a.png"},
		{"Main", `files\a.png`, "Main/files/a.png"},
		{"Main", "../a.png", "a.png"},
		{".", "a.png", "a.png"},
		{"Main", "../.git/config", ""},
		{"Main", "../../a.png", ""},
		{".", "/etc/passwd", ""},
		{".", `\\server\share\a.png`, ""},
		{".", "C:a.png", ""},
		{".", "", ""},
	} {
		got, err := Inside(c.from, c.written)
		if (err != nil) != (c.want == "") || err == nil && got != c.want {
			t.Errorf("%q from %q: %q %v", c.written, c.from, got, err)
		}
	}
}

func TestPictures(t *testing.T) {
	png := "\x89PNG\r\n\x1a\n...."
	bmp := "BM" + strings.Repeat("\x00", 40)
	for _, c := range []struct {
		name, data string
		ok         bool
	}{
		{"a.png", png, true}, {"a.PNG", png, true}, {"a.jpg", "\xff\xd8\xff\xe0", true}, {"a.gif", "GIF89a.", true}, {"a.bmp", bmp, true},
		{"a.ico", "\x00\x00\x01\x00\x01\x00" + strings.Repeat("\x00", 30), true},
		{"a.jpg", png, false}, {"config", png, false}, {"rassync.yaml", png, false}, {"a.yml", png, false}, {"a.svg", "<svg/>", false},
		{"a.png", "[core]\n\tfsmonitor = id\n", false}, {"a.png", "", false}, {"a.bmp", "BM the rest is a text that somebody wrote", false}, {"a.webp", "RIFF....AVI ", false},
	} {
		if err := Picture(c.name, []byte(c.data)); (err == nil) != c.ok {
			t.Errorf("%s %.12q: %v", c.name, c.data, err)
		}
	}
}

func open(t *testing.T) (*Root, string) {
	t.Helper()
	dir := t.TempDir()
	r, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r, dir
}

func TestLinksAreNotFollowed(t *testing.T) {
	r, dir := open(t)
	if err := os.Mkdir(filepath.Join(dir, "real"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "real", "a.png"), []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	linktest.Make(t, "real", filepath.Join(dir, "folder"))
	for link, to := range map[string]string{"file.png": "real/a.png", "dangling": "nowhere", "loop": "loop"} {
		linktest.Make(t, to, filepath.Join(dir, link))
	}
	if data, err := r.Read("real/a.png", 10); err != nil || string(data) != "x" {
		t.Fatal(err)
	}
	for _, p := range []string{"folder/a.png", "file.png", "dangling", "loop"} {
		if _, err := r.Read(p, 10); !errors.Is(err, ErrLink) {
			t.Errorf("reading %s: %v", p, err)
		}
		if _, err := fs.ReadFile(r.FS(), p); !errors.Is(err, ErrLink) {
			t.Errorf("reading %s as a file system: %v", p, err)
		}
		if err := r.Replace(p, []byte("new")); !errors.Is(err, ErrLink) {
			t.Errorf("writing %s: %v", p, err)
		}
	}
	if data, err := r.Read("real/a.png", 10); err != nil || string(data) != "x" {
		t.Errorf("%q %v", data, err)
	}
	if err := r.Replace("real/new/b.png", []byte("new")); err != nil {
		t.Error(err)
	}
}

func TestSizeIsBounded(t *testing.T) {
	r, dir := open(t)
	if err := os.WriteFile(filepath.Join(dir, "a"), make([]byte, 11), 0o644); err != nil {
		t.Fatal(err)
	}
	var large *TooLarge
	if _, err := r.Read("a", 10); !errors.As(err, &large) {
		t.Error(err)
	}
	if _, err := ReadNamed(filepath.Join(dir, "a"), 10); !errors.As(err, &large) {
		t.Error(err)
	}
	if data, err := r.Read("a", 11); err != nil || len(data) != 11 {
		t.Errorf("%d %v", len(data), err)
	}
	if _, err := r.Read(".", 10); !errors.Is(err, ErrNotRegular) {
		t.Error(err)
	}
	if _, err := ReadNamed(os.DevNull, 10); !errors.Is(err, ErrNotRegular) {
		t.Error(err)
	}
}
