"""The shipped files: counts, form, and that every secret in them is a demo value."""

import json
import re
import unicodedata

import pytest

from mfa_lab.otp import secret_bytes
from mfa_lab.resources import data_dir

DATA = data_dir()


def loaded(name: str) -> dict:
    return json.loads((DATA / name).read_text(encoding="utf-8"))


def test_vectors_are_complete() -> None:
    """RFC4226-D has 10, counted from 0; RFC6238-B has 18: six times, each with three algorithms and its key."""
    hotp, totp = loaded("rfc4226_hotp.json"), loaded("rfc6238_totp.json")
    assert [vector["counter"] for vector in hotp["vectors"]] == list(range(10))
    assert len(hotp["key_ascii"]) == 20
    assert all(re.fullmatch("[0-9]{6}", vector["code"]) for vector in hotp["vectors"])
    assert {name: len(key) for name, key in totp["keys_ascii"].items()} == {"SHA1": 20, "SHA256": 32, "SHA512": 64}
    times = [59, 1_111_111_109, 1_111_111_111, 1_234_567_890, 2_000_000_000, 20_000_000_000]
    pairs = [(vector["unix_time"], vector["algorithm"]) for vector in totp["vectors"]]
    assert pairs == [(time, algorithm) for time in times for algorithm in totp["keys_ascii"]]
    assert all(re.fullmatch("[0-9]{8}", vector["code"]) for vector in totp["vectors"])


def test_the_blocklist_is_in_its_normal_form() -> None:
    """NIST-3.1.1.2, ASVS-6.2.4 (3,000 at least): passwords of 8 code points or more, NFC, casefolded, each once."""
    lines = (DATA / "common_passwords.txt").read_text(encoding="utf-8").split("\n")
    assert lines.pop() == ""
    assert len(lines) == len(set(lines)) == 8354
    assert all(len(line) >= 8 for line in lines)
    assert all(line == unicodedata.normalize("NFC", line).casefold() == line.strip() for line in lines)
    assert lines[:3] == ["123456789", "password", "12345678"]


def test_demo_accounts_are_usable_and_visibly_fake() -> None:
    """Each is marked, its secret begins with DEMO and has 160 bits, its password would pass, its host is reserved."""
    accounts = loaded("demo_accounts.json")["accounts"]
    blocked = set((DATA / "common_passwords.txt").read_text(encoding="utf-8").split("\n"))
    assert len({account["secret"] for account in accounts}) == len(accounts) == 3
    for account in accounts:
        assert account["demo"] is True
        assert account["name"].endswith("@example.org")
        assert account["secret"].startswith("DEMO")
        assert (len(account["secret"]), len(secret_bytes(account["secret"]))) == (32, 20)
        assert account["password"].startswith("demo only")
        assert len(account["password"]) >= 15
        assert account["password"].casefold() not in blocked


@pytest.mark.parametrize("path", sorted(DATA.glob("*.json")), ids=lambda path: path.name)
def test_every_file_with_a_secret_says_demo(path) -> None:
    """A new file of keys that forgets the mark turns this red; so does a Base32 secret that does not say DEMO."""
    assert loaded(path.name)["demo"] is True
    keys = re.findall(r"\b[A-Z2-7]{26,}\b", path.read_text(encoding="utf-8"))
    assert all(key.startswith("DEMO") or key.isdigit() for key in keys)


def test_the_readme_names_every_file() -> None:
    """data/README.md says where each came from."""
    readme = (DATA / "README.md").read_text(encoding="utf-8")
    assert {path.name for path in DATA.iterdir() if path.is_file()} - {"README.md"} <= set(
        re.findall(r"`([\w.]+)`", readme)
    )
