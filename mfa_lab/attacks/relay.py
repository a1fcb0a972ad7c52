"""Attack 15: an adversary in the middle relays name, password and code in real time. This works against every OTP.

A fix can only limit the value of the stolen session: how long it stays open, and whether the account's owner is
notified of changes. Only a phishing-resistant authenticator, such as a passkey, would stop the relay itself
(NIST-3.2.5).
"""

from __future__ import annotations

from functools import partial

from mfa_lab.attacks.helpers.lasting_sessions import HOUR, LastingServer
from mfa_lab.attacks.helpers.stolen_session import (
    HALF_AN_HOUR,
    HALF_HOURS_IN_A_WEEK,
    NOTIFIED,
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
    under_another_policy,
    unused_for_an_hour,
    used,
    used_for_a_day,
    with_alices_name_on_it,
    with_capital_letters,
    with_new_dates,
    with_stolen,
)
from mfa_lab.attacks.helpers.world import HONEST, Make, World, our_server, refuses_everybody
from mfa_lab.attacks.law import SESSIONS
from mfa_lab.attacks.record import IN, OUT, Attack, Measure, Trial
from mfa_lab.errors import AccessDenied
from mfa_lab.server.records import Session


class Fixed(LastingServer):
    """Let the relay in, but end its session after a day or after an hour without use, and notify Alice."""

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
    """Relay Alice's login, bind another phone, and open her account every half hour for a week."""
    world = World(make)
    try:
        stolen_session = stolen(world)
    except AccessDenied:
        return Measure(0, HALF_HOURS_IN_A_WEEK, "the relay is refused, and so is Alice")
    told = "gets a security notification" if owner_is_notified(world, stolen_session) else "is told nothing"
    count = half_hours_open(world, stolen_session, HALF_HOURS_IN_A_WEEK)
    opened = "all week long" if count == HALF_HOURS_IN_A_WEEK else f"for {count * HALF_AN_HOUR // HOUR} hours"
    words = f"the relay has Alice's session: it opens her pages {opened}; another phone is bound, and she {told}"
    return Measure(count, HALF_HOURS_IN_A_WEEK, words)


ATTACK = Attack(
    number=15,
    id="relay",
    title="An adversary in the middle",
    flaw="Cannot tell whether the owner or the relay sends the code; its sessions never end, and it notifies nobody.",
    story="A service that rented out such relays was shut down in March 2026. It passed everything that victims "
    "typed to the real login page in real time, and kept the session that came back.",
    source="https://www.itnews.com.au/news/europol-and-tech-firms-take-down-tycoon-2fa-bypass-service-624078",
    clauses=("NIST-3.2.5", "NIST-2.2.2", "NIST-2.2.3", "ASVS-6.3.5", "ASVS-7.5.1"),
    standard_name="Adversary in the middle (relay)",
    defence="**Does not stop it**, because no one-time password can (NIST-3.2.5). Limits how long a session "
    "lasts, and notifies the owner of a new factor.",
    weak=LastingServer,
    fixed=Fixed,
    ours=our_server,
    refuser=refuses_everybody(LastingServer),
    run=attack,
    law=SESSIONS,
    trials=(
        Trial(
            "How long the stolen session stays open",
            for_how_long,
            "24 h in use, 1 h unused",
            "Your session does not end at the correct time: a day after the login, or an hour after the last use. "
            "So a thief has too much time, or Alice has too little. Which of the two limits does your code miss?",
        ),
        Trial(
            "A day later, with today's date written into it",
            with_stolen(with_new_dates),
            OUT,
            "Your server accepted a session from yesterday, because it had today's date in it. The client can "
            "write any date. Where does your code read when the session began?",
        ),
        Trial(
            "The very second at which an hour without use is over",
            with_stolen(unused_for_an_hour),
            OUT,
            "Exactly one hour after the last use, your server still accepts the session and renews it. From that "
            "second on, the hour has passed. What does your comparison do if the two values are equal?",
        ),
        Trial(
            "The very second at which the day is over",
            with_stolen(used_for_a_day),
            OUT,
            "Exactly one day after the login, your server still accepts the session. From that second on, a day has "
            "passed. What does your comparison do if the two values are equal?",
        ),
        Trial(
            "Two requests, one after the other, after an hour without use",
            with_stolen(opened_after_it),
            OUT,
            "Your server rejected the first request, but still counted it as a use. So the second request got in. "
            "Which requests count as a use of the session?",
        ),
        Trial(
            "Mallory's session, with Alice's name written into it",
            with_alices_name_on_it,
            "his own pages",
            "Your server trusted the name in the session. The client holds the session, and can write any name into "
            "it. Where does your code read whose session it is?",
        ),
        Trial(
            "A session that the server never opened",
            made_up,
            OUT,
            "Your server did not reject a token that it never issued. A client can send any text as a token. "
            "How should the server answer an unknown token?",
        ),
        Trial(
            "What Alice finds after the attacker has bound another phone",
            a_notification,
            NOTIFIED,
            "Somebody bound another phone, but your server did not tell anybody. So Alice does not know that her "
            "account has another authenticator. Which method does the server call at that moment?",
        ),
        Trial(
            "The relay itself",
            with_stolen(at_once),
            IN,
            "Your server rejected the relay. The relay sends exactly what Alice sends, when she sends it, so your "
            "server rejects her, too. How could a server tell the two apart?",
        ),
        Trial(
            "Alice, at work for eight hours",
            partial(used, pauses=[HALF_AN_HOUR] * 16),
            IN,
            "Your session ended while Alice was using it. So she has to log in again in the middle of her work. "
            "When was the session last used?",
        ),
        Trial(
            "Alice, after a pause of fifty minutes",
            partial(used, pauses=[50 * 60, 50 * 60]),
            IN,
            "Your session ended during a pause of fifty minutes, which is less than an hour. How long may a "
            "session stay unused?",
        ),
        Trial(
            "Alice, logging in again a day later",
            next_morning,
            IN,
            "Alice logged in again a day later, but your server rejected her new session. So your server treated "
            "the new session as an old session. Which session's times did the server look up?",
        ),
        Trial(
            "Alice, binding a new phone",
            new_phone,
            IN,
            "Your server did not let Alice bind a new phone. Phones break, so a fresh session may bind another "
            "phone. Which of your two methods stopped her?",
        ),
        *HONEST,
        Trial(
            "The same class, with a limit of five minutes without use",
            under_another_policy,
            OUT,
            "A bank's server inherits your class and sets `idle_seconds` to 300, but its sessions last longer. "
            "Where does your code read its limits?",
        ),
        Trial(
            "What Carol@Example.org finds after another phone was bound to her account",
            with_capital_letters,
            NOTIFIED,
            "The owner of this account gets no notification, because your code changes the name. Which name does the "
            "server pass to `bound`?",
        ),
    ),
    ours_holds=False,
)
