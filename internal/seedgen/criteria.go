package seedgen

import "strings"

// The directory of the demo: accounts and the last part of their SIDs.
var accounts = map[string]string{
	`DEMO\Domain Users`:          "513",
	`DEMO\Domain Admins`:         "512",
	`DEMO\Sales`:                 "1104",
	`DEMO\Sales Managers`:        "1105",
	`DEMO\Finance`:               "1110",
	`DEMO\Controlling`:           "1111",
	`DEMO\Human Resources`:       "1115",
	`DEMO\IT`:                    "1120",
	`DEMO\Helpdesk Team`:         "1121",
	`DEMO\Developers`:            "1122",
	`DEMO\Design`:                "1130",
	`DEMO\Ärzte`:                 "1140",
	`DEMO\営業部`:                   "1150",
	`DEMO\External "temp" staff`: "1160",
	`DEMO\kiosk-lobby`:           "2201",
	`DEMO\KIOSK-PC01$`:           "2202",
	`ZH\Zürich Users`:            "1201",
}

const domainSID = "S-1-5-21-1004336348-1177238915-682003330-"

// members lists accounts with their SIDs.
func members(names ...string) l {
	out := l{}
	for _, name := range names {
		rid, ok := accounts[name]
		if !ok {
			panic("no account of the demo: " + name)
		}
		out = append(out, m{"account": name, "sid": domainSID + rid})
	}
	return out
}

// criteria joins what must all match.
func criteria(parts ...m) m {
	all := m{}
	for _, part := range parts {
		for name, v := range part {
			all[name] = v
		}
	}
	return all
}

// One criterion each; not(...) turns it round.
func accountsOf(names ...string) m {
	return criterion("securityPrincipals", m{"members": members(names...)})
}
func gatewaysAt(ips ...string) m    { return criterion("gateways", m{"members": ips}) }
func devices(names ...string) m     { return criterion("devices", m{"members": names}) }
func hardware(ids ...string) m      { return criterion("hardwareIDs", m{"members": ids}) }
func comingFrom(ips ...string) m    { return criterion("iPs", m{"allowedIPs": ips}) }
func themesNamed(names ...string) m { return criterion("themes", m{"members": names}) }

func systems(names ...string) m {
	on := m{}
	for _, name := range strings.Fields("windows mac linux iOS android chrome webClient wyse") {
		on[name] = false
	}
	for _, name := range names {
		on[name] = true
	}
	return criterion("oSs", m{"allowedOSes": on})
}

func criterion(name string, v m) m {
	v["enabled"], v["matchingMode"] = true, "IsOneOfTheFollowing"
	return m{name: v}
}

func not(c m) m {
	for _, v := range c {
		v.(m)["matchingMode"] = "IsNotOneOfTheFollowing"
	}
	return c
}

// allow and deny are rules of published items.
func allow(name string, parts ...m) m { return rule(name, "AllowCriteriaWhen", parts) }
func deny(name string, parts ...m) m  { return rule(name, "DenyCriteriaWhen", parts) }

func rule(name, access string, parts []m) m {
	c := criteria(parts...)
	c["access"] = access
	return m{"name": name, "criteria": c}
}

// with lays values over a declaration.
func with(spec m, more ...m) m {
	out := m{}
	for _, part := range append([]m{spec}, more...) {
		for name, v := range part {
			out[name] = v
		}
	}
	return out
}
