package contract

// Beside adds to a layer what another one says of properties that it says nothing
// of; each correction keeps where it comes from. nil is an empty layer.
func (l *Layer) Beside(more *Layer) (*Layer, error) {
	if l == nil {
		return more, nil
	}
	for name, k := range more.Kinds {
		have := l.Kinds[name]
		if have == nil {
			l.Kinds[name] = k
			continue
		}
		if have.Calls == nil && k.Calls != nil && k.From.Source == have.From.Source {
			have.Calls = k.Calls
		}
		for at, c := range k.Properties {
			if have.Properties[at] != nil {
				continue
			}
			if have.Properties == nil {
				have.Properties = map[string]*Correction{}
			}
			one := *c
			if from := k.From; one.From == nil && from != have.From {
				one.From = &from
			}
			have.Properties[at] = &one
		}
	}
	return l, l.seal()
}

// Renewed is a layer that a document made, with what farm and probe have said of
// properties that the document says nothing of.
func (l *Layer) Renewed(before *Layer) (*Layer, error) {
	if before == nil {
		return l, nil
	}
	kept := &Layer{Kinds: map[string]*KindLayer{}}
	for name, k := range before.Kinds {
		if l.Kinds[name] == nil {
			continue // its file stays as it is
		}
		one := &KindLayer{Kind: name, From: k.From, Properties: map[string]*Correction{}}
		for at, c := range k.Properties {
			if k.source(c) != FromOpenAPI {
				one.Properties[at] = c
			}
		}
		kept.Kinds[name] = one
	}
	return l.Beside(kept)
}
