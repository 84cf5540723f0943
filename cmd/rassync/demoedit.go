package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"rassync/internal/model"
	"rassync/internal/workspace"
)

// edit is a change to the files, as a person would make it in an editor.
type edit struct {
	what  string
	lines []string // what to show of it
	do    func() error
}

// demoEdits are the edits of the demo. changed is the farm's name of the
// application that is edited.
type demoEdits struct {
	list    []*edit
	changed string
	address string
}

// chooseEdits looks into the export for what the edits need: it makes no
// difference which farm the demo runs on.
func (d *demo) chooseEdits() (*demoEdits, error) {
	ws, ds := d.Read(d.work, "")
	if ds.Failed() {
		return nil, errors.New("the export is not valid")
	}
	var app, withRule *model.Object
	for _, o := range ws.Objects {
		if o.Address.Kind != "PubRDSApp" {
			continue
		}
		rules, _ := o.Spec["rules"].([]any)
		groups, _ := o.Spec["publishFromGroup"].([]any)
		_, described := o.Spec["description"].(string)
		switch {
		case app == nil && described && (len(groups) > 0 || anyPool(ws) != ""):
			app = o
		case withRule == nil && len(rules) > 0:
			withRule = o
		}
	}
	if app == nil || withRule == nil {
		return nil, errors.New("the farm has no two applications to edit")
	}
	pool := anyPool(ws)
	if groups, _ := app.Spec["publishFromGroup"].([]any); len(groups) > 0 {
		pool, _ = groups[0].(string)
	}
	if pool == "" {
		return nil, errors.New("the farm has no host pool")
	}
	host := d.fileOf(ws, "RDSHost", app.Address.Site)
	if host == "" {
		return nil, errors.New("the farm has no host")
	}
	folder, name := model.ParentPath(app.Address.Name)
	fresh := "Demo editor"
	if folder != "" {
		fresh = folder + "/" + fresh
	}
	q := func(s string) string { return fmt.Sprintf("%q", s) }
	newHost := []string{"kind: RDSHost", "site: " + q(app.Address.Site), "name: demo-host.example.com", "spec:", "  enabled: true", "  description: made by the demo", "  hostPool: " + q(pool)}
	newApp := []string{"kind: PubRDSApp", "site: " + q(app.Address.Site), "name: " + q(fresh), "spec:", "  enabledMode: Enabled", `  target: C:\Windows\System32\notepad.exe`,
		"  publishFrom: HostPool", "  publishFromGroup: [" + q(pool) + "]"}
	return &demoEdits{changed: name, address: app.Address.String(), list: []*edit{
		d.setText(ws, app, "description", "edited in git"),
		d.appendTo(host, "a new host in pool "+pool, newHost),
		d.appendTo(app.Source.File, "an application that is published from that pool", newApp),
		d.dropRule(withRule),
	}}, nil
}

func anyPool(ws *workspace.Workspace) string {
	for _, o := range ws.Objects {
		if o.Address.Kind == "RDSHostPool" && !strings.HasPrefix(o.Address.Name, "<") {
			return o.Address.Name
		}
	}
	return ""
}

func (d *demo) fileOf(ws *workspace.Workspace, kind, site string) string {
	for _, o := range ws.Objects {
		if o.Address.Kind == kind && o.Address.Site == site {
			return o.Source.File
		}
	}
	return ""
}

// setText gives a text property another value, on its line.
func (d *demo) setText(ws *workspace.Workspace, o *model.Object, path, value string) *edit {
	at := ws.Position(o, path)
	e := &edit{what: fmt.Sprintf("%s:%d: %s of %s", at.File, at.Line, path, o.Address)}
	e.do = func() error {
		return d.rewrite(at.File, func(lines []string) ([]string, error) {
			i := at.Line - 1
			head, _, ok := strings.Cut(lines[i], path+":")
			if !ok {
				return nil, fmt.Errorf("%s:%d does not hold %s", at.File, at.Line, path)
			}
			end := blockEnd(lines, i, len(head))
			e.lines = append(e.lines, prefixed("- ", lines[i:end])...)
			next := head + path + ": " + value
			e.lines = append(e.lines, "+ "+next)
			return append(append(append([]string{}, lines[:i]...), next), lines[end:]...), nil
		})
	}
	return e
}

// dropRule takes the first access rule of an application out. It looks for
// its place when its turn comes: other edits may have moved it.
func (d *demo) dropRule(o *model.Object) *edit {
	e := &edit{what: fmt.Sprintf("%s: an access rule of %s goes", o.Source.File, o.Address)}
	e.do = func() error {
		ws, _ := d.Read(d.work, "")
		for _, now := range ws.Objects {
			if now.Address == o.Address {
				o = now
			}
		}
		list, rule := ws.Position(o, "rules"), ws.Position(o, "rules[0]")
		return d.rewrite(o.Source.File, func(lines []string) ([]string, error) {
			first := rule.Line - 1
			indent := len(lines[first]) - len(strings.TrimLeft(lines[first], " "))
			if !strings.HasPrefix(lines[first][indent:], "- ") {
				return nil, fmt.Errorf("%s is not the beginning of a rule", rule)
			}
			end := blockEnd(lines, first, indent)
			e.lines = prefixed("- ", lines[first:end])
			rest := append(append([]string{}, lines[:first]...), lines[end:]...)
			if first >= len(rest) || !strings.HasPrefix(rest[first], strings.Repeat(" ", indent)+"- ") {
				// It was the only one: an empty list, which is not the same as none.
				above := first - 1
				if list.Line < rule.Line {
					above = list.Line - 1
				}
				rest[above] += " []"
			}
			return rest, nil
		})
	}
	return e
}

// blockEnd gives the line behind the block that begins at line i with that
// indentation.
func blockEnd(lines []string, i, indent int) int {
	end := i + 1
	for end < len(lines) && strings.HasPrefix(lines[end], strings.Repeat(" ", indent+1)) {
		end++
	}
	return end
}

func (d *demo) appendTo(file, what string, doc []string) *edit {
	e := &edit{what: file + ": " + what, lines: prefixed("+ ", append([]string{"---"}, doc...))}
	e.do = func() error {
		return d.rewrite(file, func(lines []string) ([]string, error) { return append(append(lines, "---"), doc...), nil })
	}
	return e
}

func prefixed(sign string, lines []string) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = sign + l
	}
	return out
}

// rewrite changes the lines of a file of the workspace.
func (d *demo) rewrite(file string, change func([]string) ([]string, error)) error {
	path := filepath.Join(d.work, filepath.FromSlash(file))
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	lines, err := change(strings.Split(strings.TrimSuffix(string(data), "\n"), "\n"))
	if err != nil {
		return err
	}
	return os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o644)
}
