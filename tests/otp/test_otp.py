"""Codes, windows and diagnoses, against the RFCs, PyOTP and the oathtool program."""

import base64
import hmac
import json
import random
import subprocess
from collections.abc import Callable
from contextlib import nullcontext

import pyotp
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mfa_lab import otp as package
from mfa_lab.errors import InvalidInput, InvalidSecret, MalformedCode, NoMatch, ReusedCode
from mfa_lab.otp import (
    DIGESTS,
    MAX_REACH_STEPS,
    MAX_WINDOW_STEPS,
    Diagnosis,
    Match,
    Verdict,
    checked_parameters,
    code_at,
    could_be_code,
    diagnose,
    explain,
    match,
    match_consecutive,
    padded_secret,
    secret_bytes,
    step_at,
    tidy_code,
)
from mfa_lab.resources import data_dir
from tests.needs import requires_program

SECRET = "DEMOALICEDEMOALICEDEMOALICEDEMO2"
NOW = 1_800_000_010
YEAR_2500 = 16_725_225_600
HOTP = json.loads((data_dir() / "rfc4226_hotp.json").read_text())
TOTP = json.loads((data_dir() / "rfc6238_totp.json").read_text())


def base32(key: bytes) -> str:
    return base64.b32encode(key).decode().rstrip("=")


secrets = st.binary(min_size=14, max_size=64).map(base32)
times = st.integers(0, YEAR_2500)
kinds = st.fixed_dictionaries(
    {"digits": st.integers(6, 8), "period": st.integers(1, 120), "algorithm": st.sampled_from(sorted(DIGESTS))}
)


# --- Codes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("vector", HOTP["vectors"], ids=lambda vector: vector["counter"])
def test_rfc4226_vectors(vector: dict) -> None:
    """RFC4226-D: the code of each counter, and the HMAC and truncation on the way to it."""
    secret, now = base32(HOTP["key_ascii"].encode()), vector["counter"] * 30
    assert code_at(secret, now) == vector["code"]
    explained = explain(secret, now)
    assert (explained.digest.hex(), explained.truncated) == (vector["hmac_hex"], vector["truncated"])
    assert explained.code == vector["code"]


@pytest.mark.parametrize("vector", TOTP["vectors"], ids=lambda vector: f"{vector['unix_time']}-{vector['algorithm']}")
def test_rfc6238_vectors(vector: dict) -> None:
    """RFC6238-B: all three algorithms, each with a key of its own length, to the year 2603."""
    secret = base32(TOTP["keys_ascii"][vector["algorithm"]].encode())
    kind = {"digits": TOTP["digits"], "period": TOTP["period_seconds"], "algorithm": vector["algorithm"]}
    assert code_at(secret, vector["unix_time"], **kind) == vector["code"]


@given(secret=secrets, now=times, kind=kinds)
def test_codes_are_pyotps(secret: str, now: int, kind: dict) -> None:
    """Any secret, kind and time from 1970 to 2500: the same code as PyOTP's TOTP, and `explain` arrives at it."""
    totp = pyotp.TOTP(secret, digits=kind["digits"], interval=kind["period"], digest=DIGESTS[kind["algorithm"]])
    code = totp.at(now)
    assert code_at(secret, now, **kind) == code
    assert explain(secret, now, **kind).code == code
    assert match(secret, code, now, window_steps=0, **kind) == Match(step_at(now, kind["period"]), 0)


def test_codes_are_oathtools() -> None:
    """Ten codes in a row of 30 random secrets, kinds and times from 1970 to 2500, against the program that most
    distributions ship (RFC6238-3).
    """
    oathtool = requires_program("oathtool")
    dice = random.Random(6238)
    for _ in range(30):
        secret, now = base32(dice.randbytes(dice.randrange(14, 65))), dice.randrange(YEAR_2500)
        digits, period, algorithm = dice.choice([6, 7, 8]), dice.randrange(1, 121), dice.choice(sorted(DIGESTS))
        kind = [f"--totp={algorithm}", f"--digits={digits}", f"--time-step-size={period}s", f"--now=@{now}"]
        command = [oathtool, "--base32", "--window=9", *kind, "-"]
        shown = subprocess.run(command, input=secret, capture_output=True, text=True, check=True).stdout.split()
        moments = range(now, now + 10 * period, period)
        assert [code_at(secret, at, digits=digits, period=period, algorithm=algorithm) for at in moments] == shown, (
            kind
        )


