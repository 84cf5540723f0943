// Package workspace is the folder of YAML files on disk: rassync.yaml, the
// documents below it with all that can be said of them without a farm, and
// the writing of an export into the folder.
//
// Load reads every *.yaml and *.yml file (dot-folders, rassync.yaml, overlay
// folders and what the configuration ignores left out), turns each document
// into a canonical model.Object and collects everything that is wrong, each
// with file, line and column. A document is parsed once; one walk over its
// nodes converts and checks in one go, driven by model.Property and by rules
// compiled from the published JSON Schemas. Positions are found again on
// demand, so that thousands of objects do not keep their syntax trees.
//
// Write is the way back. New objects go to their default place:
//
//	farm/<Kind>.yaml                         farm-wide kinds
//	farm/publishing-order.yaml               order of published items
//	<site>/<Kind>.yaml                       kinds of a site
//	<site>/publishing/<folder>/<Kind>.yaml   published items; the document of a
//	                                         folder lies in its own directory
//	<place of the YAML>/files/<name>         files that belong to an object
//	.rassync/schemas/                        the schemas, for editors
//
// Documents that exist stay where they are and keep comments, order of keys,
// quoting and spelling: only text whose value changed is replaced.
package workspace
