"""Exercises and predictions of 02_throttling_and_pending_login. Names, passwords and hashes are made up."""

from __future__ import annotations

from collections.abc import Callable

from mfa_lab.lab.exercises.records import Case, Exercise, Option, Prediction, Wrong

NOTEBOOK = "02_throttling_and_pending_login"

_ACCOUNTS = {"anna": "hash of sunshine", "ben": "hash of football"}
_SPARE = "hash of a password that nobody has"


def _log_in(answer: Callable[..., object], name: str, typed: str) -> tuple[object, int]:
    """Return what the answer returns, and how often it verified."""
    verified = []

    def verify(stored: str, password: str) -> bool:
        verified.append(stored)
        return stored == f"hash of {password}"

    return answer(dict(_ACCOUNTS), name, typed, verify, _SPARE), len(verified)


SAME_WORK = Exercise(
    id="same-work",
    title="A login and a stopwatch",
    question=(
        "Write `log_in(accounts, name, typed, verify, spare)`. `accounts` gives each name's stored hash. "
        "`verify(stored, typed)` is slow, and returns whether the two belong together. `spare` is a hash that "
        "belongs to no account. Return True for a known name with its correct password, else False. A stranger with "
        "a stopwatch must not find out which names exist. Call `verify` at most once."
    ),
    ask=_log_in,
    solution="""
def log_in(accounts, name, typed, verify, spare):
    correct = verify(accounts.get(name, spare), typed)
    return correct and name in accounts
""".strip(),
    hints=(
        (
            "A stopwatch measures the calls of `verify`. Follow each path through your function: how often does it "
            "call `verify`?"
        ),
        "For a name that has no hash, you can verify against another hash: one was passed in.",
        "The result of that verification is not the whole answer: a name that does not exist never gets in.",
    ),
    cases=(
        Case(
            "A known name, its correct password: the answer and the number of calls",
            ("anna", "sunshine"),
            (True, 1),
            "A known name with its correct password must get in, with one call of `verify`. Which hash do you choose "
            "before the call?",
        ),
        Case(
            "A known name, a wrong password: the answer and the number of calls",
            ("anna", "football"),
            (False, 1),
            "A wrong password is rejected, and takes one call.",
        ),
        Case(
            "An unknown name: the answer and the number of calls",
            ("zoe", "sunshine"),
            (False, 1),
            "What could you verify if no hash is stored, only so that the answer takes as long?",
        ),
        Case(
            "An unknown name with the password of the spare hash",
            ("zoe", "a password that nobody has"),
            (False, 1),
            "Even a correct guess at the password of the spare hash must open nothing: it belongs to no account.",
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
            "Your code answers correctly, and does not call `verify` for an unknown name. That answer comes some 20 "
            "milliseconds sooner. A stranger with a stopwatch learns which names have an account. What else could "
            "`verify` work on? (`a and b` does not run b if a is false.)",
        ),
        Wrong(
            """
def log_in(accounts, name, typed, verify, spare):
    return verify(accounts.get(name, spare), typed)
""".strip(),
            "Your code returns the result for the spare hash. Anyone who guesses the password behind it gets in "
            "under any name that does not exist. What else has to be true for a name to get in?",
        ),
        Wrong(
            """
def log_in(accounts, name, typed, verify, spare):
    verify(spare, typed)
    return name in accounts and verify(accounts[name], typed)
""".strip(),
            "Your code calls `verify` twice for a known name and once for an unknown one. The stopwatch still tells "
            "them apart. What could you decide before the first call?",
        ),
        Wrong(
            """
def log_in(accounts, name, typed, verify, spare):
    verify(spare, typed)
    correct = verify(accounts.get(name, spare), typed)
    return correct and name in accounts
""".strip(),
            "Your code calls `verify` twice for every name. No stopwatch tells them apart, but each login costs "
            "double the work. Which of the two calls decides the answer?",
        ),
    ),
)

