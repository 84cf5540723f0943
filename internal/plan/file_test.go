package plan

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"rassync/internal/model"
	"rassync/schemas"
)

func samplePlan() *Plan {
	a := model.Address{Site: "Main", Kind: "MFARadius", Name: "Tokens"}
	return &Plan{FormatVersion: FormatVersion, Tool: Tool{Name: "rassync", Version: "test"}, Farm: Farm{GUID: "{1}"}, Summary: Summary{Create: 1}, Warnings: []string{},
		Changes: []Change{{Address: a.String(), Kind: a.Kind, Site: a.Site, Name: a.Name, Action: Create, Impact: []Impact{}, DependsOn: []string{},
			Fields:  []Field{{Path: "radiusPort", After: int64(1812)}, {Path: "secretKey", After: model.SecretRef{Env: "KEY"}}},
			Desired: &model.Object{Address: a, Spec: map[string]any{"radiusPort": int64(1812), "secretKey": model.SecretRef{Env: "KEY"}}},
			Place:   &Place{Folder: "/", After: "x"}}}}
}

func sampleFile(t testing.TB) (*File, []byte, *model.Catalog, time.Time) {
	t.Helper()
	cat, err := model.Load(schemas.Files)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	f, err := NewFile(samplePlan(), now, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return f, data, cat, now
}

func TestPlanFileComesBack(t *testing.T) {
	f, data, cat, now := sampleFile(t)
	back, err := Parse(data, cat, now)
	if err != nil {
		t.Fatal(err)
	}
	c := back.Changes[0]
	if c.Desired.Spec["secretKey"] != (model.SecretRef{Env: "KEY"}) || c.Desired.Spec["radiusPort"] != int64(1812) || c.Place.After != "x" {
		t.Errorf("desired: %#v", c.Desired.Spec)
	}
	if back.Digest != f.Digest {
		t.Error("the digest changed")
	}
}

func TestPlanFileIsRefused(t *testing.T) {
	_, data, cat, now := sampleFile(t)
	for name, test := range map[string]struct {
		data []byte
		at   time.Time
		want error
	}{
		"edited":        {[]byte(strings.Replace(string(data), "1812", "1813", 1)), now, ErrEdited},
		"other digest":  {[]byte(strings.Replace(string(data), `"digest": "`, `"digest": "0`, 1)), now, ErrEdited},
		"expired":       {data, now.Add(2 * time.Hour), ErrExpired},
		"newer format":  {[]byte(strings.Replace(string(data), `"formatVersion": "1"`, `"later": 1, "formatVersion": "2"`, 1)), now, ErrNewer},
		"no format":     {[]byte(strings.Replace(string(data), `"formatVersion": "1"`, `"formatVersion": "x"`, 1)), now, ErrFormat},
		"with a tail":   {append(append([]byte{}, data...), "{}"...), now, ErrEdited},
		"not JSON":      {[]byte("kind: Site"), now, ErrFormat},
		"unknown field": {[]byte(strings.Replace(string(data), `"tool"`, `"tool2"`, 1)), now, ErrFormat},
		"empty":         {nil, now, ErrFormat},
	} {
		if _, err := Parse(test.data, cat, test.at); !errors.Is(err, test.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzPlanFile(f *testing.F) {
	_, data, cat, now := sampleFile(f)
	f.Add(data)
	f.Add([]byte("{}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if file, err := Parse(data, cat, now); err == nil && file == nil {
			t.Error("no plan and no error")
		}
		// Its digest keeps most of what is made up out: behind it nothing may
		// panic either.
		var made File
		if json.Unmarshal(data, &made) != nil {
			return
		}
		var err error
		if made.Digest, err = made.digest(); err != nil {
			return
		}
		if data, err = json.Marshal(&made); err != nil {
			return
		}
		if file, err := Parse(data, cat, time.Time{}); err == nil && len(file.Changes) != len(file.Bindings) {
			t.Errorf("%d changes, %d bindings", len(file.Changes), len(file.Bindings))
		}
	})
}
