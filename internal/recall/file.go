package recall

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"sort"
	"strings"
	"time"

	"rassync/internal/runs"
)

// Scope is what answers are kept for: they count for nothing else.
type Scope struct {
	GUID     string `json:"guid"`
	Version  string `json:"version"` // of the farm
	Account  string `json:"account"`
	Contract string `json:"contract"`
	Tool     string `json:"tool"` // with its version
}

func (s Scope) file() string {
	s.GUID, s.Account = farmKey(s.GUID), strings.ToLower(strings.TrimSpace(s.Account))
	text, _ := json.Marshal(s) // texts alone
	sum := sha256.Sum256(text)
	return folder + "/" + hex.EncodeToString(sum[:8])
}

// Bounds of what is kept.
const (
	// MaxAge is how old an answer may be.
	MaxAge   = 30 * 24 * time.Hour
	maxFile  = 512 << 20
	maxFiles = 4 // of a workspace: other accounts, other versions
)

// entry is an answer that is kept.
type entry struct {
	class string
	// changedAt is when the object was last changed, as its row says; "" if that
	// says nothing about the answer.
	changedAt string
	// settings is the number of the farm's settings for which the answer stands.
	settings int64
	// byRow: it stood for these settings by the time in its row alone.
	byRow bool
	// empty: it shows nothing in any list.
	empty bool
	read  time.Time // when the farm gave it
	body  []byte

	now bool // given in this run; not kept
}

// formatVersion is the version of the file. A file of another one is passed
// over.
const formatVersion = "rassync reads 1\n"

// contents is a file.
type contents struct {
	entries map[string]*entry
	// documents are digests of the documents as they were when the answers were
	// last held against them, by address.
	documents map[uint64]uint64
}

func newContents() *contents {
	return &contents{entries: map[string]*entry{}, documents: map[uint64]uint64{}}
}

// open reads the file of a scope. Whatever is wrong with it, there is nothing in
// it then.
func open(store *runs.Store, s Scope) (*contents, error) {
	data, err := store.ReadSealed(s.file())
	if errors.Is(err, fs.ErrNotExist) {
		return newContents(), nil
	}
	if err == nil {
		var c *contents
		if c, err = decode(data); err == nil {
			return c, nil
		}
		err = fmt.Errorf("%s: %w", store.Path(s.file()), err)
	}
	return newContents(), err
}

// write keeps the contents, and removes the oldest files beyond maxFiles.
func (c *contents) write(store *runs.Store, s Scope) error {
	if err := store.WriteSealed(s.file(), c.encode()); err != nil {
		return err
	}
	list, err := store.ReadDir(folder)
	if err != nil {
		return err
	}
	type aged struct {
		name string
		at   time.Time
	}
	var others []aged
	for _, e := range list {
		info, err := e.Info()
		if name := folder + "/" + e.Name(); err == nil && name != markersFile && name != s.file() && !strings.HasPrefix(e.Name(), ".") {
			others = append(others, aged{name, info.ModTime()})
		}
	}
	sort.Slice(others, func(i, j int) bool { return others[i].at.After(others[j].at) })
	for i := maxFiles - 1; i < len(others); i++ {
		if err := store.Remove(others[i].name); err != nil {
			return err
		}
	}
	return nil
}

func (c *contents) encode() []byte {
	keys := make([]string, 0, len(c.entries))
	size := len(formatVersion) + 16*len(c.documents) + 64
	for key, e := range c.entries {
		keys = append(keys, key)
		size += len(key) + len(e.class) + len(e.changedAt) + len(e.body) + 40
	}
	sort.Strings(keys)
	out := append(make([]byte, 0, min(size, maxFile)), formatVersion...)
	out = binary.AppendUvarint(out, uint64(len(c.documents)))
	for address, digest := range c.documents {
		out = binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(out, address), digest)
	}
	text := func(s string) {
		out = append(binary.AppendUvarint(out, uint64(len(s))), s...)
	}
	for _, key := range keys {
		e := c.entries[key]
		if len(out)+len(key)+len(e.class)+len(e.changedAt)+len(e.body)+64 > maxFile {
			continue
		}
		text(key)
		text(e.class)
		text(e.changedAt)
		out = binary.AppendVarint(out, e.settings)
		out = binary.AppendVarint(out, e.read.Unix())
		out = append(out, flags(e))
		out = binary.AppendUvarint(out, uint64(len(e.body)))
		out = append(out, e.body...)
	}
	return out
}

func flags(e *entry) byte {
	var f byte
	if e.empty {
		f |= 1
	}
	if e.byRow {
		f |= 2
	}
	return f
}

var errDamaged = errors.New("it is damaged or of another version")

// decoder reads what encode wrote.
type decoder struct {
	data []byte
	bad  bool
}

func (d *decoder) number() uint64 {
	n, size := binary.Uvarint(d.data)
	if size <= 0 {
		d.bad, d.data = true, nil
		return 0
	}
	d.data = d.data[size:]
	return n
}

func (d *decoder) signed() int64 {
	n, size := binary.Varint(d.data)
	if size <= 0 {
		d.bad, d.data = true, nil
		return 0
	}
	d.data = d.data[size:]
	return n
}

func (d *decoder) bytes(n uint64) []byte {
	if n > uint64(len(d.data)) {
		d.bad, d.data = true, nil
		return nil
	}
	out := d.data[:n:n]
	d.data = d.data[n:]
	return out
}

func decode(data []byte) (*contents, error) {
	rest, ok := bytes.CutPrefix(data, []byte(formatVersion))
	if !ok {
		return nil, errDamaged
	}
	d := &decoder{data: rest}
	c := newContents()
	for n := d.number(); n > 0 && !d.bad; n-- {
		pair := d.bytes(16)
		if len(pair) == 16 {
			c.documents[binary.LittleEndian.Uint64(pair)] = binary.LittleEndian.Uint64(pair[8:])
		}
	}
	classes := map[string]string{} // thousands of entries share a few
	for len(d.data) > 0 && !d.bad {
		key := string(d.bytes(d.number()))
		class := string(d.bytes(d.number()))
		if known, ok := classes[class]; ok {
			class = known
		} else {
			classes[class] = class
		}
		e := &entry{class: class, changedAt: string(d.bytes(d.number()))}
		e.settings, e.read = d.signed(), time.Unix(d.signed(), 0)
		if f := d.bytes(1); len(f) == 1 {
			e.empty, e.byRow = f[0]&1 != 0, f[0]&2 != 0
		}
		e.body = d.bytes(d.number())
		c.entries[key] = e
	}
	if d.bad {
		return nil, errDamaged
	}
	return c, nil
}
