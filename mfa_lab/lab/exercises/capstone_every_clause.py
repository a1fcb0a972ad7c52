"""The second half of the capstone: waits, sessions and the log, graded by every row of the table."""

from __future__ import annotations

import inspect
from dataclasses import replace

from mfa_lab.attacks.capstone.clauses import CLAUSES
from mfa_lab.attacks.capstone.drafts import Fixed
from mfa_lab.attacks.law import COUNTING, DISABLING, GUESSING, LOGINS, SESSIONS
from mfa_lab.lab.exercises.capstone import GIVEN, graded_by
from mfa_lab.lab.exercises.fixes import games, put_to
from mfa_lab.lab.exercises.records import Exercise, Wrong
from mfa_lab.lab.source import without_annotations

NOTEBOOK = "61_capstone_every_clause"

_SOLUTION = without_annotations(inspect.getsource(Fixed)).strip()


def _but(mistake: str, feedback: str) -> Wrong:
    """Return the solution with one mistake. In a class, the last definition of a name counts."""
    return Wrong(f"{_SOLUTION}\n\n{mistake}", feedback)


def _waits(lines: str, feedback: str) -> Wrong:
    """Return a solution with a wrong `must_wait`. Its lines can use `count` and `since` (in seconds)."""
    start = (
        "    def must_wait(self, name):\n"
        "        count, since = self.failures.get(name, 0), self.clock.now() - self.failed_at.get(name, 0)\n"
    )
    return _but(start + lines, feedback)


def _ends(lines: str, feedback: str) -> Wrong:
    """Return a solution with a wrong `check_session`. Its lines can use the stored values of the session."""
    start = (
        "    def check_session(self, session):\n"
        "        now, token = self.clock.now(), session.token.reveal()\n"
        "        if token not in self.sessions:\n"
        "            raise AccessDenied\n"
        "        name, opened, seen = self.sessions[token]\n"
    )
    return _but(start + lines, feedback)


def _notes(line: str, feedback: str) -> Wrong:
    """Return a solution with a wrong `note`.

    Its line can use `whose`, the account's name, and `ended`, the result of the attempt.
    """
    start = (
        "    def note(self, event, name, what):\n"
        "        now, whose, ended = self.clock.now(), name if name in self.passwords else '-', what.split()[0]\n"
    )
    return _but(start + line, feedback)


