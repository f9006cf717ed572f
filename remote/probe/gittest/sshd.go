package gittest

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"sync"

	"golang.org/x/crypto/ssh"
)

// ErrNoSSHD is what [Server.SSH] answers where OpenSSH's server is not installed.
var ErrNoSSHD = errors.New("there is no sshd on this machine; run \"make needs\", or apt-get install openssh-server")

// SSH is Debian's own OpenSSH server before the repositories of a [Server], on a loopback port: one process for each connection. The
// user is the one who runs the tests, and the command is taken by git-shell.
type SSH struct {
	Address  string   // "127.0.0.1:40322"
	User     string   // whom to sign in as
	Key      string   // private key that may read, PEM
	Greeted  string   // private key that is greeted and gets nothing
	Stranger string   // private key that the server does not know
	HostKeys []string // as known_hosts has them: ssh-ed25519, then ecdsa-sha2-nistp256

	dir      string
	sshd     string
	listener net.Listener
	all      sync.WaitGroup

	mu     sync.Mutex
	shut   bool
	active map[*exec.Cmd]bool
	log    bytes.Buffer
}

// SSH starts the server, or gives [ErrNoSSHD].
func (s *Server) SSH() (*SSH, error) {
	sshd, err := exec.LookPath("sshd")
	if err != nil {
		if sshd, err = exec.LookPath("/usr/sbin/sshd"); err != nil { // not everybody has it in the path
			return nil, ErrNoSSHD
		}
	}
	me, err := user.Current()
	if err != nil {
		return nil, fmt.Errorf("find out who runs the tests: %w", err)
	}
	dir, err := os.MkdirTemp("", "gittest-ssh-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for keys: %w", err)
	}
	d := &SSH{User: me.Username, dir: dir, sshd: sshd, active: map[*exec.Cmd]bool{}}
	if err = d.start(me.Uid == "0"); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return d, nil
}

// URL gives the address of a repository of the server that lies at a path below its root: URL(root, gittest.Private).
func (d *SSH) URL(root, path string) string {
	return "ssh://" + d.User + "@" + d.Address + strings.NewReplacer("%", "%25", " ", "%20", "`", "%60").Replace(filepath.Join(root, path))
}

func (d *SSH) start(asRoot bool) error {
	if asRoot { // who is root gives up its rights in this folder before it looks at anything
		if err := os.MkdirAll("/run/sshd", 0o755); err != nil {
			return fmt.Errorf("make the folder of sshd: %w", err)
		}
	}
	if err := d.keys(); err != nil {
		return err
	}
	config := fmt.Sprintf(`
HostKey %[1]s/host_0
HostKey %[1]s/host_1
AuthorizedKeysFile %[1]s/authorized_keys
PidFile none
UsePAM no
StrictModes no
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
UseDNS no
AcceptEnv GIT_PROTOCOL
SetEnv GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=%[2]s
`, d.dir, os.DevNull)
	if err := os.WriteFile(filepath.Join(d.dir, "sshd_config"), []byte(config), 0o600); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen on loopback: %w", err)
	}
	d.listener, d.Address = listener, listener.Addr().String()
	d.all.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			d.all.Go(func() { d.serve(conn.(*net.TCPConn)) })
		}
	})
	return nil
}

// serve hands a connection to a process of its own, as inetd did.
func (d *SSH) serve(conn *net.TCPConn) {
	file, err := conn.File()
	_ = conn.Close() // the process has its own
	if err != nil {
		return
	}
	command := exec.Command(d.sshd, "-i", "-e", "-f", filepath.Join(d.dir, "sshd_config"))
	command.Stdin, command.Stdout, command.Stderr = file, file, d
	d.mu.Lock()
	started := !d.shut && command.Start() == nil
	d.active[command] = started
	d.mu.Unlock()
	_ = file.Close() // so is this one
	if !started {
		return
	}
	_ = command.Wait() // it is killed, or it ends with the connection
	d.mu.Lock()
	delete(d.active, command)
	d.mu.Unlock()
}

// Write keeps what the server logs. It implements [io.Writer].
func (d *SSH) Write(p []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.log.Write(p)
}

// Log is what the server has logged so far.
func (d *SSH) Log() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.log.String()
}

// Close ends the server and all connections to it.
func (d *SSH) Close() error {
	err := d.listener.Close()
	d.mu.Lock()
	d.shut = true
	for command, started := range d.active {
		if started {
			_ = command.Process.Kill() // it may have ended already
		}
	}
	d.mu.Unlock()
	d.all.Wait()
	return errors.Join(err, os.RemoveAll(d.dir))
}

// keys makes two host keys, and three for people, of which two are known to the server.
func (d *SSH) keys() error {
	_, first, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	second, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	for i, key := range []crypto.Signer{first, second} {
		text, public, err := written(key)
		if err != nil {
			return err
		}
		d.HostKeys = append(d.HostKeys, public)
		if err := os.WriteFile(filepath.Join(d.dir, fmt.Sprintf("host_%d", i)), []byte(text), 0o600); err != nil {
			return err
		}
	}
	known := ""
	for _, one := range []struct {
		into    *string
		command string
	}{
		{&d.Key, `git-shell -c \"$SSH_ORIGINAL_COMMAND\"`},
		{&d.Greeted, `echo Hi! You have successfully authenticated, and there is no shell here.`},
		{&d.Stranger, ""},
	} {
		_, key, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			return err
		}
		text, public, err := written(key)
		if err != nil {
			return err
		}
		*one.into = text
		if one.command != "" {
			known += `restrict,command="` + one.command + `" ` + public + "\n"
		}
	}
	return os.WriteFile(filepath.Join(d.dir, "authorized_keys"), []byte(known), 0o600)
}

// written gives a key as OpenSSH writes it: the private half in PEM, the public one in a line.
func written(key crypto.Signer) (private, public string, err error) {
	block, err := ssh.MarshalPrivateKey(key, "")
	if err != nil {
		return "", "", fmt.Errorf("write a key: %w", err)
	}
	half, err := ssh.NewPublicKey(key.Public())
	if err != nil {
		return "", "", fmt.Errorf("write the public half of a key: %w", err)
	}
	return string(pem.EncodeToMemory(block)), strings.TrimSpace(string(ssh.MarshalAuthorizedKey(half))), nil
}
