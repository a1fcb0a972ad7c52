"""Serve the pages for people, which work without JavaScript. Their templates are in mfa_lab/web/templates/."""
