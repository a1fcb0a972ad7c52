"""Exercises and predictions of 51_reading_the_audit_log. All log lines are invented."""

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
    """Yield the visits of three more honest people, with the hours since Monday began.

    One person logs in more often than the attacker makes attempts. One person is on call, and mistypes at night,
    before the attack and after it. One person logs in rarely, and once did not get in.
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
    """Return the log's lines about these three people, with an event every nine seconds of a visit."""
    reasons = {"code refused": "no match"}
    return tuple(
        AuditLine(MONDAY + round(at * HOUR_SECONDS) + 9 * place, event, who, reasons.get(event))
        for who, at, events in _visits()
        for place, event in enumerate(events)
    )


def _asked(answer: Callable[..., object], seed: int, decoys: bool, more: bool) -> object:
    """Return in words whose account the answer names, because a learner cannot recognise an id.

    Without `decoys`, the log leaves out the two honest people with many refused codes. With `more`, the log contains
    three more honest people.
    """
    week = _week(seed)
    lines = sorted((*week.lines, *(_more() if more else ())), key=lambda line: line.at)
    named = answer([line for line in lines if decoys or line.account_id not in week.decoys])
    if not isinstance(named, str | None):
        return f"a {type(named).__name__} instead of an id"
    told = {
        week.attacked: _FOUND,
        week.decoys[0]: "the person whose clock is wrong",
        week.decoys[1]: "the person whose keyboard sticks",
        _BUSY: "the person who logs in most often",
        _ON_CALL: "the person on call",
        _SELDOM: "the person who rarely logs in",
        None: "None, as in lines of unknown names",
    }
    return told.get(named, "some other account")


_BETWEEN = "There is a login between the passwords. How should a login change the count?"
_FOUND = "whose code is guessed"
_FEEDBACK = (
    "A guesser has the password but not the phone. What does each guess leave in the log, and what is never there?"
)


def _most(condition: str, taken: str = "most_common(1)[0][0]") -> str:
    """Return the source of an answer that counts the lines of one kind."""
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
    """Return the source of an answer that updates one number with these steps at each event, and returns `end`."""
    loop = "def alarm(events):\n    row = 0\n    for event in events:\n"
    return f"{loop}{indent(steps, 8 * ' ')}    return {end}"


GUESSED_AT = Exercise(
    id="guessed-account",
    title="Find the attack among a hundred thousand lines",
    question=(
        "Write `guessed_at(lines)`. `lines` is an audit log, and each line has `at`, `event`, `account_id` and "
        "`reason`. Somebody has the password of one account and is slowly guessing its codes. Return the id of that "
        "account."
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
        (
            "If you count refused codes, you accuse people who mistype. What comes after an honest person's refused "
            "code?"
        ),
        "Each guess begins with a correct password. Which two events come in pairs if nobody is guessing?",
        (
            'Use one `Counter` for the ids in lines with the event "password accepted", and another for those with '
            '"logged in". Subtract one from the other; `most_common(1)` gives the largest difference.'
        ),
    ),
    cases=tuple(
        Case(name, (seed, decoys, more), _FOUND, _FEEDBACK, wanted="the account under attack")
        for name, seed, decoys, more in (
            ("A small week", 2027, True, False),
            ("Another week", 1, True, True),
            ("A week in which the people who mistype are on holiday", 2, False, False),
        )
    ),
    wrong=(
        Wrong(
            _most('line.event == "code refused"'),
            "Your code counts refused codes, but here an honest person has the most of them. What follows that "
            "person's refused codes?",
        ),
        Wrong(
            _most('line.reason == "no match"'),
            "Your code counts the lines with one particular reason. That reason excludes codes that come late, but a "
            "keyboard with a sticking key also produces wrong codes. What follows an honest mistake?",
        ),
        Wrong(
            _most('line.event == "password refused"'),
            "Your code counts refused passwords. Somebody who guesses codes already has the password, and the lines "
            "without an account come from unknown names. Which events does a guess leave in the log?",
        ),
        Wrong(
            _most('line.event == "password accepted"'),
            "You found somebody who logs in very often, because a login followed each accepted password of this "
            "person. What follows a guesser's password?",
        ),
        Wrong(
            _most('line.event == "code refused" and not 6 <= line.at // 3600 % 24 < 20'),
            "You found the person on call, who mistypes at any hour and then logs in. The time of a mistake does not "
            "show who made it. What comes after this person's mistakes?",
        ),
        Wrong(
            _SHARE,
            "You found somebody who rarely logs in and had a bad day. A ratio is misleading when there are only a "
            "few lines to count. What could you compare instead of a ratio?",
        ),
        Wrong(
            _most("line.account_id"),
            "Your code counts all lines, so it finds somebody who logs in often or mistypes often. Which events "
            "matter?",
        ),
        Wrong(
            _most('line.event == "code refused"', "most_common(3)[2][0]"),
            "Your code takes a fixed place on the list, but in another week the guessed account is at a different "
            "place. What happens to this account and to no other?",
        ),
        Wrong(
            _most('line.event == "code refused"', "most_common(1)"),
            "Your code returns a list with one pair in it. Which part of that pair is the id?",
        ),
        Wrong(
            _most('line.event == "code refused"', "most_common(1)[0]"),
            "Your code returns a pair: an id and its count. Which of the two does the question ask for?",
        ),
    ),
)

