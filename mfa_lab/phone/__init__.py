"""The user's side: the authenticator app with its own clock. It never imports `mfa_lab.server`."""
