"""Rung 8, replay by another spelling: what 26 asks and 27 has mended."""

from __future__ import annotations

from mfa_lab.attacks.replay_by_spelling import ATTACK
from mfa_lab.lab.exercises.fixes import fix
from mfa_lab.lab.exercises.records import Option, Prediction, Wrong

NOTEBOOK = "27_fix_used_codes"

_GIVEN = """
import hashlib
import unicodedata

from mfa_lab.attacks.replay_by_spelling import TypedMemory
""".strip()


def _key(*lines: str) -> str:
    """A fix with this body of `key`."""
    body = "\n".join(f"        {line}" for line in lines)
    return f"class Fixed(TypedMemory):\n    def key(self, account, code, step):\n{body}"


EXERCISES = (
    fix(
        ATTACK,
        exercise_id="replay-spelling",
        title="Rung 8: what to remember of a code",
        question=(
            "Write a class `Fixed` on top of `TypedMemory`, with a method `key(self, account, code, step)` of its "
            "own: it returns what the server keeps in its set of used codes, for ever. `account.name` is whose code "
            "it is, `code` is the text that was typed, `step` the time step that it was found to belong to."
        ),
        given=_GIVEN,
        hints=(
            "What do all spellings of one code have in common, and no other code of hers?",
            "Chasing spellings has no end. Of the three things you are given, one does not depend on the keyboard.",
        ),
        wrong=(
            Wrong(
                _key("return account.name, hashlib.sha256(code.encode()).hexdigest()"),
                "Each spelling is a text of its own, and has a hash of its own.",
            ),
            Wrong(
                _key("return account.name, code.strip()"),
                "Spaces at the ends are not the only ones.",
            ),
            Wrong(
                _key('return account.name, code.replace(" ", "")'),
                "Spaces are not the only thing that a friendly verifier forgives.",
            ),
            Wrong(
                _key('return account.name, "".join(sign for sign in code if sign.isdigit())'),
                "Not every sign that is a digit is one of the ten on your keyboard.",
            ),
            Wrong(
                _key('return account.name, unicodedata.normalize("NFKC", code)'),
                "A space or a hyphen still makes another text of it.",
            ),
            Wrong(
                _key(
                    'bare = unicodedata.normalize("NFKC", code).replace(" ", "").replace("-", "")',
                    "return account.name, bare",
                ),
                "All spellings are one now. But digits come back: some day an honest code looks like an old one.",
            ),
            Wrong(
                _key("return step"),
                "What you remember fits codes as well that were never used, and honest people stay out.",
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        id="attack-replay-spelling",
        question=(
            "This server remembers every used code as it was typed. Mallory types Alice's used code in six other "
            "ways: with spaces, with a hyphen, with digits of other alphabets. How often does he get in?"
        ),
        options=(
            Option("a", "never, the digits are the same", lambda measure: measure.got == 0),
            Option("b", "only with spaces", lambda measure: 0 < measure.got < measure.tries),
            Option("c", "every time", lambda measure: measure.got == measure.tries),
        ),
    ),
)
