package release

import (
	"os"
	"path/filepath"
	"testing"
)

func TestIdentify(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"Permission is hereby granted, free of charge, to any person\nobtaining a copy of this software", "MIT"},
		{"Apache License\n  Version 2.0, January 2004", "Apache-2.0"},
		{"Redistribution and use in source and binary forms, with or without\nmodification. Neither the name of Google", "BSD-3-Clause"},
		{"Redistribution and use in source and binary forms are permitted", "BSD-2-Clause"},
		{"All rights reserved.", ""},
	} {
		if got := identify(c.text); got != c.want {
			t.Errorf("identify(%.40q) = %q, want %q", c.text, got, c.want)
		}
	}
}

func TestLicenceInRefusesWhatItDoesNotKnow(t *testing.T) {
	dir := t.TempDir()
	if _, err := LicenceIn(dir); err == nil {
		t.Error("a module without a licence passes")
	}
	if err := os.WriteFile(filepath.Join(dir, "LICENSE"), []byte("All rights reserved."), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := LicenceIn(dir); err == nil {
		t.Error("an unknown licence passes")
	}
}

func TestNoticesAreCurrent(t *testing.T) {
	want, err := Notices(t.Context(), "../..")
	if err != nil {
		t.Fatal(err)
	}
	have, err := os.ReadFile("../../docs/third-party-notices.md")
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != want {
		t.Error("docs/third-party-notices.md is not current: run go generate ./internal/release")
	}
}
