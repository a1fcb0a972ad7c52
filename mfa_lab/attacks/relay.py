"""Rung 15: an adversary in the middle relays name, password and code in real time. It works against every OTP.

What can be mended is what the stolen session is worth: how long it opens anything, and whether its owner hears of
what is done with it. What would stop the relay itself is a key that signs for the address it sees (NIST-3.2.5,
phishing resistance): named here and not built.
"""

from __future__ import annotations

from functools import partial

from mfa_lab.attacks.helpers.lasting_sessions import HOUR, LastingServer
from mfa_lab.attacks.helpers.stolen_session import (
    HALF_AN_HOUR,
    HALF_HOURS_IN_A_WEEK,
    a_notification,
    at_once,
    for_how_long,
    half_hours_open,
    made_up,
    new_phone,
    next_morning,
    opened_after_it,
    owner_is_notified,
    stolen,
    unused_for_an_hour,
    used,
    used_for_a_day,
    with_alices_name_on_it,
    with_new_dates,
    with_stolen,
)
from mfa_lab.attacks.helpers.world import HONEST, Make, World, our_server, refuses_everybody
from mfa_lab.attacks.record import IN, OUT, Attack, Measure, Trial
from mfa_lab.errors import AccessDenied
from mfa_lab.server.records import Session


class Fixed(LastingServer):
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


def attack(make: Make) -> Measure:
    """Relay Alice's login, bind a phone of one's own, and look into her account every half hour for a week."""
    world = World(make)
    try:
        stolen_session = stolen(world)
    except AccessDenied:
        return Measure(0, HALF_HOURS_IN_A_WEEK, "the relay is refused, and so is Alice")
    told = "finds a notice" if owner_is_notified(world, stolen_session) else "is told nothing"
    count = half_hours_open(world, stolen_session, HALF_HOURS_IN_A_WEEK)
    opened = "all week long" if count == HALF_HOURS_IN_A_WEEK else f"for {count * HALF_AN_HOUR // HOUR} hours"
    words = f"the relay has Alice's session: it opens her pages {opened}; another phone is bound, and she {told}"
    return Measure(count, HALF_HOURS_IN_A_WEEK, words)


ATTACK = Attack(
    number=15,
    id="relay",
    title="An adversary in the middle",
    flaw="Cannot distinguish the relay's typing from the owner's; its sessions never end, and nobody is notified.",
    story="A service that rented out such relays was shut down in March 2026. In real time it passed on what victims "
    "typed to the real login page, and kept the session that came back.",
    source="https://www.itnews.com.au/news/europol-and-tech-firms-take-down-tycoon-2fa-bypass-service-624078",
    clauses=("NIST-3.2.5", "NIST-2.2.2", "NIST-2.2.3", "ASVS-6.3.5", "ASVS-7.5.1"),
    standard_name="Adversary in the middle (relay)",
    defence="**Does not stop it**, as no one-time password does (NIST-3.2.5). Sessions end, and "
    "the owner is notified of a new factor.",
    weak=LastingServer,
    fixed=Fixed,
    ours=our_server,
    refuser=refuses_everybody(LastingServer),
    run=attack,
    trials=(
        Trial(
            "For how long the stolen session is open",
            for_how_long,
            "24 h in use, 1 h unused",
            "A session has two ends: a day after its login, and an hour after its last use.",
        ),
        Trial(
            "A day later, with today's date written on it",
            with_stolen(with_new_dates),
            OUT,
            "Whose word do you take for when the session began?",
        ),
        Trial(
            "The very second at which an hour without use is over",
            with_stolen(unused_for_an_hour),
            OUT,
            "At the very second at which the hour is over the session still opens, and this look makes it young "
            "again. From that second on the hour has passed.",
        ),
        Trial(
            "The very second at which the day is over",
            with_stolen(used_for_a_day),
            OUT,
            "At the very second at which the day is over the session still opens. From that second on a day has "
            "passed.",
        ),
        Trial(
            "Two looks, one after the other, after an hour without use",
            with_stolen(opened_after_it),
            OUT,
            "The first look was refused and yet counted as a use: so the second one got in.",
        ),
        Trial(
            "Mallory's session, with Alice's name written on it",
            with_alices_name_on_it,
            "his own pages",
            "Whose word do you take for whose session it is? The client holds it, and may write any name on it.",
        ),
        Trial(
            "A session that the server never opened",
            made_up,
            OUT,
            "Any text can come as a token. What does a page say of one that the server does not know?",
        ),
        Trial(
            "The attacker binds another phone: what Alice finds",
            a_notification,
            "a notice",
            "Somebody has changed what guards the account. Who is told?",
        ),
        Trial(
            "The relay itself",
            with_stolen(at_once),
            IN,
            "The relay sends what Alice sends, when she sends it: who refuses it refuses her.",
        ),
        Trial(
            "Alice, at work for eight hours",
            partial(used, pauses=[HALF_AN_HOUR] * 16),
            IN,
            "Whoever works has a session that is in use: let it live the day.",
        ),
        Trial(
            "Alice, after a pause of fifty minutes",
            partial(used, pauses=[50 * 60, 50 * 60]),
            IN,
            "A pause shorter than an hour ends nothing.",
        ),
        Trial("Alice, logging in again a day later", next_morning, IN, "Each session has an age of its own."),
        Trial("Alice, binding a new phone", new_phone, IN, "Phones break: with a fresh session a new one is bound."),
        *HONEST,
    ),
    ours_holds=False,
)
