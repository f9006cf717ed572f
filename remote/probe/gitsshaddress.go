package probe

import (
	"net/url"
	"strings"
	"unicode"
)

// repositoryPath takes the path out of an address that connector.OriginOf has read, as Git hands it to the other side; wrong
// says why there is none. An address with a scheme is percent-decoded, the short form user@host:path is not.
func repositoryPath(address string) (path, wrong string) {
	const scheme = "ssh://"
	if len(address) > len(scheme) && strings.EqualFold(address[:len(scheme)], scheme) {
		authority, rest, _ := strings.Cut(address[len(scheme):], "/")
		if strings.ContainsAny(authority, "?#") {
			return "", "it has a ? or # before the path"
		}
		var err error
		if path, err = url.PathUnescape("/" + rest); err != nil {
			return "", "its path has a % that is not followed by two hexadecimal digits"
		}
	} else {
		_, rest, _ := strings.Cut(address, "@")
		_, path, _ = strings.Cut(rest, ":")
	}
	if strings.HasPrefix(path, "/~") { // somebody's home, which the server's shell knows
		path = path[1:]
	}
	switch {
	case strings.Trim(path, "/") == "":
		return "", "it names no repository after the host"
	case path[0] == '-':
		return "", "its path begins with a hyphen, which a program could take for an option"
	case strings.ContainsFunc(path, unicode.IsControl):
		return "", "its path has a control character inside"
	}
	return path, ""
}

// uploadPack is the command that lists the refs of a repository and then offers its objects.
func uploadPack(path string) string { return "git-upload-pack " + quoted(path) }

// quoted writes a text so that every shell takes it for one word and acts on nothing in it. It is Git's own way of quoting, which
// servers that read the command without a shell expect too: ! is history to some shells even inside quotes.
func quoted(text string) string {
	return "'" + strings.NewReplacer("'", `'\''`, "!", `'\!'`).Replace(text) + "'"
}
