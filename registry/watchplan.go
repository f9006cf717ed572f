package registry

import (
	"hash/fnv"
	"time"

	"patchbay/connector"
)

// The schedule of a connector is a row of slots, each one cadence after the one before: a check begins from the planned time of its
// slot and never from when the one before ended, so that the schedule does not drift. A slot that was missed is skipped. What is worked
// out here depends on nothing but its arguments.

const (
	leastSpread = time.Minute // what is planned together is spread over this at least …
	mostSpread  = time.Hour   // … and what was missed over this at most, so that nothing waits a whole day for its turn

	pairPace    = time.Hour        // the own registry is asked for a pair no more often
	refusedPace = 30 * time.Minute // a refused password is tried no more often, so that the watch locks nobody out
	unaskedPace = 6 * time.Hour    // what this release cannot ask is tried no more often
)

// retries is how long after a failure a connector that worked is asked again before its status changes.
var retries = []time.Duration{10 * time.Second, 30 * time.Second}

// dice gives a number from 0 up to n that is always the same for the same words, and different for different ones.
func dice(n time.Duration, words ...string) time.Duration {
	if n <= 0 {
		return 0
	}
	h := fnv.New64a()
	for _, w := range words {
		h.Write([]byte(w)) //nolint:errcheck // a hash never fails
		h.Write([]byte{0}) //nolint:errcheck // a hash never fails
	}
	sum := h.Sum64() // its low bits depend on little but the last letters
	sum ^= sum >> 33
	sum *= 0xff51afd7ed558ccd
	sum ^= sum >> 33
	return time.Duration(sum % uint64(n))
}

// firstSlot plans a connector that has no slot yet: somewhere within one cadence from now, and always at the same place in it.
func firstSlot(id string, every time.Duration, now time.Time) time.Time {
	return now.Add(1 + dice(max(every, leastSpread)-1, id))
}

// missedSlot plans a connector whose slot passed while the watch did not run: somewhere within one cadence from when it runs again, and at
// another place each time, so that one which always meets the end of a short run is not left out for ever.
func missedSlot(id string, every time.Duration, resumed time.Time) time.Time {
	spread := min(max(every, leastSpread), mostSpread)
	return resumed.Add(1 + dice(spread-1, id, resumed.Format(time.RFC3339Nano)))
}

// nextSlot gives the first slot after now.
func nextSlot(slot time.Time, every time.Duration, now time.Time) time.Time {
	if now.Before(slot) {
		return slot
	}
	return slot.Add((now.Sub(slot)/every + 1) * every)
}

// notBefore gives the first slot, from this one on, that is at or after a time.
func notBefore(slot time.Time, every time.Duration, at time.Time) time.Time {
	if !slot.Before(at) {
		return slot
	}
	return slot.Add((at.Sub(slot) + every - 1) / every * every)
}

// againAt gives when a connector is asked again that has failed so many times in a row. A fifth is left to chance, so that those of one
// host do not come together once more.
func againAt(id string, fails int, ended time.Time) time.Time {
	wait := retries[min(fails, len(retries))-1]
	return ended.Add(wait + dice(wait/5, id, ended.Format(time.RFC3339Nano)))
}

// cadenceOf gives the time between two checks of a connector: the chosen one, else the program's, but no faster than its question allows.
func cadenceOf(check connector.Check, chosen, otherwise time.Duration) time.Duration {
	every := chosen
	if every == 0 {
		every = otherwise
	}
	if _, is := check.(connector.HarmonyPair); is && every > 0 {
		every = max(every, pairPace)
	}
	return every
}

// unwatched says why the watch does not ask a connector, or "" where it does. What says nothing, and what waits for a person, would fill
// the history with the same words.
func unwatched(c connector.Connector) string {
	if n, is := c.Spec.Check().(connector.Nothing); is {
		return "Nothing can be asked, so there is nothing to watch. " + n.Why
	}
	if s, is := c.Spec.(connector.Starting); is {
		if status, _ := s.Start(); status == connector.Waiting {
			return "It waits for a person, and is watched as soon as it is authorised."
		}
	}
	return ""
}

// paceAfter gives how long the watch waits at least after an outcome that another question soon would not change.
func paceAfter(out connector.Outcome) time.Duration {
	if out.Code == "NOT_ASKED_YET" {
		return unaskedPace
	}
	for _, s := range out.Steps {
		if s.State == connector.StepFailed && s.Name == "Authenticate" {
			return refusedPace
		}
	}
	return 0
}
