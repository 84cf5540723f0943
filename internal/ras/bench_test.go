package ras

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
)

// memory is a farm without a network.
type memory struct{ answer string }

func (m memory) RoundTrip(req *http.Request) (*http.Response, error) {
	body := m.answer
	if req.URL.Path == logonPath {
		body = `{"authToken":"t"}`
	}
	return &http.Response{
		StatusCode:    200,
		Header:        http.Header{"Content-Type": {jsonType}},
		Body:          io.NopCloser(strings.NewReader(body)),
		ContentLength: int64(len(body)),
		Request:       req,
	}, nil
}

func BenchmarkGet(b *testing.B) {
	cfg := Config{
		URL: "https://farm", Username: "a", Password: func() (string, error) { return "password", nil },
		Reads: []string{"/api/Thing", "/api/Thing/{id}"},
	}
	s, err := newSession(context.Background(), cfg, memory{`[` + strings.Repeat(`{"id":1,"name":"x"},`, 50) + `{}]`})
	if err != nil {
		b.Fatal(err)
	}
	if err := s.firstLogon(context.Background()); err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	r := s.Reader()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.Get(context.Background(), "/api/Thing/5", nil); err != nil {
			b.Fatal(err)
		}
	}
}
