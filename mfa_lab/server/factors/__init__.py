"""The factors: authenticator apps (TOTP), passkeys (WebAuthn), recovery codes, and what they share."""
