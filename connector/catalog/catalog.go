// Package catalog is the list of all vendors. A vendor is here when the house knows it.
package catalog

import (
	"patchbay/connector"
	"patchbay/connector/harness"
	"patchbay/connector/jitterbit"
	"patchbay/connector/securityhub"
)

// All gives every vendor with its types, in the order in which people choose.
func All() connector.Catalog {
	return connector.Catalog{
		harness.Vendor(),
		securityhub.Vendor(),
		jitterbit.Vendor(),
	}
}
