"""Rung 15: an adversary in the middle relays name, password and code in real time. It works against every OTP.

What can be mended is what the stolen session is worth: how long it opens anything, and whether its owner hears of
what is done with it. What would stop the relay itself is a key that signs for the address it sees (NIST-3.2.5,
phishing resistance): named here and not built.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mfa_lab.attacks.ladder.lasting_sessions import DAY, HOUR, LastingServer
from mfa_lab.attacks.ladder.record import IN, OUT, Measure, Rung, Trial
from mfa_lab.attacks.ladder.world import HONEST, Make, World, our_server, refuses_everybody
from mfa_lab.errors import AccessDenied
from mfa_lab.phone.phone import Phone
from mfa_lab.server.records import PendingLogin, Session, token_from

HALF_AN_HOUR = 1800
WEEK_OF_LOOKS = 7 * DAY // HALF_AN_HOUR


class Relay:
    """A copied login page. Whatever is typed there goes to the real server at once, and what comes back is kept.

    It has the server's calls, so a form can be pointed at it as at the server: `room.server = Relay(room.server)`.
    `seen` lists what passed, in the order of its passing; `session` is the loot.
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


class Mended(LastingServer):
    """The relay still gets in. Its session ends after a day, and after an hour without use; and Alice hears of it."""

    def check_session(self, session: Session) -> Session:
        found, token, now = super().check_session(session), session.token.reveal(), self.clock.now()
        opened, used = self.times[token]
        if now >= opened + self.session_seconds or now >= used + self.idle_seconds:
            raise AccessDenied
        self.times[token] = opened, now
        return found

    def bound(self, name: str) -> None:
        self.notify(name, "factor bound")


def stolen(world: World) -> Session:
    """Alice types all she has into a copied page; the session comes back through it."""
    relay = Relay(world.server)
    pending = relay.begin_login(world.alice.name, world.alice.password)
    return relay.finish_login(pending, world.alice.phone.code())


def attack(make: Make) -> Measure:
    """Relay Alice's login, bind a phone of one's own, and look into her account every half hour for a week."""
    world = World(make)
    try:
        loot = stolen(world)
    except AccessDenied:
        return Measure(0, WEEK_OF_LOOKS, "the relay is refused, and so is Alice")
    told = "finds a notice" if _binding_is_told(world, loot) else "is told nothing"
    looks = _looks(world, loot, WEEK_OF_LOOKS)
    opened = "all week long" if looks == WEEK_OF_LOOKS else f"for {looks * HALF_AN_HOUR // HOUR} hours"
    words = f"the relay has Alice's session: it opens her pages {opened}; another phone is bound, and she {told}"
    return Measure(looks, WEEK_OF_LOOKS, words)


def _binding_is_told(world: World, session: Session) -> bool:
    before = len(world.server.notices(session))
    _bind(world, session, Phone(world.clock))
    return len(world.server.notices(session)) > before


def _bind(world: World, session: Session, phone: Phone) -> None:
    enrolment = world.server.start_enrolment(session)
    phone.add(enrolment.uri)
    world.server.confirm_enrolment(enrolment, phone.code())


def _looks(world: World, session: Session, most: int) -> int:
    """How many looks, one each half hour, find the pages open before one does not."""
    for count in range(most):
        if world.whose(session) != world.alice.name:
            return count
        world.clock.advance(HALF_AN_HOUR)
    return most


def _with_stolen(then: Callable[[World, Session], Session]) -> Callable[[Make], str]:
    """A trial: the session is stolen, something happens, and with what is left of it a page is asked for."""

    def run(make: Make) -> str:
        world = World(make)
        session = then(world, stolen(world))
        return IN if world.whose(session) == world.alice.name else OUT

    return run


def _at_once(_world: World, session: Session) -> Session:
    return session


def _for_how_long(make: Make) -> str:
    world = World(make)
    hours = _looks(world, stolen(world), WEEK_OF_LOOKS) * HALF_AN_HOUR // HOUR
    unused = next((pause for pause in (HOUR + 1, DAY) if not _open_after(make, pause)), 7 * DAY) // HOUR
    return f"{hours} h in use, {unused} h unused"


def _open_after(make: Make, pause: int) -> bool:
    world = World(make)
    session = stolen(world)
    world.clock.advance(pause)
    return world.whose(session) is not None


