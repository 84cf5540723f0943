package plan

import (
	"fmt"

	"rassync/internal/model"
)

// CellEdit is one value of a matrix that is to be written.
type CellEdit struct {
	Prop  *model.Property
	Cell  model.Cell
	Value any
}

// cells compares a matrix. Rows that are not declared hold nothing; in a row,
// columns that are not declared are left alone.
func (d *differ) cells(p *model.Property, want, have []any) {
	wantOrder, wanted := model.CellsOf(p, want)
	haveOrder, had := model.CellsOf(p, have)
	found := map[model.Cell]bool{}
	for _, c := range wantOrder {
		var h any
		for _, o := range haveOrder {
			if d.sameCell(p, c, o) {
				h, found[o.Key()] = had[o.Key()], true
				break
			}
		}
		d.cell(p, c, wanted[c.Key()], h)
	}
	for _, c := range haveOrder {
		if !found[c.Key()] && d.says(p, want, c) {
			d.cell(p, c, []any{}, had[c.Key()])
		}
	}
}

func (d *differ) sameCell(p *model.Property, a, b model.Cell) bool {
	if a.Column != b.Column || !d.sameName(p.Items.Prop(p.Cells.Row).Ref, a.Row, b.Row) {
		return false
	}
	return d.sameName(p.CellObject(a.Column).Ref, a.Object, b.Object)
}

func (d *differ) sameName(kinds []string, a, b string) bool {
	return model.SameName(a, b) || a != "" && b != "" && len(kinds) > 0 && d.sameRef(kinds, a, b)
}

// says tells whether the documents say that a cell holds nothing by leaving it
// out.
func (d *differ) says(p *model.Property, want []any, c model.Cell) bool {
	for _, e := range want {
		row, _ := e.(map[string]any)
		if name, _ := row[p.Cells.Row].(string); !d.sameName(p.Items.Prop(p.Cells.Row).Ref, name, c.Row) {
			continue
		}
		column, declared := row[c.Column].(map[string]any)
		if !declared || c.Object == "" {
			return false
		}
		_, declared = column[p.Cells.Objects]
		return declared
	}
	return true
}

func (d *differ) cell(p *model.Property, c model.Cell, want, have any) {
	own := p.Items.Prop(c.Column).Prop(p.Cells.Own)
	if model.Nothing(want) && model.Nothing(have) || model.Equal(own, want, have) {
		return
	}
	path := c.Path(p)
	if p.Cells.Numbers[c.Column] == nil {
		d.cannot(path, have, want, fmt.Sprintf("the number of %s for %s is not known: %s", p.Cells.Type, c.Column, inConsole))
		return
	}
	f := Field{Path: path, Before: show(have), After: show(want)}
	if p.Cells.Guessed[c.Column] {
		f.Note = "inferred"
	}
	d.add(own, f)
	if d.edits != nil {
		d.edits.Cells = append(d.edits.Cells, CellEdit{Prop: p, Cell: c, Value: want})
	}
}
