package vocabulary

import (
	"regexp"
	"strings"
)

// The vocabulary of the schemas: every word that may stand in one, and what
// its value may be. It is closed: the loader refuses any other word. What the
// words mean is in schemas/README.md; schemas/meta.json is made from this
// table.

// evidences say where a name or number was read.
func evidences() []string {
	return []string{"rest", "sample", "contract", "seen", "ps", "v18", "cut", "guide", "inferred"}
}

// effects are what a change can do beyond configuration.
func effects() []string {
	return []string{"installsAgent", "restarts", "drains", "startsMachines", "endsSessions", "locksOut", "weakensSecurity", "agreesToTerms", "replicates"}
}

func aPath() form {
	return form{is: isText, shape: "a path that begins with / or {self}", like: func(s string) bool {
		return strings.HasPrefix(s, "/") || strings.HasPrefix(s, "{self}")
	}}
}

func aVersion() form {
	numbers := regexp.MustCompile(`^v\d+(\.\d+)*$`)
	return form{is: isText, shape: "a version such as v21", like: numbers.MatchString}
}

func aCodec() form {
	return form{is: isText, values: nil, shape: "account, ipRanges, number or separated:CHARACTER", like: func(s string) bool {
		return s == "account" || s == "ipRanges" || s == "number" || strings.HasPrefix(s, "separated:") && len(s) > len("separated:")
	}}
}

func impactsForm(on ...string) form {
	return listOf(words(
		w("effect", oneOf(effects()...), "what happens"),
		w("when", listOf(anything()), "only for these new values"),
		w("unless", listOf(anything()), "for all new values but these"),
		w("on", listOf(oneOf(on...)), "only in these actions"),
		w("why", text(), "what it means for people"),
		w("source", text(), "where that was read"),
		w("brake", boolean(), "a plan that has this effect needs a yes of its own"),
		w("lasting", boolean(), "not undone when the change is taken back"),
	))
}

func skipsForm() form {
	return listOf(words(
		w("read", text(), "read name"),
		w("in", listOf(anything()), "values of what is no configuration"),
		w("notIn", listOf(anything()), "values of what is configuration"),
		w("why", text(), "why it is none"),
	))
}

func shapesForm() form { return listOf(oneOf("flat", "nested")) }

// kindWords are the words at the top of a kind.
func kindWords() form {
	return words(
		w("family", text(), "chapter for coverage and documentation"),
		w("formerNames", listOf(text()), "what the kind was called by earlier versions of rassync"),
		w("scope", oneOf("farm", "site"), "whether objects belong to the farm or to a site"),
		w("shape", oneOf("collection", "singleton", "order"), "how objects of the kind come"),
		w("self", aPath(), "path of one object, the base of relative paths"),
		w("list", words(
			w("path", aPath(), "read that answers all objects"),
			w("site", text(), "name of the query that picks the site"),
			w("completeIf", text(), "read name that only a complete list holds"),
		), "how all objects are read"),
		w("get", either(aPath(), no()), "path of one object's read; false: nothing answers under self"),
		w("siteQuery", text(), "singletons: name of the query that picks the site"),
		w("readSite", oneOf("unsure"), "the read is documented without that query"),
		w("filter", mapping(either(listOf(anything()), anything())), "which elements of a shared list are of this kind"),
		w("create", words(
			w("path", aPath(), "path of the create"),
			w("paths", words(
				w("by", text(), "yaml name of the property that chooses the path"),
				w("of", mapping(aPath()), "value -> path"),
				w("unnamed", listOf(text()), "values whose create takes no name"),
			), "instead of path: a create per type"),
			w("site", oneOf("body", "query", "both", "none"), "where the create names the site"),
			w("siteName", text(), "name of the site in it"),
			w("query", mapping(anything()), "constants of the query"),
			w("fields", listOf(text()), "yaml names that the create takes; all if left out"),
			w("answer", oneOf("object", "none"), "what the create answers"),
		), "how an object is made"),
		w("update", words(w("path", aPath(), "path of the update"), w("shapes", shapesForm(), "bodies, the likeliest first")), "how an object is changed"),
		w("delete", words(w("path", aPath(), "path of the delete")), "how an object is deleted"),
		w("identity", words(
			w("read", text(), "read name of the object's name"),
			w("write", text(), "name under which a create sends it"),
			w("rename", texts(), "names under which an update sends a new name"),
			w("codec", oneOf("account"), "form of the name"),
			w("also", text(), "read name of a second part of the name"),
		), "how objects are named"),
		w("builtin", listOf(text()), "names that always exist"),
		w("builtinWhere", mapping(either(listOf(anything()), anything())), "the same by content"),
		w("skip", skipsForm(), "objects that are no configuration"),
		w("tree", words(
			w("parent", text(), "read name of the folder's id"),
			w("previous", text(), "read name of the id of the sibling in front"),
			w("root", whole(), "parent of the top level"),
			w("folder", text(), "kind of folders"),
			w("move", aPath(), "path of the move"),
			w("all", aPath(), "path of the list of all items, of whatever kind"),
		), "published items: how they form a tree"),
		w("sites", text(), "yaml property that lists the sites of an object"),
		w("order", words(
			w("of", listOf(text()), "kinds whose objects are put in order"),
			w("by", oneOf("step", "chain"), "one place per call, or previousId"),
			w("path", aPath(), "path of the call"),
			w("read", text(), "read name of the place"),
		), "shape order: how objects are put in order"),
		w("readOnly", mapping(text()), "read names that are no configuration, each with a reason"),
		w("last", listOf(words(
			w("where", mapping(anything()), "yaml name -> value"),
			w("per", oneOf("farm", "site"), ""),
			w("why", text(), ""),
		)), "the last such object is never removed"),
		w("replace", oneOf("createFirst", "deleteFirst"), "how a create-only change is made"),
		w("after", listOf(text()), "kinds whose changes come first, beside references"),
		w("activate", words(
			w("on", listOf(oneOf("create", "update")), "which changes"),
			w("why", text(), "why"),
		), "such a change must be activated before what depends on it can be written"),
		w("sameAs", listOf(text()), "operations whose work the kind does by other calls"),
		w("impact", words(
			w("create", impactsForm("create", "update", "delete"), "of a create"),
			w("update", impactsForm("create", "update", "delete"), "of an update"),
			w("delete", impactsForm("create", "update", "delete"), "of a delete"),
		), "effects beyond configuration"),
		w("trustAnchor", yes(), "a new object of the kind is trusted"),
		w("grants", yes(), "a new object of the kind has rights"),
		w("evidence", oneOf(evidences()...), "where names and numbers were read"),
		w("since", aVersion(), "first version"),
		w("until", aVersion(), "last version"),
		w("sources", listOf(text()), "pages and scripts that were read"),
		w("notes", text(), "for people"),
	)
}

