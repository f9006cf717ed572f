package registry_test

import (
	"testing"

	"patchbay/access"
)

// aTest has an editor test a draft to its end, and gives the run.
func aTest(t *testing.T, h *house, workspace string) string {
	return h.tested(t, editor, "", h.git(workspace)).ID
}

// liveVerbs are the verbs about what is on its way. Only whoever began the test of a draft may see it, so that no id of one can be crossed.
var liveVerbs = []verb{
	{"Live", access.View, aRun, func(t *testing.T, h *house, a access.Actor, id string) error {
		of, run := splitRun(id)
		_, err := h.Live(t.Context(), a, of, run)
		return err
	}},
	{"Cancel", access.Test, aRun, func(t *testing.T, h *house, a access.Actor, id string) error {
		of, run := splitRun(id)
		return h.Cancel(t.Context(), a, of, run)
	}},
	{"CheckDraft", access.Edit, theWorkspace, func(t *testing.T, h *house, a access.Actor, id string) error {
		run, err := h.CheckDraft(t.Context(), a, "", h.git(id))
		h.Wait(t.Context(), run.ID)
		return err
	}},
	{"Draft", access.Edit, nil, func(t *testing.T, h *house, a access.Actor, _ string) error {
		_, err := h.Draft(t.Context(), a, aTest(t, h, h.acme))
		return err
	}},
	{"CancelDraft", access.Edit, nil, func(t *testing.T, h *house, a access.Actor, _ string) error {
		return h.CancelDraft(t.Context(), a, aTest(t, h, h.acme))
	}},
}
