"""Answers to the exercises of notebooks 30 and 31 that nobody expects: unusual correct ones pass, shams do not."""

from __future__ import annotations

import pytest

from mfa_lab.lab.exercises import exercise, made_by
from mfa_lab.lab.grading.checks import Outcome, check

CORRECT = [
    (
        "authenticator-data",
        'import struct\ndef take_apart(data):\n    return list(struct.unpack(">32sBI", data[:37]))',
    ),
    (
        "authenticator-data",
        (
            "def take_apart(data):\n    a, b, c, d = data[33:37]\n"
            "    return data[0:32], data[32], ((a * 256 + b) * 256 + c) * 256 + d"
        ),
    ),
    (
        "what-the-flags-say",
        (
            'def user_was(flags):\n    bits = f"{flags:08b}"\n    if bits[7] == "0":\n        return "absent"\n'
            '    return {"1": "verified", "0": "present"}[bits[5]]'
        ),
    ),
    (
        "what-the-flags-say",
        'def user_was(flags):\n    return ["absent", "present", "absent", "verified"][flags & 1 | flags >> 1 & 2]',
    ),
    (
        "what-is-signed",
        (
            "import hashlib\ndef signed_bytes(authenticator_data, client_data):\n"
            '    return b"".join([authenticator_data, hashlib.new("sha256", client_data).digest()])'
        ),
    ),
    (
        "signature-counter",
        (
            "def plausible(stored, received):\n    if stored == 0 and received == 0:\n        return True\n"
            "    return stored < received"
        ),
    ),
    (
        "signature-counter",
        "def plausible(stored, received):\n    return max(stored, received) == 0 or received > stored",
    ),
    ("rp-id-of-a-page", 'def may_use(host, rp_id):\n    return ("." + host).endswith("." + rp_id)'),
    (
        "rp-id-of-a-page",
        (
            'def may_use(host, rp_id):\n    wanted = rp_id.split(".")\n'
            '    return host.split(".")[-len(wanted) :] == wanted'
        ),
    ),
    (
        "downgrade-policy",
        (
            'my_policy = replace(Policy.STANDARD, step_up=(("refund", 60), (ADDRESS, 300)), '
            'step_up_phishing_resistant=True, user_verification="required")'
        ),
    ),
    ("what-still-works", 'still_works = "D, C and B"'),
]
SHAMS = [
    ("authenticator-data", "def take_apart(data):\n    return data[:32], data[32], data[35] * 256 + data[-1]"),
    (
        "authenticator-data",
        'def take_apart(data):\n    return data[:32], data[32] & 31, int.from_bytes(data[33:37], "big")',
    ),
    (
        "what-the-flags-say",
        'def user_was(flags):\n    return ["absent", "present", "", "", "absent", "verified"][flags % 8]',
    ),
    (
        "what-the-flags-say",
        (
            'def user_was(flags):\n    return "absent" if flags % 2 == 0 else "verified" if flags % 8 == 5 '
            'else "present"'
        ),
    ),
    ("what-is-signed", "def signed_bytes(a, c):\n    return a[:37] + sha256(c.strip()).digest()[:31]"),
    ("what-is-signed", "def signed_bytes(a, c):\n    return a + sha256(c[:100]).digest()"),
    ("signature-counter", "def plausible(stored, received):\n    return stored != received or stored == 0"),
    (
        "signature-counter",
        "def plausible(stored, received):\n    return received >= stored and received != 5 or received == 9",
    ),
    (
        "rp-id-of-a-page",
        'def may_use(host, rp_id):\n    return host.endswith(rp_id) and not host.startswith("not")',
    ),
    ("rp-id-of-a-page", 'def may_use(host, rp_id):\n    return host.replace("0", "o").endswith(rp_id)'),
    ("rp-id-of-a-page", 'def may_use(host, rp_id):\n    return rp_id in host.split(".", 1)'),
    (
        "downgrade-policy",
        "my_policy = replace(Policy.STANDARD, step_up=((ADDRESS, 400),), step_up_phishing_resistant=True)",
    ),
    (
        "downgrade-policy",
        'my_policy = replace(Policy.STANDARD, step_up=(("address", 300),), step_up_phishing_resistant=True)',
    ),
    (
        "downgrade-policy",
        (
            "my_policy = replace(Policy.STANDARD, step_up=((ADDRESS, 300),), step_up_phishing_resistant=True, "
            "code_allowed_with_passkey=False)"
        ),
    ),
    ("downgrade-policy", "my_policy = replace(Policy.STANDARD, passkeys=0, step_up=((ADDRESS, 300),))"),
    ("what-still-works", 'still_works = "abcde"'),
]


def outcome(exercise_id: str, source: str) -> Outcome:
    return check(exercise_id, made_by(source, exercise(exercise_id).given)).outcome


@pytest.mark.parametrize(("exercise_id", "source"), CORRECT)
def test_an_unusual_correct_answer_passes(exercise_id: str, source: str) -> None:
    """However it is written."""
    assert outcome(exercise_id, source) == Outcome.DONE


@pytest.mark.parametrize(("exercise_id", "source"), SHAMS)
def test_a_sham_does_not_pass(exercise_id: str, source: str) -> None:
    """It fails a case, or raises."""
    assert outcome(exercise_id, source) in {Outcome.NOT_YET, Outcome.RAISED}
