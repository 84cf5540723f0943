package printable

import "unicode"

// script is the name of the script that a letter belongs to; "" for one that
// all share. The common scripts are asked first.
func script(r rune) string {
	for _, name := range [...]string{"Latin", "Cyrillic", "Greek", "Han", "Hiragana", "Katakana", "Hangul", "Arabic", "Hebrew", "Thai"} {
		if unicode.Is(unicode.Scripts[name], r) {
			return name
		}
	}
	if unicode.In(r, unicode.Common, unicode.Inherited) {
		return ""
	}
	for name, t := range unicode.Scripts {
		if unicode.Is(t, r) {
			return name
		}
	}
	return ""
}

// eastAsian scripts are written in one word with each other and with Latin.
func eastAsian(name string) bool {
	switch name {
	case "Han", "Hiragana", "Katakana", "Hangul", "Bopomofo":
		return true
	}
	return false
}

// strangers gives the letters of a word that belong to another script than the
// rest of it.
func strangers(word []rune) func(r rune) bool {
	count := map[string]int{}
	for _, r := range word {
		if s := script(r); s != "" && !eastAsian(s) {
			count[s]++
		}
	}
	if len(count) < 2 {
		return nil
	}
	main := "Latin"
	if count[main] == 0 {
		for name, n := range count {
			if n > count[main] || n == count[main] && name < main {
				main = name
			}
		}
	}
	return func(r rune) bool {
		s := script(r)
		return s != "" && s != main && !eastAsian(s)
	}
}
