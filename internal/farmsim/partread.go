package farmsim

import (
	"rassync/internal/model"
)

func (f *Farm) getPart(b *body) func(*call) *answer {
	return func(c *call) *answer {
		o, a := c.pick()
		if a != nil {
			return a
		}
		at := b.prop
		if b.prop.Part.Get {
			return okBytes(f.showPart(o, b.at))
		}
		if wholeAnswers[o.kind.Name+" "+b.at] {
			return okBytes(f.show(o, false))
		}
		path := pathOf(at)
		if at.Type != model.TypeObject && len(path) > 0 {
			path = path[:len(path)-1]
		}
		v, _ := valueAt(f.visible(o, false), path)
		return okBytes(appendJSON(nil, f.finishAnswer(v)))
	}
}
