package seedgen

// Machines that come from providers: hypervisors, clouds, PCs.
const (
	vcenter  = "vCenter Bern"
	hyperV   = "Hyper-V (old)"
	azure    = "Azure West Europe"
	avd      = "AVD – subscription 2"
	labPCs   = "Lab PCs"
	nutanix  = "Nutanix Zürich"
	desktops = "Büro-Arbeitsplätze"

	sessionHosts = "Session host 2022"
	windows11    = "Windows 11 – office"
	windowsCAD   = `Windows 11 "CAD"`
	avdImage     = "AVD Windows 11 multi-session"

	callCentre = "Call centre"
	cadDesks   = "CAD desktops"
	labDesks   = "Lab & library"
	zhDesks    = "Zürich Desktops"

	workspace = "rgn-westeurope"
	avdPooled = "Pooled apps"
	avdOwn    = "Personal desktops"

	firstVersion = int64(1) // id of the first entry of a template
)

// virtual declares providers, templates, and the pools of virtual desktops
// and of Azure Virtual Desktop.
func (f *farm) virtual() {
	f.add("AVDSettings", main, "", m{"enabled": true})
	f.add("AVDSettings", zurich, "", m{"enabled": false})
	f.providers()
	f.templates()
	f.desktopPools()
	f.azurePools()
}

func (f *farm) providers() {
	provider := func(site, name, kind string, more m) {
		f.add("Provider", site, name, with(m{"type": kind}, more))
	}
	provider(main, vcenter, "VMwarevCenter", m{
		"description": "Two clusters", "server": "vcenter.example.com", "hostPort": 443, "vdiPort": 30006, "vdiAgent": "broker1.example.com",
		"providerUsername": `EXAMPLE\svc-ras`, "preferredBroker": "broker1.example.com",
		"adminCredentials": []m{{"username": `EXAMPLE\vc admin`}, {"username": "breakglass@example.com"}},
	})
	provider(main, hyperV, "HyperV", m{
		"description": "To be switched off", "enabled": false, "server": "hv01.example.com", "vdiPort": 30006, "vdiAgent": "hv01.example.com",
		"providerUsername": `EXAMPLE\svc-ras`, "directAddress": "10.10.40.5",
	})
	provider(main, azure, "Azure", m{
		"providerUsername": "6d1c5f3e-1111-4222-8333-0123456789ab", "tenantID": "0a1b2c3d-1111-4222-8333-444455556666", "subscriptionID": "99887766-1111-4222-8333-444455556666",
	})
	provider(main, avd, "AVD", m{
		"description":      "Pools of the branch offices",
		"providerUsername": "7e2d6f4f-1111-4222-8333-0123456789ab", "tenantID": "0a1b2c3d-1111-4222-8333-444455556666", "subscriptionID": "55443322-1111-4222-8333-444455556666",
	})
	provider(main, labPCs, "RemotePCStatic", m{
		"description": "PCs under the desks of the lab",
		"remotePCs":   []m{{"name": "lab-pc01.example.com"}, {"name": "lab-pc02.example.com"}, {"name": "10.10.60.17"}},
	})
	provider(zurich, nutanix, "Nutanix", m{
		"server": "prism.zh.example.com", "hostPort": 9440, "providerUsername": "ras", "vdiAgent": "broker-zh.example.com", "preferredBroker": "broker-zh.example.com",
	})
	provider(zurich, desktops, "RemotePCDynamic", m{"description": "Alle PCs der OU Büro", "server": "ad.zh.example.com", "providerUsername": `ZH\svc-ras`})
}

