package model

// fileCodec: the content of a file beside the document, compared by its digest.
type fileCodec struct{ asItIs }

func (fileCodec) fits(p *Property) bool { return p.File != nil }

// Example is a file in a folder of pictures.
func (fileCodec) Example(*Property, func(kinds []string) string) any {
	return map[string]any{"file": "images/picture.png"}
}

// Describe says so.
func (fileCodec) Describe(*Property) string { return "file" }
