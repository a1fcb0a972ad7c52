"""The user's side: the authenticator app with its clock, passkeys, the browser. It never imports `mfa_lab.server`."""