EVERY_CLAUSE = Exercise(
    id="every-clause",
    title="A server that satisfies every row",
    question="Write a class `Fixed` that extends `SecondDraft` and satisfies every row of the table.",
    solution=_SOLUTION,
    cases=(
        *graded_by(*CLAUSES),
        games(replace(LOGINS, games=100)),
        games(replace(COUNTING, games=15, budgets=GUESSING.budgets), about=" with many wrong codes"),
        games(replace(DISABLING, games=20), about=" in which somebody guesses for months"),
        games(replace(SESSIONS, games=250), about=" with sessions"),
    ),
    wrong=(
        Wrong(
            _SOLUTION.replace("(SecondDraft)", "(FirstDraft)"),
            "Your class no longer satisfies the first five rows. Which class does it extend?",
        ),
        _waits(
            "        return False",
            "Your server never makes anybody wait, so an attacker tries twenty codes and goes on. What does "
            "`self.failures` contain?",
        ),
        _waits(
            "        return count >= 100 or count >= 3 and since < 7200",
            "Your wait is longer than an hour, so twenty wrong codes keep Alice out too long. "
            "How long may a wait be?",
        ),
        _waits(
            "        return count >= 3",
            "Your server locks an account permanently after a few mistakes. When does a wait end? (Use the "
            "server's clock, `self.clock`.)",
        ),
        _waits(
            "        return count >= 100",
            "On your server nobody has to wait before the hundredth failure, so guessing is fast until then. "
            "Which failures should cost a wait? If your code computes a wait, does it use the server's clock, "
            "`self.clock`?",
        ),
        _waits(
            "        return count >= 100 or count >= 3 and since < 30 * 2 ** (count - 3)",
            (
                "Your waits double without a limit, so they grow beyond an hour and keep Alice out. Which number "
                "limits a wait?"
            ),
        ),
        _waits(
            "        return count >= 99 or count >= 3 and since < min(30 * 2 ** (count - 3), 3600)",
            "Your server locks the account permanently before the hundredth failure, but the next row of the table "
            "allows a hundred failures. At which count does your server stop?",
        ),
        _waits(
            "        return count > 100 or count >= 3 and since < min(30 * 2 ** (count - 3), 3600)",
            (
                "After the hundredth wrong code, your server must not verify another code, but it does. At which "
                "count does your server stop?"
            ),
        ),
        _waits(
            "        return count >= 100 or since < min(30 * count, 3600)",
            "Your server already makes Alice wait after two mistakes, which are not an attack. After how many "
            "failures should she have to wait?",
        ),
        _waits(
            "        return count >= 3 and since < min(30 * 2 ** (count - 3), 3600)",
            "A month later, your server lets the attacker go on guessing. Time alone must not end the block. "
            "What should the hundredth failure change?",
        ),
        _ends(
            "        if now >= opened + 86_400 or now >= seen + 1800:\n"
            "            raise AccessDenied\n"
            "        return super().check_session(session)",
            "Your server ended a session less than an hour after its last use, so people lose their work. After how "
            "many seconds without use may a session end?",
        ),
        _ends(
            "        found = super().check_session(session)\n"
            "        if now >= opened + 86_400 or now >= self.sessions[token][2] + 3600:\n"
            "            raise AccessDenied\n"
            "        return found",
            (
                "Nobody used the session for more than an hour, but your server still accepts it. Did your own "
                "check of the session count as a use?"
            ),
        ),
        _ends(
            "        self.sessions[token][2] = now\n"
            "        if now >= opened + 86_400 or now >= seen + 3600:\n"
            "            raise AccessDenied\n"
            "        return super().check_session(session)",
            "Your server rejected the first request, but still counted it as a use, so the second request got in. "
            "When does a request count as a use?",
        ),
        _ends(
            "        if now >= seen + 3600:\n"
            "            raise AccessDenied\n"
            "        return super().check_session(session)",
            "Your server still accepts a session that is more than a day old, because somebody used it all the "
            "time. Which of the two stored times says how old a session is?",
        ),
        _ends(
            "        if now >= opened + 86_400 or now >= seen + 3600:\n"
            "            raise AccessDenied\n"
            "        return Session(session.token, name, 0, 0)",
            "Alice used her session all the time, but it still ended. Does your server record each use?",
        ),
        _ends(
            "        if now >= opened + 86_400 or now >= seen + 3600:\n"
            "            raise AccessDenied\n"
            "        self.sessions[token][2] = now\n"
            "        return session",
            "Your server returns the session that the client sent, but the name in that session is only a claim. "
            "Whose session is it in the server's own data?",
        ),
        _notes(
            "        if ended == 'accepted':\n            self.log.append(f'{now} {event} {whose}: {ended}')",
            "One attempt is missing from your log, so nobody can see next month what happened. Which calls of "
            "`note` write nothing?",
        ),
        _notes(
            "        self.log.append(f'{now} {event}: {ended}')",
            "A line in your log does not say whose account it was. If the name has an account, the line must "
            "contain the name. Which variable holds the name?",
        ),
        _notes(
            "        self.log.append(f'{now} {event} {whose}')",
            "Your log has the same line for an accepted and a rejected attempt. Which word says how an attempt "
            "ended?",
        ),
        _notes(
            "        self.log.append(f'{now} {event} {name}: {ended}')",
            "Your log contains the text that people typed, so anyone who reads the log learns their passwords. "
            "People also type passwords into the field for the name by mistake. What may a line contain?",
        ),
        _notes(
            "        self.log.append(f'{now} {event} {whose}: {what[:12]}...')",
            "Your log depends on the text that people typed. Parts of this text, its length or its hash still "
            "reveal something about it. Which part of your line changes? (Take the time from `self.clock`.)",
        ),
        _but(
            "    def finish_login(self, pending, code):\n        raise AccessDenied",
            "Your server lets nobody in, so it is safe but useless. Who must still get in?",
        ),
    ),
    ask=put_to,
    given=f"{GIVEN}\nfrom mfa_lab.attacks.capstone.drafts import SecondDraft",
    hints=(
        (
            "Three methods are enough, and each is short. Two of them make two checks, one after the other. The "
            "third writes less than it receives."
        ),
        (
            "You know every requirement from an earlier notebook. The requirements for waits are in notebook 02, and "
            "the requirement that ends the guessing is in 21 (attack 6). Those for sessions are in 23 (attack 15), "
            "and those for the log in 29 and 51."
        ),
        (
            "`must_wait` first checks whether the hundredth failure has happened, and then the wait for the "
            "current count. `check_session` reads both times before it calls `super()`, which changes the second "
            "one. `note` checks whether the name has an account, and keeps only the first word of the text that "
            "it receives."
        ),
    ),
)

EXERCISES = (EVERY_CLAUSE,)
