package ras

import (
	"bytes"
	"encoding/json"
	"errors"
)

// takenOut stands for a secret in an answer that is kept.
const takenOut = `"(secret, not kept)"`

// WithoutSecrets gives a JSON answer with the texts that stand under secret
// names taken out, and every other byte as it was. more tells of names that
// are secret beside those that sound like it. An answer that is no JSON is an
// error: there is no telling where its secrets are.
func WithoutSecrets(body []byte, more func(name string) bool) ([]byte, error) {
	if !json.Valid(body) {
		return nil, errors.New("the answer is no JSON")
	}
	r := &redactor{body: body, d: json.NewDecoder(bytes.NewReader(body)), more: more}
	r.d.UseNumber()
	if err := r.value(false); err != nil {
		return nil, err
	}
	if r.from == 0 {
		return body, nil
	}
	return append(r.out, body[r.from:]...), nil
}

type redactor struct {
	body []byte
	d    *json.Decoder
	more func(string) bool
	out  []byte
	from int64 // where what was not copied yet begins
}

// value goes through one value; under: it stands below a secret name.
func (r *redactor) value(under bool) error {
	before := r.d.InputOffset()
	t, err := r.d.Token()
	if err != nil {
		return err
	}
	switch t := t.(type) {
	case string:
		if under && t != "" {
			end := r.d.InputOffset()
			start := before + int64(bytes.IndexByte(r.body[before:end], '"'))
			r.out = append(append(r.out, r.body[r.from:start]...), takenOut...)
			r.from = end
		}
	case json.Delim:
		for r.d.More() {
			secret := under
			if t == '{' {
				name, err := r.d.Token()
				if err != nil {
					return err
				}
				s, _ := name.(string)
				secret = under || secretKey.MatchString(s) || (r.more != nil && r.more(s))
			}
			if err := r.value(secret); err != nil {
				return err
			}
		}
		_, err = r.d.Token()
	}
	return err
}
