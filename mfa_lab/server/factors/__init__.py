"""The factors: authenticator apps (TOTP), passkeys (WebAuthn), recovery codes, and their common functions."""
