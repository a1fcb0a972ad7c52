"""Passkeys (WebAuthn): the relying party, the options for a browser, the checks of its response, the stored keys."""
