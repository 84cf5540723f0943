//go:build !linux

package main

// asInit concerns containers on Linux alone.
func asInit() (code int, done bool) { return 0, false }
