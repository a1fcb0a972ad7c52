"""otpauth:// URIs, as this kit writes them and as real apps write them, and the QR codes that carry them."""

import base64
import io
import re
import subprocess
import sys
import traceback
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree

import pyotp
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from mfa_lab.errors import InvalidInput, InvalidSecret, InvalidUri
from mfa_lab.otp import DIGESTS
from mfa_lab.provisioning import OtpAccount, build_uri, new_secret, parse_uri, qr_png, qr_svg
from mfa_lab.randomness import SeededRandomness
from mfa_lab.redaction import Redacted
from tests.needs import requires_program

SECRET = "DEMOALICEDEMOALICEDEMOALICEDEMO2"
URI = f"otpauth://totp/Acme:alice%40example.org?secret={SECRET}&issuer=Acme"


def read(account: OtpAccount) -> tuple[str, str, str, int, int, str]:
    """All that an account holds, to compare two."""
    kind = (account.digits, account.period_seconds, account.algorithm)
    return (account.account, account.issuer, account.secret.reveal(), *kind)


# --- Secrets -------------------------------------------------------------------------------------------------------


def test_new_secrets() -> None:
    """RFC4226-R6: 160 bits, so 32 Base32 characters that PyOTP takes; never the same twice, but for one seed."""
    made = [new_secret() for _ in range(50)]
    assert all(re.fullmatch("[A-Z2-7]{32}", secret) and pyotp.TOTP(secret).at(0) for secret in made)
    assert len(set(made)) == 50
    assert new_secret(SeededRandomness(7)) == new_secret(SeededRandomness(7)) != new_secret(SeededRandomness(8))


def test_an_account_hides_its_secret() -> None:
    """`repr` shows the label's parts and no secret; comparing two accounts compares no secrets."""
    account = parse_uri(URI)
    assert SECRET not in repr(account)
    assert "alice@example.org" in repr(account)
    assert account != parse_uri(URI)


@pytest.mark.parametrize(
    "call",
    [
        lambda _: build_uri(SECRET, account="a:b", issuer=""),
        lambda _: build_uri(SECRET, account="x" * 5000, issuer="Acme"),
        lambda _: OtpAccount("x" * 5000, "Acme", Redacted(SECRET)).uri(),
        lambda long: qr_png(long[0]),
        lambda long: qr_svg(long[0], label="a QR code"),
        lambda long: qr_svg(long[0], label=""),
    ],
    ids=["account", "too long", "too long, uri()", "png", "svg", "svg without a label"],
)
def test_a_refusal_shows_no_secret_in_any_variable(call) -> None:
    """What raises holds neither the secret nor the URI; the URI here is too long for a QR code."""
    long = [URI + "&x=" + "x" * 3500]
    with pytest.raises(InvalidInput) as caught:
        call(long)
    below = caught.value.__traceback__.tb_next.tb_next
    shown = traceback.TracebackException(InvalidInput, caught.value, below, capture_locals=True)
    assert SECRET not in "".join(shown.format())
    assert below is not None


# --- Writing -------------------------------------------------------------------------------------------------------


def test_the_uri_is_keyuris() -> None:
    """KEYURI: issuer in the label and as a parameter, unpadded upper-case Base32, the usual kind left out."""
    assert build_uri(SECRET, account="alice@example.org", issuer="Acme") == URI
    assert build_uri(SECRET.lower() + "==", account="alice@example.org", issuer="Acme") == URI
    assert build_uri(SECRET, account="alice@example.org", issuer="") == URI.replace("Acme:", "").split("&")[0]
    other = build_uri(SECRET, account="alice@example.org", issuer="Acme", digits=8, period=60, algorithm="SHA256")
    assert other == URI + "&algorithm=SHA256&digits=8&period=60"


def test_a_slash_in_a_name_is_encoded() -> None:
    """An app that takes the last part of the path for the label still reads all of it."""
    path = build_uri(SECRET, account="a/../b", issuer="Acme/HQ").partition("?")[0]
    assert path == "otpauth://totp/Acme%2FHQ:a%2F..%2Fb"


