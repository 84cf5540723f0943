package seedgen

// The host pools. <Default> is there by itself and holds the hosts that are
// in no other.
const (
	office    = "Office"
	finance   = "Finance – FSLogix"
	design    = "Design & CAD"
	legacy    = `Legacy "2016"`
	tokyo     = "東京 Sales"
	zhPool    = "Bürohosts"
	clinic    = "Ärzte"
	noPool    = "<Default>"
	nightTime = "2026-01-10T01:30:00"
)

//nolint:funlen // one table
func (f *farm) pools() {
	for _, site := range []string{main, zurich} {
		f.add("RDSHostPool", site, noPool, nil)
	}
	f.add("RDSHostPool", main, office, m{
		"description":                       "Everyday work. Hosts upgrade their agents at night.",
		"inheritDefaultAutoUpgradeSettings": false,
		"autoUpgrade": m{
			"enabled": true, "startDateTime": nightTime, "repeat": "SpecificDays", "specificDays": []string{"Tuesday", "Thursday"},
			"drainModeDurationInSecs": 5400, "forceLogoffSessions": true,
			"messages": []m{
				{"messageTitle": "Maintenance tonight", "message": "This host is serviced at 01:30.\nPlease save your work and sign out.\n\nIT service desk", "sendMsgSecs": 3600, "sendMsgWhen": "Before"},
				{"messageTitle": "Maintenance tonight", "message": "Last call: 100 % of open documents should be saved now.", "sendMsgSecs": 300, "sendMsgWhen": "Before"},
				{"messageTitle": "Wartung heute Nacht", "message": "Bitte speichern und abmelden – danke!", "sendMsgSecs": 1800, "sendMsgWhen": "Before", "enabled": false},
			},
		},
	})
	f.add("RDSHostPool", main, finance, m{
		"description":                       "Profiles on FSLogix",
		"inheritDefaultUserProfileSettings": false,
		"rdsDefSettings": m{
			"technology": "FSLogix",
			"fsLogix": m{
				"general": m{"standInNumber": 2, "standInText": `C:\ProgramData\FSLogix\Logs`}, // names that nobody has read: see farmsim
				"profileContainer": m{
					"enabled": true, "locationType": "SMBLocation",
					"vhdLocations":      []string{`\\files1.example.com\profiles$\finance`, `\\files2.example.com\profiles$\finance (copy)`},
					"profileDiskFormat": "VHDX", "allocationType": "Dynamic", "defaultSize": 30000,
					"userInclusionList":       members(`DEMO\Finance`, `DEMO\Controlling`),
					"userExclusionList":       members(`DEMO\External "temp" staff`),
					"customizeProfileFolders": true, "excludeCommonFolders": []string{"Downloads", "MusicPodcasts"},
					"folderInclusionList": []string{`AppData\Local\Ledger`, `AppData\Roaming\100 % Cotton`},
					"folderExclusionList": []m{{"folder": `AppData\Local\Temp`, "excludeFolderCopy": 0}, {"folder": `Cache\é`, "excludeFolderCopy": 3}},
					"cloudCache":          m{"useClearCacheOnLogoff": true, "clearCacheOnLogoff": "Enable"},
					"advancedSettings": m{
						"useLockedRetryCount": true, "lockedRetryCount": 12, "useLockedRetryInterval": true, "lockedRetryInterval": 5,
						"useFlipFlopProfileDirectoryName": true, "flipFlopProfileDirectoryName": "Enable",
						"useSidDirNamePattern": true, "sidDirNamePattern": "%username%_%sid%",
						"useVhdxSectorSize": true, "vhdxSectorSize": "4096",
						"usePreventLoginWithTempProfile": true, "preventLoginWithTempProfile": "Enable",
					},
				},
				"officeContainer": m{
					"enabled": true, "locationType": "CloudCache",
					"ccdLocations":      []string{`type=smb,connectionString=\\files1.example.com\office$`, `type=smb,connectionString=\\files2.example.com\office$`},
					"profileDiskFormat": "VHDX", "allocationType": "Dynamic", "defaultSize": 50000,
					"userInclusionList": members(`DEMO\Finance`),
					"cloudCache":        m{"useMaxCacheSizeInMBs": true, "maxCacheSizeInMBs": 20000},
				},
			},
		},
	})
	f.add("RDSHostPool", main, design, m{
		"inheritDefaultAppPackageSettings": false,
		"appPackages":                      []m{{"packageName": "Example.Editor", "version": "2.5.1.0"}, {"packageName": "Example.Ledger", "version": "11.0.3.0"}},
		"description":                      "Few users, strong graphics",
		"inheritDefaultAgentSettings":      false,
		"inheritDefaultPrinterSettings":    false,
		"rdsDefSettings": m{
			"port": 3389, "maxSessions": 12, "disconnectActiveSessionAfter": 0, "logoffDisconnectedSessionAfter": 7200,
			"preferredBroker": "broker2.example.com", "allowURLAndMailRedirection": "EnabledWithAppRegistration", "enableDriveRedirectionCache": true,
			"enableAppMonitoring": true, "useRemoteApps": true, "fileTransferMode": "Bidirectional", "fileTransferLocation": `D:\Transfer\%USERNAME%`,
			"fileTransferLockLocation": true, "dragAndDropMode": "ClientToServer", "manageRDPTransportProtocol": "BothUDPTCP",
			"printerNameFormat": "PrnFormat_PRN_REDSES", "removeClientNameFromPrinterName": true,
		},
	})
	f.add("RDSHostPool", main, legacy, m{
		"description":                         `Runs what runs nowhere else; see \\files1.example.com\docs\legacy.docx`,
		"inheritDefaultDesktopAccessSettings": false,
		"inheritDefaultUserProfileSettings":   false,
		"rdsDefSettings": m{
			"restrictDesktopAccess": true, "restrictedUsers": []string{`DEMO\Domain Users`, `DEMO\Sales`},
			"technology": "UPD", "diskPath": `\\files1.example.com\upd$`, "maxUserProfileDiskSizeGB": 10, "updMode": 1,
			"excludeFolderPath": []string{`\AppData\Local\Temp`, `\Downloads`},
		},
	})
	f.add("RDSHostPool", main, tokyo, m{"description": "営業部のホスト", "enabled": true})
	f.add("RDSHostPool", zurich, zhPool, m{"description": "Büro Zürich, 1. Stock"})
	f.add("RDSHostPool", zurich, clinic, m{
		"description": "Praxis-Arbeitsplätze", "inheritDefaultAutoUpgradeSettings": false,
		"autoUpgrade": m{"enabled": true, "startDateTime": nightTime, "repeat": "EveryMonth", "drainModeDurationInSecs": 600.5,
			"messages": []m{{"messageTitle": "Hinweis", "message": "Neustart um 01:30", "sendMsgSecs": 900, "sendMsgWhen": "Before"}}},
	})
}

