package main

import (
	"strings"

	"patchbay/handlers/harnessapi"
	"patchbay/handlers/jitterbitapi"
	"patchbay/handlers/securityhubapi"
	"patchbay/views"
)

// The way in which operations without an official client in a package registry are driven.
const byRows = "requests as the vendor documents them, byte for byte"

// compatibility is what the doors answer, from their own tables: the same that their tests walk.
func compatibility() []views.Door {
	harness := views.Door{Vendor: "Harness", Base: harnessapi.Door}
	for _, o := range harnessapi.Operations() {
		proof := byRows
		if o.Alias {
			proof = "the same operation under another address"
		}
		harness.Operations = append(harness.Operations, views.DoorOperation{Name: o.ID, Method: o.Method, Path: o.Path, Proof: proof})
	}
	for _, d := range harnessapi.Differences {
		harness.Differences = append(harness.Differences, views.DoorDifference{Operation: d.Operation, What: d.What, Why: d.Why})
	}
	hub := views.Door{Vendor: "AWS Security Hub", Base: securityhubapi.Prefix}
	for _, o := range securityhubapi.Operations() {
		proof := byRows
		if len(o.Clients) > 0 {
			proof = strings.Join(o.Clients, ", ")
		}
		hub.Operations = append(hub.Operations, views.DoorOperation{Name: o.Name, Method: o.Method, Path: o.Path, Proof: proof})
	}
	for _, d := range securityhubapi.Differences {
		hub.Differences = append(hub.Differences, views.DoorDifference{Operation: d.Operation, What: d.What, Why: d.Why})
	}
	harmony := views.Door{Vendor: "Jitterbit Harmony", Base: jitterbitapi.Prefix}
	for _, o := range jitterbitapi.Operations() {
		harmony.Operations = append(harmony.Operations, views.DoorOperation{Name: o.Name, Method: o.Method, Path: o.Path, Proof: byRows})
	}
	for _, d := range jitterbitapi.Differences {
		harmony.Differences = append(harmony.Differences, views.DoorDifference{Operation: d.Operation, What: d.What, Why: d.Why})
	}
	return []views.Door{harness, hub, harmony}
}
