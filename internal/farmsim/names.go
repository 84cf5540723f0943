package farmsim

// Names and texts that hurt: they are legal, and each of them has broken a
// tool somewhere.
var nastyNames = []string{
	"Sales", "sales team", "Überstunden", "日本語", "Ελληνικά", "עברית", "emoji 🚀",
	"a/b", "a//b", "%2F", "100 %", "%PATH%", `C:\Windows\notepad.exe`, `\\server\share`, `"quoted"`, "it's", "`tick`",
	"trailing space ", " leading space", "two  spaces", "tab\there", "..", ".", "CON", "nul.txt", "a:b", "a*b?", "<b>bold</b>", "&amp;",
	"true", "null", "~", "123", "1e3", "0x10", "2026-01-01", "- dash", "# hash", "key: value", "[list]", "{map}", "@at", "!bang", "|", ">", "a|b",
	"-", "--flag", "$HOME", "${env}", "{{template}}", "'; DROP TABLE--", "=SUM(A1)", "é", "e\u0301", "ﬀ", "İstanbul", "straße",
}

var nastyTexts = []string{
	"", "plain text", "two\nlines", "windows\r\nlines\r\n", "trailing newline\n", "\n leading newline", "tab\tand space ", "no\u00a0break",
	`back\slash \n`, "quote \" and ' and `", "# no comment", "key: value", "- item", "null", "yes", "007", "1_000", "12:30:45", "%USERPROFILE%",
	"日本語のテキスト", "🚀🚀", "<script>alert(1)</script>", "a | b | c", "[link](http://x)", "*bold* _it_", "${HOME} {{x}}", "---", "...", "? x", "\ufeffbom",
	"very long " + longText,
}

const longText = "lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut labore et dolore magna aliqua " +
	"ut enim ad minim veniam quis nostrud exercitation ullamco laboris nisi ut aliquip ex ea commodo consequat"
