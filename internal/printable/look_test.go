package printable

import (
	"math/rand/v2"
	"strings"
	"testing"
)

func TestNamesThatLookAlike(t *testing.T) {
	for _, pair := range [][2]string{
		{"Word1", "Wordl"}, {"Sales", "S\u0430les"}, {"CRM client", "CRM client\ufe0f"}, {"CRM client", "CRM\u00a0client"}, {"CRM client", "CRM  client"}, {"modern", "rnodern"},
		{"\u0421\u041e\u041c", "COM"}, {"Z\u00fcrich", "Zu\u0308rich"}, {"A", "\uff21"}, {"O365", "0365"}, {"a", "a\u200b"},
	} {
		if Look(pair[0]) != Look(pair[1]) {
			t.Errorf("%+q and %+q: %+q and %+q", pair[0], pair[1], Look(pair[0]), Look(pair[1]))
		}
	}
	for _, pair := range [][2]string{{"Word", "Excel"}, {"Word1", "Word2"}, {"Zurich", "Z\u00fcrich"}, {"a b", "ab"}, {"東京", "京都"}} {
		if Look(pair[0]) == Look(pair[1]) {
			t.Errorf("%+q and %+q look alike", pair[0], pair[1])
		}
	}
}

// The short way for ASCII says what the table says.
func TestTheShortWayForASCII(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for range 3000 {
		b := make([]byte, 1+r.IntN(8))
		for i := range b {
			b[i] = byte('!' + r.IntN('~'-'!'+1))
		}
		if s := string(b); Look(s) != strings.Join(strings.Fields(Skeleton(s)), " ") {
			t.Fatalf("%q: %q and %q", s, Look(s), Skeleton(s))
		}
	}
}

func TestPoints(t *testing.T) {
	if got := Points("S\u0430les", "Sales"); got != "letter 2 is 'а' (U+0430) here and 'a' (U+0061) there" {
		t.Error(got)
	}
	if got := Points("a\u200b", "a"); got != "letter 2 is U+200B here and nothing there" {
		t.Error(got)
	}
	if got := Points("a", "ab"); got != "letter 2 is nothing here and 'b' (U+0062) there" {
		t.Error(got)
	}
}
