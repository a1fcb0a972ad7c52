"""The pages for people, which work without JavaScript; their templates are in mfa_lab/web/templates/."""
