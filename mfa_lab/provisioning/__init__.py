"""Carry a shared secret from the server to the phone only once, in an otpauth:// URI or in the URI's QR code.

The format is KEYURI: `otpauth://totp/Issuer:account?secret=...&issuer=Issuer`. PyOTP writes such URIs. Like real
apps, the kit's reader is more tolerant than PyOTP. Errors never quote a URI or a secret. This package sends nothing
to another machine.
"""

from __future__ import annotations

from mfa_lab.provisioning.account import MAX_URI_CHARACTERS, OtpAccount, new_secret
from mfa_lab.provisioning.qr import qr_png, qr_svg
from mfa_lab.provisioning.uri import build_uri, parse_uri

__all__ = ["MAX_URI_CHARACTERS", "OtpAccount", "build_uri", "new_secret", "parse_uri", "qr_png", "qr_svg"]
