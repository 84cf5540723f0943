package farmsim

import (
	"context"
	"fmt"
	"time"

	"rassync/internal/model"
)

// Clock is the time the farm lives in, so that tests need not wait.
type Clock interface {
	Now() time.Time
	// Sleep returns nil after d, or the context's error when that ends first.
	Sleep(ctx context.Context, d time.Duration) error
}

// Defaults of Options. The account is one that needs no directory.
const (
	DefaultUsername = "admin@example.com"
	DefaultPassword = "rassync-demo"
	DefaultFarmName = "Demo farm"
	DefaultFarmGUID = "{6F3C1A52-8D0B-4E57-9C4A-2B7E5D10F3A6}"
	DefaultRate     = 50
	DefaultWindow   = 10 * time.Second
)

// Options says what farm to simulate.
type Options struct {
	Catalog  *model.Catalog // required
	State    State          // what the farm holds; nil: a fresh farm
	Switches Switches

	Username string // of the one administrator who can log on; "" for DefaultUsername
	Password string // "" for DefaultPassword
	FarmName string
	FarmGUID string

	Rate    int           // requests in a window; 0 for DefaultRate, negative for no limit
	Window  time.Duration // 0 for DefaultWindow
	Latency time.Duration // added to every request

	TokenRequests int           // a token expires after so many requests; 0 for never
	TokenIdle     time.Duration // a token expires after so long without requests; 0 for never

	// RefuseProperties are names that the farm takes in no body, whatever the
	// schemas say: a farm that calls its properties otherwise.
	RefuseProperties []string

	// Disagree is how the farm contradicts the schemas; nil for not at all.
	Disagree *Disagreement

	// ForbidWrites makes every write a recorded violation that is refused and
	// not carried out: the proof that a command only reads.
	ForbidWrites bool

	Clock Clock         // nil for real time
	Log   func(Request) // called after each request; nil for none
}

type realClock struct{}

func (realClock) Now() time.Time { return time.Now() }

func (realClock) Sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (o *Options) fill() error {
	if o.Catalog == nil {
		return fmt.Errorf("farmsim: Options.Catalog is required")
	}
	set := func(s *string, v string) {
		if *s == "" {
			*s = v
		}
	}
	set(&o.Username, DefaultUsername)
	set(&o.Password, DefaultPassword)
	set(&o.FarmName, DefaultFarmName)
	set(&o.FarmGUID, DefaultFarmGUID)
	if o.Rate == 0 {
		o.Rate = DefaultRate
	}
	if o.Window <= 0 {
		o.Window = DefaultWindow
	}
	if o.Clock == nil {
		o.Clock = realClock{}
	}
	return nil
}
