package model

import (
	"strconv"
)

// Cell is one value of a matrix: of a whole column in a row, or of one object
// in it.
type Cell struct {
	Row    string
	Column string
	Object string // "" for the whole column
}

// Path is where the cell stands in the YAML.
func (c Cell) Path(p *Property) string {
	at := p.Path() + "[" + c.Row + "]." + c.Column + "."
	if c.Object == "" {
		return at + p.Cells.Own
	}
	return at + p.Cells.Objects + "[" + c.Object + "]." + p.Cells.Own
}

// Key is the cell with letter case folded.
func (c Cell) Key() Cell {
	return Cell{Fold(c.Row), c.Column, Fold(c.Object)}
}

// CellsOf lists the values of a matrix in the order of its rows and columns.
func CellsOf(p *Property, rows []any) (order []Cell, values map[Cell]any) {
	values = map[Cell]any{}
	add := func(c Cell, v any) {
		order = append(order, c)
		values[c.Key()] = v
	}
	for _, e := range rows {
		row, _ := e.(map[string]any)
		name, _ := row[p.Cells.Row].(string)
		for _, c := range p.Items.Props {
			if _, isColumn := p.Cells.Numbers[c.Name]; !isColumn {
				continue
			}
			column, ok := row[c.Name].(map[string]any)
			if !ok {
				continue
			}
			if v, said := column[p.Cells.Own]; said {
				add(Cell{Row: name, Column: c.Name}, v)
			}
			list, _ := column[p.Cells.Objects].([]any)
			for _, e := range list {
				o, _ := e.(map[string]any)
				add(Cell{name, c.Name, objectName(o[p.CellObject(c.Name).Name])}, o[p.Cells.Own])
			}
		}
	}
	return order, values
}

// CellObject is the property that says which object of a column is meant: its
// name, or its id where the kind of the objects has no schema.
func (p *Property) CellObject(column string) *Property {
	items := p.Items.Prop(column).Prop(p.Cells.Objects).Items
	if name := items.Prop(p.Cells.Name); name != nil {
		return name
	}
	return items.Prop("id")
}

// objectName is the name of an object in a matrix, or "#id" of one that nobody
// could name.
func objectName(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	if id, ok := AsInt(v); ok {
		return "#" + strconv.FormatInt(id, 10)
	}
	return ""
}

// Nothing tells whether a value of a matrix says that there is no right.
func Nothing(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case []any:
		return len(v) == 0
	case int64:
		return v == 0
	}
	return false
}

// trimCells drops objects without any right, and rows without any: the farm
// may keep them once a right was taken away.
func trimCells(p *Property, rows []any) []any {
	out := make([]any, 0, len(rows))
	for _, e := range rows {
		row, ok := e.(map[string]any)
		if !ok {
			continue
		}
		some := false
		for name := range p.Cells.Numbers {
			column, ok := row[name].(map[string]any)
			if !ok {
				continue
			}
			some = some || !Nothing(column[p.Cells.Own])
			list, ok := column[p.Cells.Objects].([]any)
			if !ok {
				continue
			}
			column[p.Cells.Objects] = trimObjects(p, list)
			some = some || len(column[p.Cells.Objects].([]any)) > 0
		}
		if some {
			out = append(out, row)
		}
	}
	return out
}

func trimObjects(p *Property, list []any) []any {
	kept := make([]any, 0, len(list))
	for _, o := range list {
		if m, _ := o.(map[string]any); m != nil && !Nothing(m[p.Cells.Own]) {
			kept = append(kept, o)
		}
	}
	return kept
}

// InCells tells whether p is or stands in a matrix.
func (p *Property) InCells() bool {
	for at := p; at != nil; at = at.Parent {
		if at.Cells != nil {
			return true
		}
	}
	return false
}
