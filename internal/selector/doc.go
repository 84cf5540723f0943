// Package selector reads the one grammar by which people pick objects: on the
// command line (--only, --except), in rassync.yaml (protect) and wherever
// else a set of objects is meant.
//
//	PubRDSApp                  every object of a kind
//	PubRDSApp/Sales/*          by kind and name
//	Main/PubRDSApp/Sales/**    by site, kind and name
//	Main/PubRDSApp             by site and kind
//	site:Main                  everything in a site
//	kind:Pub*                  every kind of this name
//	name:Sales/*               every name, whatever the kind
//
// In patterns * stands for any text without a slash, ** for any text, ? for
// one character other than a slash; a backslash takes the next character as
// it is. In names of kinds that lie in no folders a slash is a character like
// any other, and * stands for it too. Letter case does not count. The first part of a path is taken as a
// kind if there is such a kind, as a site otherwise; a slash in the name of a
// site is written %2F, as in addresses.
package selector
