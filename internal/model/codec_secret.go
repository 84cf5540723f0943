package model

// secretCodec: goes in and never comes back; YAML says where it is found.
type secretCodec struct{ asItIs }

func (secretCodec) fits(p *Property) bool { return p.Secret }

// Example is a variable of the environment.
func (secretCodec) Example(p *Property, _ func(kinds []string) string) any {
	if p.SecretEnv != "" {
		return map[string]any{"fromEnv": p.SecretEnv}
	}
	return map[string]any{"fromEnv": "RASSYNC_SECRET"}
}

// Describe says so.
func (secretCodec) Describe(*Property) string { return "secret" }
