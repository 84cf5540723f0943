package ras

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func TestBoundsOfAnswers(t *testing.T) {
	deep := func(n int) string { return strings.Repeat(`{"a":`, n) + "1" + strings.Repeat("}", n) }
	for name, c := range map[string]struct {
		text string
		ok   bool
	}{
		"a list":                      {`[{"id":1,"name":"a, [b] {c}"},{"id":2.5e-3}]`, true},
		"a text that looks deep":      {`["` + strings.Repeat("[", 10000) + `"]`, true},
		"a text with escaped quotes":  {`["\"` + strings.Repeat("{", 10000) + `\\", 1]`, true},
		"nested to the bound":         {deep(maxNesting), true},
		"nested beyond it":            {deep(maxNesting + 1), false},
		"9,990 deep":                  {deep(9990), false},
		"lists 9,990 deep":            {strings.Repeat("[", 9990) + strings.Repeat("]", 9990), false},
		"many elements":               {"[" + strings.Repeat("{},", maxElements/10) + "{}]", true},
		"too many elements":           {"[" + strings.Repeat("{},", maxElements+1) + "{}]", false},
		"too many numbers":            {"[" + strings.Repeat("1,", maxElements+1) + "1]", false},
		"too much in one element":     {"[[" + strings.Repeat("1,", maxElementValues+1) + "1]]", false},
		"too much in an object":       {`{"a":[` + strings.Repeat("1,", maxElementValues+1) + "1]}", false},
		"a long number":               {"[" + strings.Repeat("9", 1000) + "]", false},
		"a long fraction":             {"[0." + strings.Repeat("9", 1000) + "]", false},
		"a number of ten digits":      {"[1234567890]", true},
		"a large element":             {`["` + strings.Repeat("x", maxElementSize+10) + `"]`, false},
		"empty":                       {"", true},
		"a text that is not finished": {`"abc\`, true},
	} {
		for _, size := range []int{len(c.text), 7} { // whole, and in pieces
			var b bounds
			var err error
			for at := 0; at < len(c.text) && err == nil; at += max(size, 1) {
				_, err = b.Write([]byte(c.text[at:min(at+max(size, 1), len(c.text))]))
			}
			if (err == nil) != c.ok {
				t.Errorf("%s, %d bytes at a time: %v", name, size, err)
			}
		}
	}
}

func TestUnboundedAnswerIsRefused(t *testing.T) {
	body := strings.Repeat("[", 9990) + strings.Repeat("]", 9990)
	f := newTestFarm(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", jsonType)
		fmt.Fprint(w, body)
	})
	_, err := send(f.connect(t, nil), "GET")
	e := asError(t, err, KindTooLarge)
	if !errors.Is(e, errUnbounded) {
		t.Error(err)
	}
	if n := strings.Count(fmt.Sprint(f.seen()), "/api/"); n > 6 {
		t.Errorf("it was asked for again and again: %d", n)
	}
}
