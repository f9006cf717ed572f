//go:build e2e

package e2e

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"patchbay/connector"
)

// row is how one field of the form stands on the page.
type row struct {
	Label       string // of the control, as the browser ties the two together
	Value       string
	Checked     bool
	Invalid     bool
	DescribedBy string
	Message     string // what is written below the field, if it is visible
	ID          string // of the message
}

// look reads all rows at once; one question for each would take most of the time of a test.
const look = `() => JSON.stringify(Object.fromEntries([...document.querySelectorAll('form[data-rules] [data-field]')].map((part) => {
	const name = part.dataset.field;
	const control = document.getElementById('f-' + name);
	const message = document.getElementById('f-' + name + '-error');
	return [name, {
		label: control?.labels?.[0]?.innerText.trim() ?? '',
		value: control?.value ?? '',
		checked: control?.checked ?? false,
		invalid: control?.getAttribute('aria-invalid') === 'true',
		describedBy: control?.getAttribute('aria-describedby') ?? '',
		message: message?.checkVisibility() ? message.textContent : '',
		id: message?.id ?? '',
	}];
})))`

// rows gives the form's rows by the names of their fields.
func (v *visitor) rows() map[string]row {
	v.t.Helper()
	result, err := v.Evaluate(look)
	v.must(err)
	text, _ := result.(string)
	out := map[string]row{}
	v.must(json.Unmarshal([]byte(text), &out))
	return out
}

// tells expects the sentence at the field, tied to it; nothing when the text is empty.
func (r row) tells(t *testing.T, f connector.Field, text string) {
	t.Helper()
	if r.Label != f.Label {
		t.Errorf("the label of %s is %q, want %q", f.Name, r.Label, f.Label)
	}
	if r.Message != text {
		t.Errorf("%s says %q, want %q", f.Name, r.Message, text)
	}
	if r.Invalid != (text != "") {
		t.Errorf("%s has aria-invalid %v, want %v", f.Name, r.Invalid, text != "")
	}
	if !slices.Contains(strings.Fields(r.DescribedBy), r.ID) {
		t.Errorf("%s is described by %q, want its message %q among it", f.Name, r.DescribedBy, r.ID)
	}
}

// keeps expects what was typed to be there still.
func (r row) keeps(t *testing.T, f connector.Field) {
	t.Helper()
	if f.Kind == connector.KindFlag {
		if r.Checked != (f.Value() == "true") {
			t.Errorf("%s is ticked: %v, want %v", f.Name, r.Checked, !r.Checked)
		}
		return
	}
	if r.Value != f.Value() {
		t.Errorf("%s has the value %q, want %q", f.Name, r.Value, f.Value())
	}
}
