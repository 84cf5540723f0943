// Package guard refuses plans that go too far: more deletes or updates than a
// limit lets through, protected objects, the last administrator, gateway or
// broker, the account in use, and what could lock everybody out.
//
// A plan is judged with the farm it was computed from. A refusal names the
// flag that would let exactly this plan pass, if there is one.
package guard
