"""Exercises and predictions of 51_reading_the_audit_log. Everything is made up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from textwrap import indent

from mfa_lab.lab.demos.audit_week import HOUR_SECONDS, MONDAY, Week, audit_week
from mfa_lab.lab.exercises.records import Case, Exercise, Option, Prediction, Wrong
from mfa_lab.server.records import AuditLine

NOTEBOOK = "51_reading_the_audit_log"

_LINES = 4000


@cache
def _week(seed: int) -> Week:
    return audit_week(seed, _LINES)


_BUSY, _ON_CALL, _SELDOM = "5b" * 16, "c7" * 16, "f0" * 16
_IN, _REFUSED = ("password accepted", "logged in"), ("password accepted", "code refused")


def _visits() -> Iterator[tuple[str, float, tuple[str, ...]]]:
    """Three more honest people, with the hours since Monday began: one logs in more often than the attack tries; one
    is on call, and mistypes before it begins, at night and after it ends; one came seldom, and once in vain.
    """
    yield from ((_BUSY, 24 * day + 8 + place / 3, _IN) for day in range(5) for place in range(25))
    calls = [2.1 * place - 0.2 for place in range(81)]
    for at in calls:
        interrupted = at in (calls[0], calls[-1])
        yield _ON_CALL, at, _REFUSED if interrupted else (*_REFUSED, "logged in", "logged out")
    yield _SELDOM, -0.1, (*_REFUSED, "code refused", "code refused")
    yield _SELDOM, 1.5, _IN
    yield from ((_SELDOM, at, ("password accepted",)) for at in (0.5, 50, 74, 98))


@cache
def _more() -> tuple[AuditLine, ...]:
    """What the log says of those three: an event every nine seconds of a visit."""
    reasons = {"code refused": "no match"}
    return tuple(
        AuditLine(MONDAY + round(at * HOUR_SECONDS) + 9 * place, event, who, reasons.get(event))
        for who, at, events in _visits()
        for place, event in enumerate(events)
    )


def _asked(answer: Callable[..., object], seed: int, decoys: bool, more: bool) -> object:
    """In a few words, because ids tell nobody anything: which of the accounts was named. Without `decoys` the two
    honest people with many refused codes are on holiday; `more` of the honest come in the week that has them.
    """
    week = _week(seed)
    lines = sorted((*week.lines, *(_more() if more else ())), key=lambda line: line.at)
    named = answer([line for line in lines if decoys or line.account_id not in week.decoys])
    if not isinstance(named, str | None):
        return f"a {type(named).__name__}, and no id"
    told = {
        week.attacked: _FOUND,
        week.decoys[0]: "whoever's clock is off",
        week.decoys[1]: "whoever's keyboard sticks",
        _BUSY: "whoever logs in most often",
        _ON_CALL: "whoever is on call",
        _SELDOM: "whoever came seldom",
        None: "None: names nobody has",
    }
    return told.get(named, "some other account")


_BETWEEN = "A login between them sets the count back."
_FOUND = "whose code is guessed"
_FEEDBACK = "What does somebody leave in the log who has the password and lacks the phone, and an honest person not?"


def _most(condition: str, taken: str = "most_common(1)[0][0]") -> str:
    """An answer that counts the lines of one kind."""
    return f"""
def guessed_at(lines):
    counted = Counter(line.account_id for line in lines if {condition})
    return counted.{taken}
""".strip()


_SHARE = """
def guessed_at(lines):
    password = Counter(line.account_id for line in lines if line.event == "password accepted")
    inside = Counter(line.account_id for line in lines if line.event == "logged in")
    return max(password, key=lambda account: password[account] / max(1, inside[account]))
""".strip()
_COUNTED = """
if event == "password accepted":
    row = row + 1
if event == "logged in":
    row = 0
""".lstrip()
_ASKED = """
if row == 5:
    return True
