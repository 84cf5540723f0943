package coverage

import "strings"

// toolFamily holds what rassync calls for itself.
const toolFamily = "tool"

// families says to which family an operation belongs that nobody claims: the
// family of the kind whose paths share its first segment, else a chapter of
// the API.
type families map[string]string

func familiesOf(claims []Claim) families {
	f := families{}
	for _, c := range claims {
		head := first(c.Path)
		if _, known := f[head]; !known && c.By != Tool {
			f[head] = c.Family
		}
	}
	return f
}

func (f families) of(path string) string {
	head := first(path)
	if name, ok := f[head]; ok {
		return name
	}
	switch head {
	case "avd", "vdi", "vdidefaultsettings", "provider", "templateversionsettings":
		return "virtual desktops"
	case "rdsession", "rdsdefaultsettings", "rds":
		return "hosts"
	case "broker", "connectionbroker", "connectionbrokerapisettings", "connectionbrokerautopromotion", "connectionbrokerdefaultsettings",
		"session", "settings", "webservice", "farmsettings", "systemsettings", "license", "agent", "support", "reporting",
		"performancemonitor", "costinsights", "proxysettings", "helpdeskemailsettings", "invitationemail", "invitationemailsettings",
		"tenant", "tenantbroker", "tenantbrokersettings":
		return "farm"
	case "certificates", "letsencryptsettings", "halb", "gateway":
		return "gateways"
	case "apppackage", "apppackagesettings", "fslogix", "windevicegroup":
		return "hosts"
	case "mfavendor", "enrollmentserver", "connectionauthentication", "connectionalloweddevices", "connectionsettings", "excludeadgroup":
		return "access"
	case "notifications", "cpuoptimizationsettings", "printingsettings", "printingscanning", "scanningsettings", "overwritesupportactions":
		return "site settings"
	}
	return "other"
}

// first is the first segment below /api.
func first(path string) string {
	parts := segments(path)
	if len(parts) > 1 {
		return strings.ToLower(parts[1])
	}
	return ""
}
