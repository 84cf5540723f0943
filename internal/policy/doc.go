// Package policy holds what the operator allows, whatever a commit says: which
// farms, which secrets for which property, where secrets and people may be
// sent, floors of the limits, protected objects, who may change what, rules
// and change windows.
//
// The file lies outside the repository. A commit can ask, and tighten what
// the policy allows, never loosen it; without a policy safe defaults hold.
package policy
