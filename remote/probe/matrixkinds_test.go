package probe_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"patchbay/connector"
	"patchbay/connector/securityhub"
	"patchbay/remote"
	"patchbay/remote/notice"
	"patchbay/remote/oauth"
	"patchbay/remote/probe"
	"patchbay/remote/rehearsal"
)

// The ways in which a host is reached.
const (
	byTLS = iota
	bySSH
	byNumber // the metadata service, through its own narrow door and without encryption
)

// host is one of the other sides of a kind, with the stages that happen there, in their order.
type host struct {
	name   string
	way    int
	stages []int
}

// kindOf is one kind of question, with another side that answers it well.
type kindOf struct {
	name   string
	hosts  []host
	stages []string
	head   string    // of an answer as it expects it, up to its last header; "" where there is no HTTP
	list   [2]string // how a list begins that it takes for one of its own, and an item of it
	// at asks at an address that a person gave, with secrets that may go there; nil where nobody gives one. address is the usual one.
	at      func(address string) asks
	address string
	ask     asks
	// good gives the stage that a request belongs to and the answer that a good server gives to it.
	good    func(r *http.Request, body string) (stage int, answer string)
	secrets []string // that must not be in any text
}

// asks asks one question through a dialer, with so much time.
type asks func(context.Context, *remote.Dialer, time.Duration) connector.Outcome

const (
	jsonHead = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
	created  = "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\n"
	granted  = "granted-4f1d-token" // that good servers give
	noSecret = "canary-8c55-password"
)

// whole200 is a whole answer that leaves the connection open.
func whole200(head, body string) string {
	return fmt.Sprintf("%sContent-Length: %d\r\n\r\n%s", head, len(body), body)
}

const whoAreYou = "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\"\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"

func parsed(body string) (url.Values, error) { return url.ParseQuery(body) }

// asking gives the way in which the probe asks a question.
func asking(q connector.Question) asks {
	return func(ctx context.Context, d *remote.Dialer, within time.Duration) connector.Outcome {
		p := probe.New(d, nil)
		p.Deadline = within
		return p.Ask(ctx, q)
	}
}

// opening gives the way in which the probe opens a ticket.
func opening(q connector.Question) asks {
	return func(ctx context.Context, d *remote.Dialer, within time.Duration) connector.Outcome {
		p := probe.New(d, nil)
		p.Deadline = within
		_, out := p.OpenTicket(ctx, q, finding("patchbay-1"))
		return out
	}
}

// signedIn is a server that asks strangers who they are and answers us.
func signedIn(head, body string) func(*http.Request, string) (int, string) {
	return func(r *http.Request, _ string) (int, string) {
		if r.Header.Get("Authorization") == "" {
			return 0, whoAreYou
		}
		return 1, whole200(head, body)
	}
}

// tokenThen is a server that gives tokens at a path, as stage n, and behind them what next says.
func tokenThen(n int, path string, next func(*http.Request) (int, string)) func(*http.Request, string) (int, string) {
	return func(r *http.Request, _ string) (int, string) {
		if strings.HasSuffix(r.URL.Path, path) {
			return n, whole200(jsonHead, `{"token_type":"Bearer","expires_in":3599,"access_token":"`+granted+`","refresh_token":"`+granted+`-2"}`)
		}
		return next(r)
	}
}

const (
	goodRepositories = `[{"key":"libs","type":"LOCAL"}]`
	goodApplications = `[{"id":1,"name":"shop"}]`
	goodSites        = `[{"id":"c","url":"https://acme.atlassian.net","scopes":["write:jira-work"]}]`
)

