// Package farmsim is a simulated Parallels RAS farm that serves the REST
// contract: for `rassync demo` and `rassync sim`, for training, for a user's
// own CI and for the tests of every other package.
//
// # The rooms of this house
//
// The farm is driven by the schema files: compile turns each kind into a
// layout (where each value stands in an answer, and under which name a body
// takes it), and route lays out the paths that follow from it. There is no Go
// code per kind beside data: what a fresh farm holds (factory), and the few
// values a server works out by itself (derive).
//
// A request passes, in this order, the log, the faults, the rate limit, the
// latency, the media type, the session, the rights and locks, and then one of
// the operations: collections, singletons, entries of lists, the tree of
// published items, order, membership, images. An operation works inside a
// transaction on the staged world; a refusal leaves no trace. Objects are
// never changed in place but replaced, so that an apply is a shallow copy.
//
// Everything here is seen from the server's side. The farm is written from
// the facts and not from what the client happens to send, it shares no
// encoding with the client, and it refuses what the real API would refuse:
// unknown and missing fields, wrong types, names of enumerations, dangling
// references, members that are there already or not at all.
//
// Where the facts are silent or say two things, Switches chooses the reading;
// its zero value is reading A of every row.
//
// A Disagreement makes a farm contradict the schemas that it is made from: it
// shows less, answers reads with any status, shows names in another case, and
// has effects on other objects.
//
// Where a schema knows no properties (open), objects hold stand-in values under
// names that no vendor would choose; the farm takes those and no other.
//
// # What is not simulated
//
// Runtime state (sessions of users, agent states, schedules that fire), status
// reads and run-time actions, per-site values inside one published item and
// the replicate flags that copy them, copies and duplicates of objects, licences, settings import and export, other administrators' logons.
package farmsim
