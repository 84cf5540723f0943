package app

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"gopkg.in/yaml.v3"

	"rassync/internal/files"
	"rassync/internal/workspace"
)

// recordFarm writes down which farm the folder belongs to. What stands in
// rassync.yaml already stays as it is; only what is missing is added.
func (a *App) recordFarm(s *Session, f *Folder, o ExportOptions) error {
	if o.Overlay != "" {
		return nil // the farm of an overlay is the user's to write
	}
	farm := s.Farm()
	want := []setting{{"url", s.URL}, {"guid", farm.GUID}, {"name", farm.Name}, {"fingerprint", s.Fingerprint}}
	have := f.Config.Farm
	if have.CAFile != "" {
		want = want[:3]
	}
	for i, set := range []bool{have.URL != "", have.GUID != "", have.Name != "", have.Fingerprint != ""} {
		if i < len(want) && set {
			want[i].value = ""
		}
	}
	var missing []setting
	for _, w := range want {
		if w.value != "" {
			missing = append(missing, w)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	path := filepath.Join(f.Dir, workspace.ConfigFile)
	text, err := files.ReadNamed(path, 16<<20)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		text = []byte(newConfig(missing, references(o)))
	case err != nil:
		return err
	default:
		next, ok := addFarm(text, missing)
		if !ok {
			a.Notice("the farm was not noted in %s: its farm section is written in a way that cannot be added to", workspace.ConfigFile)
			return nil
		}
		text = next
	}
	root, err := files.Open(f.Dir)
	if err != nil {
		return err
	}
	defer root.Close()
	if err := root.Prepare(); err != nil {
		return err
	}
	defer root.Done()
	return root.Replace(workspace.ConfigFile, text)
}

type setting struct{ name, value string }

// line writes a setting as YAML.
func (s setting) line(indent string) string {
	data, err := yaml.Marshal(s.value)
	if err != nil || bytes.Count(data, []byte("\n")) != 1 {
		return fmt.Sprintf("%s%s: %q\n", indent, s.name, s.value)
	}
	return indent + s.name + ": " + string(data)
}

// references is the rule for a first export. A part of a farm refers to what
// was left out: only the farm can have that.
func references(o ExportOptions) workspace.References {
	if len(o.Selection.Only)+len(o.Selection.Except) > 0 {
		return workspace.FarmReferences
	}
	return workspace.StrictReferences
}

// newConfig is the rassync.yaml of a first export.
func newConfig(farm []setting, refs workspace.References) string {
	var b strings.Builder
	b.WriteString(workspace.SchemaLine(workspace.ConfigFile, workspace.ConfigSchema) + "\n# The farm that this folder belongs to, and how rassync manages it.\nfarm:\n")
	for _, s := range farm {
		b.WriteString(s.line("  "))
	}
	b.WriteString(`
manage:
  # additive: what is not declared here is left alone.
  # exclusive: what is not declared here is deleted, but only by --prune.
  default: additive

# strict: what is referred to must be declared here. farm: the farm may have it.
references: ` + string(refs) + "\n")
	return b.String()
}

// addFarm adds settings to the farm section of a configuration, or the
// section itself, and leaves every other byte as it is.
func addFarm(text []byte, add []setting) ([]byte, bool) {
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return nil, false
	}
	eol := "\n"
	if bytes.Contains(text, []byte("\r\n")) {
		eol = "\r\n"
	}
	write := func(indent string) string {
		var b strings.Builder
		for _, s := range add {
			b.WriteString(s.line(indent))
		}
		return strings.ReplaceAll(b.String(), "\n", eol)
	}
	var farm, key *yaml.Node
	if len(doc.Content) > 0 {
		top := doc.Content[0]
		if top.Kind != yaml.MappingNode || top.Style&yaml.FlowStyle != 0 {
			return nil, false
		}
		for i := 0; i+1 < len(top.Content); i += 2 {
			if top.Content[i].Value == "farm" {
				key, farm = top.Content[i], top.Content[i+1]
			}
		}
	}
	if farm == nil {
		end := text
		if len(end) > 0 && end[len(end)-1] != '\n' {
			end = append(bytes.Clone(end), eol...)
		}
		return append(bytes.Clone(end), []byte(eol+"farm:"+eol+write("  "))...), !bytes.Contains(text, []byte("\n..."))
	}
	switch {
	case farm.Kind == yaml.ScalarNode && farm.Tag == "!!null" && farm.Value == "":
		return insertAfter(text, key.Line, write(strings.Repeat(" ", key.Column+1))), true
	case farm.Kind == yaml.MappingNode && farm.Style&yaml.FlowStyle == 0 && len(farm.Content) > 0:
		return insertBefore(text, farm.Content[0].Line, write(strings.Repeat(" ", farm.Content[0].Column-1))), true
	}
	return nil, false
}

// insertAfter puts text behind a line; lines count from 1.
func insertAfter(text []byte, line int, more string) []byte { return insertBefore(text, line+1, more) }

func insertBefore(text []byte, line int, more string) []byte {
	at := 0
	for n := 1; n < line; n++ {
		i := bytes.IndexByte(text[at:], '\n')
		if i < 0 {
			at = len(text)
			if at > 0 && text[at-1] != '\n' {
				more = "\n" + more
			}
			break
		}
		at += i + 1
	}
	out := append(bytes.Clone(text[:at]), more...)
	return append(out, text[at:]...)
}
