package securityhubapi_test

import (
	"strconv"
	"strings"
	"testing"

	"patchbay/access"
)

func TestTags(t *testing.T) {
	h := opened(t)
	path := "/tags/" + escaped(arn(account, h.jira(t, "jira")))
	if got := h.ask(t, access.Viewer, get, path, "").ok(t); got.text != `{"Tags":{}}` {
		t.Errorf("ListTagsForResource = %s", got.text)
	}
	if got := h.ask(t, access.Editor, post, path, `{"Tags":{"team":"sec","a-b":"1","a:b":""}}`).ok(t); got.text != "{}" {
		t.Errorf("TagResource = %s", got.text)
	}
	h.ask(t, access.Editor, post, path, `{"Tags":{"team":"ops; 100 %"}}`).ok(t)
	if got := h.ask(t, access.Viewer, get, path, ""); got.text != `{"Tags":{"a-b":"1","a:b":"","team":"ops; 100 %"}}` {
		t.Errorf("ListTagsForResource = %s", got.text)
	}
	if got := h.ask(t, access.Editor, remove, path+"?tagKeys=a-b&tagKeys=a%3Ab&tagKeys=none", "").ok(t); got.text != "{}" {
		t.Errorf("UntagResource = %s", got.text)
	}
	if got := h.ask(t, access.Viewer, get, path, ""); got.text != `{"Tags":{"team":"ops; 100 %"}}` {
		t.Errorf("ListTagsForResource = %s", got.text)
	}
	var more []string
	for i := range 50 {
		more = append(more, `"k`+strconv.Itoa(i)+`":""`)
	}
	h.ask(t, access.Editor, post, path, `{"Tags":{`+strings.Join(more, ",")+`}}`).refused(t, 400, "InvalidInputException", "at most 50")
}
