// Package render turns plans, diagnostics, explanations, coverage and the
// events of a run into text, JSON and Markdown.
//
// Everything here takes a writer and inert data: no engine calls it, it holds
// no state between calls, and it decides nothing. What stands in a plan or a
// file may come from the farm, from another administrator or from a pull
// request of a stranger, so every value is escaped for the form it goes into:
// Escape for terminals and logs, code spans that no value can close for
// Markdown, \u escapes for JSON.
package render
