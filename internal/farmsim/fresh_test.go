package farmsim

import (
	"encoding/json"
	"strings"
	"testing"
)

// A farm that answers the REST API does not say that it is switched off.
func TestFreshFarmServes(t *testing.T) {
	c := open(t, Options{})
	text, err := json.Marshal(c.get("/api/WebService/settings"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), `"enableREST":true`) {
		t.Errorf("a fresh farm answers %s", text)
	}
}
