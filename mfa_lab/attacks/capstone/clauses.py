"""Define the capstone's table: what the standards require of a server with two steps, and how each row is graded."""

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
    """Hold a row of the table: a requirement in a sentence, and the trials that show whether the server meets it."""

    ids: tuple[str, ...]
    asks: str
    trials: tuple[Trial, ...]


@dataclass(frozen=True, slots=True)
class Grade:
    """Hold a clause and the first of its trials with an unwanted result, or None if there is no such trial."""

    clause: Clause
    open: Trial | None = None
    came: str = ""


def grade(make: Any) -> tuple[Grade, ...]:
    """Run every clause's trials on the learner's server.

    If the server raises an error, the error is the trial's answer.
    """
    return tuple(_graded(make, clause) for clause in CLAUSES)


def _graded(make: Any, clause: Clause) -> Grade:
    for trial in clause.trials:
        try:
            came = trial.answer(make)
        except (Exception, SystemExit) as error:  # noqa: BLE001 (the learner's code may raise anything)
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
                "The secret in Alice's phone",
                cases.bits,
                "128 bits or more",
                "Your secret is too short, because a secret needs 128 bits. How many bytes does `new_secret` draw?",
            ),
            Trial(
                "Alice's and Mallory's secrets",
                cases.of_ones_own,
                "different",
                "On your server everybody has the same secret, so each user can compute everybody's codes. What "
                "makes secrets differ?",
            ),
            Trial(
                "The secrets of two hundred people, bit by bit",
                cases.varying_bits,
                "128 bits or more",
                "Your secrets are long enough, but some of their bits are the same for everybody, or follow from "
                "other bits. Which bits does your server draw at random?",
            ),
        ),
    ),
    Clause(
        ("ASVS-6.3.8",),
        "Neither the server's words nor its work show who has an account.",
        (
            Trial(
                "Rejections for a name with an account and for a name without one",
                cases.words,
                "the same",
                "Your server uses different sentences for the two names, so a stranger learns who has an "
                "account. How many sentences may there be?",
            ),
            Trial(
                "Hashes computed for each of the two names",
                cases.work,
                "the same",
                "Your server does not compute the same number of hashes for the two names. So the time reveals "
                "which account exists. Where does the work differ?",
            ),
        ),
    ),
    Clause(
        ("ASVS-6.3.3", "ASVS-7.2.4"),
        "A password alone does not open anything.",
        (
            Trial(
                "A page behind the login, with the password alone",
                cases.skips,
                OUT,
                "Your server opened a page after the password alone. Which kind of token should open a page?",
            ),
            Trial(
                "Alice's page, with Mallory's password alone, while Alice is logged in",
                cases.skips_as_alice,
                OUT,
                "Your server trusted the name in the session that Mallory sent, but anybody can write a name. "
                "Only the token may open a page. Whose token is it?",
            ),
            Trial(
                "Alice's page, with Mallory's own session, into which he has written her name",
                cases.claims_to_be_alice,
                OUT,
                "Your server returns the session that the client sent, but the name in that session is only a "
                "claim. Whose session is it in the server's own data?",
            ),
        ),
    ),
    Clause(
        ("RFC6238-5.2",),
        "The server allows at most one time step for delay.",
        (
            Trial(
                "A code that is typed 60 s late",
                partial(cases.typed_late, seconds=60),
                OUT,
                (
                    "Your server accepts a code that is too old, so a thief has more time to use it. How many codes "
                    "are valid at the same moment?"
                ),
            ),
            Trial(
                "A code that is typed 40 s late",
                partial(cases.typed_late, seconds=40),
                IN,
                "Your server rejects a code from the previous step, so a slow person cannot log in. How many "
                "steps of delay are allowed?",
            ),
        ),
    ),
    Clause(
        ("RFC6238-5.2", "NIST-3.1.4.2", "ASVS-6.5.1"),
        "A code is accepted once.",
        (
            Trial(
                "The same code, once more",
                cases.used_again,
                OUT,
                (
                    "Your server accepted a code twice, so anyone who saw the code can use it. What does your server "
                    "remember about a used code?"
                ),
            ),
            Trial(
                "The code that enrolled the phone, typed again",
                cases.enrolled_with,
                OUT,
                "Your server accepted a code that had already confirmed the enrolment. Confirming an enrolment is a "
                "use as well. Where does the draft store this use?",
            ),
            Trial(
                "The code before the last one, typed again",
                partial(cases.used_again, logins_since=1),
                OUT,
                "Your server accepted the code before the last one again, because the window still contains it. "
                "Which steps should the server reject after a login?",
            ),
            LAST_AFTER_IT,
        ),
    ),
)
"""The clauses about a single login."""

