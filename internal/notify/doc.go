// Package notify tells people outside of the terminal that something needs
// them: through a webhook of Teams, Slack or anything that takes JSON, or the
// event log of Windows.
//
// It sends counts and the addresses of objects, never values. The address of a
// webhook is a secret and appears in no message. Nothing is sent unless the
// operator has configured it; a document cannot.
package notify