// everyKind lists the kinds of checks, what renews and exchanges tokens, and what sends notices. keys are an SSH key and a client certificate.
func everyKind(t *testing.T, hostKey, key, pem string) []*kindOf {
	t.Helper()
	in := func(name string, way int, stages ...int) host { return host{name, way, stages} }
	const git, repo, controller, login, manager = "git.example.test", "repo.example.test", "controller.example.test", "login.microsoftonline.com", "management.azure.com"
	const api, auth, desktop, hooks = "api.atlassian.com", "auth.atlassian.com", "acme.service-now.com", "hooks.example.test"
	two := []string{"as a stranger", "with the password"}
	repos, apps := [2]string{"[", `{"key":"libs","type":"LOCAL"},`}, [2]string{"[", `{"id":1,"name":"shop"},`}
	subscriptions := [2]string{`{"value":[`, `{"subscriptionId":"77777777-0000-4000-8000-000000000000","displayName":"Acme","state":"Enabled"},`}

	manage := func(n int) func(*http.Request) (int, string) {
		return func(r *http.Request) (int, string) {
			body := goodOne
			if r.URL.Path == "/subscriptions" {
				body = goodList
			}
			return n, whole200(jsonHead, body)
		}
	}
	signIn := tokenThen(1, "/token", func(r *http.Request) (int, string) {
		if strings.HasSuffix(r.URL.Path, "/openid-configuration") {
			return 0, whole200(jsonHead, described(login))
		}
		return manage(2)(r)
	})
	azureStages, azureHosts := []string{"the description of the tenant", "the token", "the subscriptions"}, []host{in(login, byTLS, 0, 1), in(manager, byTLS, 2)}
	jira := func(r *http.Request) (int, string) {
		switch path := r.URL.Path; {
		case strings.HasSuffix(path, "/accessible-resources"):
			return 0, whole200(jsonHead, goodSites)
		case strings.HasSuffix(path, "/myself"):
			return 1, whole200(jsonHead, `{"displayName":"Eve"}`)
		case strings.HasSuffix(path, "/mypermissions"):
			return 3, whole200(jsonHead, `{"permissions":{"CREATE_ISSUES":{"havePermission":true}}}`)
		}
		return 2, whole200(jsonHead, `{"key":"SEC"}`)
	}
	project := connector.ReadJira{CloudID: "c", ProjectKey: "SEC"}
	app := securityhub.Atlassian()
	app.ClientID = "client"

	all := []*kindOf{
		{name: "Git over HTTP", hosts: []host{in(git, byTLS, 0, 1)}, stages: two, head: ok, address: "https://" + git + "/app.git",
			at:   func(address string) asks { return asking(withPassword(address, user, noSecret)) },
			good: signedIn(ok, preamble+firstRef+"0000"), list: [2]string{preamble + firstRef, oneRef}},
		{name: "Git over SSH", hosts: []host{in(git, bySSH, 0, 1)}, stages: []string{"the greeting", "the command"}, list: [2]string{listOfOne, another},
			at:      func(address string) asks { return asking(withKey(address, "git", key, accepted(address, hostKey))) },
			address: "ssh://git@" + git + "/acme/app.git", secrets: []string{"PRIVATE KEY"}},
		{name: "Artifactory", hosts: []host{in(repo, byTLS, 0, 1)}, stages: two, head: jsonHead, address: "https://" + repo + "/artifactory",
			at:   func(address string) asks { return asking(artifactorySealed(address, user, noSecret)) },
			good: signedIn(jsonHead, goodRepositories), list: repos},
		{name: "Artifactory, anonymous", hosts: []host{in(repo, byTLS, 0)}, stages: two[:1], head: jsonHead, address: "https://" + repo + "/artifactory",
			at:   func(address string) asks { return asking(artifactoryAnonymous(address)) },
			good: func(*http.Request, string) (int, string) { return 0, whole200(jsonHead, goodRepositories) }, list: repos},
		{name: "AppDynamics", hosts: []host{in(controller, byTLS, 0, 1)}, stages: two, head: jsonHead, address: "https://" + controller + "/controller/",
			at:   func(address string) asks { return asking(appdUser(address, "customer1", user, noSecret)) },
			good: signedIn(jsonHead, goodApplications), list: apps},
		{name: "AppDynamics, API client", hosts: []host{in(controller, byTLS, 0, 1, 2)}, stages: []string{two[0], "the token", "the list"}, head: jsonHead,
			at:      func(address string) asks { return asking(appdClient(address, "customer1", "patchbay", noSecret)) },
			address: "https://" + controller + "/controller/", list: apps,
			good: tokenThen(1, "/access_token", func(r *http.Request) (int, string) {
				if r.Header.Get("Authorization") == "" {
					return 0, whoAreYou
				}
				return 2, whole200(jsonHead, goodApplications)
			})},
		{name: "Azure, client secret", hosts: azureHosts, stages: azureStages, head: jsonHead, good: signIn, list: subscriptions,
			ask: asking(withSecret(public, rehearsal.AzureTenant, rehearsal.AzureApplication, noSecret))},
		{name: "Azure, certificate", hosts: azureHosts, stages: azureStages, head: jsonHead, good: signIn, list: subscriptions, secrets: []string{"PRIVATE KEY"},
			ask: asking(withCertificate(public, rehearsal.AzureTenant, rehearsal.AzureApplication, pem))},
		{name: "Azure, managed identity", hosts: []host{in("", byNumber, 0), in(manager, byTLS, 1)}, stages: []string{"the metadata service", azureStages[2]}, head: jsonHead,
			good: tokenThen(0, "/token", manage(1)), ask: asking(ofIdentity(public, "")), list: subscriptions},
		{name: "Jira", hosts: []host{in(api, byTLS, 0, 1, 2, 3)}, stages: []string{"the sites", "who we are", "the project", "the permission"}, head: jsonHead,
			good: func(r *http.Request, _ string) (int, string) { return jira(r) }, address: "https://" + api,
			at: func(address string) asks {
				return asking(connector.Question{Check: project, Bearer: func(connector.Until, bool) (connector.Bearer, error) {
					return connector.Bearer{API: address, Token: opened(address, noSecret)}, nil
				}})
			},
			list: [2]string{"[", `{"id":"c","url":"https://acme.atlassian.net","scopes":["write:jira-work"]},`}},
		{name: "ServiceNow", hosts: []host{in(desktop, byTLS, 0, 1)}, stages: []string{"the token", "the table"}, head: jsonHead,
			good: tokenThen(0, "/oauth_token.do", func(*http.Request) (int, string) { return 1, whole200(jsonHead, `{"result":[{"sys_id":"a1"}]}`) }),
			at: func(address string) asks {
				return asking(desk(address, `{"ClientId":"patchbay","ClientSecret":"`+noSecret+`"}`))
			},
			address: "https://" + desktop, list: [2]string{`{"result":[`, `{"sys_id":"a1"},`}},
		{name: "Jira, a ticket", hosts: []host{in(api, byTLS, 0, 1, 2, 3)}, stages: []string{"the issue types", "the fields", "the search", "the issue"}, head: jsonHead, address: "https://" + api,
			good: func(r *http.Request, _ string) (int, string) {
				switch path := r.URL.Path; {
				case strings.HasSuffix(path, "/issuetypes"):
					return 0, whole200(jsonHead, `{"issueTypes":[{"id":"10001","name":"Task"}]}`)
				case strings.HasSuffix(path, "/10001"):
					return 1, whole200(jsonHead, `{"fields":[{"fieldId":"labels"},{"fieldId":"description"}]}`)
				case strings.HasSuffix(path, "/jql"):
					return 2, whole200(jsonHead, `{"issues":[]}`)
				}
				return 3, whole200(created, `{"key":"SEC-1"}`)
			},
			at: func(address string) asks {
				return opening(connector.Question{Check: project, Bearer: func(connector.Until, bool) (connector.Bearer, error) {
					return connector.Bearer{API: address, Token: opened(address, noSecret)}, nil
				}})
			}, list: [2]string{`{"issueTypes":[`, `{"id":"10001","name":"Task"},`}},
		{name: "ServiceNow, a ticket", hosts: []host{in(desktop, byTLS, 0, 1, 2)}, stages: []string{"the token", "the search", "the incident"}, head: jsonHead, address: "https://" + desktop,
			good: tokenThen(0, "/oauth_token.do", func(r *http.Request) (int, string) {
				if r.Method == http.MethodGet {
					return 1, whole200(jsonHead, `{"result":[]}`)
				}
				return 2, whole200(created, `{"result":{"sys_id":"a1","number":"INC1"}}`)
			}),
			at: func(address string) asks {
				return opening(desk(address, `{"ClientId":"patchbay","ClientSecret":"`+noSecret+`"}`))
			},
			list: [2]string{`{"result":[`, `{"number":"INC1"},`}},
		{name: "OAuth, refresh", hosts: []host{in(auth, byTLS, 0), in(api, byTLS, 1, 2, 3, 4)}, stages: []string{"the new token"}, head: jsonHead,
			good: tokenThen(0, "/oauth/token", func(r *http.Request) (int, string) {
				stage, answer := jira(r)
				return stage + 1, answer
			}), at: renewing(app, project), address: app.TokenURL, list: [2]string{"[", `{"access_token":"` + granted + `"},`}, secrets: []string{"canary-0b2e-refresh"}},
		{name: "OAuth, exchange", hosts: []host{in(auth, byTLS, 0), in(api, byTLS, 1)}, stages: []string{"the token", "the sites"}, head: jsonHead, secrets: []string{"canary-77aa-code"},
			good: tokenThen(0, "/oauth/token", func(*http.Request) (int, string) { return 1, whole200(jsonHead, goodSites) }),
			at:   exchanging(app), address: app.TokenURL, list: [2]string{"[", `{"id":"c","url":"https://acme.atlassian.net"},`}},
		{name: "Webhook", hosts: []host{in(hooks, byTLS, 0)}, stages: []string{"the call"}, head: jsonHead, at: calling, address: "https://" + hooks + "/services/canary-3d3d-path",
			good:    func(*http.Request, string) (int, string) { return 0, whole200(jsonHead, "{}") },
			secrets: []string{"canary-3d3d-path", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}, list: [2]string{"[", `{},`}},
	}
	for _, k := range all {
		if k.at != nil {
			k.ask = k.at(k.address)
		}
	}
	return all
}

