package runs

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"

	"rassync/internal/model"
	"rassync/internal/plan"
)

// Sent remembers, by keyed fingerprint, the values that went to a farm and
// never come back: secrets and settings that no read shows. It lies in the
// private folder of a workspace and holds no value.
type Sent struct {
	store  *Store
	farm   string
	reveal func(model.SecretRef) (string, error)
	data   sentValues
}

type sentValues struct {
	Key    string                       `json:"key"`
	Values map[string]map[string]string `json:"values"` // farm GUID -> address and path -> fingerprint
}

// Sent reads the fingerprints of a workspace for one farm.
func (store *Store) Sent(farmGUID string, reveal func(model.SecretRef) (string, error)) (*Sent, error) {
	s := &Sent{store: store, farm: farmGUID, reveal: reveal}
	data, err := store.ReadFile(sentFile)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, err
	default:
		if err := json.Unmarshal(data, &s.data); err != nil {
			return nil, fmt.Errorf("%s is damaged (delete it to start anew): %w", store.Path(sentFile), err)
		}
	}
	if s.data.Key == "" {
		key := make([]byte, 32)
		if _, err := rand.Read(key); err != nil {
			return nil, err
		}
		s.data.Key = hex.EncodeToString(key)
	}
	if s.data.Values == nil {
		s.data.Values = map[string]map[string]string{}
	}
	if s.data.Values[farmGUID] == nil {
		s.data.Values[farmGUID] = map[string]string{}
	}
	return s, nil
}

func (s *Sent) fingerprint(key string, value any) (string, error) {
	if ref, ok := value.(model.SecretRef); ok {
		text, err := s.reveal(ref)
		if err != nil {
			return "", err
		}
		value = text
	}
	k, err := hex.DecodeString(s.data.Key)
	if err != nil {
		return "", err
	}
	mac := hmac.New(sha256.New, k)
	fmt.Fprintf(mac, "%d:%s=%s", len(key), key, model.Hash(value))
	return hex.EncodeToString(mac.Sum(nil)), nil
}

// State implements plan.Sent. A secret that cannot be found now counts as
// never sent: nothing can be said about it.
func (s *Sent) State(a model.Address, path string, value any) plan.SentState {
	key := a.Key().String() + " " + path
	old, ok := s.data.Values[s.farm][key]
	if !ok {
		return plan.NeverSent
	}
	now, err := s.fingerprint(key, value)
	if err != nil {
		return plan.NeverSent
	}
	if hmac.Equal([]byte(old), []byte(now)) {
		return plan.SentSame
	}
	return plan.SentOther
}

// Record notes that a value was sent.
func (s *Sent) Record(a model.Address, path string, value any) error {
	key := a.Key().String() + " " + path
	fp, err := s.fingerprint(key, value)
	if err != nil {
		return err
	}
	s.data.Values[s.farm][key] = fp
	return nil
}

// Forget drops what is known of an object that was deleted.
func (s *Sent) Forget(a model.Address) {
	prefix := a.Key().String() + " "
	for key := range s.data.Values[s.farm] {
		if len(key) > len(prefix) && key[:len(prefix)] == prefix {
			delete(s.data.Values[s.farm], key)
		}
	}
}

// Save writes the fingerprints; the file is replaced whole or not at all.
func (s *Sent) Save() error {
	data, err := json.MarshalIndent(s.data, "", " ")
	if err != nil {
		return err
	}
	return s.store.WriteFile(sentFile, data)
}
