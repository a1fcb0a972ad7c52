"""Exercises and predictions of 02_throttling_and_pending_login. Names, passwords and hashes are made up."""

from __future__ import annotations

from collections.abc import Callable

from mfa_lab.lab.exercises.records import Case, Exercise, Option, Prediction, Wrong

NOTEBOOK = "02_throttling_and_pending_login"

_ACCOUNTS = {"anna": "hash of sunshine", "ben": "hash of football"}
_DUMMY = "hash of a password that nobody has"


def _log_in(answer: Callable[..., object], name: str, typed: str) -> tuple[object, int]:
    """What the answer says, and how often it verified."""
    verified = []

    def verify(stored: str, password: str) -> bool:
        verified.append(stored)
        return stored == f"hash of {password}"

    return answer(dict(_ACCOUNTS), name, typed, verify, _DUMMY), len(verified)


SAME_WORK = Exercise(
    id="same-work",
    title="The same work for a name that does not exist",
    question=(
        "Write `log_in(accounts, name, typed, verify, dummy)`. `accounts` gives each name's stored hash; "
        "`verify(stored, typed)` is slow and says whether they belong together; `dummy` is the "
        "hash of a password that "
        "nobody has. Return True for a known name with its right password, else False, and call `verify` exactly "
        "once, whatever comes."
    ),
    ask=_log_in,
    solution="""
def log_in(accounts, name, typed, verify, dummy):
    right = verify(accounts.get(name, dummy), typed)
    return right and name in accounts
""".strip(),
    hints=(
        "Each way through your function must meet `verify` once: also that of a name which is not in `accounts`.",
        "There is a hash that you may verify against where the name has none of its own: it was passed in.",
        "The result of that verification is not the whole answer: a name that does not exist gets in with nothing.",
    ),
    cases=(
        Case(
            "A known name, its right password: the answer and the number of calls",
            ("anna", "sunshine"),
            (True, 1),
            "The right password of a known name must get in, with one call of `verify`: choose the hash first, then "
            "call once.",
        ),
        Case(
            "A known name, a wrong password: the answer and the number of calls",
            ("anna", "football"),
            (False, 1),
            "A wrong password costs one call, and is refused.",
        ),
        Case(
            "An unknown name: the answer and the number of calls",
            ("zoe", "sunshine"),
            (False, 1),
            "What could be verified where no hash is stored, only to spend the time?",
        ),
        Case(
            "An unknown name with the dummy's own password",
            ("zoe", "a password that nobody has"),
            (False, 1),
            "Even a right guess at the dummy's password must open nothing: there is no account behind it.",
        ),
    ),
    wrong=(
        Wrong(
            """
def log_in(accounts, name, typed, verify, dummy):
    if name not in accounts:
        return False
    return verify(accounts[name], typed)
""".strip(),
            "The answer is right and comes too soon: no call for an unknown name is some 20 milliseconds less, and a "
            "stopwatch tells a stranger who has an account here. (`a and b` does not run b where a is false: call "
            "`verify` first, on a line of its own.)",
        ),
        Wrong(
            """
def log_in(accounts, name, typed, verify, dummy):
    return verify(accounts.get(name, dummy), typed)
""".strip(),
            "Whoever guesses the dummy's password gets in under any name that does not exist: throw its result away.",
        ),
        Wrong(
            """
def log_in(accounts, name, typed, verify, dummy):
    verify(dummy, typed)
    return name in accounts and verify(accounts[name], typed)
""".strip(),
            "Now a known name costs two calls and an unknown one only one: the stopwatch still tells them apart. "
            "Choose the hash first, then call once.",
        ),
        Wrong(
            """
def log_in(accounts, name, typed, verify, dummy):
    verify(dummy, typed)
    right = verify(accounts.get(name, dummy), typed)
    return right and name in accounts
""".strip(),
            "`verify` ran twice: choose the hash first, then call once.",
        ),
    ),
)

WAIT = Exercise(
    id="throttle-wait",
    title="How long to wait",
    question=(
        "Write `wait(failures)`: how many seconds the next attempt has to wait after so many wrong "
        "passwords in a row. "
        "Two cost nothing; the third costs 30 seconds; then the wait doubles with each, and never passes an hour "
        "(NIST-3.2.2)."
    ),
    solution="""
def wait(failures):
    if failures < 3:
        return 0
    return min(3600, 30 * 2 ** (failures - 3))
""".strip(),
    hints=(
        "Three cases: free, doubling, and the longest wait.",
        (
            "For the third failure the number of doublings is 0, for the fourth 1: how many is it for the"
            " one numbered `failures`? Two to the power of n is `2 ** n`."
        ),
        "Python's `min` gives the smaller of two numbers.",
    ),
    cases=(
        Case("After 1 failure", (1,), 0, "The first two failures cost nothing: people mistype."),
        Case("After 2 failures", (2,), 0, "The first two failures cost nothing: people mistype."),
        Case(
            "After 3 failures",
            (3,),
            30,
            "The third costs 30, not yet doubled: how many doublings is that for `failures` = 3?",
        ),
        Case("After 4 failures", (4,), 60, "Each further failure doubles the wait."),
        Case("After 6 failures", (6,), 240, "Each further failure doubles the wait."),
        Case("After 10 failures", (10,), 3600, "An hour is the longest wait."),
        Case("After 99 failures", (99,), 3600, "An hour is the longest wait."),
    ),
    wrong=(
        Wrong(
            "def wait(failures):\n    return 0 if failures < 3 else 30 * (failures - 2)",
            "This grows by the same step each time, as RFC4226-7.3 also allows: here each wait is twice the last.",
        ),
        Wrong(
            "def wait(failures):\n    return 0 if failures < 3 else 30 * 2 ** (failures - 3)",
            "It doubles for ever: after 99 failures the owner would wait longer than the universe is "
            "old. Where is the hour?",
        ),
        Wrong(
            "def wait(failures):\n    return 0 if failures < 3 else min(3600, 30 * 2 ** (failures - 2))",
            "The doubling begins one failure too early: the third itself costs 30.",
        ),
        Wrong(
            "def wait(failures):\n    return 0 if failures < 3 else min(3600, 30 * 2**failures)",
            "You double once for each failure, the free ones included: the third is not doubled yet.",
        ),
        Wrong(
            "def wait(failures):\n    return 0 if failures < 3 else min(60, 30 * 2 ** (failures - 3))",
            "You stop at a minute: an hour has 3600 seconds.",
        ),
        Wrong(
            "def wait(failures):\n    return min(3600, 30 * 2 ** (failures - 1))",
            "Somebody who mistyped once is made to wait: the first two are free.",
        ),
    ),
)

EXERCISES = (SAME_WORK, WAIT)

PREDICTIONS = (
    Prediction(
        id="unknown-name-hashes",
        question="How many passwords does the server hash for a name that does not exist?",
        options=(
            Option("a", "none: there is nothing to compare with", lambda count: count == 0),
            Option("b", "one, as for a name that exists", lambda count: count == 1),
            Option("c", "two, to be on the safe side", lambda count: count >= 2),
        ),
    ),
    Prediction(
        id="stolen-password",
        question=(
            "A thief knows Carol's password. Carol has not enrolled an authenticator yet. How far does "
            "the thief come?"
        ),
        options=(
            Option(
                "a",
                "nowhere: the server asks for a code that the thief does not have",
                lambda came: came == "stopped",
            ),
            Option(
                "b", "to a session, by way of an authenticator of the thief's own", lambda came: came == "session"
            ),
        ),
    ),
)