@pytest.mark.parametrize("secret", [SECRET, SECRET[:-1] + "X", SECRET + "AA", SECRET + "DEMOX"])
@pytest.mark.parametrize("spell", [str.lower, "{}========".format, "{}=".format])
def test_a_secret_may_be_spelt_in_several_ways(secret: str, spell: Callable[[str], str]) -> None:
    """Lower case and padding change nothing."""
    assert code_at(spell(secret), NOW) == code_at(secret, NOW)


def test_time_passes_31_and_32_bits() -> None:
    """RFC6238-4.2: seconds beyond 2038 and steps beyond 32 bits neither wrap nor fail."""
    assert step_at(2**31 + 30) - step_at(2**31) == 1
    late = {now: code_at(SECRET, now, period=1) for now in (YEAR_2500, YEAR_2500 - 2**32, YEAR_2500 % 2**31)}
    assert len(set(late.values())) == 3
    assert explain(SECRET, YEAR_2500, period=1).message == YEAR_2500.to_bytes(8, "big")
    assert match(SECRET, late[YEAR_2500], YEAR_2500, period=1) == Match(YEAR_2500, 0)


# --- Windows -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("window_steps", [0, 1, 2, 10])
def test_the_window_ends_where_it_says(window_steps: int) -> None:
    """Every step inside is found with its offset; the first one outside on either side is not (ASVS-6.5.5)."""
    current = step_at(NOW)
    for offset in range(-window_steps, window_steps + 1):
        code = code_at(SECRET, NOW + 30 * offset)
        assert match(SECRET, code, NOW, window_steps=window_steps) == Match(current + offset, offset)
    for offset in (-window_steps - 1, window_steps + 1):
        with pytest.raises(NoMatch):
            match(SECRET, code_at(SECRET, NOW + 30 * offset), NOW, window_steps=window_steps)


def test_the_usual_window_is_one_step() -> None:
    """RFC6238-5.2: at most one step for network delay, also for a caller who says nothing."""
    for offset, is_inside in ((-2, False), (-1, True), (1, True), (2, False)):
        code = code_at(SECRET, NOW + 30 * offset)
        assert (diagnose(SECRET, code, NOW).verdict is Verdict.ACCEPTED) == is_inside
        with nullcontext() if is_inside else pytest.raises(NoMatch):
            match(SECRET, code, NOW)


def test_a_window_turns_over_at_the_second() -> None:
    """With no window a code lives from the first second of its step to the last, and not one more."""
    code = code_at(SECRET, 1_800_000_000)
    for now in (1_800_000_000, 1_800_000_029):
        assert match(SECRET, code, now, window_steps=0).step == 60_000_000
    for now in (1_799_999_999, 1_800_000_030):
        with pytest.raises(NoMatch):
            match(SECRET, code, now, window_steps=0)


def test_a_used_step_and_those_before_it_are_refused() -> None:
    """RFC6238-5.2: a step at or below `last_step` is reused, whatever its offset; the next one is not."""
    current = step_at(NOW)
    for offset in (-1, 0, 1):
        code = code_at(SECRET, NOW + 30 * offset)
        assert match(SECRET, code, NOW, last_step=current + offset - 1).offset == offset
        for last_step in (current + offset, current + offset + 1):
            with pytest.raises(ReusedCode) as refused:
                match(SECRET, code, NOW, last_step=last_step)
            assert (refused.value.step, refused.value.offset) == (current + offset, offset)


def test_a_wrong_code_is_no_match_even_after_a_login() -> None:
    """Reused is said only of a code that is right."""
    wrong = code_at(SECRET, NOW + 3000)
    with pytest.raises(NoMatch):
        match(SECRET, wrong, NOW, last_step=step_at(NOW))


def test_where_two_steps_share_a_code_the_oldest_unused_is_taken() -> None:
    """Two neighbouring steps of this secret have one code (found by searching upwards from step 60000000)."""
    first, second = 60_845_267, 60_845_268
    code, now = code_at(SECRET, first * 30), second * 30
    assert code == code_at(SECRET, second * 30)
    assert match(SECRET, code, now) == Match(first, -1)
    assert match(SECRET, code, now, last_step=first) == Match(second, 0)
    with pytest.raises(ReusedCode) as refused:
        match(SECRET, code, now, last_step=second)
    assert refused.value.step == second


