//go:build e2e

package e2e

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/playwright-community/playwright-go"

	"patchbay/connector"
)

// What a type refuses is said by the server in the words of its rules: first the empty form, then each field's wrong values,
// those of all fields at once.
func TestServerSaysWhatIsWrong(t *testing.T) {
	eachType(t, func(t *testing.T, vendor *connector.Vendor, typ connector.Type) {
		t.Parallel()
		v := use(t, house).visit(t, admin, noScripts)
		v.expect(http.StatusUnprocessableEntity)
		v.secrets = []string{"canary-of-a-refused-form"}
		for _, form := range wrongForms(vendor, typ) {
			v.open("/connectors/new/" + vendor.ID + "/" + typ.Name)
			v.must(claim(v.GetByRole("alert")).ToHaveCount(0))
			v.fillForm(vendor, typ, form)
			for _, f := range typ.New().Fields() {
				if f.Kind == connector.KindRef {
					v.newValue(f, v.secrets[0])
				}
			}
			v.click(v.button("Create connector"))
			v.refused(vendor, typ, form)
			if t.Failed() {
				t.Fatalf("the form was %q", form)
			}
		}
	})
}

// wrongForms gives the empty form, then forms that have a wrong value in as many fields as possible.
func wrongForms(v *connector.Vendor, typ connector.Type) []map[string]string {
	untouched := filledIn(v, typ, func(f connector.Field) string { return f.Value() })
	out := []map[string]string{untouched}
	wrong := wrongValues(v, typ)
	all := variants(v, typ)
	for i := 0; ; i++ {
		form := maps.Clone(all[i%len(all)])
		any := false
		for name, values := range wrong {
			if _, shown := form[name]; shown && i < len(values) {
				form[name], any = values[i], true
			}
		}
		if !any && i >= len(all) {
			return out
		}
		if any {
			out = append(out, form)
		}
	}
}

// refused expects the form again, with everything that the rules say.
func (v *visitor) refused(vendor *connector.Vendor, typ connector.Type, form map[string]string) {
	v.t.Helper()
	d, all := boundTo(vendor, typ, form)
	problems := vendor.Validate(d)
	if len(problems) == 0 {
		v.t.Fatal("nothing is wrong with the form")
	}
	v.must(claim(v.Locator("h1")).ToHaveText("New connector: " + typ.Title))
	v.summary(problems)
	v.keepsSecrets()
	rows := v.rows()
	for _, f := range all {
		if _, shown := form[f.Name]; shown {
			rows[f.Name].tells(v.t, f, problems.At(f.Name))
			rows[f.Name].keeps(v.t, f)
		}
	}
}

// summary expects the list of problems at the top of the page, with the focus on it and a link to each field.
func (v *visitor) summary(problems connector.Problems) {
	v.t.Helper()
	v.must(claim(v.GetByRole("alert")).ToBeFocused())
	title, err := v.Title()
	v.must(err)
	if !strings.HasPrefix(title, "Error: ") {
		v.t.Errorf("the title is %q, want it to begin with Error:", title)
	}
	links, err := v.GetByRole("alert").GetByRole("link").All()
	v.must(err)
	var got, want connector.Problems
	for _, link := range links {
		href, err := link.GetAttribute("href")
		v.must(err)
		text, err := link.TextContent()
		v.must(err)
		got = append(got, connector.Problem{Field: strings.TrimPrefix(href, "#f-"), Text: strings.TrimSpace(text)})
	}
	for _, p := range problems {
		want = append(want, connector.Problem{Field: p.Field, Text: strings.Join(strings.Fields(p.Text), " ")})
	}
	if !slices.Equal(got, want) {
		v.t.Errorf("the summary says\n%q\nwant\n%q", got, want)
	}
}

