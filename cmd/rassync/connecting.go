package main

import (
	"context"

	"rassync/internal/app"
)

// with connects to the folder's farm for the time of do. The session is
// logged off in every case.
func (c *call) with(ctx context.Context, conn app.Connection, f *app.Folder, do func(*app.Session) error) error {
	s, err := c.Connect(ctx, conn, f.Farm, f.Dir)
	if err != nil {
		return err
	}
	err = do(s)
	if cerr := s.Close(); cerr != nil {
		c.Notice("logging off: %v", cerr)
	}
	return err
}
