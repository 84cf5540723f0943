package workspace

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"rassync/internal/files"
	"rassync/internal/model"
)

// eol is the line break that new text of a file gets.
func (f *treeFile) eol() string {
	if f.src != nil && bytes.Contains(f.src.text, []byte("\r\n")) {
		return "\r\n"
	}
	return "\n"
}

// text is the text of a document as it stands now.
func (f *treeFile) text(seg int) []byte {
	if t, ok := f.texts[seg]; ok {
		return []byte(t)
	}
	s := f.src.segs[seg]
	return f.src.text[s.start:s.end]
}

func (f *treeFile) replace(seg int, text string) {
	if f.texts == nil {
		f.texts = map[int]string{}
	}
	f.texts[seg] = text
}

func (f *treeFile) drop(d *treeDoc) {
	if f.gone == nil {
		f.gone = map[int]bool{}
	}
	f.gone[d.seg] = true
}

// insert puts a new document in its alphabetical place if the file is in
// order, and at the end if its author has another one.
func (f *treeFile) insert(d *treeDoc) {
	sorted := true
	for i := 1; i < len(f.docs); i++ {
		sorted = sorted && addressLess(f.docs[i-1].obj.Address, f.docs[i].obj.Address)
	}
	at := len(f.docs)
	if sorted {
		// New documents come in order, so the place is mostly the end.
		for at > 0 && addressLess(d.obj.Address, f.docs[at-1].obj.Address) {
			at--
		}
	}
	f.docs = append(f.docs, nil)
	copy(f.docs[at+1:], f.docs[at:])
	f.docs[at] = d
}

// bytes puts the file together; nil if nothing is left of it.
func (f *treeFile) bytes() []byte {
	eol := f.eol()
	before := map[int][]*treeDoc{} // document -> new ones in front of it
	end := 0
	if f.src != nil {
		end = len(f.src.segs)
	}
	next := end
	for i := len(f.docs) - 1; i >= 0; i-- {
		if d := f.docs[i]; d.seg >= 0 {
			next = d.seg
		} else {
			before[next] = append([]*treeDoc{d}, before[next]...)
		}
	}
	var b bytes.Buffer
	if f.src != nil && f.src.bom {
		b.Write(bom)
	}
	begin := b.Len()
	if f.src == nil {
		b.WriteString(schemaLine(f.path, f.docs[0].obj.Address.Kind) + eol)
	}
	alone := true // nothing but the first line and comments stands before
	write := func(d *treeDoc) {
		if b.Len() > begin && !endsLine(b.Bytes()) {
			b.WriteString(eol)
		}
		if !alone {
			// Editors take the line for the document that it stands in alone.
			b.WriteString("---" + eol + schemaLine(f.path, d.obj.Address.Kind) + eol)
		}
		b.WriteString(d.text)
		alone = false
	}
	left := 0
	var above []byte // comments that stand before the mark of the next document
	for seg := 0; seg < end; seg++ {
		text, tail := f.withoutTail(seg)
		lead := above
		above = tail
		marked := marker(text, "---")
		if seg == 0 && len(before[0]) > 0 && !marked {
			// The line that names the schema stays in front.
			if first := lineEnd(text, 0); namesSchema(text) {
				b.Write(text[:first])
			}
		}
		for _, d := range before[seg] {
			write(d)
			left++
		}
		if f.gone[seg] {
			// What stands above the first document belongs to the file.
			if seg == 0 && namesSchema(text) && !f.nextNamesSchema(seg, end) {
				b.Write(text[:lineEnd(text, 0)])
			}
			continue
		}
		b.Write(lead)
		content := !commentsOnly(text)
		switch {
		case alone && marked && seg > 0 && f.gone[seg-1] && len(bytes.TrimSpace(text[3:lineEnd(text, 0)])) == 0:
			text = text[lineEnd(text, 0):] // no mark is needed any more
		case !alone && !marked && content:
			if !endsLine(b.Bytes()) {
				b.WriteString(eol)
			}
			b.WriteString("---" + eol)
		}
		if len(text) > 0 && b.Len() > begin && !endsLine(b.Bytes()) {
			b.WriteString(eol)
		}
		b.Write(text)
		if content {
			alone = false
			left++
		} else if len(bytes.TrimSpace(text)) > 0 && !(seg == 0 && namesSchema(text) && lineEnd(text, 0) == len(text)) {
			left++ // somebody's notes
		}
	}
	for _, d := range before[end] {
		write(d)
		left++
	}
	if left == 0 {
		return nil
	}
	return b.Bytes()
}

