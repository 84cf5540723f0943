package seedgen

// Themes and second factors that others refer to.
const (
	corporate = "Corporate"
	partners  = "Partners & Friends 🤝"
	clinicUI  = "Ärzte-Portal"
	radius    = "RADIUS / VPN tokens"
)

func (f *farm) secondFactors() {
	f.add("MFARadius", main, radius, m{
		"description": "Hardware tokens", "radiusType": "Radius", "displayName": "Token code", "radiusServer": "radius1.example.com", "radiusPort": 1812,
		"backupServer": "radius2.example.com", "haMode": 1, "timeout": 10, "retries": 2, "passwordEncoding": 0, "usernameOnly": true, "forwardFirstPwdToAD": true,
		"userMessagePrompt": "Enter the code of your token.\nNo token? Choose an icon below.",
		"automation": []m{
			{"command": "push", "description": "Send me a push", "actionMessage": "Confirm on your phone", "image": 1, "autoSend": true},
			{"command": "sms", "description": "Send me a text message", "actionMessage": "Wait for the message", "image": 2},
			{"command": "call?lang=de&pct=100%", "description": "Anruf – auch für Ärzte", "actionMessage": `Press "#"`, "image": 3, "enabled": false},
		},
		"attributes": []m{
			{"standInNumber": 25, "standInText": "ras-users"},
			{"standInNumber": 4, "standInText": "10.10.0.11"},
		},
		"automationConditions":           []m{{"standInFlag": true, "standInText": "Enter push, sms or a code"}},
		"inheritDefaultCriteriaSettings": false,
		"criteria": with(m{"access": "DenyCriteriaWhen"}, comingFrom("10.10.0.0-10.10.255.255", "2001:db8:10::1-2001:db8:10::ffff"),
			hardware("4C4C4544-0044-4810-8031-B8C04F4E3532"), devices("KIOSK-PC01")),
	})
	f.add("MFADeepnet", main, "DualShield", m{
		"description": "Kept for the old portal", "enabled": false, "deepnetServer": "dualshield.example.com", "deepnetPort": 8074, "ssl": true,
		"deepnetAgent": "RAS agent", "app": "RAS", "appID": "ras-01", "defaultDomain": "DEMO", "authMode": 1, "tokenType": 2, "activateEmail": true,
	})
	f.add("MFASafenet", main, "SafeNet", m{
		"enabled": false, "safenetAuthMode": "UsersWithSafeNetAcc", "otpServiceURL": "https://otp.example.com/service.asmx", "userRepository": "DEMO", "tmsWebApiURL": "https://tms.example.com/api",
	})
	f.add("MFATOTP", main, "Authenticator app", m{
		"description": "Any TOTP app", "totpType": "TOTP", "displayName": "One-time code", "userEnrollment": "AllowUntil", "untilDateTime": "2026-12-31T22:00:00",
		"showInformationForUnenrolledUsers": "IfEnrollmentIsAllowed", "tolerance": 30, "userMessagePrompt": "Code from your authenticator app:",
		"inheritDefaultCriteriaSettings": false,
		"criteria":                       with(m{"access": "AllowCriteriaWhen"}, accountsOf(`DEMO\Domain Admins`, `DEMO\IT`), systems("windows", "mac", "linux", "webClient")),
	})
	f.add("MFAEmailOTP", main, "E-mail code", m{
		"displayName": "E-mail code", "otpLength": 8, "otpLifespanSec": 120, "userEnrollment": "Allow", "showInformationForUnenrolledUsers": "Always",
		"allowEnrollExternalEmail": true, "externalEmailStorage": "ADCustom", "adCustomAttribute": "extensionAttribute7",
		"emailSubject": "Your code: %OTP%", "emailContent": "Hello,\n\nyour code is %OTP%.\nIt is good for %DURATION%.\n\n-- \nIT service desk",
		"userMessagePrompt": "We sent you a code.",
	})
	f.add("MFATOTP", zurich, "Authentifizierungs-App", m{
		"totpType": "MicrosoftTOTP", "displayName": "Bestätigungscode", "userEnrollment": "Allow", "showInformationForUnenrolledUsers": "Always", "tolerance": 60,
	})
	f.add("MFARadius", zurich, "Duo", m{
		"description": "Nur für Reisende", "radiusType": "DuoRadius", "displayName": "Duo", "radiusServer": "duo.zh.example.com", "radiusPort": 1812, "timeout": 60, "retries": 1,
	})
	f.add("MFAEmailOTP", zurich, "Code per E-Mail", m{
		"enabled": false, "displayName": "Code", "otpLength": 6, "otpLifespanSec": 240, "userEnrollment": "DoNotAllow",
	})
	f.add("MFADefaultSettings", main, "", m{"criteria": with(m{"access": "DenyCriteriaWhen"},
		comingFrom("10.10.0.0-10.10.255.255"), not(gatewaysAt("198.51.100.10", "198.51.100.11")), accountsOf(`DEMO\kiosk-lobby`), devices("KIOSK-PC01", "KIOSK-PC02"),
		systems("windows"), hardware("00-00-5E-00-53-2A"))})
	f.add("MFADefaultSettings", zurich, "", m{"criteria": with(m{"access": "AllowCriteriaWhen"}, accountsOf(`ZH\Zürich Users`))})
}

