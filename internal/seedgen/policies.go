package seedgen

// policies declares the client policies; the first that fits a client counts.
func (f *farm) policies() {
	f.policy("Administrators", m{
		"description":  "No limits for those who must repair things",
		"rules":        []m{policyRule("Admins at their desks", accountsOf(`DEMO\Domain Admins`, `DEMO\IT`), comingFrom("10.10.5.1-10.10.5.254"))},
		"rulesDefault": "Deny",
		"session": m{
			"primaryConnection": m{"enabled": true, "name": "Admin", "authenticationType": "SmartCard", "domain": "DEMO"},
			"reconnection":      m{"enabled": true, "enableReconnection": true, "connectionRetries": 20, "connectionBannerDelay": 5},
		},
	})
	f.policy("Kiosk & lobby", m{
		"description": "Shared devices:\n- no saved passwords\n- one fixed name",
		"rules": []m{
			policyRule("Lobby by hardware", hardware("4C4C4544-0044-4810-8031-B8C04F4E3532", "00-00-5E-00-53-2A")),
			policyRule("Lobby by account", accountsOf(`DEMO\kiosk-lobby`, `DEMO\KIOSK-PC01$`), systems("windows", "linux", "wyse")),
		},
		"rulesDefault": "Deny",
		"session": m{
			"primaryConnection": m{"enabled": true, "name": "Lobby", "autoLogin": true, "authenticationType": "SingleSignOn", "savePassword": false},
			"computerName":      m{"enabled": true, "overrideComputerName": "KIOSK-%IP%"},
		},
	})
	f.policy("Partners (gateway 2)", m{
		"rules":        []m{policyRule("Outside only", gatewaysAt("198.51.100.11"), not(comingFrom("10.0.0.0-10.255.255.255", "2001:db8::1")))},
		"rulesDefault": "Deny",
		"redirection":  m{"enabled": true, "gateway": "gw2.example.com", "mode": "GatewaySSLMode", "serverPort": 8443, "altGateway": "gw1.example.com"},
	})
	f.policy("Zürich / Außenstellen", m{
		"description": "Über das Gateway in Zürich",
		"rules":       []m{policyRule("Zürich", accountsOf(`ZH\Zürich Users`)), with(policyRule("Praxen", accountsOf(`DEMO\Ärzte`)), m{"enabled": false, "description": "Ab Februar"})},
		"session": m{
			"primaryConnection":    m{"enabled": true, "name": "Büro", "authenticationType": "Credentials", "savePassword": true, "domain": "ZH"},
			"secondaryConnections": m{"enabled": true, "connectionList": []m{{"server": "gw-zh.example.com", "serverPort": 443, "mode": "GatewaySSLMode"}, {"server": "gw1.example.com", "serverPort": 443, "mode": "GatewaySSLMode"}, {"server": "gw1.example.com", "serverPort": 80, "mode": "GatewayMode"}}},
		},
	})
	f.policy("日本 – 100 % remote", m{
		"description":  "東京の利用者",
		"rules":        []m{policyRule("営業部", accountsOf(`DEMO\営業部`), systems("windows", "mac", "iOS", "android"))},
		"rulesDefault": "Deny",
		"session": m{
			"secondaryConnections":       m{"enabled": true, "connectionList": []m{{"server": "osaka.example.com", "serverPort": 443, "mode": "GatewaySSLMode"}}},
			"connectionAdvancedSettings": m{"enabled": true, "connectionTimeout": 60, "connectionBannerDelay": 10},
		},
	})
	f.policy("Everyone else", m{"description": "The last one: \"yes\" to all", "rulesDefault": "Allow", "session": m{"reconnection": m{"enabled": true, "enableReconnection": true, "connectionRetries": 10, "connectionBannerDelay": 15}}})
}

// policy declares a policy behind those declared before.
func (f *farm) policy(name string, spec m) {
	f.add("ClientPolicy", "", name, spec).extra["order"] = f.next("ClientPolicy")
}

func policyRule(name string, parts ...m) m { return m{"name": name, "criteria": criteria(parts...)} }
