package workspace

import (
	"crypto/sha256"
	"encoding/hex"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"rassync/internal/files"
	"rassync/internal/model"
)

// Folders and files that the layout uses itself.
const (
	farmFolder    = "farm"
	toolFolder    = ".rassync"
	schemaFolder  = ".rassync/schemas"
	publishFolder = "publishing"
	orderFile     = "publishing-order.yaml"
	fileFolder    = "files"
)

// maxName and maxPath keep paths below what Windows takes without long path
// support.
const (
	maxName = 80
	maxPath = 150
)

// layout says where new objects go. Names that differ by letter case alone
// are one folder, spelled as it was first met, existing folders first.
type layout struct {
	cat   *model.Catalog
	dirs  map[string]string // folded folder -> folder as it is spelled
	sites map[string]string
}

func newLayout(cat *model.Catalog) *layout {
	return &layout{cat: cat, dirs: map[string]string{}, sites: map[string]string{}}
}

// known notes how the folders of an existing file are spelled.
func (l *layout) known(file string) {
	for dir := path.Dir(file); dir != "."; dir = path.Dir(dir) {
		if low := model.Fold(dir); l.dirs[low] == "" {
			l.dirs[low] = dir
		}
	}
}

// file is the default place of an object's document.
func (l *layout) file(k *model.Kind, a model.Address) string {
	top := farmFolder
	if k.Scope == model.ScopeSite {
		top = siteFolder(a.Site)
	}
	switch {
	case k.Order != nil && l.ordersTree(k):
		return l.spelled(path.Join(top, orderFile))
	case k.Tree != nil:
		folder := a.Name
		if k.Name != k.Tree.Folder {
			folder, _ = model.ParentPath(a.Name)
		}
		return l.spelled(path.Join(top, publishFolder, folderPath(folder), k.Name+".yaml"))
	}
	return l.spelled(path.Join(top, k.Name+".yaml"))
}

func (l *layout) ordersTree(k *model.Kind) bool {
	for _, of := range k.Order.Of {
		if ok := l.cat.Kind(of); ok != nil && ok.Tree != nil {
			return true
		}
	}
	return false
}

// spelled writes the folders of a path as they were first spelled.
func (l *layout) spelled(file string) string {
	dir, base := path.Split(file)
	dir = strings.TrimSuffix(dir, "/")
	out := ""
	for _, part := range strings.Split(dir, "/") {
		next := path.Join(out, part)
		low := model.Fold(next)
		if l.dirs[low] == "" {
			l.dirs[low] = next
		}
		out = l.dirs[low]
	}
	return path.Join(out, base)
}

// siteFolder is the folder of a site; the folder of farm-wide kinds is taken.
func siteFolder(site string) string {
	if model.SameName(site, farmFolder) {
		return site + "~" + shortHash(site)
	}
	return safeName(site)
}

// folderPath is the path of a published folder on disk. Paths too long for
// Windows end in a hash instead of their deeper folders.
func folderPath(folder string) string {
	if folder == "" {
		return ""
	}
	parts := model.SplitPath(folder)
	for i, p := range parts {
		parts[i] = safeName(p)
	}
	whole := strings.Join(parts, "/")
	if len(whole) <= maxPath {
		return whole
	}
	kept := ""
	for _, p := range parts {
		if len(kept)+len(p) > maxPath-20 {
			break
		}
		kept = path.Join(kept, p)
	}
	return path.Join(kept, "~"+shortHash(model.Fold(folder)))
}

// safeName makes a file name of any text: one that Windows, macOS and Linux
// take, and that is not a dot-folder. A name that had to be changed ends in a
// short hash of the original, so that two names never share a file, whatever
// else is exported beside them.
func safeName(name string) string {
	var b strings.Builder
	for _, r := range name {
		switch {
		case r < ' ' || r == 0x7f || r == utf8.RuneError || unicode.Is(unicode.C, r) || unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r),
			strings.ContainsRune(`<>:"/\|?*`, r):
			b.WriteByte('_')
		case unicode.IsSpace(r):
			b.WriteByte(' ')
		default:
			b.WriteRune(r)
		}
	}
	safe := strings.TrimRight(b.String(), ". ")
	safe = strings.TrimLeft(safe, " ")
	if strings.HasPrefix(safe, ".") || strings.HasPrefix(safe, "~") {
		safe = "_" + safe[1:]
	}
	if len(safe) > maxName {
		cut := maxName
		for !utf8.RuneStart(safe[cut]) {
			cut--
		}
		safe = strings.TrimRight(safe[:cut], ". ")
	}
	if safe == "" || files.Device(safe) {
		safe = "_" + safe
	}
	if files.ShortName(safe) {
		// On NTFS GIT~1 is .git, and git takes no such path anywhere.
		safe = strings.ReplaceAll(safe, "~", "_")
	}
	if low := strings.ToLower(safe); strings.HasSuffix(low, ".yaml") || strings.HasSuffix(low, ".yml") {
		safe += "_" // neither a folder in the way of a document nor read as one
	}
	if safe != name {
		safe += "~" + shortHash(name)
	}
	return safe
}

func shortHash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:4])
}

// schemaLine is the first line of a file: editors find the schema by it.
func schemaLine(file, kind string) string { return SchemaLine(file, kind+".json") }

// ConfigSchema is the file of the schema of rassync.yaml among the schemas.
const ConfigSchema = "formats/workspace.json"

// SchemaLine is the line by which editors find a schema, for a file whose path is
// relative to the workspace.
func SchemaLine(file, schema string) string {
	up := strings.Repeat("../", strings.Count(file, "/"))
	return "# yaml-language-server: $schema=" + up + SchemaFile(schema)
}

// SchemaFile is where a schema is in a workspace.
func SchemaFile(schema string) string { return schemaFolder + "/" + schema }
