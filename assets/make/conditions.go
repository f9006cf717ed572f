package main

import (
	"fmt"
	"strings"

	"patchbay/connector"
)

// conditions gives the style sheet that hides each field whose condition does not hold, for browsers without scripts and
// before scripts have come. A browser that cannot read :has() drops the rules and shows every field, which loses nothing.
func conditions(vendors connector.Catalog) (string, error) {
	var out strings.Builder
	out.WriteString("/* Made by go generate from the catalog of connectors. Fields with a condition hide while it does not hold. */\n")
	for _, v := range vendors {
		for _, t := range v.Types {
			all := v.All(&connector.Draft{Type: t, Spec: t.New()})
			for _, f := range all {
				other, among := f.Condition(all)
				if other == "" {
					continue
				}
				for _, o := range all {
					if deeper, _ := o.Condition(all); o.Name == other && deeper != "" {
						return "", fmt.Errorf("%s %s: %s depends on %s, which has a condition itself; the style sheet cannot follow that",
							v.ID, t.Name, f.Name, other)
					}
				}
				out.WriteString(rule(v.ID, t.Name, f.Name, other, among))
			}
		}
	}
	return out.String(), nil
}

// rule hides one field unless the other has one of the values: chosen in a list, picked by a radio button, or fixed.
func rule(vendor, typeName, field, other string, among []string) string {
	var holds []string
	for _, value := range among {
		name := `[name="` + other + `"]`
		holds = append(holds,
			name+` option[value="`+value+`"]:checked`,
			name+`[value="`+value+`"]:is(:checked, [type="hidden"], [readonly])`)
	}
	return `form[data-vendor="` + vendor + `"][data-type="` + typeName + `"]:not(:has(` + strings.Join(holds, ", ") + `)) [data-field="` +
		field + `"] { display: none; }` + "\n"
}
