package coverage

import "strings"

// parameter is how every path parameter is written when paths are compared:
// the names of parameters differ from page to page.
const parameter = "{}"

// segments parts a path for comparison: letter case and the names of
// parameters do not count.
func segments(path string) []string {
	parts := strings.Split(strings.Trim(strings.ToLower(path), "/"), "/")
	for i, p := range parts {
		if strings.HasPrefix(p, "{") && strings.HasSuffix(p, "}") {
			parts[i] = parameter
		}
	}
	return parts
}

// key identifies an operation.
func key(method, path string) string {
	return method + " /" + strings.Join(segments(path), "/")
}

// match compares a path with a pattern: * is one segment, ** any number of
// them, {} a parameter.
func match(pattern, path []string) bool {
	if len(pattern) == 0 {
		return len(path) == 0
	}
	if pattern[0] == "**" {
		for i := 0; i <= len(path); i++ {
			if match(pattern[1:], path[i:]) {
				return true
			}
		}
		return false
	}
	if len(path) == 0 || (pattern[0] != "*" && pattern[0] != path[0]) {
		return false
	}
	return match(pattern[1:], path[1:])
}
