// Package release makes what users download: an executable per system, packed
// with its licences and completions, checksums, a bill of materials, and the
// manifests of package managers. All of it comes from the same few facts, so
// that nothing has to be kept in step by hand.
//
// It is used by `make release`, by the release workflow and by its tests. It
// calls the go command, and git for the time of the commit.
package release

//go:generate go run ./makerelease notices ../../docs/third-party-notices.md