def _used_for_a_day(world: World, session: Session) -> Session:
    _looks(world, session, DAY // HALF_AN_HOUR)
    return session


def _dated_anew(world: World, session: Session) -> Session:
    _used_for_a_day(world, session)
    world.clock.advance(1)
    now = world.clock.now()
    return replace(session, created_at=now, expires_at=now + DAY)


def _unused_for_an_hour(world: World, session: Session) -> Session:
    world.clock.advance(HOUR)
    return session


def _looked_at_after_it(world: World, session: Session) -> Session:
    world.whose(_unused_for_an_hour(world, session))
    return session


def _with_alices_name_on_it(make: Make) -> str:
    world = World(make)
    whose = world.whose(replace(world.log_in(world.mallory), name=world.alice.name))
    return {world.mallory.name: "his own pages", world.alice.name: "Alice's pages"}.get(str(whose), "no pages")


def _made_up(make: Make) -> str:
    world = World(make)
    session = replace(world.log_in(world.alice), token=token_from(bytes(32)))
    try:
        world.server.check_session(session)
    except KeyError:
        return "a KeyError"
    return IN


def _a_notice(make: Make) -> str:
    world = World(make)
    return "a notice" if _binding_is_told(world, stolen(world)) else "no notice"


def _honest_session(seconds: list[int]) -> Callable[[Make], str]:
    """A trial: Alice logs in and uses her session after each of these pauses."""

    def run(make: Make) -> str:
        world = World(make)
        session = world.log_in(world.alice)
        for pause in seconds:
            world.clock.advance(pause)
            world.server.check_session(session)
        return IN

    return run


def _next_morning(make: Make) -> str:
    world = World(make)
    world.server.check_session(world.log_in(world.alice))
    world.clock.advance(DAY)
    world.server.check_session(world.log_in(world.alice))
    return IN


def _new_phone(make: Make) -> str:
    world = World(make)
    _bind(world, world.log_in(world.alice), world.alice.phone)
    world.clock.advance(30)
    return IN if world.whose(world.log_in(world.alice)) == world.alice.name else OUT


RUNG = Rung(
    number=15,
    id="relay",
    title="An adversary in the middle",
    flaw="A code typed by hand goes to whoever asked for it, and no server can tell the relay's typing from Alice's. "
    "This one makes it worse: sessions without an end, and nobody is told.",
    story="A service that rented out such relays was shut down in March 2026. In real time it passed on what victims "
    "typed to the real login page, and kept the session that came back.",
    source="https://www.itnews.com.au/news/europol-and-tech-firms-take-down-tycoon-2fa-bypass-service-624078",
    clauses=("NIST-3.2.5", "NIST-2.2.2", "NIST-2.2.3", "ASVS-6.3.5", "ASVS-7.5.1"),
    weak=LastingServer,
    fixed=Mended,
    ours=our_server,
    refuser=refuses_everybody(LastingServer),
    attack=attack,
    trials=(
        Trial(
            "For how long the stolen session is open",
            _for_how_long,
            "24 h in use, 1 h unused",
            "A session has two ends: a day after its login, and an hour after its last use.",
        ),
        Trial(
            "A day later, with today's date written on it",
            _with_stolen(_dated_anew),
            OUT,
            "Whose word do you take for when the session began?",
        ),
        Trial(
            "The very second at which an hour without use is over",
            _with_stolen(_unused_for_an_hour),
            OUT,
            "At the very second at which the hour is over the session still opens, and this look makes it young "
            "again. From that second on the hour has passed.",
        ),
        Trial(
            "The very second at which the day is over",
            _with_stolen(_used_for_a_day),
            OUT,
            "At the very second at which the day is over the session still opens. From that second on a day has "
            "passed.",
        ),
        Trial(
            "Two looks, one after the other, after an hour without use",
            _with_stolen(_looked_at_after_it),
            OUT,
            "The first look was refused and yet counted as a use: so the second one got in.",
        ),
        Trial(
            "Mallory's session, with Alice's name written on it",
            _with_alices_name_on_it,
            "his own pages",
            "Whose word do you take for whose session it is? The client holds it, and may write any name on it.",
        ),
        Trial(
            "A session that the server never opened",
            _made_up,
            OUT,
            "Any text can come as a token. What does a page say of one that the server does not know?",
        ),
        Trial(
            "The attacker binds another phone: what Alice finds",
            _a_notice,
            "a notice",
            "Somebody has changed what guards the account. Who is told?",
        ),
        Trial(
            "The relay itself",
            _with_stolen(_at_once),
            IN,
            "The relay sends what Alice sends, when she sends it: who refuses it refuses her.",
        ),
        Trial(
            "Alice, at work for eight hours",
            _honest_session([HALF_AN_HOUR] * 16),
            IN,
            "Whoever works has a session that is in use: let it live the day.",
        ),
        Trial(
            "Alice, after a pause of fifty minutes",
            _honest_session([50 * 60, 50 * 60]),
            IN,
            "A pause shorter than an hour ends nothing.",
        ),
        Trial("Alice, logging in again a day later", _next_morning, IN, "Each session has an age of its own."),
        Trial("Alice, binding a new phone", _new_phone, IN, "Phones break: with a fresh session a new one is bound."),
        *HONEST,
    ),
    stands=False,
)
