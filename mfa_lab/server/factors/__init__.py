"""The factors: the authenticator app (TOTP) and the drift of its clock, and recovery codes."""
