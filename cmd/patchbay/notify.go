package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"patchbay/registry"
	"patchbay/remote"
	"patchbay/remote/notice"
)

// mailFlags name the mail server for notices.
type mailFlags struct {
	SMTP         string `name:"smtp" help:"Mail server for notices: smtps://USER@HOST, smtp://USER@HOST or smtp+plain://HOST." env:"PATCHBAY_SMTP" placeholder:"URL"`
	SMTPPassword string `name:"smtp-password-file" help:"File with its password." env:"PATCHBAY_SMTP_PASSWORD_FILE" placeholder:"FILE"`
	MailFrom     string `help:"Whom notices by mail are from." env:"PATCHBAY_MAIL_FROM" placeholder:"ADDRESS"`
}

// sender makes what sends notices: always by webhooks, by mail where a server is named.
func (f mailFlags) sender(d *remote.Dialer) (*notice.Sender, error) {
	if f.SMTP == "" {
		if f.SMTPPassword != "" || f.MailFrom != "" {
			return nil, errors.New("--smtp-password-file and --mail-from belong to --smtp, which names the mail server")
		}
		return notice.New(d, nil), nil
	}
	password := ""
	if f.SMTPPassword != "" {
		text, err := os.ReadFile(f.SMTPPassword)
		if err != nil {
			return nil, fmt.Errorf("read the mail server's password: %w", err)
		}
		password = strings.TrimRight(string(text), "\r\n")
	}
	mail, err := notice.NewMail(f.SMTP, password, f.MailFrom, nil)
	if err != nil {
		return nil, err
	}
	return notice.New(d, mail), nil
}

// listening is how long what another process made happen may go unheard.
const listening = 5 * time.Second

// tell sends notices until the context ends.
func tell(ctx context.Context, reg *registry.Registry, log *slog.Logger) {
	tick := time.NewTicker(listening)
	defer tick.Stop()
	for {
		if err := reg.Tell(ctx); err != nil && ctx.Err() == nil {
			log.Error("notices could not be sent", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-reg.Woken():
		case <-tick.C:
		}
	}
}
