package policy

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"rassync/internal/model"
	"rassync/internal/selector"
)

// never are names of environment variables that hold what runs rassync or the
// pipeline around it. No policy lets a document have them.
func never() []string {
	return []string{
		"RASSYNC_*", "GITHUB_*", "ACTIONS_*", "GH_*", "CI", "CI_*", "GITLAB_*", "RUNNER_*", "SYSTEM_*", "AGENT_*", "BUILD_*", "VSTS_*", "AZP_*", "ENDPOINT_*", "JENKINS_*",
		"AWS_*", "AZURE_*", "ARM_*", "GOOGLE_*", "GCP_*", "GCLOUD_*", "CLOUDSDK_*", "VAULT_*", "SSH_*", "GIT_*", "NPM_*", "NUGET_*", "DOCKER_*", "KUBE*", "HELM_*", "TF_*", "OP_*",
		"*_TOKEN", "*_API_KEY", "*_APIKEY", "TOKEN", "BW_*", "SONAR_*", "BITBUCKET_*", "TEAMCITY_*", "PATH", "HOME", "USERPROFILE", "LD_*",
	}
}

// Never tells whether an environment variable is never revealed.
func Never(name string) bool {
	for _, pattern := range never() {
		if wild(pattern, name) {
			return true
		}
	}
	return false
}

// Denied says why a secret may not be revealed, and what would allow it.
type Denied struct {
	Why  string
	Hint string
}

func (d *Denied) Error() string { return d.Why }

// Use is a secret where an object uses it.
type Use struct {
	Address  model.Address
	Property *model.Property
	Inside   []string // labels of the entries around it
	Ref      model.SecretRef
}

// Reveal tells whether a secret may be revealed for a property: nil, or why it
// may not. Files are relative to dir.
func (p *Policy) Reveal(u Use, dir string) *Denied {
	property := plainPath(u.Property)
	proposed := model.SecretName(u.Property, u.Address, u.Inside...)
	if u.Ref.Env == "" {
		return p.revealFile(u, property, proposed, dir)
	}
	if Never(u.Ref.Env) && u.Ref.Env != proposed {
		return &Denied{Why: fmt.Sprintf("the environment variable %s is not for documents: it may hold what runs rassync or the pipeline", u.Ref.Env),
			Hint: fmt.Sprintf("put the secret into a variable of its own; %s needs no policy", proposed)}
	}
	if u.Ref.Env == proposed && !u.Property.FromFarm {
		return nil
	}
	for _, r := range p.Secrets.Allow {
		if !r.fits(u, property) {
			continue
		}
		for _, pattern := range r.Env {
			if wild(pattern, u.Ref.Env) {
				return nil
			}
		}
	}
	if u.Property.FromFarm {
		return &Denied{Why: fmt.Sprintf("the environment variable %s may not be revealed for %s of %s: no schema says that it is a secret, so only the operator can allow it", u.Ref.Env, property, u.Address),
			Hint: fmt.Sprintf("the operator allows it under secrets.allow of the policy: {kind: %s, property: %s, fromEnv: [%s]}", u.Address.Kind, property, u.Ref.Env)}
	}
	return &Denied{Why: fmt.Sprintf("the environment variable %s may not be revealed for %s of %s", u.Ref.Env, property, u.Address),
		Hint: fmt.Sprintf("call the variable %s, or have the operator allow it under secrets.allow of the policy: {kind: %s, property: %s, fromEnv: [%s]}", proposed, u.Address.Kind, property, u.Ref.Env)}
}

func (r *SecretRule) fits(u Use, property string) bool {
	return r.Kind == u.Address.Kind && r.Property == property && (r.Name == nil || r.Name.Match(u.Address.Name))
}

func (p *Policy) revealFile(u Use, property, proposed, dir string) *Denied {
	line := fmt.Sprintf("call it %s and give it by the environment, or have the operator name the folder of secrets in the policy: secrets: {folder: /run/secrets}", proposed)
	if p.Secrets.Folder == "" {
		return &Denied{Why: fmt.Sprintf("no file may be revealed for %s of %s: there is no policy that names a folder of secrets", property, u.Address), Hint: line}
	}
	below, err := p.below(u.Ref.File, dir)
	if err != nil {
		return &Denied{Why: fmt.Sprintf("the file %s may not be revealed for %s of %s: %v", u.Ref.File, property, u.Address, err), Hint: "the policy " + p.File + " names the folder " + p.Secrets.Folder}
	}
	named := false
	for _, r := range p.Secrets.Allow {
		if !r.fits(u, property) || len(r.Files) == 0 {
			continue
		}
		named = true
		for _, g := range r.Files {
			if g.Match(below) {
				return nil
			}
		}
	}
	if u.Property.FromFarm && !named {
		return &Denied{Why: fmt.Sprintf("the file %s may not be revealed for %s of %s: no schema says that it is a secret, so only the operator can allow it", u.Ref.File, property, u.Address),
			Hint: fmt.Sprintf("the operator allows it under secrets.allow of the policy %s: {kind: %s, property: %s, fromFile: [%s]}", p.File, u.Address.Kind, property, below)}
	}
	if named {
		return &Denied{Why: fmt.Sprintf("the file %s may not be revealed for %s of %s", u.Ref.File, property, u.Address), Hint: "secrets.allow of the policy " + p.File + " lists the files of this property"}
	}
	return nil
}

// RevealRef is the part of Reveal that needs no property: what no property may
// have.
func (p *Policy) RevealRef(ref model.SecretRef, dir string) error {
	switch {
	case ref.Env != "":
		if Never(ref.Env) && !strings.HasPrefix(ref.Env, "RAS_") && !strings.HasPrefix(ref.Env, "MFA_") {
			return &Denied{Why: fmt.Sprintf("the environment variable %s is not for documents", ref.Env)}
		}
	case p.Secrets.Folder == "":
		return &Denied{Why: "no policy names a folder of secrets"}
	default:
		_, err := p.below(ref.File, dir)
		return err
	}
	return nil
}

// below is the path of a file below the folder of secrets. Links are followed
// on both sides, so that none leads out.
func (p *Policy) below(file, dir string) (string, error) {
	name := filepath.FromSlash(file)
	if !filepath.IsAbs(name) {
		name = filepath.Join(dir, name)
	}
	name, err := filepath.Abs(name)
	if err != nil {
		return "", err
	}
	folder := p.Secrets.Folder
	if real, err := filepath.EvalSymlinks(folder); err == nil {
		folder = real
	}
	if real, err := filepath.EvalSymlinks(name); err == nil {
		name = real
	}
	rel, err := filepath.Rel(folder, name)
	if err != nil || rel == "." || !filepath.IsLocal(rel) {
		return "", fmt.Errorf("it does not lie below the folder of secrets")
	}
	if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() {
		return "", fmt.Errorf("it is no ordinary file")
	}
	return filepath.ToSlash(rel), nil
}

// plainPath is the path of a property without the marks of lists.
func plainPath(p *model.Property) string { return strings.ReplaceAll(p.Path(), "[]", "") }

func globs(list []string) ([]*selector.Glob, error) {
	var out []*selector.Glob
	for _, text := range list {
		g, err := selector.ParseGlob(text)
		if err != nil {
			return nil, err
		}
		out = append(out, &g)
	}
	return out, nil
}