// With scripts the same sentence stands at a field as soon as one has left it, and goes as soon as the value is right; nothing
// is sent for that. A form with something wrong is not sent at all.
func TestBrowserSaysWhatIsWrong(t *testing.T) {
	eachType(t, func(t *testing.T, vendor *connector.Vendor, typ connector.Type) {
		t.Parallel()
		v := use(t, house).visit(t, admin)
		v.open("/connectors/new/" + vendor.ID + "/" + typ.Name)
		v.rulesReady()
		sent := v.requests()
		wrong := wrongValues(vendor, typ)
		for _, form := range variants(vendor, typ) {
			v.fillForm(vendor, typ, form)
			_, all := boundTo(vendor, typ, form)
			for _, f := range all {
				if _, shown := form[f.Name]; !shown {
					continue
				}
				v.leaveWrong(vendor, typ, form, f, wrong[f.Name])
				delete(wrong, f.Name)
			}
		}
		if len(wrong) > 0 {
			t.Errorf("%q were never shown", slices.Collect(maps.Keys(wrong)))
		}
		v.blocked(vendor, typ)
		if n := sent(); n != 0 {
			t.Errorf("%d requests were sent, want none", n)
		}
	})
}

// leaveWrong types one wrong value after another, leaving the field each time, and then corrects it.
func (v *visitor) leaveWrong(vendor *connector.Vendor, typ connector.Type, form map[string]string, f connector.Field, values []string) {
	v.t.Helper()
	if len(values) == 0 {
		return
	}
	control := v.labelled(f.Label)
	for _, value := range values {
		with := maps.Clone(form)
		with[f.Name] = value
		text := wrongWith(vendor, typ, with).At(f.Name)
		if text == "" { // it is wrong in another variant of the form
			continue
		}
		v.fill(control, value)
		v.must(control.Blur())
		v.must(claim(v.message(f.Name)).ToHaveText(text))
		v.rows()[f.Name].tells(v.t, f, text)
	}
	v.fill(control, form[f.Name])
	v.must(claim(v.message(f.Name)).ToBeHidden())
}

// blocked empties what is required and submits: the summary comes without a request, and correcting clears the fields.
func (v *visitor) blocked(vendor *connector.Vendor, typ connector.Type) {
	v.t.Helper()
	form := filledIn(vendor, typ, exampleWith("x"))
	empty := maps.Clone(form)
	for name := range form {
		if f := fresh(vendor, typ, name); f.Required && f.Kind != connector.KindChoice && f.Kind != connector.KindFlag {
			empty[name] = ""
		}
	}
	v.fillForm(vendor, typ, empty)
	v.click(v.button("Create connector"))
	problems := wrongWith(vendor, typ, empty)
	v.summary(problems)
	v.clean("the blocked form")
	first := fresh(vendor, typ, problems[0].Field)
	v.click(v.GetByRole("alert").GetByRole("link").First())
	v.must(claim(v.labelled(first.Label)).ToBeFocused())
	v.fillForm(vendor, typ, form)
	for _, p := range problems {
		v.must(claim(v.message(p.Field)).ToBeHidden())
	}
}

// rulesReady waits until the browser has the rules.
func (v *visitor) rulesReady() {
	v.t.Helper()
	got, err := v.Evaluate(`() => patchbay.rules.load().then((rules) => rules !== null)`)
	v.must(err)
	if got != true {
		v.t.Fatal("the rules did not load in the browser")
	}
}

// requests counts what the page asks of the server from now on, its assets left out.
func (v *visitor) requests() (count func() int) {
	n := 0
	v.OnRequest(func(r playwright.Request) {
		v.mu.Lock()
		defer v.mu.Unlock()
		if !strings.Contains(r.URL(), "/assets/") {
			n++
		}
	})
	return func() int {
		v.mu.Lock()
		defer v.mu.Unlock()
		return n
	}
}

// A field that nobody has left yet is not complained of, whatever it holds.
func TestNothingIsWrongBeforeTheFieldIsLeft(t *testing.T) {
	t.Parallel()
	v := use(t, house).visit(t, admin)
	v.open("/connectors/new/harness/GitHttp")
	v.rulesReady()
	v.must(claim(v.GetByRole("alert")).ToHaveCount(0))
	address := v.labelled("Repository URL")
	v.click(address)
	v.must(address.PressSequentially("ftp:"))
	v.must(claim(v.message("url")).ToBeHidden())
	v.must(address.Press("Tab"))
	v.must(claim(v.message("url")).ToHaveText("Repository URL must start with http:// or https://."))
	for _, field := range []string{"name", "username", "password_ref"} {
		v.must(claim(v.message(field)).ToBeHidden())
	}
}
