"""Play a game about passkeys: owners and attackers do something on a server, and the game tells the story.

The model is simple, because a correct server has no choice. An owner with a passkey gets in only with a new response
of one of their own passkeys. An owner without a passkey gets in with a code. Nothing else opens an account.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from mfa_lab.attacks.helpers.minimal_server import PERIOD
from mfa_lab.attacks.helpers.world import Make, Person
from mfa_lab.attacks.law import PasskeyLaw
from mfa_lab.attacks.passkeys.forging import (
    made_up_holder,
    registered_under,
    signed_for_page,
    with_changed_bit,
    without,
)
from mfa_lab.attacks.passkeys.passkey_server import ORIGINS
from mfa_lab.attacks.passkeys.responses import encoded, read_login
from mfa_lab.attacks.passkeys.world import PasskeyWorld
from mfa_lab.attacks.player.events import Event
from mfa_lab.attacks.player.narrator import Difference, Narrator
from mfa_lab.attacks.player.passkey_events import PAGES
from mfa_lab.attacks.player.words import passing, title
from mfa_lab.phone.authenticator import Phone
from mfa_lab.phone.browser import Browser, client_data_json
from mfa_lab.phone.passkeys import Misbehaviour, PasskeyHolder
from mfa_lab.randomness import SeededRandomness
from mfa_lab.server.records import Enrolment, PasskeyCreation, PendingLogin, RecoveryCodes, Session

_MISSING = {
    "verified": (Misbehaviour.NO_USER_VERIFIED,),
    "present": (Misbehaviour.NO_USER_PRESENT,),
    "both": (Misbehaviour.NO_USER_VERIFIED, Misbehaviour.NO_USER_PRESENT),
}
_MANY = 30
"""Before a response is sent `much later`, another person logs in this many times."""
_PARTS = {
    "signature": "the signature",
    "authenticatorData": "the authenticator data",
    "clientDataJSON": "the client data",
}


class PasskeyGame(Narrator):
    """Play the events of a game on a server. Each public method plays one kind of event.

    For each person, `sent` contains the pending login and the response of every honest login so far.
    """

    world: PasskeyWorld

    def __init__(self, make: Make, law: PasskeyLaw) -> None:
        super().__init__(PasskeyWorld(make))
        self.law = law
        self.people = {each: getattr(self.world, each) for each in ("alice", "mallory", "bob", "carol")}
        self.sent: dict[str, list[tuple[PendingLogin, dict[str, Any]]]] = {each: [] for each in self.people}

    def play(self, events: Iterable[Event]) -> Difference | None:
        """Play the events until the server and the model differ. Return the difference, or None without one."""
        try:
            for kind, *values in events:
                _PLAYS[str(kind)](self, *values)
        except Difference as difference:
            return difference
        return None

    # Owners

    def log_in(self, who: str, key: int, address: int) -> None:
        """Log in with a passkey, at one of the site's own addresses."""
        at = " at the second address" if address else ""
        self.told.append(f"{title(who)} logs in with a passkey{self._device(who, key)}{at}.")
        self._log_in(who, key, address)

    def _log_in(self, who: str, key: int, address: int = 0) -> None:
        pending, options = self._begun(who)
        self._gets_in(who, pending, Browser(ORIGINS[address]).get(options, self._holder(who, key)))

    def tabs(self, who: str, other: str) -> None:
        """Begin a login twice, with somebody else's login in between, and finish the later login first."""
        self.told.append(
            f"{title(who)} begins a login in two tabs. {title(other)} begins a login, too. {title(who)} finishes "
            f"both logins, the later login first."
        )
        first, _, second = self._begun(who), self._begun(other), self._begun(who)
        for pending, options in (second, first):
            self._gets_in(who, pending, Browser(ORIGINS[0]).get(options, self._holder(who, 0)))

    def code(self, who: str) -> None:
        """Log in with a new code. Only an account without a passkey permits this."""
        if who != "carol":
            self.fall_back(who, "code")
            return
        self.told.append("Carol, who has no passkey, logs in with a code.")
        self.world.clock.advance(PERIOD)
        session = self.attempt(lambda: self.world.log_in_with_code(self.world.carol), Session)
        if session is None or self.whose(session) != self.world.carol.name:
            self.differs("out", "The server rejects Carol's valid code.")

    def add(self, who: str) -> None:
        """Log in, and register one more passkey in that session."""
        self.told.append(f"{title(who)} logs in, and adds a passkey on another device.")
        pending, options = self._begun(who)
        session = self._gets_in(who, pending, Browser(ORIGINS[0]).get(options, self._holder(who, 0)))
        holder = PasskeyHolder(SeededRandomness(1000 + len(self.told)), synced=len(self.told) % 2 == 0)
        creation = self._offered(session)
        response = Browser(ORIGINS[0]).create(creation.options, holder)
        if self.attempt(lambda: self.world.server.confirm_passkey(creation, response), RecoveryCodes) is None:
            self.differs("out", "The server rejects the new passkey.")
        self.world.holders[self.people[who].name].append(holder)

    def wait(self, seconds: int) -> None:
        """Let time pass."""
        self.told.append(passing(seconds))
        self.world.clock.advance(seconds)

    # Thieves who know the password

    def replay(self, who: str, index: int, how: str) -> None:
        """Send a response once more: in a new login, in the same login, or without asking for a challenge.

        Before a response is sent `much later` in the same login, Mallory logs in many times.
        """
        if not self.sent[who]:
            return
        pending, response = self.sent[who][-1 - index % len(self.sent[who])]
        place = {
            "": "in a new login",
            "same login": "in the same login",
            "much later": f"in the same login, after Mallory has logged in {_MANY} times",
            "no challenge": "before asking for a challenge",
        }
        self.told.append(
            f"Somebody who knows the password sends {title(who)}'s earlier response again, {place[how]}."
        )
        if how == "much later":
            for _ in range(_MANY):
                self._log_in("mallory", 0)
        elif how != "same login":
            pending = self._pending(who)
        if how == "":
            self._options(pending)
        self._stays_out(who, pending, response, "a response that it accepted before")

    def second_response(self, who: str, index: int) -> None:
        """Let a passkey sign the challenge of a completed login once more, and send this response in that login."""
        if not self.sent[who]:
            return
        pending, response = self.sent[who][-1 - index % len(self.sent[who])]
        self.told.append(
            f"{title(who)}'s passkey signs the challenge of a completed login once more. Somebody sends this new "
            f"response in the same login."
        )
        challenge = encoded(read_login(response).challenge)
        signed = signed_for_page(self._holder(who, index), challenge, ORIGINS[0])
        self._stays_out(who, pending, signed, "a second response to the same challenge")

    def old_signature(self, who: str, index: int) -> None:
        """Write a new challenge into an earlier response, and leave its signature as it is."""
        if not self.sent[who]:
            return
        _, response = self.sent[who][-1 - index % len(self.sent[who])]
        self.told.append(
            f"Somebody who knows the password begins a new login of {title(who)}'s, and writes the new challenge "
            f"into an earlier response. The signature stays as it was."
        )
        pending, options = self._begun(who)
        client_data = encoded(client_data_json("webauthn.get", options["challenge"], ORIGINS[0]))
        changed = {**response, "response": {**response["response"], "clientDataJSON": client_data}}
        self._stays_out(who, pending, changed, "a signature of other data")

    def empty_challenge(self, who: str, key: int) -> None:
        """Send a response to an empty challenge, which could have been signed at any time."""
        self.told.append(f"{title(who)}'s passkey signs an empty challenge. Somebody sends this response.")
        pending, _ = self._begun(who)
        signed = signed_for_page(self._holder(who, key), "", ORIGINS[0])
        self._stays_out(who, pending, signed, "a response to an empty challenge")

    def swap(self, who: str, other: str, key: int) -> None:
        """Let a passkey sign the challenge of another login."""
        of_whom = "an earlier" if who == other else f"{title(other)}'s"
        self.told.append(
            f"{title(who)}'s passkey signs the challenge of {of_whom} login. Somebody sends this response in a new "
            f"login of {title(who)}'s."
        )
        (_, foreign), (pending, options) = self._begun(other), self._begun(who)
        changed = {**options, "challenge": foreign["challenge"]}
        response = Browser(ORIGINS[0]).get(changed, self._holder(who, key))
        self._stays_out(who, pending, response, "a response to another login's challenge")

    def page(self, who: str, page: str, key: int) -> None:
        """Let a page that is not the site's own relay the login."""
        if page == "frame":
            self.told.append(f"{title(who)} uses the passkey on the shop's page in a frame of another site.")
            browser = Browser(ORIGINS[0], top_origin="https://evil.example", allows=True)
            pending, options = self._begun(who)
            self._stays_out(who, pending, browser.get(options, self._holder(who, key)), "a response from a frame")
            return
        if page == "older frame":
            self.told.append(
                f"{title(who)} uses the passkey on the shop's page in a frame of another site. The browser does not "
                f"write the other site's origin."
            )
            pending, options = self._begun(who)
            response = signed_for_page(self._holder(who, key), options["challenge"], ORIGINS[0], in_frame=True)
            self._stays_out(who, pending, response, "a response from a frame")
            return
        origin = PAGES[page]
        self.told.append(
            f"{title(who)}'s passkey signs on a page of {f'the origin {origin}' if origin else 'an empty origin'}."
        )
        pending, options = self._begun(who)
        response = signed_for_page(self._holder(who, key), options["challenge"], origin)
        self._stays_out(who, pending, response, "a response from another origin")

    def change(self, who: str, part: str, position: int, key: int) -> None:
        """Change one bit of a response before it reaches the server."""
        pending, options = self._begun(who)
        response = Browser(ORIGINS[0]).get(options, self._holder(who, key))
        self.told.append(f"In {title(who)}'s response, bit {position} of {_PARTS[part]} is changed.")
        self._stays_out(who, pending, with_changed_bit(response, part, position), "the changed response")

    def other_key(self, who: str, signer: str, key: int) -> None:
        """Send a response that names one of the owner's passkeys but is signed with another key."""
        holders, name = self.world.holders, self.people[who].name
        own = self._holder(who, key)
        stranger = "alice" if who == "mallory" else "mallory"
        signers = {
            "stranger": self._holder(stranger, 0),
            "own": holders[name][(key + 1) % len(holders[name])],
            "made up": made_up_holder(),
        }
        if signers[signer] is own:
            return
        words = {
            "stranger": f"{title(stranger)}'s passkey",
            "own": "another passkey of the same account",
            "made up": "a made-up key",
        }
        self.told.append(
            f"A response names {title(who)}'s passkey{self._device(who, key)}, but {words[signer]} signs it."
        )
        pending, options = self._begun(who)
        response = signed_for_page(
            signers[signer], options["challenge"], ORIGINS[0], credential_id=own.passkeys[0].credential_id
        )
        self._stays_out(who, pending, response, "a signature of another key")
        self.told[-1] = f"Somebody types {title(who)}'s password, and answers with {words[signer]} under its own id."
        if signer != "own":
            pending, options = self._begun(who)
            response = signed_for_page(signers[signer], options["challenge"], ORIGINS[0])
            self._stays_out(who, pending, response, "a passkey of another account")
        self.told.pop()

    def no_user(self, who: str, missing: str, key: int) -> None:
        """Use the authenticator without verifying its owner, without anybody's touch, or without both."""
        words = {"verified": "was not verified", "present": "was not present", "both": "was not even present"}
        self.told.append(
            f"Somebody uses {title(who)}'s authenticator, and its flags say that the user {words[missing]}."
        )
        pending, options = self._begun(who)
        response = without(self._holder(who, key), options, *_MISSING[missing])
        self._stays_out(who, pending, response, "a response without these flags")

    def overwrite(self, by: str, whose: str, key: int) -> None:
        """Register a new key under a credential id that is already stored, and try to log in with this key."""
        credential_id = self._holder(whose, key).passkeys[0].credential_id
        self.told.append(
            f"{title(by)} registers a new key under the id of {title(whose)}'s passkey{self._device(whose, key)}."
        )
        pending, options = self._begun(by)
        session = self._gets_in(by, pending, Browser(ORIGINS[0]).get(options, self._holder(by, 0)))
        creation = self._offered(session)
        response, holder = registered_under(creation.options, credential_id)
        if self.attempt(lambda: self.world.server.confirm_passkey(creation, response), RecoveryCodes) is not None:
            self.differs("in", "The server accepts an id that it has stored before.")
        for victim in (whose, by):
            pending, options = self._begun(victim)
            response = signed_for_page(holder, options["challenge"], ORIGINS[0])
            self._stays_out(victim, pending, response, "the new key")
        self._log_in(whose, key)

    def fall_back(self, who: str, door: str) -> None:
        """Try a weaker way into an account that has a passkey."""
        words = {
            "code": f"types {title(who)}'s password and a code",
            "enrol": f"types {title(who)}'s password, and asks to enrol an authenticator app",
            "passkey": f"types {title(who)}'s password, and asks to register a passkey",
        }
        self.told.append(f"Somebody {words[door]}.")
        self.world.clock.advance(PERIOD)
        self._stays_closed(who, door, self._pending(who), self.people["carol" if who == "bob" else who].phone)

    def begun_before(self, door: str) -> None:
        """Let a new account begin a login, and then register its first passkey in another login.

        Somebody then tries a weaker way in the login that began first.
        """
        name = f"dave{len(self.told)}@example.org"
        words = {"code": "sends a code", "enrol": "asks to enrol an authenticator app"}
        self.told.append(
            f"{name} has no passkey, and begins a login. In another login, {name} registers a passkey. Somebody "
            f"{words[door]} in the login that began before."
        )
        joined = self.attempt(partial(self._joined, name, door), tuple)
        if joined is None:
            self.differs("out", f"The server does not let {name} register a passkey.")
        person, pending = joined
        self.world.clock.advance(PERIOD)
        self._stays_closed(name, door, pending, person.phone)

    def _joined(self, name: str, door: str) -> tuple[Person, PendingLogin]:
        """Return a new person with a first passkey, and a login that the person began before registering it.

        If `door` is "code", the person also has an authenticator app.
        """
        world, has_app = self.world, door == "code"
        person = Person(name, "a goose in a lighthouse", Phone(world.clock))
        if has_app:
            person = world.join(name, person.password)
            world.clock.advance(PERIOD)
        else:
            world.server.register(name, person.password)
        pending = world.begin(person)
        world.register_passkey(person, world.log_in_with_code(person) if has_app else world.begin(person))
        return person, pending

    def _stays_closed(self, who: str, door: str, pending: PendingLogin, phone: Phone) -> None:
        server = self.world.server
        if door == "passkey":
            opened: object = self.attempt(lambda: server.start_passkey(pending), PasskeyCreation)
        elif door == "enrol":
            opened = self.attempt(lambda: server.start_enrolment(pending), Enrolment)
        else:
            opened = self.attempt(lambda: server.finish_login(pending, phone.code()), Session)
        if opened is not None:
            self.differs("in", f"The server lets them, although {title(who)} has a passkey.")

    # What the model says

    def _gets_in(self, who: str, pending: PendingLogin, response: dict[str, Any]) -> Session:
        session = self.attempt(partial(self.world.finish, pending, response), Session)
        if session is None:
            self.differs("out", f"The server rejects {title(who)}'s passkey.")
        opened = self.whose(session)
        if opened != self.people[who].name:
            self.differs("out", f"The new session opens {'no page' if opened is None else f'the page of {opened}'}.")
        self.sent[who].append((pending, response))
        return session

    def _stays_out(self, who: str, pending: PendingLogin, response: dict[str, Any], what: str) -> None:
        session = self.attempt(partial(self.world.finish, pending, response), Session)
        if session is not None:
            self.differs("in", f"The server accepts {what}, and opens the page of {self.whose(session) or who}.")

    # Steps of several events

    def _pending(self, who: str) -> PendingLogin:
        person: Person = self.people[who]
        pending = self.attempt(lambda: self.world.begin(person), PendingLogin)
        if pending is None:
            self.differs("out", f"The server rejects {title(who)}'s correct password.")
        return pending

    def _options(self, pending: PendingLogin) -> dict[str, Any]:
        options = self.attempt(lambda: self.world.options(pending), dict)
        if options is None:
            self.differs("out", "The server gives no challenge.")
        return options

    def _begun(self, who: str) -> tuple[PendingLogin, dict[str, Any]]:
        pending = self._pending(who)
        return pending, {**self._options(pending), "allowCredentials": []}

    def _offered(self, session: Session) -> PasskeyCreation:
        creation = self.attempt(lambda: self.world.server.start_passkey(session), PasskeyCreation)
        if creation is None:
            self.differs("out", "The server does not let them add a passkey.")
        return creation

    def _holder(self, who: str, key: int) -> PasskeyHolder:
        holders = self.world.holders[self.people[who].name]
        return holders[key % len(holders)]

    def _device(self, who: str, key: int) -> str:
        number = key % len(self.world.holders[self.people[who].name])
        return f" on device {number + 1}" if number else ""


_PLAYS: dict[str, Callable[..., None]] = {
    "log in": PasskeyGame.log_in,
    "tabs": PasskeyGame.tabs,
    "code": PasskeyGame.code,
    "add": PasskeyGame.add,
    "wait": PasskeyGame.wait,
    "replay": PasskeyGame.replay,
    "second response": PasskeyGame.second_response,
    "old signature": PasskeyGame.old_signature,
    "empty challenge": PasskeyGame.empty_challenge,
    "swap": PasskeyGame.swap,
    "page": PasskeyGame.page,
    "change": PasskeyGame.change,
    "other key": PasskeyGame.other_key,
    "no user": PasskeyGame.no_user,
    "overwrite": PasskeyGame.overwrite,
    "fall back": PasskeyGame.fall_back,
    "begun before": PasskeyGame.begun_before,
}
