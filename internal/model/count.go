package model

import "strconv"

// Count counts in words: "1 object", "2 objects".
func Count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}
