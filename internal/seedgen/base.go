package seedgen

import "rassync/internal/farmsim"

// sites declares the two sites with their brokers.
func (f *farm) sites() {
	f.add("Site", "", main, m{"enableHttpHostAttackProtection": true}).extra["licensingSite"] = true
	f.add("Site", "", zurich, m{"enableHttpHostAttackProtection": true})

	f.broker(main, "broker1.example.com", 0, m{"description": "Primary broker, licenses the farm", "ip": "10.10.0.11"})
	f.broker(main, "broker2.example.com", 1, m{"description": "Second broker, ready to take over", "ip": "10.10.0.12", "alternativeIPs": []string{"10.10.1.12", "10.10.2.12"}, "standby": true})
	f.broker(zurich, "broker-zh.example.com", 0, m{"description": "Brücke nach Zürich", "ip": "10.41.0.11"})
}

// broker declares a broker; priority 0 is the primary one of the site.
func (f *farm) broker(site, server string, priority int, spec m) {
	f.add("Broker", site, server, spec).extra["priority"] = priority
}

// administrators: one account that needs no directory, with which the demo
// logs on, and groups.
func (f *farm) administrators() {
	f.add("AdminAccount", "", farmsim.DefaultUsername, m{"permissions": "RootAdmin", "notify": "Email", "email": "ras-alerts@example.com"})
	f.add("AdminAccount", "", `DEMO\RAS Admins`, m{"permissions": "RootAdmin", "notify": "None"})
	f.add("AdminAccount", "", `DEMO\Helpdesk Team`, m{
		"permissions": "PowerAdmin", "notify": "Email", "email": "helpdesk@example.com", "mobile": "+41 44 555 01 00",
		"powerPermission": m{
			"allowAllSites": false, "allowInSites": []string{main},
			"allowViewingSiteInfo": true, "allowSessionManagement": true, "allowViewingPolicyInfo": true, "allowViewingMonitoringInfo": true,
		},
	})
	f.add("AdminAccount", "", `ZH\Plattform-Gruppe`, m{
		"permissions": "PowerAdmin",
		"powerPermission": m{
			"allowAllSites": false, "allowInSites": []string{zurich},
			"allowViewingSiteInfo": true, "allowSiteChanges": true, "allowPublishingChanges": true, "allowConnectionChanges": true,
			"allowViewingPolicyInfo": true, "allowSessionManagement": true, "allowViewingReportingInfo": true,
		},
	})
	f.add("AdminAccount", "", `DEMO\svc-automation`, m{"permissions": "CustomAdmin", "enabled": false})
}
