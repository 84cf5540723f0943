package contract

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// label is the name of a value as people write it.
const label = "[A-Za-z_][A-Za-z0-9_ ./+&-]*"

// manners are the ways in which descriptions tell what the numbers of an
// enumeration mean. The first of them that names two numbers counts; its groups
// are n, the number, and name.
var manners = []*regexp.Regexp{
	// 0 = Normal, 0: Normal, 0 - Normal, also in lists, tables and code.
	regexp.MustCompile("(?m)(?:^|[\\n,;|(*>]|\\b[Vv]alues?:)[\\s\\-*`\"']*(?P<n>-?\\d{1,10})[`\"']*(?:</[a-z]+>)?\\s*(?:=>|->|=|:|-|–|—)\\s*[`\"'*]*(?P<name>" + label + ")"),
	// - `0` Normal, | 0 | Normal |, 0 Normal on a line of its own.
	regexp.MustCompile("(?m)^[\\s\\-*|>]*[`*]*(?P<n>-?\\d{1,10})[`*]*[\\s|]+[`*]*(?P<name>" + label + ")"),
	// Normal = 0, Normal: 0, Normal (0).
	regexp.MustCompile("(?m)(?:^|[\\n,;|*>]|\\b[Vv]alues?:)[\\s\\-*`]*(?P<name>[A-Za-z_][A-Za-z0-9_ ./+-]*?)[`*]*\\s*(?:=|:|\\()\\s*`?(?P<n>-?\\d{1,10})`?\\b"),
	// Names that begin with a digit, such as sizes: the equals sign alone tells
	// them from ranges.
	regexp.MustCompile("(?m)(?:^|[\\n,;|(*>])[\\s\\-*`]*(?P<n>-?\\d{1,10})`?\\s*=\\s*`?(?P<name>[0-9][A-Za-z0-9_ ./+-]*)"),
}

// numbers reads the numbers of an enumeration, with their names where the
// document has them.
func numbers(s *openapi3.Schema, description string) map[int64]string {
	out := map[int64]string{}
	values := listedNumbers(s, out)
	for _, text := range []string{s.Description, description} {
		for n, name := range described(text, values) {
			if out[n] == "" {
				out[n] = name
			}
		}
	}
	if len(out) < 2 {
		return nil
	}
	return out
}

// listedNumbers takes over what the list of values itself says; the set is empty
// where the document lists none.
func listedNumbers(s *openapi3.Schema, out map[int64]string) map[int64]bool {
	var order []int64
	for _, v := range s.Enum {
		var n int64
		switch v := v.(type) {
		case float64:
			n = int64(v)
		case int:
			n = int64(v)
		case int64:
			n = v
		case string:
			// "0 = Normal", or "0", as the value itself.
			num, name, named := strings.Cut(v, "=")
			if !named {
				num, name, _ = strings.Cut(v, " ")
			}
			i, err := strconv.ParseInt(strings.TrimSpace(num), 10, 64)
			if err != nil {
				continue
			}
			n = i
			out[n] = strings.Trim(name, " -:=")
		default:
			continue
		}
		order = append(order, n)
	}
	labels := labelsOf(s, len(order))
	values := map[int64]bool{}
	for i, n := range order {
		values[n] = true
		if labels != nil {
			out[n] = labels[i]
		} else if _, known := out[n]; !known {
			out[n] = ""
		}
	}
	return values
}

// labelsOf are the names that stand beside the values, in their order.
func labelsOf(s *openapi3.Schema, n int) []string {
	for _, key := range []string{"x-enumNames", "x-enum-varnames", "x-enumLabels", "x-enum-labels"} {
		switch list := s.Extensions[key].(type) {
		case []any:
			if len(list) != n || n == 0 {
				continue
			}
			out := make([]string, n)
			for i, l := range list {
				out[i] = fmt.Sprint(l)
			}
			return out
		}
	}
	return nil
}

// described finds numbers with their names in a text. Of a sentence with numbers
// in it nothing is taken: where values are listed only these count, and at least
// two of them must be named in one manner.
func described(text string, values map[int64]bool) map[int64]string {
	found := make([]map[int64]string, len(manners))
	for i, manner := range manners {
		found[i] = map[int64]string{}
		n, name := manner.SubexpIndex("n"), manner.SubexpIndex("name")
		for _, m := range manner.FindAllStringSubmatch(text, -1) {
			num, err := strconv.ParseInt(m[n], 10, 64)
			label := strings.TrimRight(strings.TrimSpace(m[name]), ".-")
			if err != nil || label == "" || len(values) > 0 && !values[num] {
				continue
			}
			if _, twice := found[i][num]; !twice {
				found[i][num] = label
			}
		}
	}
	// The first and the last are one manner: names of letters, and of digits.
	for num, label := range found[len(found)-1] {
		if _, have := found[0][num]; !have {
			found[0][num] = label
		}
	}
	for _, f := range found {
		if len(f) >= 2 {
			return f
		}
	}
	return nil
}
