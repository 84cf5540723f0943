package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"rassync/internal/app"
	"rassync/internal/guard"
	"rassync/internal/model"
	"rassync/internal/ras"
	"rassync/internal/selector"
)

// formatFlag is a --format that takes one of a few words.
type formatFlag struct {
	allowed []string
	value   string
}

func (f *formatFlag) String() string { return f.value }

// Set takes one of the words.
func (f *formatFlag) Set(s string) error {
	if !slices.Contains(f.allowed, s) {
		return fmt.Errorf("it is %s", strings.Join(f.allowed, " or "))
	}
	f.value = s
	return nil
}

// Type names the kind of value in the help.
func (f *formatFlag) Type() string { return strings.Join(f.allowed, "|") }

// addFormat adds --format; the first word is the default.
func addFormat(cmd *cobra.Command, allowed ...string) *formatFlag {
	f := &formatFlag{allowed: allowed, value: allowed[0]}
	cmd.Flags().Var(f, "format", "output format: "+strings.Join(allowed, ", "))
	complete(cmd, "format", allowed)
	return f
}

func complete(cmd *cobra.Command, flag string, words []string) {
	// The error is about flags that do not exist.
	_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp))
}

// addConnection adds the flags that say how to reach a farm.
func addConnection(cmd *cobra.Command, c *app.Connection) {
	f := cmd.Flags()
	f.StringVar(&c.URL, "farm", "", "address of the farm's REST API, https://host:20443 (or "+app.EnvFarm+", or farm.url in rassync.yaml)")
	f.StringVar(&c.Username, "username", "", "RAS administrator account (or "+app.EnvUsername+")")
	f.StringVar(&c.PasswordFile, "password-file", "", "file that holds the password (or "+app.EnvPassword+", or a question on the terminal)")
	f.StringVar(&c.CAFile, "ca-file", "", "PEM file of the certificate authority to trust (or "+app.EnvCAFile+")")
	f.StringVar(&c.Fingerprint, "fingerprint", "", "SHA-256 of the farm's certificate to pin (or "+app.EnvFingerprint+")")
	f.BoolVar(&c.Insecure, "insecure", false, "do not check the farm's certificate: anybody in between can read the password")
	f.BoolVar(&c.TrustFarm, "trust-farm", false, "send credentials to the farm that rassync.yaml names although nobody has confirmed it on this machine")
	f.StringVar(&c.Rate, "rate", "", "maximum `requests` per interval, or off (or "+app.EnvRate+"; default "+app.DefaultRate+": a v21 farm serves 50/10s to all its clients together, and 10 of them are left to the management portal; four fifths of another limit that the farm names; off for farms before v21)")
	f.IntVar(&c.Parallel, "parallel", ras.DefaultParallel, "most requests under way at a time")
	f.DurationVar(&c.Timeout, "timeout", ras.DefaultTimeout, "longest wait for one answer")
}

// selectionFlags are --only and --except.
type selectionFlags struct{ only, except []string }

func addSelection(cmd *cobra.Command, c *call, s *selectionFlags) {
	f, cat := cmd.Flags(), c.Catalog
	f.StringArrayVar(&s.only, "only", nil, "only objects matching this selector; may be repeated")
	f.StringArrayVar(&s.except, "except", nil, "exclude objects matching this selector; may be repeated")
	words := append(cat.Names(), "site:", "kind:", "name:")
	for _, name := range cat.Names() {
		words = append(words, "kind:"+name)
	}
	// The error is about flags that do not exist.
	for _, flag := range []string{"only", "except"} {
		_ = cmd.RegisterFlagCompletionFunc(flag, completeSelector(c, words))
	}
}

// completeSelector completes kinds, and behind a slash the declared objects.
func completeSelector(c *call, words []string) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, begin string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if !strings.Contains(begin, "/") {
			return words, cobra.ShellCompDirectiveNoFileComp
		}
		declared := declaredAddresses(c, folderArg(args))
		if first, _, _ := strings.Cut(begin, "/"); c.Catalog.Kind(first) != nil {
			declared = withoutSites(c, declared) // Kind/name picks in every site
		}
		return declared, cobra.ShellCompDirectiveNoFileComp
	}
}

// withoutSites writes addresses as Kind/name, each once.
func withoutSites(c *call, list []cobra.Completion) []cobra.Completion {
	var out []cobra.Completion
	seen := map[string]bool{}
	for _, text := range list {
		addr, err := c.Catalog.ParseAddress(text)
		if err != nil || addr.Name == "" {
			continue
		}
		addr.Site = ""
		if short := addr.Kind + "/" + addr.Name; !seen[short] {
			seen[short] = true
			out = append(out, short)
		}
	}
	return out
}

