// Package runs is what lies on disk of a run: the private folder of a workspace.
//
//	.rassync/
//	  lock                 locked by the system; names who is at work here
//	  key                  with which the workspace seals what it keeps of its runs
//	  sequence.json        which run is the newest
//	  sent.json            fingerprints of what was sent and is never shown
//	  done.json            when the folder was last exported and checked for drift
//	  learnt.json          how a farm wants to be spoken to: bodies it takes, names it has
//	  tmp/                 temporary files of an export
//	  blobs/pack-*.zip     contents that the snapshots share, named by SHA-256
//	  blobs/SHA256         large contents, and pictures
//	  runs/.heads/ID       what is kept of a run apart from it: see head
//	  runs/ID/run.json     who did what, from where; the number of the run
//	  runs/ID/plan.json    what was approved
//	  runs/ID/snapshot.json  how the touched objects were before
//	  runs/ID/journal.jsonl  what was done, line by line
//
// The package knows nothing of the farm. Every access to the folder goes through
// Store.
//
// # Formats
//
// Every file carries a version, a journal in each line. A newer one is ErrNewer and
// never taken for damage; every older one is read. A new field of a journal line is a
// field of Entry with omitempty, before Prev: no new version is needed, because a
// line's hash is over its bytes. What the journal means for the run (what is done,
// what was made) is in the methods of Run.
//
// cmd/rassync/testdata/formats holds what each version has left, and
// TestFormatsOfEarlierVersions reads it. Before a release that changes a format,
// TestMakeFormats adds a folder with the last version's executable.
package runs
