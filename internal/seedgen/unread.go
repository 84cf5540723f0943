package seedgen

// unread declares objects of which nobody has read a property: their values
// stand under the simulated farm's own names.
func (f *farm) unread() {
	f.add("CostInsights", main, "", m{"standInText": "CHF", "standInNumber": 4.5, "standIn": m{"standInMode": 2, "standInLabel": "monthly", "standInDeep": m{"standInLevel": 3}}})
	f.add("CostInsights", zurich, "", m{"standInFlag": false})
	f.add("PerformanceMonitor", "", "", m{"standInText": "monitor.example.com", "standInNumber": 8086})
	f.add("Reporting", "", "", m{"standInText": `SQL1\REPORTS`, "standInList": l{"Daily", m{"standInItem": "Überblick"}}})
	f.add("OverwriteSupportActions", "", "", m{"standInFlag": false, "standInText": "https://help.example.com/ras?from=console&x=100%"})

	f.add("HALB", main, "Front door", m{"standInText": "10.10.0.100", "devices": []m{
		{"standInText": "10.10.0.101", "standInNumber": 1}, {"standInText": "10.10.0.102", "standInNumber": 2, "standInFlag": false},
	}})
	f.add("HALB", main, "Partners / extern", m{"standInText": "10.10.0.110"})
	f.add("HALB", zurich, "Zürich: Eingang", m{"standInText": "10.41.0.100", "devices": []m{{"standInText": "10.41.0.101", "standInList": l{}}}})
}
