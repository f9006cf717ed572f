package store

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"patchbay/connector"
)

// picking is how the connectors of a vendor's own list are found. Whatever it asks of a connector, the trigger connectors_move must
// tell when it changes.
type picking struct {
	order pickOrder
	index string // to walk along where all are asked for
	once  bool   // the list is not gone through page by page, so nobody remembers its order
	where []string
	args  []any
	hints []hint

	// The description is looked at here, since the database has no lower case but that of ASCII: it must contain about, and words
	// as well unless the condition named holds.
	about, words string // in lower case
	named        string
}

// hint is true of whatever matches. It helps to find all, and would only cost time where a few are looked at.
type hint struct {
	clause string
	arg    any
}

func (s *Store) picking(p connector.Pick) (*picking, error) {
	order, err := pickOrderOf(p.Sort)
	if err != nil {
		return nil, err
	}
	k := &picking{order: order, index: order.index, about: fold(p.Description), named: "TRUE",
		once: p.Size <= 0 || len(p.Identifiers) > 0 || len(p.Names) > 0, where: []string{"trash = 0"}}
	switch { // a few that are named are found by their names
	case len(p.Identifiers) > 0:
		k.index = "connectors_identifier"
	case len(p.Names) > 0:
		k.index = "connectors_by_name"
	}
	k.and("workspace = {}", p.Workspace)
	if p.Scopes != nil {
		k.scopes(p.Scopes)
	}
	statuses := make([]int, len(p.Statuses))
	for i, status := range p.Statuses {
		statuses[i] = status.Rank()
	}
	if len(statuses) > 0 {
		k.among("rank", array(statuses))
	}
	if len(p.Identifiers) > 0 {
		k.among("identifier", array(p.Identifiers))
	}
	if len(p.Names) > 0 {
		folded := make([]string, len(p.Names))
		for i, name := range p.Names {
			folded[i] = fold(name)
		}
		k.among("fold", array(folded))
		k.among("name", array(p.Names))
	}
	if len(p.Types) > 0 {
		k.among("type", array(p.Types))
	}
	if k.words = fold(p.Text); k.words != "" {
		k.named = fmt.Sprintf("instr(fold, %[1]s) > 0 OR instr(lower(identifier), %[1]s) > 0 OR EXISTS (SELECT 1 FROM tags WHERE tag = %[2]s AND connector = n)",
			k.holds(k.words), k.holds(p.Text))
	}
	for _, tag := range p.Tags {
		k.and("EXISTS (SELECT 1 FROM tags WHERE tag = {} AND connector = n)", tag.String())
		k.hints = append(k.hints, hint{"n IN (SELECT connector FROM tags WHERE tag = {})", tag.String()})
	}
	if p.On != "" {
		k.where = append(k.where, "NOT "+k.off(s.catalog, p.On))
	}
	if p.Off != "" {
		k.where = append(k.where, k.off(s.catalog, p.Off))
	}
	if groups := match(longWords(p.Text, p.Description)); groups != "" {
		k.hints = append(k.hints, hint{"n IN (SELECT rowid FROM search WHERE search MATCH {})", groups})
	}
	return k, nil
}

// holds keeps an argument and gives its placeholder.
func (k *picking) holds(arg any) string {
	k.args = append(k.args, arg)
	return fmt.Sprintf("$%d", len(k.args))
}

func (k *picking) and(clause string, arg any) {
	k.where = append(k.where, strings.ReplaceAll(clause, "{}", k.holds(arg)))
}

// among asks for one of several values, which come as a JSON array.
func (k *picking) among(column, values string) {
	k.and(column+" IN (SELECT value FROM json_each({}))", values)
}

// scopes asks for one of several scopes, in the words of the index.
func (k *picking) scopes(scopes []connector.Scope) {
	if k.index != "connectors_identifier" {
		paths := make([]string, len(scopes))
		for i, scope := range scopes {
			paths[i] = scope.Path()
		}
		k.among("scope", array(paths))
		return
	}
	if len(scopes) == 1 {
		k.and("org = {}", scopes[0].Org)
		k.and("project = {}", scopes[0].Project)
		return
	}
	pairs := make([][2]string, len(scopes))
	for i, scope := range scopes {
		pairs[i] = [2]string{scope.Org, scope.Project}
	}
	k.and("(org, project) IN (SELECT value ->> 0, value ->> 1 FROM json_each({}))", array(pairs))
}

