package ras

import (
	"context"
	"time"
)

// Clock is the time that the governor and the pauses between attempts live in,
// so that tests need not wait. Time-outs of single requests use real time: a
// network knows no other.
type Clock interface {
	Now() time.Time
	// Sleep returns nil after d, or the context's error when that ends first.
	Sleep(ctx context.Context, d time.Duration) error
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
