"""Attack 12, secrets from a weak random source: what 28 asks and 29 fixes."""

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
        title="Attack 12: a secret that nobody can make again",
        question=(
            "Write a function `fixed_secret(now)` that makes a shared secret: at least 16 random bytes, better "
            "20, as Base32 text. The server calls it with the time, as it calls the weak one, and you may use the "
            "time or ignore it. The setup cell has imported `base64`, `hashlib`, `random`, `secrets`, `time`, and "
            "the kit's own `new_secret`, which takes a source of randomness."
        ),
        given=_GIVEN,
        hints=(
            "What does everybody know, what could somebody find out, and what can only this machine know?",
            "Python's documentation of `random` warns against one use, and names another module for it.",
        ),
        wrong=(
            Wrong(
                "def fixed_secret(now):\n"
                "    return base64.b32encode(hashlib.sha256(str(now).encode()).digest()[:20]).decode()",
                "Your secret is made of the time alone. Anybody who tries that time makes it again. A hash hides the "
                "time. What does the hash add that nobody knows?",
            ),
            Wrong(
                "def fixed_secret(now):\n    return new_secret(SeededRandomness(time.time_ns()))",
                "Your seed is the time in smaller pieces. There are more seeds to try, and an attacker knows how to "
                "list them all. What can nobody list?",
            ),
            Wrong(
                'def fixed_secret(now):\n    return "".join(random.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", '
                "k=32))",
                "Your code uses `random` without a seed of yours. It begins well, but anyone who sees enough of its "
                "numbers computes the rest. Which sources give numbers that nobody can predict from the earlier "
                "numbers?",
            ),
            Wrong(
                "def fixed_secret(now):\n    return secrets.token_hex(20)",
                "Your randomness is good, but your secret is hexadecimal. A phone reads text of the letters A to Z "
                "and the digits 2 to 7. What turns bytes into such text?",
            ),
            Wrong(
                "def fixed_secret(now):\n    return base64.b32encode(secrets.token_bytes(15)).decode()",
                "Your randomness is good, but there is not enough of it. The secret is shorter than a standard "
                "permits. How many bits has it?",
            ),
            Wrong(
                "def fixed_secret(now):\n    return base64.b32encode(now.to_bytes(8) + "
                "secrets.token_bytes(12)).decode()",
                "Your secret seems long enough, but the time fills part of it. The time is known, and only the rest "
                "is random. How many bytes of it can nobody know?",
            ),
            Wrong(
                "def fixed_secret(now):\n    return new_secret(SeededRandomness(secrets.randbits(32)))",
                "Your seed is good randomness, but only 32 bits of it. That makes four thousand million secrets. A "
                "program tries all of them, and two codes say which one is yours. How many secrets should there be?",
            ),
            Wrong(
                "def fixed_secret(now):\n    return new_secret(SeededRandomness(secrets.randbits(16)))",
                "Your seed has 16 bits. That makes 65,536 secrets, fewer than a day has seconds. How long does it "
                "take to try them?",
            ),
            Wrong(
                "def fixed_secret(now):\n    return new_secret(SeededRandomness(time.time_ns() ^ "
                "secrets.randbits(17)))",
                "Your seed mixes the time with a few bits from `secrets`. The time is known, and the few bits are "
                "tried in a moment. How much of your seed can nobody know?",
            ),
            Wrong(
                "def fixed_secret(now):\n"
                "    return base64.b32encode(hashlib.sha1(str(secrets.randbits(16)).encode()).digest()).decode()",
                "Your hash makes twenty bytes of one of 65,536 numbers. So there are 65,536 secrets, and no more. "
                "How many different things can you put into the hash?",
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        id="attack-weak-randomness",
        question=(
            "A secret has 160 bits, and was made by `random`, seeded with the second at which it was made. "
            "Mallory knows the day on which three people enrolled, and has seen two codes of each. What does he "
            "get?"
        ),
        options=(
            Option(
                "a", "nothing, because two codes say nothing about 160 bits", lambda measure: not measure.succeeded
            ),
            Option(
                "b", "one or two of the three secrets, with luck", lambda measure: 0 < measure.got < measure.tries
            ),
            Option("c", "all three secrets", lambda measure: measure.got == measure.tries),
        ),
        outcome="c",
        saw=(
            (
                "**What we saw:** Mallory got all three secrets. A day has 86,400 seconds, so that day has 86,400 "
                "secrets. He makes each of them, computes the code that it would have shown at that moment, and "
                "keeps those that agree. One code leaves a millionth of them, and the second removes the last doubt. "
                "On one core that takes less than a second."
            ),
            (
                "The length of a secret says nothing about how many secrets there are. A finer clock only makes more "
                "work for the attacker. Trying all seeds of 32 bits takes an afternoon. Anyone who knows the hour, "
                "from a log or from the date of an e-mail, has few milliseconds left to try. That takes some seconds."
            ),
            (
                "Besides, two people who enrol in the same second have the *same* secret, and each phone shows the "
                "codes of both."
            ),
            (
                "A password manager made passwords with such a generator, and its one input was the clock "
                "(CVE-2020-27020, [reported in "
                "2021](https://www.schneier.com/blog/archives/2021/07/"
                "vulnerability-in-the-kaspersky-password-manager.html)). "
                "Every password that it had ever made could be tried in seconds. It was fixed."
            ),
        ),
        secrets=(
            "3 of 3 secrets",
            "86,400",
            "the phone's: True",
        ),
    ),
)
