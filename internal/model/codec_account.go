package model

import (
	"fmt"
	"strings"
)

// accountCodec: an account, which the farm may read back as SID://DOMAIN/name.
type accountCodec struct{ asItIs }

func (accountCodec) words() []string { return []string{"account"} }

func (accountCodec) fits(p *Property) bool { return p.Codec == "account" && p.RefBy == "" }

func (accountCodec) decode(_ *Decoder, _ *Property, at place) (any, bool) {
	return DecodeAccount(fmt.Sprint(at.here)), true
}

func (accountCodec) equal(_ *Property, want, have any) (equal, decided bool) {
	return sameNames(want, have)
}

// Example is an account of a domain.
func (accountCodec) Example(p *Property, _ func(kinds []string) string) any {
	if s, ok := p.Default.(string); ok && s != "" {
		return s
	}
	return `EXAMPLE\sales`
}

// accountRefCodec: a reference that answers show as an account.
type accountRefCodec struct{ refCodec }

func (accountRefCodec) words() []string { return []string{"accountRef"} }

func (accountRefCodec) fits(p *Property) bool { return p.Codec == "account" && p.RefBy == "name" }

func (accountRefCodec) decode(d *Decoder, p *Property, at place) (any, bool) {
	return accountCodec{}.decode(d, p, at)
}

// DecodeAccount writes an account the way a person would: the farm may read
// DOMAIN\name back as SID://DOMAIN/name.
func DecodeAccount(s string) string {
	rest, ok := strings.CutPrefix(s, "SID://")
	if !ok {
		return s
	}
	if i := strings.LastIndexByte(rest, '/'); i >= 0 {
		return rest[:i] + `\` + rest[i+1:]
	}
	return rest
}
