package model

import (
	"fmt"
	"strings"

	"rassync/internal/vocabulary"
)

// describe takes over the words of JSON Schema.
func (p *Property) describe(n *vocabulary.Node) {
	p.Title, p.Description = n.Title, n.Description
	p.Type = Type(n.Type)
	if p.Type == "" {
		switch {
		case n.Properties != nil, p.Open:
			p.Type = TypeObject // an open one may stand beside plain values
		case p.EnumWord != nil, p.SecretWord.Is, p.File != nil, n.AnyOf != nil, n.OneOf != nil, n.Enum != nil:
			p.Type = TypeString
		}
	}
	p.Default, p.HasDefault = vocabulary.Plain(n.Default.Value), n.Default.Said
	p.Unique = n.UniqueItems
	p.MinLength, p.MaxLength, p.Minimum, p.Maximum = n.MinLength, n.MaxLength, n.Minimum, n.Maximum
	p.Pattern = n.Pattern
	for _, e := range n.Examples {
		if text, ok := e.(string); ok {
			p.Examples = append(p.Examples, text)
		}
	}
}

// compilePlaces works out where the property stands in answers and bodies.
func (p *Property) compilePlaces() error {
	switch names := p.ReadWord.Names; {
	case len(names) > 0:
		at := names[len(names)-1]
		p.Spellings = names[:len(names)-1]
		rest, anywhere := strings.CutPrefix(at, "**")
		switch {
		case anywhere && rest == "":
			p.Anywhere, at = true, p.Name
		case anywhere:
			p.Anywhere, at = true, strings.TrimPrefix(rest, ".")
		}
		if rest, abs := strings.CutPrefix(at, "/"); abs {
			p.Absolute, at = true, rest
		}
		if at != "" {
			p.Read = strings.Split(at, ".")
		}
	case p.ReadWord.Said:
		return fmt.Errorf("read: no name")
	case p.Parent != nil && p.Name != "[]":
		p.Read = []string{p.Name}
	}
	switch {
	case p.NoWrite:
	case p.WriteWord != nil:
		p.Write = p.WriteWord
	case len(p.Read) > 0:
		p.Write = []string{p.Read[len(p.Read)-1]}
	}
	if p.Part != nil && p.Part.Get && p.Type == TypeObject && !p.ReadWord.Said {
		p.Read = nil // the answer of the part is the object itself
	}
	if p.Membership != nil {
		p.Ref = OneOrMore{p.Membership.Of}
	}
	return nil
}

// compileLifecycle works out which calls carry the property.
func (p *Property) compileLifecycle() error {
	l := p.Lifecycle
	p.WriteOnly = l.Read == Forbidden || p.Secret
	p.RequiredOnCreate = l.Create == "required"
	p.CreateOnly, p.IfRefused = l.Update == "replaces", l.Update == "replacesIfRefused"
	switch noCreate, noUpdate := l.Create == Forbidden, l.Update == Forbidden; {
	case noCreate && noUpdate && l.Read == Forbidden:
		return fmt.Errorf("lifecycle: no call carries it")
	case noCreate && noUpdate:
		p.NoWrite = true
	case noCreate && l.Update != "" && l.Update != "allowed":
		return fmt.Errorf("lifecycle: an update of what no create takes does not replace the object")
	case noCreate:
		p.UpdateOnly = true
	case noUpdate && l.Read == Forbidden:
		p.OneTime = true
	case noUpdate:
		return fmt.Errorf("lifecycle: where no update takes what a create takes, say that a change replaces the object, or that no answer shows it")
	}
	return nil
}

// compileCodec works out the form of the value on the wire.
func (p *Property) compileCodec() error {
	p.RefNone = int64(0)
	p.Secret, p.SecretWith, p.SecretEnv = p.SecretWord.Is, p.SecretWord.With, p.SecretWord.Env
	p.WriteOnly = p.WriteOnly || p.Secret
	if p.QueryWord != nil {
		p.Query, p.Invert = p.QueryWord.Name, p.QueryWord.Invert
	}
	switch p.CodecWord {
	case "flags":
		p.Flags = true
	case "spans":
		p.Flags, p.Spans = true, true
	case "nameRef":
		p.RefBy = "name"
	case "accountRef":
		p.RefBy, p.Codec = "name", "account"
	default:
		p.Codec = p.CodecWord
	}
	if p.RefBy != "" && len(p.Ref) == 0 {
		return fmt.Errorf("codec %s: must be a reference", p.CodecWord)
	}
	return nil
}

