package render

import (
	"fmt"
	"io"
	"strings"

	"rassync/internal/model"
	"rassync/internal/printable"
)

// Agent is a CI system that shows annotations beside the changed lines of a
// pull request.
type Agent string

// The agents whose annotations rassync writes.
const (
	GitHub Agent = "github"
	Azure  Agent = "azure"
)

// annotationsMost is how many annotations of a severity an agent shows: GitHub
// shows ten of each for a step, so that the rest would only be lost silently.
const annotationsMost = 10

// Annotations writes diagnostics as commands of a CI agent, errors first, at
// most ten of a severity; the last one of them says how many there are more.
// This is the one output that an agent is to take for commands: everything in
// it that comes from a document is encoded as the agent's own rules ask.
func Annotations(w io.Writer, ds model.Diagnostics, agent Agent, prefix string) error {
	var b strings.Builder
	for _, severity := range []model.Severity{model.Error, model.Warning} {
		var of model.Diagnostics
		for _, d := range ds {
			if d.Severity == severity {
				of = append(of, d)
			}
		}
		for i, d := range of {
			text := findingText(d)
			if left := len(of) - i - 1; i == annotationsMost-1 && left > 0 {
				text += fmt.Sprintf(" (and %d more: rassync validate shows them)", left)
			}
			b.WriteString(annotation(agent, d, text, prefix) + "\n")
			if i == annotationsMost-1 {
				break
			}
		}
	}
	if to, ok := w.(printable.CommandWriter); ok {
		_, err := to.WriteCommands([]byte(b.String()))
		return err
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func annotation(agent Agent, d model.Diagnostic, text, prefix string) string {
	place := []string{}
	add := func(name, value string) { place = append(place, name+"="+value) }
	if agent == Azure {
		add("type", string(d.Severity))
		if d.Source.File != "" {
			add("sourcepath", azureValue(repositoryPath(prefix, d.Source.File)))
			add("linenumber", fmt.Sprint(max(d.Source.Line, 1)))
			add("columnnumber", fmt.Sprint(max(d.Source.Col, 1)))
		}
		return "##vso[task.logissue " + strings.Join(place, ";") + "]" + azureText(text)
	}
	if d.Source.File != "" {
		add("file", gitHubValue(repositoryPath(prefix, d.Source.File)))
		add("line", fmt.Sprint(max(d.Source.Line, 1)))
		if d.Source.Col > 0 {
			add("col", fmt.Sprint(d.Source.Col))
		}
	}
	head := "::" + string(d.Severity)
	if len(place) > 0 {
		head += " " + strings.Join(place, ",")
	}
	return head + "::" + gitHubText(text)
}

// gitHubText and gitHubValue encode as the runner decodes.
func gitHubText(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

func gitHubValue(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(s)
}

// azureText and azureValue encode as the agent decodes; a second command in
// the text is broken up.
func azureText(s string) string {
	return strings.NewReplacer("%", "%AZP25", "\r", "%0D", "\n", "%0A", "##", "# #").Replace(s)
}

func azureValue(s string) string {
	return strings.NewReplacer("%", "%AZP25", "\r", "%0D", "\n", "%0A", "]", "%5D", ";", "%3B").Replace(s)
}