// templates have one version each: a farm that is built anew makes no more.
func (f *farm) templates() {
	join := m{"domain": "example.com", "domainOrgUnit": "OU=RAS,OU=Servers,DC=example,DC=com", "administrator": `EXAMPLE\svc-join`, "ownerName": "IT", "organization": "Example & Sons"}
	f.add("RDSTemplate", main, sessionHosts, with(join, m{
		"description": "Base of the autoscaled pool", "provider": vcenter, "vmId": "vm-1042", "templateType": "MultiSession", "cloneMethod": "LinkedClone",
		"advanced": m{
			"folder":       m{"folderName": "RAS clones", "folderId": "group-v88", "subFolderName": "hosts"},
			"physicalHost": m{"physicalHostId": "host-12", "physicalHostName": "esx02.example.com"},
		},
		"versions":    []m{{"name": "2026-01 patches", "description": "Office and January updates"}},
		"licenseKeys": []m{{"keyLimit": 50}, {"keyLimit": 250}},
	}))
	f.add("VDITemplate", main, windows11, with(join, m{
		"description": "Everyday desktop", "provider": vcenter, "vmId": "vm-2001", "cloneMethod": "FullClone", "computerName": "W11-%ID:3:1%",
		"advanced":    m{"nativePool": m{"nativePoolId": "resgroup-9", "nativePoolName": "Desktops"}, "multipleNIC": m{"useSeperateNetworkInterface": true, "address": "10.10.70.0", "subnetMask": "255.255.254.0"}},
		"versions":    []m{{"name": "Version 1"}},
		"licenseKeys": []m{{"keyLimit": 100}},
	}))
	f.add("VDITemplate", main, windowsCAD, with(join, m{
		"provider": azure, "vmId": "/subscriptions/9988/vms/cad-master", "cloneMethod": "FullClone",
		"advanced": m{"azure": m{"resourceGroup": "rg-cad", "location": "westeurope", "vmSize": "Standard_NV12s_v3", "osDiskType": "PremiumSSD"}},
		"versions": []m{{"name": "Version 1", "description": "Driver 553"}},
	}))
	f.add("AVDTemplate", main, avdImage, m{
		"description": "Gallery image with FSLogix", "provider": avd, "templateType": "MultiSession", "computerName": "AVD-%ID:3:1%",
		"advanced": m{"azure": m{"resourceGroup": "rg-avd", "location": "westeurope", "vmSize": "Standard_D4s_v5", "osDiskType": "StandardSSD"}},
		"versions": []m{{"name": "Version 1"}},
	})
	f.add("RDSTemplate", zurich, "Vorlage Büro", m{"provider": nutanix, "vmId": "0005-aa-17", "templateType": "MultiSession", "versions": []m{{"name": "Version 1"}}})

	f.add("RDSHostPool", main, "Autoscaled", m{
		"description": "Grows in the morning, shrinks at night", "autoscale": true, "template": sessionHosts, "hostName": "rds-%ID:3:1%",
		"minServersFromTemplate": 2, "maxServersFromTemplate": 12, "workLoadThreshold": 75, "serversToAddPerRequest": 2, "workLoadToDrain": 20, "drainRemainsBelowSec": 1800,
		"removeServersAfterDrainAndPowerOff": true,
	}).extra["rasTemplateVersionId"] = firstVersion
}

