"""The second half of the capstone: what comes with time, graded by every row of the table."""

from __future__ import annotations

import inspect

from mfa_lab.attacks.capstone.clauses import CLAUSES
from mfa_lab.attacks.capstone.drafts import Fixed
from mfa_lab.lab.exercises.capstone import GIVEN, graded_by, put_to
from mfa_lab.lab.exercises.records import Exercise, Wrong
from mfa_lab.lab.source import without_annotations

NOTEBOOK = "61_capstone_every_clause"

_SOLUTION = without_annotations(inspect.getsource(Fixed)).strip()


def _but(mistake: str, feedback: str) -> Wrong:
    """All is right but for this: what a class says last is what holds."""
    return Wrong(f"{_SOLUTION}\n\n{mistake}", feedback)


def _waits(lines: str, feedback: str) -> Wrong:
    """`must_wait`, with `count`, and with `since`: the seconds since the last wrong code."""
    start = (
        "    def must_wait(self, name):\n"
        "        count, since = self.failures.get(name, 0), self.clock.now() - self.failed_at.get(name, 0)\n"
    )
    return _but(start + lines, feedback)


def _ends(lines: str, feedback: str) -> Wrong:
    """`check_session`, with what the draft keeps of the session."""
    start = (
        "    def check_session(self, session):\n"
        "        now, token = self.clock.now(), session.token.reveal()\n"
        "        if token not in self.sessions:\n"
        "            raise AccessDenied\n"
        "        name, opened, seen = self.sessions[token]\n"
    )
    return _but(start + lines, feedback)


def _notes(line: str, feedback: str) -> Wrong:
    """`note`, with whose login it is and how it ended."""
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
    cases=graded_by(*CLAUSES),
    wrong=(
        Wrong(
            _SOLUTION.replace("(SecondDraft)", "(FirstDraft)"),
            "The first five rows are open again. Is your class on top of `SecondDraft`?",
        ),
        _waits("        return False", "Twenty wrong codes, and nobody is made to wait yet."),
        _waits(
            "        return count >= 100 or count >= 3 and since < 7200",
            "After twenty wrong codes Alice waits longer than the hour that the row allows.",
        ),
        _waits(
            "        return count >= 3",
            "A few mistakes, and the account is closed for good. Or which clock did you ask? The server's is "
            "`self.clock`.",
        ),
        _waits(
            "        return count >= 100",
            "Nobody waits before the hundred. Or which clock did you ask? The server's is `self.clock`.",
        ),
        _waits(
            "        return count >= 100 or count >= 3 and since < 30 * 2 ** (count - 3)",
            "Nothing stops your doubling: waits grow beyond an hour, and a hundred wrong codes are never reached.",
        ),
        _waits(
            "        return count >= 99 or count >= 3 and since < min(30 * 2 ** (count - 3), 3600)",
            "The account is closed for good before the hundred that the next row speaks of.",
        ),
        _waits(
            "        return count > 100 or count >= 3 and since < min(30 * 2 ** (count - 3), 3600)",
            "The hundredth wrong code is the last that is looked at.",
        ),
        _waits("        return count >= 100 or since < min(30 * count, 3600)", "Two typing errors are no attack."),
        _waits(
            "        return count >= 3 and since < min(30 * 2 ** (count - 3), 3600)",
            "Time alone must not make it good again.",
        ),
        _ends(
            "        if now >= opened + 86_400 or now >= seen + 1800:\n"
            "            raise AccessDenied\n"
            "        return super().check_session(session)",
            "That is still within the hour.",
        ),
        _ends(
            "        found = super().check_session(session)\n"
            "        if now >= opened + 86_400 or now >= self.sessions[token][2] + 3600:\n"
            "            raise AccessDenied\n"
            "        return found",
            "Nobody has been there for more than an hour. Or did your own look count as a use?",
        ),
        _ends(
            "        self.sessions[token][2] = now\n"
            "        if now >= opened + 86_400 or now >= seen + 3600:\n"
            "            raise AccessDenied\n"
            "        return super().check_session(session)",
            "The first look was refused and yet counted as a use: so the second one got in.",
        ),
        _ends(
            "        if now >= seen + 3600:\n"
            "            raise AccessDenied\n"
            "        return super().check_session(session)",
            "It was used all the time, and is a day old.",
        ),
        _ends(
            "        if now >= opened + 86_400 or now >= seen + 3600:\n"
            "            raise AccessDenied\n"
            "        return Session(session.token, name, 0, 0)",
            "She was there all the time. Does each use count as one?",
        ),
        _ends(
            "        if now >= opened + 86_400 or now >= seen + 3600:\n"
            "            raise AccessDenied\n"
            "        self.sessions[token][2] = now\n"
            "        return session",
            "What the other side shows is a claim. Whose session is it by the server's own notes?",
        ),
        _notes(
            "        if ended == 'accepted':\n            self.log.append(f'{now} {event} {whose}: {ended}')",
            "Whoever reads the log next month finds nothing of it.",
        ),
        _notes(
            "        self.log.append(f'{now} {event}: {ended}')",
            "Whose account was it? A name that has an account belongs in the line.",
        ),
        _notes(
            "        self.log.append(f'{now} {event} {whose}')",
            "One was accepted and one was refused. Which line is which?",
        ),
        _notes(
            "        self.log.append(f'{now} {event} {name}: {ended}')",
            "People type passwords into the wrong field, too.",
        ),
        _notes(
            "        self.log.append(f'{now} {event} {whose}: {what[:12]}...')",
            "In pieces, counted or hashed it is still what people typed. (If a line says when: by `self.clock`.)",
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
            "Three methods are enough, and each is short. Two of them ask two questions, one after the other; the "
            "third writes less than it is given."
        ),
        (
            "Every row stood in a lesson: waits in 02, their end in 21 (rung 6), sessions in 23 (rung 15), the "
            "log in 29 and 51."
        ),
        (
            "`must_wait` first asks for the hundred, then for the wait that belongs to the count. `check_session` "
            "reads both moments before it asks `super()`, which writes the second one anew. `note` looks whether "
            "there is an account of this name, and takes from the words that it is given the first."
        ),
    ),
)

EXERCISES = (EVERY_CLAUSE,)
