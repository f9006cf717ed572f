package store

import (
	"encoding/base64"
	"strconv"
	"strings"

	"patchbay/connector"
)

// order is one way to sort a list: its index, and where in it a row stands.
type order struct {
	name string // as in connector.Query
	end  string // of the names of its indexes
	by   string // ORDER BY
	// after is the condition for what comes after a cursor, with its values in braces.
	after string
}

var orders = map[string]order{
	connector.SortWorst:   {connector.SortWorst, "status", "rank, fold, n", "(rank, fold, n) > ({number}, {fold}, {n})"},
	connector.SortName:    {connector.SortName, "name", "fold, n", "(fold, n) > ({fold}, {n})"},
	connector.SortUpdated: {connector.SortUpdated, "updated", "updated DESC, n DESC", "(updated, n) < ({number}, {n})"},
	connector.SortCreated: {connector.SortCreated, "created", "created DESC, n DESC", "(created, n) < ({number}, {n})"},
}

// cursor is where a page ended.
type cursor struct {
	number int64  // rank or time
	fold   string // name, where the order needs it
	n      int64
}

func (o order) cursor(last row) string {
	c := cursor{n: last.n}
	switch o.name {
	case connector.SortWorst:
		c.number, c.fold = int64(last.rank), last.fold
	case connector.SortName:
		c.fold = last.fold
	case connector.SortUpdated:
		c.number = milli(last.Updated)
	case connector.SortCreated:
		c.number = milli(last.Created)
	}
	text := strings.Join([]string{o.name, strconv.FormatInt(c.number, 10), strconv.FormatInt(c.n, 10), c.fold}, " ")
	return base64.RawURLEncoding.EncodeToString([]byte(text))
}

// parse reads a cursor that this order made. What another order made, or a person, is a problem of the field "after".
func (o order) parse(text string) (cursor, error) {
	wrong := connector.Problems{{Field: "after", Text: "The link to this page belongs to another order of the list. Start again from its first page."}}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return cursor{}, wrong
	}
	part := strings.SplitN(string(raw), " ", 4)
	if len(part) != 4 || part[0] != o.name {
		return cursor{}, wrong
	}
	number, bad := strconv.ParseInt(part[1], 10, 64)
	n, worse := strconv.ParseInt(part[2], 10, 64)
	if bad != nil || worse != nil {
		return cursor{}, wrong
	}
	return cursor{number, part[3], n}, nil
}
