// Package printable is the one door for text that rassync prints. Names and
// values come from documents and farms, and the log that they end in is read by
// people and by the agent of a CI system: nothing in it may steer a terminal, be
// taken for a command of an agent, or look like another name.
//
// Escape and Name make text of values; Writer stands in front of stdout and
// stderr and makes sure of it once more, across the borders of values; JSON
// keeps the value and escapes its letters.
//
// An escape is <U+0041>, or <0xFF> for a byte that is no UTF-8. Text that holds
// "<U+" or "<0x" itself has its "<" escaped, so that no two texts print alike.
package printable
