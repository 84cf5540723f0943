package seedgen

// connections says who and what may connect to a site.
func (f *farm) connections() {
	f.add("ConnectionAuthentication", main, "", m{
		"authType": []string{"UsernamePassword", "Web"}, "allTrustedDomains": false, "domain": "DEMO", "useClientDomain": true,
		"useChangePasswordURL": true, "changePasswordURL": "https://password.example.com/?back=%22ras%22",
	})
	f.add("ConnectionAuthentication", zurich, "", m{"authType": []string{"UsernamePasswordOrSmartCard"}, "allTrustedDomains": true, "forceNetBIOSCreds": true})
	f.add("ConnectionSettings", main, "", m{"remoteIdleSessionTimeout": 3600, "logoffIdleSessionTimeout": 1800, "cachedSessionTimeout": 43200, "fipsMode": 0})
	f.add("ConnectionSettings", zurich, "", m{"remoteIdleSessionTimeout": 7200, "logoffIdleSessionTimeout": 0, "cachedSessionTimeout": 86400, "fipsMode": 1})
	f.add("ConnectionAllowedDevices", main, "", m{
		"allowClientMode": 1, "allowClientWithSecurityPatchesOnly": true, "allowClientWindows": true, "allowClientMAC": true, "allowClientLinux": true,
		"allowClientIOS": true, "allowClientAndroid": true, "allowClientHTML5": true, "minBuildWindows": 24186, "minBuildMAC": 24186,
	})
	f.add("ConnectionAllowedDevices", zurich, "", m{"allowClientMode": 0})
	f.add("ExcludeADGroup", main, "", m{"groups": []m{{"account": `DEMO\Domain Users`}, {"account": `DEMO\Everyone & All`}}})
	f.add("ExcludeADGroup", zurich, "", m{"groups": []m{{"account": `ZH\Alle Benutzer`}}})
}

// brokerSettings: what the brokers of a site start from, and those who ask for
// certificates. Of most of it only the paths are known: the values stand under
// the names of the simulated farm.
func (f *farm) brokerSettings() {
	for _, site := range []string{main, zurich} {
		f.add("ConnectionBrokerDefaultSettings", site, "", m{"standInFlag": true, "standInList": l{"broker1.example.com", "broker2.example.com"}})
		f.add("ConnectionBrokerAPISettings", site, "", m{"standInFlag": site == main, "standInNumber": 20003, "standIn": m{"standInMode": 12, "standInLabel": "HIGH:!aNULL", "standInDeep": m{"standInLevel": 3}}})
		f.add("ConnectionBrokerAutoPromotion", site, "", m{"standInFlag": site == main, "standInNumber": 15})
		f.add("TemplateVersionTags", site, "", m{"tags": []m{{"id": 1, "standInText": "Production"}, {"id": 2, "standInText": "Prüfung & Test"}, {"id": 3, "standInText": ""}}})
	}
	f.add("EnrollmentServer", main, "enroll1.example.com", m{"description": "Asks the issuing CA 1", "preferredBroker": "broker1.example.com"})
	f.add("EnrollmentServer", main, "enroll2.example.com", m{"description": "Second, any broker", "enabled": false})
	f.add("EnrollmentServer", zurich, "enroll-zh.example.com", m{"description": "Zürich", "preferredBroker": "broker-zh.example.com"})

	f.add("TenantBrokerSettings", main, "", m{
		"overrideAddress": true, "brokerAddress": "tenants.example.com", "tenantDomain": "tenants.example.com", "allowRegistrationWithSecretKey": false, "hideBillingInfo": true,
	}).extra["tenantBrokerSecretKey"] = "CANARY-tenant-broker-key"
	f.add("TenantBrokerSettings", zurich, "", m{"overrideAddress": false})
	f.add("Tenant", "", "Contoso Retail", m{"standInText": "contoso.tenants.example.com", "standInFlag": true})
	f.add("Tenant", "", "Fabrikam & Söhne", m{"standInText": "fabrikam.tenants.example.com", "standInFlag": false})
}

// farmSettings of the farm as a whole, beside the mailbox.
func (f *farm) farmSettings() {
	f.add("FarmSettings", "", "", m{"name": "Example farm"})
	f.add("SystemSettings", "", "", m{"cepEnabled": false, "resetIdleSessionAfterMins": 60})
	f.add("ProxySettings", "", "", m{"httpProxyMode": 1, "httpProxyAddress": "proxy.example.com", "httpProxyPort": 3128, "httpProxyUser": `DEMO\svc-proxy`})
	f.add("HelpdeskEmailSettings", "", "", m{"helpDeskEnabled": true, "helpDeskEmail": "helpdesk@example.com"})
	f.add("InvitationEmailSettings", "", "", m{
		"targetDevices": []string{"Windows", "Mac", "iOS", "Android", "HTML5"}, "connMode": "GatewaySSL", "pubGatewayIP": "portal.example.com:80/443",
		"email": "Hello,\n\nyour desktop waits at <https://portal.example.com>.\nGrüße – IT", "authType": "Credentials",
	})
	f.add("WebServiceSettings", "", "", m{
		"allowedHosts": "*", "httpsUrl": "https://*:20443", "enableWebConsole": true, "webConsoleBasePath": "/", "webConsolePollingInterval": 30, "enableREST": true,
		"rasLicensingServer": "broker1.example.com", "rasSecondaryServers": []string{"broker2.example.com"}, "sessionExpire": 20, "sessionDisconnectDelay": 30,
		"defaultLogLevel": "Information", "globalWindow": 10, "globalAutoReplenishment": true,
	})
}

