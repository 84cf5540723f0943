package bench

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"rassync/internal/app"
	"rassync/internal/farmsim"
	"rassync/internal/model"
	"rassync/schemas"
)

// serve is the process of the farm: it makes one, says where it listens, and
// takes orders on its input until that ends.
func serve() error {
	apps, err := strconv.Atoi(os.Getenv(envSizes))
	if err != nil {
		return err
	}
	cat, err := model.Load(schemas.Files)
	if err != nil {
		return err
	}
	state := farmsim.Large(cat, apps)
	farm, err := farmsim.New(farmsim.Options{Catalog: cat, State: state, Rate: -1})
	if err != nil {
		return err
	}
	var latency atomic.Int64
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if d := time.Duration(latency.Load()); d > 0 {
			time.Sleep(d)
		}
		farm.ServeHTTP(w, r)
	}))
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // clients that hang up
	server.StartTLS()
	defer server.Close()
	sum := sha256.Sum256(server.Certificate().Raw)
	fmt.Println(server.URL, hex.EncodeToString(sum[:]))
	orders := bufio.NewScanner(os.Stdin)
	for orders.Scan() {
		name, value, _ := strings.Cut(orders.Text(), " ")
		switch name {
		case "latency":
			d, err := time.ParseDuration(value)
			if err != nil {
				return err
			}
			latency.Store(int64(d))
		case "reset":
			if err := farm.Load(state); err != nil {
				return err
			}
		case "behind":
			if err := behind(farm); err != nil {
				return err
			}
		}
		fmt.Println("done")
	}
	return orders.Err()
}

// behind changes the fifth application as somebody in the console would.
func behind(f *farmsim.Farm) error {
	for _, o := range f.Staged()["PubRDSApp"] {
		if o["name"] != "Application 00005" {
			continue
		}
		id, _ := o["id"].(int64)
		if err := f.Change("PubRDSApp", id, farmsim.Object{"description": "changed at night", "timeLastMod": f.Now().UTC().Format("2006-01-02T15:04:05.000Z")}); err != nil {
			return err
		}
		f.Apply()
		return nil
	}
	return errors.New("there is no fifth application")
}

// farm is the process of a farm as the benchmark sees it.
type farm struct {
	b                testing.TB
	in               io.Writer
	out              *bufio.Reader
	url, fingerprint string
}

func startFarm(b *testing.B, apps int) *farm {
	b.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), envRole+"=farm", envSizes+"="+strconv.Itoa(apps))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		in.Close()
		_ = cmd.Wait()
	})
	f := &farm{b: b, in: in, out: bufio.NewReader(out)}
	f.url, f.fingerprint, _ = strings.Cut(f.line(), " ")
	return f
}

func (f *farm) line() string {
	f.b.Helper()
	text, err := f.out.ReadString('\n')
	if err != nil {
		f.b.Fatalf("the simulated farm: %v", err)
	}
	return strings.TrimSpace(text)
}

func (f *farm) order(text string) {
	f.b.Helper()
	if _, err := fmt.Fprintln(f.in, text); err != nil {
		f.b.Fatal(err)
	}
	f.line()
}

func (f *farm) latency(d time.Duration) { f.order("latency " + d.String()) }

func (f *farm) reset() { f.order("reset") }

// yardHere is a yard whose farm and operations are in this process: only its
// requests mean anything.
func yardHere(t *testing.T, apps int) *yard {
	t.Helper()
	cat, err := model.Load(schemas.Files)
	if err != nil {
		t.Fatal(err)
	}
	state := farmsim.Large(cat, apps)
	farm, err := farmsim.New(farmsim.Options{Catalog: cat, State: state, Rate: -1})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewTLSServer(farm)
	t.Cleanup(server.Close)
	sum := sha256.Sum256(server.Certificate().Raw)
	y := &yard{tb: t, apps: apps, dir: t.TempDir()}
	y.reset = func() {
		if err := farm.Load(state); err != nil {
			t.Fatal(err)
		}
	}
	y.behind = func() {
		if err := behind(farm); err != nil {
			t.Fatal(err)
		}
	}
	y.do = func(q request) measure {
		t.Helper()
		q.URL, q.Fingerprint = server.URL, hex.EncodeToString(sum[:])
		var m measure
		if err := m.carryOut(t.Context(), q); err != nil {
			var f *app.Failure
			if errors.As(err, &f) && len(f.Diagnostics) > 0 {
				t.Log(f.Diagnostics[0])
			}
			t.Fatalf("%s: %v (%s)", q.Operation, err, app.HintOf(err))
		}
		return m
	}
	return y
}

// yardApart is a yard whose farm and operations have processes of their own.
func yardApart(b *testing.B, apps int) (*yard, *farm) {
	b.Helper()
	f := startFarm(b, apps)
	y := &yard{tb: b, apps: apps, dir: b.TempDir(), reset: f.reset, behind: func() { f.order("behind") }}
	y.do = func(q request) measure {
		b.Helper()
		q.URL, q.Fingerprint = f.url, f.fingerprint
		return start(b, q)
	}
	return y, f
}
