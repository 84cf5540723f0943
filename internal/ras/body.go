package ras

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/textproto"
	"sort"
	"strings"
)

// Multipart is a form with at most one file.
type Multipart struct {
	Fields      map[string]string
	FileField   string // empty: no file
	FileName    string
	ContentType string // of the file; empty: application/octet-stream
	File        []byte
}

// encodeJSON writes a body without the HTML escapes of the standard encoder,
// which would only make debug output harder to read.
func encodeJSON(v any) ([]byte, error) {
	if raw, ok := v.([]byte); ok {
		v = json.RawMessage(raw)
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}

func (m *Multipart) names() []string {
	names := make([]string, 0, len(m.Fields))
	for name := range m.Fields {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

func (m *Multipart) encode() (body []byte, contentType string, err error) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, name := range m.names() {
		if err := w.WriteField(name, m.Fields[name]); err != nil {
			return nil, "", err
		}
	}
	if m.FileField != "" {
		contentType := m.ContentType
		if contentType == "" {
			contentType = "application/octet-stream"
		}
		h := textproto.MIMEHeader{}
		h.Set("Content-Disposition", multipart.FileContentDisposition(m.FileField, m.FileName))
		h.Set("Content-Type", contentType)
		part, err := w.CreatePart(h)
		if err != nil {
			return nil, "", err
		}
		if _, err := part.Write(m.File); err != nil {
			return nil, "", err
		}
	}
	if err := w.Close(); err != nil {
		return nil, "", err
	}
	return b.Bytes(), w.FormDataContentType(), nil
}

// masked describes the form for debug output; the file by its size alone.
func (m *Multipart) masked() string {
	var parts []string
	for _, name := range m.names() {
		value := m.Fields[name]
		if secretKey.MatchString(name) {
			value = masked
		}
		parts = append(parts, fmt.Sprintf("%s=%q", name, value))
	}
	if m.FileField != "" {
		parts = append(parts, fmt.Sprintf("%s=(file %q, %d bytes)", m.FileField, m.FileName, len(m.File)))
	}
	return "multipart: " + strings.Join(parts, ", ")
}

func (m *Multipart) secrets() []string {
	var out []string
	for name, value := range m.Fields {
		if secretKey.MatchString(name) {
			out = append(out, value)
		}
	}
	return out
}
