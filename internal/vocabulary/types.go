package vocabulary

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// The words are the tagged fields of structs:
//
//	Read string `word:"read" doc:"where answers show it"`
//
// A text may be narrowed to a format: `is:"path"`, `is:"version"`.
// A field's type says what the value may be: texts, whole numbers, true (a bool;
// `word:"put,either"` takes false too), lists, mappings by name, further structs,
// any. What these cannot say is a type with methods of its own.

// Closed is a text out of a closed set.
type Closed interface{ Words() []string }

// Shaped is a text that must look like something.
type Shaped interface {
	// Shape says what in words: "a path that begins with /".
	Shape() string
	Fits(s string) bool
	// A type may also have Known() []string: texts that are suggested.
}

// Union is a value that may have several forms.
type Union interface {
	// Forms gives a value of each type that it may have.
	Forms() []any
	// Take sets it from a value of one of these types.
	Take(v any)
}

// Numbers are names with numbers, in the order of the schema; nil is null.
type Numbers struct {
	Names []string
	Of    map[string]*int64
}

// Defaults is a struct whose words are not nothing where they are left out.
type Defaults interface{ Defaults() }

// False stands, among the forms of a union, for the value false; Null for null;
// Flag for true and false.
type (
	False struct{}
	Null  struct{}
	Flag  bool
)

var (
	closedType  = reflect.TypeFor[Closed]()
	shapedType  = reflect.TypeFor[Shaped]()
	unionType   = reflect.TypeFor[Union]()
	objectType  = reflect.TypeFor[Object]()
	numbersType = reflect.TypeFor[Numbers]()
	rawType     = reflect.TypeFor[Raw]()
)

// formOf is what a value of the type may be.
func formOf(t reflect.Type) form {
	switch {
	case t == reflect.TypeFor[False]():
		return form{is: isFalse}
	case t == reflect.TypeFor[Null]():
		return form{is: isNull}
	case t == reflect.TypeFor[Flag]():
		return form{is: isFlag}
	case t == objectType:
		any := form{is: isAny}
		return form{is: isMapping, of: &any}
	case t == rawType:
		return form{is: isAny}
	case t == numbersType:
		number := form{is: isEither, either: []form{{is: isWhole}, {is: isNull}}}
		return form{is: isMapping, of: &number}
	case t.Implements(closedType) && t.Kind() == reflect.String:
		return form{is: isText, values: reflect.Zero(t).Interface().(Closed).Words()}
	case t.Implements(shapedType) && t.Kind() == reflect.String:
		shaped := reflect.Zero(t).Interface().(Shaped)
		f := form{is: isText, shape: shaped.Shape(), like: shaped.Fits}
		if k, ok := shaped.(interface{ Known() []string }); ok {
			f.known = k.Known()
		}
		return f
	case reflect.PointerTo(t).Implements(unionType):
		return unionForm(t)
	}
	switch t.Kind() {
	case reflect.String:
		return text()
	case reflect.Bool:
		return form{is: isTrue}
	case reflect.Int, reflect.Int64:
		return form{is: isWhole}
	case reflect.Float64:
		return form{is: isNumber}
	case reflect.Interface:
		return form{is: isAny}
	case reflect.Pointer:
		return formOf(t.Elem())
	case reflect.Slice:
		return listOf(formOf(t.Elem()))
	case reflect.Map:
		of := formOf(t.Elem())
		return form{is: isMapping, of: &of}
	case reflect.Struct:
		return words(wordsOf(t)...)
	}
	panic(fmt.Sprintf("no word can hold a %s", t))
}

func unionForm(t reflect.Type) form {
	f := form{is: isEither}
	for _, v := range reflect.New(t).Interface().(Union).Forms() {
		f.either = append(f.either, formOf(reflect.TypeOf(v)))
	}
	if len(f.either) == 1 {
		return f.either[0]
	}
	return f
}

