"""Read and write Google Authenticator's export: accounts as otpauth-migration:// URIs, one URI for each QR code.

A URI is `otpauth-migration://offline?data=` and a small protobuf message in base64. Google does not publish the
schema of this message. The field numbers come from independent readers: an author of Aegis
(alexbakker.me/post/parsing-google-auth-export-qr-code.html) and qistoph's otp_export. The format supports only 6 or 8
digits, and has no field for the period, which is always 30 s. Errors never quote the URI. No account is lost
silently: `skipped` names each account that this kit cannot use.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, quote

from mfa_lab.errors import InvalidInput, InvalidUri
from mfa_lab.provisioning import MAX_URI_CHARACTERS, OtpAccount, protobuf
from mfa_lab.provisioning.reading import names_in, tidy_text
from mfa_lab.randomness import SYSTEM, Randomness
from mfa_lab.redaction import Redacted, RedactedBytes, clears_variables

ACCOUNTS_IN_A_CODE = 10
_BYTES_IN_A_CODE = 1000
"""The maximum number of bytes of accounts in a QR code. With more bytes, a camera could not read the QR code from a
screen."""
_MAX_CODES = 100
_START = "otpauth-migration://offline?data="
_VERSION = 1

_DAMAGED = "this export is damaged or incomplete: scan its QR code again"

# Field numbers of the message, and of an account in it.
_ACCOUNTS, _VERSION_FIELD, _COUNT, _INDEX, _BATCH = 1, 2, 3, 4, 5
_SECRET, _NAME, _ISSUER, _ALGORITHM, _DIGITS, _TYPE = 1, 2, 3, 4, 5, 6
_ALGORITHMS = {0: "SHA1", 1: "SHA1", 2: "SHA256", 3: "SHA512", 4: "MD5"}  # 0: not specified
_DIGIT_COUNTS = {0: 6, 1: 6, 2: 8}
_HOTP, _TOTP = 1, 2


@dataclass(frozen=True, slots=True)
class Skipped:
    """An account of an export that this kit cannot use, and the reason why not."""

    label: str
    why: str


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """The contents of one QR code of an export.

    The QR code has the number `number` (from 1) and is one of `count`.
    """

    accounts: tuple[OtpAccount, ...]
    skipped: tuple[Skipped, ...]
    number: int
    count: int
    batch_id: int


@dataclass(frozen=True, slots=True, eq=False)
class Export:
    """The QR codes of one export that have been read so far, in the order of their numbers."""

    parts: tuple[Part, ...] = ()

    def plus(self, part: Part) -> Export:
        """Return this export with one more QR code.

        A QR code from another export starts a new `Export`. If a QR code is read again, the new reading replaces the
        earlier one. If two accounts have the same issuer and name, the account that was read first is kept, and the
        second account is skipped. Two accounts without an issuer may belong to two sites, so both are kept, unless
        the secret is also the same.
        """
        others = [p for p in self.parts if _export_of(p) == _export_of(part) and p.number != part.number]
        known = [account for other in others for account in other.accounts]
        kept: list[OtpAccount] = []
        skipped = list(part.skipped)
        for account in part.accounts:
            if any(account.same_site_and_name(other) or account.same_as(other) for other in (*known, *kept)):
                skipped.append(Skipped(account.label, "another account in this export has the same name and issuer"))
            else:
                kept.append(account)
        part = replace(part, accounts=tuple(kept), skipped=tuple(skipped))
        return Export(tuple(sorted((*others, part), key=lambda p: p.number)))

    @property
    def accounts(self) -> tuple[OtpAccount, ...]:
        """Return the accounts that this kit can use."""
        return tuple(account for part in self.parts for account in part.accounts)

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """Return the accounts that this kit cannot use, each with the reason."""
        return tuple(skipped for part in self.parts for skipped in part.skipped)

    @property
    def missing(self) -> tuple[int, ...]:
        """Return the numbers, from 1, of the QR codes that have not been read yet."""
        count = self.parts[0].count if self.parts else 0
        return tuple(sorted(set(range(1, count + 1)) - {part.number for part in self.parts}))

    def __str__(self) -> str:
        """Return a summary of the accounts that were read. The summary contains no secret."""
        said = [f"{len(self.accounts)} account{'s' * (len(self.accounts) != 1)} read"]
        said += [f"skipped {skipped.label}: {skipped.why}" for skipped in self.skipped]
        if self.missing:
            said.append(f"still missing: QR code {_listed(self.missing)} of {self.parts[0].count}")
        return "; ".join(said)


def is_export(text: object) -> bool:
    """Return whether `text` begins like the URI of an export. The rest of the text is not checked."""
    return isinstance(text, str) and (
        tidy_text(text[: 2 * MAX_URI_CHARACTERS]).lower().startswith("otpauth-migration:")
    )


@clears_variables
def read(text: str) -> Part:
    """Return the contents of one QR code of an export.

    Raises `InvalidUri`, which says what is wrong with the text.
    """
    hidden = Redacted(text)
    del text  # tracebacks may show variables
    try:
        return _part(hidden)
    except InvalidUri as error:
        sentence = str(error)
    except InvalidInput:
        sentence = _DAMAGED
    raise InvalidUri(sentence)


def read_all(texts: Iterable[str]) -> Export:
    """Return a whole export from the texts of its QR codes, in any order.

    Raises `InvalidUri` if a text is not valid, if the texts belong to different exports, or if QR codes are missing.
    In the last case, the error names the missing QR codes.
    """
    parts = [read(text) for text in texts]
    if len({_export_of(part) for part in parts}) != 1:
        raise InvalidUri("these QR codes do not belong to one export: pass all QR codes of one export, and no others")
    export = Export()
    for part in parts:
        export = export.plus(part)
    if export.missing:
        raise InvalidUri(
            f"this export has {parts[0].count} QR codes; these are missing: {_listed(export.missing)}; scan them all"
        )
    return export


@clears_variables
def write(accounts: Iterable[OtpAccount], *, randomness: Randomness = SYSTEM) -> tuple[Redacted, ...]:
    """Return the URIs of an export that contains `accounts`, one URI for each QR code.

    The URIs contain the secrets: show them only to the owner. Raises `InvalidInput` for an account that the format
    cannot represent, because no account may be changed silently.
    """
    codes = _shared_out([RedactedBytes(_account_message(account)) for account in accounts])
    if not 0 < len(codes) <= _MAX_CODES:
        raise InvalidInput(f"an export has 1 to {_MAX_CODES} QR codes: choose other accounts")
    batch_id = int.from_bytes(randomness.token_bytes(4)) >> 1  # a positive int32
    texts = []
    for index, code in enumerate(codes):
        message = b"".join(protobuf.field(_ACCOUNTS, account.reveal()) for account in code)
        about = {_VERSION_FIELD: _VERSION, _COUNT: len(codes), _INDEX: index, _BATCH: batch_id}
        message += b"".join(protobuf.field(number, value) for number, value in about.items())
        texts.append(Redacted(_START + quote(base64.b64encode(message), safe="")))
        del message
    return tuple(texts)


def _shared_out(messages: list[RedactedBytes]) -> list[list[RedactedBytes]]:
    """Divide the accounts among QR codes that are small enough for a camera."""
    codes: list[list[RedactedBytes]] = []
    room = 0
    for message in messages:
        size = len(message.reveal())
        if size > _BYTES_IN_A_CODE:
            raise InvalidInput("an account is too long for a QR code of an export: shorten its name or its issuer")
        if size > room or len(codes[-1]) == ACCOUNTS_IN_A_CODE:
            codes.append([])
            room = _BYTES_IN_A_CODE
        codes[-1].append(message)
        room -= size
    return codes


def _account_message(account: OtpAccount) -> bytes:
    digits = {count: number for number, count in _DIGIT_COUNTS.items()}
    if account.digits not in digits or account.period_seconds != 30:
        kind = f"{account.digits} digits, {account.period_seconds} s"
        raise InvalidInput(
            f"{account.label} ({kind}) cannot be in an export, which needs 6 or 8 digits and 30 s: leave it out"
        )
    algorithms = {name: number for number, name in _ALGORITHMS.items()}
    secret = account.secret.reveal().rstrip("=")
    return b"".join(
        protobuf.field(number, value)
        for number, value in (
            (_SECRET, base64.b32decode(secret + "=" * (-len(secret) % 8), casefold=True)),
            (_NAME, _name_to_write(account).encode()),
            (_ISSUER, account.issuer.encode()),
            (_ALGORITHM, algorithms[account.algorithm]),
            (_DIGITS, digits[account.digits]),
            (_TYPE, _TOTP),
        )
    )


def _name_to_write(account: OtpAccount) -> str:
    """Return the text of the name field.

    If the name contains a colon, write the issuer before the name, as Google does.
    """
    name = f"{account.issuer}:{account.account}" if account.issuer and ":" in account.account else account.account
    if names_in(name, account.issuer) != (account.issuer, account.account):
        raise InvalidInput(
            f"{_label(account.issuer, account.account)} cannot be in an export, whose readers would take the part "
            "before the colon for its issuer: leave it out"
        )
    return name


def _part(text: Redacted) -> Part:
    numbers, messages = protobuf.message(_data(text))
    count, index = numbers.get(_COUNT, 0) or 1, numbers.get(_INDEX, 0)
    if count > _MAX_CODES or index >= count:
        raise InvalidUri("this QR code has an impossible number: export the accounts again")
    found = [_account(message) for message in messages.get(_ACCOUNTS, ())]
    if not found:
        raise InvalidUri("this export contains no account: choose some accounts in the app, and export them again")
    return Part(
        tuple(account for account in found if isinstance(account, OtpAccount)),
        tuple(account for account in found if isinstance(account, Skipped)),
        index + 1,
        count,
        numbers.get(_BATCH, 0),
    )


def _account(message: bytes) -> OtpAccount | Skipped:
    """Return the account of a message, or the reason why it cannot be used.

    In some apps' exports, the name field begins with the issuer.
    """
    numbers, texts = protobuf.message(message)
    name, issuer = (texts.get(field, [b""])[-1].decode("utf-8", "replace") for field in (_NAME, _ISSUER))
    issuer, name = names_in(name, issuer)
    kind = numbers.get(_TYPE, 0)
    if kind == _HOTP:
        return Skipped(_label(issuer, name), "it counts logins (HOTP); this kit reads only time-based codes (TOTP)")
    if kind != _TOTP:
        return Skipped(_label(issuer, name), "this kit does not know its type")
    try:
        return OtpAccount(
            name,
            issuer,
            Redacted(base64.b32encode(texts.get(_SECRET, [b""])[-1]).decode().rstrip("=")),
            _DIGIT_COUNTS.get(numbers.get(_DIGITS, 0), 0),
            algorithm=_ALGORITHMS.get(numbers.get(_ALGORITHM, 0), ""),
        )
    except InvalidInput as error:
        return Skipped(_label(issuer, name), str(error))


def _label(issuer: str, name: str) -> str:
    """Return a label that fits on one line: at most 80 characters, all printable."""
    label = ": ".join(part for part in (issuer, name) if part)[:80] or "an account without a name"
    return "".join(character if character.isprintable() else "�" for character in label)


def _export_of(part: Part) -> tuple[int, int]:
    return part.batch_id, part.count


def _listed(numbers: tuple[int, ...]) -> str:
    return ", ".join(map(str, numbers))


def _data(text: Redacted) -> bytes:
    """Return the bytes of the protobuf message in the URI `text`."""
    if not isinstance(text.reveal(), str) or len(text.reveal()) > MAX_URI_CHARACTERS:
        raise InvalidUri(f"an export has at most {MAX_URI_CHARACTERS} characters: pass the text of one QR code")
    found = re.fullmatch(r"otpauth-migration://offline/?\?(?P<query>[^#]*)", tidy_text(text.reveal()), re.IGNORECASE)
    values = [value for name, value in parse_qsl(found["query"]) if name.lower() == "data"] if found else []
    if len(values) != 1:
        raise InvalidUri(
            "this is not an otpauth-migration://offline?data= text: scan the QR code that the export shows"
        )
    encoded = values[0].replace(" ", "+").rstrip("=")  # a plus sign that was not percent-encoded is read as a space
    try:
        return base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except ValueError:
        raise InvalidUri(_DAMAGED) from None
