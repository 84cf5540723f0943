package seedgen

// packages are what hosts get installed: application packages, FSLogix, and
// the image optimization.
func (f *farm) packages() {
	f.add("AppPackageSettings", main, "", m{"enabled": true, "provisionPackageCertificatesAutomatically": false, "tags": []m{{"id": 1, "name": "Production"}, {"id": 2, "name": "Test"}, {"id": 3, "name": "Next \"soon\""}}})
	f.add("AppPackageSettings", zurich, "", m{"enabled": true, "tags": []m{{"id": 1, "name": "Produktion"}, {"id": 2, "name": "Prüfung & Test"}, {"id": 3, "name": ""}}})

	pack := func(site, name, version, title, image string, more m) {
		f.add("AppPackage", site, name+"@"+version, with(m{"displayName": title, "msixImagePath": image}, more)).extra["publisher"] = "CN=Example Software"
	}
	pack(main, "Example.Editor", "2.4.0.0", "Editor 2.4", `\\files1.example.com\msix$\editor-2.4.0.0.vhdx`, m{"tagIds": []int{1}})
	pack(main, "Example.Editor", "2.5.1.0", "Editor 2.5 (beta) – 100 %", `\\files1.example.com\msix$\editor 2.5.1.0.vhdx`, m{"enabled": false, "tagIds": []int{2, 3}})
	pack(main, "Example.Ledger", "11.0.3.0", `Ledger "EU"`, `\\files1.example.com\msix$\ledger 11.0.3.0.cim`, nil)
	pack(zurich, "Example.Editor", "2.4.0.0", "Editor", `\\zh-files.example.com\msix$\editor-2.4.0.0.vhdx`, nil)

	f.add("FSLogixSettings", main, "", m{"installType": 2, "networkDrivePath": `\\files1.example.com\install$\FSLogix`})
	f.add("FSLogixSettings", zurich, "", m{"installType": 1, "installOnlineURL": "https://download.example.com/fslogix.zip"})
}
