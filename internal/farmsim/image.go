package farmsim

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
)

// upload takes an image as multipart/form-data: 204 without a body, its name
// is that of the file (reference page of custom images).
func (f *Farm) upload(c *call) *answer {
	k := c.kind
	site, a := f.siteOfCreate(c, nil)
	if a != nil {
		return a
	}
	t, params, err := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	if err != nil || t != "multipart/form-data" {
		return problem(http.StatusUnsupportedMediaType, c.path, "multipart/form-data is wanted")
	}
	o := f.fresh(k)
	o.site = site
	r := multipart.NewReader(bytes.NewReader(c.data), params["boundary"])
	for {
		part, err := r.NextPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			return refuse("the form is malformed: %v", err)
		}
		if part.FormName() != k.file.prop.File.Field {
			return refuse("unknown property %s", part.FormName())
		}
		if o.file, err = io.ReadAll(part); err != nil {
			return refuse("the form broke off: %v", err)
		}
		if err := f.setName(o, part.FileName()); err != nil {
			return refuse("%v", err)
		}
	}
	if o.file == nil {
		return refuse("%s is required", k.file.prop.File.Field)
	}
	o.id = f.staged.fresh(k)
	if a := f.nameFree(c, o, 0); a != nil {
		return a
	}
	f.finish(f.staged, o)
	f.touch(o)
	f.staged.put(o)
	return done()
}

// getFile answers the bytes of an image.
func (f *Farm) getFile(c *call) *answer {
	o, a := c.pick()
	if a != nil {
		return a
	}
	media := http.DetectContentType(o.file)
	return &answer{status: http.StatusOK, body: o.file, media: media}
}
