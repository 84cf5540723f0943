package app

import (
	"os"

	"rassync/internal/model"
	"rassync/internal/policy"
	"rassync/internal/runs"
	"rassync/internal/workspace"
)

// Folder is a workspace on disk.
type Folder struct {
	Dir    string
	Config *workspace.Config
	Farm   workspace.Farm // what the committed file says of the farm
	// Policy is what the operator allows; nil where it was not read.
	Policy *policy.Policy
	// Workspace is nil where only the configuration was read.
	Workspace *workspace.Workspace
	// Warnings are what was found that is no error.
	Warnings model.Diagnostics
	// Base is the folder or snapshot that the operator names as what the
	// documents were before, for a plan file that was made with one.
	Base string
}

// Objects are the declared objects.
func (f *Folder) Objects() []*model.Object {
	return f.those(func(o *model.Object) bool { return !o.Goes() })
}

// Going are the documents that only say of their object that it may be
// deleted.
func (f *Folder) Going() []*model.Object { return f.those((*model.Object).Goes) }

func (f *Folder) those(fits func(*model.Object) bool) []*model.Object {
	var out []*model.Object
	if f.Workspace == nil {
		return nil
	}
	for _, o := range f.Workspace.Objects {
		if fits(o) {
			out = append(out, o)
		}
	}
	return out
}

// Load reads and checks the workspace in dir; the failure holds everything
// that is wrong with it.
func (a *App) Load(dir, overlay string) (*Folder, error) { return a.load(dir, overlay, false) }

// load is Load; ownSites leaves sites the names of the documents, whatever an
// overlay calls them.
func (a *App) load(dir, overlay string, ownSites bool) (*Folder, error) {
	ws, ds := workspace.Load(dir, a.Catalog, workspace.LoadOptions{Overlay: overlay, OwnSites: ownSites})
	if err := Invalid(ds); err != nil {
		return nil, err
	}
	gaps, err := workspace.ReadGaps(dir)
	if err != nil {
		return nil, &Failure{Class: Input, Err: err}
	}
	gaps.Mark(ws.Objects)
	anchorSecrets(ws.Objects)
	p, err := a.Policy(dir)
	if err != nil {
		return nil, err
	}
	return &Folder{Policy: p, Dir: dir, Config: ws.Config, Farm: ws.Config.FarmOf(overlay), Workspace: ws, Warnings: ds}, nil
}

// Read is Load for those who want to see faulty input too.
func (a *App) Read(dir, overlay string) (*workspace.Workspace, model.Diagnostics) {
	return workspace.Load(dir, a.Catalog, workspace.LoadOptions{Overlay: overlay})
}

// Configured reads rassync.yaml of dir alone; a folder that is not there yet
// has the defaults.
func (a *App) Configured(dir, overlay string) (*Folder, error) {
	if _, err := os.Stat(dir); os.IsNotExist(err) {
		p, err := a.Policy(dir)
		return &Folder{Dir: dir, Config: workspace.DefaultConfig(), Policy: p}, err
	}
	c, ds := workspace.LoadConfig(dir, a.Catalog)
	if err := Invalid(ds); err != nil {
		return nil, err
	}
	if overlay != "" && c.Overlay(overlay) == nil {
		return nil, Failf(Input, "there is no overlay %q in %s", overlay, workspace.ConfigFile)
	}
	p, err := a.Policy(dir)
	return &Folder{Dir: dir, Config: c, Farm: c.FarmOf(overlay), Policy: p, Warnings: ds}, err
}

// sent opens the memory of what cannot be read back.
func (a *App) sent(f *Folder, guid string) (*runs.Sent, error) {
	return f.Store().Sent(guid, a.Reveal(f))
}
