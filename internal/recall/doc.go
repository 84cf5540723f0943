// Package recall answers reads from what a farm answered in earlier runs, where
// that surely still stands, so that a night without changes does not ask for
// thousands of details again.
//
// The facts do not say which sign of a change can be relied on, and two readings
// of them disagree. So a marker is used only where rassync's own writes have
// proven it on this very farm: when a write moved it twice, and never left it
// where it was. One counter-example ends its use on that farm for good. What is
// answered from earlier runs is checked again in rotation, the oldest first.
//
// Three things can vouch for an answer:
//
//   - the number that the farm gives its settings (settingsId at a logon) is
//     the same, and nothing waits to be activated: everything stands;
//   - the time of the last change in an object's row (timeLastMod) is the same:
//     what is read below the object stands, for each kind of such reads apart;
//   - a published item without rules: plans, not exports, take it that it still
//     has none, and look at a seventh of such items in each run.
//
// Nothing is answered from earlier runs about an object that a plan changes or
// whose document was changed since, nor across farms, versions of the farm or of
// rassync, accounts, and contracts, nor when it is older than MaxAge.
package recall
