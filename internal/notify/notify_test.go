package notify

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"
)

func event() Event {
	return Event{Kind: "drift", Farm: "https://ras.example.com:20443", Summary: "2 objects have drifted", Time: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC), Tool: "rassync 1.2.3"}.
		WithObjects([]string{"Main/PubRDSApp/<!channel> *x*", "Main/Site/Main"})
}

// TestBodiesOfTheReceivers pins what each receiver is sent.
func TestBodiesOfTheReceivers(t *testing.T) {
	for typ, want := range map[Type]string{
		Slack:   `{"text":"2 objects have drifted\n- Main/PubRDSApp/&lt;!channel&gt; *x*\n- Main/Site/Main"}`,
		Teams:   `{"type":"message","attachments":[{"contentType":"application/vnd.microsoft.card.adaptive","content":{"$schema":"http://adaptivecards.io/schemas/adaptive-card.json","type":"AdaptiveCard","version":"1.4","body":[{"type":"RichTextBlock","inlines":[{"type":"TextRun","text":"2 objects have drifted","weight":"Bolder"}]},{"type":"RichTextBlock","inlines":[{"type":"TextRun","text":"- Main/PubRDSApp/<!channel> *x*"}]},{"type":"RichTextBlock","inlines":[{"type":"TextRun","text":"- Main/Site/Main"}]}]}}]}`,
		Generic: `{"event":"drift","farm":"https://ras.example.com:20443","folder":"","summary":"2 objects have drifted","objects":["Main/PubRDSApp/<!channel> *x*","Main/Site/Main"],"more":0,"time":"2026-03-04T05:06:07Z","tool":"rassync 1.2.3"}`,
	} {
		var got any
		server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			if err != nil || r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/json" {
				t.Errorf("%s %s %v", r.Method, r.Header.Get("Content-Type"), err)
			}
			if err := json.Unmarshal(body, &got); err != nil {
				t.Error(err)
			}
		}))
		if err := Send(t.Context(), []Channel{{"ops", typ, server.URL + "/hook?sig=secret"}}, event()); err != nil {
			t.Fatal(err)
		}
		server.Close()
		var expected any
		if err := json.Unmarshal([]byte(want), &expected); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, expected) {
			t.Errorf("%s:\n got %v\nwant %v", typ, got, expected)
		}
	}
}

func TestEveryChannelIsTriedAndNoAddressIsTold(t *testing.T) {
	told := 0
	good := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { told++ }))
	defer good.Close()
	away := httptest.NewServer(http.RedirectHandler(good.URL, http.StatusTemporaryRedirect))
	defer away.Close()
	gone := httptest.NewServer(http.NotFoundHandler())
	address := gone.URL + "/secret"
	gone.Close()
	err := Send(t.Context(), []Channel{{"gone", Slack, address}, {"away", Slack, away.URL + "/secret"}, {"plain", Teams, "http://hooks.example.com/secret"}, {"good", Generic, good.URL}}, event())
	if err == nil || told != 1 {
		t.Fatalf("told %d times, %v", told, err)
	}
	for _, name := range []string{"gone", "away", "plain"} {
		if !strings.Contains(err.Error(), "the channel "+name+" could not be told") {
			t.Errorf("%v does not name %s", err, name)
		}
	}
	if strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "channel good") {
		t.Errorf("got %v", err)
	}
}

func TestCheckURL(t *testing.T) {
	for address, good := range map[string]bool{
		"https://hooks.example.com/x": true, "http://127.0.0.1:9/x": true, "http://localhost/x": true,
		"http://hooks.example.com/x": false, "https://user:pass@hooks.example.com/x": false, "ftp://x/y": false, "hooks.example.com": false, "": false, "file:///etc/passwd": false,
	} {
		if err := CheckURL(address); (err == nil) != good {
			t.Errorf("%q: %v", address, err)
		}
	}
}

func TestLongListsAreCut(t *testing.T) {
	var all []string
	for i := range 100 {
		all = append(all, fmt.Sprint("object ", i))
	}
	e := Event{Summary: "s"}.WithObjects(all)
	if len(e.Objects) != maxObjects || e.More != 100-maxObjects || !strings.HasSuffix(e.text(), fmt.Sprintf("and %d more", e.More)) {
		t.Errorf("%d objects, %d more: %s", len(e.Objects), e.More, e.text())
	}
}
