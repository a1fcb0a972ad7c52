"""Replay by another spelling: whatever PyOTP reads as the used code is refused."""

from functools import partial

import pyotp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mfa_lab.attacks.helpers.used_code import used_again
from mfa_lab.attacks.helpers.world import our_server
from mfa_lab.attacks.record import IN, OUT
from mfa_lab.attacks.replay_by_spelling import SPELLINGS, Fixed, TypedMemory

DIGITS = ["0０𝟎𝟘𝟢𝟬𝟶", *(f"{n}{chr(0xFF10 + n)}{chr(0x1D7CE + n)}{chr(0x2080 + n)}" for n in range(1, 10))]


def spelled(code: str, choices: list[int]) -> str:
    """The code with each digit written in one of its ways."""
    ways = [DIGITS[int(digit)] for digit in code]
    return "".join(way[choice % len(way)] for way, choice in zip(ways, choices, strict=True))


@settings(max_examples=25)
@given(st.lists(st.integers(0, 6), min_size=6, max_size=6))
def test_no_mixture_of_digits_gets_in_again(choices):
    """RFC6238-5.2: neither the fix nor `MfaServer` is fooled by what PyOTP would take."""
    secret = "DEMOALICEDEMOALICEDEMOALICEDEMO2"
    assert pyotp.TOTP(secret).verify(spelled(pyotp.TOTP(secret).at(10**9), choices), for_time=10**9)
    assert used_again(Fixed, 1, spell=partial(spelled, choices=choices)) == OUT
    assert used_again(our_server, 1, spell=partial(spelled, choices=choices)) == OUT


@pytest.mark.parametrize("spell", SPELLINGS.values(), ids=SPELLINGS)
def test_each_spelling_of_the_lesson_gets_in(spell):
    """To a server that remembers what was typed each of them is new."""
    assert used_again(TypedMemory, 1, spell=spell) == IN
    assert used_again(TypedMemory, 1) == OUT
