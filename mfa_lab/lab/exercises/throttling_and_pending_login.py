"""Exercises and predictions of 02_throttling_and_pending_login. Names, passwords and hashes are invented."""

from __future__ import annotations

from collections.abc import Callable

from mfa_lab.lab.exercises.records import Case, Exercise, Option, Prediction, Wrong

NOTEBOOK = "02_throttling_and_pending_login"

_ACCOUNTS = {"anna": "hash of sunshine", "ben": "hash of football"}
_SPARE = "hash of a password that nobody has"


def _log_in(answer: Callable[..., object], name: str, typed: str) -> tuple[object, int]:
    """Return what the learner's function returns, and how often it verified a password."""
    verified = []

    def verify(stored: str, password: str) -> bool:
        verified.append(stored)
        return stored == f"hash of {password}"

    return answer(dict(_ACCOUNTS), name, typed, verify, _SPARE), len(verified)


SAME_WORK = Exercise(
    id="same-work",
    title="A login and a stopwatch",
    question=(
        "Write `log_in(accounts, name, typed, verify, spare)`. `accounts` maps each name to its stored hash. "
        "`verify(stored, typed)` is slow, and returns whether the hash and the password belong together. `spare` is "
        "a hash that belongs to no account. Return True for a known name with its correct password, and False "
        "otherwise. A stranger with a stopwatch must not find out which names exist. Call `verify` at most once."
    ),
    ask=_log_in,
    solution="""
def log_in(accounts, name, typed, verify, spare):
    correct = verify(accounts.get(name, spare), typed)
    return correct and name in accounts
""".strip(),
    hints=(
        (
            "A stopwatch measures the calls to `verify`. Follow each path through your function: how often does that "
            "path call `verify`?"
        ),
        "For a name that has no hash, you can verify against another hash, which is one of the arguments.",
        "The result of that verification is not the whole answer: a name that does not exist must never get in.",
    ),
    cases=(
        Case(
            "A known name with its correct password: the answer and the number of calls",
            ("anna", "sunshine"),
            (True, 1),
            "A known name with its correct password must get in, with one call to `verify`. Which hash do you choose "
            "before the call?",
        ),
        Case(
            "A known name with a wrong password: the answer and the number of calls",
            ("anna", "football"),
            (False, 1),
            "Reject a wrong password with one call to `verify`. How often does your code call it?",
        ),
        Case(
            "An unknown name: the answer and the number of calls",
            ("zoe", "sunshine"),
            (False, 1),
            "No hash is stored for this name, but the answer must take as long. What else could you pass to "
            "`verify`?",
        ),
        Case(
            "An unknown name with the password of the spare hash",
            ("zoe", "a password that nobody has"),
            (False, 1),
            "The spare hash belongs to no account, so even a correct guess at its password must open nothing. What "
            "else must be true?",
        ),
    ),
    wrong=(
        Wrong(
            """
def log_in(accounts, name, typed, verify, spare):
    if name not in accounts:
        return False
    return verify(accounts[name], typed)
""".strip(),
            "Your code answers correctly, but it does not call `verify` for an unknown name, so that answer comes "
            "about 20 milliseconds sooner. A stranger with a stopwatch learns which names have an account. What else "
            "could you pass to `verify`? (`a and b` does not run b if a is false.)",
        ),
        Wrong(
            """
def log_in(accounts, name, typed, verify, spare):
    return verify(accounts.get(name, spare), typed)
""".strip(),
            "Your code returns the result for the spare hash. Anyone who guesses the password of that hash gets in "
            "under any unknown name. What else has to be true for a name to get in?",
        ),
        Wrong(
            """
def log_in(accounts, name, typed, verify, spare):
    verify(spare, typed)
    return name in accounts and verify(accounts[name], typed)
""".strip(),
            "Your code calls `verify` twice for a known name and once for an unknown name. The stopwatch still "
            "tells the two names apart. What could you decide before the first call?",
        ),
        Wrong(
            """
def log_in(accounts, name, typed, verify, spare):
    verify(spare, typed)
    correct = verify(accounts.get(name, spare), typed)
    return correct and name in accounts
""".strip(),
            "Your code calls `verify` twice for every name. No stopwatch can tell the names apart, but each login "
            "costs twice the work. Which of the two calls decides the answer?",
        ),
    ),
)

