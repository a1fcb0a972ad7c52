"""Model an authenticator app: it scans a QR code, keeps its own copy of the secret, and shows codes by its own clock.

The app shares a secret and the time with the server, and nothing else. The server never sends a code to the app.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import replace
from enum import StrEnum
from itertools import count
from typing import Any

from mfa_lab.clock import Clock, SystemClock
from mfa_lab.errors import InvalidInput, InvalidUri, MfaError, UnreadablePicture
from mfa_lab.otp import code_at, padded_secret
from mfa_lab.provisioning import OtpAccount, parse_uri
from mfa_lab.provisioning.google_export import Export, Part, is_export, read, write
from mfa_lab.redaction import Redacted, clears_variables

MAX_PIXELS = 40_000_000
"""The maximum number of pixels. Pictures from a phone's camera have fewer. A picture that claims more may be a
decompression bomb."""
MAX_SIDE = 10_000
"""The greatest width and height, in pixels. A small file with millions of rows would take seconds to decode."""
_FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP")
_SYSTEM = SystemClock()


class Quirk(StrEnum):
    """A fault of some real apps.

    Such an app silently ignores a parameter of the URI and shows the usual kind of code.
    """

    IGNORES_DIGITS = "ignores digits"
    IGNORES_ALGORITHM = "ignores algorithm"
    IGNORES_PERIOD = "ignores period"


_INSTEAD: dict[Quirk, dict[str, Any]] = {
    Quirk.IGNORES_DIGITS: {"digits": 6},
    Quirk.IGNORES_ALGORITHM: {"algorithm": "SHA1"},
    Quirk.IGNORES_PERIOD: {"period_seconds": 30},
}


class Phone:
    """One phone with one authenticator app. With a `SkewedClock`, the phone's time is wrong, as on many real phones.

    You may replace `clock` at any time. A label, `Issuer: account`, names an account. Without a label, a call uses
    the newest account. If a new account has the same issuer and name as an earlier account, it replaces the earlier
    account, as after a new enrolment. Two accounts without an issuer may belong to two sites. The phone therefore
    keeps both, and gives the second one the label `account (2)`.
    """

    def __init__(self, clock: Clock = _SYSTEM, *, quirks: Iterable[Quirk] = ()) -> None:
        self.clock = clock
        self._quirks = tuple(Quirk(quirk) for quirk in quirks)
        self._accounts: dict[str, OtpAccount] = {}
        self.imported: Export | None = None
        """The export from another app that was read last, or None. It contains the accounts, the skipped accounts,
        and the numbers of the QR codes that are still missing."""
        self.warning = ""
        """A warning about the accounts that were added last, or an empty text. It says which secrets are too short
        and which earlier accounts were replaced."""

    @clears_variables
    def scan(self, picture: bytes) -> str:
        """Decode the one QR code in `picture` (a PNG, JPEG, GIF, WebP or BMP file) and add its account.

        If the QR code belongs to an export, all accounts in this QR code are added. Returns the label of the account
        that was added last. Raises `UnreadablePicture`, or `InvalidUri` if the QR code contains something else.
        """
        return self.add(_decode(picture))

    @clears_variables
    def add(self, uri: str) -> str:
        """Add the account of an otpauth URI and return its label. Raises `InvalidUri`.

        The URI of an export (otpauth-migration) adds the accounts of one QR code. `imported` then says which accounts
        were skipped and which QR codes are missing. `warning` says what the owner should know about the added
        accounts.
        """
        if is_export(uri):
            return self._take_over(read(uri))
        return self._keep([parse_uri(uri)])

    def _take_over(self, part: Part) -> str:
        self.imported = (self.imported or Export()).plus(part)
        (part,) = (known for known in self.imported.parts if known.number == part.number)
        if not part.accounts:
            raise InvalidUri("no account in this QR code can be used here: `imported` says why")
        return self._keep(part.accounts)

    def _keep(self, accounts: Iterable[OtpAccount]) -> str:
        """Add each account under its own label; return the last label.

        An account that is added again becomes the newest.
        """
        label, said = "", []
        for account in accounts:
            for quirk in self._quirks:
                account = replace(account, **_INSTEAD[quirk])
            label = self._label_for(account)
            earlier = self._accounts.pop(label, None)
            self._accounts[label] = account
            if earlier and not earlier.same_as(account):
                said.append(f"{label}: it replaced an earlier account, whose secret is deleted")
            if account.warning:
                said.append(f"{label}: {account.warning}")
        self.warning = "; ".join(said)
        return label

    def _label_for(self, account: OtpAccount) -> str:
        """Return the label of the account that `account` repeats or replaces. Otherwise return a new label."""
        same = next((label for label, other in self._accounts.items() if other.same_as(account)), None)
        labels = (f"{account.label} ({number})" if number > 1 else account.label for number in count(1))
        return same or next(
            label
            for label in labels
            if label not in self._accounts or self._accounts[label].same_site_and_name(account)
        )

    @clears_variables
    def code(self, label: str | None = None) -> str:
        """Return the code that the phone shows now, by its own clock. Raises `InvalidInput` for an unknown label."""
        return self._code(label, periods_ahead=0)

    @clears_variables
    def next_code(self, label: str | None = None) -> str:
        """Return the code that the phone will show next. Raises `InvalidInput` for an unknown label."""
        return self._code(label, periods_ahead=1)

    def seconds_left(self, label: str | None = None) -> int:
        """Return for how many more seconds the phone will show the code, by its own clock.

        The result is at least 1, and at most the whole period.
        """
        period = self._account(label).period_seconds
        return period - self.clock.now() % period

    @property
    def accounts(self) -> tuple[str, ...]:
        """Return the labels of all accounts, oldest first."""
        return tuple(self._accounts)

    def remove(self, label: str) -> None:
        """Delete an account and its secret. Raises `InvalidInput` for an unknown label."""
        self._account(label)
        del self._accounts[label]

    @clears_variables
    def export(self) -> list[dict[str, Any]]:
        """Return every account with its secret, for the phone's own screen only. The result must never be stored."""
        return [
            {
                "label": label,
                "secret": account.secret.reveal(),
                "digits": account.digits,
                "period": account.period_seconds,
                "algorithm": account.algorithm,
            }
            for label, account in self._accounts.items()
        ]

    @clears_variables
    def export_codes(self, *labels: str) -> tuple[Redacted, ...]:
        """Return the accounts as otpauth-migration URIs for another app's scanner, one URI for each QR code.

        Without `labels`, all accounts are exported. Raises `InvalidInput` for an account that this format cannot
        represent.
        """
        return write(self._account(label) for label in labels or self.accounts or (None,))

    def _code(self, label: str | None, periods_ahead: int) -> str:
        account = self._account(label)
        return code_at(
            padded_secret(account.secret.reveal()),
            self.clock.now() + periods_ahead * account.period_seconds,
            digits=account.digits,
            period=account.period_seconds,
            algorithm=account.algorithm,
        )

    def _account(self, label: str | None) -> OtpAccount:
        if not self._accounts:
            raise InvalidInput("this phone has no account yet: scan the QR code of an enrolment first")
        if label is None:
            return next(reversed(self._accounts.values()))
        if label not in self._accounts:
            raise InvalidInput("this phone has no account with that label: `accounts` lists its labels")
        return self._accounts[label]

    def __repr__(self) -> str:
        return f"Phone(accounts={list(self._accounts)})"


