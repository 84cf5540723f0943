// Package wholefile is the one way in which rassync writes a file: whole or not
// at all. The content goes to a temporary file whose name nobody can guess, is
// flushed to the disk, and takes the place of the old file by a rename; the
// folder is flushed last. A process that is killed, a full disk or a power cut
// leaves the old file or the new one, and at worst a temporary file, which Sweep
// removes.
package wholefile