WAIT = Exercise(
    id="throttle-wait",
    title="How long to wait",
    question=(
        "Write `wait(failures)`. Return for how many seconds the server verifies no password after this many "
        "wrong passwords in a row. The first two failures cost nothing. The third costs 30 seconds. Then the "
        "wait doubles with each failure, up to an hour (NIST-3.2.2)."
    ),
    solution="""
def wait(failures):
    if failures < 3:
        return 0
    return min(3600, 30 * 2 ** (failures - 3))
""".strip(),
    hints=(
        "There are three cases: no wait, a wait that doubles, and the longest wait.",
        (
            "The wait has doubled 0 times after the third failure, and once after the fourth. How often has it "
            "doubled after `failures` failures? Two to the power of n is `2 ** n`."
        ),
        "Python's `min` returns the smaller of two numbers.",
    ),
    cases=(
        Case(
            "After 1 failure",
            (1,),
            0,
            "The first two failures cost nothing: people mistype. Does your code return a wait?",
        ),
        Case(
            "After 2 failures",
            (2,),
            0,
            "The first two failures cost nothing: people mistype. Does your code return a wait?",
        ),
        Case(
            "After 3 failures",
            (3,),
            30,
            "The third failure costs 30 seconds, and that wait has not doubled yet. How many doublings should your "
            "code count for `failures` = 3?",
        ),
        Case(
            "After 4 failures",
            (4,),
            60,
            "Each further failure doubles the wait. How many doublings are there by now?",
        ),
        Case(
            "After 6 failures",
            (6,),
            240,
            "Each further failure doubles the wait. How many doublings are there by now?",
        ),
        Case("After 10 failures", (10,), 3600, "The longest wait is an hour. How many seconds is that?"),
        Case("After 99 failures", (99,), 3600, "The longest wait is an hour. How many seconds is that?"),
    ),
    wrong=(
        Wrong(
            "def wait(failures):\n    return 0 if failures < 3 else 30 * (failures - 2)",
            "Your wait grows by the same 30 seconds each time. RFC4226-7.3 allows that, but a patient thief gets "
            "more guesses. How does a wait grow if each wait is twice the one before?",
        ),
        Wrong(
            "def wait(failures):\n    return 0 if failures < 3 else 30 * 2 ** (failures - 3)",
            "Your wait doubles without end. After 99 failures the owner waits longer than the universe has existed. "
            "Where does your code limit the wait to an hour?",
        ),
        Wrong(
            "def wait(failures):\n    return 0 if failures < 3 else min(3600, 30 * 2 ** (failures - 2))",
            "Your wait begins to double one failure too early, so the third failure costs 60 seconds. What should "
            "the exponent be for `failures` = 3?",
        ),
        Wrong(
            "def wait(failures):\n    return 0 if failures < 3 else min(3600, 30 * 2**failures)",
            "Your wait doubles once for every failure, even for those that cost nothing, so the third failure "
            "already costs 240 seconds. How many failures should not double the wait?",
        ),
        Wrong(
            "def wait(failures):\n    return 0 if failures < 3 else min(60, 30 * 2 ** (failures - 3))",
            "Your wait stops growing at one minute, so a thief gets one guess per minute. How many seconds are there "
            "in an hour?",
        ),
        Wrong(
            "def wait(failures):\n    return min(3600, 30 * 2 ** (failures - 1))",
            "Your wait begins with the first failure, so a user who mistypes once has to wait. How many failures "
            "should be free?",
        ),
    ),
)

EXERCISES = (SAME_WORK, WAIT)

PREDICTIONS = (
    Prediction(
        id="unknown-name-hashes",
        question="How many passwords does the server hash for a name that does not exist?",
        options=(
            Option("a", "none, because there is nothing to compare with", lambda count: count == 0),
            Option("b", "one, as for a name that exists", lambda count: count == 1),
            Option("c", "two, one for each account that exists", lambda count: count >= 2),
        ),
        outcome="b",
        saw=(
            (
                "**What we saw:** both answers have the same words and cost the same work. For the unknown name, "
                "the server verified the typed password against the hash of a password that nobody has, and threw "
                "the result away. Otherwise the answer would come about twenty milliseconds sooner, and a stranger "
                "with a stopwatch could find out who is a customer. ASVS-6.3.8 forbids such a leak: no message, no "
                "status code and no difference in *time* may reveal which names exist. Only the instructor's view "
                "shows the difference."
            ),
            (
                "The measured times agree with this count. A server that answered unknown names at once would be at "
                "least a hundred times faster here, and our check allows a factor of two. The times depend on your "
                "machine, so they are not printed. Add a cell with `known, unknown` to see them."
            ),
            (
                "From the fourth wrong password on, the throttle rejected each attempt without comparing anything. "
                "Such a rejection takes the same time for both names. Unknown names wait just as long as known "
                "ones, or else the wait would show which names exist. Notebook 22 measures such times more "
                "precisely."
            ),
        ),
        secrets=(
            r"the same work",
            r"threw the result away",
            r"factor of two",
            r"as long as the other: True",
            r"wait just as long",
        ),
    ),
    Prediction(
        id="stolen-password",
        question=(
            "A thief knows Carol's password. Carol has not enrolled an authenticator yet. How far does the thief get?"
        ),
        options=(
            Option(
                "a",
                "nowhere, because the server asks for a code that the thief does not have",
                lambda came: came == "stopped",
            ),
            Option("b", "to an enrolment, which only Carol can confirm", lambda came: came == "enrolment"),
            Option("c", "to a session in Carol's name", lambda came: came == "session"),
        ),
        outcome="c",
        saw=(
            (
                "**What we saw:** the thief enrolled a phone of their own and has a session. Carol is locked out: "
                "after *her* password, the server now asks for a code that she does not have. The claim is true for "
                "accounts with an authenticator. For an account without an authenticator, the password is still "
                "enough, and MFA even helps the thief keep the owner out."
            ),
            (
                "This server has no bug: on the first day, it cannot know who is typing. An organisation that "
                "introduces MFA must close this gap in other ways. It enrols people when they join, in person or "
                "with a one-time invitation, and it sets them a deadline."
            ),
        ),
        secrets=(r"Carol is locked out", r"phone of their own", r"helps the thief", r"one-time invitation"),
    ),
)