func (f *farm) themes() {
	f.add("Theme", main, corporate, m{
		"description": "Default look", "mfa": "Authenticator app",
		"postLogonMessage": "Welcome.\nUse of this system is monitored.",
		"userPortal": m{
			"url": m{"loginPageURLPath": "corporate", "showDownloadURL": true, "overrideWindowsClientDownloadURL": "https://downloads.example.com/RASClient-x64.msi",
				"footerURLs": []m{
					{"url": "https://intranet.example.com/help", "text": "Help", "tooltip": "How do I…?"},
					{"url": "https://intranet.example.com/privacy?lang=en&v=2", "text": "Privacy", "tooltip": `What "we" store`},
					{"url": "https://status.example.com", "text": "Status 🚦", "tooltip": "Is it down?"},
				}},
			"branding":    m{"webpageTitle": "Workspace", "loginTo": "Workspace"},
			"color":       m{"headerOptions": "SolidColor", "workAreaImage": "Image2", "headerBackgroundColor": 3355443, "workAreaTextColor": 16777215, "buttonsBackgroundColor": 13971546, "buttonsTextColor": 16777215},
			"message":     m{"preLogonMessage": "Authorised use only.\n\nBy signing in you accept the rules."},
			"languageBar": m{"default": "English", "en_US": true, "de_DE": true, "fr_FR": true, "ja_JP": true},
			"inputPrompt": m{"en_US": m{"loginHint": `DEMO\user`, "passwordHint": "Password"}, "de_DE": m{"loginHint": "Benutzername", "passwordHint": "Kennwort"}, "ja_JP": m{"loginHint": "ユーザー名", "passwordHint": "パスワード"}},
		},
	})
	f.add("Theme", main, partners, m{
		"description": "For people from outside", "mfa": radius, "groupEnabled": true,
		"groupFilters":                 filters(`DEMO\External "temp" staff`, `DEMO\営業部`),
		"overrideAuthenticationDomain": true, "domain": "partners.example.com",
		"userPortal": m{
			"url":     m{"loginPageURLPath": "partners", "footerURLs": []m{{"url": "https://partners.example.com", "text": "Partner site", "tooltip": ""}}},
			"message": m{"overridePostLogonMessage": true, "userPortalPostLogonMessage": "Sessions end at 20:00 sharp: save your work!"},
			"color":   m{"headerOptions": "Blurred", "workAreaImage": "SolidColor", "workAreaBackgroundColor": 15790320},
		},
	})
	f.add("Theme", zurich, clinicUI, m{
		"description": "Anmeldung der Praxen", "mfa": "Authentifizierungs-App", "groupEnabled": true, "groupFilters": filters(`DEMO\Ärzte`),
		"userPortal": m{
			"branding":    m{"webpageTitle": "Praxis", "loginTo": "Praxis Zürich"},
			"url":         m{"loginPageURLPath": "aerzte", "footerURLs": []m{{"url": "https://zh.example.com/hilfe", "text": "Hilfe", "tooltip": "Übersicht"}, {"url": "https://zh.example.com/datenschutz", "text": "Datenschutz", "tooltip": ""}}},
			"languageBar": m{"default": "German", "de_DE": true, "fr_FR": true, "it_IT": true},
			"inputPrompt": m{"de_DE": m{"loginHint": `ZH\Kürzel`, "passwordHint": "Kennwort"}},
		},
	})

	f.add("ThemeCustomImage", main, "logo.png", m{"image": png(8, 8, 0x1e, 0x6f, 0xd9)})
	f.add("ThemeCustomImage", main, "hintergrund größe 100 %.png", m{"image": png(16, 4, 0xd5, 0x30, 0x5a)})

	f.add("SAMLIDP", main, "Corporate IdP", m{
		"description": "Single sign-on", "host": "portal.example.com", "theme": corporate,
		"idpEntityID": "https://idp.example.com/metadata", "logonURL": "https://idp.example.com/sso?tenant=demo&prompt=none", "logoutURL": "https://idp.example.com/slo",
		"idpCertificate": "-----BEGIN CERTIFICATE-----\nVGhpcyBpcyBubyBjZXJ0aWZpY2F0ZSBidXQgYSBzdGFuZC1pbg==\n-----END CERTIFICATE-----\n",
		"attributes": m{
			"userPrincipalName": m{"enabled": true, "samlAttribute": "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn", "adAttribute": "userPrincipalName"},
			"immutableID":       m{"enabled": false, "samlAttribute": "immutableid", "adAttribute": "mS-DS-ConsistencyGuid"},
			"sAMAccountName":    m{"enabled": true, "samlAttribute": "name", "adAttribute": "sAMAccountName"},
			"custom":            m{"enabled": true, "samlAttribute": "employee-number", "adAttribute": "employeeNumber"},
		},
	})
}

