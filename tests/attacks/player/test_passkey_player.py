"""The random player of games about passkeys: shams lose by a short story, and no correct server loses a game."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from mfa_lab.attacks import attack
from mfa_lab.attacks.law import PasskeyLaw, passkeys_and
from mfa_lab.attacks.passkeys.passkey_server import PasskeyServer
from mfa_lab.attacks.passkeys.world import our_passkey_server
from mfa_lab.attacks.player.narrator import Difference
from mfa_lab.attacks.player.passkey_events import game
from mfa_lab.attacks.player.passkey_game import PasskeyGame
from mfa_lab.attacks.player.player import lost_game
from mfa_lab.errors import AccessDenied
from mfa_lab.server.account import passkey_enrolment
from mfa_lab.server.factors.passkey import passkeys, webauthn

ALL = PasskeyLaw()


def story(server: Any, law: PasskeyLaw = ALL) -> str:
    lost = lost_game(server, law)
    return " ".join(lost.told) if lost else ""


def test_the_same_seed_is_the_same_game() -> None:
    assert [game(seed, ALL) for seed in range(20)] == [game(seed, ALL) for seed in range(20)]
    assert game(1, ALL) != game(2, ALL)
    assert ALL.at_turn(1).first_seed == ALL.first_seed + ALL.games


def test_a_story_is_told_in_few_sentences() -> None:
    lost = PasskeyGame(attack("challenge-reused").weak, ALL).play(
        [("log in", "alice", 0, 0), ("replay", "alice", 0, "same login")]
    )
    assert lost is not None
    assert lost.told == (
        "Alice logs in with a passkey.",
        "Somebody who knows the password sends Alice's earlier response again, in the same login.",
        "The server accepts a response that it accepted before, and opens the page of alice@example.org.",
    )


class GivesUp(PasskeyServer):
    """Rejects the first forged responses of a game."""

    forged = 0

    def check_signature(self, *arguments: Any) -> None:
        try:
            super().check_signature(*arguments)
        except AccessDenied:
            self.forged += 1
            if self.forged <= 3:
                raise


class TrustsAfterOnce(PasskeyServer):
    """Asks a device for user verification only once."""

    known: frozenset[bytes] = frozenset()

    def check_user(self, response: Any) -> None:
        if response.credential_id not in self.known:
            super().check_user(response)
        self.known |= {response.credential_id}


class AfterAWeek(PasskeyServer):
    """Asks for no user verification once it has run for a week."""

    started = 0

    def check_user(self, response: Any) -> None:
        self.started = self.started or self.clock.now()
        if self.clock.now() - self.started < 7 * 86_400:
            super().check_user(response)


class OneEach(PasskeyServer):
    """Lets an account have one passkey only."""

    def store_passkey(self, account: Any, made: Any) -> None:
        if self.has_passkey(account):
            raise AccessDenied
        super().store_passkey(account, made)


class Breaks(PasskeyServer):
    """Raises an error of its own."""

    def check_origin(self, response: Any) -> None:
        raise KeyError(response.origin)


@pytest.mark.parametrize(
    ("sham", "law", "told"),
    [
        (GivesUp, passkeys_and(change=20, other_key=20), "The server accepts"),
        (TrustsAfterOnce, ALL, "without these flags"),
        (AfterAWeek, ALL, "without these flags"),
        (OneEach, ALL, "rejects the new passkey"),
        (Breaks, ALL, "raises KeyError"),
    ],
)
def test_a_sham_loses(sham: Any, law: PasskeyLaw, told: str) -> None:
    assert told in story(sham, law)


class ComparesTheShorterText(PasskeyServer):
    """Compares a challenge only as far as the response has bytes."""

    def check_challenge(self, pending: Any, response: Any) -> None:
        expected = self.challenges.pop(pending.token.reveal(), b"")
        if any(one != other for one, other in zip(expected, response.challenge, strict=False)):
            raise AccessDenied


LOGIN = ("log in", "alice", 0, 0)


@pytest.mark.parametrize(
    ("sham", "events", "told"),
    [
        (attack("challenge-reused").weak, [LOGIN, ("replay", "alice", 0, "much later")], "accepted before"),
        (attack("challenge-reused").weak, [LOGIN, ("second response", "alice", 0)], "second response"),
        (ComparesTheShorterText, [("empty challenge", "alice", 0)], "an empty challenge"),
        (attack("origin-unchecked").weak, [("page", "alice", "older frame", 0)], "a response from a frame"),
        (attack("signature-ignored").weak, [LOGIN, ("old signature", "alice", 0)], "a signature of other data"),
        (attack("weaker-factor").weak, [("begun before", "code")], "although dave0@example.org has a passkey"),
        (attack("weaker-factor").weak, [("begun before", "enrol")], "although dave0@example.org has a passkey"),
    ],
)
def test_one_event_finds_one_fault(sham: Any, events: list[Any], told: str) -> None:
    lost = PasskeyGame(sham, ALL).play(events)
    assert lost is not None
    assert told in lost.told[-1]
    assert PasskeyGame(PasskeyServer, ALL).play(events) is None


def nothing(*_: Any, **__: Any) -> None:
    """Check nothing."""


WITHOUT_A_LOOK = SimpleNamespace(**{**vars(passkeys), "find": nothing})
"""The module that stores passkeys, for a registration that does not ask whether an id is known."""


@pytest.mark.full
@pytest.mark.parametrize(
    ("module", "name", "broken", "attack_id"),
    [
        (webauthn, "_verify", nothing, "signature-ignored"),
        (webauthn, "_check_authenticator", nothing, "user-not-verified"),
        (webauthn, "_check_client_data", nothing, "origin-unchecked"),
        (webauthn.hmac, "compare_digest", lambda *_: True, "challenge-reused"),
        (passkey_enrolment, "passkeys", WITHOUT_A_LOOK, "credential-overwritten"),
    ],
)
def test_this_server_loses_without_one_of_its_checks(
    monkeypatch: pytest.MonkeyPatch, module: Any, name: str, broken: Any, attack_id: str
) -> None:
    """The games are played on the server itself, and not on a picture of it."""
    monkeypatch.setattr(module, name, broken)
    law: Any = attack(attack_id).law
    assert isinstance(lost_game(our_passkey_server, law.briefly(60)), Difference)


@pytest.mark.parametrize("games", [4, pytest.param(5_000, marks=pytest.mark.long)])
def test_this_server_loses_no_game(games: int) -> None:
    assert story(our_passkey_server, replace(ALL, games=games, first_seed=10_000)) == ""


@pytest.mark.parametrize("games", [200, pytest.param(20_000, marks=pytest.mark.long)])
def test_the_small_server_loses_no_game(games: int) -> None:
    assert story(PasskeyServer, replace(ALL, games=games, first_seed=10_000)) == ""
