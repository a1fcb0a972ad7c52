"""Read tolerantly, write strictly: inputs that real sites, apps and people produced, each with its right value.

One row is one kind of input. The parts' own tests have further members of each kind.
"""

from __future__ import annotations

import base64
import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pyotp
import pytest
from PIL import Image

from mfa_lab import ManualClock, Phone
from mfa_lab.errors import InvalidInput, InvalidSecret, UnreadablePicture
from mfa_lab.otp import code_at, padded_secret, tidy_code
from mfa_lab.phone.widget import PhoneWidget
from mfa_lab.provisioning import OtpAccount, build_uri, parse_uri, qr_png
from mfa_lab.provisioning.account_table import parse_table, read_table
from mfa_lab.provisioning.google_export import read, write
from mfa_lab.server.factors.recovery_codes import tidy
from tests.provisioning.test_google_export import bare, one, uri
from tests.server.kit import NAME, PASSWORD, Deployment, refused

S = "DEMOALICEDEMOALICEDEMOALICEDEMO2"
WEAK = S[:16]
TOTP = "otpauth://totp/"


@pytest.fixture
def deployment(tmp_path: Path) -> Deployment:
    """A server and an account with a password."""
    deployment = Deployment(tmp_path)
    deployment.server.register(NAME, PASSWORD)
    return deployment


@pytest.fixture
def enrolled(tmp_path: Path) -> Deployment:
    """A server and an account with a password and a phone."""
    deployment = Deployment(tmp_path)
    deployment.enrol()
    return deployment


# --- Names ---------------------------------------------------------------------------------------------------------

NAMES = {  # URI: issuer, account
    f"{TOTP}Microsoft:Contoso:ann%40contoso.example?secret={S}&issuer=Microsoft": (
        "Microsoft",
        "Contoso:ann@contoso.example",
    ),
    f"{TOTP}Microsoft%3AContoso%3Aann?secret={S}&issuer=Microsoft": ("Microsoft", "Contoso:ann"),
    f"{TOTP}Microsoft:Contoso:ann?secret={S}": ("Microsoft", "Contoso:ann"),
    f"{TOTP}MICROSOFT:%20Contoso:ann?secret={S}&issuer=Microsoft": ("MICROSOFT", "Contoso:ann"),
    f"{TOTP}ann?secret={S}&issuer=https%3A%2F%2Fsso.example%3A8443": ("https://sso.example:8443", "ann"),
    f"{TOTP}https%3A%2F%2Fsso.example:ann?secret={S}&issuer=https%3A%2F%2Fsso.example": (
        "https://sso.example",
        "ann",
    ),
    f"{TOTP}https%3A%2F%2Fsso.example%3Aann?secret={S}": ("https://sso.example", "ann"),
    f"{TOTP}https://sso.example:8443/realm:ann?secret={S}": ("https://sso.example:8443/realm", "ann"),
    f"{TOTP}Acme%3A%20Ltd:ann?secret={S}&issuer=Acme%3A%20Ltd": ("Acme: Ltd", "ann"),
    f"{TOTP}Acme%3ALtd:ann?secret={S}": ("Acme:Ltd", "ann"),
    f"{TOTP}ann?secret={S}&issuer=Acme%3ALtd": ("Acme:Ltd", "ann"),
    f"{TOTP}?secret={S}&issuer=Meta": ("Meta", "Meta"),
    f"otpauth://totp?secret={S}&issuer=Meta": ("Meta", "Meta"),
    f"{TOTP}Meta:?secret={S}&issuer=Meta": ("Meta", "Meta"),
    f"{TOTP}Meta%3A%20?secret={S}": ("Meta", "Meta"),
    f"\ufeff{TOTP}Acme:ann?secret={S}": ("Acme", "ann"),
    f"\u200b\r\n{TOTP}Acme:ann?secret={S}\u00a0\n": ("Acme", "ann"),
}


@pytest.mark.parametrize(("text", "names"), NAMES.items())
def test_names_in_a_uri(text: str, names: tuple[str, str]) -> None:
    """Colons beyond the first, an issuer that is a URL, no account, a byte order mark."""
    account = parse_uri(text)
    assert (account.issuer, account.account, account.secret.reveal()) == (*names, S)
    phone = Phone(ManualClock())
    assert phone.add(text) == account.label == (": ".join(names) if names[0] != names[1] else names[0])
    assert phone.code() == code_at(S, phone.clock.now())