def _decode(picture: bytes) -> str:
    """Return the text of the one QR code in `picture`. Pillow and zxing-cpp are loaded only here."""
    try:
        import zxingcpp
    except ImportError:
        raise MfaError("scanning needs zxing-cpp: install mfa-lab[phone], or pass the URI to add()") from None
    qr = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    for ground in _on_each_ground(_opened(picture)):
        try:
            codes = zxingcpp.read_barcodes(ground, formats=qr, text_mode=zxingcpp.TextMode.Plain)
        except ValueError:  # such as a side of 65,536 pixels
            raise _no_picture() from None
        if len(codes) > 1:
            raise UnreadablePicture(
                "more than one QR code found: show only one, so that it is clear which one you mean"
            )
        if codes:
            return str(codes[0].text)
    raise UnreadablePicture("no QR code found: show the whole code, sharp and with its white margin")


def _opened(picture: bytes) -> Any:
    """Return the picture, opened by Pillow.

    The picture's size is read from the header before any pixel is decoded.
    """
    from PIL import Image

    if not isinstance(picture, bytes):
        raise UnreadablePicture(f"a picture must be bytes, such as those of a PNG file, not {type(picture).__name__}")
    image: Image.Image | None = None
    too_large = False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns about large pictures; the limit here is lower
            image = Image.open(io.BytesIO(picture), formats=_FORMATS)
            too_large = max(image.size) > MAX_SIDE or image.width * image.height > MAX_PIXELS
            if not too_large:
                image = image.convert("LA" if image.has_transparency_data else "L")
    except Image.DecompressionBombError:
        too_large = True
    except (OSError, SyntaxError, ValueError):
        image = None
    if too_large:
        raise UnreadablePicture(
            f"this picture claims over {MAX_PIXELS // 10**6} megapixels, or a side of over {MAX_SIDE:,} pixels: "
            "pass a smaller one"
        )
    if image is None:
        raise _no_picture()
    return image


def _on_each_ground(image: Any) -> Iterator[Any]:
    """Yield the picture as it looks on a white page and, if it is transparent, also on a dark page."""
    from PIL import Image

    if image.mode == "L":
        yield image
        return
    grey, alpha = image.split()
    for ground in (255, 0):
        page = Image.new("L", image.size, ground)
        page.paste(grey, mask=alpha)
        yield page


def _no_picture() -> UnreadablePicture:
    return UnreadablePicture("this is not a picture that can be read: pass the bytes of a PNG or JPEG file")
