package connector

// Check is the question that proves whether a connector works. It is plain data from a small closed set: a type says what
// to ask, the probe knows how.
type Check interface {
	// Title says what is asked, in a few words: "List the refs of the repository".
	Title() string
	// Sends lists the references to secrets that the question needs, each with the one place it is sent to.
	Sends() []Sending
}

// Sending is one secret on its way: the field that names it, the reference, and where the value goes.
type Sending struct {
	Field string // wire name of the field
	Ref   string // as the spec has it
	To    Origin // "" when the address has no origin: then nothing is sent
}

// Input is a value that a question needs: said in clear, or kept as a secret.
type Input struct {
	Text  string // in clear
	Field string // else: the wire name of the field with the reference …
	Ref   string // … and the reference
}

// Plain is an input in clear.
func Plain(text string) Input { return Input{Text: text} }

// Kept is an input that a secret holds.
func Kept(field, ref string) Input { return Input{Field: field, Ref: ref} }

func sends(address string, inputs ...Input) []Sending {
	to, _ := OriginOf(address)
	var out []Sending
	for _, in := range inputs {
		if in.Ref != "" {
			out = append(out, Sending{in.Field, in.Ref, to})
		}
	}
	return out
}

// ListRefs asks a Git remote for its refs: the cheapest request that proves user and password, or a key.
type ListRefs struct {
	URL      string
	User     Input
	Password Input
	Key      Input // SSH private key
}

// Title implements [Check].
func (ListRefs) Title() string { return "List the refs of the repository" }

// Sends implements [Check].
func (q ListRefs) Sends() []Sending { return sends(q.URL, q.User, q.Password, q.Key) }

// ReadArtifactory asks an Artifactory server for its list of repositories.
type ReadArtifactory struct {
	URL            string
	User, Password Input // both empty: anonymous
}

// Title implements [Check].
func (ReadArtifactory) Title() string { return "List the repositories of the Artifactory" }

// Sends implements [Check].
func (q ReadArtifactory) Sends() []Sending { return sends(q.URL, q.User, q.Password) }

// ReadAppDynamics asks a controller for its applications, with Basic credentials or with a token for an API client.
type ReadAppDynamics struct {
	Controller, Account string
	User, Password      Input
	Client, Secret      Input
}

// Title implements [Check].
func (ReadAppDynamics) Title() string { return "List the applications of the controller" }

// Sends implements [Check].
func (q ReadAppDynamics) Sends() []Sending { return sends(q.Controller, q.Password, q.Secret) }

// ReadAzure gets a token for the resource manager of a cloud and lists the subscriptions.
type ReadAzure struct {
	Cloud               string // AZURE or AZURE_US_GOVERNMENT
	Tenant, Application string
	Secret, Certificate Input
	Identity            string // client id of a user-assigned managed identity
	System              bool   // the host's own managed identity
}

// Title implements [Check].
func (ReadAzure) Title() string { return "List the subscriptions that the identity can see" }

// Sends implements [Check].
func (q ReadAzure) Sends() []Sending { return sends(AzureAuthority(q.Cloud), q.Secret, q.Certificate) }

// AzureAuthority is the address of the sign-in service of a cloud.
func AzureAuthority(cloud string) string {
	if cloud == "AZURE_US_GOVERNMENT" {
		return "https://login.microsoftonline.us/"
	}
	return "https://login.microsoftonline.com/"
}

// ReadJira asks Jira Cloud for a project and for the permission to create issues in it, on the site of a person's consent.
type ReadJira struct {
	CloudID, ProjectKey string
	Site                string // its address for people, or ""
}

// Title implements [Check].
func (ReadJira) Title() string { return "Read the Jira project" }

// Sends implements [Check]: what is sent is the token of a person's consent, which comes with the question and is bound to its API.
func (ReadJira) Sends() []Sending { return nil }

// ReadServiceNow gets a token with client credentials and reads one row of a table.
type ReadServiceNow struct {
	Address string // https://HOST
	Client  Input  // a secret with ClientId and ClientSecret
}

// Title implements [Check].
func (ReadServiceNow) Title() string { return "Read one row of a ServiceNow table" }

// Sends implements [Check].
func (q ReadServiceNow) Sends() []Sending { return sends(q.Address, q.Client) }

// HarmonyPair asks the organisation's registry whether name, key and secret belong together.
type HarmonyPair struct{ Name, Key string }

// Title implements [Check].
func (HarmonyPair) Title() string { return "Validate key and secret with the registry" }

// Sends implements [Check]: the pair is the connector's own and goes to its own registry only.
func (HarmonyPair) Sends() []Sending { return nil }

// Nothing is for a connector that no question can prove.
type Nothing struct{ Why string }

// Title implements [Check].
func (Nothing) Title() string { return "Nothing can be asked" }

// Sends implements [Check].
func (Nothing) Sends() []Sending { return nil }

// Question is a check with the secrets that it needs, each opened for the places it may go to.
type Question struct {
	Check    Check
	Secrets  map[string]Opened // by wire name of the field
	HostKeys []HostKey         // that people accepted for the server, where the question goes over SSH
	Bearer   Bearers           // gives the token of a person's consent; nil where none is needed
	Step     func(Step)        // told of each step as it ends; may be nil
}
