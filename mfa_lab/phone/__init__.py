"""The user's side: the authenticator app, which has its own clock. It never imports `mfa_lab.server`."""
