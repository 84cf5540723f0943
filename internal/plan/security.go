package plan

import (
	"fmt"
	"sort"
	"strings"

	"rassync/internal/model"
)

// The effects that the words endpoint, trustAnchor and grants of the schemas
// give by rule.
const (
	SendsSecrets = "sendsSecrets"
	SendsPeople  = "sendsPeople"
	ChangesTrust = model.EffectTrust
	GrantsAccess = "grantsAccess"
)

// Notable tells whether an effect is said first, before all other changes.
func Notable(effect string) bool {
	switch effect {
	case SendsSecrets, SendsPeople, ChangesTrust, GrantsAccess:
		return true
	}
	return false
}

// security adds what the change of one value does to trust and rights: by the
// words of the property, else of the nearest block around it that has one.
func (im *impacts) security(p *model.Property, f Field) {
	at := p.Labelled()
	if at == nil {
		return
	}
	if f.After != nil && !blank(f.After) {
		im.address(at, f.Path, f.After)
	}
	if g := at.Grants; g != nil && granted(g, f.Before, f.After) {
		im.add(model.Impact{Effect: GrantsAccess, Why: grantWhy(g)}, f.Path)
	}
	if at.Grants != nil || at.TrustAnchor {
		im.identities(f.After, f.Before, f.Path)
	}
}

// address is what is said of a value that is sent somewhere or trusted.
func (im *impacts) address(at *model.Property, path string, v any) {
	switch at.Endpoint {
	case model.SecretsEndpoint:
		im.add(model.Impact{Effect: SendsSecrets, Why: "Passwords or secrets are sent where this says."}, path)
	case model.PeopleEndpoint:
		im.add(model.Impact{Effect: SendsPeople, Why: "People, or what they type, are sent where this says."}, path)
	case model.ProgramsEndpoint:
		if model.Remote(v) {
			im.add(model.Impact{Effect: SendsPeople, Why: "What people start comes from another computer."}, path)
		}
	}
	if at.TrustAnchor {
		im.add(model.Impact{Effect: ChangesTrust, Why: "Who or what is trusted is decided here."}, path)
	}
}

// securityOfNew is security for a value of an object, or of an entry, that is
// made.
func (im *impacts) securityOfNew(p *model.Property, v any, path string) {
	if blank(v) || p.HasDefault && model.Equal(p, p.Default, v) {
		return
	}
	if v != false { // a switch that is off sends and trusts nothing
		im.address(p, path, v)
	}
	if g := p.Grants; g != nil && g.On != "removed" && granted(g, nil, v) && !saidAround(p) {
		im.add(model.Impact{Effect: GrantsAccess, Why: grantWhy(g)}, path)
	}
	if (p.Grants != nil || p.TrustAnchor) && !saidAround(p) {
		im.identities(v, nil, path)
	}
}

// saidAround tells whether the block around a property says of any change inside
// it what the property would say again.
func saidAround(p *model.Property) bool {
	if p.Parent == nil {
		return false
	}
	up := p.Parent.Labelled()
	return up != nil && up.Grants != nil && up.Grants.On == "changed"
}

// blank tells whether a value names nothing.
func blank(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return strings.TrimSpace(v) == ""
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	case bool:
		return false
	}
	return false
}

// granted tells whether a change lets in more, or asks for less.
func granted(g *model.Grants, before, after any) bool {
	switch g.On {
	case "changed":
		return !blank(before) || !blank(after)
	case "on":
		return after == true
	case "off":
		return after == false || after == nil && before == true
	case "added":
		list, isList := after.([]any)
		if !isList {
			return after != nil && after != false && !blank(after)
		}
		old, _ := before.([]any)
		return beyond(list, old)
	case "removed":
		list, isList := before.([]any)
		if !isList {
			return after == nil && before != nil
		}
		now, _ := after.([]any)
		return beyond(list, now)
	}
	if after == nil {
		return false
	}
	if len(g.When) > 0 {
		return model.Impact{When: g.When}.Applies(after)
	}
	return model.Impact{Unless: g.Unless}.Applies(after)
}

// beyond tells whether a list holds something that another lacks.
func beyond(list, other []any) bool {
next:
	for _, v := range list {
		for _, w := range other {
			if model.Equal(nil, v, w) {
				continue next
			}
		}
		return true
	}
	return false
}

func grantWhy(g *model.Grants) string {
	switch g.On {
	case "added":
		return "More is allowed, or more people are let in, than before."
	case "removed":
		return "Somebody is no longer kept out."
	case "on":
		return "Something is allowed that was not."
	case "off":
		return "A check or a restriction is switched off."
	}
	return "Who is let in, or what is asked of them, is decided here."
}

// identities names identities that are wide or mighty, by the SIDs that a
// change brings in.
func (im *impacts) identities(after, before any, path string) {
	old := map[string]bool{}
	eachSID(before, nil, func(sid, _ string) { old[strings.ToUpper(sid)] = true })
	var found []string
	eachSID(after, nil, func(sid, account string) {
		name, known := model.WellKnownSID(sid)
		if !known || old[strings.ToUpper(sid)] {
			return
		}
		text := fmt.Sprintf("%s is %s", strings.ToUpper(sid), name)
		if account != "" {
			text += ", whatever account is written beside it (" + account + ")"
		}
		found = append(found, text+".")
	})
	sort.Strings(found)
	for _, text := range found {
		im.add(model.Impact{Effect: GrantsAccess, Why: text}, path)
	}
}

// eachSID visits the SIDs inside a value with the account that is written
// beside each.
func eachSID(v any, beside map[string]any, visit func(sid, account string)) {
	switch v := v.(type) {
	case map[string]any:
		for _, e := range v {
			eachSID(e, v, visit)
		}
	case []any:
		for _, e := range v {
			eachSID(e, nil, visit)
		}
	case string:
		if s := strings.TrimSpace(v); len(s) > 4 && strings.EqualFold(s[:4], "S-1-") {
			account := ""
			for _, name := range []string{"account", "name"} {
				if a, ok := beside[name].(string); ok && a != v {
					account = a
				}
			}
			visit(s, account)
		}
	}
}