names = (
    st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"], exclude_characters=":"), max_size=30)
    .map(str.strip)
    .filter(bool)
)
accounts = st.builds(
    OtpAccount,
    account=names | st.sampled_from(["a/../b", "/", "100%", "%3A", "a+b", "a b", "a&secret=x#?", "зоя 🙂"]),
    issuer=names | st.just(""),
    secret=st.binary(min_size=14, max_size=40).map(lambda key: Redacted(base64.b32encode(key).decode().rstrip("="))),
    digits=st.integers(6, 8),
    period_seconds=st.integers(1, 120),
    algorithm=st.sampled_from(sorted(DIGESTS)),
)
colons = st.tuples(names, names, names).map(":".join) | st.sampled_from(
    ["https://a.example/b:c", "Acme: a", "a:", "a%3A:"]
)
with_colons = st.builds(replace, accounts.filter(lambda account: bool(account.issuer)), account=colons)


@given(account=accounts | with_colons)
def test_what_is_written_is_read(account: OtpAccount) -> None:
    """Any unicode name that a label can carry comes back as it was, here and in PyOTP's own reader."""
    uri = account.uri()
    assert uri.isascii()
    assert read(parse_uri(uri)) == read(account)
    theirs = pyotp.parse_uri(uri)
    assert (theirs.name, theirs.issuer or "", theirs.secret) == read(account)[:3]
    assert (theirs.digits, theirs.interval, theirs.digest().name.upper()) == read(account)[3:]


@pytest.mark.parametrize(
    "name",
    [":", ":b", "a\nb", "a\0", "a\x7f", "a\u2028b", "a\ud800", " a", "a ", "\u00a0a", None, b"a", 7],
    ids=ascii,
)
@pytest.mark.parametrize("place", ["account", "issuer"])
def test_names_that_no_label_can_carry_are_refused(name: object, place: str) -> None:
    """A colon, a control character, a surrounding space or another type: an error that names the place."""
    with pytest.raises(InvalidInput, match=place):
        build_uri(SECRET, **{"account": "alice", "issuer": "Acme", place: name})


def test_a_colon_that_an_app_would_misread_is_refused() -> None:
    """It separates issuer and account; behind an issuer, the account's own colons are encoded."""
    for account, issuer in (("alice", "a:b"), ("urn:x", "")):
        with pytest.raises(InvalidInput, match="colon"):
            build_uri(SECRET, account=account, issuer=issuer)
    path = build_uri(SECRET, account="urn:x:y", issuer="Acme").partition("?")[0]
    assert path == "otpauth://totp/Acme:urn%3Ax%3Ay"


def test_other_accounts_that_cannot_be_are_refused() -> None:
    """No account name, a URI past 4096 characters, an unusual kind, a broken secret (never quoted)."""
    with pytest.raises(InvalidInput, match="account has no name"):
        build_uri(SECRET, account="", issuer="Acme")
    with pytest.raises(InvalidInput, match="4096"):
        build_uri(SECRET, account="🙂" * 400, issuer="Acme")
    with pytest.raises(InvalidInput, match="digits"):
        build_uri(SECRET, account="alice", issuer="Acme", digits=9)
    with pytest.raises(InvalidSecret) as refused:
        build_uri("DEMO1", account="alice", issuer="Acme")
    assert "DEMO1" not in str(refused.value)


# --- Reading -------------------------------------------------------------------------------------------------------

