// Package leak finds secrets that stand inside other values: keys in connection
// strings, signatures and passwords in addresses, passwords in command lines. No
// schema can mark them, so they are known by how they are written. What is found
// is masked wherever it would be shown, and kept out of files.
package leak
