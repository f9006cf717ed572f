package probe

import (
	"net/http"
	"testing"
)

func TestWhatAnArtifactoryMeans(t *testing.T) {
	says := func(message string) string { return `{"errors":[{"status":0,"message":"` + message + `"}]}` }
	tests := []struct {
		status     int
		body, want string
	}{
		{401, says("These credentials are bad."), ""},
		{401, says("This user is locked."), "ARTIFACTORY_LOCKED"},
		{401, says("Locked."), "ARTIFACTORY_LOCKED"},
		{403, says("You were blocked."), ""},
		{403, says("Blocked after login failures, 5 seconds."), "ARTIFACTORY_SUSPENDED"},
		{401, says("The token has expired."), "ARTIFACTORY_TOKEN_EXPIRED"},
		{401, says("The password has expired."), "ARTIFACTORY_PASSWORD_EXPIRED"},
		{401, says("The token was revoked."), "ARTIFACTORY_TOKEN_UNKNOWN"},
		{401, `{"errors":[{"code":"UNAUTHORIZED","message":"401","detail":"The token has EXPIRED."}]}`, "ARTIFACTORY_TOKEN_EXPIRED"},
		{401, `{"errors":[{"message":"Refused."},{"message":"The user is locked."}]}`, "ARTIFACTORY_LOCKED"},
		{503, says("The license has expired."), "ARTIFACTORY_LICENCE"},
		{402, says("There is no valid license."), "ARTIFACTORY_LICENCE"},
		{503, "The trial license has expired.", "ARTIFACTORY_LICENCE"},
		{503, "<!-- a style sheet under the license of its authors -->", ""},
		{503, says("The token has expired."), ""},
		{401, "<p>Your token has expired and you are locked out of this proxy.</p>", ""},
		{403, "<h1>This address is locked</h1>", ""},
		{401, `{"errors":"locked"}`, ""},
		{401, "", ""},
		{200, says("The license has expired."), ""},
	}
	for _, tt := range tests {
		r := reply{Response: &http.Response{StatusCode: tt.status, Header: http.Header{}}, body: []byte(tt.body)}
		if got, _ := refusedByArtifactory(r); got != tt.want {
			t.Errorf("refusedByArtifactory(%d %s) = %q, want %q", tt.status, tt.body, got, tt.want)
		}
	}
}
