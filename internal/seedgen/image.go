package seedgen

import (
	"bytes"
	"image"
	"image/color"
	imagepng "image/png"
)

// png draws a picture of one color. It is stored without compression, so that
// its bytes are the same whichever release of Go made them.
func png(width, height int, r, g, b uint8) []byte {
	pixels := image.NewPaletted(image.Rect(0, 0, width, height), color.Palette{color.RGBA{r, g, b, 0xff}})
	var out bytes.Buffer
	encoder := imagepng.Encoder{CompressionLevel: imagepng.NoCompression}
	if err := encoder.Encode(&out, pixels); err != nil {
		panic(err) // a buffer takes everything
	}
	return out.Bytes()
}
