// Package remote speaks to the outside. It holds the one dialer of the house and the HTTP client on top of it: every
// connection is decided on by the address that is really connected, every answer has a limit and every request an end.
// Nothing else may dial; a test keeps it so.
package remote

import (
	"context"
	"crypto/x509"
	"net"
	"net/netip"
	"syscall"
	"time"

	"patchbay/connector"
)

// Deadline is how long one request may last from its first look-up to the last byte of its body.
const Deadline = 10 * time.Second

// stepDeadline is how long the look-up with the connection may last, and how long the agreement on encryption: a server that is there
// answers both at once, and what is left of the time is for its own work.
const stepDeadline = 5 * time.Second

// Config says where the program may connect. The zero Config reaches public addresses by https and ssh only.
type Config struct {
	// AllowEgress are networks that may be reached although they are private, with plain http too.
	AllowEgress []netip.Prefix
	// AllowLoopback lets connections reach this machine, for development. No CIDR in AllowEgress does that.
	AllowLoopback bool
	// Own gives the addresses that the program itself listens on; they are refused whatever else is allowed. May be nil.
	Own func() []netip.AddrPort
	// Resolver looks up names; nil is Go's own.
	Resolver *net.Resolver
	// ConnectTo sends connections for some "host:port" to another "host:port", as curl's option of that name does; names, certificates
	// and the origins of secrets stay those of the first. The guard decides on the address that is connected in the end.
	ConnectTo map[string]string
	// Roots are the authorities that certificates must lead to; nil is the system's.
	Roots *x509.CertPool
	// Identity lets [Dialer.Identity] ask Azure's metadata service for tokens of the machine that Patchbay runs on. No check reaches
	// that service in any other way, whatever else is allowed.
	Identity bool
	// IdentityAt is where that service is played, in a rehearsal; the zero value is where Azure has it.
	IdentityAt netip.AddrPort
	// StepDeadline is how long the look-up with the connection may last, and how long the agreement on encryption; 0 is 5 seconds.
	StepDeadline time.Duration
	// Now tells the time; nil is time.Now.
	Now func() time.Time
}

// Dialer opens connections to where the guard lets them go. It is safe for concurrent use.
type Dialer struct {
	resolver *net.Resolver
	roots    *x509.CertPool
	now      func() time.Time
	decide   func(to netip.AddrPort, plain bool) error
	operator func(to netip.AddrPort, plain bool) error // for what the operator's own settings name
	instead  map[string]string
	step     time.Duration
	identity netip.AddrPort // of the metadata service; not valid where it is not to be asked
}

// New makes the dialer.
func New(c Config) *Dialer {
	d := &Dialer{resolver: prompt(c.Resolver), roots: c.Roots, now: c.Now, decide: newGuard(c.AllowEgress, c.AllowLoopback, c.Own).decide, instead: c.ConnectTo, step: c.StepDeadline,
		operator: newGuard([]netip.Prefix{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")}, true, c.Own).decide}
	if d.now == nil {
		d.now = time.Now
	}
	if d.step == 0 {
		d.step = stepDeadline
	}
	if c.Identity {
		d.identity = metadataAddress
		if c.IdentityAt.IsValid() {
			d.identity = c.IdentityAt
		}
	}
	return d
}

// Now tells the time by the dialer's clock.
func (d *Dialer) Now() time.Time { return d.now() }

// DialContext connects to host and port for an encrypted protocol. It returns *[Refused] for what the guard does not allow.
// The connection ends with the deadline of the context, or after [Deadline] when it has none.
func (d *Dialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	return d.dial(ctx, network, address, false)
}

// DialOperator connects to an address that the operator wrote into the program's own settings, wherever it is, but not to the program itself.
// Nothing that a user or another side says may become its address: today it is the mail server's.
func (d *Dialer) DialOperator(ctx context.Context, network, address string) (net.Conn, error) {
	free := *d
	free.decide = d.operator
	return free.dial(ctx, network, address, false)
}

func (d *Dialer) dial(ctx context.Context, network, address string, plain bool) (net.Conn, error) {
	if network != "tcp" && network != "tcp4" && network != "tcp6" {
		return nil, unclear(network+" "+address, "not a TCP address")
	}
	if _, ok := connector.OriginOf("https://" + address); !ok {
		return nil, unclear(address, "not a host and a port in their plainest form")
	}
	if other, ok := d.instead[address]; ok {
		address = other
	}
	return d.connect(ctx, network, address, func(to netip.AddrPort) error { return d.decide(to, plain) })
}

// connect connects if decide says nil to the address that the system is about to connect.
func (d *Dialer) connect(ctx context.Context, network, address string, decide func(to netip.AddrPort) error) (net.Conn, error) {
	ends, grace := deadlineOf(ctx)
	dialer := net.Dialer{
		Deadline: ends,
		Timeout:  d.step, // of the two, whichever is sooner
		Resolver: d.resolver,
		Control: func(_, connected string, _ syscall.RawConn) error {
			to, err := netip.ParseAddrPort(connected)
			if err != nil {
				return unclear(connected, "not an address that Patchbay can read")
			}
			return decide(to)
		},
	}
	conn, err := dialer.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	// The whole conversation has one end, so a server that drips bytes cannot hold it open.
	if err := conn.SetDeadline(ends.Add(grace)); err != nil {
		_ = conn.Close() // the first error is the one to tell
		return nil, err
	}
	return &counted{Conn: conn}, nil
}

// prompt makes a resolver that ends a look-up as soon as nobody waits for it: Go's own waits out its five seconds, and the C
// library's does not heed a context at all.
func prompt(r *net.Resolver) *net.Resolver {
	if r == nil {
		r = &net.Resolver{}
	}
	dial := r.Dial
	if dial == nil {
		dial = (&net.Dialer{}).DialContext // to the name server of the machine, which is no one's choice but its owner's
	}
	return &net.Resolver{PreferGo: true, StrictErrors: r.StrictErrors, Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err == nil {
			context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) }) // a closed one needs no deadline
		}
		return conn, err
	}}
}

type endsKey struct{}

// afterwards is how long a connection outlives its request's deadline. Were both the same, net/http would sometimes take
// the end of the connection for a broken answer, before it sees that time is up.
const afterwards = 500 * time.Millisecond

// withDeadline keeps a request's deadline as a value: net/http dials with a context that has lost its deadline.
func withDeadline(ctx context.Context) context.Context {
	ends, _ := deadlineOf(ctx)
	return context.WithValue(ctx, endsKey{}, ends)
}

func deadlineOf(ctx context.Context) (ends time.Time, grace time.Duration) {
	if ends, ok := ctx.Value(endsKey{}).(time.Time); ok {
		return ends, afterwards
	}
	if ends, ok := ctx.Deadline(); ok {
		return ends, 0
	}
	return time.Now().Add(Deadline), 0 // the kernel's clock, not the program's
}
