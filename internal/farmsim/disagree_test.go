package farmsim

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// What a farm is told to leave out is not in its answers, and nothing else is
// missing: it still holds everything.
func TestDisagreement(t *testing.T) {
	all, _ := with(t, Switches{}, Options{}).get("/api/LBSettings?siteId=1").(map[string]any)
	hiding := with(t, Switches{}, Options{Disagree: &Disagreement{
		Hide:    []Place{{"/api/LBSettings", "deadTimeout"}, {"/api/**", "nothingOfThisName"}},
		Answers: []StatusAt{{"/api/RDS/*", 503}},
	}})
	some, _ := hiding.get("/api/LBSettings?siteId=1").(map[string]any)
	if _, shown := some["deadTimeout"]; shown || len(some) != len(all)-1 {
		t.Errorf("want all but deadTimeout of %v, not %v", all, some)
	}
	hiding.want(503, "GET", "/api/RDS/Host?SiteId=1", nil)
	if _, held := hiding.f.Staged()["LBSettings"][0]["deadTimeout"]; !held {
		t.Error("the farm has lost what it does not show")
	}
}

// Settings go to the other sites where their flag says so, each flag's own and no
// others; a farm may take the flag along, or copy nothing.
func TestReplicate(t *testing.T) {
	pages := func(d *Disagreement) (*client, any, any) {
		c := with(t, Switches{}, Options{Disagree: d})
		c.post("/api/Site", `{"name":"Basel","server":"broker-bs.example.com"}`)
		c.want(204, "PUT", "/api/ScanningSettings?siteId=2", `{"wiaNamePattern":"own","twainNamePattern":"own","replicateWIAPattern":false}`)
		c.want(204, "PUT", "/api/ScanningSettings?siteId=1", `{"wiaNamePattern":"w","twainNamePattern":"t","replicateWIAPattern":true}`)
		c.want(204, "PUT", "/api/URLRedirectionSettings?siteId=1", `{"replicate":true}`)
		c.want(201, "POST", "/api/URLRedirectionSettings/Entry?siteId=1", `{"url":"https://example.com","enabled":true,"action":0}`)
		return c, c.get("/api/ScanningSettings?siteId=2"), c.get("/api/URLRedirectionSettings?siteId=2")
	}
	_, scanning, urls := pages(nil)
	holds(t, scanning, `{"wiaNamePattern":"w","twainNamePattern":"own","replicateWIAPattern":false}`)
	if list, _ := at(urls, "urLs").([]any); len(list) != 1 {
		t.Errorf("the list was not copied: %v", urls)
	}
	_, scanning, _ = pages(&Disagreement{Replicate: true})
	holds(t, scanning, `{"wiaNamePattern":"w","twainNamePattern":"own","replicateWIAPattern":true}`)
	_, scanning, _ = pages(&Disagreement{NoReplicate: true})
	holds(t, scanning, `{"wiaNamePattern":"own"}`)

	c := with(t, Switches{}, Options{})
	c.post("/api/Site", `{"name":"Basel","server":"broker-bs.example.com"}`)
	c.want(204, "PUT", "/api/LBSettings?siteId=1", `{"deadTimeout":41}`)
	if v := at(c.get("/api/LBSettings?siteId=2"), "deadTimeout"); sameValue(v, int64(41)) {
		t.Error("copied although no flag says so")
	}
	c.want(204, "PUT", "/api/LBSettings?siteId=1", `{"deadTimeout":42,"replicate":true}`)
	holds(t, c.get("/api/LBSettings?siteId=2"), `{"deadTimeout":42}`)
}