// off is the condition for a yes-or-no field that is off. Where the stored spec does not say it, the type's own start counts.
func (k *picking) off(all connector.Catalog, field string) string {
	var has, on []string
	for _, vendor := range all {
		for _, t := range vendor.Types {
			for _, f := range t.New().Fields() {
				if f.Name != field || f.Kind != connector.KindFlag {
					continue
				}
				has = append(has, t.Name)
				if f.Value() != "" {
					on = append(on, t.Name)
				}
			}
		}
	}
	return fmt.Sprintf(`(type IN (SELECT value FROM json_each(%s))
			AND CASE json_type(spec, %s) WHEN 'true' THEN 1 WHEN 'false' THEN 0 ELSE type IN (SELECT value FROM json_each(%s)) END = 0)`,
		k.holds(array(has)), k.holds("$."+field), k.holds(array(on)))
}

// key tells lists apart.
func (k *picking) key() string {
	return strings.Join([]string{k.order.by(""), strings.Join(k.where, " AND "), array(k.args), k.about, k.words}, "\n")
}

// numbers gives the numbers of the connectors that match, in their order; with only, those of them that match.
func (k *picking) numbers(v *view, only []int64) ([]int64, error) {
	text, args := k.text(only)
	var out []int64
	err := v.each(text, args, func(rows *sql.Rows) error {
		var n int64
		if !k.looks() {
			err := rows.Scan(&n)
			out = append(out, n)
			return err
		}
		var named bool
		var description string
		err := rows.Scan(&n, &named, &description)
		if description = fold(description); strings.Contains(description, k.about) && (named || strings.Contains(description, k.words)) {
			out = append(out, n)
		}
		return err
	})
	return out, err
}

// looks reports whether the description has to be looked at.
func (k *picking) looks() bool { return k.about+k.words != "" }

func (k *picking) text(only []int64) (string, []any) {
	all := *k
	all.where, all.args = slices.Clip(k.where), slices.Clip(k.args)
	from := "connectors INDEXED BY " + k.index
	if only != nil {
		from = "connectors NOT INDEXED"
		all.among("n", array(only))
	} else {
		for _, h := range k.hints {
			all.and(h.clause, h.arg)
		}
	}
	columns := "n"
	if k.looks() {
		columns += ", " + k.named + ", description"
	}
	return `
		SELECT ` + columns + `
		FROM ` + from + `
		WHERE ` + strings.Join(all.where, ` AND `) + `
		ORDER BY ` + k.order.by(""), all.args
}

// places finds where in a list others belong that are not in it and stand in its order themselves. What changed last often stands side
// by side, so each search begins where the one before has ended and looks ahead in steps that grow.
func (k *picking) places(v *view, list, others []int64) ([]int, error) {
	text := `
		SELECT ` + k.order.first + `
		FROM connectors AS a, connectors AS b
		WHERE a.n = $1 AND b.n = $2`
	out := make([]int, len(others))
	from := 0
	for i, n := range others {
		before := func(at int) (is bool, err error) {
			err = v.one(text, []any{list[at], n}, &is)
			return is, err
		}
		to, step := from, 1
		for to < len(list) {
			is, err := before(to)
			if err != nil {
				return nil, err
			}
			if !is {
				break
			}
			from = to + 1
			to, step = from+step, 2*step
		}
		to = min(to, len(list))
		for from < to {
			middle := (from + to) / 2
			is, err := before(middle)
			if err != nil {
				return nil, err
			}
			if is {
				from = middle + 1
			} else {
				to = middle
			}
		}
		out[i] = from
	}
	return out, nil
}

// longWords are the words that stand in the search text of whatever holds the parts: those that are long enough to be found by any
// three letters in a row.
func longWords(parts ...string) []string {
	var out []string
	for _, part := range parts {
		for word := range strings.FieldsSeq(fold(plainText(part))) {
			if len([]rune(word)) >= 3 && len(out) < mostWords {
				out = append(out, word)
			}
		}
	}
	return out
}