// words are the flags as they were given, "" where all is selected.
func (s *selectionFlags) words() string {
	var out []string
	for _, text := range s.only {
		out = append(out, "--only "+text)
	}
	for _, text := range s.except {
		out = append(out, "--except "+text)
	}
	return strings.Join(out, " ")
}

func (s *selectionFlags) parse(cat *model.Catalog) (selector.Set, error) {
	set, err := selector.ParseSet(s.only, s.except, cat)
	if err != nil {
		hint := "* stands for anything without a slash, ** for anything"
		if forms := "write Kind, Kind/name, Site/Kind/name, site:NAME, kind:NAME or name:NAME"; !strings.Contains(err.Error(), forms) {
			hint = forms + "; " + hint
		}
		return set, &app.Failure{Class: app.Input, Err: err, Hint: hint}
	}
	return set, nil
}

// addAllowance adds the flags that let one plan pass a limit.
func addAllowance(cmd *cobra.Command, c *call, a *guard.Allowance) {
	f := cmd.Flags()
	f.StringArrayVar(&c.Operator.Labels, "label", nil, "label of the change, such as one of its pull request, that rules ask for; may be repeated (or "+app.EnvLabels+", separated by commas)")
	f.StringVar(&c.Operator.Override, "override-window", "", "apply outside the change windows: the `REASON` is kept in the history")
	f.StringVar(&a.Deletes, "allow-deletes", "", "let one plan pass the limit on deletes: `N@DIGEST`, as its refusal prints it")
	f.StringVar(&a.Updates, "allow-updates", "", "let one plan pass the limit on updates: `N@DIGEST`, as its refusal prints it")
	f.StringVar(&a.Lockout, "allow-lockout", "", "let one plan lock rassync out of the farm: `DIGEST`, as its refusal prints it")
	f.StringVar(&a.SecretMove, "allow-secret-move", "", "let one plan send passwords or secrets to a new place: `DIGEST`, as its refusal prints it")
	f.StringVar(&a.Trust, "allow-trust-change", "", "let one plan change who or what is trusted: `DIGEST`, as its refusal prints it")
	cmd.PreRunE = func(*cobra.Command, []string) error { return a.Check() }
}

func addOverlay(cmd *cobra.Command, overlay *string) {
	cmd.Flags().StringVar(overlay, "overlay", "", "overlay of rassync.yaml to lay over the documents")
}

// defaultLockWait gives somebody who is about to close a dialog the time to.
const defaultLockWait = 30 * time.Second

// writeFlags are those of the commands that write to a farm.
type writeFlags struct {
	dryRun      bool
	yes         bool
	stageOnly   bool
	allowStaged bool
	foreign     *formatFlag
	lockTimeout time.Duration
	lockWait    time.Duration
	allow       guard.Allowance
}

func addWrite(cmd *cobra.Command, c *call, w *writeFlags) {
	f := cmd.Flags()
	f.BoolVar(&w.dryRun, "dry-run", false, "show what would change without writing")
	f.BoolVarP(&w.yes, "yes", "y", false, "do not ask before writing")
	f.BoolVar(&w.stageOnly, "stage-only", false, "leave the changes on the farm to be activated in the console")
	f.BoolVar(&w.allowStaged, "allow-staged", false, "activate changes of other administrators that wait on the farm along with this run's")
	w.foreign = &formatFlag{allowed: []string{"stop", "activate"}, value: "stop"}
	f.Var(w.foreign, "foreign-staged", "what to do with changes that other administrators stage while the run is under way: stop before activating, or activate them too")
	complete(cmd, "foreign-staged", w.foreign.allowed)
	f.DurationVar(&w.lockTimeout, "lock-timeout", 0, "how long to wait for another run in this workspace to end")
	f.DurationVar(&w.lockWait, "lock-wait", defaultLockWait, "how long to wait for an object that another administrator holds; 0: not at all")
	addAllowance(cmd, c, &w.allow)
}

// check refuses before a farm is asked what would be refused after it was read.
func (w *writeFlags) check(c *call) error {
	if w.dryRun {
		return nil
	}
	return c.CanConfirm(w.yes)
}

// addOnError adds the flag that says what a failed change leads to.
func addOnError(cmd *cobra.Command) *formatFlag {
	onError := &formatFlag{allowed: []string{"continue", "stop", "rollback"}, value: "continue"}
	cmd.Flags().Var(onError, "on-error", "what to do when the farm refuses a change: continue with those that do not depend on it, stop, or take everything back at once")
	complete(cmd, "on-error", onError.allowed)
	return onError
}

// folderArg is the DIR of a command.
func folderArg(args []string) string {
	if len(args) > 0 {
		return args[0]
	}
	return "."
}

// checkLimit refuses what no --max-bytes can mean.
func checkLimit(n int) error {
	if n < 0 {
		return app.Failf(app.Input, "--max-bytes %d: it is a number of bytes, or 0 for no limit", n)
	}
	return nil
}
