// Package bench measures rassync on generated farms: requests, times, memory.
// It holds benchmarks only; "make bench" runs them and prints one table.
//
// Every operation runs in a process of its own, and the simulated farm in
// another one, so that CPU time, allocations and peak memory are those of the
// tool alone. The figures are reported; nothing fails because of them.
package bench