func entryCall(by ...string) form {
	return words(
		w("by", oneOf(by...), "how the call names the entry"),
		w("fields", listOf(text()), "yaml names that the body takes; all if left out"),
		w("query", mapping(anything()), "constants of the query"),
		w("site", text(), "name under which the body holds the site's id"),
	)
}

// propertyWords are the words on a property.
func propertyWords() form {
	return words(append(wireWords(), append(structureWords(), peopleWords()...)...)...)
}

// wireWords say where a property stands on the wire and in which form.
func wireWords() []word {
	numbered := either(whole(), form{is: isNull})
	return []word{
		w("read", text(), "where answers show it, relative to the enclosing object"),
		w("write", either(text(), listOf(text()), no()), "name in bodies; several: the likeliest first; false: cannot be written"),
		w("formerNames", listOf(text()), "what the property was called by earlier versions of rassync"),
		w("spellings", listOf(text()), "other names of the setting, the newest first"),
		w("enum", mapping(numbered), "name -> number; null: nobody has seen it"),
		w("flags", yes(), "the enumeration is a bit mask"),
		w("spans", yes(), "names of a bit mask that follow each other are written first-last"),
		w("names", listOf(text()), "known names whose numbers nobody has seen"),
		w("open", yes(), "holds whatever the farm answers beyond the named properties"),
		w("anywhere", yes(), "read under its name wherever it stands"),
		w("ref", texts(), "kinds of what it refers to"),
		w("refNone", anything(), "wire value of none"),
		w("refBy", oneOf("name"), "the answer shows the name, not the id"),
		w("codec", aCodec(), "form on the wire"),
		w("secret", yes(), "goes in and never comes back"),
		w("secretWith", listOf(text()), "yaml names beside it whose change sends the secret again"),
		w("secretEnv", text(), "name of the variable that an export proposes"),
		w("writeMinLength", whole(), "least length that a write takes"),
		w("writeOnly", yes(), "goes in, never comes back, not secret"),
		w("createOnly", either(yes(), oneOf("ifRefused")), "only in the create: a change replaces the object; ifRefused: only where the farm refused an update"),
		w("requiredOnCreate", yes(), "needed to create"),
		w("updateOnly", yes(), "not in the create"),
		w("onCreate", anything(), "sent on create when the document leaves it out"),
		w("query", text(), "sent as this query parameter of the create"),
		w("invert", yes(), "the query parameter says the opposite"),
		w("oneTime", yes(), "an order to the create, no state"),
		w("call", either(aPath(), oneOf("")), "set by a PUT of its own without a body"),
		w("gate", text(), "yaml name of the inherit flag that switches it off"),
		w("when", mapping(either(listOf(anything()), anything())), "counts only while these have such values"),
		w("replaces", text(), "yaml name beside it that follows from this one while this has a value"),
		w("alsoChanges", words(w("in", oneOf("otherSites"), "the same settings of the other sites"), w("properties", listOf(text()), "yaml names at the top of spec; all if left out")), "a flag: writes while it is true change other objects too"),
		w("inheritsDown", anything(), "while a folder above differs from this, its value may be shown instead"),
		w("readOnly", mapping(text()), "read names inside it that are no configuration"),
	}
}

