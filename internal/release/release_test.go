package release

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"strings"
	"testing"
	"time"

	"gopkg.in/yaml.v3"
)

// sample is a release with made-up bytes.
func sample(t *testing.T) *Release {
	t.Helper()
	r := &Release{Version: "1.2.3", URL: "https://example.com/r", Time: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)}
	for i, target := range Targets() {
		name := "rassync_1.2.3_" + target.OS + "_" + target.Arch
		a := Archive{Target: target, Name: name + ".tar.gz", Folder: name, Executable: "rassync", SHA256: digest([]byte{byte(i)}), Binary: digest([]byte{9, byte(i)})}
		if target.OS == "windows" {
			a.Name, a.Folder, a.Executable = name+".zip", "", "rassync.exe"
		}
		r.Archives = append(r.Archives, a)
	}
	return r
}

func TestManifestsNameEachArchiveWithItsChecksum(t *testing.T) {
	r := sample(t)
	for name := range manifests() {
		text, err := r.manifest(name)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(text), "1.2.3") || strings.Contains(string(text), "<<") {
			t.Errorf("%s:\n%s", name, text)
		}
		var doc any
		switch {
		case strings.HasSuffix(name, ".json"):
			err = json.Unmarshal(text, &doc)
		case strings.HasSuffix(name, ".yaml"):
			err = yaml.Unmarshal(text, &doc)
		}
		if err != nil {
			t.Errorf("%s: %v\n%s", name, err, text)
		}
	}
	for name, systems := range map[string]string{"winget-installer.yaml": "windows", "scoop.json": "windows", "homebrew.rb": "darwin linux"} {
		text, err := r.manifest(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range r.Archives {
			want := strings.Contains(systems, a.OS)
			if got := strings.Contains(strings.ToLower(string(text)), a.SHA256) && strings.Contains(string(text), "https://example.com/r/"+a.Name); got != want {
				t.Errorf("%s names %s with its checksum: %v", name, a.Name, got)
			}
		}
	}
	r.Archives = r.Archives[1:]
	if _, err := r.manifest("scoop.json"); err == nil {
		t.Error("a manifest is made although an archive is missing")
	}
}

func TestArchivesAreReproducible(t *testing.T) {
	r := sample(t)
	files := []file{{"rassync", []byte("program"), 0o755}, {"docs/index.md", []byte("text"), 0o644}}
	for _, a := range r.Archives {
		one, err := packed(a, files, r.Time)
		if err != nil {
			t.Fatal(err)
		}
		two, err := packed(a, files, r.Time)
		if err != nil || !bytes.Equal(one, two) {
			t.Errorf("%s differs from one time to the next (%v)", a.Name, err)
		}
		got := namesIn(t, a, one)
		want := []string{"rassync 755", "docs/index.md 644"}
		for i := range want {
			if a.Folder != "" {
				want[i] = a.Folder + "/" + want[i]
			}
		}
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("%s holds %q, want %q", a.Name, got, want)
		}
	}
}

// namesIn lists an archive with the rights of its files.
func namesIn(t *testing.T, a Archive, data []byte) []string {
	t.Helper()
	var got []string
	if a.OS == "windows" {
		z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range z.File {
			got = append(got, f.Name+" "+octal(int64(f.Mode().Perm())))
		}
		return got
	}
	g, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	for r := tar.NewReader(g); ; {
		h, err := r.Next()
		if err == io.EOF {
			return got
		}
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, h.Name+" "+octal(h.Mode))
	}
}

func octal(n int64) string {
	return string([]byte{byte('0' + n>>6&7), byte('0' + n>>3&7), byte('0' + n&7)})
}

func TestBillOfMaterialsNamesEveryModule(t *testing.T) {
	r := sample(t)
	var err error
	if r.Modules, err = Linked(t.Context(), "../..", Targets()[:1]); err != nil {
		t.Fatal(err)
	}
	data, err := r.SBOM()
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		SPDXVersion string `json:"spdxVersion"`
		Packages    []struct {
			Name    string `json:"name"`
			Version string `json:"versionInfo"`
			Licence string `json:"licenseConcluded"`
		} `json:"packages"`
		Relationships []struct{ RelationshipType string } `json:"relationships"`
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	if doc.SPDXVersion != "SPDX-2.3" || len(doc.Packages) != len(r.Modules)+1 || len(doc.Relationships) != len(r.Modules)+1 {
		t.Errorf("%d packages and %d relationships of %d modules", len(doc.Packages), len(doc.Relationships), len(r.Modules))
	}
	for i, m := range r.Modules {
		if p := doc.Packages[i+1]; p.Name != m.Path || p.Version != m.Version || p.Licence == "" {
			t.Errorf("got %+v for %s", p, m.Path)
		}
	}
}

func TestMakeRefusesWhatIsNoVersion(t *testing.T) {
	for _, v := range []string{"", "v", "1.0/../x", "1 0", "-X main.x=y"} {
		if _, err := Make(t.Context(), Options{Root: "../..", Version: v, Out: t.TempDir()}); err == nil {
			t.Errorf("%q is taken", v)
		}
	}
}