// renewing asks Jira as a person whose access token is over; the address is that of the token URL.
func renewing(app connector.OAuthApp, check connector.Check) func(address string) asks {
	return func(address string) asks {
		app.TokenURL = address
		own := app.Own(connector.OAuthTokens{})
		return func(ctx context.Context, d *remote.Dialer, within time.Duration) connector.Outcome {
			return asking(connector.Question{Check: check, Bearer: func(connector.Until, bool) (connector.Bearer, error) {
				ctx, stop := context.WithTimeout(ctx, within)
				defer stop()
				got, err := oauth.New(d).Refresh(ctx, app, opened(app.TokenURL, noSecret), opened(app.TokenURL, "canary-0b2e-refresh"))
				return connector.Bearer{API: app.API, Token: connector.NewOpened(got.Access, own.API), Renewed: own.Server, Lasting: true}, err
			}})(ctx, d, within)
		}
	}
}

// told makes an outcome of an error, for those who give no outcome.
func told(code string, err error) connector.Outcome {
	if err != nil {
		return connector.Outcome{Status: connector.Failing, Code: "REFUSED", Text: err.Error(), Cause: "-", Next: "-"}
	}
	return connector.Outcome{Status: connector.Healthy, Code: code, Text: "Taken."}
}

// exchanging exchanges the code of a consent at a token URL.
func exchanging(app connector.OAuthApp) func(address string) asks {
	return func(address string) asks {
		app.TokenURL = address
		return func(ctx context.Context, d *remote.Dialer, within time.Duration) connector.Outcome {
			ctx, stop := context.WithTimeout(ctx, within)
			defer stop()
			_, err := oauth.New(d).Exchange(ctx, app, connector.NewSecret(noSecret), "https://patchbay.example.com/callback", "canary-77aa-code")
			return told("EXCHANGED", err)
		}
	}
}

// calling sends a notice to a web address.
func calling(address string) asks {
	return func(ctx context.Context, d *remote.Dialer, within time.Duration) connector.Outcome {
		ctx, stop := context.WithTimeout(ctx, within)
		defer stop()
		said, _, err := notice.New(d, nil).Send(ctx, connector.Dispatch{Channel: connector.Channel{Kind: connector.Webhook}, Address: connector.NewSecret(address),
			Key:     connector.NewSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
			Notices: []connector.Notice{{ID: "n1", Kind: connector.ConnectorFailing, Body: `{"type":"connector.failing"}`}}})
		return told("TAKEN "+said, err)
	}
}

// listen opens one host of a position until the test ends, and gives its address.
func (p *position) listen(t *testing.T, h host) netip.AddrPort {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			p.open.Add(1)
			go func() {
				defer p.open.Add(-1)
				p.serve(conn, h)
				_ = conn.Close() // the check may have hung up already
			}()
		}
	}()
	t.Cleanup(func() {
		if err := listener.Close(); err != nil {
			t.Error(err)
		}
		<-done
	})
	return netip.MustParseAddrPort(listener.Addr().String())
}
