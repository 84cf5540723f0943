package render

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"rassync/internal/model"
)

// sarifMost bounds the results of a report: code scanning refuses files with
// more than 25,000.
const sarifMost = 25000

type sarifLog struct {
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

type sarifRun struct {
	Tool    sarifTool     `json:"tool"`
	Results []sarifResult `json:"results"`
}

type sarifTool struct {
	Driver sarifDriver `json:"driver"`
}

type sarifDriver struct {
	Name    string      `json:"name"`
	Version string      `json:"version,omitempty"`
	Rules   []sarifRule `json:"rules"`
}

type sarifRule struct {
	ID               string    `json:"id"`
	ShortDescription sarifText `json:"shortDescription"`
}

type sarifText struct {
	Text string `json:"text"`
}

type sarifResult struct {
	RuleID              string            `json:"ruleId"`
	Level               string            `json:"level"`
	Message             sarifText         `json:"message"`
	Locations           []sarifLocation   `json:"locations,omitempty"`
	PartialFingerprints map[string]string `json:"partialFingerprints"`
}

type sarifLocation struct {
	PhysicalLocation sarifPhysical `json:"physicalLocation"`
}

type sarifPhysical struct {
	ArtifactLocation sarifArtifact `json:"artifactLocation"`
	Region           *sarifRegion  `json:"region,omitempty"`
}

type sarifArtifact struct {
	URI string `json:"uri"`
}

type sarifRegion struct {
	StartLine   int `json:"startLine"`
	StartColumn int `json:"startColumn,omitempty"`
}

// checkRule is the rule that all diagnostics of rassync come under.
const checkRule = "rassync/validate"

// DiagnosticsSARIF writes diagnostics as SARIF 2.1.0, for code scanning.
// prefix is the folder of the workspace in the repository.
func DiagnosticsSARIF(w io.Writer, ds model.Diagnostics, version, prefix string) error {
	run := sarifRun{
		Tool: sarifTool{sarifDriver{Name: "rassync", Version: version, Rules: []sarifRule{
			{checkRule, sarifText{"What a document declares must be valid for its kind."}},
		}}},
		Results: []sarifResult{},
	}
	for i, d := range ds {
		if i == sarifMost {
			break
		}
		r := sarifResult{
			RuleID: checkRule, Level: string(d.Severity), Message: sarifText{findingText(d)},
			PartialFingerprints: map[string]string{"rassync/v1": fingerprintOf(d)},
		}
		if d.Source.File != "" {
			at := sarifPhysical{ArtifactLocation: sarifArtifact{repositoryPath(prefix, d.Source.File)}}
			if d.Source.Line > 0 {
				at.Region = &sarifRegion{d.Source.Line, max(d.Source.Col, 0)}
			}
			r.Locations = []sarifLocation{{at}}
		}
		run.Results = append(run.Results, r)
	}
	return writeJSON(w, sarifLog{"https://json.schemastore.org/sarif-2.1.0.json", "2.1.0", []sarifRun{run}})
}

// findingText is what a diagnostic says beside its place.
func findingText(d model.Diagnostic) string {
	s := Escape(d.Summary)
	if subject := strings.TrimSpace(Name(d.Address) + " " + Escape(d.Path)); subject != "" {
		s = subject + ": " + s
	}
	if d.Hint != "" {
		s += " (" + Escape(d.Hint) + ")"
	}
	return s
}

// fingerprintOf is the same as long as the finding is, wherever it moves to in
// its file.
func fingerprintOf(d model.Diagnostic) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{string(d.Severity), d.Source.File, d.Address, d.Path, d.Summary}, "\x00")))
	return hex.EncodeToString(sum[:16])
}

// repositoryPath is a file of the workspace as the repository knows it.
func repositoryPath(prefix, file string) string {
	file = filepath.ToSlash(file)
	prefix = strings.Trim(filepath.ToSlash(prefix), "/")
	if prefix == "" || prefix == "." || strings.HasPrefix(file, prefix+"/") {
		return file
	}
	return prefix + "/" + file
}

type codeQualityIssue struct {
	Description string              `json:"description"`
	CheckName   string              `json:"check_name"`
	Fingerprint string              `json:"fingerprint"`
	Severity    string              `json:"severity"`
	Location    codeQualityLocation `json:"location"`
}

type codeQualityLocation struct {
	Path  string           `json:"path"`
	Lines codeQualityLines `json:"lines"`
}

type codeQualityLines struct {
	Begin int `json:"begin"`
}

// DiagnosticsCodeQuality writes diagnostics as a GitLab Code Quality report.
func DiagnosticsCodeQuality(w io.Writer, ds model.Diagnostics, prefix string) error {
	out := []codeQualityIssue{}
	seen := map[string]int{}
	for _, d := range ds {
		id := fingerprintOf(d)
		// GitLab drops issues of one fingerprint.
		if seen[id]++; seen[id] > 1 {
			id = fmt.Sprintf("%s-%d", id, seen[id])
		}
		severity := "major"
		if d.Severity == model.Warning {
			severity = "minor"
		}
		file := "rassync.yaml"
		if d.Source.File != "" {
			file = d.Source.File
		}
		out = append(out, codeQualityIssue{
			findingText(d), checkRule, id, severity,
			codeQualityLocation{repositoryPath(prefix, file), codeQualityLines{max(d.Source.Line, 1)}},
		})
	}
	return writeJSON(w, out)
}
