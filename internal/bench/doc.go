// Package bench measures rassync on generated farms: requests, times, memory,
// and beside them what a minimal client needs for the same.
//
// "make bench" plays the scenarios and prints one table; every operation runs in
// a process of its own, and the simulated farm in another one, so that CPU time,
// allocations and peak memory are those of the tool alone. Times are reported
// and nothing fails because of them.
//
// Requests are the same on every machine: a test plays the scenarios on a small
// farm and fails where they need more than the figures in testdata say.
package bench
