"""Attack 8, replay by another spelling: what 26 asks and 27 fixes."""

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
    """Return a fix with this body of `key`."""
    body = "\n".join(f"        {line}" for line in lines)
    return f"class Fixed(TypedMemory):\n    def key(self, account, code, step):\n{body}"


EXERCISES = (
    fix(
        ATTACK,
        exercise_id="replay-spelling",
        title="Attack 8: what to remember of a code",
        question=(
            "Write a class `Fixed` on top of `TypedMemory`, with its own method `key(self, account, code, step)`. "
            "It returns what the server keeps in its set of used codes, for ever. `account.name` says whose code "
            "it is, `code` is the text that was typed, and `step` is the time step that it belongs to."
        ),
        given=_GIVEN,
        hints=(
            "What do all spellings of one code share, and no other code of Alice's has?",
            "A list of spellings never ends. Which of the three arguments does not depend on the keyboard?",
        ),
        wrong=(
            Wrong(
                _key("return account.name, hashlib.sha256(code.encode()).hexdigest()"),
                "Your code keeps a hash of what was typed. Each spelling is another text, and has another hash. What "
                "do two spellings have in common?",
            ),
            Wrong(
                _key("return account.name, code.strip()"),
                "Your code removes the spaces at both ends. Mallory puts one into the middle, and the code is new "
                "again. Where else can a spelling differ?",
            ),
            Wrong(
                _key('return account.name, code.replace(" ", "")'),
                "Your code removes every space. A tolerant verifier also ignores other signs, and Mallory types "
                "those signs. Can you list them all?",
            ),
            Wrong(
                _key('return account.name, "".join(sign for sign in code if sign.isdigit())'),
                "Your code keeps every sign that is a digit. Digits of other alphabets are digits too, so another "
                "spelling is still another text. What should be equal for all of them?",
            ),
            Wrong(
                _key('return account.name, unicodedata.normalize("NFKC", code)'),
                "Your code turns every digit into an ordinary one. A space or a hyphen still makes another text of "
                "it. What does the verifier find in all of them?",
            ),
            Wrong(
                _key(
                    'bare = unicodedata.normalize("NFKC", code).replace(" ", "").replace("-", "")',
                    "return account.name, bare",
                ),
                "Your code makes one text of all spellings. But the same digits come back, and some day a new code "
                "of Alice's looks like an old one. How do the two codes differ?",
            ),
            Wrong(
                _key("return step"),
                "Your server also rejects codes that nobody has used. If two people log in at the same time, it "
                "rejects the second one. Whose code was used?",
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        id="attack-replay-spelling",
        question=(
            "This server remembers every used code as it was typed. Mallory types Alice's used code in six other "
            "spellings: with spaces, with a hyphen, with digits of other alphabets. How often does he get in?"
        ),
        options=(
            Option("a", "never, because the digits are the same", lambda measure: measure.got == 0),
            Option("b", "only with spaces or a hyphen", lambda measure: 0 < measure.got < measure.tries),
            Option("c", "every time", lambda measure: measure.got == measure.tries),
        ),
        outcome="c",
        saw=(
            (
                "**What we saw:** six spellings, six logins. (The last three spellings are digits too: wide digits, "
                "as Japanese keyboards type them, and bold digits from mathematics. If you see empty boxes, your "
                "machine has no font for them. The server accepts them.)"
            ),
            (
                "The two halves of this server disagree about what a code *is*. The half that verifies sees a number "
                "behind the signs: to it, as to PyOTP, a digit of any alphabet is a digit. The half that remembers "
                "sees the signs."
            ),
            (
                "Our server allows spaces and hyphens, which apps show, and no digits but 0 to 9. Even if it "
                "accepted more spellings, that would do no harm, because our server does not remember what was "
                "typed. It stores the time step that the code belongs to, and a step has one spelling (RFC6238-5.2)."
            ),
            (
                "In 2025 [a server for secrets](https://github.com/openbao/openbao/pull/1625) had this fault. Its "
                "library dropped spaces from a code before it verified the code. The server's own memory of used "
                "codes did not drop them. So a used code with a space in it counted as a new code."
            ),
        ),
        secrets=(
            "in 6 times",
            "six logins",
        ),
    ),
)