// withoutTail parts the text of a document from the comment lines directly
// above the mark of the next one, of which they speak.
func (f *treeFile) withoutTail(seg int) (text, tail []byte) {
	text = f.text(seg)
	if seg+1 == len(f.src.segs) || !marker(f.text(seg+1), "---") || commentsOnly(text) {
		return text, nil
	}
	var starts []int
	for pos := 0; pos < len(text); pos = lineEnd(text, pos) {
		starts = append(starts, pos)
	}
	at := len(starts)
	for at > 0 && text[starts[at-1]] == '#' {
		at--
	}
	if at == len(starts) {
		return text, nil
	}
	for at > 0 && len(bytes.TrimSpace(text[starts[at-1]:lineEnd(text, starts[at-1])])) == 0 {
		at-- // the blank lines that part them from what stands before
	}
	if at == 0 || !f.between(seg) {
		return text, nil
	}
	return text[:starts[at]], text[starts[at]:]
}

// between tells whether anything changes between a document and the next one:
// otherwise the text stays as it is.
func (f *treeFile) between(seg int) bool {
	if f.gone[seg] || f.gone[seg+1] {
		return true
	}
	for i, d := range f.docs {
		if d.seg == seg {
			return i+1 < len(f.docs) && f.docs[i+1].seg < 0
		}
	}
	return true
}

// namesSchema tells whether a document begins with the line by which editors
// find its schema.
func namesSchema(text []byte) bool {
	if marker(text, "---") {
		text = text[lineEnd(text, 0):]
	}
	return bytes.HasPrefix(text, []byte("# yaml-language-server:"))
}

// nextNamesSchema tells whether the document that becomes the first one names
// its schema itself.
func (f *treeFile) nextNamesSchema(seg, end int) bool {
	for seg++; seg < end; seg++ {
		if !f.gone[seg] {
			return namesSchema(f.text(seg))
		}
	}
	return false
}

// commentsOnly tells whether a text holds no document.
func commentsOnly(text []byte) bool {
	for pos := 0; pos < len(text); {
		next := lineEnd(text, pos)
		l := bytes.TrimSpace(text[pos:next])
		if len(l) > 0 && l[0] != '#' && !bytes.Equal(l, []byte("---")) && !bytes.Equal(l, []byte("...")) {
			return false
		}
		pos = next
	}
	return true
}

// flush writes a file of documents if it changed.
func (w *writer) flush(f *treeFile) error {
	dirty := len(f.texts) > 0 || len(f.gone) > 0
	for _, d := range f.docs {
		dirty = dirty || d.seg < 0
	}
	if !dirty {
		w.report.Unchanged = append(w.report.Unchanged, f.path)
		return nil
	}
	data := f.bytes()
	if data == nil {
		w.report.Removed = append(w.report.Removed, f.path)
		if w.opts.DryRun {
			return nil
		}
		if err := w.root.Remove(f.path); err != nil {
			return fmt.Errorf("remove %s: %w", f.path, err)
		}
		return nil
	}
	if err := f.prove(data); err != nil {
		return err
	}
	return w.put(f.path, data, true)
}

// prove makes sure that a file that was put together of old and new text holds
// as many documents as it should.
func (f *treeFile) prove(data []byte) error {
	if f.src == nil {
		return nil
	}
	want := 0
	for seg, s := range f.src.segs {
		if !f.gone[seg] && !commentsOnly(f.src.text[s.start:s.end]) {
			want++
		}
	}
	for _, d := range f.docs {
		if d.seg < 0 {
			want++
		}
	}
	src, problem := newSource(f.path, data)
	if problem != nil {
		return fmt.Errorf("%s cannot be updated: %w", f.path, problem)
	}
	got := 0
	for _, s := range src.segs {
		text := src.text[s.start:s.end]
		if _, err := parse(text); err != nil {
			return fmt.Errorf("%s cannot be updated: %w", f.path, err)
		}
		if !commentsOnly(text) {
			got++
		}
	}
	if got != want {
		return fmt.Errorf("%s cannot be updated: its documents cannot be told apart", f.path)
	}
	return nil
}

