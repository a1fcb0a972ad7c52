"""The user's side: pictures really decoded, codes by the phone's own clock, and the faults of real apps."""

import io
import struct
import subprocess
import sys
import zlib

import pyotp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from mfa_lab.clock import ManualClock, SkewedClock
from mfa_lab.errors import InvalidInput, InvalidUri, MfaError, UnreadablePicture
from mfa_lab.otp import code_at
from mfa_lab.phone.authenticator import Phone, Quirk
from mfa_lab.provisioning import build_uri, qr_png

ALICE = "DEMOALICEDEMOALICEDEMOALICEDEMO2"
BOB = "DEMOBOBDEMOBOBDEMOBOBDEMOBOBDEMO"
URI = build_uri(ALICE, account="alice@example.org", issuer="Acme")
BOBS_URI = build_uri(BOB, account="bob@example.org", issuer="Acme")
QR = Image.open(io.BytesIO(qr_png(URI))).convert("L")


def saved(image: Image.Image, kind: str = "PNG") -> bytes:
    file = io.BytesIO()
    image.save(file, kind)
    return file.getvalue()


def on_white(size: tuple[int, int], *codes: tuple[Image.Image, tuple[int, int]]) -> Image.Image:
    page = Image.new("L", size, 255)
    for code, place in codes:
        page.paste(code, place)
    return page


@pytest.fixture
def phone() -> Phone:
    return Phone(ManualClock())


# --- Scanning ------------------------------------------------------------------------------------------------------

