package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"rassync/internal/app"
	"rassync/internal/ras"
	"rassync/internal/render"
)

func newLogin(c *call) *cobra.Command {
	var conn app.Connection
	var noPassword bool
	cmd := &cobra.Command{
		Use:   "login [URL]",
		Short: "Keep farm, account and certificate for the commands to come",
		Long: `Login looks at the farm's certificate, asks whether to trust one that this machine
does not know, asks for the password, logs on and off once, and keeps what the other
commands need. They then need no flags and no environment variables; those still
count more, and the operator's policy decides as before.

Farm, account and fingerprint go to the user's configuration folder. The password goes
to the keyring of the system (the Credential Manager of Windows, the keychain of macOS,
the Secret Service of a Linux desktop) and nowhere else: without a keyring each command
asks for it.`,
		Example: `  rassync login https://ras.example.com:20443 --username 'EXAMPLE\admin'
  rassync whoami
  rassync logout`,
		Args: cobra.MaximumNArgs(1),
	}
	f := cmd.Flags()
	f.StringVar(&conn.URL, "farm", "", "address of the farm's REST API, https://host:20443 (or "+app.EnvFarm+")")
	f.StringVar(&conn.Username, "username", "", "RAS administrator account (or "+app.EnvUsername+", or a question)")
	f.StringVar(&conn.PasswordFile, "password-file", "", "file that holds the password (or "+app.EnvPassword+", or a question)")
	f.StringVar(&conn.CAFile, "ca-file", "", "PEM file of the certificate authority to trust (or "+app.EnvCAFile+")")
	f.StringVar(&conn.Fingerprint, "fingerprint", "", "SHA-256 of the farm's certificate to pin (or "+app.EnvFingerprint+")")
	f.DurationVar(&conn.Timeout, "timeout", ras.DefaultTimeout, "longest wait for one answer")
	f.BoolVar(&noPassword, "no-keyring", false, "do not keep the password: each command asks for it")
	cmd.RunE = c.begin(nil, func(ctx context.Context, args []string) error {
		if len(args) > 0 {
			if conn.URL != "" {
				return app.Failf(app.Input, "the farm is named twice: %s and --farm %s", args[0], conn.URL)
			}
			conn.URL = args[0]
		}
		if conn.URL == "" {
			conn.URL = c.Getenv(app.EnvFarm)
		}
		if conn.URL == "" {
			return app.Failf(app.Input, "no farm is named").With("rassync login https://ras.example.com:20443")
		}
		res, err := c.Login(ctx, conn, !noPassword)
		if err != nil {
			return err
		}
		if res.NoKeyring != "" {
			c.Warn("the password is not kept (%s): each command asks for it, or takes it from %s or --password-file", res.NoKeyring, app.EnvPassword)
		}
		_, err = fmt.Fprintf(c.Out, "logged in to farm %s (%s) as %s\n", render.Escape(res.Farm.Name), render.Escape(res.Login.URL), render.Escape(res.Login.Username))
		return err
	})
	return cmd
}

func newLogout(c *call) *cobra.Command {
	var username string
	var all bool
	cmd := &cobra.Command{
		Use:   "logout [URL]",
		Short: "Forget a login",
		Long: `Logout forgets what login has kept, and takes the password out of the keyring: of the
last login, of all accounts at a farm, or with --all of every farm. It asks no farm.`,
		Example: `  rassync logout
  rassync logout https://ras.example.com:20443
  rassync logout --all`,
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: completeLogins(c),
	}
	cmd.Flags().StringVar(&username, "username", "", "forget this account alone")
	cmd.Flags().BoolVar(&all, "all", false, "forget every login")
	cmd.RunE = c.begin(nil, func(_ context.Context, args []string) error {
		address := ""
		if len(args) > 0 {
			address = args[0]
		}
		gone, err := c.Logout(address, username, all)
		if err != nil {
			return err
		}
		if len(gone) == 0 {
			_, err := fmt.Fprintln(c.Out, "no such login: rassync whoami lists them")
			return err
		}
		for _, l := range gone {
			if _, err := fmt.Fprintf(c.Out, "logged out: %s at %s\n", render.Escape(l.Username), render.Escape(l.URL)); err != nil {
				return err
			}
		}
		return nil
	})
	return cmd
}

// completeLogins completes the farms of the logins.
func completeLogins(c *call) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		var out []cobra.Completion
		if all, err := c.ReadLogins(); err == nil && len(args) == 0 {
			for _, l := range all.Logins {
				out = append(out, cobra.CompletionWithDesc(l.URL, l.Username))
			}
		}
		return out, cobra.ShellCompDirectiveNoFileComp
	}
}

func newWhoami(c *call) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "whoami",
		Short: "Show the logins that are kept",
		Long: `Whoami shows farm, account and certificate of every login, the one that counts where
nothing else names a farm first, and which environment variables go before it. It asks
no farm and shows no password.`,
		Example: "  rassync whoami --format json",
		Args:    cobra.NoArgs,
	}
	format := addFormat(cmd, "text", "json")
	cmd.RunE = c.begin(format, func(context.Context, []string) error {
		all, err := c.ReadLogins()
		if err != nil {
			return err
		}
		if format.value == "json" {
			return render.JSON(c.Out, all)
		}
		if len(all.Logins) == 0 {
			if _, err := fmt.Fprintln(c.Out, "no login is kept: rassync login URL"); err != nil {
				return err
			}
		}
		for i, l := range all.Logins {
			if err := showLogin(c, l, i == 0); err != nil {
				return err
			}
		}
		for _, name := range []string{app.EnvFarm, app.EnvUsername, app.EnvPassword, app.EnvFingerprint, app.EnvCAFile} {
			if c.Getenv(name) != "" {
				c.Notice("%s is set and goes before a login", name)
			}
		}
		return nil
	})
	return cmd
}

func showLogin(c *call, l app.Login, current bool) error {
	mark, trust, password := "  ", "checked with the certificates of the system", "asked for each time"
	if current {
		mark = "* "
	}
	switch {
	case l.Fingerprint != "":
		trust = "pinned, " + l.Fingerprint
	case l.CAFile != "":
		trust = "checked with " + l.CAFile
	}
	if l.InKeyring {
		password = "in the keyring"
	}
	_, err := fmt.Fprintf(c.Out, "%s%s at %s\n    certificate %s\n    password %s\n", mark, render.Escape(l.Username), render.Escape(l.URL), render.Escape(trust), password)
	return err
}
