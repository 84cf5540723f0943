package model

import (
	"fmt"
	"strings"
)

// compile works out of the words what is not written down, and refuses words
// that miss others.
func (k *Kind) compile() error {
	k.compileRead()
	switch {
	case k.Scope == "":
		return fmt.Errorf("x-ras.scope: farm or site")
	case k.Shape == "":
		return fmt.Errorf("x-ras.shape: collection, singleton or order")
	case k.Shape == Collection && (k.List == nil || k.List.Path == ""):
		return fmt.Errorf("x-ras.read: a collection needs the path of its list")
	case k.Shape == Collection && k.Identity.Read == "":
		return fmt.Errorf("x-ras.identity: a collection needs the read name of its objects' names")
	case k.NoRead && k.Shape != Singleton:
		return fmt.Errorf("x-ras.read.get false: only a singleton can do without a read of its own")
	}
	var err error
	if k.ReadWord != nil {
		if k.Filter, err = k.ReadWord.Filter.positive("read.filter"); err != nil {
			return err
		}
	}
	if k.BuiltinWhere, err = k.BuiltinWord.positive("builtin"); err != nil {
		return err
	}
	for _, name := range k.BuiltinWhere[k.Identity.Read] {
		k.Builtin = append(k.Builtin, fmt.Sprint(name))
	}
	if len(k.Builtin) > 0 {
		delete(k.BuiltinWhere, k.Identity.Read)
	}
	below := func(path string) string { return strings.ReplaceAll(path, "{self}", k.Self) }
	k.Get = below(k.Get)
	if k.Update != nil {
		k.Update.Path = below(k.Update.Path)
		if len(k.Update.Shapes) == 0 {
			k.Update.Shapes = []BodyShape{"flat"}
		}
	}
	k.Delete = below(k.DeleteWord)
	if k.Identity.Write == "" {
		k.Identity.Write = k.Identity.Read
	}
	if k.Tree != nil {
		k.Tree.Move = below(k.Tree.Move)
	}
	for action, list := range map[string][]Impact{"create": k.Effects.Create, "update": k.Effects.Update, "delete": k.Effects.Delete} {
		if len(list) > 0 {
			if k.Impact == nil {
				k.Impact = map[string][]Impact{}
			}
			k.Impact[action] = list
		}
	}
	return nil
}

// compileRead tells apart the site of a list and that of a singleton.
func (k *Kind) compileRead() {
	r := k.ReadWord
	if r == nil {
		return
	}
	k.Get, k.NoRead, k.SiteUnsure = r.Get.Path, r.Get.None, r.SiteUnsure
	if r.List != "" {
		k.List = &ListRead{Path: r.List, Site: r.Site}
	} else {
		k.SiteQuery = r.Site
	}
}