@pytest.mark.parametrize("now", [0, 29, 30, 59, 300])
def test_a_window_near_1970_holds_no_negative_step(now: int) -> None:
    """In the first steps of all, the window is cut off; PyOTP raises there."""
    code = code_at(SECRET, now)
    assert match(SECRET, code, now, window_steps=MAX_WINDOW_STEPS) == Match(now // 30, 0)
    assert diagnose(SECRET, code, now).verdict is Verdict.ACCEPTED
    assert diagnose(SECRET, code_at(SECRET, 0), now, window_steps=0).step == 0


@pytest.mark.parametrize("offset", [-2, -1, 0, 1, 2, 40])
def test_every_step_is_compared_whatever_matched(offset: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """ASVS-11.2.4: five steps, five constant-time comparisons, wherever the code lies or does not."""
    compared = []
    monkeypatch.setattr(hmac, "compare_digest", lambda a, b: compared.append(b) or a == b)
    code = code_at(SECRET, NOW + 30 * offset)
    if abs(offset) <= 2:
        match(SECRET, code, NOW, window_steps=2)
    else:
        with pytest.raises(NoMatch):
            match(SECRET, code, NOW, window_steps=2)
    assert len(compared) == 5


# --- What people type ----------------------------------------------------------------------------------------------


SPELLED = ["{0} {1}", " {0}{1} ", "{0}-{1}", " {0} - {1} ", "{0}" + " " * 18 + "{1}", "{0}{1}\n", "{0}{1}\r\n"]
SPELLED += [f"{{0}}{mark}{{1}}" for mark in "\t\v\f\u00a0\u2009\u202f\u3000\u2028\u200b\u2060\ufeff\u00ad\u2011–—−"]
SPELLED += [f"{mark}{{0}}{{1}}{mark}" for mark in "\t\n\u00a0\u200e\ufeff"]


@pytest.mark.parametrize("spell", SPELLED, ids=ascii)
def test_white_space_and_hyphens_are_taken(spell: str) -> None:
    """People type codes as apps show them, and paste what a page or a mail put around them."""
    code = code_at(SECRET, NOW)
    assert match(SECRET, spell.format(code[:3], code[3:]), NOW).offset == 0
    assert tidy_code(spell.format(code[:3], code[3:])) == code


RIGHT = code_at(SECRET, NOW)
MALFORMED = {
    "empty": "",
    "spaces alone": "      ",
    "too short": RIGHT[:5],
    "too long": RIGHT + "0",
    "full-width digits": RIGHT.translate({ord(str(n)): 0xFF10 + n for n in range(10)}),
    "Arabic digits": RIGHT.translate({ord(str(n)): 0x0660 + n for n in range(10)}),
    "superscript": RIGHT[:5] + "²",
    "letters": "abcdef",
    "a letter O": RIGHT[:5] + "O",
    "NUL": RIGHT + "\0",
    "NUL inside": RIGHT[:3] + "\0" + RIGHT[3:],
    "a sign": "+" + RIGHT[:5],
    "a decimal point": RIGHT[:3] + "." + RIGHT[3:],
    "too many spaces": RIGHT + " " * 19,
    "1 MB": RIGHT * 175_000,
    "1 MB of spaces": RIGHT + " " * 1_000_000,
    "lone surrogate": RIGHT + "\ud800",
    "None": None,
    "bytes": RIGHT.encode(),
    "int": int(RIGHT),
    "list": list(RIGHT),
}


@pytest.mark.parametrize("typed", MALFORMED.values(), ids=MALFORMED)
def test_all_else_is_malformed(typed: object) -> None:
    """Another spelling of the correct code is no code; PyOTP takes full-width digits, which fools a replay cache."""
    with pytest.raises(MalformedCode) as refused:
        match(SECRET, typed, NOW)
    assert RIGHT not in str(refused.value)
    assert diagnose(SECRET, typed, NOW) == Diagnosis(Verdict.MALFORMED)


@pytest.mark.parametrize("digits", [7, 8])
def test_the_number_of_digits_is_the_accounts_own(digits: int) -> None:
    """A six-digit code is malformed where eight are asked for, and the sentence says how many."""
    with pytest.raises(MalformedCode, match=f"{digits} digits"):
        match(SECRET, RIGHT, NOW, digits=digits)


@pytest.mark.parametrize(
    ("typed", "could"),
    [("123456", True), (" 123 456\n", True), ("1234567", True), ("12345678", True), ("12345", False), ("", False),
     ("123456789", False), ("hello!", False), ("１２３４５６", False), ("12345O", False), (123456, False),
     (None, False), (" " * 26 + "123456", True), (" " * 27 + "123456", False)],
)  # fmt: skip
def test_what_could_be_a_code_is_asked_of_the_text_alone(typed: object, could: bool) -> None:
    """Six to eight digits, whatever an account's own number is: the answer must say nothing about an account."""
    assert could_be_code(typed) is could


@pytest.mark.parametrize("algorithm", ["SHA1", "SHA256", "SHA512"])
@pytest.mark.parametrize("size", [1, 5, 10, 13, 14, 20, 64, 65, 200])
def test_a_padded_secret_makes_the_same_codes(size: int, algorithm: str) -> None:
    """RFC 2104 section 2: HMAC itself pads with zero bytes. A key of 112 bits and more stays as it is."""
    key = bytes(range(1, size + 1))
    padded = padded_secret(base64.b32encode(key).decode().lower())
    assert secret_bytes(padded) == key.ljust(14, b"\0")
    digest = hmac.digest(key, step_at(NOW).to_bytes(8, "big"), algorithm)
    place = digest[-1] & 15
    truncated = int.from_bytes(digest[place : place + 4], "big") & 0x7FFF_FFFF
    assert code_at(padded, NOW, algorithm=algorithm) == f"{truncated % 10**6:06d}"


# --- Diagnoses -----------------------------------------------------------------------------------------------------


@given(
    drift=st.integers(-600, 600),
    window_steps=st.integers(0, 3),
    drift_steps=st.integers(-4, 4),
    second=st.integers(0, 29),
)
def test_seconds_outside_is_how_far_to_move_the_clock(
    drift: int, window_steps: int, drift_steps: int, second: int
) -> None:
    """A code from a clock `drift` seconds off: move the verifier's clock by `seconds_outside` and it is accepted,
    and by one second less it is not. A window moved by `drift_steps` gets no wider.
    """
    now = 1_800_000_000 + second
    code = code_at(SECRET, now + drift)
    window = {"window_steps": window_steps, "drift_steps": drift_steps}
    found = diagnose(SECRET, code, now, **window)
    assert found.step == step_at(now + drift)
    assert found.offset == found.step - step_at(now)
    assert found.shown_from <= now + drift < found.shown_until == found.shown_from + 30
    outside = found.seconds_outside
    is_inside = abs(found.offset - drift_steps) <= window_steps
    assert (outside == 0) == is_inside == (found.verdict is Verdict.ACCEPTED)
    accepted = match(SECRET, code, now + outside, **window)
    assert accepted == Match(found.step, found.step - step_at(now + outside))
    if outside:
        with pytest.raises(NoMatch):
            match(SECRET, code, now + outside - outside // abs(outside), **window)


DRIFTS = [  # drift, verdict, offset, seconds_outside, at 10 seconds into a step, window 1
    (-600, Verdict.OUTSIDE, -20, -551),
    (-71, Verdict.OUTSIDE, -3, -41),
    (-70, Verdict.OUTSIDE, -2, -11),
    (-41, Verdict.OUTSIDE, -2, -11),
    (-40, Verdict.ACCEPTED, -1, 0),
    (-11, Verdict.ACCEPTED, -1, 0),
    (0, Verdict.ACCEPTED, 0, 0),
    (49, Verdict.ACCEPTED, 1, 0),
    (50, Verdict.OUTSIDE, 2, 20),
    (619, Verdict.OUTSIDE, 20, 560),
    (620, Verdict.NO_MATCH, None, None),
    (-611, Verdict.NO_MATCH, None, None),
]


@pytest.mark.parametrize(("drift", "verdict", "offset", "outside"), DRIFTS)
def test_drifts_as_a_class_reads_them(drift: int, verdict: Verdict, offset: int | None, outside: int | None) -> None:
    """The numbers that a lesson on clock drift prints, on both sides of every edge."""
    found = diagnose(SECRET, code_at(SECRET, NOW + drift), NOW)
    assert (found.verdict, found.offset, found.seconds_outside) == (verdict, offset, outside)


def test_a_verdict_is_a_word() -> None:
    """Lessons print it as it is."""
    assert list(Verdict) == ["accepted", "malformed", "reused", "outside the window", "no match"]


def test_diagnose_tells_reused_from_wrong() -> None:
    """A code seen before is named so, with its step; reach is as wide as asked for."""
    code = code_at(SECRET, NOW)
    found = diagnose(SECRET, code, NOW, last_step=step_at(NOW))
    assert (found.verdict, found.step, found.offset) == (Verdict.REUSED, step_at(NOW), 0)
    old = code_at(SECRET, NOW - 3600)
    assert diagnose(SECRET, old, NOW).verdict is Verdict.NO_MATCH
    assert diagnose(SECRET, old, NOW, reach_steps=120).offset == -120


def test_diagnose_takes_the_nearest_step_outside(repeating_codes: None) -> None:
    """Where several steps share the code, the learner hears of the one nearest to now; of two as near, the older."""
    now = 4 * 30 * 15_000_000
    offsets = [diagnose(SECRET, f"{offset % 4:06d}", now, window_steps=0).offset for offset in (1, 2, 3)]
    assert offsets == [1, -2, -1]


# --- Two codes in a row --------------------------------------------------------------------------------------------


@pytest.fixture
def repeating_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Codes that say only the step modulo four, so that several steps share each code."""
    monkeypatch.setattr(pyotp.HOTP, "at", lambda _, step: f"{step % 4:06d}")


@pytest.mark.parametrize("kind", [{}, {"digits": 8, "period": 60, "algorithm": "SHA256"}], ids=["usual", "other"])
@pytest.mark.parametrize("reach_steps", [1, 5])
def test_a_pair_is_found_as_far_as_the_search_reaches(reach_steps: int, kind: dict) -> None:
    """RFC4226-7.4: both codes lie within reach, one step apart, the earlier first; the answer is the later."""
    period = kind.get("period", 30)
    current = step_at(NOW, period)
    codes = {offset: code_at(SECRET, NOW + period * offset, **kind) for offset in range(-8, 9)}

    def found(first: int, second: int) -> Match | str:
        try:
            return match_consecutive(SECRET, codes[first], codes[second], NOW, reach_steps=reach_steps, **kind)
        except NoMatch:
            return "no match"

    for first in range(-7, 8):
        within = -reach_steps <= first and first + 1 <= reach_steps
        assert found(first, first + 1) == (Match(current + first + 1, first + 1) if within else "no match")
        assert found(first + 1, first) == found(first, first) == found(first - 1, first + 1) == "no match"


def test_a_pair_may_be_the_first_two_steps_of_all() -> None:
    """In 1970 the search is cut off at step 0, and includes it; either code may be written with a space."""
    first, second = code_at(SECRET, 0), code_at(SECRET, 30)
    spelt = [f"{code[:3]} {code[3:]}" for code in (first, second)]
    assert match_consecutive(SECRET, *spelt, 59, reach_steps=240) == Match(1, 0)
    for codes in ((first, "12345"), ("12345", second)):
        with pytest.raises(MalformedCode):
            match_consecutive(SECRET, *codes, 59, reach_steps=240)


def test_where_pairs_share_their_codes_the_oldest_unused_is_taken(repeating_codes: None) -> None:
    """As for one code: both steps must be unused, and a refusal names the newest pair."""
    current = 60_000_002
    options = {"now": 30 * current, "reach_steps": 5}
    pairs = [current - 4, current, current + 4]
    for last_step, step in [
        (None, pairs[0]),
        (pairs[0] - 2, pairs[0]),
        (pairs[0] - 1, pairs[1]),
        (pairs[1], pairs[2]),
    ]:
        found = match_consecutive(SECRET, "000001", "000002", last_step=last_step, **options)
        assert found == Match(step, step - current)
    with pytest.raises(ReusedCode) as refused:
        match_consecutive(SECRET, "000001", "000002", last_step=pairs[2] - 1, **options)
    assert (refused.value.step, refused.value.offset) == (pairs[2], 4)


@pytest.mark.parametrize("reach_steps", [0, -1, MAX_REACH_STEPS + 1, 1.0, True], ids=repr)
def test_the_search_for_a_pair_is_bounded(reach_steps: object) -> None:
    """No verifier can ask for half a day of codes, as some do."""
    with pytest.raises(InvalidInput, match="reach_steps must be 1 to 240"):
        match_consecutive(SECRET, "0" * 6, "1" * 6, NOW, reach_steps=reach_steps)


# --- The algorithm taken apart -------------------------------------------------------------------------------------


@given(secret=secrets, now=times, kind=kinds)
def test_explain_shows_the_way_and_its_repr_nothing(secret: str, now: int, kind: dict) -> None:
    """RFC4226-5.3: each value follows from the one before; `repr` shows neither key, digest nor code."""
    explained = explain(secret, now, **kind)
    assert int.from_bytes(explained.message, "big") == explained.step == now // kind["period"]
    assert len(explained.digest) == DIGESTS[kind["algorithm"]]().digest_size
    assert explained.offset == explained.digest[-1] % 16
    assert explained.chosen == explained.digest[explained.offset :][:4]
    assert explained.truncated == int.from_bytes(explained.chosen, "big") % 2**31
    assert explained.code == str(explained.truncated)[-kind["digits"] :].zfill(kind["digits"])
    shown = repr(explained)
    assert all(name not in shown for name in ("key", "digest", "chosen", "truncated", "code"))
    assume(explained.code not in str(explained.step))
    assert explained.code not in shown


def test_an_algorithm_taken_apart_wrongly_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """The lesson's own computation must end at PyOTP's code; a learner never sees two that differ."""
    monkeypatch.setattr(pyotp.HOTP, "at", lambda *_: "000000")
    with pytest.raises(RuntimeError, match="disagree"):
        explain(SECRET, NOW)


# --- What cannot be ------------------------------------------------------------------------------------------------

BAD_SECRETS = {
    "empty": "",
    "padding alone": "========",
    "80 bits": "DEMODEMODEMODEMO",
    "104 bits": "DEMODEMODEMODEMODEMO2",
    "a digit 1": "1" + SECRET[1:],
    "a space": SECRET[:4] + " " + SECRET[4:],
    "not ASCII": "É" + SECRET[1:],
    "dotless i": "ı" + SECRET[1:],
    "an impossible length": SECRET + "A",
    "padding inside": SECRET[:8] + "=" + SECRET[8:],
    "NUL": SECRET + "\0",
    "None": None,
    "bytes": SECRET.encode(),
}


@pytest.mark.parametrize("secret", BAD_SECRETS.values(), ids=BAD_SECRETS)
@pytest.mark.parametrize("use", [secret_bytes, lambda s: code_at(s, NOW), lambda s: match(s, RIGHT, NOW)])
def test_broken_secrets_are_named_and_not_quoted(use, secret: object) -> None:
    """NIST-3.1.4.1: 112 bits at least. The sentence, its cause and its context hold nothing of the secret."""
    with pytest.raises(InvalidSecret) as refused:
        use(secret)
    error = refused.value
    assert "DEMO" not in repr(error)
    assert error.__cause__ is error.__context__ is None


@pytest.mark.parametrize("now", [-1, -(2**63), 1.5, None, "0", True, 10**30], ids=repr)
@pytest.mark.parametrize(
    "use",
    [
        step_at,
        lambda now: code_at(SECRET, now),
        lambda now: match(SECRET, RIGHT, now),
        lambda now: diagnose(SECRET, RIGHT, now),
        lambda now: explain(SECRET, now),
    ],
)
def test_times_before_1970_and_other_nonsense_are_refused(use, now: object) -> None:
    """No negative step, no local datetime, no float: an error that says so."""
    with pytest.raises(InvalidInput):
        use(now)


@pytest.mark.parametrize(
    "wrong",
    [
        {"digits": 5}, {"digits": 9}, {"digits": "6"}, {"digits": True},
        {"period": 0}, {"period": -30}, {"period": 121}, {"period": 30.0}, {"period": True},
        {"algorithm": "MD5"}, {"algorithm": "sha1"}, {"algorithm": None},
        {"window_steps": -1}, {"window_steps": 11}, {"window_steps": 1.0}, {"window_steps": True},
        {"drift_steps": 1.0}, {"drift_steps": True}, {"drift_steps": None},
    ],
    ids=str,
)  # fmt: skip
def test_parameters_out_of_range_are_refused(wrong: dict) -> None:
    """A negative window (PyOTP takes it in silence), an unbounded one, five digits, no period: never computed."""
    uses = (
        (match, diagnose) if wrong.keys() & {"window_steps", "drift_steps"} else (match, diagnose, code_at, explain)
    )
    for use in uses:
        code = (RIGHT,) if use in (match, diagnose) else ()
        with pytest.raises(InvalidInput):
            use(SECRET, *code, NOW, **wrong)
    if explain in uses:
        with pytest.raises(InvalidInput):
            checked_parameters(**{"digits": 6, "period": 30, "algorithm": "SHA1"} | wrong)


def test_each_name_on_offer_exists() -> None:
    """`from mfa_lab.otp import *` finds all of them."""
    assert [name for name in package.__all__ if not hasattr(package, name)] == []