// devicesAndPrinters: what clients bring along, and Windows devices that are
// managed.
func (f *farm) devicesAndPrinters() {
	f.add("CPUOptimizationSettings", main, "", m{"enableCPUOptimization": true, "startUsage": 25, "criticalUsage": 7, "idleUsage": 4, "cpuExcludeList": []string{"MsMpEng.exe", "sqlservr.exe"}})
	f.add("CPUOptimizationSettings", zurich, "", m{"enableCPUOptimization": false})
	f.add("PrintingSettings", main, "", m{
		"printerNamePattern": "%PRINTERNAME% for %USERNAME% by Parallels", "printerRetention": 1, "driverAllowMode": 2, "printerDriversArray": []string{"Old Laser PCL 5", "Label Writer (β)"},
		"embedFonts": true, "excludedFontsArray": []string{"Arial", "Times New Roman"}, "autoInstallFonts": []m{{"standInText": "house-sans.ttf"}, {"standInText": "Straße.otf"}},
	})
	f.add("PrintingSettings", zurich, "", m{"printerNamePattern": "%PRINTERNAME% (%CLIENTNAME%)", "driverAllowMode": 0})
	f.add("ScanningSettings", main, "", m{"wiaNamePattern": "%SCANNERNAME% for %USERNAME%", "twainNamePattern": "%SCANNERNAME% for %USERNAME%"})
	f.add("ScanningSettings", zurich, "", m{"wiaNamePattern": "%SCANNERNAME%", "twainNamePattern": "%SCANNERNAME%"})

	f.add("WinDeviceGroup", main, "Kiosks", m{
		"description": "Screens in the lobby", "replaceDesktop": true, "kioskMode": true, "useClientAsDesktop": true, "disableRemovableDrives": true, "disablePrintScreen": true,
		"enableFirewall": true, "inboundPorts": []m{
			{"port": 3389, "protocol": "TCP", "profile": []string{"Domain"}},
			{"port": 3389, "protocol": "UDP", "profile": []string{"Domain", "Private"}},
			{"port": 5353, "protocol": "UDP", "profile": []string{"All"}},
		},
	})
	f.add("WinDeviceGroup", main, "Office PCs / 3rd floor", m{"requestAuthorization": true})
	f.add("WinDeviceGroup", zurich, "Schalter", m{"description": "Geräte am Empfang", "requestAuthorization": true, "disableRemovableDrives": true})
}

// notifications: handlers have no names, and several may watch the same.
func (f *farm) notifications() {
	f.add("Notification", main, "", m{"handlers": []m{
		{"type": "CPUEvent", "targetType": "RDSHGroups", "rdsHostPools": []string{office, legacy}, "threshold": 80, "direction": 0, "sendEmail": true, "recipients": "ops@example.com, oncall@example.com",
			"enableGracePeriod": true, "gracePeriod": 5, "enableInterval": true, "interval": 60, "waitUntilRecovered": true},
		{"type": "CPUEvent", "targetType": "RDSHGroups", "rdsHostPools": []string{office}, "threshold": 95, "direction": 0, "executeScript": true, "script": "Tell the chat"},
		{"type": "TunneledSess", "targetType": "Gateways", "gateways": []string{"gw1.example.com", "gw2.example.com"}, "threshold": 400, "direction": 0, "sendEmail": true, "recipients": "ops@example.com"},
		{"type": "Agent", "targetType": "PublishingAgents", "brokers": []string{"broker2.example.com"}, "executeScript": true, "script": `\\server\share\app.exe`},
		{"type": "VDI", "targetType": "VDIHostPools", "vdiHostPools": []string{callCentre, cadDesks}, "sendEmail": true, "recipients": "vdi@example.com"},
		{"type": "AVDActiveSessionsUtilization", "targetType": "AVDHostPools", "avdHostPools": []string{avdPooled}, "threshold": 90, "direction": 0, "sendEmail": true},
		{"type": "License", "targetType": "AllServers", "allServers": true, "sendEmail": true, "recipients": "licences@example.com;ops@example.com"},
		{"type": "Authentication", "targetType": "EnrollmentServers", "enrollmentServers": []string{"enroll1.example.com"}, "enabled": false},
	}})
	f.add("Notification", zurich, "", m{"handlers": []m{
		{"type": "Gateway", "targetType": "Gateways", "gateways": []string{"gw-zh.example.com"}, "executeScript": true, "script": "Meldung an Bereitschaft"},
	}})
}
