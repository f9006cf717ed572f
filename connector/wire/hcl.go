package wire

import "strings"

// Block is the inside of a Terraform block while it is written: arguments and nested blocks in their order.
type Block struct {
	lines []hclLine
}

type hclLine struct {
	name, value string
	inner       *Block // a nested block; nil for an argument
}

// Resource gives one Terraform resource, laid out as terraform fmt would do it.
func Resource(kind, name string, fill func(*Block)) string {
	var b Block
	fill(&b)
	var out strings.Builder
	out.WriteString("resource " + hclQuote(kind) + " " + hclQuote(name) + " {\n")
	b.write(&out, "  ")
	out.WriteString("}\n")
	return out.String()
}

// Set writes an argument. Null, "", [] and {} are left out, as an argument that was never given.
func (b *Block) Set(name string, v Value) {
	if v.kind == Null || v.kind == String && v.text == "" ||
		v.kind == Array && len(v.items) == 0 || v.kind == Object && len(v.members) == 0 {
		return
	}
	var out strings.Builder
	v.hcl(&out)
	b.lines = append(b.lines, hclLine{name: name, value: out.String()})
}

// Block writes a nested block.
func (b *Block) Block(name string, fill func(*Block)) {
	inner := &Block{}
	fill(inner)
	b.lines = append(b.lines, hclLine{name: name, inner: inner})
}

func (b *Block) write(out *strings.Builder, pad string) {
	for i, l := range b.lines {
		if l.inner == nil {
			out.WriteString(pad + l.name + strings.Repeat(" ", b.width(i)-len(l.name)) + " = " + l.value + "\n")
			continue
		}
		if i > 0 {
			out.WriteByte('\n')
		}
		out.WriteString(pad + l.name + " {\n")
		l.inner.write(out, pad+"  ")
		out.WriteString(pad + "}\n")
	}
}

// width is the longest name among the arguments that stand together with line i.
func (b *Block) width(i int) int {
	from := i
	for from > 0 && b.lines[from-1].inner == nil {
		from--
	}
	n := 0
	for ; from < len(b.lines) && b.lines[from].inner == nil; from++ {
		n = max(n, len(b.lines[from].name))
	}
	return n
}

func (v Value) hcl(out *strings.Builder) {
	switch v.kind {
	case String:
		out.WriteString(hclQuote(v.text))
	case Array:
		out.WriteByte('[')
		for i, item := range v.items {
			if i > 0 {
				out.WriteString(", ")
			}
			item.hcl(out)
		}
		out.WriteByte(']')
	case Object:
		out.WriteString("{ ")
		for i, m := range v.members {
			if i > 0 {
				out.WriteString(", ")
			}
			out.WriteString(hclQuote(m.Name) + " = ")
			m.Value.hcl(out)
		}
		out.WriteString(" }")
	default: // null, numbers and truths are written as in JSON
		v.write(out, "", "")
	}
}

// hclQuote writes a string that Terraform takes as it stands: besides JSON's own escapes, the marks ${ and %{ begin a
// template there and are doubled. A mark before a mark is written by its number, or the doubling could be misread.
func hclQuote(s string) string {
	var out strings.Builder
	quote(&out, s)
	return hclMarks.Replace(out.String())
}

var hclMarks = strings.NewReplacer("$${", `\u0024$${`, "%%{", `\u0025%%{`, "${", "$${", "%{", "%%{")