func (f *farm) hosts() {
	host := func(site, server, pool, description string, more m) {
		f.add("RDSHost", site, server, with(m{"hostPool": pool, "description": description, "enablePrinting": true}, more))
	}
	host(main, "rds01.example.com", office, "Office host 1", nil)
	host(main, "rds02.example.com", office, "Office host 2", nil)
	host(main, "rds03.example.com", office, "Office host 3", m{"enabled": false})
	host(main, "rds04.example.com", office, "Office host 4, larger than its sisters", m{
		"inheritDefaultAgentSettings": false, "maxSessions": 60, "logoffDisconnectedSessionAfter": 3600, "preferredBroker": "broker1.example.com",
		"fileTransferMode": "ClientToServer", "dragAndDropMode": "Disabled", "manageRDPTransportProtocol": "OnlyTCP",
	})
	host(main, "fin01.example.com", finance, "Finance host 1", m{"directAddress": "10.10.20.31"})
	host(main, "fin02.example.com", finance, "Finance host 2", m{"directAddress": "10.10.20.32"})
	host(main, "cad01.example.com", design, "2 × GPU", m{"enableTWAIN": true, "enableWIA": true})
	host(main, "cad02.example.com", design, "2 × GPU", m{"enableTWAIN": true, "enableWIA": true, "inheritDefaultPrinterSettings": false, "printerNameFormat": "PrnFormat_SES_CMP_PRN"})
	host(main, "old-2016.example.com", legacy, "To be retired \"soon\"", nil)
	host(main, "tokyo-1.example.com", tokyo, "東京 1号機", m{
		"inheritDefaultOptimizationSettings": false, "optimization": m{"standInFlag": false, "windowsServices": []m{{"serviceName": "Spooler", "displayName": "印刷スプーラー"}}},
		"inheritDefaultAppPackageSettings": false, "appPackages": []m{},
	})
	host(main, "spare01.example.com", noPool, "In no pool yet", m{"inheritDefaultDesktopAccessSettings": false, "restrictDesktopAccess": true, "restrictedUsers": []string{`DEMO\Domain Users`}})
	host(main, "spare02.example.com", noPool, "", nil)
	host(zurich, "zh-rds01.example.com", zhPool, "Büro 1", nil)
	host(zurich, "zh-rds02.example.com", zhPool, "Büro 2", nil)
	host(zurich, "zh-med01.example.com", clinic, "Praxis", m{
		"inheritDefaultUserProfileSettings": false, "technology": "FSLogix",
		"fsLogix": m{"profileContainer": m{"enabled": true, "locationType": "SMBLocation", "vhdLocations": []string{`\\zh-files.example.com\profile$`}, "profileDiskFormat": "VHDX", "defaultSize": 15000}},
	})
}

