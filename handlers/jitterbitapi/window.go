package jitterbitapi

import (
	"container/list"
	"sync"
	"time"
)

// window lets each key try n times in any span of time. Its table cannot grow without bound.
type window struct {
	n    int
	span time.Duration
	now  func() time.Time

	mu    sync.Mutex
	by    map[string]*list.Element // of *tries
	order list.List                // the longest quiet in front
}

type tries struct {
	key string
	at  []time.Time // at most n, the oldest first
}

const (
	remembered = 10_000 // keys; past that the longest quiet are forgotten first
	longestKey = 256
)

func newWindow(n int, span time.Duration, now func() time.Time) *window {
	return &window{n: n, span: span, now: now, by: map[string]*list.Element{}}
}

// try notes a try, or tells how long to wait before it; one that has to wait does not count.
func (w *window) try(key string) (wait time.Duration) {
	key = shorten(key, longestKey)
	w.mu.Lock()
	defer w.mu.Unlock()
	now := w.now()
	element, ok := w.by[key]
	if !ok {
		if len(w.by) >= remembered {
			w.drop(w.order.Front())
		}
		element = w.order.PushBack(&tries{key: key})
		w.by[key] = element
	}
	t := element.Value.(*tries)
	for len(t.at) > 0 && now.Sub(t.at[0]) >= w.span {
		t.at = t.at[1:]
	}
	if len(t.at) >= w.n {
		return t.at[0].Add(w.span).Sub(now)
	}
	t.at = append(t.at, now)
	w.order.MoveToBack(element)
	return 0
}

// forget lets a key begin anew.
func (w *window) forget(key string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if element, ok := w.by[shorten(key, longestKey)]; ok {
		w.drop(element)
	}
}

func (w *window) drop(element *list.Element) {
	delete(w.by, element.Value.(*tries).key)
	w.order.Remove(element)
}
