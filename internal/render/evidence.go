package render

import (
	"slices"

	"rassync/internal/model"
)

// evidenceOrder lists the sorts of evidence, the surest first.
func evidenceOrder() []model.Evidence {
	return []model.Evidence{"rest", "sample", "contract", "seen", "ps", "v18", "cut", "inferred"}
}

// evidenceWords says how sure something is, and what to do about it.
func evidenceWords(evidence model.Evidence) string {
	switch evidence {
	case "", "rest":
		return "read in the REST reference"
	case "sample":
		return "seen in a sample of the API"
	case "contract":
		return "read in the contract of your own farm's version"
	case "seen":
		return "seen on your own farm"
	case "ps":
		return "known by its PowerShell name: the REST name follows from it; verify on your farm"
	case "v18":
		return "seen in version 18: newer versions may differ; verify on your farm"
	case "cut":
		return "the reference text ends within it: the rest of the name is completed; verify on your farm"
	case "inferred":
		return "inferred: not read in a reference; verify on your farm"
	}
	return Escape(string(evidence))
}

// sureness is the evidence of a property: the weakest of its own and of the
// objects around it, for a name below an inferred one is inferred too.
func sureness(p *model.Property) model.Evidence {
	weakest := 0
	for at := p; at != nil; at = at.Parent {
		if i := slices.Index(evidenceOrder(), at.Evidence); i >= 0 {
			weakest = max(weakest, i)
		}
	}
	return evidenceOrder()[weakest]
}

// evidenceCounts counts the properties of a kind by evidence.
func evidenceCounts(k *model.Kind) map[model.Evidence]int {
	out := map[model.Evidence]int{}
	k.Spec.Walk(func(p *model.Property) {
		if p != k.Spec && p.Name != "[]" {
			out[sureness(p)]++
		}
	})
	return out
}

// versionWords says in which versions of RAS something exists.
func versionWords(since, until string) string {
	switch {
	case since != "" && until != "":
		return "from " + Escape(since) + " to " + Escape(until)
	case since != "":
		return "from " + Escape(since) + " on"
	case until != "":
		return "up to " + Escape(until)
	}
	return ""
}