WAIT = Exercise(
    id="throttle-wait",
    title="How long to wait",
    question=(
        "Write `wait(failures)`: how many seconds the next attempt has to wait after this many wrong passwords in a "
        "row. Two cost nothing. The third costs 30 seconds. Then the wait doubles with each failure, and it is never "
        "longer than an hour (NIST-3.2.2)."
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
            "After the third failure the wait has doubled 0 times, after the fourth once. How often has it doubled "
            "after as many as `failures`? Two to the power of n is `2 ** n`."
        ),
        "Python's `min` returns the smaller of two numbers.",
    ),
    cases=(
        Case("After 1 failure", (1,), 0, "The first two failures cost nothing: people mistype."),
        Case("After 2 failures", (2,), 0, "The first two failures cost nothing: people mistype."),
        Case(
            "After 3 failures",
            (3,),
            30,
            "The third failure costs 30 seconds, which have not doubled yet. How many doublings are that for "
            "`failures` = 3?",
        ),
        Case("After 4 failures", (4,), 60, "Each further failure doubles the wait."),
        Case("After 6 failures", (6,), 240, "Each further failure doubles the wait."),
        Case("After 10 failures", (10,), 3600, "An hour is the longest wait."),
        Case("After 99 failures", (99,), 3600, "An hour is the longest wait."),
    ),
    wrong=(
        Wrong(
            "def wait(failures):\n    return 0 if failures < 3 else 30 * (failures - 2)",
            "Your wait grows by the same 30 seconds each time. RFC4226-7.3 allows that, but a patient thief gets "
            "more guesses. How does a wait grow if each is twice the last?",
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
            "Your wait doubles once for each failure, also for the failures that cost nothing. So the third failure "
            "already costs 240 seconds. How many of its failures should not double anything?",
        ),
        Wrong(
            "def wait(failures):\n    return 0 if failures < 3 else min(60, 30 * 2 ** (failures - 3))",
            "Your wait stops growing at a minute, so a thief gets a guess a minute. How many seconds does an hour "
            "have?",
        ),
        Wrong(
            "def wait(failures):\n    return min(3600, 30 * 2 ** (failures - 1))",
            "Your wait begins at the first failure, so somebody who mistyped once has to wait. How many failures "
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
            Option("c", "two, one for each account that there is", lambda count: count >= 2),
        ),
        outcome="b",
        saw=(
            (
                "**What we saw:** the same words, and the same work. For the unknown name the server verified the "
                "typed password against the hash of a password that nobody has, and threw the result away. Without "
                "that, the answer would come some twenty milliseconds sooner, and a stranger with a stopwatch could "
                "find out who is a customer. ASVS-6.3.8 forbids that: no message, no status code and no difference "
                "in *time* may reveal which names exist. Only the instructor's view shows the difference."
            ),
            (
                "The times agree with the count. A server that answered unknown names at once would be a hundred "
                "times faster or more here, and we allowed a factor of two. The seconds depend on your machine, so "
                "they are not printed. Add a cell with `known, unknown` to see them."
            ),
            (
                "From the fourth wrong password on, the throttle rejected without comparing. That takes the same "
                "time, and it must. Unknown names wait just as long as known ones, or else waiting would tell who "
                "exists. Notebook 22 measures much more finely."
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
                "**What we saw:** the thief enrolled a phone of their own, and is in. Carol is locked out: after "
                "*her* password the server now asks for a code that she does not have. The claim holds for accounts "
                "with an authenticator. For an account without one the password is still everything, and MFA even "
                "helps the thief to keep the owner out."
            ),
            (
                "Nothing is wrong with this server: on the first day it cannot know who is typing. So an "
                "organisation that introduces MFA has to close that gap by other means. It enrols people when they "
                "join, in person or with a one-time invitation. And it sets them a deadline."
            ),
        ),
        secrets=(r"Carol is locked out", r"phone of their own", r"helps the thief", r"one-time invitation"),
    ),
)
