"""Define the trials of the capstone's table. Each trial plays a small scene on a new server and answers in words.

If the server denies access during the scene, the answer is that the person stays out (`Trial`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from mfa_lab.attacks.helpers.guesses import wrong_code
from mfa_lab.attacks.helpers.timing import counted_hashes
from mfa_lab.attacks.helpers.world import Make, Person, World, outcome
from mfa_lab.attacks.record import IN, OUT
from mfa_lab.errors import AccessDenied
from mfa_lab.otp import secret_bytes
from mfa_lab.server.flow import MfaServer
from mfa_lab.server.records import Session

_NOBODY = "nobody@example.org"
_WRONG = "demo only: not the password"
_PASSWORD = "demo only: a horse of another colour"  # noqa: S105
_DRAWN = 200

# Secrets


def _secret(person: Person) -> str:
    (account,) = person.phone.export()
    return str(account["secret"])


def bits(make: Make) -> str:
    """Return the length in bits of the secret in Alice's phone."""
    count = 8 * len(secret_bytes(_secret(World(make).alice)))
    return "128 bits or more" if count >= 128 else f"{count} bits"


def of_ones_own(make: Make) -> str:
    """Return whether two people have different secrets."""
    world = World(make)
    return "the same" if _secret(world.alice) == _secret(world.mallory) else "different"


# Names


def varying_bits(make: Make) -> str:
    """Return whether the secrets of many people have enough bits that vary independently of each other.

    A bit that is constant, or the sum of other bits, adds nothing that an attacker has to guess.
    """
    world = World(make)
    drawn = [secret_bytes(_secret(world.join(f"user{n}@example.org", _PASSWORD))) for n in range(_DRAWN)]
    first, *others = (int.from_bytes(secret) for secret in drawn)
    rank, rows = 0, [first ^ other for other in others]
    while rows:  # Gaussian elimination over single bits
        pivot = rows.pop()
        if pivot:
            rank += 1
            lowest = pivot & -pivot
            rows = [row ^ pivot if row & lowest else row for row in rows]
    return "128 bits or more" if rank >= 128 else f"{rank} bits"


def words(make: Make) -> str:
    """Return whether a wrong password gets the same message for a name with an account and without one."""
    world = World(make)
    heard = {_refusal(world, name) for name in (world.alice.name, _NOBODY)}
    return "the same" if len(heard) == 1 else "different"


def work(make: Make) -> str:
    """Return whether the server computes the same number of hashes for the two rejections in `words`."""
    world = World(make)
    counts = []
    for name in (world.alice.name, _NOBODY):
        with counted_hashes() as hashes:
            _refusal(world, name)
        counts.append(len(hashes))
    return "the same" if counts[0] == counts[1] >= 1 else f"{counts[0]} and {counts[1]} hashes"


def _refusal(world: World, name: str) -> str:
    try:
        world.server.begin_login(name, _WRONG)
    except AccessDenied as denied:
        return str(denied)
    return "no refusal"


# Codes


def skips(make: Make) -> str:
    """Present a pending login to a page as if it were a session."""
    world = World(make)
    pending = world.begin(world.alice)
    world.server.check_session(Session(pending.token, world.alice.name, 0, 0))
    return IN


def skips_as_alice(make: Make) -> str:
    """Present Mallory's pending login to a page as if it were Alice's session, while Alice has a session."""
    world = World(make)
    world.log_in(world.alice)
    pending = world.begin(world.mallory)
    world.server.check_session(Session(pending.token, world.alice.name, 0, 0))
    return IN


def claims_to_be_alice(make: Make) -> str:
    """Return whether Mallory's session opens Alice's pages if Mallory puts Alice's name into the session.

    The session may open only Mallory's own pages.
    """
    world = World(make)
    session = replace(world.log_in(world.mallory), name=world.alice.name)
    return IN if world.whose(session) == world.alice.name else OUT


def typed_late(make: Make, seconds: int) -> str:
    """Type Alice's code `seconds` seconds after she read the code."""
    world = World(make)
    pending, code = world.begin(world.alice), world.alice.phone.code()
    world.clock.advance(seconds)
    world.server.finish_login(pending, code)
    return IN


def used_again(make: Make, logins_since: int = 0) -> str:
    """Type a code that Alice has used, after `logins_since` further logins. Each further login is one step later."""
    world = World(make)
    code = world.alice.phone.code()
    world.log_in(world.alice)
    for _ in range(logins_since):
        world.clock.advance(30)
        world.log_in(world.alice)
    world.server.finish_login(world.begin(world.alice), code)
    return IN


def enrolled_with(make: Make) -> str:
    """Type the code that confirmed an enrolment again, in a login right after the enrolment."""
    world = World(make)
    bob = world.join("bob@example.org", "demo only: Bob's password")
    world.server.finish_login(world.begin(bob), bob.phone.code())
    return IN


def guessed(make: Make, guesses: int, every_seconds: int = 0, then_seconds: int = 0) -> str:
    """Log Alice in after `guesses` wrong codes, each in a separate login, and after a pause."""
    world = World(make)
    for _ in range(guesses):
        outcome(lambda: world.server.finish_login(world.begin(world.alice), wrong_code(world, world.alice)))
        world.clock.advance(every_seconds)
    world.clock.advance(then_seconds)
    world.log_in(world.alice)
    return IN