PICTURES = {
    "PNG": saved(QR),
    "JPEG": saved(QR, "JPEG"),
    "GIF": saved(QR, "GIF"),
    "WebP": saved(QR, "WEBP"),
    "BMP": saved(QR, "BMP"),
    "on its head": saved(QR.rotate(180)),
    "held aslant": saved(QR.rotate(17, expand=True, fillcolor=255, resample=Image.Resampling.BICUBIC)),
    "small": saved(QR.resize((QR.width // 3, QR.height // 3))),
    "in colour": saved(QR.convert("RGB")),
    "dark theme": saved(QR.point(lambda grey: 255 - grey)),
    "12 megapixels": saved(on_white((4000, 3000), (QR, (2500, 1200)))),
}


@pytest.mark.parametrize("picture", PICTURES.values(), ids=PICTURES)
def test_scan_decodes_the_picture(phone: Phone, picture: bytes) -> None:
    """As a camera sees it: kinds of files, turned, small, large, light on dark. The code is PyOTP's."""
    assert phone.scan(picture) == "Acme: alice@example.org"
    assert phone.code() == pyotp.TOTP(ALICE).at(phone.clock.now())


def png_claiming(width: int, height: int) -> bytes:
    """A PNG file that ends after a header which claims so many pixels."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = b"IDAT" + zlib.compress(bytes(1000))
    chunks = (struct.pack(">I", len(c) - 4) + c + struct.pack(">I", zlib.crc32(c)) for c in (header, data))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


UNREADABLE = {
    "empty": (b"", "not a picture"),
    "text": (URI.encode(), "not a picture"),
    "1 MB of nothing": (bytes(1_000_000), "not a picture"),
    "cut short": (PICTURES["PNG"][:300], "not a picture"),
    "JPEG cut short": (PICTURES["JPEG"][:700], "not a picture"),
    "PNG with a wrong chunk length": (PICTURES["PNG"][:36] + b"\x39" + PICTURES["PNG"][37:], "not a picture"),
    "PNG with a short header": (PICTURES["PNG"][:11] + b"\x03" + PICTURES["PNG"][12:], "not a picture"),
    "PostScript": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "not a picture"),
    "SVG": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "not a picture"),
    "a white page": (saved(Image.new("L", (300, 300), 255)), "no QR code"),
    "half a QR code": (saved(QR.crop((0, 0, QR.width, QR.height // 2))), "no QR code"),
    "one pixel": (saved(Image.new("L", (1, 1))), "no QR code"),
    "two QR codes": (
        saved(on_white((900, 450), (QR, (0, 0)), (Image.open(io.BytesIO(qr_png(BOBS_URI))), (450, 0)))),
        "more than one QR code",
    ),
    "bomb of 50 megapixels": (png_claiming(10_000, 5_000), "megapixels"),
    "bomb of 100 megapixels": (png_claiming(10_000, 10_000), "megapixels"),
    "bomb of 2,500 megapixels": (png_claiming(50_000, 50_000), "megapixels"),
    "bomb of one column": (png_claiming(1, 39_999_999), "megapixels, or a side of over 10,000 pixels"),
    "bomb of one row": (png_claiming(10_001, 1), "a side of over 10,000 pixels"),
    "a side just allowed, then nothing": (png_claiming(10_000, 4_000), "not a picture"),
    "a size just allowed, then nothing": (png_claiming(8_000, 5_000), "not a picture"),
    "a text": (URI, "bytes"),
    "none": (None, "bytes"),
    "a path": (__file__, "bytes"),
}


@pytest.mark.parametrize(("picture", "sentence"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_is_no_picture_of_one_qr_code_is_refused(phone: Phone, picture: object, sentence: str) -> None:
    """By a sentence that says what to show instead; the phone holds nothing new. A bomb is never unpacked."""
    with pytest.raises(UnreadablePicture, match=sentence) as refused:
        phone.scan(picture)
    assert "DEMO" not in str(refused.value)
    assert phone.accounts == ()


@given(
    place=st.integers(0, len(PICTURES["JPEG"]) - 1),
    junk=st.binary(min_size=1, max_size=40),
    kind=st.sampled_from(["PNG", "JPEG", "GIF", "WebP", "BMP"]),
)
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
def test_broken_pictures_end_in_one_error(place: int, junk: bytes, kind: str) -> None:
    """Bytes overwritten anywhere in a file: still read, or refused by name. Nothing else comes out."""
    whole = PICTURES[kind]
    place %= len(whole)
    phone = Phone(ManualClock())
    try:
        assert phone.scan(whole[:place] + junk + whole[place + len(junk) :]) == "Acme: alice@example.org"
    except UnreadablePicture:
        assert phone.accounts == ()


@pytest.mark.parametrize("text", ["https://example.org/", "otpauth://totp/Acme:alice", "WIFI:S:demo;;", "\0"])
def test_a_qr_code_of_something_else_is_refused(phone: Phone, text: str) -> None:
    """A picture that was read well, of something that is no account."""
    with pytest.raises(InvalidUri):
        phone.scan(qr_png(text))
    assert phone.accounts == ()


def test_scanning_without_zxing_says_what_to_install(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server without the phone extra can still `add` a URI; `scan` names the extra."""
    monkeypatch.setitem(sys.modules, "zxingcpp", None)
    assert phone.add(URI) == "Acme: alice@example.org"
    with pytest.raises(MfaError, match=r"mfa-lab\[phone\]"):
        phone.scan(PICTURES["PNG"])


# --- Codes ---------------------------------------------------------------------------------------------------------


def test_codes_follow_the_phones_own_clock(phone: Phone) -> None:
    """A slow phone shows an old code; `next_code` is the one that comes; `clock` may be replaced."""
    phone.add(URI)
    server = ManualClock(1_800_000_010)
    phone.clock = SkewedClock(server, drift_seconds=-90)
    assert phone.code() == code_at(ALICE, 1_799_999_920)
    coming = phone.next_code()
    server.advance(30)
    assert phone.code() == coming


@pytest.mark.parametrize(("now", "left"), [(0, 30), (1, 29), (29, 1), (30, 30), (1_800_000_010, 20)])
def test_seconds_left(now: int, left: int) -> None:
    """From a whole period down to one second; the code changes exactly when it is over."""
    clock = ManualClock(now)
    phone = Phone(clock)
    phone.add(URI)
    code = phone.code()
    assert phone.seconds_left() == left
    clock.advance(left - 1)
    assert phone.code() == code
    clock.advance(1)
    assert phone.code() != code


def test_several_accounts(phone: Phone) -> None:
    """Each by its label; where none is named, the newest. Scanning a label again replaces it and makes it newest."""
    alice, bob = phone.add(URI), phone.scan(qr_png(BOBS_URI))
    now = phone.clock.now()
    assert phone.accounts == (alice, bob) == ("Acme: alice@example.org", "Acme: bob@example.org")
    assert (phone.code(), phone.code(alice)) == (code_at(BOB, now), code_at(ALICE, now))
    phone.add(build_uri(BOB, account="alice@example.org", issuer="Acme", period=60))
    assert phone.accounts == (bob, alice)
    assert "it replaced an earlier account" in phone.warning
    assert phone.code() == code_at(BOB, now, period=60)
    assert (phone.seconds_left(), phone.seconds_left(bob)) == (50, 20)
    phone.remove(alice)
    assert phone.accounts == (bob,)
    assert phone.code() == code_at(BOB, now)


def test_two_sites_without_an_issuer_are_both_kept(phone: Phone) -> None:
    """Both write `admin` and nothing else. Neither replaces the other, and scanning one again adds no third."""
    one, two = (build_uri(secret, account="admin", issuer="") for secret in (ALICE, BOB))
    now = phone.clock.now()
    assert [phone.add(uri) for uri in (one, two, one, two)] == ["admin", "admin (2)"] * 2
    assert [phone.code(label) for label in phone.accounts] == [code_at(ALICE, now), code_at(BOB, now)]
    phone.remove("admin")
    assert phone.add(two) == "admin (2)"
    assert (phone.accounts, phone.warning) == (("admin (2)",), "")


@pytest.mark.parametrize("use", [Phone.code, Phone.next_code, Phone.seconds_left, Phone.remove])
def test_an_account_that_is_not_there(phone: Phone, use) -> None:
    """An empty phone and an unknown label are named errors that say what to do."""
    with pytest.raises(InvalidInput, match="scan the QR code of an enrolment"):
        use(phone, "Acme: alice@example.org")
    phone.add(URI)
    with pytest.raises(InvalidInput, match="`accounts` lists"):
        use(phone, "alice@example.org")
    assert phone.accounts == ("Acme: alice@example.org",)


def test_a_uri_that_cannot_be_read_changes_nothing(phone: Phone) -> None:
    """What was there before a bad scan is there after it."""
    phone.add(URI)
    with pytest.raises(InvalidUri):
        phone.add(URI + "&digits=9")
    assert phone.accounts == ("Acme: alice@example.org",)


def test_repr_shows_labels_alone(phone: Phone) -> None:
    """No secret and no code, in `repr` or in the accounts it keeps."""
    phone.add(URI)
    assert repr(phone) == "Phone(accounts=['Acme: alice@example.org'])"
    assert ALICE not in repr(vars(phone))


# --- The faults of real apps ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("quirk", "wanted", "shown"),
    [
        (Quirk.IGNORES_DIGITS, {"digits": 8}, {"digits": 6}),
        (Quirk.IGNORES_ALGORITHM, {"algorithm": "SHA512"}, {"algorithm": "SHA1"}),
        (Quirk.IGNORES_PERIOD, {"period": 60}, {"period": 30}),
    ],
)
def test_quirks(quirk: Quirk, wanted: dict, shown: dict) -> None:
    """The app shows the usual kind of code where another was asked for, and a right app does not."""
    uri = build_uri(ALICE, account="alice@example.org", issuer="Acme", **wanted)
    clock = ManualClock(1_800_000_040)
    right, wrong = Phone(clock), Phone(clock, quirks=[quirk])
    for phone in (right, wrong):
        phone.add(uri)
    assert right.code() == code_at(ALICE, clock.now(), **wanted)
    assert wrong.code() == code_at(ALICE, clock.now(), **shown) != right.code()


def test_quirks_add_up() -> None:
    """An app that ignores everything shows what the plain URI would give; an unknown quirk is an error."""
    phone = Phone(ManualClock(), quirks=Quirk)
    phone.add(build_uri(ALICE, account="a", issuer="Acme", digits=8, period=60, algorithm="SHA256"))
    assert phone.code() == code_at(ALICE, phone.clock.now())
    assert phone.seconds_left() == 20
    with pytest.raises(ValueError, match="ignores everything"):
        Phone(quirks=["ignores everything"])


def test_importing_is_light() -> None:
    """zxing-cpp, qrcode and Pillow are loaded when a picture is scanned; the server's side never."""
    program = (
        "import sys, mfa_lab.phone.authenticator as p\n"
        "p.Phone().add(sys.argv[1])\n"
        "sys.exit(bool({'zxingcpp', 'qrcode', 'PIL', 'numpy', 'sqlalchemy', 'mfa_lab.server'} & set(sys.modules)))"
    )
    subprocess.run([sys.executable, "-c", program, URI], check=True)
