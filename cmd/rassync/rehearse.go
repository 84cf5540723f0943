package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"rassync/internal/app"
	"rassync/internal/farmsim"
	"rassync/internal/policy"
	"rassync/internal/ras"
	"rassync/internal/render"
	"rassync/internal/wholefile"
)

func newRehearse(c *call) *cobra.Command {
	var overlay string
	cmd := &cobra.Command{
		Use:   "rehearse [DIR]",
		Short: "Rebuild the farm from DIR on a simulated farm, as a drill",
		Long: `Rehearse builds a farm from the documents of DIR on an empty simulated farm on this machine, as after the loss of the
real one. It names what a person would have to do, says what did not come back, and reckons requests and time. It
connects to nothing, reveals no secret, and leaves DIR as it is.

The simulated farm knows what is known of the API. What a real farm would do beyond that, only a real farm can show:
see "The farm is gone" in the manual.

It ends with 1 if something that is declared did not come back.`,
		Example: `  rassync rehearse farm
  rassync rehearse C:\RasBackup --format json --output drill.json`,
		Args: cobra.MaximumNArgs(1),
	}
	addOverlay(cmd, &overlay)
	format := addFormat(cmd, "text", "json")
	cmd.RunE = c.begin(format, func(ctx context.Context, args []string) error {
		f, err := c.loaded(folderArg(args), overlay)
		if err != nil {
			return err
		}
		r := &rehearsal{call: c, folder: f, overlay: overlay}
		doc, err := r.run(ctx)
		if err != nil {
			return err
		}
		if err := doc.show(c, format.value); err != nil {
			return err
		}
		if !doc.Rebuilt {
			return app.Failf(app.Failed, "%s did not come back as declared", plural(len(doc.Missing), "object or value", "objects and values")).
				With("what the report lists would have to be put right by hand")
		}
		return nil
	})
	return cmd
}

// rehearsalDocument is what a rehearsal found.
type rehearsalDocument struct {
	FormatVersion string       `json:"formatVersion"`
	Rebuilt       bool         `json:"rebuilt"`
	Objects       int          `json:"objects"`
	Changes       int          `json:"changes"`
	Requests      int          `json:"requests"`
	Writes        int          `json:"writes"`
	Time          string       `json:"time"` // at the default rate
	Seconds       int          `json:"seconds"`
	ByHand        []byHandStep `json:"byHand"`
	Missing       []string     `json:"missing"`
}

// byHandStep is something that a person has to do.
type byHandStep struct {
	Step    string   `json:"step"`
	Objects []string `json:"objects"`
}