USUAL = ("alice", "Acme", SECRET, 6, 30, "SHA1")
GROUPED = "DEMO ALIC EDEM OALI CEDE MOAL ICED EMO2"
TOLERATED = {
    "plain": (f"otpauth://totp/Acme:alice?secret={SECRET}&issuer=Acme", USUAL),
    "spaces around": (f"  otpauth://totp/Acme:alice?secret={SECRET}\n", USUAL),
    "scheme and type in capitals": (f"OTPAUTH://TOTP/Acme:alice?SECRET={SECRET}", USUAL),
    "colon encoded": (f"otpauth://totp/Acme%3Aalice?secret={SECRET}", USUAL),
    "colon encoded, spaces": (f"otpauth://totp/Acme%3A%20%20alice?secret={SECRET}", USUAL),
    "space after the colon": (f"otpauth://totp/Acme:%20alice?secret={SECRET}", USUAL),
    "issuer only a parameter": (f"otpauth://totp/alice?secret={SECRET}&issuer=Acme", USUAL),
    "issuer empty in the label": (f"otpauth://totp/:alice?secret={SECRET}&issuer=Acme", USUAL),
    "issuer empty as a parameter": (f"otpauth://totp/Acme:alice?secret={SECRET}&issuer=", USUAL),
    "issuers differ: the label's": (f"otpauth://totp/Acme:alice?secret={SECRET}&issuer=Other", USUAL),
    "no issuer": (f"otpauth://totp/alice?secret={SECRET}", ("alice", "", *USUAL[2:])),
    "plus for space": (f"otpauth://totp/alice?secret={SECRET}&issuer=Acme+Ltd", ("alice", "Acme Ltd", *USUAL[2:])),
    "secret in lower case": (f"otpauth://totp/Acme:alice?secret={SECRET.lower()}", USUAL),
    "secret padded": (f"otpauth://totp/Acme:alice?secret={SECRET}======", USUAL),
    "secret padded, encoded": (f"otpauth://totp/Acme:alice?secret={SECRET}%3D%3D", USUAL),
    "secret in groups": (f"otpauth://totp/Acme:alice?secret={GROUPED}", USUAL),
    "secret in groups, encoded": (f"otpauth://totp/Acme:alice?secret={quote(GROUPED)}", USUAL),
    "secret in groups, plus": (f"otpauth://totp/Acme:alice?secret={GROUPED.replace(' ', '+')}", USUAL),
    "secret hyphenated": (f"otpauth://totp/Acme:alice?secret={GROUPED.replace(' ', '-')}", USUAL),
    "unknown parameters": (f"otpauth://totp/Acme:alice?secret={SECRET}&image=x&image=y&counter=5&lock", USUAL),
    "the same twice": (f"otpauth://totp/Acme:alice?secret={SECRET}&secret={SECRET}", USUAL),
    "empty parameters": (f"otpauth://totp/Acme:alice?secret={SECRET}&digits=&period=&algorithm=", USUAL),
    "a fragment": (f"otpauth://totp/Acme:alice?secret={SECRET}#top", USUAL),
    "digits and period": (
        f"otpauth://totp/Acme:alice?secret={SECRET}&digits=8&period=60",
        (*USUAL[:3], 8, 60, "SHA1"),
    ),
}


@pytest.mark.parametrize(("text", "expected"), TOLERATED.values(), ids=TOLERATED)
def test_what_real_apps_write_is_read(text: str, expected: tuple) -> None:
    """One account, in the many spellings that real apps use."""
    assert read(parse_uri(text)) == expected


@pytest.mark.parametrize(
    "spelling", ["{0}", "{1}", "{2}", "SHA-{3}", "sha_{3}", "Hmac{0}", "HMAC-SHA-{3}", "hmac{1}"]
)
@pytest.mark.parametrize("algorithm", sorted(DIGESTS))
def test_algorithms_in_any_spelling(spelling: str, algorithm: str) -> None:
    """sha1, SHA-256, HmacSHA512: the name is the same."""
    written = spelling.format(algorithm, algorithm.lower(), algorithm.capitalize(), algorithm[3:])
    assert parse_uri(f"{URI}&algorithm={written}").algorithm == algorithm


