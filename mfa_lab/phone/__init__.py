"""The user's side: the authenticator and its own clock. It never imports `mfa_lab.server`."""