@pytest.mark.parametrize(
    ("name", "issuer", "names"),
    [
        ("Contoso:ann", "Microsoft", ("Microsoft", "Contoso:ann")),
        ("Microsoft:Contoso:ann", "Microsoft", ("Microsoft", "Contoso:ann")),
        ("Microsoft:Contoso:ann", "", ("Microsoft", "Contoso:ann")),
        ("ann", "https://sso.example", ("https://sso.example", "ann")),
        ("https://sso.example:ann", "", ("https://sso.example", "ann")),
        ("ann", "Acme:Ltd", ("Acme:Ltd", "ann")),
    ],
)
def test_names_in_an_export_and_in_a_table(name: str, issuer: str, names: tuple[str, str]) -> None:
    """The same reader. What an export held is written so that it reads the same again."""
    (exported,) = read(uri(one(bare(name=name.encode(), issuer=issuer.encode())))).accounts
    (tabled,) = parse_table(f"name,issuer,secret\n{name},{issuer},{S}")
    assert (exported.issuer, exported.account) == (tabled.issuer, tabled.account) == names
    (again,) = read(write([exported])[0].reveal()).accounts
    assert again.same_as(exported)
    if ":" in exported.issuer:
        with pytest.raises(InvalidInput, match="colon"):
            exported.uri()
    else:
        assert parse_uri(exported.uri()).same_as(exported)


def test_an_export_without_an_account_name() -> None:
    """The issuer serves as one."""
    (account,) = read(uri(one(bare(name=b"", issuer=b"Meta")))).accounts
    assert (account.issuer, account.account, account.label) == ("Meta", "Meta", "Meta")


@pytest.mark.parametrize("spelling", ["HmacSHA1", "hmac-sha1", "sha-1", "SHA_1", "sha1", "HMAC SHA1", "Hmac/SHA-1"])
def test_algorithms_in_a_table(spelling: str) -> None:
    """As Java, OpenSSL and people write them; a URI has the same reader."""
    (account,) = parse_table(f"name,secret,algorithm\nann,{S},{spelling}")
    assert account.algorithm == parse_uri(f"{TOTP}ann?secret={S}&algorithm={spelling}").algorithm == "SHA1"


# --- Short secrets -------------------------------------------------------------------------------------------------


def code_without_padding(secret: str, now: int) -> str:
    """PyOTP's own code, with its limit taken off."""
    lenient = type("Lenient", (pyotp.TOTP,), {"min_secret_length_bits": 0})
    return lenient(secret).at(now)


@pytest.mark.parametrize("secret", [WEAK, "JBSWY3DPEHPK3PXP", S[:8], S[:26], WEAK.lower(), "GEZD GNBV GY3T QOJQ"])
def test_a_short_secret_is_added_with_a_warning(secret: str) -> None:
    """By URI, by picture and by export: the code is the site's, and the owner is told."""
    letters = secret.replace(" ", "").upper()
    bits = len(letters) * 5 // 8 * 8
    key = base64.b32decode(letters + "=" * (-len(letters) % 8))
    text = f"{TOTP}GitHub:ann?secret={secret}&issuer=GitHub"
    for add in (
        lambda phone: phone.add(text),
        lambda phone: phone.scan(qr_png(text)),
        lambda phone: phone.add(uri(one(bare(secret=key)))),
    ):
        phone = Phone(ManualClock())
        add(phone)
        assert phone.code() == code_without_padding(letters, phone.clock.now())
        assert (f"only {bits} bits" in phone.warning) == (bits < 112)
        assert letters not in phone.warning
    phone.add(f"{TOTP}ann?secret={S}")
    assert phone.warning == ""