// desktopPools are the pools of virtual desktops with the defaults of a site.
func (f *farm) desktopPools() {
	f.add("VDIHostPool", main, callCentre, m{
		"description": "Three shifts", "provisioningType": 0, "template": windows11, "maxHosts": 120, "preCreatedHosts": 10, "hostName": "cc-%ID:3:1%", "duration": 1440,
		"inheritDefaultAutoUpgradeSettings": false,
		"autoUpgrade": m{"enabled": true, "startDateTime": nightTime, "repeat": "EveryWeek", "drainModeDurationInSecs": 1800,
			"messages": []m{{"messageTitle": "Maintenance", "message": "Your desktop restarts at 01:30.", "sendMsgSecs": 900, "sendMsgWhen": "Before"}}},
		"inheritDefaultAppPackageSettings": false,
	}).extra["templateVersionId"] = firstVersion
	f.add("VDIHostPool", main, cadDesks, m{
		"description": "One machine a person", "provisioningType": 0, "template": windowsCAD, "maxHosts": 8, "hostName": "cad-%ID:2:1%",
		"inheritDefaultUserProfileSettings": false, "technology": "FSLogix",
		"fsLogix": m{
			"profileContainer": m{"enabled": true, "locationType": "SMBLocation", "vhdLocations": []string{`\\files1.example.com\cad-profiles$`}, "profileDiskFormat": "VHDX", "allocationType": "Dynamic", "defaultSize": 60000, "userInclusionList": members(`DEMO\Domain Users`)},
			"officeContainer":  m{"enabled": false},
		},
		"inheritDefaultOptimizationSettings": false,
		"optimization":                       m{"windowsServices": []m{{"serviceName": "MapsBroker", "displayName": "Downloaded Maps Manager"}}},
	}).extra["templateVersionId"] = firstVersion
	f.add("VDIHostPool", main, labDesks, m{
		"description": "Machines that were there before", "provisioningType": 1,
		"members": []m{
			{"type": "Host", "name": "lab-vm-01", "provider": hyperV},
			{"type": "Host", "name": "lab-vm-02", "provider": hyperV},
			{"type": "NativePool", "name": "Library", "provider": vcenter},
			{"type": "AllHostsInProvider", "name": labPCs, "provider": labPCs},
		},
	})
	f.add("VDIHostPool", zurich, zhDesks, m{"description": "Arbeitsplätze am Empfang", "provisioningType": 1, "enabled": false,
		"members": []m{{"type": "AllHostsInProvider", "name": desktops, "provider": desktops}}})
	for _, site := range []string{main, zurich} {
		f.add("VDIDefaultSettings", site, "", m{
			"fsLogix": m{"profileContainer": m{"enabled": true, "locationType": "SMBLocation", "vhdLocations": []string{`\\files1.example.com\vdi-profiles$`}, "profileDiskFormat": "VHDX", "defaultSize": 30000}},
		})
	}
}

func (f *farm) azurePools() {
	f.add("AVDWorkspace", main, workspace, m{"friendlyName": "Example Workplace", "description": "Branch offices", "provider": avd, "resourceGroup": "rg-avd", "location": "westeurope"}).extra["azureId"] = "/subscriptions/5544/workspaces/rgn-westeurope"
	f.add("AVDWorkspace", main, "test-ws", m{"enabled": false, "provider": avd, "resourceGroup": "rg-avd-test", "location": "northeurope"})
	f.add("AVDHostPool", main, avdPooled, m{
		"friendlyName": "Applications", "workspace": workspace, "resourceGroup": "rg-avd", "location": "westeurope", "poolType": 1, "limitHosts": 20, "publishingType": 0, "loadBalancerType": 1,
		"powerOnHost": true, "provisioningType": 0, "template": avdImage, "autoScaleEnabled": true, "minServersFromTemplate": 1, "maxServersFromTemplate": 6,
		"assignment":                       members(`DEMO\Sales`, `DEMO\Finance`),
		"inheritDefaultAppPackageSettings": false,
	}).extra["templateVersionId"] = firstVersion
	f.add("AVDHostPool", main, avdOwn, m{
		"description": "One desktop a person", "workspace": workspace, "resourceGroup": "rg-avd", "location": "westeurope", "poolType": 2, "limitHosts": 1, "publishingType": 1, "loadBalancerType": 1,
		"provisioningType": 1, "validationEnvironment": true, "assignment": members(`DEMO\Controlling`),
	})
	agent := m{
		"disconnectActiveSessionAfter": 0, "logoffDisconnectedSessionAfter": 3600, "sessionReadinessTimeout": 25, "allowURLAndMailRedirection": "Enabled", "supportShellURLNamespaceObjects": true,
		"dragAndDropMode": "Bidirectional", "manageRDPTransportProtocol": "BothUDPTCP", "fileTransferMode": "Bidirectional", "enableDriveRedirectionCache": true,
		"manageRDPShortpath": true, "useRDPShortpath": true, "useSmallerPortRange": true, "minRDPShortpathPort": 38300, "maxRDPShortpathPort": 39299,
	}
	for _, site := range []string{main, zurich} {
		f.add("AVDDefaultSettingsMultiSession", site, "", m{
			"agent": agent,
			"userProfile": m{"technology": "FSLogix", "fsLogix": m{"profileContainer": m{
				"enabled": true, "locationType": "CloudCache", "ccdLocations": []string{`type=smb,connectionString=\\files1.example.com\avd$`}, "profileDiskFormat": "VHDX", "defaultSize": 30000}}},
			"autoUpgrade": m{"enabled": false, "startDateTime": nightTime, "repeat": "EveryMonth", "drainModeDurationInSecs": 3600},
		})
		f.add("AVDDefaultSettingsSingleSession", site, "", m{"agent": with(agent, m{"logoffDisconnectedSessionAfter": 0, "useSmallerPortRange": false}), "userProfile": m{"technology": "DoNotManage"}})
	}
}

