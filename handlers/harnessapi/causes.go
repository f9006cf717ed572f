package harnessapi

import "maps"

// The vendor's codes for the causes that it classifies.
const (
	causeCredential = "INVALID_CREDENTIAL"
	causeRequest    = "INVALID_REQUEST"
	causeURL        = "INVALID_URL"
	causeSecret     = "SECRET_NOT_FOUND"
	causeSealed     = "ENCRYPT_DECRYPT_ERROR"
	causeHost       = "UNKNOWN_HOST"
	causeTLS        = "SSL_HANDSHAKE_FAILED"
	theirTrouble    = "" // the other side was not reached, or had a trouble of its own
)

// causes says which failures the vendor would have classified, by the code of our outcome: they are answered as HTTP 400 with what to
// do, why, and what happened, the last under the vendor's code given here. With "" the failure is answered in the body of a 200: the
// other side was not reached, or had a trouble of its own. A code that is not here is classified when its outcome has a cause and a next
// step. Either way the result is kept.
var causes = map[string]string{
	"GIT_AUTH_REFUSED":     causeCredential,
	"GIT_AUTH_NEEDED":      causeCredential,
	"GIT_FORBIDDEN":        causeCredential,
	"GIT_NOT_FOUND":        causeRequest,
	"GIT_NOT_A_REPOSITORY": causeRequest,
	"GIT_ERROR":            theirTrouble,

	"SSH_HOST_KEY_CHANGED":    causeRequest,
	"SSH_NOT_SSH":             causeRequest,
	"SSH_NO_COMMON_ALGORITHM": causeRequest,
	"SSH_BROKEN":              theirTrouble,
	"SSH_KEY_REFUSED":         causeCredential,
	"SSH_KEY_NOT_ENOUGH":      causeCredential,
	"SSH_KEY_ENCRYPTED":       causeCredential,
	"SSH_KEY_PUTTY":           causeCredential,
	"SSH_KEY_UNREADABLE":      causeCredential,
	"SSH_KEY_UNSUPPORTED":     causeCredential,
	"SSH_NO_GIT":              causeRequest,

	"ARTIFACTORY_AUTH_REFUSED":     causeCredential,
	"ARTIFACTORY_AUTH_NEEDED":      causeCredential,
	"ARTIFACTORY_TOKEN_EXPIRED":    causeCredential,
	"ARTIFACTORY_TOKEN_UNKNOWN":    causeCredential,
	"ARTIFACTORY_WRONG_USER":       causeCredential,
	"ARTIFACTORY_PASSWORD_EXPIRED": causeCredential,
	"ARTIFACTORY_PASSWORD_PLAIN":   causeCredential,
	"ARTIFACTORY_LOCKED":           causeCredential,
	"ARTIFACTORY_SUSPENDED":        causeCredential,
	"ARTIFACTORY_FORBIDDEN":        causeCredential,
	"ARTIFACTORY_LICENCE":          theirTrouble,
	"ARTIFACTORY_WRONG_PATH":       causeURL,
	"ARTIFACTORY_NOT_FOUND":        causeURL,
	"ARTIFACTORY_NOT_A_LIST":       causeURL,
	"ARTIFACTORY_NOT_READY":        theirTrouble,

	"APPD_AUTH_REFUSED":    causeCredential,
	"APPD_CLIENT_REFUSED":  causeCredential,
	"APPD_ACCOUNT_TWICE":   causeCredential,
	"APPD_ACCOUNT_DIFFERS": causeCredential,
	"APPD_NO_TOKENS":       causeRequest,
	"APPD_TOKEN_MISSING":   causeRequest,
	"APPD_TOKEN_REFUSED":   causeCredential,
	"APPD_FORBIDDEN":       causeCredential,
	"APPD_WRONG_PATH":      causeURL,
	"APPD_NOT_FOUND":       causeURL,
	"APPD_NOT_A_LIST":      causeURL,
	"APPD_NOT_READY":       theirTrouble,

	"AZURE_SECRET_WRONG":           causeCredential,
	"AZURE_SECRET_EXPIRED":         causeCredential,
	"AZURE_APPLICATION_UNKNOWN":    causeCredential,
	"AZURE_APPLICATION_DISABLED":   causeCredential,
	"AZURE_NO_SERVICE_PRINCIPAL":   causeCredential,
	"AZURE_CONSENT_MISSING":        causeCredential,
	"AZURE_CONDITIONAL_ACCESS":     causeCredential,
	"AZURE_GRANT_EXPIRED":          causeCredential,
	"AZURE_TENANT_UNKNOWN":         causeRequest,
	"AZURE_TENANT_UNCLEAR":         causeRequest,
	"AZURE_OTHER_CLOUD":            causeRequest,
	"AZURE_RESOURCE_UNKNOWN":       causeRequest,
	"AZURE_CERTIFICATE_EXPIRED":    causeCredential,
	"AZURE_CERTIFICATE_NOT_YET":    causeCredential,
	"AZURE_CERTIFICATE_MISSING":    causeCredential,
	"AZURE_CERTIFICATE_PFX":        causeCredential,
	"AZURE_CERTIFICATE_UNREADABLE": causeCredential,
	"AZURE_CERTIFICATE_UNKNOWN":    causeCredential,
	"AZURE_KEY_MISSING":            causeCredential,
	"AZURE_KEY_UNREADABLE":         causeCredential,
	"AZURE_KEY_ENCRYPTED":          causeCredential,
	"AZURE_KEY_MISMATCH":           causeCredential,
	"AZURE_KEY_KIND":               causeCredential,
	"AZURE_CLOCK":                  causeRequest,
	"AZURE_SIGN_IN_REFUSED":        causeCredential,
	"AZURE_SIGN_IN_UNWELL":         theirTrouble,
	"AZURE_TOKEN_UNUSABLE":         theirTrouble,
	"AZURE_TOKEN_REFUSED":          causeCredential,
	"AZURE_FORBIDDEN":              causeCredential,
	"AZURE_SUBSCRIPTIONS_DISABLED": causeCredential,
	"AZURE_NO_IDENTITY_SERVICE":    causeRequest,
	"AZURE_IDENTITY_ABSENT":        causeRequest,
	"AZURE_IDENTITY_REFUSED":       causeRequest,

	"SECRET_NOT_ALLOWED_HERE": causeRequest,
	"SECRET_MISSING":          causeSecret,
	"SECRET_SEALED":           causeSealed,
	"SECRET_UNREACHABLE":      causeRequest,

	"ADDRESS_UNCLEAR":        causeURL,
	"ADDRESS_NOT_ALLOWED":    causeRequest,
	"PLAIN_HTTP_NOT_ALLOWED": causeRequest,
	"DNS_NOT_FOUND":          causeHost,
	"DNS_FAILED":             theirTrouble,
	"CONNECT_REFUSED":        theirTrouble,
	"CONNECT_TIMEOUT":        theirTrouble,
	"CONNECT_FAILED":         theirTrouble,

	"TLS_EXPIRED":           causeTLS,
	"TLS_UNKNOWN_AUTHORITY": causeTLS,
	"TLS_WRONG_HOST":        causeTLS,
	"TLS_FAILED":            causeTLS,

	"TIMEOUT":         theirTrouble,
	"RESET":           theirTrouble,
	"TOO_LARGE":       theirTrouble,
	"REDIRECTED":      causeRequest,
	"PAGE_INSTEAD":    causeURL,
	"EMPTY_ANSWER":    theirTrouble,
	"SERVER_ERROR":    theirTrouble,
	"HTTP_UNEXPECTED": theirTrouble,
}

// Causes gives the door's table from codes of checks to the vendor's.
func Causes() map[string]string { return maps.Clone(causes) }
