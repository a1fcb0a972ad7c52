"""The user's side: the authenticator app, which has its own clock. This package never imports `mfa_lab.server`."""
