"""The capstone's table: what the standards ask of a server with two steps, row by row, and how it is graded."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from mfa_lab.attacks.capstone import cases
from mfa_lab.attacks.helpers.stolen_session import used
from mfa_lab.attacks.helpers.used_code import LAST_AFTER_IT
from mfa_lab.attacks.helpers.world import HONEST
from mfa_lab.attacks.record import IN, OUT, Trial

MINUTE, HOUR, DAY = 60, 3600, 24 * 3600


@dataclass(frozen=True, slots=True)
class Clause:
    """A row of the table: what the standards ask, in a sentence, and the trials that show it."""

    ids: tuple[str, ...]
    asks: str
    trials: tuple[Trial, ...]


@dataclass(frozen=True, slots=True)
class Grade:
    """A clause and the first of its trials that came out otherwise, with what came; None where all is well."""

    clause: Clause
    open: Trial | None = None
    came: str = ""


def grade(make: Any) -> tuple[Grade, ...]:
    """Put every clause's trials to what the learner wrote. An error of its own is an answer, too."""
    return tuple(_graded(make, clause) for clause in CLAUSES)


def _graded(make: Any, clause: Clause) -> Grade:
    for trial in clause.trials:
        try:
            came = trial.answer(make)
        except (Exception, SystemExit) as error:  # noqa: BLE001 (whatever the learner's code raises)
            came = f"{type(error).__name__}: {error}"
        if came != trial.wanted:
            return Grade(clause, trial, came)
    return Grade(clause)


ONE_LOGIN = (
    Clause(
        ("RFC4226-R6",),
        "A shared secret has 128 bits or more.",
        (
            Trial(
                "The secret in Alice's phone", cases.bits, "128 bits or more", "How many bytes does the draft draw?"
            ),
            Trial(
                "Alice's and Mallory's secrets",
                cases.of_ones_own,
                "different",
                "One secret for everybody is no secret: whoever has an account has them all.",
            ),
        ),
    ),
    Clause(
        ("ASVS-6.3.8",),
        "Nobody learns who has an account, by words or by work.",
        (
            Trial(
                "Refusals for a name that exists and one that does not",
                cases.words,
                "the same",
                "Two sentences, two answers.",
            ),
            Trial(
                "Hashes computed for each",
                cases.work,
                "the same",
                "The two names do not cost the same, so the time of the refusal tells who has an account. Where does "
                "your method compute a hash, and for whom?",
            ),
        ),
    ),
    Clause(
        ("ASVS-6.3.3", "ASVS-7.2.4"),
        "A password alone opens nothing.",
        (
            Trial("A page behind the login, after the password alone", cases.skips, OUT, "Whose tokens open a page?"),
            Trial(
                "Alice's page, after Mallory's password alone, while she is logged in",
                cases.skips_as_alice,
                OUT,
                "Her name is on what he shows, and anybody can write a name. What opens a page is the token.",
            ),
            Trial(
                "Alice's page, with Mallory's own session that says it is hers",
                cases.claims_to_be_alice,
                OUT,
                "What the other side shows is a claim. Whose session is it by the server's own notes?",
            ),
        ),
    ),
    Clause(
        ("RFC6238-5.2",),
        "At most one step for delay.",
        (
            Trial(
                "A code that is typed 60 s late",
                partial(cases.typed_late, seconds=60),
                OUT,
                "How many codes are right at a time?",
            ),
            Trial(
                "A code that is typed 40 s late",
                partial(cases.typed_late, seconds=40),
                IN,
                "One step of grace is allowed, and is kind.",
            ),
        ),
    ),
    Clause(
        ("RFC6238-5.2", "NIST-3.1.4.2", "ASVS-6.5.1"),
        "A code is accepted once.",
        (
            Trial("The same code, once more", cases.used_again, OUT, "It has been used."),
            Trial(
                "The code that enrolled the phone, once more",
                cases.enrolled_with,
                OUT,
                "Confirming an enrolment is a use as well. Where does the draft write it down?",
            ),
            Trial(
                "The code before the last one, once more",
                partial(cases.used_again, logins_since=1),
                OUT,
                "It has been used, too, and the window holds it still.",
            ),
            LAST_AFTER_IT,
        ),
    ),
)
"""What is asked of a single login."""

