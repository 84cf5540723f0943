// Package support writes a report for somebody who helps from outside: what is
// installed, how the workspace looks, and what the last runs did, without
// values, names and addresses. It is one text file, so that its user can read
// it before sending it.
package support
