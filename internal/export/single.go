package export

import (
	"context"
	"net/url"
	"reflect"
	"strconv"

	"rassync/internal/model"
)

// single reads a singleton. Where the read is documented without the query of
// the site, an answer that is the very same as that of the licensing site may
// be just that: then it shows nothing of the site that was asked for.
func (r *reader) single(ctx context.Context, k *model.Kind, query url.Values) (map[string]any, error) {
	body, err := r.memo.objectOf(ctx, Asked{Path: k.Self, Query: query, Kind: k})
	if err != nil || !k.SiteUnsure || len(r.order) < 2 {
		return body, err
	}
	asked, licensing := query.Get(k.SiteQuery), r.order[0].ID
	if asked == "" || asked == licensing {
		return body, nil
	}
	if id, ok := model.AsInt(body["siteId"]); ok { // it says itself
		if strconv.FormatInt(id, 10) == asked {
			return body, nil
		}
		return map[string]any{}, nil
	}
	other, err := r.memo.objectOf(ctx, Asked{Path: k.Self, Query: url.Values{k.SiteQuery: {licensing}}, Kind: k})
	if err != nil {
		return nil, err
	}
	if reflect.DeepEqual(body, other) {
		return map[string]any{}, nil
	}
	return body, nil
}