WITH_TIME = (
    Clause(
        ("RFC4226-7.3", "NIST-3.2.2"),
        "Guessing waits, up to an hour, over all logins of the account.",
        (
            Trial(
                "Alice, right after twenty wrong guesses",
                partial(cases.guessed, guesses=20),
                OUT,
                "Twenty wrong codes, and the next one was looked at.",
            ),
            Trial(
                "Alice, an hour after twenty wrong guesses",
                partial(cases.guessed, guesses=20, then_seconds=HOUR),
                IN,
                "Waits end after an hour at most.",
            ),
            Trial(
                "Alice, after 99 wrong guesses, one every 61 minutes",
                partial(cases.guessed, guesses=99, every_seconds=HOUR + MINUTE),
                IN,
                "Before the hundredth wrong code nobody waits longer than an hour.",
            ),
            Trial(
                "Alice, after two mistakes",
                partial(cases.guessed, guesses=2),
                IN,
                "Two typing errors are no attack.",
            ),
        ),
    ),
    Clause(
        ("NIST-3.2.2",),
        "After a hundred wrong codes in a row nothing is looked at any more.",
        (
            Trial(
                "A month after 101 wrong guesses, one every 61 minutes",
                partial(cases.guessed, guesses=101, every_seconds=HOUR + MINUTE, then_seconds=30 * DAY),
                OUT,
                "Time alone must not make it good again.",
            ),
            Trial(
                "A month after 100 wrong guesses, one every 61 minutes",
                partial(cases.guessed, guesses=100, every_seconds=HOUR + MINUTE, then_seconds=30 * DAY),
                OUT,
                "The hundredth wrong code is the last that is looked at.",
            ),
        ),
    ),
    Clause(
        ("NIST-2.2.3",),
        "A session ends after a day, and after an hour without use.",
        (
            Trial(
                "A session that is used after 59 minutes",
                partial(used, pauses=[59 * MINUTE]),
                IN,
                "That is still within the hour.",
            ),
            Trial(
                "A session that lay idle for 61 minutes",
                partial(used, pauses=[HOUR + MINUTE]),
                OUT,
                "Nobody has been there for more than an hour. Or did your own look count as a use?",
            ),
            Trial(
                "The same session, looked at twice after the hour",
                partial(cases.tried_twice, after_seconds=HOUR + MINUTE),
                OUT,
                "The first look was refused and yet counted as a use: so the second one got in.",
            ),
            Trial(
                "A session in its second day",
                partial(used, pauses=[50 * MINUTE] * 30),
                OUT,
                "It was used all the time, and is a day old.",
            ),
        ),
    ),
    Clause(
        ("ASVS-16.2.5", "ASVS-16.3.1"),
        "Each login is logged, whose it was and how it ended, and no secret that people type.",
        (
            Trial(
                "The log of a morning",
                cases.logged,
                "a line for each",
                "Whoever reads the log next month finds nothing of it.",
            ),
            Trial(
                "Alice's mistakes and Mallory's, in the log",
                cases.whose,
                "told apart",
                "Whose account was it? A name that has an account belongs in the line.",
            ),
            Trial(
                "Right and wrong, in the log",
                cases.how_it_ended,
                "told apart",
                "One was accepted and one was refused. Which line is which?",
            ),
            Trial(
                "What people typed, looked for in it",
                cases.typed,
                "none",
                "People type passwords into the wrong field, too.",
            ),
            Trial(
                "The log, where something else was typed wrongly",
                cases.typed_otherwise,
                "the same",
                "In pieces, counted or hashed it is still what people typed. (If a line says when: by `self.clock`.)",
            ),
        ),
    ),
)
"""What is asked once time passes: guesses for weeks, sessions for days, a log for whoever looks back."""

EVERYBODY = Clause(
    (),
    "Honest people still get in, and nobody else.",
    (
        *HONEST,
        Trial(
            "Alice, who looks at her pages every twenty minutes for nearly a day",
            partial(used, pauses=[20 * MINUTE] * 71),
            IN,
            "She was there all the time. Does each use count as one?",
        ),
    ),
)

CLAUSES = (*ONE_LOGIN, *WITH_TIME, EVERYBODY)
