package leak

import "encoding/json"

// MaskJSON masks the secrets in the texts of a JSON document and leaves every
// other byte as it is.
func MaskJSON(data []byte) []byte {
	var out []byte
	from := 0
	for i := 0; i < len(data); i++ {
		if data[i] != '"' {
			continue
		}
		end := i + 1
		for end < len(data) && data[end] != '"' {
			if data[end] == '\\' {
				end++
			}
			end++
		}
		if end >= len(data) {
			break
		}
		var s string
		if json.Unmarshal(data[i:end+1], &s) == nil {
			if masked := Mask(s); masked != s {
				text, err := json.Marshal(masked)
				if err == nil {
					out = append(append(out, data[from:i]...), text...)
					from = end + 1
				}
			}
		}
		i = end
	}
	if from == 0 {
		return data
	}
	return append(out, data[from:]...)
}