// hostDefaults are the defaults of all hosts of a site.
func (f *farm) hostDefaults() {
	f.add("RDSDefaultSettings", main, "", m{
		"maxSessions": 40, "disconnectActiveSessionAfter": 0, "logoffDisconnectedSessionAfter": 28800,
		"preferredBroker": "broker1.example.com", "allowURLAndMailRedirection": "Enabled", "enableDriveRedirectionCache": true,
		"enableAppMonitoring": true, "useRemoteApps": true, "fileTransferMode": "Bidirectional", "dragAndDropMode": "Bidirectional",
		"manageRDPTransportProtocol": "EitherUDPTCP", "printerNameFormat": "PrnFormat_PRN_CMP_SES", "removeSessionNumberFromPrinterName": true,
		"technology": "FSLogix",
		"fsLogix": m{"profileContainer": m{
			"enabled": true, "locationType": "SMBLocation", "vhdLocations": []string{`\\files1.example.com\profiles$`},
			"profileDiskFormat": "VHDX", "allocationType": "Dynamic", "defaultSize": 20000, "userInclusionList": members(`DEMO\Domain Users`),
		}},
		"restrictDesktopAccess": false,
		"optimization": m{ // names that nobody has read: see farmsim
			"standInFlag": true, "standInNumber": 1, "standIn": m{"standInMode": 2, "standInLabel": "Visual effects", "standInDeep": m{"standInLevel": 5}},
			"windowsServices":       []m{{"serviceName": "MapsBroker", "displayName": "Downloaded Maps Manager"}, {"serviceName": "Fax", "displayName": "Fax", "aliases": "Fax*"}},
			"windowsComponents":     []m{{"standInText": "XPS-Viewer"}},
			"windowsScheduledTasks": []m{{"standInText": `\Example\Nightly`, "standInFlag": true}},
			"registry":              []m{{"standInText": `HKLM\SOFTWARE\Example\Telemetry`, "standInNumber": 0}, {"standInText": `HKLM\SOFTWARE\Example\Größe`, "standInNumber": 100}},
		},
		"appPackages": []m{{"packageName": "Example.Editor", "version": "2.4.0.0"}},
		"autoUpgrade": m{"enabled": true, "startDateTime": "2026-01-11T03:00:00", "repeat": "EveryWeek", "drainModeDurationInSecs": 3600,
			"messages": []m{{"messageTitle": "Planned maintenance", "message": "Your session ends at 03:00.\r\nSave your work.", "sendMsgSecs": 900, "sendMsgWhen": "Before"}}},
	})
	f.add("RDSDefaultSettings", zurich, "", m{
		"maxSessions": 25, "logoffDisconnectedSessionAfter": 3600, "preferredBroker": "broker-zh.example.com", "fileTransferMode": "Disabled",
		"technology": "UPD", "diskPath": `\\zh-files.example.com\upd$`, "maxUserProfileDiskSizeGB": 20, "excludeFolderPath": []string{`\AppData\Local\Temp`},
	})
}
