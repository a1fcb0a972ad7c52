"""The second half of the capstone: what comes with time, graded by every row of the table."""

from __future__ import annotations

import inspect
from dataclasses import replace

from mfa_lab.attacks.capstone.clauses import CLAUSES
from mfa_lab.attacks.capstone.drafts import Fixed
from mfa_lab.attacks.law import DISABLING, GUESSING, LOGINS, SESSIONS
from mfa_lab.lab.exercises.capstone import GIVEN, graded_by
from mfa_lab.lab.exercises.fixes import games, put_to
from mfa_lab.lab.exercises.records import Exercise, Wrong
from mfa_lab.lab.source import without_annotations

NOTEBOOK = "61_capstone_every_clause"

_SOLUTION = without_annotations(inspect.getsource(Fixed)).strip()


def _but(mistake: str, feedback: str) -> Wrong:
    """Return the solution with one mistake: in a class, the last definition of a name holds."""
    return Wrong(f"{_SOLUTION}\n\n{mistake}", feedback)


def _waits(lines: str, feedback: str) -> Wrong:
    """Return a wrong `must_wait`, given `count`, and `since`: the seconds since the last wrong code."""
    start = (
        "    def must_wait(self, name):\n"
        "        count, since = self.failures.get(name, 0), self.clock.now() - self.failed_at.get(name, 0)\n"
    )
    return _but(start + lines, feedback)


def _ends(lines: str, feedback: str) -> Wrong:
    """Return a wrong `check_session`, given what the draft keeps of the session."""
    start = (
        "    def check_session(self, session):\n"
        "        now, token = self.clock.now(), session.token.reveal()\n"
        "        if token not in self.sessions:\n"
        "            raise AccessDenied\n"
        "        name, opened, seen = self.sessions[token]\n"
    )
    return _but(start + lines, feedback)


def _notes(line: str, feedback: str) -> Wrong:
    """Return a wrong `note`, given whose login it is and how it ended."""
    start = (
        "    def note(self, event, name, what):\n"
        "        now, whose, ended = self.clock.now(), name if name in self.passwords else '-', what.split()[0]\n"
    )
    return _but(start + line, feedback)