def test_the_widget_shows_the_warning() -> None:
    """Where the owner looks: at the foot of the phone, after the scan."""
    phone, said = Phone(ManualClock()), []
    picture = qr_png(f"{TOTP}GitHub:ann?secret={WEAK}")
    widget = PhoneWidget(phone, phone.clock, picture=lambda: picture, paste=str)
    widget.send = lambda message, *_: said.append(message.get("said", ""))  # type: ignore[method-assign]
    widget._heard(widget, {"scan": True}, ())
    assert said[-1].startswith("Scanned: GitHub: ann. Note: GitHub: ann: the secret of this account has only 80 bits")


def test_a_server_still_refuses_a_short_secret(deployment: Deployment) -> None:
    """It writes none, takes none over, verifies none; and a table names it among all bad rows."""
    account = OtpAccount(NAME, "Old", parse_uri(f"{TOTP}ann?secret={WEAK}").secret)
    calls: list[Callable[[], object]] = [
        lambda: build_uri(WEAK, account="ann", issuer="Acme"),
        account.uri,
        lambda: deployment.server.adopt(NAME, account),
        lambda: code_at(WEAK, 0),
    ]
    before = deployment.dump()
    for call in calls:
        with pytest.raises(InvalidSecret, match="80 bits"):
            call()
    assert deployment.dump() == before
    table = f"name,secret\nann,{S}\nbob,{WEAK}\ncarol,DEMO1\ndave,{S[::-1].replace('2', 'A')}\n"
    with pytest.raises(InvalidInput, match=r"line 3, secret: .*80 bits.*; line 4, secret: "):
        parse_table(table)
    assert [each.account for each in read_table(table).accounts] == ["ann", "dave"]


def test_padding_keeps_what_is_long_enough() -> None:
    """Only a key under 112 bits gets zero bytes."""
    assert (padded_secret(S), len(padded_secret(WEAK))) == (S, 23)


# --- Pictures ------------------------------------------------------------------------------------------------------

URI = f"{TOTP}Acme:ann?secret={S}"
QR = Image.open(io.BytesIO(qr_png(URI))).convert("L")
DARK = QR.point(lambda grey: 255 - grey)
"""White where a module is."""


