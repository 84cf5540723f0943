package plan

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"rassync/internal/export"
	"rassync/internal/model"
)

// unreadable lists what is lost when an object of this kind goes.
func unreadable(k *model.Kind) []string {
	var out, plain []string
	k.Spec.Walk(func(p *model.Property) {
		switch {
		case p.OneTime:
		case p.Secret:
			out = append(out, p.Path()+" is never read back: it must be supplied again")
		case p.WriteOnly:
			plain = append(plain, p.Path())
		}
	})
	if len(plain) > 0 {
		out = append(out, fmt.Sprintf("%s never read back, such as %s: what is not declared is lost", model.Count(len(plain), "setting is", "settings are"), plain[0]))
	}
	return out
}

// unread says which declared objects are left alone because their kind could
// not be read, and blocks what depends on them.
func (b *builder) unread() {
	for _, n := range b.Live.NotRead {
		count, hang := 0, 0
		for _, d := range b.Desired {
			switch k := b.Catalog.Kind(d.Address.Kind); {
			case n.Site != "" && d.Address.Site != "" && !model.SameName(n.Site, d.Address.Site):
			case d.Address.Kind == n.Kind:
				count++
			case b.selected(d.Address) && (b.blocked[d] == n.Kind || k.Order != nil && slices.Contains(k.Order.Of, n.Kind)):
				hang++
			}
		}
		if count+hang > 0 {
			b.notRead = append(b.notRead, NotRead{Kind: n.Kind, Site: n.Site, Objects: count + hang, Why: n.Err.Error()})
		}
		b.warnings = append(b.warnings, fmt.Sprintf("%s; %s left alone", n, objects(count, "declared ")))
	}
	for i, f := range b.Live.Failed {
		if i == maxNamed {
			b.warnings = append(b.warnings, fmt.Sprintf("%s failed", model.Count(len(b.Live.Failed)-i, "more read of an object", "more reads of objects")))
			break
		}
		b.warnings = append(b.warnings, f.String())
	}
	byReason := map[string][]string{}
	for d, kind := range b.blocked {
		if b.selected(d.Address) {
			byReason[kind] = append(byReason[kind], d.Address.String())
		}
	}
	for _, kind := range b.Catalog.Names() {
		if list := byReason[kind]; len(list) > 0 {
			sort.Strings(list)
			names := listed(list)
			why := "is left out"
			if slices.ContainsFunc(b.Live.NotRead, func(n export.NotRead) bool { return n.Kind == kind }) {
				why = "was not read"
			}
			b.warnings = append(b.warnings, fmt.Sprintf("%s left alone because of references to %s, which %s: %s", objects(len(list), "declared "), kind, why, names))
		}
	}
	byKind := map[string][2]int{}
	for _, d := range b.Desired {
		k := b.Catalog.Kind(d.Address.Kind)
		if k.Shape != model.Collection || b.Live.NotReadErr(k.Name, d.Address.Site) != nil {
			continue
		}
		n := byKind[k.Name+" in site "+d.Address.Site]
		n[0]++
		if b.liveOf[d] != nil {
			n[1]++
		}
		byKind[k.Name+" in site "+d.Address.Site] = n
	}
	var names []string
	for name, n := range byKind {
		kind, site, _ := strings.Cut(name, " in site ")
		if n[0] > 1 && n[1] == 0 && b.Live.Read[kind] && b.liveCount(kind, site) == 0 {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	for _, name := range names {
		b.warnings = append(b.warnings, fmt.Sprintf("the farm shows no %s although %d are declared: an account without rights sees an empty list", strings.TrimSuffix(name, " in site "), byKind[name][0]))
	}
}

// objects counts in words: "1 declared object is", "2 objects are".
func objects(n int, what string) string {
	if n == 1 {
		return "1 " + what + "object is"
	}
	return fmt.Sprintf("%d %sobjects are", n, what)
}

func (b *builder) liveCount(kind, site string) int {
	n := 0
	for _, o := range b.Live.Objects[kind] {
		if model.SameName(o.Address.Site, site) && !o.Builtin {
			n++
		}
	}
	return n
}
