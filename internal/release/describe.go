package release

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/template"
)

//go:embed templates
var templates embed.FS

// manifests are the files that are made from templates, and where they go.
func manifests() map[string]string {
	return map[string]string{
		"winget-version.yaml":   "winget/rassync.rassync.yaml",
		"winget-installer.yaml": "winget/rassync.rassync.installer.yaml",
		"winget-locale.yaml":    "winget/rassync.rassync.locale.en-US.yaml",
		"scoop.json":            "scoop/rassync.json",
		"homebrew.rb":           "homebrew/rassync.rb",
		"Dockerfile":            "docker/Dockerfile",
	}
}

// describe writes what others need to know of the archives: checksums, a bill
// of materials, manifests of package managers.
func (r *Release) describe(o Options) error {
	write := func(name string, data []byte) error {
		path := filepath.Join(o.Out, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		return os.WriteFile(path, data, 0o644)
	}
	sbom, err := r.SBOM()
	if err != nil {
		return err
	}
	name := fmt.Sprintf("rassync_%s_sbom.spdx.json", r.Version)
	if err := write(name, sbom); err != nil {
		return err
	}
	if err := write(fmt.Sprintf("rassync_%s_SHA256SUMS", r.Version), []byte(r.Sums()+digest(sbom)+"  "+name+"\n")); err != nil {
		return err
	}
	for from, to := range manifests() {
		text, err := r.manifest(from)
		if err != nil {
			return err
		}
		if err := write("manifests/"+to, text); err != nil {
			return err
		}
	}
	return nil
}

// Sums are the checksums of the archives and, for `rassync version --check`,
// of the executables in them.
func (r *Release) Sums() string {
	var b strings.Builder
	for _, a := range r.Archives {
		fmt.Fprintf(&b, "%s  %s\n", a.SHA256, a.Name)
	}
	for _, a := range r.Archives {
		fmt.Fprintf(&b, "%s  rassync_%s_%s_%s/%s\n", a.Binary, r.Version, a.OS, a.Arch, a.Executable)
	}
	return b.String()
}

// manifest fills in one template. Something that it needs and the release does
// not have is an error.
func (r *Release) manifest(name string) ([]byte, error) {
	t, err := template.New(name).Delims("<<", ">>").Funcs(template.FuncMap{"upper": strings.ToUpper}).ParseFS(templates, "templates/"+name)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := t.Execute(&b, r); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// Archive finds the archive of a system, for the templates.
func (r *Release) Archive(system, arch string) (Archive, error) {
	for _, a := range r.Archives {
		if a.OS == system && a.Arch == arch {
			return a, nil
		}
	}
	return Archive{}, fmt.Errorf("the release has no archive for %s/%s", system, arch)
}

// Date is the day of the release.
func (r *Release) Date() string { return r.Time.Format("2006-01-02") }

type spdxPackage struct {
	Name             string    `json:"name"`
	ID               string    `json:"SPDXID"`
	Version          string    `json:"versionInfo,omitempty"`
	DownloadLocation string    `json:"downloadLocation"`
	FilesAnalyzed    bool      `json:"filesAnalyzed"`
	LicenseConcluded string    `json:"licenseConcluded"`
	LicenseDeclared  string    `json:"licenseDeclared"`
	Copyright        string    `json:"copyrightText"`
	Refs             []spdxRef `json:"externalRefs,omitempty"`
}

type spdxRef struct {
	Category string `json:"referenceCategory"`
	Type     string `json:"referenceType"`
	Locator  string `json:"referenceLocator"`
}

type spdxRelation struct {
	Element string `json:"spdxElementId"`
	Type    string `json:"relationshipType"`
	Related string `json:"relatedSpdxElement"`
}

// SBOM is the bill of materials of the executables, in SPDX 2.3.
func (r *Release) SBOM() ([]byte, error) {
	packages := []spdxPackage{spdxOf("rassync", r.Version, "SPDXRef-rassync", "Apache-2.0", "")}
	relations := []spdxRelation{{"SPDXRef-DOCUMENT", "DESCRIBES", "SPDXRef-rassync"}}
	for i, m := range r.Modules {
		l, err := LicenceIn(m.Dir)
		if err != nil {
			return nil, err
		}
		id := fmt.Sprintf("SPDXRef-module-%d", i+1)
		packages = append(packages, spdxOf(m.Path, m.Version, id, l.ID, "pkg:golang/"+m.Path+"@"+m.Version))
		relations = append(relations, spdxRelation{"SPDXRef-rassync", "DEPENDS_ON", id})
	}
	doc := map[string]any{
		"spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT", "name": "rassync-" + r.Version,
		"documentNamespace": "https://spdx.org/spdxdocs/rassync-" + r.Version + "-" + digest([]byte(r.Sums()))[:16],
		"creationInfo":      map[string]any{"created": r.Time.Format("2006-01-02T15:04:05Z"), "creators": []string{"Tool: rassync-makerelease"}},
		"packages":          packages, "relationships": relations,
	}
	out, err := json.MarshalIndent(doc, "", "  ")
	return append(out, '\n'), err
}

func spdxOf(name, version, id, licence, purl string) spdxPackage {
	p := spdxPackage{Name: name, ID: id, Version: version, DownloadLocation: "NOASSERTION", LicenseConcluded: licence, LicenseDeclared: licence, Copyright: "NOASSERTION"}
	if purl != "" {
		p.Refs = []spdxRef{{"PACKAGE-MANAGER", "purl", purl}}
	}
	return p
}

// brewSystem is a system as Homebrew writes it.
type brewSystem struct {
	Brew string
	CPUs []brewCPU
}

type brewCPU struct {
	Brew    string
	Archive Archive
}

// BrewSystems are the archives that Homebrew installs, for the template.
func (r *Release) BrewSystems() ([]brewSystem, error) {
	var list []brewSystem
	for _, s := range [][2]string{{"darwin", "macos"}, {"linux", "linux"}} {
		b := brewSystem{Brew: s[1]}
		for _, c := range [][2]string{{"amd64", "intel"}, {"arm64", "arm"}} {
			a, err := r.Archive(s[0], c[0])
			if err != nil {
				return nil, err
			}
			b.CPUs = append(b.CPUs, brewCPU{c[1], a})
		}
		list = append(list, b)
	}
	return list, nil
}
