package plan

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
)

// leastKey is the length of a key that nobody finds by trying.
const leastKey = 16

// The reasons for which the signature of a plan file is refused.
var (
	ErrUnsigned  = errors.New("the plan file is not signed")
	ErrSignature = errors.New("the plan file was signed with another key, or is not what was signed")
)

// CheckKey refuses a key that is too short to protect anything.
func CheckKey(key string) error {
	if len(key) < leastKey {
		return fmt.Errorf("the key for plans has %d characters, it needs %d or more", len(key), leastKey)
	}
	return nil
}

// Sign signs the file: who has the key knows that the plan is the one that was
// made. The digest alone protects from accidents only, anybody can work it out
// again.
func (f *File) Sign(key string) { f.Signature = f.signature(key) }

// Verify checks the signature.
func (f *File) Verify(key string) error {
	switch {
	case f.Signature == "":
		return ErrUnsigned
	case !hmac.Equal([]byte(f.Signature), []byte(f.signature(key))):
		return ErrSignature
	}
	return nil
}

func (f *File) signature(key string) string {
	h := hmac.New(sha256.New, []byte(key))
	fmt.Fprintf(h, "rassync plan %s\n%s", FormatVersion, f.Digest)
	return hex.EncodeToString(h.Sum(nil))
}
