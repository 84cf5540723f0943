package render

// Options say how text is laid out. The zero value suits a log file.
type Options struct {
	Color   bool // ANSI colours
	Width   int  // columns of the terminal; 0: 100
	Unicode bool // arrows and marks beyond ASCII
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
	if o.Unicode {
		return "→"
	}
	return "->"
}
