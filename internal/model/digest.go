package model

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
)

// DigestJSON is the SHA-256 of a value's JSON form. The value goes once
// through plain JSON, so that one that was read from a file digests as the
// one that was written.
func DigestJSON(v any) (string, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return "", err
	}
	var plain any
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := d.Decode(&plain); err != nil {
		return "", err
	}
	if data, err = json.Marshal(plain); err != nil {
		return "", err
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:]), nil
}

// DigestWithout is the digest of a JSON document as it was written, with an empty
// text in place of one of its values: the digest itself. What later versions add to
// a type does not change it. What is laid over the digest, such as a signature, is
// left out.
func DigestWithout(data []byte, name string, over ...string) (string, error) {
	var plain map[string]any
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := d.Decode(&plain); err != nil {
		return "", err
	}
	for _, o := range over {
		delete(plain, o)
	}
	plain[name] = ""
	data, err := json.Marshal(plain)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:]), nil
}
