"""Serve the pages for people, which work without JavaScript, except the pages of passkeys.

Their templates are in mfa_lab/web/templates/.
"""
