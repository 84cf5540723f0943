package app

import (
	"os"
	"testing"
	"time"

	"rassync/internal/ras"
)

func TestRateFile(t *testing.T) {
	a := &App{Env: &Env{ConfigDir: t.TempDir()}}
	w := a.rateWindow("https://RAS.example.com:20443/")
	at := time.Now().Round(0)
	write := func(st *ras.WindowState) {
		st.Sent, st.Allowed, st.Changed, st.BlockedUntil = []time.Time{at}, 7, at, at.Add(time.Second)
	}
	if err := w.Update(write); err != nil {
		t.Fatal(err)
	}
	var got ras.WindowState
	read := func(st *ras.WindowState) { got = *st }
	if err := a.rateWindow("https://ras.example.com:20443").Update(read); err != nil {
		t.Fatal(err)
	}
	if len(got.Sent) != 1 || !got.Sent[0].Equal(at) || got.Allowed != 7 || !got.Changed.Equal(at) || !got.BlockedUntil.Equal(at.Add(time.Second)) {
		t.Errorf("%+v", got)
	}
	if err := a.rateWindow("https://other.example.com").Update(read); err != nil || len(got.Sent) != 0 {
		t.Errorf("another farm shares the window: %+v, %v", got, err)
	}
	if err := os.WriteFile(w.(*rateFile).path, []byte("{half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := w.Update(read); err != nil || len(got.Sent) != 0 {
		t.Errorf("a damaged file is in the way: %+v, %v", got, err)
	}
}
