package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"rassync/examples"
	"rassync/internal/app"
	"rassync/internal/contract"
	"rassync/internal/farmsim"
	"rassync/internal/model"
	"rassync/internal/ras"
	"rassync/internal/render"
	"rassync/internal/wholefile"
	"rassync/schemas"
)

type simOptions struct {
	listen       string
	seed         string
	rate         string
	latency      time.Duration
	readings     []string
	username     string
	passwordFile string
	verbose      bool
	refuse       []string
	empty        bool
	random       uint64
	hide         []string
	answer       []string
	disagree     string
	envFile      string
	altered      uint64
	openAPI      string
}

func newSim(c *call) *cobra.Command {
	o := &simOptions{}
	cmd := &cobra.Command{
		Use:   "sim",
		Short: "Serve a simulated farm",
		Long: `Sim serves a simulated farm over HTTPS until it is interrupted: to try rassync
without a farm, for training, and for the CI of your own repository. It is strict:
what a real farm would refuse, it refuses. Changes are staged until they are applied,
and the rate limit is on.

It prints its address, the fingerprint of its certificate, which is made anew each
time, and the account to log on with. With --env-file it also writes them as the
variables that the other commands read, for your shell to load.

Where the facts about the API can be read in two ways, --reading switches to the
second one; --reading duplicate-names takes and shows objects of one name.

A real farm may show less than the schemas know. --hide and --answer say what is
missing. --disagree chooses by chance, the same for the same seed: hide is the share
of properties, blocks and lists that answers leave out, drop that of objects that
lists leave out, fail that of paths below an object that answer 404, upper that of
objects whose names are shown in capitals. least-lengths refuses texts that are
shorter than the facts allow; with folders-disable a folder that is switched off
switches off what lies in it. Settings whose flag says so are copied to the other
sites; with replicate the flag goes along, with no-replicate nothing is copied.
short-updates refuses what no page says an update takes; with one-site-reads a read that
is documented without a site answers for the licensing site. still-times, still-settings and applied-settings are about the signs of a change: the time of an
object's last change does not move with what is below it; the number of the settings
never moves, or only when they are applied.

Your farm's contract may differ from the built-in one. Run in a workspace with a
contract layer, sim serves that contract with a random farm; --altered serves one that differs by chance,
and --openapi writes what is served as an OpenAPI document, as the vendor's is.`,
		Example: `  rassync sim
  rassync sim --rate off --env-file sim.ps1    # in another window: . .\sim.ps1
  rassync sim --listen 127.0.0.1:20443 --rate off --seed my-farm
  rassync sim --reading folder-status-inherited --reading throttle-503
  rassync sim --hide /api/LogonHours:criteria --answer '/api/PubItems/*/Filter=404'
  rassync sim --altered 3 --openapi farm.json
  rassync sim --disagree seed=7,hide=0.1,fail=0.05`,
		Args: cobra.NoArgs,
	}
	f := cmd.Flags()
	f.StringVar(&o.listen, "listen", "127.0.0.1:0", "address to listen on; port 0 takes a free one")
	f.StringVar(&o.seed, "seed", "", "folder with one JSON file a kind that the farm starts with (default: the built-in example)")
	f.StringVar(&o.rate, "rate", ras.Rate{Requests: farmsim.DefaultRate, Window: farmsim.DefaultWindow}.String(), "rate limit of the farm, or off")
	f.DurationVar(&o.latency, "latency", 0, "time that every answer takes")
	f.StringArrayVar(&o.readings, "reading", nil, "second reading to follow; may be repeated")
	f.StringSliceVar(&o.refuse, "refuse", nil, "name of a property that the farm takes in no body: to see what a farm does that calls it otherwise")
	f.StringVar(&o.username, "username", farmsim.DefaultUsername, "account that may log on")
	f.StringVar(&o.passwordFile, "password-file", "", "file with its password (default: "+farmsim.DefaultPassword+")")
	f.BoolVar(&o.verbose, "verbose", false, "show every request on stderr, secrets masked")
	f.BoolVar(&o.empty, "empty", false, "start with a fresh farm")
	f.Uint64Var(&o.random, "random", 0, "start with the random farm of this number")
	f.StringArrayVar(&o.hide, "hide", nil, "leave a name out of the answers to a path, as PATH:NAME; * stands for one segment, ** for any; may be repeated")
	f.StringArrayVar(&o.answer, "answer", nil, "answer reads of a path with a status, as PATH=STATUS; may be repeated")
	f.StringVar(&o.disagree, "disagree", "", "contradict the schemas by chance, see above: "+strings.Join(farmsim.DisagreementWords(), ", "))
	f.StringVar(&o.envFile, "env-file", "", "`file` to write that sets the variables for this farm, by its ending for PowerShell (.ps1), cmd (.cmd, .bat) or other shells")
	f.Uint64Var(&o.altered, "altered", 0, "serve a contract that differs from the built-in one by this number: other names, numbers, places, new and missing properties; the farm is a random one then")
	f.StringVar(&o.openAPI, "openapi", "", "write the OpenAPI document of what is served to this `FILE`, and go on")
	complete(cmd, "reading", farmsim.SwitchNames())
	cmd.RunE = c.begin(nil, func(ctx context.Context, _ []string) error { return o.run(ctx, c) })
	return cmd
}

