package harnessapi

import (
	"time"

	"patchbay/connector"
	"patchbay/connector/harness"
	"patchbay/connector/wire"
)

// verdict is a test's answer in the vendor's words.
type verdict struct {
	status string
	text   string // what happened, when it is not plain success
	failed bool
	at     time.Time
}

// judge gives the verdict of a run, or, for a failure with a classified cause, the refusal that the vendor makes of it. What nobody could
// ask is UNKNOWN: nothing is a success here that was not proven.
func judge(run connector.Run) (verdict, error) {
	v := verdict{status: harness.StatusWord(run.Status), text: run.Text, failed: run.Status == connector.Failing, at: run.Ended}
	if v.text == "" {
		v.text = "The test was interrupted before it had an answer. Test again."
	}
	switch code, listed := causes[run.Code]; {
	case run.State != connector.Done:
		v.status, v.failed = harness.StatusWord(connector.Unverified), false
	case v.failed && (listed && code != "" || !listed && run.Cause != "" && run.Next != ""):
		return v, classified(run, code)
	case !v.failed && run.Status != connector.Unverified && run.Status != connector.Waiting:
		v.text = ""
	}
	return v, nil
}

// classified is the answer that the vendor's pages take apart for their hints.
func classified(run connector.Run, code string) *refusal {
	if code == "" {
		code = "INVALID_REQUEST"
	}
	hint := run.Next
	if hint == "" {
		hint = run.Text
	}
	no := refuse(testFailed, hint)
	no.causes = append(no.causes, cause{"HINT", hint})
	if run.Cause != "" {
		no.causes = append(no.causes, cause{"EXPLANATION", run.Cause})
	}
	no.causes = append(no.causes, cause{code, run.Text})
	return no
}

// summary is the error summary: of a failure in the vendor's form, of what nobody could ask why not.
func (v verdict) summary() wire.Value {
	if v.failed {
		return wire.Text(harness.Summary(v.text))
	}
	return textOrNull(v.text)
}

func (v verdict) testedAt() wire.Value {
	if v.at.IsZero() {
		return wire.Int(0)
	}
	return wire.Int(v.at.UnixMilli())
}

// v1 gives the answer of the v1 API. No delegate is at work here, so none is named.
func (v verdict) v1() wire.Value {
	var errors []wire.Value
	if v.failed {
		errors = append(errors, harness.Reason(v.text))
	}
	members := []wire.Member{wire.M("status", wire.Text(v.status)), wire.M("errors", wire.List(errors...))}
	if v.text != "" {
		members = append(members, wire.M("error_summary", v.summary()))
	}
	return wire.Obj(append(members, wire.M("tested_at", v.testedAt()), wire.M("delegate_id", wire.Value{}))...)
}

// legacy gives the data of the older API's answer.
func (v verdict) legacy() wire.Value {
	var errors wire.Value
	if v.failed {
		errors = wire.List(harness.Reason(v.text))
	}
	return wire.Obj(
		wire.M("status", wire.Text(v.status)),
		wire.M("errors", errors),
		wire.M("errorSummary", v.summary()),
		wire.M("testedAt", v.testedAt()),
		wire.M("delegateId", wire.Value{}),
		wire.M("taskId", wire.Value{}),
	)
}
