package farmsim

import (
	"bytes"
	"errors"
	"io"
	"maps"
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
	data, name, a := c.form(k.file.prop.File.Field)
	if a != nil {
		return a
	}
	o := f.fresh(k)
	o.site, o.file = site, data
	if err := f.setName(o, name); err != nil {
		return refuse("%v", err)
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

// standardIcon is what an object shows that was given no file of its own: the
// eight bytes by which a PNG is known, and nothing to see.
var standardIcon = []byte{0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 'r', 'a', 's'}

// getOwnFile answers a file that stands beside the values of an object.
func (f *Farm) getOwnFile(fl *field) func(*call) *answer {
	return func(c *call) *answer {
		o, a := c.pick()
		if a != nil {
			return a
		}
		data := o.files[fl.yaml]
		if data == nil {
			data = standardIcon
		}
		return &answer{status: http.StatusOK, body: data, media: http.DetectContentType(data)}
	}
}

// putOwnFile takes such a file as multipart/form-data.
func (f *Farm) putOwnFile(fl *field) func(*call) *answer {
	return func(c *call) *answer {
		o, a := c.change()
		if a != nil {
			return a
		}
		fields := fl.prop.File.Put.Fields
		want := fields[min(f.sw.WriteAlternative, len(fields)-1)]
		data, _, a := c.form(want)
		if a != nil {
			return a
		}
		o.files = maps.Clone(o.files)
		if o.files == nil {
			o.files = map[string][]byte{}
		}
		o.files[fl.yaml] = data
		f.touch(o)
		f.staged.put(o)
		return done()
	}
}

// form reads a form that holds one file.
func (c *call) form(field string) (data []byte, name string, a *answer) {
	t, params, err := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	if err != nil || t != "multipart/form-data" {
		return nil, "", problem(http.StatusUnsupportedMediaType, c.path, "the Content-Type must be multipart/form-data")
	}
	r := multipart.NewReader(bytes.NewReader(c.data), params["boundary"])
	for {
		part, err := r.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, "", refuse("the form is malformed: %v", err)
		}
		if part.FormName() != field {
			return nil, "", refuse("unknown property %s", part.FormName())
		}
		if data, err = io.ReadAll(part); err != nil {
			return nil, "", refuse("the form broke off: %v", err)
		}
		name = part.FileName()
	}
	if data == nil {
		return nil, "", refuse("%s is required", field)
	}
	return data, name, nil
}