// The same seed leaves out the same, another one something else.
func TestDisagreementByChanceIsTheSameEachTime(t *testing.T) {
	names := func(seed uint64) string {
		x := &disagreeing{d: &Disagreement{Seed: seed, HideShare: 0.3}, path: "/api/A/1", shape: "/api/A/{}", self: "/api/A/{id}", keep: map[string]bool{"id": true}}
		v, _ := x.value(map[string]any{"id": int64(1), "a": true, "b": true, "c": map[string]any{"d": true, "e": true}, "f": true, "g": true, "h": true, "i": true}, "", "").(map[string]any)
		list := namesOf(v)
		if !slices.Contains(list, "id") {
			t.Error("the id is gone")
		}
		return strings.Join(list, " ")
	}
	if first, again := names(1), names(1); first != again {
		t.Error("the same seed gives two answers")
	}
	different := map[string]bool{}
	for seed := range uint64(8) {
		different[names(seed)] = true
	}
	if len(different) < 3 {
		t.Errorf("the seed hardly matters: %v", different)
	}
}

func TestParseDisagreement(t *testing.T) {
	d, err := ParseDisagreement("seed=7,hide=0.1,drop=0.2,fail=0.3,upper=0.4,least-lengths,folders-disable,replicate,short-updates,one-site-reads")
	if err != nil || d.Seed != 7 || d.HideShare != 0.1 || d.DropShare != 0.2 || d.FailShare != 0.3 || d.UpperShare != 0.4 || !d.LeastLengths || !d.FoldersDisable || !d.Replicate || !d.ShortUpdates || !d.OneSiteRead {
		t.Errorf("%+v %v", d, err)
	}
	for _, bad := range []string{"hide=2", "hide=x", "seed=-1", "what", "replicate=yes"} {
		if _, err := ParseDisagreement(bad); err == nil {
			t.Errorf("%q is accepted", bad)
		}
	}
	for _, bad := range []string{"/api", "api:x", "/api:"} {
		if _, err := ParsePlace(bad); err == nil {
			t.Errorf("place %q is accepted", bad)
		}
	}
	for _, bad := range []string{"/api", "/api=abc", "/api=99", "api=404"} {
		if _, err := ParseStatusAt(bad); err == nil {
			t.Errorf("status %q is accepted", bad)
		}
	}
}

func TestPathFits(t *testing.T) {
	for _, test := range []struct {
		pattern, path string
		fits          bool
	}{
		{"/api/RDS/Host", "/api/rds/host", true},
		{"/api/RDS/Host", "/api/RDS/Host/1", false},
		{"/api/RDS/*", "/api/RDS/Host", true},
		{"/api/RDS/*", "/api/RDS/Host/1", false},
		{"/api/**", "/api/RDS/Host/1", true},
		{"/api/**/Filter", "/api/PubItems/1/Filter", true},
		{"/api/**/Filter", "/api/PubItems/1/Rules", false},
	} {
		if got := pathFits(test.pattern, test.path); got != test.fits {
			t.Errorf("%s fits %s: %v", test.pattern, test.path, got)
		}
	}
}

func TestLeastLengths(t *testing.T) {
	for strict, status := range map[bool]int{false: 204, true: 400} {
		c := with(t, Switches{}, Options{Disagree: &Disagreement{LeastLengths: strict}})
		id := c.post("/api/AdminAccount", `{"name":"EXAMPLE\\bob"}`)
		c.want(status, "PUT", fmt.Sprintf("/api/AdminAccount/%d", id), `{"mobile":""}`)
	}
}

func TestFoldersDisable(t *testing.T) {
	c := with(t, Switches{}, Options{Disagree: &Disagreement{FoldersDisable: true}})
	folder := c.post("/api/PubItems/Folders?siteId=1", `{"name":"F"}`)
	app := c.post("/api/PubItems/Apps/RDS?siteId=1", fmt.Sprintf(`{"name":"A","target":"a.exe","parentId":%d}`, folder))
	other := c.post("/api/PubItems/Apps/RDS?siteId=1", `{"name":"B","target":"a.exe"}`)
	c.want(204, "PUT", fmt.Sprintf("/api/PubItems/%d/Folders", folder), `{"enabledMode":0}`)
	holds(t, c.get(fmt.Sprintf("/api/PubItems/%d/Apps/RDS", app)), `{"enabledMode":0}`)
	holds(t, c.get(fmt.Sprintf("/api/PubItems/%d/Apps/RDS", other)), `{"enabledMode":1}`)
}
