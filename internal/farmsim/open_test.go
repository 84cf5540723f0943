package farmsim

import (
	"strings"
	"testing"
)

func TestOpenObjectsTakeWhatTheyHold(t *testing.T) {
	c := with(t, Switches{}, Options{})
	holds(t, c.get("/api/Reporting"), `{"standInText":"as shipped","standInNumber":7,"standInList":["first","second"]}`)
	c.want(204, "PUT", "/api/Reporting", `{"standInText":"mine","standInNumber":null,"standIn":{"standInMode":5}}`)
	// Null leaves a value alone; a nested object is replaced as a whole.
	holds(t, c.get("/api/Reporting"), `{"standInText":"mine","standInNumber":7,"standIn":{"standInMode":5}}`)
	if m, _ := at(c.get("/api/Reporting"), "standIn").(map[string]any); len(m) != 1 {
		t.Errorf("what the body left out is still there: %v", m)
	}
	c.refused("PUT", "/api/Reporting", `{"standInTxet":"x"}`, "standInTxet")
	c.refused("PUT", "/api/Reporting", `{"standInNumber":"7"}`, "standInNumber", "number")
	c.refused("PUT", "/api/Reporting", `{"standIn":{"standInMode":5,"more":1}}`, "more")
	c.refused("PUT", "/api/Reporting", `{"timeLastMod":"x"}`, "timeLastMod")
}

func TestOpenCollectionsHaveTheStandInsFromTheStart(t *testing.T) {
	c := with(t, Switches{}, Options{})
	c.refused("POST", "/api/HALB?siteId=1", `{"name":"A","color":"red"}`, "color")
	id := c.post("/api/HALB?siteId=1", `{"name":"A","standInNumber":3}`)
	holds(t, c.get("/api/HALB/1"), `{"name":"A","standInNumber":3,"standInText":"as shipped"}`)
	if id != 1 {
		t.Fatalf("id %d", id)
	}
	c.want(201, "POST", "/api/HALB/1/Device", `{"standInText":"10.0.0.1"}`)
	c.want(201, "POST", "/api/HALB/1/Device", `{"standInText":"10.0.0.2"}`)
	c.want(409, "POST", "/api/HALB/1/Device", `{"standInText":"10.0.0.2"}`)
	c.refused("POST", "/api/HALB/1/Device", `{"address":"10.0.0.3"}`, "address")
	c.want(204, "PUT", "/api/HALB/1/Device/2", `{"standInNumber":9}`)
	holds(t, at(c.get("/api/HALB/1/Device"), "1"), `{"id":2,"standInText":"10.0.0.2","standInNumber":9}`)
	c.want(204, "DELETE", "/api/HALB/1/Device/1", nil)
	if n := len(c.list("/api/HALB/1/Device")); n != 1 {
		t.Errorf("%d devices", n)
	}
}

// A seed may hold no name that looks like one of the vendor's.
func TestSeedsOfOpenObjectsHoldStandInsOnly(t *testing.T) {
	state := State{"Reporting": {{"databaseName": "reports"}}}
	if _, err := New(Options{Catalog: testCatalog(t), State: state}); err == nil || !strings.Contains(err.Error(), "databaseName") {
		t.Errorf("%v", err)
	}
}

func TestRefusedProperties(t *testing.T) {
	c := with(t, Switches{}, Options{RefuseProperties: []string{"smtpServer"}})
	c.refused("PUT", "/api/MailboxSettings", `{"smtpServer":"x","senderAddress":"y"}`, "smtpServer")
	c.want(204, "PUT", "/api/MailboxSettings", `{"senderAddress":"y"}`)
	c.f.Refuse("senderAddress")
	c.refused("PUT", "/api/MailboxSettings", `{"senderAddress":"z"}`, "senderAddress")
	c.want(204, "PUT", "/api/MailboxSettings", `{"smtpServer":"x"}`)
}
