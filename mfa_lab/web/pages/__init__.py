"""Serve the pages for people. All pages except the passkey pages work without JavaScript.

Their templates are in mfa_lab/web/templates/.
"""
