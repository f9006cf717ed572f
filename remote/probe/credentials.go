package probe

import (
	"errors"
	"net/http"
	"net/url"

	"patchbay/connector"
	"patchbay/remote"
)

// originOf gives the origin that a request to the address goes to, read from the same parts that the client dials.
func originOf(at *url.URL) connector.Origin {
	origin, ok := connector.OriginOf(at.Scheme + "://" + at.Host)
	if !ok {
		return ""
	}
	return origin
}

// unsent is a secret that was not sent: what it is and the code that says why.
type unsent struct{ what, code string }

// Error implements error.
func (u *unsent) Error() string {
	if u.code == "SECRET_MISSING" {
		return "there is no secret for " + u.what
	}
	return "the secret for " + u.what + " may not go to this origin"
}

// value gives an input for one origin; what is how people call it. There is no other way from a kept input to its text.
func (a *asking) value(in connector.Input, to connector.Origin, what string) (string, error) {
	if in.Ref == "" {
		return in.Text, nil
	}
	opened, there := a.secrets[in.Field]
	if !there {
		return "", &unsent{what, "SECRET_MISSING"}
	}
	text, ok := opened.For(to)
	if !ok {
		return "", &unsent{what, "SECRET_NOT_ALLOWED_HERE"}
	}
	a.hide.add(text)
	return text, nil
}

// signBasic puts user and password on a request if each may go to the origin of this very request, looked at right before it is
// sent. behind is put behind the user name, as in "@customer1"; it may be "".
func (a *asking) signBasic(req *http.Request, user connector.Input, behind string, password connector.Input) error {
	to := originOf(req.URL)
	name, err := a.value(user, to, "the user name")
	if err != nil {
		return err
	}
	text, err := a.value(password, to, "the password")
	if err != nil {
		return err
	}
	req.SetBasicAuth(name+behind, text)
	return nil
}

// hideBasic takes care of a server that knows the secret from an earlier check and shows it to strangers, as it is or as it came
// in the header. What may not go to this origin is unknown to it.
func (a *asking) hideBasic(to connector.Origin, user connector.Input, behind string, password connector.Input) {
	name, userErr := a.value(user, to, "the user name")
	text, passwordErr := a.value(password, to, "the password")
	if userErr == nil && passwordErr == nil && text != "" {
		a.hide.add(text, name+behind+":"+text)
	}
}

func (g *gitAsking) sign(req *http.Request) error {
	return g.signBasic(req, g.q.User, "", g.q.Password)
}

func (g *gitAsking) hideCredentials() { g.hideBasic(originOf(g.base), g.q.User, "", g.q.Password) }

// unsigned is the outcome when a request could not be signed.
func (a *asking) unsigned(err error) connector.Outcome {
	var u *unsent
	if errors.As(err, &u) {
		return a.end(u.code, u.what)
	}
	return a.end("ADDRESS_UNCLEAR", reason(err))
}

func (g *gitAsking) hasCredentials() bool {
	return isGiven(g.q.User) || isGiven(g.q.Password)
}

// isGiven tells whether a spec says anything for an input: a reference that was left blank still names its field.
func isGiven(in connector.Input) bool { return in.Text != "" || in.Ref != "" }

func who(q connector.ListRefs) string { return whoIs(q.User, q.Password) }

// whoIs says who we are to the other side, without what a secret holds.
func whoIs(user, password connector.Input) string {
	switch {
	case user.Text != "":
		return remote.Excerpt(user.Text, 60)
	case user.Ref != "":
		return "the user that the secret names"
	case isGiven(password):
		return "a caller without a user name"
	}
	return "an anonymous caller"
}
