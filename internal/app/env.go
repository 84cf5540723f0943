package app

import (
	"context"
	"io"
	"time"

	"rassync/internal/contract"
	"rassync/internal/files"
	"rassync/internal/model"
	"rassync/internal/plan"
	"rassync/internal/ras"
	"rassync/schemas"
)

// Env is the world around a call of rassync: everything that is not an
// argument. Tests and the demo make their own.
type Env struct {
	In  io.Reader
	Out io.Writer // results
	Err io.Writer // everything else: progress, notices, errors

	// Whether there is a person in front of it.
	InTerminal  bool
	OutTerminal bool
	ErrTerminal bool
	Width       int // columns of the terminal, 0 if unknown
	Unicode     bool
	NoColor     bool

	LookupEnv func(string) (string, bool)
	// ReadSecret asks for a line without echo; nil where nobody can be asked.
	ReadSecret func(ctx context.Context, prompt string) (string, error)
	// Keyring keeps passwords; nil where the system has none to use.
	Keyring Keyring
	// ConfigDir is the user's folder for configuration, "" if there is none.
	ConfigDir string

	Now func() time.Time
	// Clock is the time that sessions wait in; nil for real time.
	Clock ras.Clock

	User string
	Host string
	PID  int
}

// Getenv gives an environment variable, "" if it is not set.
func (e *Env) Getenv(name string) string {
	if e.LookupEnv == nil {
		return ""
	}
	v, _ := e.LookupEnv(name)
	return files.OneLine(v) // shells and variable stores leave a line end behind
}

// App is a call of rassync with what all commands need.
type App struct {
	*Env
	Catalog *model.Catalog
	Tool    plan.Tool
	// Contract is the layer of the workspace at hand; nil for the built-in
	// schemas alone.
	Contract *contract.Layer
	// Operator is what the operator says on the command line.
	Operator Operator
	// Debug tells of every request, secrets masked.
	Debug bool
	// Say is told what is to be said beside the result; nil for nothing. It
	// shows it safely: texts may hold what the farm answered.
	Say func(Message)
	// Waits is told of waits for the farm's rate limit, and says whether it has
	// shown them; nil where a notice is all there is.
	Waits func(d time.Duration, reason string) bool
}

// New opens the schemas.
func New(env *Env, version string) (*App, error) {
	cat, err := model.LoadAsNeeded(schemas.Files)
	if err != nil {
		return nil, err
	}
	return &App{Env: env, Catalog: cat, Tool: plan.Tool{Name: "rassync", Version: version}}, nil
}
