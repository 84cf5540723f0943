package farmsim

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unicode"
)

// Switches chooses between the readings of the places where the facts are
// silent or say two things. The zero value is reading A of every row; the
// number behind a field is the row of the two-sided list.
type Switches struct {
	PrincipalsResolved    bool // 1: accounts (principals, administrators) are read back as SID://DOMAIN/name
	ItemsBySite           bool // 2: a site's list of published items holds only what is published there
	NewItemLast           bool // 3: a new item without previousId becomes the last child, not the first
	FolderStatusInherited bool // 4: the status of a folder is shown on everything inside
	HostListMajorOnly     bool // 5: a list of hosts shows only the major properties
	FreshItemHasRule      bool // 6: a fresh published item has one rule already
	FreshRuleAfterApply   bool // 7: a fresh rule is listed only after an apply
	SingleAsObject        bool // 8: a list with one element is answered as that element
	EmptyAsNull           bool // 9: empty texts are answered as null
	UnknownProperties     bool // 10: answers hold more properties and numbers than any schema knows
	Throttle503           bool // 11: over the rate limit the answer is 503 instead of 429
	RetryAfterHeader      bool // 11: ... with Retry-After
	InheritedValuesShown  bool // 12: a group that inherits shows the inherited values instead of its own
	MembersObject         bool // 13: PUT Members takes an object with the ids under one property
	NestedPut             bool // 14: a PUT of a kind whose GET nests takes the nested object
	CreateSiteInBody      bool // 15: the site of a create is a property of the body instead of a query
	DuplicateNames        bool // 16: a second object of the same name is accepted
	DanglingDeletes       bool // 17: deleting what others refer to is carried out
	CreateDisabled        bool // 18: a create without enabled makes a disabled object
	ApplyAnswers200       bool // 19: POST /api/Settings/apply answers 200 with a body
	NoRightsEmpty         bool // 20: without rights a list is empty instead of 401
	NewerNames            bool // 21: settings that were renamed have their newest name, and only that

	// WriteAlternative is the place, in the schema's list of alternative write
	// names, of the one that the farm takes; the last one where a list is shorter.
	WriteAlternative int
}

// NamedSwitches is one combination of readings with a name for test output.
type NamedSwitches struct {
	Name string
	Switches
}

// AllSwitches gives the combinations under which proofs run: every reading A,
// each reading B alone, and every reading B together.
func AllSwitches() []NamedSwitches {
	out := []NamedSwitches{{Name: "baseline"}}
	var all Switches
	each := reflect.TypeOf(all)
	for i := range each.NumField() {
		var s Switches
		for _, target := range []*Switches{&s, &all} {
			f := reflect.ValueOf(target).Elem().Field(i)
			if f.Kind() == reflect.Bool {
				f.SetBool(true)
			} else {
				f.SetInt(1)
			}
		}
		out = append(out, NamedSwitches{switchName(each.Field(i).Name), s})
	}
	return append(out, NamedSwitches{"all", all})
}

// SwitchNames lists the words that ParseSwitches takes.
func SwitchNames() []string {
	var out []string
	t := reflect.TypeFor[Switches]()
	for i := range t.NumField() {
		out = append(out, switchName(t.Field(i).Name))
	}
	return out
}

// ParseSwitches reads words such as "principals-resolved,write-alternative=1";
// "all" stands for every reading B.
func ParseSwitches(text string) (Switches, error) {
	var s Switches
	v := reflect.ValueOf(&s).Elem()
words:
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || unicode.IsSpace(r) }) {
		if word == "all" {
			all := AllSwitches()
			s = all[len(all)-1].Switches
			continue
		}
		if word == "baseline" {
			continue
		}
		name, value, given := strings.Cut(word, "=")
		for i := range v.NumField() {
			if switchName(v.Type().Field(i).Name) != strings.ToLower(name) {
				continue
			}
			if v.Field(i).Kind() == reflect.Bool {
				on := true
				if given {
					var err error
					if on, err = strconv.ParseBool(value); err != nil {
						return Switches{}, fmt.Errorf("reading %q: true or false, not %q", name, value)
					}
				}
				v.Field(i).SetBool(on)
				continue words
			}
			n := 1
			if given {
				var err error
				if n, err = strconv.Atoi(value); err != nil || n < 0 {
					return Switches{}, fmt.Errorf("reading %q: a number, not %q", name, value)
				}
			}
			v.Field(i).SetInt(int64(n))
			continue words
		}
		return Switches{}, fmt.Errorf("reading %q is not known; known are %s", name, strings.Join(SwitchNames(), ", "))
	}
	return s, nil
}

// String is the inverse of ParseSwitches.
func (s Switches) String() string {
	var out []string
	v := reflect.ValueOf(s)
	for i := range v.NumField() {
		f := v.Field(i)
		switch {
		case f.IsZero():
		case f.Kind() == reflect.Bool:
			out = append(out, switchName(v.Type().Field(i).Name))
		default:
			out = append(out, fmt.Sprintf("%s=%d", switchName(v.Type().Field(i).Name), f.Int()))
		}
	}
	if len(out) == 0 {
		return "baseline"
	}
	return strings.Join(out, ",")
}

// switchName writes FolderStatusInherited as folder-status-inherited.
func switchName(field string) string {
	var b strings.Builder
	last := rune(0)
	for _, r := range field {
		if last != 0 && (unicode.IsUpper(r) || unicode.IsDigit(r) != unicode.IsDigit(last)) && !(unicode.IsDigit(r) && unicode.IsDigit(last)) {
			b.WriteByte('-')
		}
		b.WriteRune(unicode.ToLower(r))
		last = r
	}
	return b.String()
}