// put writes a file unless it holds these bytes already: under another name
// first, so that no reader ever sees half of it.
func (w *writer) put(p string, data []byte, report bool) error {
	old, err := w.root.Read(p, files.MaxPicture)
	exists := err == nil
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("write %s: %w", p, err)
	}
	if exists && (bytes.Equal(old, data) || !report && bytes.Equal(unixLines(old), unixLines(data))) {
		if report {
			w.report.Unchanged = append(w.report.Unchanged, p)
		}
		return nil
	}
	if report {
		if exists {
			w.report.Changed = append(w.report.Changed, p)
		} else {
			w.report.Written = append(w.report.Written, p)
		}
	}
	if w.opts.DryRun {
		return nil
	}
	write := w.root.Replace
	if !report { // the copies of the schemas: every export compares them
		write = w.root.ReplaceCopy
	}
	if err := write(p, data); err != nil {
		return fmt.Errorf("write %s: %w", p, err)
	}
	return nil
}

// unixLines leaves the line ends of git for Windows out of a comparison.
func unixLines(data []byte) []byte { return bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n")) }

// refreshFiles writes files of an existing document whose content changed.
func (w *writer) refreshFiles(k *model.Kind, d *treeDoc, live *model.Object, m *merger) {
	for _, p := range k.Spec.Props {
		have, ok := d.obj.Spec[p.Name].(model.FileRef)
		ref, isRef := live.Spec[p.Name].(model.FileRef)
		if !ok || !isRef || have.Digest == ref.Digest || m.keep(p.Name) {
			continue
		}
		data, err := w.content(d.obj.Address, p, ref)
		if err != nil {
			w.unplaced(d.obj.Address, p.Name, err.Error())
			continue
		}
		at, err := beside(d.file.path, have.Path)
		if err == nil {
			err = files.Picture(at, data)
		}
		if err != nil {
			w.unplaced(d.obj.Address, p.Name, "the content that the farm shows cannot be written: "+err.Error())
			continue
		}
		w.attachments[at] = data
	}
}

// placeFiles names the files of an object and notes their content. declared
// holds the properties that a document has already: their files have names.
func (w *writer) placeFiles(k *model.Kind, o *model.Object, declared map[string]any, file string) map[string]any {
	spec := o.Spec
	copied := false
	for _, p := range k.Spec.Props {
		ref, ok := spec[p.Name].(model.FileRef)
		if _, named := declared[p.Name]; !ok || named {
			continue
		}
		if !copied {
			spec = layMap(spec, nil)
			copied = true
		}
		data, err := w.content(o.Address, p, ref)
		if err != nil {
			w.unplaced(o.Address, p.Name, err.Error())
			delete(spec, p.Name)
			continue
		}
		base, ext := p.Name, extension(ref, data)
		if ext == "" {
			w.unplaced(o.Address, p.Name, "the content that the farm shows is not that of a picture")
			delete(spec, p.Name)
			continue
		}
		if o.Address.Name != "" {
			base = safeName(o.Address.Name)
		}
		if strings.HasSuffix(strings.ToLower(base), ext) {
			base = base[:len(base)-len(ext)]
		}
		name := path.Join(fileFolder, base+ext)
		if w.taken[model.Fold(path.Join(path.Dir(file), name))] {
			name = path.Join(fileFolder, base+"~"+shortHash(o.Address.String()+"\x00"+p.Name)+ext)
		}
		at := path.Join(path.Dir(file), name)
		w.taken[model.Fold(at)] = true
		w.attachments[at] = data
		sum := sha256.Sum256(data)
		spec[p.Name] = model.FileRef{Path: name, Digest: hex.EncodeToString(sum[:])}
	}
	return spec
}

// content fetches a file and checks that it is the one that was meant.
func (w *writer) content(a model.Address, p *model.Property, ref model.FileRef) ([]byte, error) {
	if w.opts.File == nil {
		return nil, errors.New("the content of the file is not at hand")
	}
	data, err := w.opts.File(a, p, ref)
	if err != nil {
		return nil, fmt.Errorf("the content of the file cannot be fetched: %w", err)
	}
	if sum := sha256.Sum256(data); ref.Digest != "" && ref.Digest != hex.EncodeToString(sum[:]) {
		return nil, errors.New("the content of the file is not the one that the farm showed")
	}
	return data, nil
}

// extension is that of the file's old name if that goes with its content, or
// follows from the content.
func extension(ref model.FileRef, data []byte) string {
	if files.Picture(ref.Path, data) == nil {
		return strings.ToLower(path.Ext(ref.Path))
	}
	return files.PictureExtension(data)
}
