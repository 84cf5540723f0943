// Package rules evaluates rules in CEL, the Common Expression Language, on the
// changes of a plan or on the objects that it makes of the farm.
//
// An expression sees values and can do nothing. What it may cost is bounded,
// for each evaluation and for all of them together; a rule that cannot be
// evaluated counts as broken. CEL is set up when there is a rule, and not
// before.
package rules
