package probe

import (
	"net/url"
	"strings"
	"testing"
)

func TestHomes(t *testing.T) {
	tests := []struct{ address, want string }{
		{"https://h", "https://h/artifactory"},
		{"https://h/", "https://h/artifactory"},
		{"https://h:8443/ui", "https://h:8443/ui/artifactory https://h:8443/artifactory"},
		{"https://h/tools%2Fa/", "https://h/tools%2Fa/artifactory https://h/artifactory"},
		{"https://h/artifactory", "https://h"},
		{"https://h/artifactory/", "https://h"},
		{"https://h/tools/artifactory", "https://h/tools"},
		{"https://h/artifactory/libs/x", "https://h/artifactory https://h"},
		{"https://h/my-artifactory", "https://h/my-artifactory/artifactory https://h/artifactory"},
	}
	for _, tt := range tests {
		base, err := url.Parse(tt.address)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, at := range homes(base, "artifactory") {
			got = append(got, at.String())
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("homes(%s) = %v, want %s", tt.address, got, tt.want)
		}
	}
}
