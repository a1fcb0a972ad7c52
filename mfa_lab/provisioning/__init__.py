"""Carry a shared secret once from server to phone: otpauth:// URIs, and QR codes that contain them.

The format is KEYURI: `otpauth://totp/Issuer:account?secret=...&issuer=Issuer`. PyOTP writes it. The kit's reader is
more tolerant than PyOTP, as real apps are. Errors never quote a URI or a secret. Nothing here leaves the machine.
"""

from __future__ import annotations

from mfa_lab.provisioning.account import MAX_URI_CHARACTERS, OtpAccount, new_secret
from mfa_lab.provisioning.qr import qr_png, qr_svg
from mfa_lab.provisioning.uri import build_uri, parse_uri

__all__ = ["MAX_URI_CHARACTERS", "OtpAccount", "build_uri", "new_secret", "parse_uri", "qr_png", "qr_svg"]
