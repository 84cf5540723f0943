package app

import (
	"testing"

	"rassync/internal/workspace"
)

func TestAddFarm(t *testing.T) {
	add := []setting{{"guid", "{A}"}, {"name", "Café: #1"}}
	for _, tt := range []struct{ name, text, want string }{
		{"a section with settings", "# mine\nfarm:\n    url: https://a:1 # here\n\nprotect: []\n", "# mine\nfarm:\n    guid: '{A}'\n    name: 'Café: #1'\n    url: https://a:1 # here\n\nprotect: []\n"},
		{"an empty section", "farm:\nreferences: farm\n", "farm:\n  guid: '{A}'\n  name: 'Café: #1'\nreferences: farm\n"},
		{"no section", "references: farm", "references: farm\n\nfarm:\n  guid: '{A}'\n  name: 'Café: #1'\n"},
		{"an empty file", "", "\nfarm:\n  guid: '{A}'\n  name: 'Café: #1'\n"},
		{"only a comment", "# later\n", "# later\n\nfarm:\n  guid: '{A}'\n  name: 'Café: #1'\n"},
		{"line ends of Windows", "farm:\r\n  url: x\r\n", "farm:\r\n  guid: '{A}'\r\n  name: 'Café: #1'\r\n  url: x\r\n"},
		{"no line end", "farm:\n  url: x", "farm:\n  guid: '{A}'\n  name: 'Café: #1'\n  url: x"},
		{"flow style", "farm: {url: x}\n", ""},
		{"no mapping", "- a\n", ""},
		{"no YAML", "farm: [\n", ""},
	} {
		got, ok := addFarm([]byte(tt.text), add)
		if ok != (tt.want != "") || ok && string(got) != tt.want {
			t.Errorf("%s: %v\n%s", tt.name, ok, got)
			continue
		}
		if !ok {
			continue
		}
		c, ds := workspace.ParseConfig(got, nil)
		if ds.Failed() || c.Farm.GUID != "{A}" || c.Farm.Name != "Café: #1" {
			t.Errorf("%s: %v %+v", tt.name, ds, c.Farm)
		}
	}
}

func TestNewConfigIsValid(t *testing.T) {
	text := newConfig([]setting{{"url", "https://a:1"}, {"name", "x\ny: \"z\""}}, workspace.StrictReferences)
	c, ds := workspace.ParseConfig([]byte(text), nil)
	if len(ds) > 0 || c.Farm.Name != "x\ny: \"z\"" || c.Default != workspace.Additive || c.References != workspace.StrictReferences {
		t.Errorf("%v %+v\n%s", ds, c, text)
	}
}

func TestSameAddress(t *testing.T) {
	same := [][2]string{{"https://A.example.com:20443", "https://a.example.com:20443/"}, {"a.example.com", "https://a.example.com:20443"}, {"https://a", "HTTPS://A"}}
	for _, p := range same {
		if !sameAddress(p[0], p[1]) {
			t.Errorf("%s and %s are the same", p[0], p[1])
		}
	}
	other := [][2]string{{"https://a:20443", "https://a:443"}, {"https://a", "http://a"}, {"https://a.evil.com", "https://a"}, {"https://a@evil", "https://a"}}
	for _, p := range other {
		if sameAddress(p[0], p[1]) {
			t.Errorf("%s and %s are different", p[0], p[1])
		}
	}
}

func TestVersionOf(t *testing.T) {
	for body, want := range map[string]string{`{"version":"21.2"}`: "21.2", `"20.0"`: "20.0", `{"RasVersion":"19"}`: "19", `[]`: "", `{`: "", `{"version":3}`: ""} {
		if got := versionOf([]byte(body)); got != want {
			t.Errorf("%s: %q instead of %q", body, got, want)
		}
	}
}
