// Package plan compares what is declared with what a farm has and makes an
// ordered plan of the differences.
//
// The comparison follows the schema's meaning: only declared properties
// count, sets ignore order, entries match by their keys, values behind an
// inherit flag are left alone. Changes form a graph of references,
// containment and order; the plan is that graph written down in an order the
// farm accepts. A plan is inert data: nothing here can write to a farm.
package plan
