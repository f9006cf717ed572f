package main

import (
	"flag"
	"os"
	"strings"
	"testing"

	"patchbay/views"
)

var update = flag.Bool("update", false, "write docs/compatibility.md anew")

// The document is made from the doors' own tables, so it cannot claim what is not there.
func TestTheCompatibilityDocumentIsCurrent(t *testing.T) {
	const file = "../../docs/compatibility.md"
	want := compatibilityText(compatibility())
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Error("docs/compatibility.md is not what the doors say of themselves; run go test ./cmd/patchbay -run Compatibility -update")
	}
}

func compatibilityText(doors []views.Door) string {
	var out strings.Builder
	out.WriteString("# Compatibility\n\nA hosted workspace answers its vendor's own HTTP API below the console's address. This page is made from the tables of the doors\n" +
		"themselves; the console shows the same under `/reference/compatibility`.\n")
	cell := strings.NewReplacer("|", `\|`, "\n", " ")
	for _, d := range doors {
		out.WriteString("\n## " + d.Vendor + "\n\nBase URL for clients: `{console}" + d.Base + "`\n\n| operation | request | driven in the tests by |\n| --- | --- | --- |\n")
		for _, o := range d.Operations {
			out.WriteString("| " + o.Name + " | `" + o.Method + " " + o.Path + "` | " + cell.Replace(o.Proof) + " |\n")
		}
		out.WriteString("\n### What differs, and why\n\n| operation | what | why |\n| --- | --- | --- |\n")
		for _, x := range d.Differences {
			out.WriteString("| " + cell.Replace(x.Operation) + " | " + cell.Replace(x.What) + " | " + cell.Replace(x.Why) + " |\n")
		}
	}
	return out.String()
}