func (o *simOptions) run(ctx context.Context, c *call) error {
	opts, err := o.options(c)
	if err != nil {
		return err
	}
	farm, err := farmsim.New(opts)
	if err != nil {
		return &app.Failure{Class: app.Input, Err: err}
	}
	if host, _, err := net.SplitHostPort(o.listen); err == nil && !loopback(host) {
		c.Warn("the simulated farm listens on %s: whoever reaches it can log on with the password that this prints", o.listen)
	}
	server, err := farm.Start(ctx, o.listen)
	if err != nil {
		return err
	}
	defer server.Close()
	password := "in " + o.passwordFile
	if o.passwordFile == "" {
		password = farmsim.DefaultPassword
	}
	if o.envFile != "" {
		if err := o.writeEnvFile(c, server); err != nil {
			return err
		}
		defer os.Remove(o.envFile) // what it says is no longer true
	}
	if _, err := fmt.Fprintf(c.Out, "url: %s\nfingerprint: %s\nusername: %s\npassword: %s\n", server.URL, server.Fingerprint, render.Escape(o.username), render.Escape(password)); err != nil {
		return err
	}
	c.Notice("serving until interrupted")
	err = server.Wait()
	if ctx.Err() != nil {
		return nil // that is how it ends
	}
	return err
}