# Sessions


def tried_twice(make: Make, after_seconds: int) -> str:
    """Show a session twice after it was idle for `after_seconds`, and return the second result."""
    world = World(make)
    session = world.log_in(world.alice)
    world.clock.advance(after_seconds)
    outcome(lambda: world.server.check_session(session))
    world.server.check_session(session)
    return IN


# The log: a learner's server has `log`, with lines of any kind; `MfaServer` has `audit_log()`


def _log(world: World) -> list[str]:
    log = getattr(world.server, "log", None)
    return [str(line) for line in (world.server.audit_log() if log is None else log)]


def _added(world: World, attempt: Callable[[], object], typed: str) -> str:
    """Return what an attempt adds to the log, without the typed text."""
    before = len(_log(world))
    outcome(attempt)
    return "\n".join(_log(world)[before:]).replace(typed, "")


def _by_password(make: Make, who: str = "alice", *, right: bool = False) -> str:
    world = World(make)
    person: Person = getattr(world, who)
    password = person.password if right else _WRONG
    return _added(world, lambda: world.server.begin_login(person.name, password), password)


def _by_code(make: Make, who: str = "alice", *, right: bool = False) -> str:
    world = World(make)
    person: Person = getattr(world, who)
    pending, code = world.begin(person), person.phone.code() if right else wrong_code(world, person)
    return _added(world, lambda: world.server.finish_login(pending, code), code)


def _by_no_name(make: Make) -> str:
    world = World(make)
    return _added(world, lambda: world.server.begin_login(_NOBODY, _WRONG), _WRONG)


def logged(make: Make) -> str:
    """Return whether the log has a line for each way in which a login can end."""
    lines = {
        "a correct code": _by_code(make, right=True),
        "a wrong code": _by_code(make),
        "a wrong password": _by_password(make),
        "an unknown name": _by_no_name(make),
    }
    return next((f"no line for {what}" for what, added in lines.items() if not added), "a line for each")


def whose(make: Make) -> str:
    """Return whether the log distinguishes Alice's mistakes from Mallory's."""
    alike = any(by(make, "alice") == by(make, "mallory") for by in (_by_password, _by_code))
    return "alike" if alike else "told apart"


def how_it_ended(make: Make) -> str:
    """Return whether the log distinguishes accepted attempts from rejected ones."""
    alike = any(by(make, right=True) == by(make, right=False) for by in (_by_password, _by_code))
    return "alike" if alike else "told apart"


def typed(make: Make) -> str:
    """Return whether the log contains typed text: codes, passwords, or a password typed as a name.

    The server's other attributes, such as a second log, must not contain passwords either.
    """
    world = World(make)
    code, wrong = world.alice.phone.code(), wrong_code(world, world.alice)
    world.log_in(world.alice)
    world.clock.advance(30)
    outcome(lambda: world.server.finish_login(world.begin(world.alice), wrong))
    outcome(lambda: world.server.begin_login(world.alice.name, "demo only: my other password"))
    outcome(lambda: world.server.begin_login("demo only: typed into the wrong field", "x"))
    lines = "\n".join(_log(world))
    secrets = [code, wrong, "my other password", "typed into the wrong field", world.alice.password]
    found = [what for what in secrets if re.search(rf"(?<!\d){re.escape(what)}(?!\d)", lines)]
    kept = [
        text
        for text in _texts(vars(world.server))
        if any(what in text for what in ("my other password", world.alice.password))
    ]
    return "what people typed" if found or kept else "none"


def _texts(value: object) -> Iterator[str]:
    """Yield each text in nested dictionaries, lists, tuples and sets."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from _texts([*value.keys(), *value.values()])
    elif isinstance(value, list | tuple | set | frozenset):
        for each in value:
            yield from _texts(each)


def typed_otherwise(make: Make) -> str:
    """Return whether the log depends on the wrong text that was typed.

    If it does, the log contains a part, the length or a hash of that text.
    """
    attempts: tuple[Callable[[World, bool], object], ...] = (
        lambda world, other: world.server.finish_login(world.begin(world.alice), _wrong_code(world, other)),
        lambda world, other: world.server.begin_login(world.alice.name, "x" if other else _WRONG),
        lambda world, other: world.server.begin_login("x" if other else _NOBODY, _WRONG),
    )
    same = all(_whole_log(make, attempt, False) == _whole_log(make, attempt, True) for attempt in attempts)
    return "the same" if same else "different"


def _wrong_code(world: World, other: bool) -> str:
    """Return a wrong code or, if `other` is true, a code that differs from that wrong code in every digit."""
    code = wrong_code(world, world.alice)
    return "".join(str(9 - int(digit)) for digit in code) if other else code


def _whole_log(make: Make, attempt: Callable[[World, bool], object], other: bool) -> list[str]:
    world = World(make)
    outcome(lambda: attempt(world, other))
    if isinstance(world.server, MfaServer):  # each world draws new ids for its accounts
        return [str(replace(line, account_id=None)) for line in world.server.audit_log()]
    return _log(world)
