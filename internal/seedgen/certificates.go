package seedgen

// certificates for gateways and load balancers; their keys are nowhere.
func (f *farm) certificates() {
	f.add("LetsEncryptSettings", main, "", m{"termsAccepted": true, "standInText": "ras@example.com"})
	f.add("LetsEncryptSettings", zurich, "", m{"termsAccepted": false})

	f.add("Certificate", main, "Portal", m{"description": "Let's Encrypt, renews itself", "usage": []string{"Gateway", "HALB"}, "commonName": "portal.example.com", "keySize": "KeySize2048"})
	f.add("Certificate", main, "<Partner> wildcard", m{"description": "Bought, see the safe", "usage": []string{"Gateway"}, "commonName": "*.partner.example.com", "keySize": "KeySize4096"})
	f.add("Certificate", zurich, "Zürich", m{"usage": []string{"Gateway"}, "commonName": "gw-zh.example.com", "keySize": "KeySize3072", "enabled": true})
}
