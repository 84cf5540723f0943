package render

import "rassync/internal/plan"

// Options say how text is laid out. The zero value suits a log file.
type Options struct {
	Color   bool // ANSI colours
	Width   int  // columns of the terminal; 0: 100
	Unicode bool // arrows and marks beyond ASCII
	Plain   bool // for screen readers: words instead of marks, no columns, no colours
	Verbose bool // nothing is cut
}

const defaultWidth = 100

func (o Options) width() int {
	if o.Width <= 0 {
		return defaultWidth
	}
	return max(o.Width, 40)
}

func (o Options) arrow() string {
	switch {
	case o.Plain:
		return "becomes"
	case o.Unicode:
		return "→"
	}
	return "->"
}

// added and removed begin a line that tells of a value. A colour never says
// it alone, and a screen reader reads out no mark.
func (o Options) added() string {
	if o.Plain {
		return "added: "
	}
	return "+ "
}

func (o Options) removed() string {
	if o.Plain {
		return "removed: "
	}
	return "- "
}

// attention is the mark of a line that must not be overlooked.
func (o Options) attention() string {
	if o.Plain {
		return ""
	}
	return "! "
}

// action is what happens to an object, with its mark.
func (o Options) action(a plan.Action) string {
	mark, _ := actionMark(a)
	if o.Plain {
		return string(a)
	}
	return mark + " " + string(a)
}
