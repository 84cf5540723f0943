package proof

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"rassync/internal/farmsim"
	"rassync/internal/model"
)

// mayInstall are the calls that push software to a server unless they say
// noInstall. They stand here and not in the schemas, so that a schema which
// forgets to say it is noticed.
var mayInstall = map[string]*regexp.Regexp{
	"Site":             regexp.MustCompile(`(?i)^/api/Site$`),
	"Broker":           regexp.MustCompile(`(?i)^/api/ConnectionBroker$`),
	"EnrollmentServer": regexp.MustCompile(`(?i)^/api/EnrollmentServer$`),
	"Gateway":          regexp.MustCompile(`(?i)^/api/Gateway$`),
	"Provider":         regexp.MustCompile(`(?i)^/api/Provider/[a-z0-9]+$`),
	"remote PC":        regexp.MustCompile(`(?i)^/api/Provider/remotepcstatic/[0-9]+/remotepc$`),
	"RDSHost":          regexp.MustCompile(`(?i)^/api/RDS/Host$`),
	"pool member":      regexp.MustCompile(`(?i)^/api/VDI/HostPool/[0-9]+/Members$`),
}

// TestNoSoftwareIsInstalledUnasked builds the whole seed farm anew and looks
// at the requests; then again with documents that ask for it.
func TestNoSoftwareIsInstalledUnasked(t *testing.T) {
	cat := catalog(t)
	for _, asked := range []bool{false, true} {
		s := newStand(t, cat, seedFarm(t), farmsim.Switches{})
		s.live = s.read(nil, everything)
		docs, pictures := withSecrets(cat, declare(s.live)), s.live.Files
		wanted := map[string]int{}
		for _, d := range docs {
			if p := cat.Kind(d.Address.Kind).Spec.Prop("installAgent"); asked && p != nil {
				if !p.OneTime || len(p.Impact) == 0 || p.Impact[0].Effect != "installsAgent" {
					t.Errorf("%s.installAgent is no order of which a plan says that it installs", d.Address.Kind)
				}
				d.Spec["installAgent"] = true
				wanted[d.Address.Kind]++
			}
		}
		if err := s.farm.Wipe(); err != nil {
			t.Fatal(err)
		}
		p := s.plan(docs, nil)
		for digest, data := range pictures {
			s.live.Files[digest] = data
		}
		s.farm.ResetLog()
		s.mustApply(p)
		seen := map[string]int{}
		for _, r := range s.farm.Requests() {
			if r.Method != "POST" {
				continue
			}
			for what, path := range mayInstall {
				if !path.MatchString(r.Path) {
					continue
				}
				seen[what]++
				q, err := url.ParseQuery(r.Query)
				if want := asked && wanted[what] > 0; err != nil || q.Get("noInstall") != map[bool]string{true: "false", false: "true"}[want] {
					t.Errorf("installAgent %v: POST %s?%s", asked, r.Path, r.Query)
				}
				if low := strings.ToLower(r.Query); strings.Contains(low, "username=") || strings.Contains(low, "password=") {
					t.Errorf("an account stands in the query: POST %s?%s", r.Path, r.Query)
				}
			}
		}
		for what := range mayInstall {
			if seen[what] == 0 {
				t.Errorf("no %s was made: the proof does not reach it", what)
			}
		}
		if n := len(s.farm.Effects()); (n > 0) != asked {
			t.Errorf("installAgent %v: the farm says %v", asked, s.farm.Effects())
		}
		said := map[string]bool{}
		for _, c := range p.Changes {
			for _, i := range c.Impact {
				if i.Effect == "installsAgent" && i.Path == "installAgent" {
					said[c.Kind] = true
				}
			}
		}
		for _, kind := range []string{"Site", "Broker", "EnrollmentServer", "Gateway", "Provider", "RDSHost"} {
			if said[kind] != asked {
				t.Errorf("installAgent %v of a %s: the plan says %v", asked, kind, said[kind])
			}
		}
	}
}

// TestInstallAgentIsNoState: every kind whose create may install says so.
func TestInstallAgentIsNoState(t *testing.T) {
	for _, k := range catalog(t).Kinds() {
		_, asks := map[string]bool{"Site": true, "Broker": true, "EnrollmentServer": true, "Gateway": true, "Provider": true, "RDSHost": true}[k.Name]
		p := k.Spec.Prop("installAgent")
		if asks != (p != nil) {
			t.Errorf("%s: installAgent %v", k.Name, p != nil)
		}
		if p == nil {
			continue
		}
		if !p.OneTime || !p.Invert || p.Query != "noInstall" || p.Type != model.TypeBoolean || k.Create == nil || k.Create.Query["noInstall"] != true {
			t.Errorf("%s: installAgent is not the opposite of noInstall, which is sent unless asked: %+v", k.Name, k.Create)
		}
	}
}