// wordsOf are the words of a struct, those of embedded structs included unless
// they are a word themselves.
func wordsOf(t reflect.Type) []word {
	var out []word
	for i := range t.NumField() {
		field := t.Field(i)
		tag, ok := field.Tag.Lookup("word")
		if field.Anonymous && !ok {
			out = append(out, wordsOf(field.Type)...)
			continue
		}
		if !ok {
			continue
		}
		name, option, _ := strings.Cut(tag, ",")
		f := formOf(field.Type)
		if option == "either" {
			f = form{is: isFlag}
		}
		if is := field.Tag.Get("is"); is != "" {
			f = formatted(f, is)
		}
		out = append(out, word{name: name, form: f, doc: field.Tag.Get("doc")})
	}
	return out
}

// formatted narrows the texts of a form to those of a format.
func formatted(f form, is string) form {
	switch f.is {
	case isList, isMapping:
		of := formatted(*f.of, is)
		f.of = &of
	case isText:
		switch is {
		case "path":
			f.shape, f.like = "a path that begins with / or {self}", func(s string) bool {
				return strings.HasPrefix(s, "/") || strings.HasPrefix(s, "{self}")
			}
		case "version":
			f.shape, f.like = "a version such as v21", releases.MatchString
		}
	}
	return f
}

var releases = regexp.MustCompile(`^v\d+(\.\d+)*$`)

// Decoder fills structs of words.
type Decoder struct {
	fields map[reflect.Type][]field
}

type field struct {
	name  string
	index []int
}

// NewDecoder prepares decoding; what it learns of a type is kept.
func NewDecoder() *Decoder { return &Decoder{fields: map[reflect.Type][]field{}} }

// Into fills the struct that into points to with the words of o, which may be
// nil. Unknown words and values of another form are an error.
func (d *Decoder) Into(o Object, into any) error {
	v := reflect.ValueOf(into).Elem()
	if def, ok := into.(Defaults); ok {
		def.Defaults()
	}
	if o == nil || reflect.ValueOf(o).IsNil() {
		return nil
	}
	return d.words(o, v, "")
}

func (d *Decoder) words(o Object, v reflect.Value, at string) error {
	fields, ok := d.fields[v.Type()]
	if !ok {
		fields = fieldsOf(v.Type(), nil)
		d.fields[v.Type()] = fields
	}
	for _, name := range o.Keys() {
		i := slices.IndexFunc(fields, func(f field) bool { return f.name == name })
		if i < 0 {
			return fmt.Errorf("%s: unknown word", join(at, name))
		}
		if err := d.value(o.Get(name), v.FieldByIndex(fields[i].index), join(at, name)); err != nil {
			return err
		}
	}
	return nil
}

func fieldsOf(t reflect.Type, above []int) []field {
	var out []field
	for i := range t.NumField() {
		f := t.Field(i)
		index := append(slices.Clone(above), i)
		if tag, ok := f.Tag.Lookup("word"); f.Anonymous && !ok {
			out = append(out, fieldsOf(f.Type, index)...)
		} else if ok {
			name, _, _ := strings.Cut(tag, ",")
			out = append(out, field{name, index})
		}
	}
	return out
}

// value sets one word. The value may come from two schemas laid over each
// other, so it is looked at again although each file was checked.
func (d *Decoder) value(from any, to reflect.Value, at string) error {
	wrong := func() error { return fmt.Errorf("%s: %s, not %s", at, formOf(to.Type()).wants(), jsonName(from)) }
	if to.Addr().Type().Implements(unionType) {
		return d.union(from, to.Addr().Interface().(Union), at, wrong)
	}
	switch to.Type() {
	case objectType:
		o, ok := from.(Object)
		if !ok {
			return wrong()
		}
		to.Set(reflect.ValueOf(o))
		return nil
	case rawType:
		to.Set(reflect.ValueOf(Raw{from, true}))
		return nil
	case numbersType:
		return d.numbers(from, to.Addr().Interface().(*Numbers), at, wrong)
	}
	switch to.Kind() {
	case reflect.Interface:
		if from = Plain(from); from != nil {
			to.Set(reflect.ValueOf(from))
		}
		return nil
	case reflect.Pointer:
		to.Set(reflect.New(to.Type().Elem()))
		return d.value(from, to.Elem(), at)
	case reflect.Slice:
		list, ok := from.([]any)
		if !ok {
			return wrong()
		}
		out := reflect.MakeSlice(to.Type(), len(list), len(list))
		for i, e := range list {
			if err := d.value(e, out.Index(i), fmt.Sprintf("%s[%d]", at, i)); err != nil {
				return err
			}
		}
		to.Set(out)
		return nil
	case reflect.Map, reflect.Struct:
		o, ok := from.(Object)
		if !ok {
			return wrong()
		}
		return d.object(o, to, at)
	}
	return d.scalar(from, to, wrong)
}

