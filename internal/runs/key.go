package runs

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

// keyFile holds the key with which a workspace seals what it keeps of its runs.
const keyFile = "key"

// Key is the key of the workspace; nil if there is none.
func (s *Store) Key() ([]byte, error) {
	data, err := s.ReadFile(keyFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	key, err := hex.DecodeString(strings.TrimSpace(string(data)))
	if err != nil || len(key) != 32 {
		return nil, fmt.Errorf("%s is damaged: it is no key", s.Path(keyFile))
	}
	return key, nil
}

// needKey gives the key of the workspace and makes one if there is none. What is
// there already, from a copy without the key, is sealed with the new one.
func (s *Store) needKey() ([]byte, error) {
	key, err := s.Key()
	if key != nil || err != nil {
		return key, err
	}
	key = make([]byte, 32)
	if _, err := rand.Read(key); err != nil {
		return nil, err
	}
	heads, _, err := s.readHeads(nil)
	if err != nil {
		return nil, err
	}
	if err := s.startSequence(key); err != nil {
		return nil, err
	}
	for _, h := range heads {
		if err := s.writeHead(*h, key); err != nil {
			return nil, err
		}
	}
	// The key comes last: until it is there, nobody asks for the seals.
	if err := s.WriteFile(keyFile, []byte(hex.EncodeToString(key)+"\n")); err != nil {
		return nil, err
	}
	return key, nil
}
