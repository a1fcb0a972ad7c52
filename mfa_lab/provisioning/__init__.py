"""How a shared secret travels once, from server to phone: otpauth:// URIs, and QR codes that carry them.

The form is KEYURI: `otpauth://totp/Issuer:account?secret=...&issuer=Issuer`. PyOTP writes it; reading is more
tolerant than PyOTP, as real apps are. Errors never quote a URI or a secret. Nothing here leaves the machine.
"""

from __future__ import annotations

import base64
import io
import re
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote

import pyotp

from mfa_lab.errors import InvalidInput, InvalidUri
from mfa_lab.otp import DIGESTS, checked_parameters, secret_bytes
from mfa_lab.randomness import SYSTEM, Randomness
from mfa_lab.redaction import Redacted

if TYPE_CHECKING:
    from qrcode.main import QRCode

MAX_URI_CHARACTERS = 4096
_SECRET_BYTES = 20
"""RFC4226-R6: 160 bits."""
_QUIET_MODULES = 4
"""The light margin that ISO/IEC 18004 asks for; without it a scanner in a dark theme finds nothing."""
_PIXELS_PER_MODULE = 6


def new_secret(randomness: Randomness = SYSTEM) -> str:
    """A new shared secret: 160 bits (RFC4226-R6), as 32 Base32 characters without padding."""
    return base64.b32encode(randomness.token_bytes(_SECRET_BYTES)).decode()


@dataclass(frozen=True, slots=True, eq=False)
class OtpAccount:
    """What an authenticator keeps for one account. `repr` hides the secret, and `==` never compares it.

    `issuer` may be empty; `secret` is Base32. Raises `InvalidInput` for what a URI cannot carry, `InvalidSecret`.
    """

    account: str
    issuer: str
    secret: Redacted
    digits: int = 6
    period_seconds: int = 30
    algorithm: str = "SHA1"

    def __post_init__(self) -> None:
        if not _checked_name(self.account, "account"):
            raise InvalidInput("the account has no name: give the one that people log in with")
        _checked_name(self.issuer, "issuer")
        secret_bytes(self.secret.reveal())
        checked_parameters(self.digits, self.period_seconds, self.algorithm)

    @property
    def label(self) -> str:
        """What an app shows above the code: `Issuer: account`."""
        return f"{self.issuer}: {self.account}" if self.issuer else self.account

    def uri(self) -> str:
        """The otpauth:// URI. It holds the secret: show it to its owner alone, and never log it."""
        totp = pyotp.TOTP(
            self.secret.reveal().rstrip("=").upper(),
            digits=self.digits,
            digest=DIGESTS[self.algorithm],
            interval=self.period_seconds,
            name=self.account,
            issuer=self.issuer or None,
        )
        start = "otpauth://totp/"
        # PyOTP leaves a slash in a name as it is; apps that read the last part of a path would cut the name there.
        uri = Redacted(start + totp.provisioning_uri().removeprefix(start).replace("/", "%2F"))
        if len(uri.reveal()) > MAX_URI_CHARACTERS:
            raise InvalidInput(
                f"the URI would pass {MAX_URI_CHARACTERS} characters: shorten the account or the issuer"
            )
        return uri.reveal()


def build_uri(
    secret: str, *, account: str, issuer: str, digits: int = 6, period: int = 30, algorithm: str = "SHA1"
) -> str:
    """The otpauth:// URI of one account (KEYURI); `period` in seconds. Raises `InvalidInput`, `InvalidSecret`."""
    hidden = Redacted(secret)
    del secret  # tracebacks may show variables
    return OtpAccount(account, issuer, hidden, digits, period, algorithm).uri()


def parse_uri(text: str) -> OtpAccount:
    """Read an otpauth://totp/ URI as real apps do; `InvalidUri` says what is wrong with any other.

    Forgiven: either case, SHA-256 and HmacSHA256 for SHA256, padding, spaces and hyphens in the secret, an encoded
    colon, an issuer in only one of its two places, unknown or empty parameters. Where the two issuers differ
    the label's is taken, as Aegis and FreeOTP do (PyOTP refuses).
    """
    label, query = _split(text)
    parameters = _parameters(query)
    secret = re.sub(r"[\s=-]", "", parameters.get("secret", "")).upper()
    if not secret:
        raise InvalidUri("this URI holds no secret: ask for a new QR code")
    issuer, _, account = unquote(label).rpartition(":")
    try:
        return OtpAccount(
            account.strip(),
            issuer.strip() or parameters.get("issuer", ""),
            Redacted(secret),
            _whole(parameters.get("digits", "6")),
            _whole(parameters.get("period", "30")),
            re.sub(r"^HMAC|[-_]", "", parameters.get("algorithm", "SHA1").upper()),
        )
    except InvalidInput as error:
        sentence = str(error)
    raise InvalidUri(f"this URI cannot be used: {sentence}")


