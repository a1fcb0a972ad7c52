"""One module a factor: the authenticator app (TOTP) and its drift, and recovery codes."""
