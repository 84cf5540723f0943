package runs

import (
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
)

// ErrSeal says that a sealed file is not as this workspace wrote it.
var ErrSeal = errors.New("it is not as rassync wrote it")

// ReadSealed reads a file that WriteSealed has written. In a folder without a
// key there is none.
func (s *Store) ReadSealed(name string) ([]byte, error) {
	key, err := s.Key()
	if err != nil {
		return nil, err
	}
	if key == nil {
		return nil, fs.ErrNotExist
	}
	data, err := s.ReadFile(name)
	if err != nil {
		return nil, err
	}
	at := len(data) - sha256.Size
	if at < 0 || !hmac.Equal(data[at:], sealOf(key, name, data[:at])) {
		return nil, fmt.Errorf("%s: %w", s.Path(name), ErrSeal)
	}
	return data[:at], nil
}

// WriteSealed writes a file whole or not at all, so that ReadSealed knows it
// again: nobody without the workspace's key can put another in its place, nor
// one of its files in the place of another.
func (s *Store) WriteSealed(name string, data []byte) error {
	key, err := s.needKey()
	if err != nil {
		return err
	}
	return s.WriteFile(name, append(data[:len(data):len(data)], sealOf(key, name, data)...))
}

func sealOf(key []byte, name string, data []byte) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte("rassync file " + name + "\x00"))
	mac.Write(data)
	return mac.Sum(nil)
}
