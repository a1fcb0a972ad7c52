"""Attack 1, authentication bypass: the session opens after the password, so the page for the code can be skipped."""

from __future__ import annotations

from dataclasses import replace

from mfa_lab.attacks.helpers.minimal_server import MinimalServer
from mfa_lab.attacks.helpers.world import HONEST, Make, World, our_server, outcome, refuses_everybody
from mfa_lab.attacks.law import EACH_LOGIN, LOGINS
from mfa_lab.attacks.record import IN, OUT, Attack, Measure, Trial
from mfa_lab.server.records import PendingLogin, Session


class HastyServer(MinimalServer):
    """Open the session after the password, although only the next page asks for the code."""

    def begin_login(self, name: str, password: str) -> PendingLogin:
        pending = super().begin_login(name, password)
        self.sessions[pending.token.reveal()] = name
        return pending


class Fixed(HastyServer):
    """Refuse to open any page for a pending login."""

    def begin_login(self, name: str, password: str) -> PendingLogin:
        pending = super().begin_login(name, password)
        del self.sessions[pending.token.reveal()]
        return pending


def attack(make: Make) -> Measure:
    """Use the token from step 1 as if it were a session, and ask for a page behind the login.

    The attacker has Alice's password but no phone.
    """
    world = World(make)
    opened = world.whose(_as_session(world, world.begin(world.alice)))
    got = opened == world.alice.name
    words = f"with the password alone, Alice's pages {'open' if got else 'stay shut'}"
    return Measure(got=int(got), tries=1, words=words)


def _as_session(world: World, pending: PendingLogin) -> Session:
    return Session(pending.token, world.alice.name, world.clock.now(), pending.expires_at)


def _skips(make: Make) -> str:
    world = World(make)
    world.server.check_session(_as_session(world, world.begin(world.alice)))
    return IN


def _fails_then_skips(make: Make) -> str:
    world = World(make)
    pending = world.begin(world.alice)
    outcome(lambda: world.server.finish_login(pending, "000000"))
    world.server.check_session(_as_session(world, pending))
    return IN


def _keeps(make: Make) -> str:
    world = World(make)
    session = world.log_in(world.alice)
    world.begin(world.alice)
    world.server.check_session(session)
    return IN


ATTACK = Attack(
    number=1,
    id="second-step-skipped",
    title="The second step is skipped",
    flaw="Creates the session after the password, so an attacker can skip the page that asks for the code.",
    story="In 2013, a user of a plug-in that adds a second factor to a webmail program publicly told its author "
    "how to get in. An attacker could type the password, ignore the page for the code, and open the inbox by "
    "its address. The fault was fixed: the plug-in now checks every page.",
    source="https://github.com/alexandregz/twofactor_gauthenticator/issues/2",
    clauses=("ASVS-6.3.3", "ASVS-7.2.4"),
    standard_name="Authentication bypass: the second step is skipped",
    defence="Opens only a pending login after a correct password, and creates the session after the code.",
    weak=HastyServer,
    fixed=Fixed,
    ours=our_server,
    refuser=refuses_everybody(HastyServer),
    run=attack,
    law=replace(LOGINS, kinds={**EACH_LOGIN, "skip": 8}),
    trials=(
        Trial(
            "The token from step 1, shown as a session",
            _skips,
            OUT,
            "Your server still opens a page for the token from step 1. So the password alone is enough. Where "
            "does the server store whose session it is?",
        ),
        Trial(
            "The same token, after a wrong code",
            _fails_then_skips,
            OUT,
            "After a wrong code, the token from step 1 still opens a page. So a wrong code is as good as a "
            "correct one. What does a failed second step leave behind?",
        ),
        *HONEST,
        Trial(
            "Alice's open session, while she logs in on another device",
            _keeps,
            IN,
            "Your server also ends a session that Alice opened with her password and code. So a login on another "
            "device logs her out. Which session was opened too early?",
        ),
    ),
)
