package model

import (
	"fmt"
	"strings"
)

// Files that rassync keeps (plans, snapshots, journals) outlive the schemas they
// were written with. A kind or property that got another name since is found by its
// former one.

// collectFormer notes the former names of kinds; each must be free.
func (c *Catalog) collectFormer() error {
	c.former = map[string]string{}
	for _, k := range c.Kinds() {
		for _, old := range k.FormerNames {
			if c.Kind(old) != nil || c.former[old] != "" {
				return fmt.Errorf("schema %s.json: formerNames: %s is the name of another kind", k.Name, old)
			}
			c.former[old] = k.Name
		}
		if err := checkFormer(k.Spec); err != nil {
			return fmt.Errorf("schema %s.json: %w", k.Name, err)
		}
	}
	return nil
}

func checkFormer(p *Property) error {
	if p == nil {
		return nil
	}
	seen := map[string]bool{}
	for _, c := range p.Props {
		for _, old := range c.FormerNames {
			if p.byName[old] != nil || seen[old] {
				return fmt.Errorf("%s: formerNames: %s is the name of another property", c.Path(), old)
			}
			seen[old] = true
		}
		if err := checkFormer(c); err != nil {
			return err
		}
	}
	return checkFormer(p.Items)
}

// KindNow is what a kind is called today.
func (c *Catalog) KindNow(name string) string {
	if c.late != nil {
		if c.late.kinds[name] != nil {
			return name
		}
		c.late.former.Do(func() { sound(c.collectFormer()) })
	}
	if now := c.former[name]; now != "" {
		return now
	}
	return name
}

// AddressNow is an address with today's name of its kind; a text that is no address
// stays as it is.
func (c *Catalog) AddressNow(text string) string {
	if a, err := c.ParseAddress(text); err == nil {
		return a.String()
	}
	return text
}

// nameNow is what a property below p is called today.
func (p *Property) nameNow(name string) string {
	if p == nil || p.byName[name] != nil {
		return name
	}
	for _, c := range p.Props {
		for _, old := range c.FormerNames {
			if old == name {
				return c.Name
			}
		}
	}
	return name
}

// PathNow is a path of a value with today's names of its properties.
func (k *Kind) PathNow(path string) string {
	at := k.Spec
	parts := strings.Split(path, ".")
	for i, part := range parts {
		for at != nil && at.Type == TypeArray {
			at = at.Items
		}
		if at == nil {
			break
		}
		name, label, _ := strings.Cut(part, "[")
		now := at.nameNow(name)
		if next := at.Prop(now); next != nil {
			parts[i] = now + strings.TrimPrefix(part, name)
			at = next
		} else if label == "" && i > 0 {
			continue // a label of an entry that holds a dot
		}
	}
	return strings.Join(parts, ".")
}
