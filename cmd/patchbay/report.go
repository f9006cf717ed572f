package main

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"patchbay/connector"
)

// report is what a round of checks found, as JSON and as people read it.
type report struct {
	At      time.Time `json:"at"`
	Total   int       `json:"total"`
	Healthy int       `json:"healthy"`
	Red     int       `json:"red"` // failing
	// Statuses counts all of them, also those that are neither.
	Statuses map[connector.Status]int `json:"statuses"`
	// Offline is how many were not asked because our own network seemed to be down.
	Offline int      `json:"offline"`
	Results []result `json:"connectors"`
}

// result is what was found for one connector.
type result struct {
	ID         string           `json:"id"`
	Vendor     string           `json:"vendor"`
	Type       string           `json:"type"`
	Workspace  string           `json:"workspace"`
	Scope      string           `json:"scope"`
	Identifier string           `json:"identifier"`
	Name       string           `json:"name"`
	Status     connector.Status `json:"status"`
	Code       string           `json:"code"`
	Text       string           `json:"text"`
	Cause      string           `json:"cause,omitempty"`
	Next       string           `json:"next,omitempty"`
	Millis     float64          `json:"milliseconds"`
	Steps      []resultStep     `json:"steps"`
}

type resultStep struct {
	Name     string              `json:"name"`
	State    connector.StepState `json:"state"`
	Millis   float64             `json:"milliseconds"`
	Evidence string              `json:"evidence,omitempty"`
}

func millis(d time.Duration) float64 {
	return float64(d.Round(time.Microsecond)) / float64(time.Millisecond)
}

func (r *report) add(c connector.Connector, workspace string, run connector.Run) {
	one := result{ID: c.ID, Vendor: c.Vendor, Type: c.Type, Workspace: workspace, Scope: c.Scope.String(), Identifier: c.Identifier, Name: c.Name,
		Status: run.Status, Code: run.Code, Text: run.Text, Cause: run.Cause, Next: run.Next, Millis: millis(run.Took()), Steps: []resultStep{}}
	for _, s := range run.Steps {
		one.Steps = append(one.Steps, resultStep{s.Name, s.State, millis(s.Took), s.Evidence})
	}
	if run.State != connector.Done { // it was cut off, so it says nothing
		one.Status = connector.Unverified
	}
	r.Total++
	if r.Statuses == nil {
		r.Statuses = map[connector.Status]int{}
	}
	r.Statuses[one.Status]++
	if one.Code == "OWN_NETWORK" {
		r.Offline++
	}
	switch one.Status {
	case connector.Healthy:
		r.Healthy++
	case connector.Failing:
		r.Red++
	}
	r.Results = append(r.Results, one)
}

// print writes a line for each connector, and for what is not healthy the reason and the way out below it.
func (r report) print(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, one := range r.Results {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", one.Status, one.Name, one.Type, one.Workspace+" / "+one.Scope, one.Code)
		if one.Status != connector.Healthy {
			for _, text := range []string{one.Text, one.Cause, one.Next} {
				if text != "" {
					fmt.Fprintf(w, "    %s\n", text)
				}
			}
		}
	}
	fmt.Fprintf(w, "%d checked, %d healthy, %d failing.", r.Total, r.Healthy, r.Red)
	for _, s := range []connector.Status{connector.Degraded, connector.Waiting, connector.Unverified} {
		if n := r.Statuses[s]; n > 0 {
			fmt.Fprintf(w, " %s: %d.", s.Label(), n)
		}
	}
	if r.Offline > 0 {
		fmt.Fprintf(w, " Our own network seemed to be down for %d of them.", r.Offline)
	}
	fmt.Fprintln(w)
	return w.Flush()
}

// The elements of a JUnit report, as the common readers of such files take them.
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Skipped  int          `xml:"skipped,attr"`
		Seconds  string       `xml:"time,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Skipped  int         `xml:"skipped,attr"`
		Seconds  string      `xml:"time,attr"`
		At       string      `xml:"timestamp,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Class   string     `xml:"classname,attr"`
		Name    string     `xml:"name,attr"`
		Seconds string     `xml:"time,attr"`
		Failure *junitNote `xml:"failure,omitempty"`
		Skipped *junitNote `xml:"skipped,omitempty"`
		Out     string     `xml:"system-out,omitempty"`
	}
	junitNote struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr,omitempty"`
		Text    string `xml:",chardata"`
	}
)

func seconds(ms float64) string { return fmt.Sprintf("%.3f", ms/1000) }

// junit writes the report as JUnit does: a suite for each workspace, failing is a failure, what could not be asked is skipped.
// Degraded passes, with its reason in the output.
func (r report) junit(out io.Writer) error {
	all := junitSuites{Name: "patchbay"}
	at := map[string]int{}
	total, times := 0.0, []float64{}
	for _, one := range r.Results {
		name := one.Vendor + " / " + one.Workspace
		i, ok := at[name]
		if !ok {
			i = len(all.Suites)
			at[name] = i
			all.Suites = append(all.Suites, junitSuite{Name: name, At: r.At.UTC().Format("2006-01-02T15:04:05")})
			times = append(times, 0)
		}
		s := &all.Suites[i]
		c := junitCase{Class: one.Vendor + "." + one.Type, Name: one.Name + " (" + one.Scope + " / " + one.Identifier + ")", Seconds: seconds(one.Millis)}
		switch one.Status {
		case connector.Failing:
			c.Failure = &junitNote{Message: one.Text, Type: one.Code, Text: one.details()}
			s.Failures++
			all.Failures++
		case connector.Waiting, connector.Unverified:
			c.Skipped = &junitNote{Message: one.Code + ": " + one.Text}
			s.Skipped++
			all.Skipped++
		default:
			c.Out = one.details()
		}
		s.Cases = append(s.Cases, c)
		s.Tests++
		all.Tests++
		times[i] += one.Millis
		s.Seconds = seconds(times[i])
		total += one.Millis
	}
	all.Seconds = seconds(total)
	if _, err := io.WriteString(out, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(out)
	enc.Indent("", "  ")
	if err := enc.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(out, "\n")
	return err
}

// details is everything that the trace shows, as lines.
func (one result) details() string {
	var out strings.Builder
	for _, line := range []string{one.Text, one.Cause, one.Next} {
		if line != "" {
			out.WriteString(line + "\n")
		}
	}
	for _, s := range one.Steps {
		fmt.Fprintf(&out, "%s %s %.1f ms %s\n", s.Name, s.State, s.Millis, s.Evidence)
	}
	return out.String()
}