EVERY_CLAUSE = Exercise(
    id="every-clause",
    title="A server that keeps every row",
    question="Write a class `Fixed` on top of `SecondDraft` that keeps every row of the table.",
    solution=_SOLUTION,
    cases=(
        *graded_by(*CLAUSES),
        games(replace(LOGINS, games=100)),
        games(replace(GUESSING, games=30), about=" with many wrong codes"),
        games(replace(DISABLING, games=20), about=" in which somebody guesses for months"),
        games(replace(SESSIONS, games=100), about=" with sessions"),
    ),
    wrong=(
        Wrong(
            _SOLUTION.replace("(SecondDraft)", "(FirstDraft)"),
            "Your class breaks the first five rows again. On top of which class did you write it?",
        ),
        _waits(
            "        return False",
            "Your server never makes anybody wait, so a guesser tries twenty codes and goes on. What does "
            "`self.failures` say?",
        ),
        _waits(
            "        return count >= 100 or count >= 3 and since < 7200",
            "Your wait is longer than an hour, so twenty wrong codes keep Alice out too long. "
            "How long may a wait be?",
        ),
        _waits(
            "        return count >= 3",
            "Your server closes an account for good after a few mistakes. When does a wait end? (The "
            "server's is `self.clock`.)",
        ),
        _waits(
            "        return count >= 100",
            "Nobody waits before the hundredth failure, so guessing is fast until then. Or which clock did "
            "you ask? The server's is `self.clock`.",
        ),
        _waits(
            "        return count >= 100 or count >= 3 and since < 30 * 2 ** (count - 3)",
            "Nothing stops your doubling: waits grow beyond an hour, and keep Alice out. Which number limits a wait?",
        ),
        _waits(
            "        return count >= 99 or count >= 3 and since < min(30 * 2 ** (count - 3), 3600)",
            "Your server closes the account for good before the hundred failures that the next row allows. How many "
            "failures may there be?",
        ),
        _waits(
            "        return count > 100 or count >= 3 and since < min(30 * 2 ** (count - 3), 3600)",
            "The hundredth wrong code must be the last that is verified. At which count does your server stop?",
        ),
        _waits(
            "        return count >= 100 or since < min(30 * count, 3600)",
            "Two typing errors already make Alice wait, and they are no attack. From which failure on is "
            "there a wait?",
        ),
        _waits(
            "        return count >= 3 and since < min(30 * 2 ** (count - 3), 3600)",
            "A month passed, and the guesser may go on. Time alone must not end the block. What comes after "
            "the hundredth failure?",
        ),
        _ends(
            "        if now >= opened + 86_400 or now >= seen + 1800:\n"
            "            raise AccessDenied\n"
            "        return super().check_session(session)",
            "A session ended within the hour, so people lose their work. After how many seconds without use "
            "may it end?",
        ),
        _ends(
            "        found = super().check_session(session)\n"
            "        if now >= opened + 86_400 or now >= self.sessions[token][2] + 3600:\n"
            "            raise AccessDenied\n"
            "        return found",
            "Nobody used the session for more than an hour, and it still opens. Did your own check count as a use?",
        ),
        _ends(
            "        self.sessions[token][2] = now\n"
            "        if now >= opened + 86_400 or now >= seen + 3600:\n"
            "            raise AccessDenied\n"
            "        return super().check_session(session)",
            "Your server refused the first request and yet counted it as a use, so the second request got in. When "
            "does a request count as a use?",
        ),
        _ends(
            "        if now >= seen + 3600:\n"
            "            raise AccessDenied\n"
            "        return super().check_session(session)",
            "The session was used all the time, and it is more than a day old. Which of the two moments says how old "
            "it is?",
        ),
        _ends(
            "        if now >= opened + 86_400 or now >= seen + 3600:\n"
            "            raise AccessDenied\n"
            "        return Session(session.token, name, 0, 0)",
            "Alice used her session all the time, and yet it ended. Does your server note each use?",
        ),
        _ends(
            "        if now >= opened + 86_400 or now >= seen + 3600:\n"
            "            raise AccessDenied\n"
            "        self.sessions[token][2] = now\n"
            "        return session",
            "Your server returns what the client shows, which is only a claim. Whose session is it by the server's "
            "own notes?",
        ),
        _notes(
            "        if ended == 'accepted':\n            self.log.append(f'{now} {event} {whose}: {ended}')",
            "An attempt left no line, so nobody can see next month what happened. Which calls of `note` "
            "write nothing?",
        ),
        _notes(
            "        self.log.append(f'{now} {event}: {ended}')",
            "A line does not say whose account it was. If the name has an account, the line must contain the name. "
            "Which variable of your server holds the name?",
        ),
        _notes(
            "        self.log.append(f'{now} {event} {whose}')",
            "One attempt was accepted and one was refused, and the lines are equal. Which word says how an attempt "
            "ended?",
        ),
        _notes(
            "        self.log.append(f'{now} {event} {name}: {ended}')",
            "What people typed is in the log, so everybody who reads it has their passwords. People also "
            "type them into the field for the name. What may a line say?",
        ),
        _notes(
            "        self.log.append(f'{now} {event} {whose}: {what[:12]}...')",
            "The log depends on the text that was typed. Parts of it, its length or its hash still say something "
            "about what people typed. What else changes your line? (A time comes from `self.clock`.)",
        ),
        _but(
            "    def finish_login(self, pending, code):\n        raise AccessDenied",
            "A server that lets nobody in is safe, and of no use.",
        ),
    ),
    ask=put_to,
    given=f"{GIVEN}\nfrom mfa_lab.attacks.capstone.drafts import SecondDraft",
    hints=(
        (
            "Three methods are enough, and each is short. Two of them ask two questions, one after the "
            "other. The third writes "
            "less than it receives."
        ),
        (
            "Every row was in a lesson. Waits are in notebook 02, their end is in 21 (attack 6). Sessions are in 23 "
            "(attack 15), the log is in 29 and 51."
        ),
        (
            "`must_wait` first asks about the hundred, then about the wait that belongs to the count. "
            "`check_session` reads both "
            "moments before it calls `super()`, which changes the second one. `note` checks whether the name "
            "has an account, "
            "and keeps only the first of the words that it receives."
        ),
    ),
)

EXERCISES = (EVERY_CLAUSE,)
