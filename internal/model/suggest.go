package model

import (
	"sort"
	"strings"
)

// Near finds the names that are most like name: what the user may have meant,
// best first, three at the most.
func Near(name string, among []string) []string {
	type hit struct {
		name string
		d    int
	}
	low := strings.ToLower(name)
	limit := max(2, len(low)/3)
	var hits []hit
	for _, a := range among {
		la := strings.ToLower(a)
		d := distance(low, la, limit)
		if d > limit && len(low) >= 3 && strings.Contains(la, low) {
			d = limit
		}
		if d <= limit {
			hits = append(hits, hit{a, d})
		}
	}
	sort.Slice(hits, func(i, j int) bool {
		if hits[i].d != hits[j].d {
			return hits[i].d < hits[j].d
		}
		return hits[i].name < hits[j].name
	})
	var out []string
	for i := 0; i < len(hits) && i < 3; i++ {
		out = append(out, hits[i].name)
	}
	return out
}

// DidYouMean phrases the suggestion; "" if nothing is near.
func DidYouMean(name string, among []string) string {
	near := Near(name, among)
	if len(near) == 0 {
		return ""
	}
	return "did you mean " + strings.Join(near, " or ") + "?"
}

// distance is the edit distance with neighbouring letters swapped counted
// once; it gives up above limit.
func distance(a, b string, limit int) int {
	ra, rb := []rune(a), []rune(b)
	if d := len(ra) - len(rb); d > limit || -d > limit {
		return limit + 1
	}
	before, prev := make([]int, len(rb)+1), make([]int, len(rb)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(ra); i++ {
		row := make([]int, len(rb)+1)
		row[0] = i
		for j := 1; j <= len(rb); j++ {
			cost := 1
			if ra[i-1] == rb[j-1] {
				cost = 0
			}
			row[j] = min(prev[j]+1, row[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && ra[i-1] == rb[j-2] && ra[i-2] == rb[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, prev = prev, row
	}
	return prev[len(rb)]
}
