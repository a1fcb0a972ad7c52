"""The user's side: the authenticator app with its clock, passkeys, the browser.

This package never imports `mfa_lab.server`.
"""
