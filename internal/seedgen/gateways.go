package seedgen

func (f *farm) gateways() {
	f.add("GatewayDefaultSettings", main, "", m{
		"preferredBroker": "broker1.example.com", "certificate": "Portal", "minSSLVersion": "TLSv1_2", "enableHSTS": true, "hstsMaxAge": 24, "hstsIncludeSubdomains": true,
		"enableGWPort": false, "allowAppsInNewTab": true, "webRequestsURL": "https://%hostname%/userportal",
		"forwardHttpServers": []string{"intranet.example.com:80"},
	})
	f.add("GatewayDefaultSettings", zurich, "", m{
		"preferredBroker": "broker-zh.example.com", "minSSLVersion": "TLSv1_2", "enableWyseSupport": false, "allowClipboard": false,
	})
	f.add("Gateway", main, "gw1.example.com", m{"description": "DMZ, first", "ipVersion": "BothVersions", "iPs": []string{"198.51.100.10", "2001:db8:10::10"}, "bindV4Addresses": "198.51.100.10"})
	f.add("Gateway", main, "gw2.example.com", m{
		"description": "DMZ, second; own settings for partners", "ipVersion": "Version4", "iPs": []string{"198.51.100.11"},
		"inheritDefaultSslTlsSettings": false, "minSSLVersion": "TLSv1_2", "sslPort": 8443, "certificate": "<Partner> wildcard", "enableHSTS": true, "hstsMaxAge": 120,
		"inheritDefaultHTML5Settings": false, "allowFileTransfer": false, "allowClipboard": false, "enableAlternateNLBHost": true, "alternateNLBHost": "portal.example.com",
		"inheritDefaultSecuritySettings": false, "securityMode": 1, "macAllowExcept": []string{"00-00-5E-00-53-01", "00-00-5E-00-53-AF"},
	})
	f.add("Gateway", zurich, "gw-zh.example.com", m{
		"description": "Rechenzentrum Zürich", "ipVersion": "Version4", "iPs": []string{"203.0.113.20"},
		"inheritDefaultNetworkSettings": false, "enableGWPort": true, "gwPort": 8080, "enableRDPUDP": false, "dosPro": true,
		"inheritDefaultModeSettings": false, "preferredBroker": "broker-zh.example.com", "forwardGatewayServers": []string{"gw1.example.com", "gw2.example.com"},
	})

	for _, site := range []string{main, zurich} { // there by itself, lets nothing through
		f.add("TunnelingPolicy", site, "<Default>", m{"publishType": "None"})
	}
	f.add("TunnelingPolicy", main, "198.51.100.10", m{"publishType": "RDSessionHostPool", "rdsHostPools": []string{office, legacy}})
	f.add("TunnelingPolicy", main, "198.51.100.11", m{"publishType": "RDSessionHosts", "rdsHosts": []string{"cad01.example.com", "spare01.example.com"}})
	f.add("TunnelingPolicy", zurich, "203.0.113.20", m{"publishType": "AllRDSessionHostsInSite"})

	f.add("CustomRoute", main, "Partner VPN", m{"description": "Through the partner's tunnel", "publicAddress": "partner.example.com", "port": 8080, "sslPort": 8443})
	f.add("CustomRoute", main, "大阪 / Osaka", m{"description": "近い経路", "publicAddress": "osaka.example.com"})
	f.add("CustomRoute", zurich, "Außenstelle", m{"publicAddress": "203.0.113.99", "sslPort": 4443})
}
