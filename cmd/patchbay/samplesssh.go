package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"fmt"

	"golang.org/x/crypto/ssh"

	"patchbay/connector"
	"patchbay/remote/rehearsal"
)

// sshSecrets are the keys of the samples of Git over SSH: one that is good, one that the server does not know, and one that nobody can
// use without a passphrase.
func sshSecrets(there *rehearsal.Server) []sampleSecret {
	return []sampleSecret{
		{"harness", "account", "deploy_key", there.DeployKey, connector.SecretSSHKey},
		{"harness", "account", "deploy_key_old", samplePEM(), connector.SecretSSHKey},
		{"harness", "account", "laptop_key", lockedKey(), connector.SecretSSHKey},
	}
}

// lockedKey makes a private key that opens nothing, under a passphrase that nobody knows.
func lockedKey() string {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return ""
	}
	block, err := ssh.MarshalPrivateKeyWithPassphrase(key, "laptop", []byte(rand.Text()))
	if err != nil {
		return ""
	}
	return string(pem.EncodeToMemory(block))
}

// sshSamples has Git over SSH in the states that a check can find it in.
func sshSamples(there *rehearsal.Server) []sample {
	over := func(name, id, url, key string, more fields) sample {
		f := fields{"name": name, "identifier": id, "url": url, "connection_type": "Repo", "ssh_key_ref": "account." + key, "branch": "main"}
		for k, v := range more {
			f[k] = v
		}
		return sample{vendor: "harness", kind: "GitSsh", ask: true, fields: f}
	}
	account := over("Code over SSH", "code_ssh", "git@code.example.test:acme", "deploy_key", fields{"connection_type": "Account", "validation_repo": "checkout.git", "tags": "team:platform"})
	rebuilt := over("Rebuilt Git host", "rebuilt_ssh", "ssh://git@rebuilt.example.test/acme/checkout.git", "deploy_key", fields{"tags": "team:platform"})
	account.trust, rebuilt.trust = true, true
	rebuilt.rebuilt = there.Rebuild
	return []sample{
		account,
		rebuilt,
		over("Infra over SSH", "infra_ssh", "git@git.example.test:retail/infra.git", "deploy_key", nil),
		over("Removed deploy key", "removed_key_ssh", "git@code.example.test:retail/infra.git", "deploy_key_old", fields{"tags": "team:billing"}),
		over("Key from a laptop", "laptop_key_ssh", "git@code.example.test:acme/checkout.git", "laptop_key", fields{"tags": "team:billing"}),
		over("Old bastion", "old_bastion_ssh", "git@old.example.test:acme/checkout.git", "deploy_key", fields{"tags": "team:platform"}),
	}
}

// trust accepts the host key that a connector's server shows, and validates the connector again.
func (f *filler) trust(id string) {
	if f.err != nil {
		return
	}
	run, err := f.reg.Check(f.ctx, f.actor, id)
	if err == nil {
		f.reg.Wait(f.ctx, run.ID)
		run, err = f.reg.Run(f.ctx, f.actor, id, run.ID)
	}
	if err == nil && run.HostKey == nil {
		err = fmt.Errorf("it showed no host key: %s", run.Text)
	}
	if err == nil {
		_, err = f.reg.TrustHostKey(f.ctx, f.actor, id, run.HostKey.Fingerprint)
	}
	if err != nil {
		f.err = fmt.Errorf("trust the server of sample %s: %w", id, err)
	}
}
