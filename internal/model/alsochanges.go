package model

import (
	"fmt"
	"slices"
)

// Where a flag that copies settings copies them to.
const (
	OtherSites AlsoIn = "otherSites" // the same settings of the farm's other sites
	OwnSites   AlsoIn = "ownSites"   // the object's own settings in the other sites that it lies in
)

// AlsoIn is where a flag copies settings to.
type AlsoIn string

// Words lists the places.
func (AlsoIn) Words() []string { return []string{string(OtherSites), string(OwnSites)} }

// AlsoChanges says that writing an object while the flag is true changes other
// objects too.
type AlsoChanges struct {
	In AlsoIn `word:"in" doc:"the same settings of the other sites, or the object's own ones in the other sites that it lies in"`
	// Properties are the names at the top of spec that are copied; none: all but
	// references and the flags of this word.
	Properties []string `word:"properties" doc:"yaml names at the top of spec; all if left out"`
}

// Group lists the properties that the flag p of the kind copies.
func (k *Kind) Group(p *Property) []*Property {
	var out []*Property
	for _, c := range k.Spec.Props {
		named := slices.Contains(p.AlsoChanges.Properties, c.Name)
		if len(p.AlsoChanges.Properties) == 0 {
			named = c.AlsoChanges == nil && !c.holdsReference()
		}
		if named && !c.WriteOnly && !c.OneTime {
			out = append(out, c)
		}
	}
	return out
}

// Copying lists the flags of a kind that copy settings to other sites.
func (k *Kind) Copying() []*Property {
	var out []*Property
	if k.Shape != Singleton || k.Scope != ScopeSite {
		return nil
	}
	for _, c := range k.Spec.Props {
		if c.AlsoChanges != nil && c.AlsoChanges.In == OtherSites {
			out = append(out, c)
		}
	}
	return out
}

// CopyingInside lists the flags of a kind that copy settings of an object to the
// other sites that it lies in.
func (k *Kind) CopyingInside() []*Property {
	var out []*Property
	for _, c := range k.Spec.Props {
		if c.AlsoChanges != nil && c.AlsoChanges.In == OwnSites {
			out = append(out, c)
		}
	}
	return out
}

// holdsReference tells whether a property names an object, which another site
// does not have.
func (p *Property) holdsReference() bool {
	found := false
	p.Walk(func(c *Property) { found = found || len(c.Ref) > 0 })
	return found
}

// checkAlsoChanges refuses names that the kind does not have.
func (k *Kind) checkAlsoChanges() error {
	for _, c := range k.Spec.Props {
		if c.AlsoChanges == nil {
			continue
		}
		if c.Type != TypeBoolean {
			return fmt.Errorf("%s: alsoChanges stands on a flag, true or false", c.Name)
		}
		if c.AlsoChanges.In == OwnSites && k.Sites == "" {
			return fmt.Errorf("%s: alsoChanges in %s needs a kind that lists the sites of its objects", c.Name, OwnSites)
		}
		for _, name := range c.AlsoChanges.Properties {
			if k.Spec.Prop(name) == nil {
				return fmt.Errorf("%s: alsoChanges names %s, which the kind does not have", c.Name, name)
			}
		}
	}
	return nil
}
