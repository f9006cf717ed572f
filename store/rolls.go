package store

import (
	"container/list"
	"context"
	"database/sql"
	"slices"
	"sync"
)

// rolls remember the order of the lists that are asked for by number of page: the numbers of their connectors, eight bytes each. With
// them any page is a few look-ups by number, and the total is known. The database itself tells what moved since a roll was
// read, whichever program wrote it, and only that is looked at anew; after more than a few hundred moves the list is read again as a whole.
// Past the bound the roll that has not been asked for the longest goes.
type rolls struct {
	most     int // bytes
	mendable int // most moves after which a roll is mended rather than read again

	mu   sync.Mutex
	by   map[string]*list.Element // of *roll
	used *list.List               // the latest first
	held int
}

const (
	mostRolls = 8 << 20
	mendable  = 300
)

func newRolls() *rolls {
	return &rolls{most: mostRolls, mendable: mendable, by: map[string]*list.Element{}, used: list.New()}
}

// of gives the roll of a list, a blank one at first.
func (all *rolls) of(key string) *roll {
	all.mu.Lock()
	defer all.mu.Unlock()
	if e, ok := all.by[key]; ok {
		all.used.MoveToFront(e)
		return e.Value.(*roll)
	}
	r := &roll{key: key, turn: make(chan struct{}, 1)}
	r.weight = r.weighs()
	all.held += r.weight
	all.by[key] = all.used.PushFront(r)
	return r
}

// weigh notes how long a roll has become, and forgets others where it has become too long.
func (all *rolls) weigh(r *roll) {
	weight := r.weighs()
	all.mu.Lock()
	defer all.mu.Unlock()
	own, ok := all.by[r.key]
	if !ok || own.Value != r { // it was forgotten meanwhile
		return
	}
	all.held += weight - r.weight
	r.weight = weight
	for oldest := all.used.Back(); all.held > all.most && oldest != nil; oldest = all.used.Back() {
		if oldest == own {
			return // the newest one stays, however long it is
		}
		other := all.used.Remove(oldest).(*roll)
		delete(all.by, other.key)
		all.held -= other.weight
	}
}

// roll is the order of one list.
type roll struct {
	key    string
	weight int           // of the rolls' mutex
	turn   chan struct{} // holds one word while somebody has the roll

	// Of whoever has the roll:
	known   bool
	head    int64 // the last move that it knows
	numbers []int64
}

// weighs is how many bytes the roll takes, about.
func (r *roll) weighs() int { return 500 + 2*len(r.key) + 8*cap(r.numbers) }

// take waits until nobody else has the roll.
func (r *roll) take(ctx context.Context) error {
	select {
	case r.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (r *roll) give() { <-r.turn }

// update makes the roll what the view shows.
func (r *roll) update(v *view, k *picking, mendable int) error {
	var head int64
	if err := v.one(`SELECT coalesce(max(seq), 0) FROM moves`, nil, &head); err != nil {
		return err
	}
	if r.known && head == r.head {
		return nil
	}
	behind := head - r.head
	mend := r.known && behind > 0 && behind <= int64(mendable)
	r.known = false // until all of it went well
	var err error
	if mend {
		mend, err = r.mend(v, k, behind)
	}
	if err == nil && !mend {
		r.numbers, err = k.numbers(v, nil)
	}
	r.known, r.head = err == nil, head
	return err
}

// mend takes what moved out of its places and puts it where it belongs now. It reports false where not all moves are noted any more.
func (r *roll) mend(v *view, k *picking, behind int64) (bool, error) {
	moved := make([]int64, 0, behind)
	err := v.each(`SELECT connector FROM moves WHERE seq > $1`, []any{r.head}, func(rows *sql.Rows) error {
		var n int64
		err := rows.Scan(&n)
		moved = append(moved, n)
		return err
	})
	if err != nil || int64(len(moved)) != behind {
		return false, err
	}
	slices.Sort(moved)
	moved = slices.Compact(moved)
	first, last := moved[0], moved[len(moved)-1]
	r.numbers = slices.DeleteFunc(r.numbers, func(n int64) bool {
		if n < first || n > last {
			return false
		}
		_, found := slices.BinarySearch(moved, n)
		return found
	})
	here, err := k.numbers(v, moved)
	if err != nil {
		return false, err
	}
	places, err := k.places(v, r.numbers, here)
	if err != nil {
		return false, err
	}
	r.numbers = merged(r.numbers, here, places)
	return true, nil
}

// merged puts others into a list, each before the member at its place, and moves every member once at most.
func merged(list, others []int64, places []int) []int64 {
	end := len(list)
	list = append(list, others...)
	for i := len(others) - 1; i >= 0; i-- {
		copy(list[places[i]+i+1:], list[places[i]:end])
		list[places[i]+i] = others[i]
		end = places[i]
	}
	return list
}
