package release

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Licence is what a module says about its use.
type Licence struct {
	ID    string // of the SPDX list
	Texts []Text // licence and notice files, by name
}

// Text is one file of a licence.
type Text struct{ Name, Body string }

// LicenceIn reads the licence of the module whose files are in dir. A licence
// that it does not know is an error: somebody has to look at it.
func LicenceIn(dir string) (Licence, error) {
	var l Licence
	entries, err := os.ReadDir(dir)
	if err != nil {
		return l, err
	}
	for _, e := range entries {
		name := strings.ToUpper(e.Name())
		if e.IsDir() || !slices.ContainsFunc([]string{"LICENSE", "LICENCE", "COPYING", "NOTICE", "PATENTS"}, func(p string) bool { return strings.HasPrefix(name, p) }) {
			continue
		}
		body, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return l, err
		}
		text := strings.TrimSpace(strings.ReplaceAll(string(body), "\r\n", "\n"))
		l.Texts = append(l.Texts, Text{e.Name(), text})
		if id := identify(text); id != "" && l.ID == "" && !strings.HasPrefix(name, "NOTICE") {
			l.ID = id
		}
	}
	if len(l.Texts) == 0 {
		return l, fmt.Errorf("%s has no licence file", dir)
	}
	if l.ID == "" {
		return l, fmt.Errorf("the licence in %s is not one that is known here: look at it, then add it to identify", dir)
	}
	return l, nil
}

// identify finds the SPDX identifier of a licence by sentences that only it has.
func identify(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	has := func(parts ...string) bool {
		return !slices.ContainsFunc(parts, func(p string) bool { return !strings.Contains(text, p) })
	}
	mit := has("Permission is hereby granted, free of charge, to any person obtaining a copy")
	apache := has("Apache License", "Version 2.0, January 2004") || has("Licensed under the Apache License, Version 2.0")
	switch {
	case mit && apache:
		return "MIT AND Apache-2.0"
	case mit:
		return "MIT"
	case apache:
		return "Apache-2.0"
	case has("Redistribution and use in source and binary forms", "Neither the name"):
		return "BSD-3-Clause"
	case has("Redistribution and use in source and binary forms"):
		return "BSD-2-Clause"
	case has("Permission to use, copy, modify, and/or distribute this software for any purpose"), has("Permission to use, copy, modify, and distribute this software for any purpose"):
		return "ISC"
	case has("Mozilla Public License", "2.0"):
		return "MPL-2.0"
	}
	return ""
}
