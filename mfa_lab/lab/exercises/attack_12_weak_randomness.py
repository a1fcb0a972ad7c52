"""Rung 12, secrets from a weak random source: what 28 asks and 29 has mended."""

from __future__ import annotations

from mfa_lab.attacks.weak_randomness import ATTACK
from mfa_lab.lab.exercises.fixes import fix
from mfa_lab.lab.exercises.records import Option, Prediction, Wrong

NOTEBOOK = "29_fix_shared_secret"

_GIVEN = (
    "import base64, hashlib, random, secrets, time\n\n"
    "from mfa_lab.provisioning import new_secret\n"
    "from mfa_lab.randomness import SYSTEM, SeededRandomness"
)

EXERCISES = (
    fix(
        ATTACK,
        exercise_id="weak-randomness",
        title="Rung 12: a secret that nobody can make again",
        question=(
            "Write a function `fixed_secret(now)` that makes a shared secret: at least 16 random bytes, better "
            "20, as "
            "Base32 text. It is called with the time, as the weak one is, and may do with it what it likes. The "
            "setup cell has imported `base64`, `hashlib`, `random`, `secrets`, `time`, and the kit's own "
            "`new_secret`, which takes a source of randomness."
        ),
        given=_GIVEN,
        hints=(
            "What does everybody know, what could somebody find out, and what can nobody but this machine know?",
            "Python's documentation of `random` warns of one use, and names another module for it.",
        ),
        wrong=(
            Wrong(
                "def fixed_secret(now):\n"
                "    return base64.b32encode(hashlib.sha256(str(now).encode()).digest()[:20]).decode()",
                "Whatever is made of the time alone, anybody can make again: a hash hides it, and adds nothing to "
                "it.",
            ),
            Wrong(
                "def fixed_secret(now):\n    return new_secret(SeededRandomness(time.time_ns()))",
                "The time in smaller pieces is still the time: more seeds to try, and all of them known.",
            ),
            Wrong(
                'def fixed_secret(now):\n    return "".join(random.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", '
                "k=32))",
                "`random` without a seed of yours begins well, but who sees enough of its numbers computes the rest.",
            ),
            Wrong(
                "def fixed_secret(now):\n    return secrets.token_hex(20)",
                "The randomness is good, but a phone reads text of the letters A to Z and the digits 2 to 7.",
            ),
            Wrong(
                "def fixed_secret(now):\n    return base64.b32encode(secrets.token_bytes(15)).decode()",
                "Good randomness, but not enough of it.",
            ),
            Wrong(
                "def fixed_secret(now):\n    return base64.b32encode(now.to_bytes(8) + "
                "secrets.token_bytes(12)).decode()",
                "Long enough, it seems, but the time fills part of it, and the time is known.",
            ),
            Wrong(
                "def fixed_secret(now):\n    return new_secret(SeededRandomness(secrets.randbits(32)))",
                "Your seed is good randomness, and only 32 bits of it: four thousand million secrets, and no more. A "
                "program tries all of them, and two codes tell it which one is yours.",
            ),
            Wrong(
                "def fixed_secret(now):\n    return new_secret(SeededRandomness(secrets.randbits(16)))",
                "Your seed has 16 bits: 65,536 secrets, fewer than a day has seconds.",
            ),
            Wrong(
                "def fixed_secret(now):\n    return new_secret(SeededRandomness(time.time_ns() ^ "
                "secrets.randbits(17)))",
                "The time is known. What nobody knows of your seed is the few bits from `secrets`, and those are "
                "tried in a moment.",
            ),
            Wrong(
                "def fixed_secret(now):\n"
                "    return base64.b32encode(hashlib.sha1(str(secrets.randbits(16)).encode()).digest()).decode()",
                "A hash makes twenty bytes of whatever it is given. It was given one of 65,536 numbers, and as many "
                "secrets there are.",
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        id="attack-weak-randomness",
        question=(
            "A secret has 160 bits, and was made by `random`, seeded with the second at which it was made. Mallory "
            "knows the day, and has seen two codes. What does he get?"
        ),
        options=(
            Option("a", "nothing, two codes tell nothing of 160 bits", lambda measure: not measure.succeeded),
            Option("b", "the secret, sometimes", lambda measure: 0 < measure.got < measure.tries),
            Option("c", "the secret, each time", lambda measure: measure.got == measure.tries),
        ),
    ),
)