def saved(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def transparent(ink: tuple[int, int, int], mask: Image.Image) -> Image.Image:
    """`ink` where `mask` is white, on a ground that is transparent, and black below."""
    image = Image.new("RGBA", QR.size, (0, 0, 0, 0))
    image.paste((*ink, 255), mask=mask)
    return image


PICTURES = {
    "black on transparent": saved(transparent((0, 0, 0), DARK)),
    "white on transparent, for a dark page": saved(transparent((255, 255, 255), DARK)),
    "a white ground with holes": saved(transparent((255, 255, 255), QR)),
    "a black ground with holes": saved(transparent((0, 0, 0), QR)),
    "grey with alpha": saved(transparent((0, 0, 0), DARK).convert("LA")),
    "a palette": saved(QR.convert("1").convert("P"), transparency=255),
    "a transparent grey": saved(QR, transparency=255),
    "a transparent colour": saved(QR.convert("RGB"), transparency=(255, 255, 255)),
    "GIF": saved(QR.convert("P"), "GIF", transparency=255),
    "WebP": saved(transparent((255, 255, 255), DARK), "WEBP", lossless=True),
}


@pytest.mark.parametrize("picture", PICTURES.values(), ids=PICTURES)
def test_transparent_pictures_are_read(picture: bytes) -> None:
    """As a page shows them: on white, and where that hides all on black."""
    assert Phone(ManualClock()).scan(picture) == "Acme: ann"


def png(width: int, height: int) -> bytes:
    """A PNG of one bit a pixel, all of them 0."""
    rows = zlib.compress(bytes((1 + (width + 7) // 8) * height), 9)
    chunks = (b"IHDR" + struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0), b"IDAT" + rows, b"IEND")
    packed = (struct.pack(">I", len(each) - 4) + each + struct.pack(">I", zlib.crc32(each)) for each in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


@pytest.mark.parametrize("size", [(65_536, 1), (1, 65_536), (65_535, 1), (40_000_000, 1), (2**31 - 1, 1)], ids=str)
def test_long_pictures_are_unreadable(size: tuple[int, int]) -> None:
    """However long a side is: no error of a library."""
    with pytest.raises(UnreadablePicture):
        Phone(ManualClock()).scan(png(*size) if size[0] < 2**31 - 1 else png(8, 1)[:16] + struct.pack(">I", size[0]))


def test_a_byte_order_mark_in_a_picture() -> None:
    """Some programs write one before the text of a QR code, also before an export's."""
    phone = Phone(ManualClock())
    assert phone.scan(qr_png("\ufeff" + URI)) == "Acme: ann"
    assert phone.add("\ufeff" + uri(one(bare()))) == "Acme: alice"


# --- What people type and paste ------------------------------------------------------------------------------------

RECOVERY = "DEMO-BOBO-IBKO-2367"


@pytest.mark.parametrize(
    "typed",
    ["DEMO-BOBO-\nIBKO-2367", "DEMO–BOBO–IBKO–2367", "DEM0-80B0-I8K0-2367", "demo bobo\r\nibko\t2367\n",
     "DEMO\u00a0BOBO—IBKO−2367", "\ufeffDEMO\u2011BOBO\u00adIBKO\u200b2367", "dem0 8obo"],
)  # fmt: skip
def test_recovery_codes(typed: str) -> None:
    """Line breaks, dashes, 0 for O, 8 for B; another number of letters is still no code."""
    found = tidy(typed)
    assert (found.reveal() if found else None) == (None if len(typed) < 16 else RECOVERY.replace("-", ""))


@pytest.mark.parametrize("typed", ["DEMO-1OBO-IBKO-2367", "DEMO-9OBO-IBKO-2367", "DEMO-ÄOBO-IBKO-2367"])
def test_recovery_codes_with_other_signs(typed: str) -> None:
    """1 may be an I or an L, so it is refused."""
    assert tidy(typed) is None


@pytest.mark.parametrize("typed", ["{}\n", "\t{}", "\u00a0{}\u00a0", "{}\r\n\r\n", "\u2003{}"], ids=ascii)
def test_a_pasted_code_logs_in(typed: str, enrolled: Deployment) -> None:
    """And a used one is still used, however it is pasted."""
    code = enrolled.phone.code()
    assert tidy_code(typed.format(code)) == tidy_code(f"{code[:3]}\u00a0{code[3:]}") == code
    assert enrolled.server.finish_login(enrolled.begin(), typed.format(code))
    assert refused(enrolled.server.finish_login, enrolled.begin(), code).reason == "reused"


NO_CODES = ["12345", "hello", "", " ", "123456789", "12 34 5", "１２３４５６", "NaN", "correct horse"]


@pytest.mark.parametrize("typed", NO_CODES)
def test_what_cannot_be_a_code_is_not_counted(typed: str, enrolled: Deployment) -> None:
    """Not against the account, the pending login, the enrolment or a recovery, however often. It grants nothing, and
    ends no wait: a correct code meanwhile is not verified either.
    """
    pending = enrolled.begin()
    for _ in range(9):
        assert refused(enrolled.server.finish_login, pending, typed).reason == "malformed"
        assert refused(enrolled.server.recover, pending, typed).reason == "wrong recovery code"
    assert (enrolled.count(), enrolled.count("recovery_failures")) == (0, 0)
    session = enrolled.server.finish_login(pending, enrolled.phone.code())
    enrolment = enrolled.server.start_enrolment(session)
    for _ in range(9):
        assert refused(enrolled.server.confirm_enrolment, enrolment, typed).reason == "malformed"
    enrolled.phone.add(enrolment.uri)
    enrolled.server.confirm_enrolment(enrolment, enrolled.phone.code())
    enrolled.clock.advance(30)
    for _ in range(3):
        refused(enrolled.server.finish_login, enrolled.begin(), enrolled.wrong_code())
    for guess in (typed, enrolled.phone.code()):
        assert refused(enrolled.server.finish_login, enrolled.begin(), guess).reason == "throttled"
    assert enrolled.count() == 3


def test_counting_tells_nothing_of_the_accounts_digits(enrolled: Deployment) -> None:
    """Six, seven and eight digits are counted, whatever the account's own number is."""
    for failures, typed in enumerate(("1234567", "12345678"), 1):
        assert refused(enrolled.server.finish_login, enrolled.begin(), typed).failures == failures
