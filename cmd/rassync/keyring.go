package main

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"

	"github.com/zalando/go-keyring"

	"rassync/internal/app"
)

// systemKeyring is the keyring of this system; nil where there is none to be used.
func systemKeyring() app.Keyring {
	if runtime.GOOS != "windows" && runtime.GOOS != "darwin" && !hasSessionBus() {
		// The library would start a bus of its own, and wait for it.
		return nil
	}
	return osKeyring{}
}

// hasSessionBus tells whether a desktop session is there, whose Secret Service
// keeps passwords.
func hasSessionBus() bool {
	if os.Getenv("DBUS_SESSION_BUS_ADDRESS") != "" {
		return true
	}
	dir := os.Getenv("XDG_RUNTIME_DIR")
	if dir == "" {
		return false
	}
	_, err := os.Stat(filepath.Join(dir, "bus"))
	return err == nil
}

type osKeyring struct{}

// Get gives "" for a password that is not kept.
func (osKeyring) Get(service, user string) (string, error) {
	p, err := keyring.Get(service, user)
	if errors.Is(err, keyring.ErrNotFound) {
		return "", nil
	}
	return p, err
}

// Set keeps a password.
func (osKeyring) Set(service, user, password string) error {
	return keyring.Set(service, user, password)
}

// Delete forgets a password; one that is not kept is forgotten already.
func (osKeyring) Delete(service, user string) error {
	if err := keyring.Delete(service, user); !errors.Is(err, keyring.ErrNotFound) {
		return err
	}
	return nil
}