// structureWords are about what is read or written by calls of its own.
func structureWords() []word {
	return []word{
		w("entryOf", words(w("object", text(), "yaml name of the reference beside it"), w("kind", text(), "instead: the settings that have the list"), w("list", text(), "list of that object"), w("by", text(), "yaml name of what names an entry")), "names an entry of another object's list"),
		w("lookup", words(
			w("path", aPath(), ""), w("query", mapping(text()), ""), w("where", mapping(anything()), ""), w("read", text(), ""),
		), "read from elsewhere"),
		w("part", words(
			w("at", text(), "path below the object"),
			w("get", boolean(), "must be read there"),
			w("put", boolean(), "is written there"),
			w("costly", boolean(), "read only when asked for"),
			w("shapes", shapesForm(), "bodies of the PUT"),
		), "written through a path of its own"),
		w("costly", yes(), "read only when asked for"),
		w("list", words(
			w("at", text(), "path below the object"),
			w("mode", oneOf("set", "ordered", "keyed"), "how entries are compared"),
			w("key", listOf(text()), "yaml names that an entry is known by"),
			w("matchAny", listOf(text()), "entries are the same if one of these is"),
			w("id", text(), "read name of the entry's id"),
			w("get", text(), "path of a read of its own"),
			w("costly", boolean(), "read only when asked for"),
			w("add", either(entryCall("body", "id", "key"), no()), "how an entry is added"),
			w("remove", either(entryCall("body", "id", "key"), no()), "how an entry is removed"),
			w("update", entryCall("body", "id", "key"), "how an entry is changed"),
			w("priority", text(), "read name of the place"),
			w("priorityWritable", boolean(), ""),
			w("answer", oneOf("object", "none"), "what adding answers"),
			w("textAs", text(), "property that an element which is a plain text is read as"),
			w("twins", boolean(), "several entries may have the same key"),
			w("first", boolean(), "a new object may already hold one entry"),
			w("rename", text(), "name of the new name in the entry's update"),
			w("skip", skipsForm(), "entries that are no configuration"),
		), "changed entry by entry"),
		w("file", words(
			w("field", text(), "of the create's form"),
			w("get", aPath(), "read of the file"),
			w("query", mapping(text()), "of that read"),
			w("costly", boolean(), "read only when asked for"),
			w("seen", text(), "page that documents the read"),
			w("put", words(w("method", oneOf("POST", "PUT"), ""), w("path", aPath(), ""), w("fields", listOf(text()), "")), "call that sets it"),
		), "the value is a file beside the document"),
		w("cells", words(
			w("at", text(), ""), w("method", oneOf("PUT", "POST"), ""), w("row", text(), ""), w("query", text(), ""), w("type", text(), ""), w("object", text(), ""),
			w("value", text(), ""), w("own", text(), ""), w("objects", text(), ""), w("name", text(), ""),
			w("numbers", mapping(either(whole(), form{is: isNull}, words(w("number", whole(), ""), w("evidence", oneOf(evidences()...), "")))), ""),
		), "a matrix that is read whole and written value by value"),
		w("membership", words(
			w("of", text(), "kind of the group"),
			w("at", text(), "path below the group"),
			w("bodies", listOf(either(oneOf("array"), words(w("property", text(), "")))), "bodies, the likeliest first"),
		), "the object's place in a group"),
	}
}

// peopleWords are about what a change means, and for documentation.
func peopleWords() []word {
	return []word{
		w("impact", impactsForm("create", "update", "add", "remove"), "effects beyond configuration"),
		w("endpoint", oneOf("secrets", "people", "programs"), "what is sent to the address that the value holds"),
		w("trustAnchor", yes(), "decides who or what is trusted"),
		w("grants", either(oneOf("added", "removed", "changed", "on", "off"), words(w("when", listOf(anything()), ""), w("unless", listOf(anything()), ""))), "which changes let somebody in"),
		w("harmless", text(), "why none of these holds though the name sounds like it"),
		w("evidence", oneOf(evidences()...), "where the name or number was read; rest if left out"),
		w("since", aVersion(), "first version"),
		w("until", aVersion(), "last version"),
		w("deprecated", yes(), ""),
		w("note", text(), "for people"),
		w("unit", text(), "of a number"),
	}
}