REFUSED = {
    "none": (None, "text, not NoneType"),
    "bytes": (URI.encode(), "text, not bytes"),
    "int": (7, "text, not int"),
    "empty": ("", "not an otpauth"),
    "a sentence": ("my secret is " + SECRET, "not an otpauth"),
    "a web address": (f"https://totp/Acme:alice?secret={SECRET}", "not an otpauth"),
    "one slash": (f"otpauth:/totp/Acme:alice?secret={SECRET}", "not an otpauth"),
    "an export": (f"otpauth-migration://offline?data={SECRET}", "export of several accounts"),
    "hotp": (f"otpauth://hotp/Acme:alice?secret={SECRET}&counter=1", "counts logins"),
    "another type": (f"otpauth://steam/Acme:alice?secret={SECRET}", "not for time-based"),
    "no type": (f"otpauth:///Acme:alice?secret={SECRET}", "not for time-based"),
    "no secret": ("otpauth://totp/Acme:alice?issuer=Acme", "no secret"),
    "no query": ("otpauth://totp/Acme:alice", "no secret"),
    "empty secret": ("otpauth://totp/Acme:alice?secret=&issuer=Acme", "no secret"),
    "padding alone": ("otpauth://totp/Acme:alice?secret=====", "no secret"),
    "broken secret": (f"otpauth://totp/Acme:alice?secret={SECRET[:-1]}1", "Base32"),
    "secret cut short": (f"otpauth://totp/Acme:alice?secret={SECRET[:-2]}", "Base32"),
    "secret not UTF-8": (f"otpauth://totp/Acme:alice?secret={SECRET}%FF", "Base32"),
    "digits 9": (URI + "&digits=9", "digits must be 6, 7 or 8"),
    "digits six": (URI + "&digits=six", "digits must be 6, 7 or 8"),
    "full-width digits": (URI + "&digits=８", "digits must be 6, 7 or 8"),
    "digits endless": (URI + "&digits=" + "6" * 3000, "digits must be 6, 7 or 8"),
    "period 0": (URI + "&period=0", "period must be 1 to 120"),
    "period negative": (URI + "&period=-30", "period must be 1 to 120"),
    "period 121": (URI + "&period=121", "period must be 1 to 120"),
    "period half": (URI + "&period=30.5", "period must be 1 to 120"),
    "MD5": (URI + "&algorithm=MD5", "algorithm must be one of SHA1"),
    "two secrets": (f"{URI}&secret=DEMOBOBDEMOBOBDEMOBOBDEMOBOBDEMO", "two different values for secret"),
    "two issuers": (URI + "&issuer=Other", "two different values for issuer"),
    "two digits": (URI + "&digits=6&digits=8", "two different values for digits"),
    "two spellings": (URI + "&digits=6&DIGITS=8", "two different values for digits"),
    "no account and no issuer": (f"otpauth://totp/?secret={SECRET}", "account has no name"),
    "no account, and a colon": (f"otpauth://totp/:%20:?secret={SECRET}", "account has no name"),
    "line break in the name": (f"otpauth://totp/Acme:ali%0Ace?secret={SECRET}", "control character"),
    "NUL in the name": (f"otpauth://totp/Acme:ali\0ce?secret={SECRET}", "control character"),
    "lone surrogate": (f"otpauth://totp/Acme:ali\ud800ce?secret={SECRET}", "control character"),
    "over 4096 characters": (URI + "&x=" + "y" * 4096, "4096"),
    "1 MB": (URI * 10_000, "4096"),
}


@pytest.mark.parametrize(("text", "sentence"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_read_is_refused_and_not_quoted(text: object, sentence: str) -> None:
    """Each by its own sentence; nothing of the text in it, nor in a cause or context."""
    with pytest.raises(InvalidUri, match=sentence) as refused:
        parse_uri(text)
    error = refused.value
    assert not re.search("DEMO|alice|Acme|Other", repr(error))
    assert error.__cause__ is error.__context__ is None


@given(
    tail=st.text(max_size=80),
    query=st.text(max_size=80),
    start=st.sampled_from(["otpauth://totp/", "otpauth://", ""]),
)
def test_any_text_is_read_or_refused(tail: str, query: str, start: str) -> None:
    """No text makes the reader fail in another way. What it reads can be written, or is refused by its own name."""
    for text in (start + tail, f"{start}{tail}?{query}", f"{start}{tail}?secret={SECRET}&{query}"):
        with suppress(InvalidUri):
            account = parse_uri(text)
            if ":" in account.account + account.issuer or account.warning:
                with pytest.raises(InvalidInput):
                    account.uri()
            else:
                assert read(parse_uri(account.uri())) == read(account)


# --- QR codes ------------------------------------------------------------------------------------------------------

LONG_URI = build_uri(
    SECRET, account="зоя/😀+&=%" * 3, issuer="Ünïcode & Söhne", digits=8, period=60, algorithm="SHA512"
)


@pytest.mark.parametrize("text", [URI, LONG_URI, "x" * 2000], ids=["usual", "unicode", "2000 characters"])
def test_png_is_decoded_by_two_readers(text: str, tmp_path: Path) -> None:
    """zxing-cpp and the zbarimg program both read the very text."""
    picture = qr_png(text)
    assert [code.text for code in zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)))] == [text]
    (tmp_path / "qr.png").write_bytes(picture)
    command = [requires_program("zbarimg"), "--quiet", "--raw", "--nodbus", tmp_path / "qr.png"]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.removesuffix("\n") == text


