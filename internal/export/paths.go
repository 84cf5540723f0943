package export

import (
	"net/url"
	"strings"

	"rassync/internal/model"
)

// SelfPath puts an object's id into a path template.
func SelfPath(template, id string) string {
	i := strings.IndexByte(template, '{')
	j := strings.IndexByte(template, '}')
	if i < 0 || j < i {
		return template
	}
	return template[:i] + url.PathEscape(id) + template[j+1:]
}

// Below is the path of what stands at a path below base. One that starts with
// a slash stands beside the object instead, and holds its id.
func Below(base, at, id string) string {
	if strings.HasPrefix(at, "/") {
		return SelfPath(at, id)
	}
	return base + "/" + at
}

// SiteQuery is the query that picks the site of a singleton, on its own path
// and everything below it.
func SiteQuery(k *model.Kind, o *model.Object) url.Values {
	if k.SiteQuery == "" || o.SiteID == "" {
		return nil
	}
	return url.Values{k.SiteQuery: {o.SiteID}}
}