func filters(groups ...string) l {
	out := l{}
	for _, e := range members(groups...) {
		out = append(out, m{"name": e.(m)["account"], "sid": e.(m)["sid"]})
	}
	return out
}

// Days of logon hours, written as from-to.
func hours(from, to int) []string {
	all := []string{"h00", "h01", "h02", "h03", "h04", "h05", "h06", "h07", "h08", "h09", "h10", "h11", "h12", "h13", "h14", "h15", "h16", "h17", "h18", "h19", "h20", "h21", "h22", "h23"}
	return all[from:to]
}

func week(working, saturday, sunday []string) m {
	return m{"monday": working, "tuesday": working, "wednesday": working, "thursday": working, "friday": working, "saturday": saturday, "sunday": sunday}
}

func (f *farm) logonHours() {
	f.logonRule(main, "IT at any time", m{
		"description": "Always on call", "permittedHourPlan": week(hours(0, 24), hours(0, 24), hours(0, 24)),
		"criteria": criteria(accountsOf(`DEMO\IT`, `DEMO\Domain Admins`), not(themesNamed(partners))),
	})
	f.logonRule(main, "External staff: 08–20", m{
		"description": "Contract §4/2", "permittedHourPlan": week(hours(8, 20), nil, nil),
		"criteria": criteria(accountsOf(`DEMO\External "temp" staff`), gatewaysAt("198.51.100.11"), themesNamed(partners), systems("windows", "webClient"),
			not(comingFrom("10.10.0.0-10.10.255.255")), not(devices("KIOSK-PC01")), not(hardware("00-00-5E-00-53-2A"))),
	})
	f.logonRule(main, "Everyone", m{
		"permittedHourPlan": week(hours(5, 23), hours(7, 18), hours(9, 12)),
		"criteria":          criteria(accountsOf(`DEMO\Domain Users`)),
	})
	f.logonRule(zurich, "Büro", m{"permittedHourPlan": week(hours(6, 20), hours(8, 12), nil), "criteria": criteria(accountsOf(`ZH\Zürich Users`))})
	f.logonRule(zurich, "Notdienst", m{"enabled": false, "permittedHourPlan": week(hours(0, 24), hours(0, 24), hours(0, 24)), "criteria": criteria(accountsOf(`DEMO\Ärzte`))})
}

// logonRule declares logon hours behind those declared before.
func (f *farm) logonRule(site, name string, spec m) {
	f.add("LogonHours", site, name, spec).extra["order"] = f.next("LogonHours " + site)
}

// next counts places of an order, from 0.
func (f *farm) next(order string) int64 {
	f.last[order]++
	return f.last[order] - 1
}
