package model

// File is a value that is a file next to the YAML.
type File struct {
	Field  string            `word:"field" doc:"of the create's form"` // "" if the create takes no file
	Get    string            `word:"get" is:"path" doc:"read of the file"`
	Query  map[string]string `word:"query" doc:"of that read"`
	Costly bool              `word:"costly" doc:"read only when asked for"`
	Seen   string            `word:"seen" doc:"page that documents the read"` // where the list of operations lacks it
	Put    *FilePut          `word:"put" doc:"call that sets it"`             // on an object that exists
}

// FilePut is the call that sets a file by itself. Without Fields its body is
// not known: then the file is read and compared, and never sent.
type FilePut struct {
	Method Method   `word:"method" doc:"verb of the call"`
	Path   string   `word:"path" is:"path" doc:"path of the call"`
	Fields []string `word:"fields" doc:"names of the form's field, likeliest first"`
}

// calls are the read and the write of the file. One whose body is not known is
// taken care of, in that a difference is shown, and never sent.
func (f *File) calls(at CallPlace) []Call {
	var out []Call
	if f.Get != "" {
		out = append(out, Call{Method: "GET", Path: at.self(f.Get), Word: "file", Sent: true, Seen: f.Seen})
	}
	if f.Put != nil {
		out = append(out, Call{Method: string(f.Put.Method), Path: at.self(f.Put.Path), Word: "file.put", Sent: len(f.Put.Fields) > 0})
	}
	return out
}
