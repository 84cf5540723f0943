// Package ras talks to the REST API of one Parallels RAS farm.
//
// It knows how to reach the farm and nothing of what a farm is made of: paths,
// bodies and meanings come from its callers. What it does know is this:
//
//   - Session (session.go, logon.go): one logon, one token, shared by every
//     request. An expired token is replaced once, however many requests hold
//     it. Close logs off, always: each session is an administrator session of
//     the farm.
//   - Reader and Writer (reader.go, writer.go): what a command may do is a
//     type. A Reader sits on a transport that refuses everything but GET on
//     the paths it was given; only Session.Writer makes a Writer.
//   - governor (governor.go): the farm serves a number of requests per window
//     to all of its clients together, so requests are the currency. The
//     governor counts the times at which requests were sent and never exceeds
//     the number in any window of that length.
//   - decide (retry.go): the one place that knows what may be repeated. A
//     write is repeated only when it surely was not carried out, or when to
//     carry it out twice is the same; in every other case the caller learns
//     that the outcome is unknown, reads the farm and decides.
//   - Error (errors.go, problem.go): one type with a Kind, what the farm said,
//     and what to try next.
//   - Event (observe.go, mask.go): what happened on the wire, for progress,
//     debug output and the summary of a run, with every secret masked.
//
// Nothing here prints, exits or reads a configuration file.
package ras