def qr_svg(text: str, *, label: str) -> str:
    """A QR code as inline SVG: dark on its own white ground in any theme, `label` its accessible name.

    `label` is read aloud and stands in the page: let it say what is seen, never what the code holds. Raises
    `InvalidInput` where `text` does not fit or `label` is empty.
    """
    hidden = Redacted(text)
    del text
    if not isinstance(label, str) or not label.strip() or _uncarriable(label):
        raise InvalidInput("a QR code needs a label that can be read aloud: say in words what it is for")
    rows = _qr(hidden).get_matrix()
    size, name = len(rows), escape(label)
    dark = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, module in enumerate(row) if module)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{name}" viewBox="0 0 {size} {size}"'
        f' width="{size * _PIXELS_PER_MODULE}" height="{size * _PIXELS_PER_MODULE}" shape-rendering="crispEdges">'
        f'<title>{name}</title><rect width="{size}" height="{size}" fill="#ffffff"/>'
        f'<path fill="#000000" d="{dark}"/></svg>'
    )


def qr_png(text: str) -> bytes:
    """A QR code as a PNG picture. Raises `InvalidInput` where `text` does not fit."""
    hidden = Redacted(text)
    del text
    picture = io.BytesIO()
    _qr(hidden).make_image().save(picture, "PNG")
    return picture.getvalue()


def _qr(text: Redacted) -> QRCode:
    """Imported only here: a server that draws no QR code need not load qrcode and Pillow."""
    from qrcode.exceptions import DataOverflowError
    from qrcode.image.pil import PilImage
    from qrcode.main import QRCode

    if not isinstance(text.reveal(), str) or not text.reveal():
        raise InvalidInput("a QR code carries text: pass an otpauth:// URI")
    code = QRCode(border=_QUIET_MODULES, box_size=_PIXELS_PER_MODULE, image_factory=PilImage)
    with suppress(ValueError, DataOverflowError):  # qrcode 8.2 raises now one, now the other
        if len(text.reveal()) <= MAX_URI_CHARACTERS:
            code.add_data(text.reveal())
            code.make()
            return code
    raise InvalidInput("this text does not fit into a QR code: shorten the account or the issuer")


def _split(text: str) -> tuple[str, str]:
    """The label, still percent-encoded, and the query of an otpauth://totp/ URI."""
    if not isinstance(text, str):
        raise InvalidUri(f"a provisioning URI is text, not {type(text).__name__}")
    if len(text) > MAX_URI_CHARACTERS:
        raise InvalidUri(f"this text is longer than the {MAX_URI_CHARACTERS} characters that a URI may have")
    found = re.fullmatch(
        r"(?P<scheme>[^:/?#]*)://(?P<kind>[^/?#]*)/?(?P<label>[^?#]*)\??(?P<query>[^#]*).*", text.strip()
    )
    scheme = found["scheme"].lower() if found else ""
    if scheme == "otpauth-migration":
        raise InvalidUri(
            "this is an export of several accounts from another app (otpauth-migration): add it to a phone, or read "
            "it with mfa_lab.provisioning.google_export"
        )
    if found is None or scheme != "otpauth":
        raise InvalidUri("this is no otpauth:// URI: scan the QR code that the enrolment shows")
    kind = found["kind"].lower()
    if kind == "hotp":
        raise InvalidUri("this account counts logins (hotp); this kit reads time-based ones (totp): choose those")
    if kind != "totp":
        raise InvalidUri("this otpauth URI is not for time-based codes (totp): ask for another QR code")
    return found["label"], found["query"]


_READ = {"secret", "issuer", "digits", "period", "algorithm"}


def _parameters(query: str) -> dict[str, str]:
    """The parameters that are read here. Two different values of one would let two apps read two accounts."""
    found: dict[str, str] = {}
    for name, value in parse_qsl(query):
        key = name.lower()
        if key in _READ and found.setdefault(key, value.strip()) != value.strip():
            raise InvalidUri(f"this URI gives two different values for {key}: ask for a new QR code")
    return {key: value for key, value in found.items() if value}


def _whole(text: str) -> int:
    """The number that `text` writes in ASCII digits, else 0, which no parameter may be."""
    return int(text) if re.fullmatch("[0-9]{1,4}", text) else 0


def _checked_name(name: str, what: str) -> str:
    """`name` itself if a label can carry it, else `InvalidInput`. KEYURI: the colon separates issuer and account."""
    if not isinstance(name, str):
        raise InvalidInput(f"the {what} is text, not {type(name).__name__}")
    if ":" in name:
        raise InvalidInput(f"the {what} holds a colon, which separates issuer and account: leave it out")
    if _uncarriable(name):
        raise InvalidInput(f"the {what} holds a line break or another control character: leave it out")
    if name != name.strip():
        raise InvalidInput(f"the {what} starts or ends with a space, which apps drop: leave it out")
    return name


def _uncarriable(text: str) -> bool:
    """Whether `text` holds control characters, line separators or lone surrogates: no URI and no XML takes them."""
    return any(unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} for character in text)
