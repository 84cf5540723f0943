package model_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"rassync/internal/model"
	"rassync/schemas"
)

var nameParts = regexp.MustCompile(`[A-Z]+(?:[A-Z][a-z])?|[A-Z]?[a-z]+|\d+`)

// securityParts are parts of names that sound like an address, a trust anchor
// or a right.
const securityParts = ` url urls uri host hosts server servers gateway gateways address addresses ip ips sid sids account accounts user users username
 member members cert certificate certificates trust trusted domain domains permission permissions allow allowed right rights group groups
 proxy smtp mail email recipients ssl tls cipher auth authentication login logon password passwords pwd pwds principal principals admin mfa sso saml idp
 enroll enrollment authority sddl security secure credential credentials hsts restrict restricted repository tenant assignment anonymous
 verify verification trustee identity radius ldap kerberos claim claims script command firewall encryption encrypted unencrypted `

// soundsLikeSecurity tells whether a name has such a part.
func soundsLikeSecurity(name string) bool {
	for _, part := range nameParts.FindAllString(name, -1) {
		if strings.Contains(securityParts, " "+strings.ToLower(part)+" ") {
			return true
		}
	}
	// Runs of capitals keep their last letter with the next word: URLPath.
	low := strings.ToLower(name)
	for _, part := range []string{"url", "ssl", "tls", "mfa", "sso", "saml", "idp", "sddl", "hsts"} {
		if strings.Contains(low, part) {
			return true
		}
	}
	return false
}

// TestWhatSoundsLikeSecurityIsLabelled: a property whose name, reference or
// type sounds like an address, a trust anchor or a right says which of them it
// is, or why it is none.
func TestWhatSoundsLikeSecurityIsLabelled(t *testing.T) {
	cat, err := model.Load(schemas.Files)
	if err != nil {
		t.Fatal(err)
	}
	counts := map[string]int{}
	for _, k := range cat.Kinds() {
		k.Spec.Walk(func(p *model.Property) {
			if p == k.Spec || p.Name == "[]" || p.Secret {
				return
			}
			anchor := slices.ContainsFunc(p.Ref, func(ref string) bool {
				return ref == "Certificate" || ref == "AdminAccount" || strings.HasPrefix(ref, "MFA")
			})
			farmsOwn := len(p.Ref) > 0 || p.Items != nil && len(p.Items.Ref) > 0 // objects of the farm, labelled themselves
			if !anchor && (farmsOwn || !soundsLikeSecurity(p.Name)) {
				return
			}
			if p.Type == model.TypeObject && len(p.Props) > 0 && !p.Open {
				return // what is in it counts
			}
			at := p.Labelled()
			switch {
			case at == nil:
				t.Errorf("%s.%s (%s) has no endpoint, trustAnchor or grants, and does not say why it is harmless", k.Name, p.Path(), p.Type)
			case at.Harmless != "" && (at.Endpoint != "" || at.TrustAnchor || at.Grants != nil):
				t.Errorf("%s.%s is labelled and harmless", k.Name, at.Path())
			case at.Harmless != "" && len(strings.Fields(at.Harmless)) < 3:
				t.Errorf("%s.%s is harmless because %q", k.Name, at.Path(), at.Harmless)
			}
		})
		k.Spec.Walk(func(p *model.Property) {
			if p.Endpoint != "" {
				counts["endpoint "+string(p.Endpoint)]++
			}
			if p.TrustAnchor {
				counts["trustAnchor"]++
			}
			if p.Grants != nil {
				counts["grants"]++
				for _, v := range append(slices.Clone(p.Grants.When), p.Grants.Unless...) {
					if !takes(p, v) {
						t.Errorf("%s.%s is never %v", k.Name, p.Path(), v)
					}
				}
				if (p.Grants.On == "on" || p.Grants.On == "off") && p.Type != model.TypeBoolean {
					t.Errorf("%s.%s: grants %s of a %s", k.Name, p.Path(), p.Grants.On, p.Type)
				}
			}
		})
	}
	for what, least := range map[string]int{"endpoint secrets": 20, "endpoint people": 40, "endpoint programs": 3, "trustAnchor": 30, "grants": 200} {
		if counts[what] < least {
			t.Errorf("%d %s only", counts[what], what)
		}
	}
}

// TestEverySecretSaysWhereItGoes: next to a secret stands the address that it
// is sent to, unless the farm itself keeps it.
func TestEverySecretSaysWhereItGoes(t *testing.T) {
	stays := map[string]string{
		"ADIntegrationSettings.enrollmentAgentPassword": "checked by the domain of the farm",
		"ADIntegrationSettings.nlaPassword":             "checked by the farm's own hosts",
		"NotificationScript.password":                   "checked by the broker that runs the script",
		"Provider.adminCredentials[].password":          "sent to the provider's server, which is labelled beside the list",
		"RDSTemplate.licenseKeys[].licenseKey":          "given to the machines that are made", "AVDTemplate.licenseKeys[].licenseKey": "likewise", "VDITemplate.licenseKeys[].licenseKey": "likewise",
	}
	cat, err := model.Load(schemas.Files)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range cat.Kinds() {
		k.Spec.Walk(func(p *model.Property) {
			if !p.Secret || stays[k.Name+"."+p.Path()] != "" {
				return
			}
			if !slices.ContainsFunc(p.Parent.Props, func(c *model.Property) bool { return c.Endpoint == model.SecretsEndpoint }) {
				t.Errorf("%s.%s: no property beside it is the address that it is sent to", k.Name, p.Path())
			}
		})
	}
}

func TestHostOf(t *testing.T) {
	for value, want := range map[string]string{
		"smtp.example.com": "smtp.example.com", "SMTP.example.com.": "smtp.example.com", "smtp.example.com:25": "smtp.example.com", "https://a.example.com/x?y": "a.example.com",
		"https://good.example@evil.example/": "evil.example", `\\files\share\x`: "files", "10.0.0.1": "10.0.0.1", "[2001:db8::1]:443": "2001:db8::1",
		`evil.example\.good.example`: "", "a.example.com, b.example.com": "", `https://evil.example\@good.example/`: "", "": "", "good.example/../x": "", "évil.example": "",
	} {
		if got := model.HostOf(value); got != want {
			t.Errorf("%s: %q, not %q", value, got, want)
		}
	}
}

func TestWellKnownSID(t *testing.T) {
	for sid, want := range map[string]bool{"S-1-1-0": true, "s-1-5-7": true, "S-1-5-11": true, "S-1-5-21-1-2-3-512": true, "S-1-5-21-1-2-3-1512": false, "S-1-5-21-1-2-3-1104": false, "S-1-5-512": false, "": false} {
		if _, known := model.WellKnownSID(sid); known != want {
			t.Errorf("%s: %v", sid, known)
		}
	}
}
