package registry

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"patchbay/access"
	"patchbay/connector"
)

// Minted is a new credential with its secret part, which is never to be had again. Only the members of its vendor are set.
type Minted struct {
	access.Credential
	APIKey          connector.Secret // Harness: "sat.ACCOUNT.ID.SECRET"
	AccessKeyID     string           // AWS
	SecretAccessKey connector.Secret
	Email           string // Harmony
	Password        connector.Secret
}

// Mint makes a credential for a workspace in the form of its vendor.
func (r *Registry) Mint(ctx context.Context, a access.Actor, workspace, name string, role access.Role) (Minted, error) {
	if err := may(a, access.ManageWorkspaces); err != nil {
		return Minted{}, err
	}
	w, err := r.visible(ctx, a, workspace)
	if errors.Is(err, connector.ErrNotFound) {
		return Minted{}, connector.Problems{{Field: "workspace", Text: "Workspace must be one of the workspaces in the list."}}
	}
	if err != nil {
		return Minted{}, err
	}
	name = connector.Clean(name, false)
	problems := connector.Validate([]connector.Field{connector.Text(&name, "name", "Name").Must(connector.Longest(64))})
	if _, ok := access.ParseRole(string(role)); !ok {
		problems = append(problems, connector.Problem{Field: "role", Text: "Role must be viewer, tester, editor or admin."})
	}
	if len(problems) > 0 {
		return Minted{}, problems
	}
	m := Minted{Credential: access.Credential{ID: newID(), Workspace: w.ID, Vendor: w.Vendor, Name: name, Role: role, Created: r.now(), CreatedBy: a.Name}}
	sealed := m.fill(w)
	ev := r.event(ctx, a, "credential.minted")
	ev.Object, ev.Name, ev.Workspace, ev.Detail = "credential:"+m.ID, name, w.ID, string(role)
	err = r.doors.AddCredential(ctx, m.Credential, sealed, ev)
	return m, problem(err, connector.ErrTaken, "name", "Name “"+name+"” is already taken in this workspace. Choose another.")
}

// fill makes the secret part in the vendor's own format; the answer is what has to be sealed, or empty where a hash will do.
func (m *Minted) fill(w connector.Workspace) (sealed connector.Secret) {
	hash := func(text string) []byte {
		sum := sha256.Sum256([]byte(text))
		return sum[:]
	}
	switch w.Vendor {
	case "harness":
		secret := rand.Text()[:20]
		m.Key = hex.EncodeToString([]byte(rand.Text()[:12]))
		m.APIKey = connector.NewSecret("sat." + w.Account + "." + m.Key + "." + secret)
		m.Hash = hash(secret)
	case "securityhub":
		m.Key = "AKIA" + rand.Text()[:16]
		m.AccessKeyID = m.Key
		m.SecretAccessKey = connector.NewSecret(awsSecret())
		return m.SecretAccessKey
	default:
		m.Key = slug(m.Name) + "-" + strings.ToLower(rand.Text()[:6]) + "@patchbay.invalid"
		m.Email = m.Key
		m.Password = connector.NewSecret(rand.Text())
		m.Hash = hash(m.Password.Reveal())
	}
	return connector.Secret{}
}

// awsSecret gives 30 random bytes as the 40 characters that AWS's own secret keys have.
func awsSecret() string {
	var b [30]byte
	rand.Read(b[:]) //nolint:errcheck // crypto/rand.Read never fails: it ends the program instead
	return base64.StdEncoding.EncodeToString(b[:])
}

// slug makes the local part of an e-mail address from a name.
func slug(name string) string {
	out := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			return r
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		}
		return '-'
	}, name)
	if out = strings.Trim(out, "-"); out == "" {
		return "program"
	}
	return out
}

// Credentials lists the credentials of one workspace, or of all when it is "".
func (r *Registry) Credentials(ctx context.Context, a access.Actor, workspace string) ([]access.Credential, error) {
	if err := may(a, access.ManageWorkspaces); err != nil {
		return nil, err
	}
	if workspace == "" {
		workspace = a.Workspace
	}
	if workspace != "" && !a.Sees(workspace) {
		return nil, connector.ErrNotFound
	}
	return r.doors.Credentials(ctx, workspace)
}

// Revoke ends a credential at once, with the log-ins that it has.
func (r *Registry) Revoke(ctx context.Context, a access.Actor, id string) (access.Credential, error) {
	all, err := r.Credentials(ctx, a, "")
	if err != nil {
		return access.Credential{}, err
	}
	for _, c := range all {
		if c.ID != id {
			continue
		}
		ev := r.event(ctx, a, "credential.revoked")
		ev.Object, ev.Name, ev.Workspace = "credential:"+c.ID, c.Name, c.Workspace
		return c, r.doors.RevokeCredential(ctx, id, r.now(), ev)
	}
	return access.Credential{}, connector.ErrNotFound
}

// Present looks up a credential that a program presents by its key, and compares the secret in constant time. An unknown key, a wrong
// secret and a revoked credential all answer [ErrCredentials], and the audit log tells of it.
func (r *Registry) Present(ctx context.Context, vendor, key, secret, address string) (access.Credential, connector.Workspace, error) {
	c, _, err := r.doors.CredentialByKey(ctx, vendor, key)
	if err != nil && !errors.Is(err, connector.ErrNotFound) {
		return c, connector.Workspace{}, err
	}
	sum := sha256.Sum256([]byte(secret))
	if subtle.ConstantTimeCompare(sum[:], c.Hash) != 1 || err != nil {
		why := "wrong secret"
		if err != nil {
			why = "unknown key"
		}
		r.refused(ctx, vendor, c, why)
		return access.Credential{}, connector.Workspace{}, ErrCredentials
	}
	return r.present(ctx, c, address)
}

// SigningKey gives the sealed half of an AWS key pair, for verifying a signature and nothing else; ErrNotFound for an unknown or revoked one.
func (r *Registry) SigningKey(ctx context.Context, key string) (connector.Secret, error) {
	_, secret, err := r.doors.CredentialByKey(ctx, "securityhub", key)
	return secret, err
}

// Signed gives the credential and workspace behind a signature that has been verified.
func (r *Registry) Signed(ctx context.Context, key, address string) (access.Credential, connector.Workspace, error) {
	c, _, err := r.doors.CredentialByKey(ctx, "securityhub", key)
	if err != nil {
		return c, connector.Workspace{}, err
	}
	return r.present(ctx, c, address)
}

func (r *Registry) present(ctx context.Context, c access.Credential, address string) (access.Credential, connector.Workspace, error) {
	w, err := r.store.Workspace(ctx, c.Workspace)
	if err != nil {
		return c, w, fmt.Errorf("find the workspace of credential %s: %w", c.Name, err)
	}
	if err := r.doors.UsedCredential(ctx, c.ID, r.now(), address); err != nil && !errors.Is(err, connector.ErrReadOnly) {
		return c, w, fmt.Errorf("note the use of credential %s: %w", c.Name, err)
	}
	return c, w, nil
}