// virtualTree is what is published from virtual desktops, from Azure Virtual
// Desktop and from users' own devices.
func virtualTree() []item {
	vdi := func(kind, name string, more ...m) item {
		return item{kind: kind, name: name, spec: with(m{"vdiHostPool": callCentre}, more...)}
	}
	azureItem := func(kind, name, pool string, more ...m) item {
		return item{kind: kind, name: name, spec: with(m{"publishFrom": "HostPool", "publishFromGroup": []string{pool}}, more...)}
	}
	local := func(name string, spec m) item { return item{kind: "PubLocalApp", name: name, spec: spec} }
	return []item{
		folder("Virtual desktops", "Machines of the hypervisors and of Azure", nil,
			vdi("PubVDIDesktop", "Call centre desktop", m{"connectTo": 0, "persistent": false, "startOnLogon": true}),
			vdi("PubVDIDesktop", "CAD desktop", m{"vdiHostPool": cadDesks, "vdiTemplate": windowsCAD, "connectTo": 1, "persistent": true, "width": 2560, "height": 1440},
				ruled(allow("Engineers", accountsOf(`DEMO\Domain Users`)))),
			vdi("PubVDIApp", "Softphone", m{"target": `C:\Program Files\Phone\phone.exe`, "parameters": "--headset", "winType": "Minimized"}),
			vdi("PubVDIApp", "CAD viewer", m{"vdiHostPool": cadDesks, "target": `C:\CAD\view.exe`}, opens("dwg", "dxf"), licensed(5, "WarnUserAndNoStart")),
			azureItem("PubAVDApp", "Branch ledger", avdPooled, m{"target": `C:\Ledger\ledger.exe`, "startIn": `C:\Ledger`}),
			azureItem("PubAVDApp", "Price list", avdPooled, m{"target": "https://prices.example.com"}, about("In the browser of the host")),
			azureItem("PubAVDDesktop", "My Azure desktop", avdOwn, m{"startOnLogon": false}),
			item{kind: "PubAVDDesktop", name: "Any Azure desktop", spec: m{"publishFrom": "All"}},
			desktop("Autoscaled desktop", fromPool("Autoscaled")),
		),
		folder("On this device", "Local applications", nil,
			local("Web mail", m{"url": "https://mail.example.com", "windowsEnabled": true, "macEnabled": true, "linuxEnabled": true, "iOSEnabled": true, "androidEnabled": true, "userPortalEnabled": true}),
			local("Local Word", m{"windowsEnabled": true, "windowsUseIfAvailable": true, "windowsTarget": officeDir + "WINWORD.EXE", "windowsStartIn": "%USERPROFILE%", "windowsParameters": "/q", "windowsWinType": "Maximized", "url": "https://www.office.com"}),
		),
		vdi("PubVDIDesktop", "Empfang", m{"vdiHostPool": zhDesks}).at(zurich),
	}
}
