package views

import (
	"strconv"
	"strings"

	"patchbay/access"
	"patchbay/connector"
)

// stripped is how many runs the page of a connector shows; the rest is in the history.
const stripped = 20

func (p CheckPanel) running() bool { return p.Run != nil && p.Run.State == connector.Running }

// events is where the steps of a running check come from.
func (p CheckPanel) events() string {
	at := connectorURL(p.Connector.ID, "checks", p.Run.ID, "events")
	if p.Alone {
		at += "?alone=yes"
	}
	return at
}

func (p ConnectorPage) panel() CheckPanel {
	return CheckPanel{Now: p.Now, Connector: p.Connector, Run: p.Last, Waits: p.Waits, Asks: p.Asks, May: p.May(access.Test), Trusts: p.May(access.Edit)}
}

// tally counts what the runs on the page say.
func (p ConnectorPage) tally() string {
	if len(p.History) == 0 {
		return ""
	}
	healthy := 0
	shown := p.History[:min(len(p.History), stripped)]
	for _, r := range shown {
		if r.State == connector.Done && r.Status == connector.Healthy {
			healthy++
		}
	}
	return strconv.Itoa(healthy) + " of " + strconv.Itoa(len(shown)) + " healthy"
}

func runTone(r connector.Run) string {
	switch r.State {
	case connector.Running:
		return "run"
	case connector.Interrupted, connector.Cancelled:
		return "idle"
	}
	return tone(r.Status)
}

func runIcon(r connector.Run) string {
	switch r.State {
	case connector.Running:
		return "run"
	case connector.Interrupted, connector.Cancelled:
		return "skip"
	}
	return statusIcon(r.Status)
}

func runWord(r connector.Run) string {
	switch r.State {
	case connector.Running:
		return "Running"
	case connector.Interrupted:
		return "Interrupted"
	case connector.Cancelled:
		return "Cancelled"
	}
	return r.Status.Label()
}

func stepIcon(s connector.StepState) string {
	switch s {
	case connector.StepOK:
		return "ok"
	case connector.StepWarn:
		return "warn"
	case connector.StepFailed:
		return "bad"
	}
	return "idle"
}

func stepTone(s connector.StepState) string {
	if s == connector.StepSkipped {
		return "idle"
	}
	return stepIcon(s)
}

func stepWord(s connector.StepState) string {
	switch s {
	case connector.StepOK:
		return "passed"
	case connector.StepWarn:
		return "passed with a warning"
	case connector.StepFailed:
		return "failed"
	}
	return "not reached"
}

// details is a run as text for a ticket. Evidence was redacted when it was taken.
func details(r connector.Run) string {
	var out strings.Builder
	put := func(name, value string) {
		if value != "" {
			out.WriteString(name + ": " + value + "\n")
		}
	}
	put("Result", runWord(r))
	put("Code", r.Code)
	put("What happened", r.Text)
	put("Likely cause", r.Cause)
	put("Next", r.Next)
	put("Run", r.ID)
	put("Began", absolute(r.Began))
	for _, s := range r.Steps {
		put("  "+s.Name, stepWord(s.State)+", "+millis(s.Took)+evidence(s))
	}
	return out.String()
}

func evidence(s connector.Step) string {
	if s.Evidence == "" {
		return ""
	}
	return ", " + s.Evidence
}
