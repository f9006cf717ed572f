package main_test

import (
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// budget is how many bytes the module may have when it is compressed with Brotli at its best, as a proxy in front would.
const budget = 700_000

func TestTheModuleIsWithinItsBudget(t *testing.T) {
	const squeeze = `const zlib = require('zlib'), body = require('fs').readFileSync(process.argv[1]), c = zlib.constants;
		console.log(zlib.brotliCompressSync(body, {params: {[c.BROTLI_PARAM_QUALITY]: 11, [c.BROTLI_PARAM_SIZE_HINT]: body.length}}).length)`
	out, err := exec.Command(node(t), "-e", squeeze, module).Output()
	if err != nil {
		t.Fatalf("compress the module: %v", err)
	}
	n, err := strconv.Atoi(strings.TrimSpace(string(out)))
	if err != nil {
		t.Fatal(err)
	}
	if n > budget {
		t.Errorf("the module has %d bytes compressed, want at most %d: look what go list -deps ./cmd/wasm has gained", n, budget)
	}
	t.Logf("%d of %d bytes", n, budget)
}

// What the rules import decides what they weigh. These packages would double the module.
func TestTheRulesImportNothingHeavy(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "../../connector/catalog").Output()
	if err != nil {
		t.Fatalf("list what the rules import: %v", err)
	}
	for name := range strings.FieldsSeq(string(out)) {
		switch name {
		case "fmt", "reflect", "encoding/json", "net/url", "regexp", "sort", "os", "net/http", "database/sql", "log/slog":
			t.Errorf("connector/catalog reaches %s, want it out of the browser", name)
		}
	}
}
