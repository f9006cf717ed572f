package connector

// Kind is how a field is filled in, drawn and written on the wire.
type Kind uint8

// The kinds of fields.
const (
	KindText   Kind = iota // one line; a JSON string
	KindChoice             // one of Choices; a JSON string
	KindFlag               // yes or no; a JSON boolean
	KindList               // a set of words; a JSON array of strings
	KindRef                // the name by which a spec points to a workspace's secret; a JSON string
	KindSecret             // a hidden value of the connector's own; sealed, never in JSON or HTML
	KindTags               // keys with values; a JSON object of strings
	KindLong               // several lines; a JSON string
)

// Option is one allowed value of a choice and what it means.
type Option struct{ Value, Label string }

// Field is one declared property, bound to its place in a spec or a draft. Every reader takes what it needs
// from here: the form its label and hint, the codec its wire name and kind, the browser its rules.
// A Field points into what it was asked from: ask for Fields afresh, never keep one.
type Field struct {
	Name     string // wire name, the form's input name too
	Label    string // as people see it
	Help     string // one sentence, or ""
	Example  string // a value that passes the rules, or "" where none makes sense
	Kind     Kind
	Choices  []Option
	Required bool
	Fixed    bool // cannot change once kept
	Given    bool // set by the registry, never by whoever fills the form
	Mono     bool // identifiers, addresses: drawn in a monospace

	rules  []Rule
	text   *string
	flag   *bool
	list   *[]string
	secret *Secret
	tags   *Tags
	when   *string
	among  []string
}

// Rule looks at one value that is not empty and gives "" or what is wrong, as the rest of a sentence that begins
// with the field's label: "must start with http:// or https://.".
type Rule func(value string) (wrong string)

// Text declares one line of text.
func Text(p *string, name, label string) Field {
	return Field{Name: name, Label: label, Kind: KindText, text: p}
}

// Long declares text of several lines.
func Long(p *string, name, label string) Field {
	return Field{Name: name, Label: label, Kind: KindLong, text: p}
}

// Ref declares the name of a secret.
func Ref(p *string, name, label string) Field {
	return Field{Name: name, Label: label, Kind: KindRef, text: p, Mono: true}
}

// Choice declares one of some values. A value may carry its meaning after a colon: "Repo: this one repository".
func Choice(p *string, name, label string, values ...string) Field {
	f := Field{Name: name, Label: label, Kind: KindChoice, text: p}
	for _, v := range values {
		value, _, _ := cut(v, ": ")
		f.Choices = append(f.Choices, Option{value, v})
	}
	f.Example = f.Choices[0].Value
	return f
}

// Flag declares a yes or no.
func Flag(p *bool, name, label string) Field {
	return Field{Name: name, Label: label, Kind: KindFlag, flag: p}
}

// List declares a set of words.
func List(p *[]string, name, label string) Field {
	return Field{Name: name, Label: label, Kind: KindList, list: p}
}

// Hidden declares a value of the connector's own that nobody may read back.
func Hidden(p *Secret, name, label string) Field {
	return Field{Name: name, Label: label, Kind: KindSecret, secret: p}
}

// Labels declares tags.
func Labels(p *Tags, name, label string) Field {
	return Field{Name: name, Label: label, Kind: KindTags, tags: p}
}

// Must makes the field required and adds rules.
func (f Field) Must(rules ...Rule) Field {
	f.Required = true
	return f.May(rules...)
}

// May adds rules for a value that is there. For a list, each word is looked at.
func (f Field) May(rules ...Rule) Field {
	f.rules = append(f.rules[:len(f.rules):len(f.rules)], rules...)
	return f
}

// Hint says what to fill in, and gives an example.
func (f Field) Hint(help, example string) Field {
	f.Help = help
	if example != "" {
		f.Example = example
	}
	return f
}

// When shows the field only while another one has one of the values; a hidden field is neither required nor kept.
func (f Field) When(other *string, among ...string) Field {
	f.when, f.among = other, among
	return f
}

// Once marks a field that cannot change after the connector was created.
func (f Field) Once() Field {
	f.Fixed = true
	return f
}

// Code marks a value that is drawn in a monospace.
func (f Field) Code() Field {
	f.Mono = true
	return f
}

// FromRegistry marks a value that the registry gives.
func (f Field) FromRegistry() Field {
	f.Given = true
	return f
}

// Shown reports whether the field's condition holds now.
func (f Field) Shown() bool {
	if f.when == nil {
		return true
	}
	for _, v := range f.among {
		if *f.when == v {
			return true
		}
	}
	return false
}

// Condition gives the wire name of the field that this one depends on and the values that show it; "" without a condition.
func (f Field) Condition(all []Field) (name string, among []string) {
	if f.when == nil {
		return "", nil
	}
	for _, other := range all {
		if other.text == f.when {
			return other.Name, f.among
		}
	}
	return "", nil
}

// Value gives the field as one text, as a form shows it: a flag as "true" or "", a list one word after another with
// commas, tags one to a line. A hidden value is always "".
func (f Field) Value() string {
	switch f.Kind {
	case KindFlag:
		if *f.flag {
			return "true"
		}
		return ""
	case KindList:
		return join(*f.list, ", ")
	case KindTags:
		return f.tags.String()
	case KindSecret:
		return ""
	}
	return *f.text
}

// Words gives the words of a list; nil for other kinds.
func (f Field) Words() []string {
	if f.list == nil {
		return nil
	}
	return *f.list
}

// Tags gives the tags of a tag field; nil for other kinds.
func (f Field) Tags() Tags {
	if f.tags == nil {
		return nil
	}
	return *f.tags
}

// Empty reports whether nothing is filled in. A flag is never empty.
func (f Field) Empty() bool {
	switch f.Kind {
	case KindFlag:
		return false
	case KindList:
		return len(*f.list) == 0
	case KindTags:
		return len(*f.tags) == 0
	case KindSecret:
		return f.secret.Empty()
	}
	return *f.text == ""
}

// Secret gives the place of a hidden value, or nil for other kinds: the store seals it from here and opens it into here.
func (f Field) Secret() *Secret { return f.secret }

// SameAs reports whether two fields are bound to one place.
func (f Field) SameAs(other Field) bool {
	return f.text != nil && f.text == other.text || f.flag != nil && f.flag == other.flag ||
		f.list != nil && f.list == other.list || f.secret != nil && f.secret == other.secret || f.tags != nil && f.tags == other.tags
}
