package sigv4

// Error is why a request was not accepted, with the name that AWS's services give such a failure.
type Error struct {
	Code    string // "InvalidSignatureException"
	Message string // one sentence, safe to show to the caller
	Status  int    // of HTTP
}

// Error implements error.
func (e *Error) Error() string { return e.Code + ": " + e.Message }

func missing(message string) *Error {
	return &Error{"MissingAuthenticationTokenException", message, 403}
}

func incomplete(message string) *Error {
	return &Error{"IncompleteSignatureException", message, 400}
}

func invalid(message string) *Error {
	return &Error{"InvalidSignatureException", message, 403}
}

func unrecognized(message string) *Error {
	return &Error{"UnrecognizedClientException", message, 403}
}

func expired(message string) *Error {
	return &Error{"ExpiredTokenException", message, 403}
}

func throttled(message string) *Error {
	return &Error{"ThrottlingException", message, 429}
}
