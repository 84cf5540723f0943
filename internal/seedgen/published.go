package seedgen

import (
	"strings"

	"rassync/internal/model"
)

// item is a published folder, application or desktop with what is below it.
type item struct {
	kind string
	name string
	spec m
	site string // home; "" for that of the folder
	kids []item
}

func folder(name, description string, spec m, kids ...item) item {
	return item{kind: "PubFolder", name: name, spec: with(m{"description": description}, spec), kids: kids}
}

func app(name, target string, more ...m) item {
	return item{kind: "PubRDSApp", name: name, spec: with(m{"target": target, "publishFrom": "All"}, more...)}
}

func desktop(name string, more ...m) item {
	return item{kind: "PubRDSDesktop", name: name, spec: with(m{"publishFrom": "All"}, more...)}
}

// at gives an item another home.
func (i item) at(site string) item {
	i.site = site
	return i
}

// What applications are published from.
func fromPool(pools ...string) m {
	return m{"publishFrom": "HostPool", "publishFromGroup": pools}
}

func fromHost(hosts ...string) m {
	return m{"publishFrom": "Host", "publishFromServer": hosts}
}

// Small groups of values that many items share.
func about(text string) m      { return m{"description": text} }
func rules(list ...m) m        { return m{"rules": list} }
func ruled(list ...m) m        { return m{"rules": list, "rulesDefault": "Deny"} }
func opens(exts ...string) m   { return m{"enableFileExtensions": true, "fileExtensions": exts} }
func run(params, dir string) m { return m{"parameters": params, "startIn": dir} }

var (
	bothSites = m{"publishTo": []string{main, zurich}}
	maximized = m{"winType": "Maximized"}
)

// licensed limits how often an application runs.
func licensed(copies int, limit string) m {
	return m{"inheritLicenseDefaultSettings": false, "conCurrentLicenses": copies, "licenseLimitNotify": limit, "oneInstancePerUser": true}
}

// published declares the tree, in the order users see it.
func (f *farm) published() {
	for _, i := range append(tree(), virtualTree()...) {
		f.item(i, "", 0, main)
	}
}

func (f *farm) item(i item, path string, parent int64, site string) {
	if i.site != "" {
		site = i.site
	}
	at := model.EscapeSegment(i.name)
	if path != "" {
		at = path + "/" + at
	}
	spec := i.spec
	if spec["publishTo"] == nil {
		spec = with(spec, m{"publishTo": []string{site}})
	}
	o := f.add(i.kind, site, at, spec)
	o.parent, o.front = parent, f.last[path]
	f.last[path] = o.id
	for _, kid := range i.kids {
		f.item(kid, at, o.id, site)
	}
}

