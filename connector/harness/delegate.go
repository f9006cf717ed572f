package harness

import (
	"strings"

	"patchbay/connector"
)

// Selectors say which delegates may do the work.
type Selectors struct{ DelegateSelectors []string }

func (s *Selectors) fields() []connector.Field { return []connector.Field{s.field()} }

func (s *Selectors) field() connector.Field {
	return connector.List(&s.DelegateSelectors, "delegate_selectors", "Delegate selectors").May(connector.Longest(128)).
		Hint("Only delegates that carry all of these tags do the work.", "eu-west")
}

// Delegate says where the work is done: on the customer's own delegates or on the platform.
type Delegate struct {
	Selectors
	ExecuteOnDelegate bool
}

// onDelegate is what the vendor takes when nothing is said.
var onDelegate = Delegate{ExecuteOnDelegate: true}

func (d *Delegate) fields() []connector.Field {
	return append(d.Selectors.fields(), d.execute())
}

// required is for the types that cannot do without a delegate.
func (d *Delegate) required() []connector.Field {
	return []connector.Field{d.Selectors.field().Must(), d.execute()}
}

func (d *Delegate) execute() connector.Field {
	return connector.Flag(&d.ExecuteOnDelegate, "execute_on_delegate", "Run on a delegate").
		Hint("Off, the vendor's platform contacts the other side itself.", "")
}

// inClear is the advice for an address without encryption.
func inClear(field, label, address string) connector.Problems {
	if len(address) < 7 || !strings.EqualFold(address[:7], "http://") {
		return nil
	}
	return connector.Problems{{Field: field, Text: label + " begins with http://, so credentials travel unencrypted. " +
		"Use https:// where the server has it."}}
}