// union takes the first form that fits.
func (d *Decoder) union(from any, to Union, at string, wrong func() error) error {
	var nearest error
	for _, as := range to.Forms() {
		t := reflect.TypeOf(as)
		f := formOf(t)
		var found []finding
		if f.check(from, at, &found); len(found) > 0 {
			if f.takes(from) && nearest == nil {
				nearest = fmt.Errorf("%s: %s", found[0].at, found[0].says)
			}
			continue
		}
		v := reflect.New(t).Elem()
		if f.is != isFalse && f.is != isNull {
			if err := d.value(from, v, at); err != nil {
				return err
			}
		}
		to.Take(v.Interface())
		return nil
	}
	if nearest == nil {
		return wrong()
	}
	return nearest
}

func (d *Decoder) numbers(from any, to *Numbers, at string, wrong func() error) error {
	o, ok := from.(Object)
	if !ok {
		return wrong()
	}
	to.Names, to.Of = slices.Clone(o.Keys()), map[string]*int64{}
	for _, name := range to.Names {
		switch n := o.Get(name).(type) {
		case nil:
			to.Of[name] = nil
		case int64:
			to.Of[name] = &n
		default:
			return fmt.Errorf("%s: a whole number or null, not %s", join(at, name), jsonName(n))
		}
	}
	return nil
}

func (d *Decoder) object(o Object, to reflect.Value, at string) error {
	if to.Kind() == reflect.Struct {
		if def, ok := to.Addr().Interface().(Defaults); ok {
			def.Defaults()
		}
		return d.words(o, to, at)
	}
	out := reflect.MakeMap(to.Type())
	for _, name := range o.Keys() {
		v := reflect.New(to.Type().Elem()).Elem()
		if err := d.value(o.Get(name), v, join(at, name)); err != nil {
			return err
		}
		out.SetMapIndex(reflect.ValueOf(name), v)
	}
	to.Set(out)
	return nil
}

func (d *Decoder) scalar(from any, to reflect.Value, wrong func() error) error {
	switch v := from.(type) {
	case string:
		if to.Kind() == reflect.String {
			to.SetString(v)
			return nil
		}
	case bool:
		if to.Kind() == reflect.Bool {
			to.SetBool(v)
			return nil
		}
	case int64:
		switch to.Kind() {
		case reflect.Int, reflect.Int64:
			to.SetInt(v)
			return nil
		case reflect.Float64:
			to.SetFloat(float64(v))
			return nil
		}
	case float64:
		if to.Kind() == reflect.Float64 {
			to.SetFloat(v)
			return nil
		}
	}
	return wrong()
}

// Plain turns objects into ordinary maps.
func Plain(v any) any {
	switch v := v.(type) {
	case Object:
		if reflect.ValueOf(v).IsNil() {
			return nil
		}
		m := make(map[string]any, len(v.Keys()))
		for _, k := range v.Keys() {
			m[k] = Plain(v.Get(k))
		}
		return m
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = Plain(e)
		}
		return out
	}
	return v
}

func join(at, name string) string {
	if at == "" {
		return name
	}
	return at + "." + name
}

// WordsOf lists the words of a struct.
func WordsOf(words any) []string { return formOf(reflect.TypeOf(words)).names() }
