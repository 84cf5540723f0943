package apply

import (
	"slices"
	"strings"

	"rassync/internal/model"
)

// shapePrefix begins the keys under which the shape of a body is remembered,
// whatever else its alternatives were.
const shapePrefix = "shape of "

// orderShapes puts the shape that the farm took before first: in this call, or,
// where nothing is known of it, in any other.
func (r *task) orderShapes(key string, shapes []model.BodyShape) []model.BodyShape {
	if len(shapes) < 2 {
		return shapes
	}
	first, known := r.won[shapePrefix+key]
	if !known {
		for other, shape := range r.won {
			if strings.HasPrefix(other, shapePrefix) {
				first = max(first, shape)
			}
		}
	}
	if first <= 0 || first >= len(shapes) {
		return shapes
	}
	ordered := []model.BodyShape{shapes[first]}
	for i, s := range shapes {
		if i != first {
			ordered = append(ordered, s)
		}
	}
	return ordered
}

// orderNote keeps the places of bodies apart that were sent in another order
// of shapes.
func orderNote(shapes, ordered []model.BodyShape) string {
	if slices.Equal(shapes, ordered) {
		return ""
	}
	return " " + string(ordered[0]) + " first"
}

// learnShape remembers the shape of the body that the farm took last.
func (r *task) learnShape(key string, shapes, ordered []model.BodyShape) {
	if len(shapes) < 2 || r.tookOf < len(shapes) || r.tookOf%len(shapes) != 0 {
		return
	}
	shape := slices.Index(shapes, ordered[r.took/(r.tookOf/len(shapes))])
	was := r.won[shapePrefix+key]
	r.won[shapePrefix+key] = shape
	if shape == was {
		return
	}
	if err := r.Learnt.Took(shapePrefix+key, shape); err != nil {
		r.emit(Event{Type: Notice, Address: r.address(), Message: "which body the farm takes could not be kept for later runs", Err: err})
	}
}
