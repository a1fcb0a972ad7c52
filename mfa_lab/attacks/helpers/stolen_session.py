"""Steal a session with a relay, and define the trials with stolen and honest sessions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from mfa_lab.attacks.helpers.lasting_sessions import DAY, HOUR
from mfa_lab.attacks.helpers.world import Make, World
from mfa_lab.attacks.record import IN, OUT
from mfa_lab.phone.authenticator import Phone
from mfa_lab.server.records import PendingLogin, Session, token_from

NOTIFIED, NOT_NOTIFIED = "a notification", "no notification"
HALF_AN_HOUR = 1800
HALF_HOURS_IN_A_WEEK = 7 * DAY // HALF_AN_HOUR


class Relay:
    """Play a phishing page. It sends everything that is typed to the real server at once, and keeps the session.

    The relay has the server's methods, so it can stand in for the server behind a form: `room.server =
    Relay(room.server)`. `seen` lists what passed through, in order. `session` is what the attacker wants.
    """

    def __init__(self, server: Any) -> None:
        self.server = server
        self.seen: list[str] = []
        self.session: Session | None = None

    def begin_login(self, name: str, password: str) -> PendingLogin:
        self.seen.append("name and password")
        pending: PendingLogin = self.server.begin_login(name, password)
        self.seen.append("a pending login")
        return pending

    def finish_login(self, pending: PendingLogin, code: str) -> Session:
        self.seen.append("the code")
        session: Session = self.server.finish_login(pending, code)
        self.seen.append("the session")
        self.session = session
        return session

    def __getattr__(self, name: str) -> Any:
        return getattr(self.server, name)


def stolen(world: World) -> Session:
    """Let Alice type everything into a phishing page, and return the session that came back through it."""
    relay = Relay(world.server)
    pending = relay.begin_login(world.alice.name, world.alice.password)
    return relay.finish_login(pending, world.alice.phone.code())


def owner_is_notified(world: World, session: Session) -> bool:
    """Return whether Alice gets a notification after another phone was bound with this session."""
    before = len(world.server.notifications(session))
    _bind(world, session, Phone(world.clock))
    return len(world.server.notifications(session)) > before


def _bind(world: World, session: Session, phone: Phone) -> None:
    enrolment = world.server.start_enrolment(session)
    phone.add(enrolment.uri)
    world.server.confirm_enrolment(enrolment, phone.code())


def half_hours_open(world: World, session: Session, most: int) -> int:
    """Return how many requests, one every half hour, open Alice's pages before the first request that does not."""
    for count in range(most):
        if world.whose(session) != world.alice.name:
            return count
        world.clock.advance(HALF_AN_HOUR)
    return most


def with_stolen(then: Callable[[World, Session], Session]) -> Callable[[Make], str]:
    """Return a trial in which a session is stolen, something happens, and the thief then asks for a page."""

    def run(make: Make) -> str:
        world = World(make)
        session = then(world, stolen(world))
        return IN if world.whose(session) == world.alice.name else OUT

    return run


def at_once(_world: World, session: Session) -> Session:
    """Use the stolen session at once, without any change."""
    return session


def for_how_long(make: Make) -> str:
    """Return after how many hours the stolen session ends, both with use and without use."""
    world = World(make)
    hours = half_hours_open(world, stolen(world), HALF_HOURS_IN_A_WEEK) * HALF_AN_HOUR // HOUR
    unused = next((pause for pause in (HOUR + 1, DAY) if not _open_after(make, pause)), 7 * DAY) // HOUR
    return f"{hours} h in use, {unused} h unused"


def _open_after(make: Make, pause: int) -> bool:
    world = World(make)
    session = stolen(world)
    world.clock.advance(pause)
    return world.whose(session) is not None


def used_for_a_day(world: World, session: Session) -> Session:
    """Use the stolen session every half hour for a day."""
    half_hours_open(world, session, DAY // HALF_AN_HOUR)
    return session


def with_new_dates(world: World, session: Session) -> Session:
    """Use the stolen session a day later, with new dates written into it."""
    used_for_a_day(world, session)
    world.clock.advance(1)
    now = world.clock.now()
    return replace(session, created_at=now, expires_at=now + DAY)


def unused_for_an_hour(world: World, session: Session) -> Session:
    """Use the stolen session after exactly one hour without use."""
    world.clock.advance(HOUR)
    return session


def opened_after_it(world: World, session: Session) -> Session:
    """Make one request after an hour without use, and then use the session again."""
    world.whose(unused_for_an_hour(world, session))
    return session


def with_alices_name_on_it(make: Make) -> str:
    """Return whose pages Mallory's own session opens after he has written Alice's name into it."""
    world = World(make)
    whose = world.whose(replace(world.log_in(world.mallory), name=world.alice.name))
    return {world.mallory.name: "his own pages", world.alice.name: "Alice's pages"}.get(str(whose), "no pages")


def made_up(make: Make) -> str:
    """Return how a page answers a token that the server never issued."""
    world = World(make)
    session = replace(world.log_in(world.alice), token=token_from(bytes(32)))
    try:
        world.server.check_session(session)
    except KeyError:
        return "a KeyError"
    return IN


def a_notification(make: Make) -> str:
    """Return whether the attack leaves Alice a notification."""
    world = World(make)
    return NOTIFIED if owner_is_notified(world, stolen(world)) else NOT_NOTIFIED


def used(make: Make, pauses: Sequence[int]) -> str:
    """Use a session after each of these pauses (in seconds)."""
    world = World(make)
    session = world.log_in(world.alice)
    for pause in pauses:
        world.clock.advance(pause)
        world.server.check_session(session)
    return IN


def next_morning(make: Make) -> str:
    """Let Alice log in on two consecutive days."""
    world = World(make)
    world.server.check_session(world.log_in(world.alice))
    world.clock.advance(DAY)
    world.server.check_session(world.log_in(world.alice))
    return IN


def under_another_policy(make: Make) -> str:
    """Return whether a session is open at the limit of a class that allows only five minutes without use."""
    strict = type("Strict", (make,), {"idle_seconds": 300}) if isinstance(make, type) else make
    world = World(strict)
    session = stolen(world)
    world.clock.advance(getattr(strict, "idle_seconds", HOUR))
    return IN if world.whose(session) else OUT


def with_capital_letters(make: Make) -> str:
    """Return whether somebody whose name has capital letters gets a notification."""
    world = World(make)
    carol = world.join("Carol@Example.org", "a pocketful of plums")
    world.clock.advance(60)
    return NOTIFIED if owner_is_notified(world, world.log_in(carol)) else NOT_NOTIFIED


def new_phone(make: Make) -> str:
    """Let Alice bind her phone again, and log in with it."""
    world = World(make)
    _bind(world, world.log_in(world.alice), world.alice.phone)
    world.clock.advance(30)
    return IN if world.whose(world.log_in(world.alice)) == world.alice.name else OUT
