package app

import (
	"fmt"
	"path"
	"path/filepath"
	"sort"

	"rassync/internal/guard"
	"rassync/internal/model"
	"rassync/internal/plan"
)

// Reveal gives the value of a secret, as far as any property may have it.
// Files are relative to the workspace.
func (a *App) Reveal(f *Folder) func(model.SecretRef) (string, error) {
	return func(ref model.SecretRef) (string, error) {
		if err := f.policy().RevealRef(ref, f.Dir); err != nil {
			return "", err
		}
		switch {
		case ref.Env != "":
			if v := a.Getenv(ref.Env); v != "" {
				return v, nil
			}
			return "", fmt.Errorf("the environment variable %s is not set", ref.Env)
		case ref.File != "":
			file := filepath.FromSlash(ref.File)
			if !filepath.IsAbs(file) {
				file = filepath.Join(f.Dir, file)
			}
			v, err := ReadSecretFile(file)
			if err == nil && v == "" {
				err = fmt.Errorf("the file %s is empty", ref.File)
			}
			return v, err
		}
		return "", fmt.Errorf("a secret needs fromEnv or fromFile")
	}
}

// revealOnly is Reveal for what a plan says that it sends, and for nothing
// else.
func (a *App) revealOnly(f *Folder, p *plan.Plan) func(model.SecretRef) (string, error) {
	sent := map[model.SecretRef]bool{}
	for i := range p.Changes {
		c := &p.Changes[i]
		for _, u := range plan.Secrets(a.Catalog.Kind(c.Kind), c) {
			sent[u.Ref()] = true
		}
	}
	reveal := a.Reveal(f)
	return func(ref model.SecretRef) (string, error) {
		if !sent[model.SecretRef{Env: ref.Env, File: ref.File}] {
			return "", fmt.Errorf("the plan does not say that it sends the secret %s", ref)
		}
		return reveal(ref)
	}
}

// secretsRefused checks of a plan that is not judged anew, because it takes back
// what was just approved, that its secrets may be revealed.
func (a *App) secretsRefused(s *Session, f *Folder, p *plan.Plan) error {
	if list := guard.Secrets(p, a.guard(s, f, guard.Allowance{})); len(list) > 0 {
		return refused(list)
	}
	return nil
}

// anchorSecrets makes the paths of secret files relative to the workspace:
// in a document they are relative to the document's own folder, which plans
// and journals do not know.
func anchorSecrets(objects []*model.Object) {
	for _, o := range objects {
		folder := path.Dir(o.Source.File)
		if o.Spec != nil && folder != "." && folder != "" {
			o.Spec, _ = anchored(o.Spec, folder).(map[string]any)
		}
	}
}

func anchored(v any, folder string) any {
	switch v := v.(type) {
	case map[string]any:
		for name, e := range v {
			v[name] = anchored(e, folder)
		}
	case []any:
		for i, e := range v {
			v[i] = anchored(e, folder)
		}
	case model.SecretRef:
		if v.File != "" && !path.IsAbs(v.File) && !filepath.IsAbs(v.File) {
			v.File = path.Join(folder, filepath.ToSlash(v.File))
		}
		return v
	}
	return v
}

// secretsOf collects the secrets that a value refers to.
func secretsOf(v any, out []model.SecretRef) []model.SecretRef {
	switch v := v.(type) {
	case map[string]any:
		names := make([]string, 0, len(v))
		for name := range v {
			names = append(names, name)
		}
		sort.Strings(names)
		if len(names) == 1 { // a field of a plan file is plain JSON
			text, _ := v[names[0]].(string)
			switch {
			case names[0] == "fromEnv" && text != "":
				return append(out, model.SecretRef{Env: text})
			case names[0] == "fromFile" && text != "":
				return append(out, model.SecretRef{File: text})
			}
		}
		for _, name := range names {
			out = secretsOf(v[name], out)
		}
	case []any:
		for _, e := range v {
			out = secretsOf(e, out)
		}
	case model.SecretRef:
		out = append(out, v)
	}
	return out
}

// checkSecrets looks for every secret that the plan sends, so that none is
// found missing when half of the plan is done.
func (a *App) checkSecrets(p *plan.Plan, reveal func(model.SecretRef) (string, error)) error {
	var ds model.Diagnostics
	for i := range p.Changes {
		c := &p.Changes[i]
		var refs []model.SecretRef
		switch c.Action {
		case plan.Create, plan.Replace:
			if c.Desired != nil {
				refs = secretsOf(c.Desired.Spec, nil)
			}
		case plan.Update:
			for _, f := range c.Fields {
				refs = secretsOf(f.After, refs)
			}
		case plan.Delete, plan.Reorder: // neither sends one
		}
		for _, ref := range refs {
			if _, err := reveal(ref); err != nil {
				d := model.Diagnostic{Severity: model.Error, Address: c.Address, Summary: "a secret is missing: " + err.Error(), Hint: "supply it; nothing was written to the farm"}
				if c.Source != nil {
					d.Source = model.Source{File: c.Source.File, Line: c.Source.Line, Col: 1}
				}
				ds = append(ds, d)
			}
		}
	}
	return Invalid(ds)
}
