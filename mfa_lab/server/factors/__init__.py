"""One module for each factor: the authenticator app (TOTP) and its drift, and recovery codes."""