// compileConditions tells apart the flag that switches the property off from
// the conditions under which it counts. While an inherit flag is true the farm
// shows what is inherited: nobody's own value.
func (p *Property) compileConditions() error {
	for name, c := range p.WhenWord {
		if !strings.HasPrefix(strings.TrimPrefix(name, "./"), "inherit") || c.Not || len(c.Values) != 1 || c.Values[0] != false {
			continue
		}
		if p.Gate != "" {
			return fmt.Errorf("when: one inherit flag alone can switch it off, not %s and %s", p.Gate, name)
		}
		p.Gate = name
	}
	var err error
	p.When, err = p.WhenWord.positive("when")
	if delete(p.When, p.Gate); len(p.When) == 0 {
		p.When = nil
	}
	return err
}

func (p *Property) compileEnum() error {
	if p.EnumWord == nil {
		return nil
	}
	p.Enum = &Enum{Order: p.EnumWord.Names, ByName: map[string]int64{}, ByNum: map[int64]string{}, Unnumbered: map[string]bool{}}
	for _, name := range p.Enum.Order {
		n := p.EnumWord.Of[name]
		if n == nil {
			p.Enum.Unnumbered[name] = true
			continue
		}
		if other, twice := p.Enum.ByNum[*n]; twice {
			return fmt.Errorf("enum: %s and %s have the same number", other, name)
		}
		p.Enum.ByName[name], p.Enum.ByNum[*n] = *n, name
	}
	return nil
}

func (p *Property) compileList() error {
	l := p.List
	if l == nil {
		return nil
	}
	if l.Mode == "" {
		return fmt.Errorf("list.mode: set, ordered or keyed")
	}
	l.Add, l.NoAdd = l.AddWord.Call, l.AddWord.None
	l.Remove, l.NoRemove = l.RemoveWord.Call, l.RemoveWord.None
	for call, by := range map[*EntryCall]EntryName{&l.Add: "body", &l.Remove: "body", l.Update: "id"} {
		if call != nil && call.By == "" {
			call.By = by
		}
	}
	return nil
}

func (p *Property) compileCells() error {
	c := p.Cells
	if c == nil {
		return nil
	}
	if c.NumberWords == nil {
		return fmt.Errorf("cells: no numbers")
	}
	c.Numbers, c.Guessed = map[string]*int64{}, map[string]bool{}
	for column, n := range c.NumberWords {
		c.Numbers[column] = n.Number
		if n.Guessed {
			c.Guessed[column] = true
		}
	}
	return nil
}

// fitTogether refuses words that do not go with each other.
func (p *Property) fitTogether() error {
	switch {
	case len(p.Spellings) > 0 && (len(p.Read) != 1 || len(p.Write) != 1 || p.Write[0] != p.Read[0] || p.Part != nil || p.List != nil || p.Anywhere || p.Absolute || p.Structured()):
		return fmt.Errorf("spellings: only a value that is read and written under one name can have others")
	case p.Type == TypeArray && p.Flags && p.Enum == nil:
		return fmt.Errorf("flags need an enum")
	case p.Type == "":
		return fmt.Errorf("no type")
	case p.Via.clash():
		return fmt.Errorf("via: one way alone, or part, list and cells together")
	}
	return nil
}

// share marks properties that stand in the same place of the answer, each with
// a condition beside it: ids that mean objects of one kind or of another.
func share(props []*Property) {
	first := map[string]*Property{}
	for _, p := range props {
		beside := len(p.When) > 0 && len(p.Read) > 0
		for name := range p.When {
			beside = beside && strings.HasPrefix(name, "./")
		}
		if !beside {
			continue
		}
		at := strings.Join(p.Read, ".")
		if other := first[at]; other != nil {
			other.Shared, p.Shared = true, true
			continue
		}
		first[at] = p
	}
}
