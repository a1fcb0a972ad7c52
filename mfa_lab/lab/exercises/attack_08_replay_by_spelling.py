"""The exercise and the prediction of attack 8, replay by another spelling, for notebooks 26 and 27."""

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
    """Return the source of a fix whose method `key` has these lines."""
    body = "\n".join(f"        {line}" for line in lines)
    return f"class Fixed(TypedMemory):\n    def key(self, account, code, step):\n{body}"


EXERCISES = (
    fix(
        ATTACK,
        exercise_id="replay-spelling",
        title="Attack 8: what to remember about a code",
        question=(
            "Write a class `Fixed` that extends `TypedMemory` with its own method `key(self, account, code, "
            "step)`. The method returns the value that the server keeps for ever in its set of used codes. "
            "`account.name` says whose code it is, `code` is the text that was typed, and `step` is the time step "
            "of the code."
        ),
        given=_GIVEN,
        hints=(
            "Which value is the same for all spellings of one code, but different for every other code of Alice's?",
            "You can never list all spellings. Which of the three arguments does not depend on what was typed?",
        ),
        wrong=(
            Wrong(
                _key("return account.name, hashlib.sha256(code.encode()).hexdigest()"),
                "Your code keeps a hash of the text that was typed. Each spelling is a different text and has a "
                "different hash. What do two spellings have in common?",
            ),
            Wrong(
                _key("return account.name, code.strip()"),
                "Your code removes the spaces at both ends. If Mallory puts a space in the middle, your server "
                "takes the code for a new one. Where else can spellings differ?",
            ),
            Wrong(
                _key('return account.name, code.replace(" ", "")'),
                "Your code removes every space. But a tolerant verifier also ignores other characters, and "
                "Mallory can type those. Can you list them all?",
            ),
            Wrong(
                _key('return account.name, "".join(sign for sign in code if sign.isdigit())'),
                "Your code keeps every character that is a digit. Digits of other alphabets are digits too, so "
                "another spelling is still a different text. Which value should be equal for all spellings?",
            ),
            Wrong(
                _key('return account.name, unicodedata.normalize("NFKC", code)'),
                "Your code turns every digit into a digit from 0 to 9. But with a space or a hyphen, the code is "
                "still a different text. What does the verifier find in all these texts?",
            ),
            Wrong(
                _key(
                    'bare = unicodedata.normalize("NFKC", code).replace(" ", "").replace("-", "")',
                    "return account.name, bare",
                ),
                "Your code turns all spellings into one text. But the same digits come back, so some day a new "
                "code of Alice's looks like an old one. How do the two codes differ?",
            ),
            Wrong(
                _key("return step"),
                "Your server also rejects codes that nobody has used. If two people log in at the same time, it "
                "rejects the second person. Whose code was used?",
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        id="attack-replay-spelling",
        question=(
            "This server remembers every used code exactly as it was typed. Mallory types Alice's used code in "
            "six other spellings: with spaces, with a hyphen, or with digits of other alphabets. How often does "
            "he get in?"
        ),
        options=(
            Option("a", "never, because the digits are the same", lambda measure: measure.got == 0),
            Option("b", "only with spaces or a hyphen", lambda measure: 0 < measure.got < measure.tries),
            Option("c", "every time", lambda measure: measure.got == measure.tries),
        ),
        outcome="c",
        saw=(
            (
                "**What we saw:** six spellings gave six logins. (The last three spellings are digits too: wide "
                "digits, as Japanese keyboards type them, and bold digits from mathematics. If you see empty "
                "boxes, your computer has no font for these digits, but the server accepts them.)"
            ),
            (
                "The two halves of this server disagree about what a code *is*. The half that verifies codes "
                "sees the number: like PyOTP, it accepts the digits of any alphabet. The half that remembers "
                "codes sees the characters."
            ),
            (
                "Our server allows spaces and hyphens, because apps show them, but no digits other than 0 to 9. "
                "It could even accept more spellings without harm, because it does not remember the text that was "
                "typed. It stores the time step of the code, and a step has only one spelling (RFC6238-5.2)."
            ),
            (
                "In 2025 [a server for secrets](https://github.com/openbao/openbao/pull/1625) had this fault. Its "
                "library removed spaces from a code before it verified the code. The server itself stored used "
                "codes with their spaces. So it took a used code with a space in it for a new code."
            ),
        ),
        secrets=(
            "in 6 times",
            "six logins",
        ),
    ),
)
