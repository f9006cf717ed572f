package connector

import "time"

// Busy is the refusal to begin something now that may be begun later. Look for it with errors.As.
type Busy struct {
	Text  string        // whole sentences: what is in the way, and the way out
	After time.Duration // when to try again at the earliest
}

// Error gives the sentences.
func (b *Busy) Error() string { return b.Text }