def drawn(svg: str, page: str) -> Image.Image:
    """Our SVG's ground and modules on a page of the colour `page`, 4 pixels a module."""
    root = ElementTree.fromstring(svg)  # noqa: S314  (our own text)
    title, ground, path = root
    size = int(root.get("viewBox").split()[2])
    assert [element.tag.partition("}")[2] for element in (title, ground, path)] == ["title", "rect", "path"]
    assert (ground.get("width"), ground.get("height")) == (str(size), str(size))
    image = Image.new("RGB", (size + 20, size + 20), page)
    image.paste(ground.get("fill"), (10, 10, 10 + size, 10 + size))
    modules = re.findall(r"M(\d+) (\d+)h1v1h-1z", path.get("d"))
    assert "".join(f"M{x} {y}h1v1h-1z" for x, y in modules) == path.get("d")
    for x, y in modules:
        image.paste(path.get("fill"), (10 + int(x), 10 + int(y), 11 + int(x), 11 + int(y)))
    return image.resize((4 * image.width, 4 * image.height), Image.Resampling.NEAREST)


@pytest.mark.parametrize("page", ["#ffffff", "#111111"], ids=["light", "dark"])
def test_svg_is_decoded_in_light_and_dark(page: str) -> None:
    """Its modules, drawn on its own white ground with four modules of margin, are read on any page."""
    svg = qr_svg(URI, label="QR code for Acme: alice")
    assert [code.text for code in zxingcpp.read_barcodes(drawn(svg, page), try_invert=False)] == [URI]
    assert min(int(x) for x in re.findall(r"M(\d+) ", svg)) == 4


def test_svg_has_an_accessible_name_and_does_not_hold_the_text() -> None:
    """An image with a name, ready to stand inside HTML; anyone who reads the source reads no secret."""
    svg = qr_svg(URI, label="QR code for Acme: alice")
    root = ElementTree.fromstring(svg)  # noqa: S314  (our own text)
    assert (root.get("role"), root.get("aria-label")) == ("img", "QR code for Acme: alice")
    assert root.findtext("{*}title") == "QR code for Acme: alice"
    assert svg.startswith("<svg ")
    assert SECRET not in svg
    assert "otpauth" not in svg


@pytest.mark.parametrize("label", ["</title><script>alert(1)</script>", "\" onload='x'", "a & b &amp; c", "зоя 🙂"])
def test_svg_labels_are_escaped(label: str) -> None:
    """Whatever a name holds, it stays text: the label comes back whole and adds no element."""
    root = ElementTree.fromstring(qr_svg(URI, label=label))  # noqa: S314  (our own text)
    assert root.get("aria-label") == root.findtext("{*}title") == label
    assert len(list(root.iter())) == 4


@pytest.mark.parametrize("label", ["", "  ", "a\0b", "a\ud800", None], ids=ascii)
def test_a_qr_code_needs_a_label(label: object) -> None:
    """Without a name it is nothing to a screen reader; with a NUL it is no XML."""
    with pytest.raises(InvalidInput, match="label"):
        qr_svg(URI, label=label)


@pytest.mark.parametrize(
    "text", ["", None, b"x", "x" * 2400, "x" * 10**6, "1" * 5000, "\ud800"], ids=lambda t: repr(t)[:9]
)
def test_text_that_no_qr_code_can_carry_is_refused(text: object) -> None:
    """Too long, empty, no text: one sentence, not the library's."""
    for draw in (qr_png, lambda text: qr_svg(text, label="too much")):
        with pytest.raises(InvalidInput, match="QR code"):
            draw(text)


def test_importing_is_light() -> None:
    """qrcode and Pillow are loaded when a QR code is first drawn."""
    program = "import sys, mfa_lab.provisioning; sys.exit(bool({'qrcode', 'PIL'} & set(sys.modules)))"
    subprocess.run([sys.executable, "-c", program], check=True)