const (
	officeDir = `C:\Program Files\Microsoft Office\root\Office16\`
	system    = `C:\Windows\System32\`
	x86       = `C:\Program Files (x86)\`
)

//nolint:funlen // one table
func tree() []item {
	return []item{
		folder("Office", "What everybody needs", bothSites,
			app("Word", officeDir+"WINWORD.EXE", about("Texts"), fromPool(office), bothSites, opens("doc", "docx", "rtf", "odt")),
			app("Excel", officeDir+"EXCEL.EXE", about("Sheets"), fromPool(office), bothSites, opens("xls", "xlsx", "csv")),
			app("PowerPoint", officeDir+"POWERPNT.EXE", about("Slides"), fromPool(office), bothSites, opens("ppt", "pptx")),
			app("Outlook", officeDir+"OUTLOOK.EXE", about("Mail and calendar"), fromPool(office), bothSites, m{"startOnLogon": true}),
			app("OneNote", officeDir+"ONENOTE.EXE", fromPool(office), bothSites),
			app("Acrobat Reader", x86+`Adobe\Acrobat Reader DC\Reader\AcroRd32.exe`, fromPool(office), opens("pdf"), bothSites),
			folder("Advanced", "For a few", nil,
				app("Access", officeDir+"MSACCESS.EXE", fromPool(office), ruled(allow("Finance only", accountsOf(`DEMO\Finance`, `DEMO\Controlling`)))),
				app("Visio", officeDir+"VISIO.EXE", fromPool(office), licensed(5, "WarnUserAndNoStart"), opens("vsdx", "vsd"), ruled(allow("Licensed", accountsOf(`DEMO\IT`, `DEMO\Developers`)))),
				app("Project", officeDir+"WINPROJ.EXE", fromPool(office), licensed(3, "NotifyUserAdminAndNoStart")),
				folder("Add-ins & macros", "Third level", nil,
					app("Mail merge – \"bulk\"", `\\files1.example.com\apps\mailmerge.exe`, run(`/bulk "C:\Temp\in put.csv" 100%`, `C:\Temp`), fromPool(office)),
					app("Thesaurus Ω", x86+`Thesaurus\omega.exe`, fromPool(office)),
				),
			),
			desktop("Office desktop", about("The whole desktop of an office host"), fromPool(office), bothSites, m{"desktopSize": 1}),
		),
		folder("Sales", "Vertrieb, ventes, 営業", ruled(allow("Sales and their managers", accountsOf(`DEMO\Sales`, `DEMO\Sales Managers`)), deny("Not from kiosks", devices("KIOSK-PC01", "KIOSK-PC02"))),
			folder("CRM", "Customers", nil,
				app("CRM client", x86+`CRM Suite\crm.exe`, run("/env:prod /user:%USERNAME%", x86+"CRM Suite"), fromPool(office), maximized,
					ruled(
						allow("Sales at work", accountsOf(`DEMO\Sales`), comingFrom("10.10.0.0-10.10.255.255", "10.41.0.15")),
						allow("Sales on the road", accountsOf(`DEMO\Sales`), gatewaysAt("198.51.100.10", "198.51.100.11"), systems("windows", "mac", "iOS"), themesNamed(corporate)),
						deny("Never from shared devices", devices("KIOSK-PC01"), hardware("4C4C4544-0044-4810-8031-B8C04F4E3532")),
					)),
				app("CRM reports", x86+`CRM Suite\reports.exe`, fromPool(office), rules(allow("Managers", accountsOf(`DEMO\Sales Managers`)))),
				app("CRM test system", x86+`CRM Suite\crm.exe`, run("/env:test", ""), fromPool(office, tokyo), m{"enabledMode": "Disabled"}),
				folder("Archive", "Read only since 2019", m{"enabledMode": "Enabled"},
					app("Old CRM", x86+`OldCRM\crm32.exe`, fromPool(legacy), m{"inheritMaintenance": false, "maintenanceMessages": m{"en_US": "Closed on Fridays.", "de_DE": "Freitags geschlossen.", "ja_JP": "金曜日は休み"}, "enabledMode": "Maintenance"}),
					app("Letters 1998–2004", x86+`Letters\letters.exe`, fromPool(legacy)),
				),
			),
			app("Price list", `C:\Apps\Prices\prices.exe`, fromPool(office), bothSites),
			app("Offer builder", `C:\Apps\Offers\offer.exe`, run(`--template "A/B \ C"`, `C:\Apps\Offers`), fromPool(office)),
			app("A/B testing", "https://ab.example.com/?q=100%25&x=1", about("Slash in the name"), fromPool(office)),
			app("100 % Cotton", `C:\Apps\Textile\cotton.exe`, about("Catalogue of the textile line"), fromPool(office)),
			app("50%2F50", `C:\Apps\Split\split.exe`, about("Shares of two; the name is not an escape"), fromPool(office)),
			app("Route planner", `C:\Apps\Routes\plan.exe`, fromPool(office), m{"preferredRoutes": []m{{"name": "VPN first", "description": "then the gateway", "route": "Partner VPN"}, {"name": "Asia", "route": "大阪 / Osaka"}}}),
			app("営業日報", `C:\Apps\Nippo\日報.exe`, about("日本語の説明"), fromPool(tokyo), ruled(allow("営業部のみ", accountsOf(`DEMO\営業部`)))),
		),
		folder("Finance", "Numbers", ruled(allow("Finance", accountsOf(`DEMO\Finance`, `DEMO\Controlling`))),
			app("General Ledger", `C:\Ledger\gl.exe`, fromPool(finance), maximized, licensed(25, "NotifyAdminAndStart"),
				m{"perServerAttributes": []m{{"server": "fin01.example.com", "target": `C:\Ledger\gl.exe`, "startIn": `C:\Ledger`, "parameters": "/node:1"}, {"server": "fin02.example.com", "target": `D:\Ledger 2\gl.exe`, "startIn": `D:\Ledger 2`, "parameters": "/node:2 /spare"}}}),
			app(`"Quoted" Ledger`, `C:\Ledger\gl.exe`, run(`/book:"Q1 'draft'"`, ""), fromPool(finance)),
			app("Payroll", `C:\Payroll\pay.exe`, fromHost("fin01.example.com"), ruled(
				allow("Human resources, inside", accountsOf(`DEMO\Human Resources`), comingFrom("10.10.20.1-10.10.20.99")),
				deny("Not in the browser", systems("webClient", "chrome")))),
			app("Tax forms", `C:\Tax\tax.exe`, fromPool(finance), about("Line one\nLine two\n\n  indented line four")),
			app("Legacy App ", x86+`Legacy\app.exe`, about("The name ends with a space, as it did in 2009"), fromPool(legacy)),
			folder("Controlling", "", nil,
				app("Cubes", `C:\Cubes\cube.exe`, fromPool(finance)),
				app("Forecast", `C:\Cubes\forecast.exe`, fromPool(finance), opens("fcx", "tar.gz")),
				app("null", `C:\Cubes\null.exe`, about("null and void"), fromPool(finance)),
				folder("Quarter / Year end", "Slash in the name of a folder", nil,
					app("Closing", `C:\Cubes\close.exe`, fromPool(finance)),
					app("Reconciliation", `C:\Cubes\rec.exe`, fromPool(finance)),
					app("1e3", `C:\Cubes\1e3.exe`, about("A calculator with a short name"), fromPool(finance)),
				),
			),
			desktop("Finance desktop", fromPool(finance), m{"desktopSize": 2, "width": 1920, "height": 1080, "allowMultiMonitor": 1}, ruled(allow("Finance at their desks", accountsOf(`DEMO\Finance`), comingFrom("10.10.20.0-10.10.20.255")))),
		),
		folder("IT", "Tools of the trade", m{"adminOnly": true, "rules": []m{allow("IT", accountsOf(`DEMO\IT`, `DEMO\Domain Admins`))}, "rulesDefault": "Deny"},
			folder("Tools", "", nil,
				app("Command prompt", system+"cmd.exe", run("/k title 100%", system)),
				app("PowerShell", system+`WindowsPowerShell\v1.0\powershell.exe`, run("-NoProfile -ExecutionPolicy Bypass -Command \"& { Get-Date }\"", "")),
				app("Registry editor", `C:\Windows\regedit.exe`),
				app("-verbose log viewer", `C:\Tools\log view.exe`, run("-verbose --since=1h", `C:\Tools`)),
				app("yes", `C:\Tools\yes.exe`, about("Says it until stopped")),
				app(`\\server\share\app.exe`, `\\server\share\app.exe`, about("Published under its path")),
				app(`C:\Program Files (x86)\Old\run.exe`, x86+`Old\run.exe`, fromPool(legacy)),
				folder("Network", "Third level", nil,
					app("Ping [IPv6]", system+"ping.exe", run("-6 -t 2001:db8:10::10", "")),
					app("Wire: capture #1", `C:\Tools\wire.exe`),
					app("NUL", `C:\Tools\nul.exe`, about("A name that Windows cannot give a file")),
				),
			),
			folder("Databases", "", nil,
				app("PL/SQL Developer", x86+`PLSQL Developer 15\plsqldev.exe`, fromPool(office), ruled(allow("Developers", accountsOf(`DEMO\Developers`)))),
				app("SQL Studio", x86+`SQL Studio 20\Ssms.exe`, fromPool(office), opens("sql"), ruled(allow("Developers", accountsOf(`DEMO\Developers`)))),
				app("it's a; 'query' --tool", `C:\Tools\query.exe`, run(`'; drop table --`, "")),
			),
			desktop("Admin desktop", about("Console of one host"), fromHost("spare01.example.com", "spare02.example.com"), m{"connectToConsole": true, "excludePrelaunch": true, "inheritShortcutDefaultSettings": false, "createShortcutOnDesktop": true, "startPath": `Admin\%Groups%`}),
		),
		folder("Design", "Pictures and plans", ruled(allow("Design", accountsOf(`DEMO\Design`))),
			app("CAD 2026", `C:\Program Files\CAD 2026\cad.exe`, fromPool(design), maximized, licensed(10, "WarnUserAndNoStart"), opens("dwg", "dxf"),
				m{"inheritDisplayDefaultSettings": false, "startMaximized": true, "startFullscreen": true, "waitForPrinters": true, "waitForPrintersTimeout": 60, "colorDepth": "Colors32Bit"}),
			app("Render farm 🚀", `C:\Program Files\Render\r.exe`, fromHost("cad01.example.com", "cad02.example.com")),
			app("Photo lab", `C:\Program Files\Photo\photo.exe`, fromPool(design), opens("jpg", "jpeg", "png", "tif")),
			app("Größenrechner ½ ⅓", `C:\Program Files\Größe\größe.exe`, fromPool(design)),
			desktop("Design workstation", fromPool(design), m{"allowMultiMonitor": 2}),
		),
		folder("Zürich", "Nur für Zürich", m{"rules": []m{allow("Zürich", accountsOf(`ZH\Zürich Users`))}, "rulesDefault": "Deny"},
			app("Zeiterfassung", `C:\Zeit\zeit.exe`, fromPool(zhPool)),
			app("Büroschlüssel", `C:\Schlüssel\key.exe`, fromPool(zhPool), m{"preferredRoutes": []m{{"name": "Außenstelle", "description": "kürzester Weg", "route": "Außenstelle"}}}),
			app("Fahrpläne", "https://fahrplan.example.com", fromHost("zh-rds01.example.com")),
			folder("Ärzte", "Praxis", ruled(allow("Ärzte im Portal", accountsOf(`DEMO\Ärzte`), themesNamed(clinicUI))),
				app("Patientenakte", `C:\Praxis\akte.exe`, fromPool(clinic), licensed(8, "NotifyUserAdminAndStart"), m{"inheritShortcutDefaultSettings": false, "createShortcutOnDesktop": true, "createShortcutInStartFolder": true, "startPath": `Praxis\%Groups%`}),
				app("Labor / Röntgen", `C:\Praxis\labor.exe`, fromPool(clinic), opens("dcm")),
				app("Rezepte", `C:\Praxis\rezept.exe`, fromPool(clinic)),
			),
			desktop("Büro-Desktop", fromPool(zhPool)),
		).at(zurich),
		folder("Everyone 👋", "On the first page", bothSites,
			app("Calculator", system+"calc.exe", about("2 + 2"), bothSites),
			app("Notepad", system+"notepad.exe", about("Plain text"), bothSites, opens("txt", "log"), m{"inheritShortcutDefaultSettings": false, "createShortcutOnDesktop": true, "createShortcutInStartFolder": true}),
			app("Paint", system+"mspaint.exe", bothSites),
			app("Intranet", "https://intranet.example.com", about("In the browser of the host"), bothSites),
			app("Password change", `C:\Apps\Password\change.exe`, bothSites, m{"disableSessionSharing": true, "inheritLicenseDefaultSettings": false, "licenseLimitNotify": "WarnUserAndStart"}),
			app(longName, `C:\Apps\Reports\viewer.exe`, about("The longest name there can be"), fromPool(office)),
		),
		desktop("Full desktop", about("Any host that has room"), ruled(deny("Not for people from outside", accountsOf(`DEMO\External "temp" staff`)), allow("Everybody else", accountsOf(`DEMO\Domain Users`)))),
		app("Help desk chat", `C:\Apps\Chat\chat.exe`, about("Beside the folders"), fromPool(office)),
	}
}

// longName has 255 characters.
var longName = "Quarterly and yearly reports, all subsidiaries, consolidated – " + strings.Repeat("draft, ", 26) + "final (v2)"