ALARM = Exercise(
    id="alarm-rule",
    title="An alarm that accuses nobody else",
    question=(
        'Write `alarm(events)`. `events` lists what the log says about one account, in order, such as `["password '
        'accepted", "code refused", "logged in"]`. Return True if `"password accepted"` occurs five times with no '
        '`"logged in"` between the first and the fifth, and False otherwise. Other events between them do not '
        "matter."
    ),
    solution=_in_a_row(_COUNTED + _ASKED),
    hints=(
        "Go through the events one by one, and update one number as you go.",
        "Which event increases the number by one, and which event sets it back to zero?",
        "Check the number inside the loop. By the end of the loop, a login may have set it back to zero.",
    ),
    cases=(
        Case(
            "Nothing has happened",
            ([],),
            False,
            "The list is empty, so nobody has typed a password. Is there anything to report?",
        ),
        Case("Five working days", (["password accepted", "logged in", "logged out"] * 5,), False, _BETWEEN),
        Case(
            "Five passwords and nothing else",
            (["password accepted"] * 5,),
            True,
            "This is the simplest alarm. How many passwords has your function counted when the list ends?",
        ),
        Case(
            "Four passwords",
            (["password accepted"] * 4,),
            False,
            "Four passwords are one too few. After how many passwords does your alarm go off?",
        ),
        Case(
            "Six passwords",
            (["password accepted"] * 6,),
            True,
            "The fifth password has already come. Should the sixth password change the answer?",
        ),
        Case(
            "Five guesses, each with a refusal",
            (["password accepted", "code refused"] * 5,),
            True,
            "There are refused codes between the passwords. Should they change the count?",
        ),
        Case(
            "A forgetful year",
            (["password accepted", "password accepted", "logged in"] * 9,),
            False,
            "About once a month, the owner leaves the phone at home. Are there ever five passwords without a login "
            "between them?",
        ),
        Case(
            "Four passwords, a login, four passwords",
            (["password accepted"] * 4 + ["logged in"] + ["password accepted"] * 4,),
            False,
            _BETWEEN,
        ),
        Case(
            "Five guesses, and then the owner",
            (["password accepted", "code refused"] * 5 + ["password accepted", "logged in"],),
            True,
            "The owner's login comes after the fifth password. Does this login undo what happened before?",
        ),
    ),
    wrong=(
        Wrong(
            'def alarm(events):\n    return events.count("password accepted") - events.count("logged in") >= 5',
            "Your code counts over the whole list. Over a year, that accuses everybody who sometimes forgets the "
            "phone. Which event should start the count again?",
        ),
        Wrong(
            _in_a_row('row = row + 1 if event == "password accepted" else 0\n' + _ASKED),
            "Your code sets the number back at every other event. Each guess adds two events, a correct password "
            "and then a rejected code, so your number never exceeds one. Which event may set it back?",
        ),
        Wrong(
            _in_a_row(_COUNTED, "row >= 5"),
            "Your code checks the number after the loop. By then the owner has logged in, so your function reports "
            "nothing. When must you check the number?",
        ),
        Wrong(
            'def alarm(events):\n    return events.count("code refused") >= 5',
            "Your code counts refused codes, so it accuses everybody who mistypes. What is different about a "
            "guesser's passwords?",
        ),
        Wrong(
            _in_a_row(_COUNTED + _ASKED.replace("==", ">")),
            "Your alarm goes off at the sixth password. At which password should it go off?",
        ),
    ),
)

