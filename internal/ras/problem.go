package ras

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"

	"rassync/internal/leak"
)

// Limits on what an error keeps of an answer.
const (
	maxErrorBody = 16 << 10 // bytes read of the body of a refusal
	maxSaid      = 1000     // characters kept of each text that the farm said
	maxExcerpt   = 300      // characters kept of a body that says nothing readable
)

// said is what the farm gave as its reason.
type said struct {
	title, detail string
	code          int
}

// parseRefusal reads the body of a refusal. Protocol notes: two forms exist,
// ProblemDetails {type,title,status,detail,instance} with extra members, and
// {code,msg}; anything else (a proxy's page, a bare string) becomes an excerpt.
// The secrets of the request are masked before anything is cut.
func parseRefusal(body []byte, hide *strings.Replacer) said {
	body = trimBOM(body)
	var s string
	if json.Unmarshal(body, &s) == nil {
		return said{detail: clean(hide.Replace(s), maxSaid)}
	}
	members, ok := foldedObject(body)
	if !ok {
		return said{detail: excerpt(body, hide)}
	}
	out := said{
		title:  clean(hide.Replace(looseString(members["title"])), maxSaid),
		detail: clean(hide.Replace(looseString(members["detail"])), maxSaid),
		code:   int(looseInt(members["code"])),
	}
	if out.detail == "" {
		for _, key := range []string{"msg", "message"} {
			if out.detail = clean(hide.Replace(looseString(members[key])), maxSaid); out.detail != "" {
				break
			}
		}
	}
	// The extra member "errors" of a ProblemDetails names the fields, which is
	// the only part that helps whoever has to correct them.
	if fields := fieldErrors(members["errors"]); fields != "" {
		out.detail = clean(strings.TrimPrefix(out.detail+"; "+hide.Replace(fields), "; "), maxSaid)
	}
	if out == (said{}) {
		out.detail = excerpt(body, hide)
	}
	return out
}

func fieldErrors(raw json.RawMessage) string {
	var fields map[string]json.RawMessage
	if len(raw) == 0 || json.Unmarshal(raw, &fields) != nil {
		return ""
	}
	names := make([]string, 0, len(fields))
	for name := range fields {
		names = append(names, name)
	}
	sort.Strings(names)
	var parts []string
	for _, name := range names {
		var many []string
		if json.Unmarshal(fields[name], &many) != nil {
			many = []string{looseString(fields[name])}
		}
		text := strings.Join(many, " ")
		if name != "" {
			text = name + ": " + text
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, "; ")
}

var (
	quotedText = regexp.MustCompile(`"[^"]*"|'[^']*'|“[^”]*”|«[^»]*»`)
	lockWords  = regexp.MustCompile(`(?i)\b(locked|locks?|in use by (another|an?|the) (admin|user)\w*|in use by \S*[\\@]\S*|being edited|being modified)\b`)
	existWords = regexp.MustCompile(`(?i)\b(exists?|duplicate)\b`)
)

// saysLocked tells whether the reason is that somebody else has the object
// open. Administrator's guide: an object open in the console, even one tab of
// its properties, is locked for all others; no status of its own was seen, so
// the text is all there is. Quoted names don't count ("Lock Screen" is a fine
// name for an application), nor does a text that says that a thing exists, nor use
// by anything but a person: a theme in use by a rule is no lock.
func (s said) saysLocked() bool {
	text := quotedText.ReplaceAllString(s.title+" "+s.detail, " ")
	return lockWords.MatchString(text) && !existWords.MatchString(text)
}

// refusalKind gives the kind of a 4xx that isn't about token or rate.
func refusalKind(status int, s said) Kind {
	switch {
	case status == http.StatusForbidden:
		return KindRights
	case status == http.StatusNotFound:
		return KindNotFound
	case status == http.StatusLocked || s.saysLocked():
		return KindLocked
	case status == http.StatusConflict:
		return KindConflict
	}
	return KindRefused
}

var htmlTags = regexp.MustCompile(`(?is)<(script|style)\b.*?</(script|style)>|<[^>]*>`)

// excerpt makes a short printable text of a body of unknown nature.
func excerpt(body []byte, hide *strings.Replacer) string {
	if json.Valid(trimBOM(body)) {
		return clean(maskJSON(body, "", hide), maxExcerpt)
	}
	if !readable(body) {
		return fmt.Sprintf("(%d bytes that are no text)", len(body))
	}
	if len(body) > maxErrorBody {
		body = body[:maxErrorBody]
	}
	text := hide.Replace(strings.ToValidUTF8(string(trimBOM(body)), " "))
	if t := strings.TrimSpace(text); strings.HasPrefix(t, "<") {
		text = htmlTags.ReplaceAllString(t, " ")
	}
	return clean(text, maxExcerpt)
}

// foreign describes an answer that is not the API's. Only a page, which a proxy
// or a logon form shows, is quoted: anything else may be the content of a file
// that somebody had the farm keep, and no business of a log.
func foreign(body []byte, contentType string, hide *strings.Replacer) string {
	if bytes.HasPrefix(bytes.TrimSpace(trimBOM(body)), []byte("<")) {
		return excerpt(body, hide)
	}
	if contentType == "" {
		contentType = "of unknown type"
	}
	return fmt.Sprintf("(%d bytes, %s)", len(body), clean(contentType, 100))
}

// readable tells a text from the bytes of something else.
func readable(body []byte) bool {
	head := body[:min(len(body), 1024)]
	return bytes.IndexByte(head, 0) < 0 && !bytes.HasPrefix(head, []byte("\x89PNG")) && !bytes.HasPrefix(head, []byte("\xff\xd8\xff"))
}

// clean leaves printable characters only (an answer must not be able to move
// the cursor of a terminal), with runs of white space folded, cut to max
// characters.
func clean(s string, max int) string {
	s = leak.Mask(s)
	s = strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	if utf8.RuneCountInString(s) > max {
		s = string([]rune(s)[:max]) + "..."
	}
	return s
}
