"""Recovery codes: how they are made, typed, stored and found."""

import json
import pickle
import traceback
from collections.abc import Callable

import argon2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfa_lab import Policy, SeededRandomness, SystemRandomness
from mfa_lab.errors import ServerFault
from mfa_lab.policy import CHEAPEST
from mfa_lab.redaction import Redacted
from mfa_lab.server.factors import recovery_codes
from mfa_lab.server.records import RecoveryCodes
from tests.server.passwords.test_hashing import COSTLY, short_of_memory

CODES = recovery_codes.new_codes(10, SystemRandomness())
BARE = [code.replace("-", "") for code in CODES]
STORED = list(enumerate(recovery_codes.hash_codes(CODES, CHEAPEST)))


def test_codes_hold_80_bits_and_differ() -> None:
    """NIST-4.2.1.1 asks for 64 bits: sixteen Base32 letters are 80. Two sets have nothing in common (ASVS-6.5.4)."""
    assert all(len(code) == 19 and recovery_codes.tidy(code) for code in CODES)
    assert len(set(CODES)) == 10
    assert not set(CODES) & set(recovery_codes.new_codes(10, SystemRandomness()))
    assert list(recovery_codes.new_codes(2, SeededRandomness(1))) == list(
        recovery_codes.new_codes(2, SeededRandomness(1))
    )


def test_codes_are_stored_hashed_with_salt() -> None:
    """ASVS-6.5.2, NIST-3.1.2: under 112 bits with salt and a password hash; each issue has a salt of its own."""
    again = recovery_codes.hash_codes(CODES, CHEAPEST)
    assert {argon2.extract_parameters(encoded).type for _, encoded in STORED} == {argon2.Type.ID}
    assert {argon2.extract_parameters(encoded).salt_len for _, encoded in STORED} == {16}
    assert not {encoded for _, encoded in STORED} & set(again)
    assert all(bare not in encoded for bare in BARE for _, encoded in STORED)
    assert len({encoded for _, encoded in STORED}) == 10


@pytest.mark.parametrize("index", range(10))
def test_each_code_is_found_as_itself(index: int) -> None:
    """The id found is that of the typed code, wherever it stands in the list."""
    assert recovery_codes.find(Redacted(BARE[index]), STORED) == index


def test_unknown_codes_are_not_found() -> None:
    """None for a code of another set, and for an account without codes."""
    assert recovery_codes.find(Redacted("A" * 16), STORED) is None
    assert recovery_codes.find(Redacted(BARE[0]), []) is None


def test_codes_of_several_issues_are_found() -> None:
    """A replacement stands beside older codes, under another salt and cost."""
    more = recovery_codes.hash_codes(["AAAA-BBBB-CCCC-DDDD"], Policy.STANDARD.hash_cost)
    both = [*STORED, (10, more[0])]
    assert recovery_codes.find(Redacted("AAAABBBBCCCCDDDD"), both) == 10
    assert recovery_codes.find(Redacted(BARE[3]), both) == 3


@given(st.sampled_from(CODES), st.data())
def test_spaces_hyphens_and_case_are_forgiven(code: str, data: st.DataObject) -> None:
    """People type codes from paper: any case, any spaces and hyphens."""
    typed = "".join(
        data.draw(st.sampled_from(["", " ", "-"])) + data.draw(st.sampled_from([letter, letter.lower()]))
        for letter in code
    )
    hidden = recovery_codes.tidy(typed)
    assert (hidden is None) if len(typed) > 64 else (hidden is not None and hidden.reveal() == code.replace("-", ""))


def test_a_code_may_be_four_times_as_long_as_its_letters() -> None:
    """More is not worth reading."""
    spaces = " " * 48
    assert recovery_codes.tidy(BARE[0] + spaces) is not None
    assert recovery_codes.tidy(BARE[0] + spaces + " ") is None


@pytest.mark.parametrize("encoded", ["", "demo", "$argon2id$v=19$m=8,t=1$c2FsdA$aGFzaA"])
def test_a_stored_code_that_is_broken_is_the_servers_fault(encoded: str) -> None:
    """No answer about the typed code, and no traceback of a library."""
    with pytest.raises(ServerFault, match="a stored recovery code is damaged") as caught:
        recovery_codes.find(Redacted(BARE[0]), [(0, encoded)])
    assert caught.value.__context__ is None


@pytest.mark.parametrize(
    "typed",
    ["", None, b"AAAABBBBCCCCDDDD", 1234, "AAAA-BBBB-CCCC", "AAAA-BBBB-CCCC-DDDD-E", "0000-1111-8888-9999",
     "AAAA-BBBB-CCCC-DDD\0", "AAAA-BBBB-CCCC-DDD\ud800", "A" * 1_000_000, "\uff21" * 16, "\u00df" * 8, "\u017f" * 16],
    ids=lambda value: repr(value)[:20],
)  # fmt: skip
def test_what_cannot_be_a_code_is_none(typed: object) -> None:
    """No text, wrong length, wrong letters: never handed to the hash, and no letter stands for another."""
    assert recovery_codes.tidy(typed) is None


@pytest.mark.parametrize("show", [str, repr, "{}".format, "%s".__mod__, lambda codes: f"{codes[:]}"])
def test_a_set_is_shown_once_and_never_by_accident(show: Callable[[object], str]) -> None:
    """Every usual way to print a set tells how many codes there are, and none of them."""
    assert show(CODES) == "<10 recovery codes, hidden>"


@pytest.mark.parametrize("keep", [json.dumps, pickle.dumps])
def test_a_set_is_not_stored_by_accident(keep: Callable[[object], object]) -> None:
    """JSON and pickle would keep a copy."""
    with pytest.raises(TypeError):
        keep(CODES)


def test_a_set_is_read_like_any_sequence() -> None:
    """Length, order, index, slice, truth; two sets are never compared."""
    codes = RecoveryCodes(["AAAA-BBBB-CCCC-DDDD", "EEEE-FFFF-GGGG-HHHH"])
    assert list(codes) == [codes[0], codes[-1]] == ["AAAA-BBBB-CCCC-DDDD", "EEEE-FFFF-GGGG-HHHH"]
    assert (len(codes), list(codes[1:]), bool(RecoveryCodes(()))) == (2, [codes[1]], False)
    assert codes == codes != RecoveryCodes(codes)


def test_without_memory_no_code_is_shown() -> None:
    """Issuing codes when memory is short: `ServerFault`, and no frame of its traceback holds a code."""
    codes = RecoveryCodes(["AAAA-BBBB-CCCC-DDDD"])
    with short_of_memory(), pytest.raises(ServerFault, match="memory") as caught:
        recovery_codes.hash_codes(codes, COSTLY)
    assert caught.value.__context__ is None
    shown = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
    assert "code = <hidden>" in shown
    assert "AAAA" not in shown.replace('"AAAA-BBBB-CCCC-DDDD"', "")  # the line above stands in it