EXERCISES = (GUESSED_AT, ALARM)

PREDICTIONS = (
    Prediction(
        id="password-as-name",
        question="Somebody types a password into the field for the name. What does the log keep of this attempt?",
        options=(
            Option("a", "the text, so that an operator can see what happened", lambda kept: kept == "the text"),
            Option("b", "a hash of the text", lambda kept: kept == "a hash"),
            Option("c", "the time and the reason, but nothing of the text", lambda kept: kept == "a line without it"),
            Option("d", "nothing at all, because no account has this name", lambda kept: kept == "no line"),
        ),
        outcome="c",
        saw=(
            (
                "**What we saw:** the log has ten lines. Each has a time, an event, an account and, for a refusal, "
                "the real reason, which the server never told Alice. *Factor bound* is the log's term for a finished "
                "enrolment. The password in the wrong field appears as *unknown name*."
            ),
            (
                "The log contains no name, no code, no token, and nothing that anybody typed (ASVS-16.2.5). The log "
                "names an account by an identifier that means nothing elsewhere; here the table shows Alice's "
                "identifier as 1. The server has no function to change or remove a line, and the database also "
                "refuses such changes."
            ),
        ),
        secrets=(r"nothing that anybody typed", r"password refused\s+none\s+unknown name"),
    ),
    Prediction(
        id="most-rejected",
        question=(
            "During this week, somebody guesses the codes of one account. Which account has the most refused codes?"
        ),
        options=(
            Option("a", "the account whose codes are guessed", lambda place: place == 1),
            Option(
                "b",
                "an honest person's account, and the guessed account is among the first five",
                lambda place: 1 < place <= 5,
            ),
            Option(
                "c",
                "an honest person's account, and the guessed account is far down the list",
                lambda place: place > 5,
            ),
        ),
        outcome="b",
        saw=(
            (
                "**What we saw:** three accounts stand out, and the guessed account is the third. The first two "
                "belong to honest people (we know, because we made up this week). One person's phone has a wrong "
                "clock, and the other person's keyboard has a key that sticks. If you block *the top of the list*, "
                "you lock out two colleagues, and then nobody trusts the list any more."
            ),
        ),
        secrets=(r"96, 84, 66", r"lock out two colleagues", r"guessed account is the third"),
    ),
    Prediction(
        id="best-alarm-rule",
        question="Judge the rules only by their speed. Which rule notices this attack first?",
        options=(
            Option("a", "12 refused codes in a day", lambda rule: rule.startswith("12 ")),
            Option("b", "a refused code between 20:00 and 6:00", lambda rule: rule.startswith("a refused")),
            Option("c", "50 refused codes in a row", lambda rule: rule.startswith("50 ")),
            Option("d", "5 correct passwords in a row, and no login", lambda rule: rule.startswith("5 ")),
        ),
        outcome="b",
        saw=(
            (
                "**What we saw:** in the picture, the two colleagues have dozens of diamonds and not one cross. The "
                "third account has only crosses, spread evenly over day, night and weekend, although its owner logs "
                "in only during office hours. The number of mistakes does not reveal a thief. The events after a "
                "mistake do, because somebody who has the password but not the phone never gets in."
            ),
            (
                "In the table, the night rule notices the attack first, after 49 minutes. But it also accuses "
                "sixteen honest people who work late. The first rule accuses the two colleagues and misses the "
                "guesser, who makes ten attempts a day. The third rule accuses nobody and never finds anything, "
                "because the owner's logins interrupt each row of refused codes."
            ),
            (
                "Only the fourth rule asks the question that separates the guesser from the colleagues. It raises "
                "the alarm on Monday morning and accuses nobody else. So do not judge a rule by its speed alone."
            ),
        ),
        secrets=(r"49 minutes", r"not one cross", r"after 10 hours"),
    ),
)