WITH_TIME = (
    Clause(
        ("RFC4226-7.3", "NIST-3.2.2"),
        "Wrong codes make the account wait, up to an hour, in all of its logins.",
        (
            Trial(
                "Alice, right after twenty wrong guesses",
                partial(cases.guessed, guesses=20),
                OUT,
                "After twenty wrong codes, your server verified the next code at once, so an attacker can go on "
                "guessing. For which account must logins wait, and how long?",
            ),
            Trial(
                "Alice, an hour after twenty wrong guesses",
                partial(cases.guessed, guesses=20, then_seconds=HOUR),
                IN,
                "An hour after the last guess, Alice still has to wait, so an attacker can keep her out. How long "
                "may a wait be?",
            ),
            Trial(
                "Alice, after 99 wrong guesses, one every 61 minutes",
                partial(cases.guessed, guesses=99, every_seconds=HOUR + MINUTE),
                IN,
                "Your server keeps Alice out before the hundredth wrong code. How long may a wait be until then?",
            ),
            Trial(
                "Alice, after two mistakes",
                partial(cases.guessed, guesses=2),
                IN,
                "Your server already makes Alice wait after two mistakes, which are not an attack. After how many "
                "failures should she have to wait?",
            ),
        ),
    ),
    Clause(
        ("NIST-3.2.2",),
        "After a hundred wrong codes in a row, no further code is verified.",
        (
            Trial(
                "A month after 101 wrong guesses, one every 61 minutes",
                partial(cases.guessed, guesses=101, every_seconds=HOUR + MINUTE, then_seconds=30 * DAY),
                OUT,
                "A month later, your server lets the attacker go on guessing. Time alone must not end the "
                "block. What should the hundredth failure change?",
            ),
            Trial(
                "A month after 100 wrong guesses, one every 61 minutes",
                partial(cases.guessed, guesses=100, every_seconds=HOUR + MINUTE, then_seconds=30 * DAY),
                OUT,
                (
                    "After the hundredth wrong code, your server must not verify another code, but it does. At "
                    "which count does your server stop?"
                ),
            ),
        ),
    ),
    Clause(
        ("NIST-2.2.3",),
        "A session ends after a day, or after an hour without use.",
        (
            Trial(
                "A session that is used after 59 minutes",
                partial(used, pauses=[59 * MINUTE]),
                IN,
                "Your server ended a session less than an hour after its last use, so people lose their work. After "
                "how many seconds without use may a session end?",
            ),
            Trial(
                "A session that was idle for 61 minutes",
                partial(used, pauses=[HOUR + MINUTE]),
                OUT,
                "Nobody used the session for more than an hour, but your server still accepts it. Did your own "
                "check of the session count as a use?",
            ),
            Trial(
                "The same session, shown twice after an hour without use",
                partial(cases.tried_twice, after_seconds=HOUR + MINUTE),
                OUT,
                "Your server rejected the first request, but still counted it as a use, so the second request got "
                "in. When does a request count as a use?",
            ),
            Trial(
                "A session in its second day",
                partial(used, pauses=[50 * MINUTE] * 30),
                OUT,
                "Your server still accepts a session that is more than a day old, because somebody used it all "
                "the time. Which of the two stored times says how old a session is?",
            ),
        ),
    ),
    Clause(
        ("ASVS-16.2.5", "ASVS-16.3.1"),
        "The log says whose each login was and how it ended, but contains no secret that people type.",
        (
            Trial(
                "The log after one morning",
                cases.logged,
                "a line for each",
                "One attempt is missing from your log, so nobody can see next month what happened. Which calls of "
                "`note` write nothing?",
            ),
            Trial(
                "Alice's mistakes and Mallory's, in the log",
                cases.whose,
                "told apart",
                "A line in your log does not say whose account it was. If the name has an account, the line must "
                "contain the name. Which variable holds the name?",
            ),
            Trial(
                "Accepted and refused, in the log",
                cases.how_it_ended,
                "told apart",
                "Your log has the same line for an accepted and a rejected attempt. Which word says how an "
                "attempt ended?",
            ),
            Trial(
                "The log, searched for what people typed",
                cases.typed,
                "none",
                "Your log contains the text that people typed, so anyone who reads the log learns their passwords. "
                "People also type passwords into the field for the name by mistake. What may a line contain?",
            ),
            Trial(
                "The log, if people type other wrong texts",
                cases.typed_otherwise,
                "the same",
                "Your log depends on the text that people typed. Parts of this text, its length or its hash still "
                "reveal something about it. Which part of your line changes? (Take the time from `self.clock`.)",
            ),
        ),
    ),
)
"""The clauses about time: guesses over weeks, sessions over days, and a log for later readers."""

EVERYBODY = Clause(
    (),
    "Honest people still get in, and nobody else does.",
    (
        *HONEST,
        Trial(
            "Alice, who opens her pages every twenty minutes for nearly a day",
            partial(used, pauses=[20 * MINUTE] * 71),
            IN,
            "Alice used her session all the time, but it still ended. Does your server record each use?",
        ),
    ),
)

CLAUSES = (*ONE_LOGIN, *WITH_TIME, EVERYBODY)
