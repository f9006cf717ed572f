package probe

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"patchbay/connector"
)

const authorise = "Authorise"

// listing is the question for a list that one signs in for. It is asked first as a stranger, so that one knows what anybody is shown,
// and then as who we are. Its codes are those of its kind, as in ARTIFACTORY_LISTED.
type listing struct {
	*talk
	kind      string   // how its codes begin: "ARTIFACTORY"
	home      string   // how its addresses usually end: "artifactory"
	path      []string // of the list, below the address
	query     url.Values
	one, many string // of what it lists: "repository", "repositories"
	given     bool   // the connector has credentials

	// read gives what a list holds, single tells whether an answer is one thing of it that was asked for alone.
	read   func(reply) things
	single func(r reply, name string) bool
	// refusal is the code for what only this product says, and words for the gap in its sentence; "" for anything else.
	refusal func(reply) (code, seen string)

	public  things // what strangers are shown
	guarded bool   // strangers are asked who they are, so there is something at this path
}

// things are what a list holds.
type things struct {
	is    bool     // a list of such things at all
	whole bool     // else it is longer than is read
	names []string // by which each can be asked for alone
	note  string   // for people
}

// stranger asks without credentials. The outcome is nil where it is worth while to go on: a page or nothing at all may be what
// strangers are shown by a server that works for others.
func (l *listing) stranger(ctx context.Context) (reply, *connector.Outcome) {
	l.head, l.long = l.judgeHead, true
	req, err := l.get(ctx, l.query, l.path...)
	if err != nil {
		return reply{}, l.ended("ADDRESS_UNCLEAR", reason(err))
	}
	r, out := l.ask(ctx, req, use, func(reply) judged { return judged{silent: true} })
	if out != nil {
		return r, out
	}
	l.public, l.guarded = l.read(r), wantsToKnow(r.Response)
	if l.public.is || l.guarded || l.given && l.isLost(r) {
		return r, nil
	}
	return r, l.missed(ctx, r)
}

// anonymous ends the check of a connector that has no credentials with what a stranger was told.
func (l *listing) anonymous(ctx context.Context, r reply) connector.Outcome {
	began, none := l.probe.now(), "the connector has no credentials"
	if r.StatusCode == http.StatusUnauthorized {
		l.since(began, authenticate, connector.StepFailed, none)
		return l.end(l.kind+"_AUTH_NEEDED", "")
	}
	l.since(began, authenticate, connector.StepSkipped, none)
	return l.finish(ctx, r, false, nil)
}

// signed asks with credentials, which sign puts on right before each request, and ends the check. step is what this request proves:
// who we are, or what we may do.
func (l *listing) signed(ctx context.Context, step string, sign func(*http.Request) error) connector.Outcome {
	req, err := l.get(ctx, l.query, l.path...)
	if err == nil {
		err = sign(req)
	}
	if err != nil {
		return *l.unsent(step, err)
	}
	r, out := l.ask(ctx, req, step, func(r reply) judged { return l.judgeSigned(r, step) })
	if out != nil {
		return *out
	}
	return l.finish(ctx, r, step == authorise, sign)
}

// finish reads the list and ends the check; authorised tells that this step has been noted.
func (l *listing) finish(ctx context.Context, r reply, authorised bool, sign func(*http.Request) error) connector.Outcome {
	may := func(state connector.StepState, evidence string) {
		if !authorised {
			l.since(l.probe.now(), authorise, state, evidence)
		}
	}
	if r.StatusCode == http.StatusForbidden {
		may(connector.StepFailed, l.shown(r))
		return l.end(l.kind+"_FORBIDDEN", l.shown(r))
	}
	got := l.read(r)
	switch {
	case !got.is:
		return *l.missed(ctx, r)
	case len(got.names) == 0:
		may(connector.StepWarn, "the list of "+l.many+" is empty")
		return l.end(l.kind+"_EMPTY", "")
	}
	may(connector.StepOK, "may list "+l.many)
	began := l.probe.now()
	if !got.whole && !l.alone(ctx, got.names, sign) {
		l.since(began, use, connector.StepWarn, l.count(got)+", and not even one alone")
		if err := ctx.Err(); err != nil {
			return l.failedAt(ctx, err, use, l.origin)
		}
		return l.end(l.kind+"_LIST_UNFINISHED", l.count(got))
	}
	l.since(began, use, connector.StepOK, l.count(got)+got.note)
	if l.given && !l.differs(got) {
		return l.end(l.kind+"_ANONYMOUS", l.count(got))
	}
	return l.end(l.kind+"_LISTED", l.count(got))
}

// missed ends the check with an answer that is not what was asked for. It is the step Use that failed, unless another has.
func (l *listing) missed(ctx context.Context, r reply) *connector.Outcome {
	if out := l.strayed(ctx, r); out != nil {
		return out
	}
	return l.fail(l.probe.now(), l.shown(r), l.misfit(r))
}

// strayed ends the check where the list is at another path; the outcome is nil where it is not.
func (l *listing) strayed(ctx context.Context, r reply) *connector.Outcome {
	began := l.probe.now()
	at := l.elsewhere(ctx, r)
	if at == "" {
		return nil
	}
	return l.fail(began, r.Status+", but "+at+" has what was looked for", judged{code: l.kind + "_WRONG_PATH", seen: at})
}

func (l *listing) fail(began time.Time, evidence string, j judged) *connector.Outcome {
	if !slices.ContainsFunc(l.steps, func(s connector.Step) bool { return s.State == connector.StepFailed }) {
		l.since(began, use, connector.StepFailed, evidence)
	}
	return l.ended(j.code, j.seen)
}

// differs tells whether a list has something that strangers are not shown, which proves that the server looked at who we are.
func (l *listing) differs(got things) bool {
	if !l.public.is {
		return true
	}
	public := map[string]bool{}
	for _, name := range l.public.names {
		public[name] = true
	}
	return l.public.whole && slices.ContainsFunc(got.names, func(name string) bool { return !public[name] })
}

// alone asks for one thing of a list that is too long to read: a list that goes on for ever could be a hostile server's, a whole
// short answer is proof.
func (l *listing) alone(ctx context.Context, names []string, sign func(*http.Request) error) bool {
	i := slices.IndexFunc(names, isPlain)
	if i < 0 {
		return false
	}
	req, err := l.get(ctx, l.query, append(slices.Clone(l.path), names[i])...)
	if err == nil && sign != nil {
		err = sign(req)
	}
	if err != nil {
		return false
	}
	r, ok := l.glance(req)
	return ok && l.single(r, names[i])
}

// isPlain tells whether a name from outside can stand in a path as it is.
func isPlain(name string) bool {
	return name != "" && len(name) <= 255 && name[0] != '.' && strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") == ""
}

func (l *listing) count(got things) string {
	text := strconv.Itoa(len(got.names)) + " " + l.many
	if len(got.names) == 1 {
		text = "1 " + l.one
	}
	if !got.whole {
		text = "more than " + text
	}
	return text
}
