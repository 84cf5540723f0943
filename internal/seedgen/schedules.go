package seedgen

// schedules close, restart and start hosts at set times.
func (f *farm) schedules() {
	f.add("RDSHostPoolSchedule", main, "Weekly restart", m{
		"description": "Every host of the office once a week", "action": "Reboot", "targets": []string{office, finance},
		"trigger": m{"startDateTime": "2026-01-11T02:00:00", "repeat": "EveryWeek", "durationInSecs": 3600},
		"options": m{"drainMode": true, "forceRebootAfterSecs": 3600, "completeRebootInSecs": 1800},
		"messages": []m{
			{"messageTitle": "Restart at 02:00", "message": "This host restarts in an hour.\nPlease sign out.", "sendMsgSecs": 3600, "sendMsgWhen": "Before"},
			{"messageTitle": "Restart at 02:00", "message": "Welcome back.", "sendMsgSecs": 300, "sendMsgWhen": "After"},
		},
	})
	f.add("RDSHostPoolSchedule", main, "Close CAD at night", m{
		"action": "Disable", "targets": []string{design},
		"trigger": m{"startDateTime": "2026-01-10T22:00:00", "repeat": "SpecificDays", "specificDays": []string{"Friday", "Saturday"}, "durationInSecs": 43200},
		"options": m{"disableAction": 0, "enforceOnInactive": true},
	})
	f.add("RDSHostPoolSchedule", zurich, "Büro: früh an", m{
		"enabled": false, "action": "Startup", "targets": []string{zhPool},
		"trigger": m{"startDateTime": "2026-01-12T06:30:00", "repeat": "EveryDay"},
	})
	f.add("RDSHostSchedule", main, "Retire old-2016", m{ // a single time that is past is a normal state
		"description": "Once", "action": "Shutdown", "targets": []string{"old-2016.example.com"},
		"trigger": m{"startDateTime": "2025-12-31T18:00:00", "endDateTime": "2025-12-31T19:00:00", "repeat": "Never"},
	})
	f.add("RDSHostSchedule", main, "spares/monthly", m{
		"action": "Reboot", "targets": []string{"spare01.example.com", "spare02.example.com"},
		"trigger": m{"startDateTime": "2026-02-01T03:00:00", "repeat": "EveryMonth"}, "options": m{"drainMode": false},
	})
	f.add("VDIHostSchedule", main, "Desktops off", m{
		"action":  "Shutdown",
		"targets": []m{{"guid": "00000000-0000-4000-8000-000000000501", "guestName": "desk-501"}, {"guid": "00000000-0000-4000-8000-000000000502", "guestName": "desk-502 (Ärzte)"}},
		"trigger": m{"startDateTime": "2026-01-12T20:00:00", "repeat": "EveryDay"},
	})
	f.add("AVDHostSchedule", main, "Azure hosts on", m{
		"action":   "Startup",
		"targets":  []m{{"hostAzureID": "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/demo/providers/Microsoft.Compute/virtualMachines/avd-1", "guestName": "avd-1"}},
		"trigger":  m{"startDateTime": "2026-01-12T06:00:00", "repeat": "SpecificDays", "specificDays": []string{"Monday", "Tuesday", "Wednesday", "Thursday", "Friday"}},
		"messages": []m{{"messageTitle": "Good morning", "message": "Hosts are starting.", "sendMsgSecs": 60, "sendMsgWhen": "Before"}},
	})
	f.add("VDIHostPoolSchedule", main, "Call centre off", m{
		"description": "Nobody calls at night", "action": "Shutdown", "targets": []string{callCentre, labDesks},
		"trigger":  m{"startDateTime": "2026-01-12T21:00:00", "repeat": "EveryDay"},
		"messages": []m{{"messageTitle": "Shutting down", "message": "Please sign out.", "sendMsgSecs": 900, "sendMsgWhen": "Before"}},
	})
	f.add("VDIHostPoolSchedule", zurich, "Empfang: Neustart", m{
		"action": "Reboot", "targets": []string{zhDesks}, "trigger": m{"startDateTime": "2026-01-11T04:00:00", "repeat": "Every2Weeks"},
		"options": m{"drainMode": true, "forceRebootAfterSecs": 900},
	})
	f.add("AVDHostPoolSchedule", main, "Pooled hosts on", m{
		"action": "Startup", "targets": []string{avdPooled},
		"trigger": m{"startDateTime": "2026-01-12T05:45:00", "repeat": "SpecificDays", "specificDays": []string{"Monday", "Wednesday"}},
	})
	f.add("VDIHostSchedule", main, "Desktops on", m{
		"enabled": false, "action": "Startup", "targets": []m{{"guid": "00000000-0000-4000-8000-000000000501", "guestName": "desk-501"}},
		"trigger": m{"startDateTime": "2026-01-12T06:15:00", "repeat": "EveryDay"},
	})
	f.add("AVDHostSchedule", main, "Azure hosts off", m{
		"action":  "Shutdown",
		"targets": []m{{"hostAzureID": "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/demo/providers/Microsoft.Compute/virtualMachines/avd-1", "guestName": "avd-1"}},
		"trigger": m{"startDateTime": "2026-01-12T20:00:00", "repeat": "EveryDay"},
	})
	f.add("AVDHostPoolSchedule", main, "Pooled hosts: restart", m{
		"action": "Reboot", "targets": []string{avdPooled}, "trigger": m{"startDateTime": "2026-01-11T03:00:00", "repeat": "EveryWeek"},
		"options": m{"drainMode": true, "forceRebootAfterSecs": 1800},
	})
}