""".lstrip()


def _in_a_row(steps: str, end: str = "False") -> str:
    """An answer that goes through the events with one number, takes these steps at each, and returns `end`."""
    loop = "def alarm(events):\n    row = 0\n    for event in events:\n"
    return f"{loop}{indent(steps, 8 * ' ')}    return {end}"


GUESSED_AT = Exercise(
    id="guessed-account",
    title="Find the attack among a hundred thousand lines",
    question=(
        "Write `guessed_at(lines)`. `lines` is an audit log: each line has `at`, `event`, `account_id` and `reason`. "
        "Somebody has the password of one account, and guesses its codes, slowly. Return the id of that account."
    ),
    ask=_asked,
    given="from collections import Counter",
    solution="""
def guessed_at(lines):
    password = Counter(line.account_id for line in lines if line.event == "password accepted")
    inside = Counter(line.account_id for line in lines if line.event == "logged in")
    return (password - inside).most_common(1)[0][0]
""".strip(),
    hints=(
        "Refused codes alone accuse whoever mistypes. What comes after an honest person's refused code?",
        "Each guess begins with a right password. Which two events come in pairs, if all is well?",
        (
            'One `Counter` counts the ids of the lines with the event "password accepted", another those with '
            '"logged in"; one can be taken from the other, and `most_common(1)` names the largest.'
        ),
    ),
    cases=tuple(
        Case(name, (seed, decoys, more), _FOUND, _FEEDBACK, wanted="the attacked account")
        for name, seed, decoys, more in (
            ("A small week", 2027, True, False),
            ("Another week", 1, True, True),
            ("A week in which the clumsy are on holiday", 2, False, False),
        )
    ),
    wrong=(
        Wrong(
            _most('line.event == "code refused"'),
            "Most refused codes are an honest person's here: look at what follows each of them.",
        ),
        Wrong(
            _most('line.reason == "no match"'),
            "The reason tells a late code from a wrong one, not an honest mistake from a guess: a keyboard that "
            "sticks makes wrong codes, too.",
        ),
        Wrong(
            _most('line.event == "password refused"'),
            "Whoever guesses codes has the password already, and is refused none. The lines without an account are "
            "names that nobody has.",
        ),
        Wrong(
            _most('line.event == "password accepted"'),
            "That is somebody who logs in very often: each of those passwords was followed by a login.",
        ),
        Wrong(
            _most('line.event == "code refused" and not 6 <= line.at // 3600 % 24 < 20'),
            "That is somebody on call, who mistypes at all hours and gets in. Ask what comes after a mistake, not "
            "when it comes.",
        ),
        Wrong(
            _SHARE,
            "That is somebody who came seldom and had a bad day. Where there is little to count, a share misleads.",
        ),
        Wrong(
            _most("line.account_id"),
            "Whoever has most lines has most to do, or mistypes most. Which of the events matter?",
        ),
        Wrong(
            _most('line.event == "code refused"', "most_common(3)[2][0]"),
            "You know that it was the third of the list. In another week it stands elsewhere: ask what it does, not "
            "where it stands.",
        ),
        Wrong(
            _most('line.event == "code refused"', "most_common(1)"),
            "You returned a list with a pair in it: of that pair only the id is asked for.",
        ),
        Wrong(
            _most('line.event == "code refused"', "most_common(1)[0]"),
            "You returned a pair, an id and its count: only the id is asked for.",
        ),
    ),
)

ALARM = Exercise(
    id="alarm-rule",
    title="An alarm that accuses nobody else",
    question=(
        "Write `alarm(events)`. `events` lists what the log says of one account, in order, such as "
        '`["password accepted", "code refused", "logged in"]`. Return True if there were five times '
        '`"password accepted"` with no `"logged in"` between the first of them and the fifth, else False. Whatever '
        "else stands in between does not matter."
    ),
    solution=_in_a_row(_COUNTED + _ASKED),
    hints=(
        "Go through the events one by one, and keep one number as you go.",
        "Which event makes the number larger by one, and which one sets it back to the beginning?",
        "Look at the number inside the loop: at the end of it a login may have set it back long ago.",
    ),
    cases=(
        Case("Nothing has happened", ([],), False, "Without a password there is no alarm."),
        Case("Five working days", (["password accepted", "logged in", "logged out"] * 5,), False, _BETWEEN),
        Case("Five passwords, and nothing else", (["password accepted"] * 5,), True, "This is the plain case."),
        Case("Four passwords", (["password accepted"] * 4,), False, "Four are one too few."),
        Case(
            "Six passwords", (["password accepted"] * 6,), True, "The fifth is among them: the sixth undoes nothing."
        ),
        Case(
            "Five guesses, each with its refusal",
            (["password accepted", "code refused"] * 5,),
            True,
            "Refused codes stand between the passwords. They end nothing.",
        ),
        Case(
            "A forgetful year",
            (["password accepted", "password accepted", "logged in"] * 9,),
            False,
            "Once a month the phone lies at home. Nine times in a year are not five in a row.",
        ),
        Case(
            "Four, a login, four",
            (["password accepted"] * 4 + ["logged in"] + ["password accepted"] * 4,),
            False,
            _BETWEEN,
        ),
        Case(
            "Five guesses, and then the owner",
            (["password accepted", "code refused"] * 5 + ["password accepted", "logged in"],),
            True,
            "The owner's login comes afterwards. It does not undo what has been.",
        ),
    ),
    wrong=(
        Wrong(
            'def alarm(events):\n    return events.count("password accepted") - events.count("logged in") >= 5',
            "That finds the account in a week, and accuses in a year whoever forgets the phone now and then. In a "
            "row, it says.",
        ),
        Wrong(
            _in_a_row('row = row + 1 if event == "password accepted" else 0\n' + _ASKED),
            "You set the number back at every other event. A guess is a password and a refusal: with you it never "
            "gets beyond one.",
        ),
        Wrong(
            _in_a_row(_COUNTED, "row >= 5"),
            "You look at the end. By then the owner has logged in, and the alarm is gone before anybody heard it.",
        ),
        Wrong(
            'def alarm(events):\n    return events.count("code refused") >= 5',
            "Refused codes accuse whoever mistypes. Look at passwords that lead to no login.",
        ),
        Wrong(
            _in_a_row(_COUNTED + _ASKED.replace("==", ">")),
            "Your alarm rings at the sixth password: at the fifth it should.",
        ),
    ),
)

EXERCISES = (GUESSED_AT, ALARM)

PREDICTIONS = (
    Prediction(
        id="password-as-name",
        question="Somebody types a password into the field for the name. What does the log keep?",
        options=(
            Option("a", "what was typed", lambda kept: kept == "the text"),
            Option("b", "that a name was unknown, and no name", lambda kept: kept == "a line without it"),
            Option("c", "nothing at all", lambda kept: kept == "no line"),
        ),
    ),
    Prediction(
        id="most-rejected",
        question="In this week somebody guesses the codes of one account. Which account has most refused codes?",
        options=(
            Option("a", "the one whose codes are guessed", lambda place: place == 1),
            Option("b", "an honest person's; the guessed one is among the first five", lambda place: 1 < place <= 5),
            Option(
                "c", "an honest person's; the guessed one is not even among the first five", lambda place: place > 5
            ),
        ),
    ),
    Prediction(
        id="best-alarm-rule",
        question="Which rule sees the attack and accuses no honest person?",
        options=(
            Option("a", "12 refused codes in a day", lambda rule: rule.startswith("12 ")),
            Option("b", "a refused code between 20:00 and 6:00", lambda rule: rule.startswith("a refused")),
            Option("c", "50 refused codes in a row", lambda rule: rule.startswith("50 ")),
            Option("d", "5 right passwords in a row, and no login", lambda rule: rule.startswith("5 ")),
        ),
    ),
)