func (d *rehearsalDocument) show(c *call, format string) error {
	if format == "json" {
		return render.JSON(c.Out, d)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Rebuilt %s with %s.\n", plural(d.Objects, "object", "objects"), plural(d.Changes, "change", "changes"))
	fmt.Fprintf(&b, "%s (%d writes); at %s they take %s.\n", plural(d.Requests, "request", "requests"), d.Writes, app.DefaultRate, d.Time)
	if len(d.ByHand) > 0 {
		b.WriteString("\nBy hand:\n")
		for i, s := range d.ByHand {
			fmt.Fprintf(&b, "%3d. %s\n", i+1, render.Escape(s.Step))
			for _, o := range s.Objects {
				fmt.Fprintf(&b, "       %s\n", render.Escape(o))
			}
		}
	}
	if len(d.Missing) > 0 {
		b.WriteString("\nDid not come back:\n")
		for _, m := range d.Missing {
			fmt.Fprintf(&b, "  %s\n", render.Escape(m))
		}
	} else {
		b.WriteString("\nA plan of the rebuilt farm is empty: everything that is declared came back.\n")
	}
	_, err := c.Out.Write([]byte(b.String()))
	return err
}

// rehearsal is one drill.
type rehearsal struct {
	*call
	folder  *app.Folder
	overlay string
	dir     string // of everything
	work    string // the copy of the workspace
	vars    map[string]string
	doc     rehearsalDocument
}

func (r *rehearsal) run(ctx context.Context) (*rehearsalDocument, error) {
	dir, err := os.MkdirTemp("", "rassync-rehearse-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	r.dir, r.work = dir, filepath.Join(dir, "farm")
	r.doc = rehearsalDocument{FormatVersion: "1", Objects: len(r.folder.Objects()), ByHand: []byHandStep{}, Missing: []string{}}
	if err := r.copyDocuments(); err != nil {
		return nil, err
	}
	if err := r.secretSteps(); err != nil {
		return nil, err
	}
	farm, err := farmsim.New(farmsim.Options{Catalog: r.Catalog, Rate: -1, FarmGUID: r.folder.Farm.GUID})
	if err != nil {
		return nil, err
	}
	server, err := farm.Start(ctx, "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	defer server.Close()
	for name, value := range map[string]string{app.EnvFarm: server.URL, app.EnvFingerprint: server.Fingerprint, app.EnvUsername: farmsim.DefaultUsername, app.EnvPassword: farmsim.DefaultPassword, app.EnvCAFile: ""} {
		r.vars[name] = value
	}
	if err := r.rebuild(ctx); err != nil {
		return nil, err
	}
	r.doc.Requests, r.doc.Writes = farm.Count(""), farm.Writes()
	if err := r.compare(ctx); err != nil {
		return nil, err
	}
	rate, err := ras.ParseRate(app.DefaultRate)
	if err != nil {
		return nil, err
	}
	took := rate.TimeFor(r.doc.Requests)
	r.doc.Time, r.doc.Seconds = "about "+took.Round(time.Minute).String(), int(took.Seconds())
	if took < 2*time.Minute {
		r.doc.Time = "about " + took.String()
	}
	r.doc.Rebuilt = len(r.doc.Missing) == 0
	return &r.doc, nil
}

// copyDocuments copies the workspace without what is private. Where an export
// cannot know how an object is made, the first way is written into the copy,
// and told.
func (r *rehearsal) copyDocuments() error {
	var chosen []string
	if err := os.MkdirAll(r.work, 0o700); err != nil {
		return err
	}
	err := filepath.WalkDir(r.folder.Dir, func(p string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(r.folder.Dir, p)
		if err != nil || rel == "." {
			return err
		}
		if strings.HasPrefix(d.Name(), ".") {
			if d.IsDir() {
				return filepath.SkipDir
			}
			return nil
		}
		to := filepath.Join(r.work, rel)
		if d.IsDir() {
			return os.MkdirAll(to, 0o700)
		}
		if !d.Type().IsRegular() {
			return nil
		}
		data, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		if ext := strings.ToLower(filepath.Ext(p)); ext == ".yaml" || ext == ".yml" {
			data = fromFile.ReplaceAll(data, []byte("fromEnv: "+drillSecret))
			data, chosen = r.chooseCreates(data, chosen)
		}
		return wholefile.Write(to, data, wholefile.Options{})
	})
	if len(chosen) > 0 {
		r.doc.ByHand = append(r.doc.ByHand, byHandStep{"Say in the document how the object is made: no farm shows it, and the drill took the first way.", chosen})
	}
	return err
}

// drillSecret is the variable that stands for every secret out of a file.
const drillSecret = "RAS_DRILL_SECRET"

var (
	fromFile = regexp.MustCompile(`fromFile:[ ]*[^}\n#]*[^}\n# ]`)
	kindLine = regexp.MustCompile(`(?m)^kind: ([A-Za-z]+)[ ]*$`)
	nameLine = regexp.MustCompile(`(?m)^name: (.+)$`)
	specLine = []byte("\nspec:\n")
)

// chooseCreates writes the first way to make an object into the documents that
// need to name one.
func (r *rehearsal) chooseCreates(data []byte, chosen []string) ([]byte, []string) {
	docs := bytes.Split(data, []byte("\n---\n"))
	for i, doc := range docs {
		m := kindLine.FindSubmatch(doc)
		if m == nil || r.Catalog.Kind(string(m[1])) == nil {
			continue
		}
		k := r.Catalog.Kind(string(m[1]))
		by := k.Chooser()
		if by == nil || bytes.Contains(doc, []byte("\n  "+by.Name+":")) {
			continue
		}
		name := ""
		if n := nameLine.FindSubmatch(doc); n != nil {
			name = "/" + string(n[1])
		}
		chosen = append(chosen, fmt.Sprintf("%s%s %s: %s", k.Name, name, by.Name, by.Description))
		docs[i] = bytes.Replace(doc, specLine, []byte(fmt.Sprintf("\nspec:\n  %s: %s\n", by.Name, k.CreateCalls()[0].Value)), 1)
	}
	return bytes.Join(docs, []byte("\n---\n")), chosen
}

// secretSteps lists the secrets that have to be at hand, and gives each a
// value for the drill.
func (r *rehearsal) secretSteps() error {
	r.vars = map[string]string{drillSecret: "drill"}
	var here, missing []string
	secrets := app.DeclaredSecrets(r.folder.Objects())
	if err := r.writePolicy(secrets); err != nil {
		return err
	}
	for _, s := range secrets {
		line := s.Ref.Env
		known := false
		if s.Ref.Env != "" {
			r.vars[s.Ref.Env] = "drill"
			known = r.Getenv(s.Ref.Env) != ""
		} else {
			line = s.Ref.File
			info, err := os.Stat(s.Ref.Abs)
			known = err == nil && info.Mode().IsRegular()
		}
		line += " (" + strings.Join(s.Objects, ", ") + ")"
		if known {
			here = append(here, line)
		} else {
			missing = append(missing, line)
		}
	}
	if len(missing) > 0 {
		r.doc.ByHand = append(r.doc.ByHand, byHandStep{"Have these secrets at hand, as the variables or files that the documents name: no farm and no export holds them.", missing})
	}
	if len(here) > 0 {
		r.doc.ByHand = append(r.doc.ByHand, byHandStep{"Keep these secrets where they are found now.", here})
	}
	return nil
}

// writePolicy allows the documents the secrets that they name, as the operator
// of the real farm has to: the drill has values for them that are none.
func (r *rehearsal) writePolicy(secrets []app.DeclaredSecret) error {
	type rule struct {
		Kind     string   `json:"kind"`
		Property string   `json:"property"`
		FromEnv  []string `json:"fromEnv"`
	}
	allow := []rule{}
	for _, s := range secrets {
		name := s.Ref.Env
		if name == "" {
			name = drillSecret
		}
		if policy.Never(name) {
			continue // allowed where it is proposed, and never elsewhere
		}
		for _, u := range s.Uses {
			allow = append(allow, rule{u.Kind, u.Property, []string{name}})
		}
	}
	data, err := json.Marshal(map[string]any{"secrets": map[string]any{"allow": allow}}) // JSON is YAML
	if err != nil {
		return err
	}
	file := filepath.Join(r.dir, "policy.yaml")
	r.vars[app.EnvPolicy] = file
	return wholefile.Write(file, data, wholefile.Options{})
}

// command carries out a command as if it had been typed, away from the
// operator's own settings, which are about the real farm.
func (r *rehearsal) command(ctx context.Context, args ...string) (code int, out, errs string) {
	var stdout, stderr strings.Builder
	env := *r.Env
	env.Out, env.Err = &stdout, &stderr
	env.InTerminal, env.OutTerminal, env.ErrTerminal, env.ReadSecret = false, false, false, nil
	env.ConfigDir = filepath.Join(r.dir, "config")
	env.LookupEnv = func(name string) (string, bool) {
		v, ours := r.vars[name]
		return v, ours && v != ""
	}
	if r.overlay != "" {
		args = append(args, "--overlay", r.overlay)
	}
	code = run(ctx, &env, append(args, "--quiet"))
	return code, stdout.String(), stderr.String()
}

var allowance = regexp.MustCompile(`--allow-([a-z-]+) ([0-9A-Za-z@]+)`)

// rebuild applies everything to the empty farm. A new farm has no one who could
// be locked out, so what its plan needs to be allowed is allowed.
func (r *rehearsal) rebuild(ctx context.Context) error {
	args := []string{"apply", r.work, "--rate", "off", "--yes", "--format", "json"}
	allowed := 0
	for {
		code, out, errs := r.command(ctx, args...)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		more := allowance.FindAllStringSubmatch(errs, -1)
		if code == app.Refused.Outcome().Code && len(more) > 0 && allowed < 3 {
			for _, m := range more {
				args = append(args, "--allow-"+m[1], m[2])
			}
			allowed++
			continue
		}
		if code == app.Input.Outcome().Code || code == app.Refused.Outcome().Code || code == app.Auth.Outcome().Code {
			return &app.Failure{Class: app.Failed, Err: fmt.Errorf("the documents cannot be applied to an empty farm:\n%s", strings.TrimSpace(errs)), Hint: "put right what is named here, then rehearse again"}
		}
		return r.applied(out)
	}
}

// applied reads the result of the run.
func (r *rehearsal) applied(out string) error {
	var result struct {
		Done         int
		Failed       *struct{ Address, Error string }
		Refused      []struct{ Address, Error string }
		NotConverged []struct{ Address, Path string }
		Plan         struct {
			Unwritable []struct{ Address, Path, Why string }
			NotShown   []struct{ Address, Path, Why string }
		}
	}
	if err := json.Unmarshal([]byte(out), &result); err != nil {
		return fmt.Errorf("the result of the run cannot be read: %w", err)
	}
	r.doc.Changes = result.Done
	var console []string
	for _, u := range result.Plan.Unwritable {
		console = append(console, fmt.Sprintf("%s %s: %s", u.Address, u.Path, u.Why))
	}
	if len(console) > 0 {
		r.doc.ByHand = append(r.doc.ByHand, byHandStep{"Set these in the console: no known call writes them.", console})
	}
	if f := result.Failed; f != nil {
		r.doc.Missing = append(r.doc.Missing, f.Address+": "+f.Error)
	}
	for _, f := range result.Refused {
		r.doc.Missing = append(r.doc.Missing, f.Address+": "+f.Error)
	}
	for _, d := range result.NotConverged {
		r.doc.Missing = append(r.doc.Missing, d.Address+" "+d.Path+": it reads back otherwise")
	}
	return nil
}

// compare plans the rebuilt farm: what is still to be done did not come back.
func (r *rehearsal) compare(ctx context.Context) error {
	code, out, errs := r.command(ctx, "plan", r.work, "--rate", "off", "--format", "json")
	if code != 0 {
		return fmt.Errorf("the rebuilt farm cannot be compared: %s", strings.TrimSpace(errs))
	}
	var p struct {
		Changes []struct{ Address, Action string }
	}
	if err := json.Unmarshal([]byte(out), &p); err != nil {
		return fmt.Errorf("the plan of the rebuilt farm cannot be read: %w", err)
	}
	for _, ch := range p.Changes {
		line := ch.Address + ": would be changed again (" + ch.Action + ")"
		if !slices.ContainsFunc(r.doc.Missing, func(m string) bool { return strings.HasPrefix(m, ch.Address+":") }) {
			r.doc.Missing = append(r.doc.Missing, line)
		}
	}
	return nil
}
