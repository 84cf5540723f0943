package leak

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestSecretsInValues(t *testing.T) {
	for in, want := range map[string]string{
		`type=azure,connectionString="DefaultEndpointsProtocol=https;AccountName=fs;AccountKey=abcDEF123+/==;EndpointSuffix=core.windows.net"`: `type=azure,connectionString="DefaultEndpointsProtocol=https;AccountName=fs;AccountKey=***;EndpointSuffix=core.windows.net"`,
		"BlobEndpoint=https://x/;SharedAccessSignature=sv=2020&sig=abc%3D":                                                                     "BlobEndpoint=https://x/;SharedAccessSignature=***&sig=***",
		"Endpoint=sb://x/;SharedAccessKeyName=Root;SharedAccessKey=abc=":                                                                       "Endpoint=sb://x/;SharedAccessKeyName=Root;SharedAccessKey=***",
		"https://user:s3cret@example.com/change":                                                                                               "https://user:***@example.com/change",
		"https://example.blob.core.windows.net/c/x.png?sv=2020-08-04&sig=Zm9v%3D&se=2030":                                                      "https://example.blob.core.windows.net/c/x.png?sv=2020-08-04&sig=***&se=2030",
		"https://app.azurewebsites.net/api/x?code=abcdefghijklmnopqrstuvwx==":                                                                  "https://app.azurewebsites.net/api/x?code=***",
		"Server=db;User Id=sa;Password=hunter2;Encrypt=true":                                                                                   "Server=db;User Id=sa;Password=***;Encrypt=true",
		"Server=db;uid=sa;pwd='a b c';x=1":                                                                                                     "Server=db;uid=sa;pwd=***;x=1",
		"/env:prod /password:hunter2 /x":                                                                                                       "/env:prod /password:*** /x",
		"--user me --password hunter2":                                                                                                         "--user me --password ***",
		"-Password \"hunter two\" -Verbose":                                                                                                    "-Password *** -Verbose",
		"-File c:\\x.ps1 -ApiKey=12345":                                                                                                        "-File c:\\x.ps1 -ApiKey=***",
		"Authorization: Bearer abcDEF1234567890abcdef":                                                                                         "Authorization: Bearer ***",
		"curl -H 'x' ghp_0123456789012345678901234567890123456":                                                                                "curl -H 'x' ***",
		"-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----":                                                                 "-----BEGIN RSA PRIVATE KEY-----***-----END RSA PRIVATE KEY-----",
		`{"client_secret": "abc"}`:                                                                                                             `{"client_secret": ***}`,
	} {
		if got := Mask(in); got != want {
			t.Errorf("Mask(%q)\n got %q\nwant %q", in, got, want)
		}
		if In(in) == "" {
			t.Errorf("nothing is found in %q", in)
		}
		if again := Mask(Mask(in)); again != Mask(in) {
			t.Errorf("%q is masked twice: %q", in, again)
		}
	}
}

// What people write every day is no secret.
func TestNoFalseAlarm(t *testing.T) {
	for _, s := range []string{
		"", "Sales", `C:\Program Files\Token Ring\pass.exe`, "https://ras.example.com:20443/api", "http://[::1]:8080/", "https://example.com/?page=2&key=short", "user@example.com",
		"Password reset for the help desk", "Ask for the password: it is on the wiki", "Enter your password", "password", "Password=", "Password=%PASSWORD%", "pwd=$env:PWD", "--password-file C:\\pw.txt",
		"--password ${PASSWORD}", "/token", "token=<token>", "Password=***", "secret: none", "Basic authentication is required here", "basic understanding", "bearer of news", "Key=Value", "HKLM\\Software\\Key=1",
		"monkey=banana", "compass=north", "design=new", "cn=admins,ou=groups", "smtp://mail.example.com:25", "\\\\server\\share\\keys", "ldap://dc1.example.com:389", "C:\\x.exe /sig=on", "passenger=4",
		"the sign = of the times", "ssh-rsa AAAAB3NzaC1yc2E", "-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----", "Tokens are renewed: daily", "a:b@c",
	} {
		if what := In(s); what != "" {
			t.Errorf("%q is taken for %s: %q", s, what, Mask(s))
		}
	}
}

func TestMaskJSON(t *testing.T) {
	in := map[string]any{"a": "x", "list": []any{"Password=hunter2;x=1", 3.0, `quote " Password="a b"`}, "deep": map[string]any{"u": "https://u:hunter2@h/"}}
	data, err := json.MarshalIndent(in, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	masked := MaskJSON(data)
	var back map[string]any
	if err := json.Unmarshal(masked, &back); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(masked), "hunter2") || strings.Contains(string(masked), "a b") || back["a"] != "x" {
		t.Errorf("%s", masked)
	}
	plain := []byte(`{"a": "b\"c", "d": [1, "e"]}`)
	if string(MaskJSON(plain)) != string(plain) {
		t.Errorf("%s", MaskJSON(plain))
	}
}

func FuzzMask(f *testing.F) {
	f.Add("Password=x;pwd='y'; https://a:b@c?sig=d")
	f.Fuzz(func(t *testing.T, s string) {
		once := Mask(s)
		if twice := Mask(once); In(once) != "" && twice != once {
			t.Errorf("%q gives %q, then %q", s, once, twice)
		}
		MaskJSON([]byte(s))
	})
}
