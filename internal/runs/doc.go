// Package runs is what lies on disk of a run: the private folder of a workspace.
//
//	.rassync/
//	  lock                 who is at work here
//	  sent.json            fingerprints of what was sent and is never shown
//	  done.json            when the folder was last exported and checked for drift
//	  learnt.json          how a farm wants to be spoken to: bodies it takes, names it has
//	  blobs/SHA256         contents that the snapshots share
//	  runs/ID/run.json     who did what, from where
//	  runs/ID/plan.json    what was approved
//	  runs/ID/snapshot.json  how the touched objects were before
//	  runs/ID/journal.jsonl  what was done, line by line
//
// The package knows nothing of the farm. Every access to the folder goes through
// Store.
//
// A new field of a journal line is a new field of Entry with omitempty: the hash
// of a line is over its JSON, so that lines without the field keep their hash.
package runs
