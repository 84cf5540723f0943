package seedgen

func (f *farm) siteSettings() {
	f.add("URLRedirectionSettings", main, "", m{"defaultAction": "DoNotRedirect", "urls": []m{
		{"url": "https://*.example.com/secure/*", "action": "DoNotRedirect"},
		{"url": "*.example.com", "action": "Redirect"},
		{"url": "https://video.example.net/watch?v=100%25", "action": "Redirect"},
		{"url": "mailto:*", "action": "Redirect", "enabled": false},
	}})
	f.add("URLRedirectionSettings", zurich, "", m{"defaultAction": "Redirect", "urls": []m{{"url": "https://bücher.example.com/*", "action": "DoNotRedirect"}}})

	f.add("NotificationScript", main, "Tell the chat", m{
		"command": `C:\Program Files (x86)\Alert Tools\post.exe`, "arguments": `--title "($FARM-NAME): ($NOTIFICATION-TYPE)" --at ($NOTIFICATION-TIME) --100%`,
		"initialDirectory": `C:\ProgramData\Alert Tools`, "username": `DEMO\svc-automation`,
	})
	f.add("NotificationScript", main, `\\server\share\app.exe`, m{"command": `\\server\share\app.exe`, "arguments": "-q"})
	f.add("NotificationScript", zurich, "Meldung an Bereitschaft", m{"command": `C:\Skripte\Störung melden.cmd`})

	f.add("LBSettings", main, "", m{"method": 0, "sessionsCounter": true, "memoryCounter": true, "cpuCounter": true, "reconnectDisconnect": true, "reconnectUser": true, "deadTimeout": 180, "refreshTimeout": 60})
	f.add("LBSettings", zurich, "", m{"method": 1, "sessionsCounter": true, "reconnectDisconnect": true, "deadTimeout": 120, "refreshTimeout": 30})
	f.add("ClientSettings", main, "", m{"showPasswordExpiry": true, "sendHDIcons": true, "overlayIcon": "ParallelsRemoteApplication", "tokenValidationExpireMin": 10})
	f.add("ClientSettings", zurich, "", m{"showPasswordExpiry": true, "overlayIcon": "None", "tokenValidationExpireMin": 5})
	f.add("ADIntegrationSettings", main, "", m{"certificateAuthority": `ca1.example.com\Example Issuing CA 1`, "enrollmentAgentUsername": `DEMO\svc-enroll`, "nlaUsername": `DEMO\svc-nla`})
	f.add("ADIntegrationSettings", zurich, "", m{"certificateAuthority": `ca-zh.example.com\Zürich CA`, "enrollmentAgentUsername": `ZH\svc-enroll`})
	f.add("MailboxSettings", "", "", m{"smtpServer": "smtp.example.com:587", "useTLS": "YesTLS12IfAvailable", "senderAddress": "ras@example.com", "requireAuth": true, "username": "ras@example.com"})

	f.add("PubDefaultSettings", main, "", m{"startMaximized": true, "createShortcutOnDesktop": false, "createShortcutInStartFolder": true, "startPath": `Workspace\%Groups%`})
	f.add("PubDefaultSettings", zurich, "", m{"startMaximized": false, "waitForPrinters": true, "waitForPrintersTimeout": 45, "colorDepth": "Colors24Bit", "conCurrentLicenses": 50, "licenseLimitNotify": "NotifyAdminAndStart", "startPath": `Arbeitsplatz\%Groups%`})
}