// writeEnvFile writes what a shell has to load to use the farm.
func (o *simOptions) writeEnvFile(c *call, server *farmsim.Server) error {
	vars := []variable{{app.EnvFarm, server.URL}, {app.EnvFingerprint, server.Fingerprint}, {app.EnvUsername, o.username}}
	if o.passwordFile == "" {
		vars = append(vars, variable{app.EnvPassword, farmsim.DefaultPassword})
	}
	if o.rate == "off" {
		vars = append(vars, variable{app.EnvRate, "off"})
	}
	text, err := setVariables(shellOf(o.envFile), vars)
	if err == nil {
		err = wholefile.Write(o.envFile, []byte(text), wholefile.Options{Mode: 0o600})
	}
	if err != nil {
		return &app.Failure{Class: app.Input, Err: fmt.Errorf("the variables cannot be written to %s: %w", o.envFile, err)}
	}
	c.Notice("%s sets the variables for this farm", o.envFile)
	return nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (o *simOptions) options(c *call) (farmsim.Options, error) {
	var none farmsim.Options
	cat := c.Catalog
	if c.Contract != nil && o.altered == 0 {
		// A client keeps what the contract does not have, a farm has none of it.
		// Where others hang on what is gone, it stays.
		if farm, err := contract.Load(schemas.Files, c.Contract, contract.ForFarm); err == nil {
			cat = farm
		}
	}
	if o.altered != 0 {
		if o.seed != "" || o.empty {
			return none, app.Failf(app.Input, "--altered makes a farm of its own: --seed and --empty do not go with it")
		}
		var err error
		if cat, err = alteredCatalog(o.altered); err != nil {
			return none, err
		}
		if o.random == 0 {
			o.random = o.altered
		}
	}
	if o.openAPI != "" {
		var doc bytes.Buffer
		if err := contract.WriteDocument(&doc, cat, "1.0", farmsim.AnywhereGroup); err != nil {
			return none, err
		}
		if err := wholefile.Write(o.openAPI, doc.Bytes(), wholefile.Options{Mode: 0o644}); err != nil {
			return none, &app.Failure{Class: app.Input, Err: err}
		}
	}
	switches, err := farmsim.ParseSwitches(strings.Join(o.readings, ","))
	if err != nil {
		return none, &app.Failure{Class: app.Input, Err: err}
	}
	rate, err := ras.ParseRate(o.rate)
	if err != nil {
		return none, &app.Failure{Class: app.Input, Err: err}
	}
	opts := farmsim.Options{Catalog: cat, Switches: switches, Username: o.username, Latency: o.latency, Rate: -1, RefuseProperties: o.refuse}
	if opts.Disagree, err = o.disagreement(); err != nil {
		return none, &app.Failure{Class: app.Input, Err: err}
	}
	if rate.Requests > 0 {
		opts.Rate, opts.Window = rate.Requests, rate.Window
	}
	if o.passwordFile != "" {
		if opts.Password, err = app.ReadSecretFile(o.passwordFile); err != nil {
			return none, &app.Failure{Class: app.Input, Err: err}
		}
	}
	if o.verbose {
		opts.Log = func(r farmsim.Request) {
			fmt.Fprintf(c.Err, "%s %s %d\n", r.Method, render.Escape(r.Path+query(r.Query)), r.Status)
		}
	}
	switch {
	case o.empty:
	case c.Contract != nil && o.seed == "" && o.random == 0:
		// The built-in example has the names of the built-in contract.
		opts.State = farmsim.Random(cat, rand.New(rand.NewPCG(1, 1)), 4)
	case o.random != 0:
		opts.State = farmsim.Random(cat, rand.New(rand.NewPCG(o.random, 1)), 4)
	case o.seed != "":
		if opts.State, err = farmsim.LoadSeed(os.DirFS(o.seed)); err != nil {
			err = fmt.Errorf("--seed %s: %w", o.seed, err)
		}
	default:
		opts.State, err = builtinSeed()
	}
	if err != nil {
		return none, &app.Failure{Class: app.Input, Err: err}
	}
	return opts, nil
}

// disagreement is how the farm is to contradict the schemas.
func (o *simOptions) disagreement() (*farmsim.Disagreement, error) {
	d, err := farmsim.ParseDisagreement(o.disagree)
	if err != nil {
		return nil, fmt.Errorf("--disagree %w", err)
	}
	for _, text := range o.hide {
		place, err := farmsim.ParsePlace(text)
		if err != nil {
			return nil, fmt.Errorf("--hide %w", err)
		}
		d.Hide = append(d.Hide, place)
	}
	for _, text := range o.answer {
		at, err := farmsim.ParseStatusAt(text)
		if err != nil {
			return nil, fmt.Errorf("--answer %w", err)
		}
		d.Answers = append(d.Answers, at)
	}
	return d, nil
}

// alteredCatalog is a contract that differs from the built-in one by a number.
func alteredCatalog(seed uint64) (*model.Catalog, error) {
	builtIn, err := model.Load(schemas.Files)
	if err != nil {
		return nil, err
	}
	l, err := contract.Alter(builtIn, seed)
	if err != nil {
		return nil, err
	}
	return contract.Load(schemas.Files, l, contract.ForFarm)
}

func query(q string) string {
	if q == "" {
		return ""
	}
	return "?" + q
}

// builtinSeed is the farm of the examples.
func builtinSeed() (farmsim.State, error) { return farmsim.LoadSeed(examples.Seed()) }
