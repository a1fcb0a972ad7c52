"""Define the smallest server that accepts passkeys without any of the mistakes of attacks 18 to 23.

Each weak server is this server with one or two methods changed. The server has the same methods as `MfaServer`, so
the same attack runs on both servers. It is a model to read, not a server to use: it checks no counters and no backup
bits, and knows only one kind of key.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from mfa_lab.attacks.helpers.minimal_server import Account, MinimalServer
from mfa_lab.attacks.passkeys.responses import (
    LoginResponse,
    NewPasskey,
    decoded,
    encoded,
    read_login,
    read_registration,
)
from mfa_lab.clock import Clock
from mfa_lab.errors import AccessDenied
from mfa_lab.randomness import Randomness
from mfa_lab.server.records import Enrolment, PasskeyCreation, PendingLogin, RecoveryCodes, Session

RP_ID = "shop.localhost"
ORIGINS = ("http://shop.localhost:8000", "https://pay.shop.localhost")
SIGNED_WITH = ec.ECDSA(SHA256())
"""The algorithm of every passkey here: ES256."""


@dataclass
class StoredPasskey:
    """Hold what the server stores about a passkey: its owner's name, and its public key."""

    name: str
    public_key: ec.EllipticCurvePublicKey


class PasskeyServer(MinimalServer):
    """Handle a login with a password and then a passkey. An account without a passkey logs in with a code.

    `passkeys` maps each credential id to its passkey. `challenges` maps the token of each pending login to its
    challenge.
    """

    rp_id = RP_ID
    origins = ORIGINS

    def __init__(self, clock: Clock, randomness: Randomness) -> None:
        super().__init__(clock, randomness)
        self.passkeys: dict[bytes, StoredPasskey] = {}
        self.challenges: dict[str, bytes] = {}
        self._creations: dict[str, tuple[str, bytes]] = {}

    # Step 2 of a login

    def start_passkey_login(self, pending: PendingLogin) -> dict[str, Any]:
        """Return the options for the browser, with a new challenge."""
        account, challenge = self.account_of(pending), self.randomness.token_bytes(32)
        self.keep_challenge(pending, challenge)
        return {
            "challenge": encoded(challenge),
            "rpId": self.rp_id,
            "allowCredentials": self._named(account),
            "userVerification": "required",
        }

    def finish_passkey_login(self, pending: PendingLogin, response: Mapping[str, Any]) -> Session:
        """Return a session if the response passes every check."""
        account, read = self.account_of(pending), read_login(response)
        passkey = self.passkey_of(account, read)
        self.check_challenge(pending, read)
        self.check_origin(read)
        self.check_rp_id(read)
        self.check_user(read)
        self.check_signature(passkey, read)
        return self.open_session(account)

    def passkey_of(self, account: Account, response: LoginResponse) -> StoredPasskey:
        """Return the passkey of this account that the response names."""
        passkey = self.passkeys.get(response.credential_id)
        if passkey is None or passkey.name != account.name:
            raise AccessDenied
        return passkey

    def keep_challenge(self, pending: PendingLogin, challenge: bytes) -> None:
        """Store the challenge of this login."""
        self.challenges[pending.token.reveal()] = challenge

    def check_challenge(self, pending: PendingLogin, response: LoginResponse) -> None:
        """Accept only the challenge of this login, and only once."""
        expected = self.challenges.pop(pending.token.reveal(), None)
        if expected is None or not hmac.compare_digest(expected, response.challenge):
            raise AccessDenied

    def check_origin(self, response: LoginResponse) -> None:
        """Accept only pages of this site that are not in another site's frame."""
        if response.origin not in self.origins or response.client_data.get("crossOrigin"):
            raise AccessDenied

    def check_rp_id(self, response: LoginResponse) -> None:
        """Accept only a signature that was made for this site."""
        if response.rp_id_hash != hashlib.sha256(self.rp_id.encode()).digest():
            raise AccessDenied

    def check_user(self, response: LoginResponse) -> None:
        """Accept only a user who was present, and whom the authenticator verified by a PIN or a fingerprint."""
        if not response.flags & 0x01 or not response.flags & 0x04:
            raise AccessDenied

    def check_signature(self, passkey: StoredPasskey, response: LoginResponse) -> None:
        """Accept only a signature of this passkey over everything that was checked."""
        signed = response.authenticator_data + hashlib.sha256(response.client_data_json).digest()
        try:
            passkey.public_key.verify(response.signature, signed, SIGNED_WITH)
        except InvalidSignature:
            raise AccessDenied from None

    # Weaker ways

    def has_passkey(self, account: Account) -> bool:
        """Return whether the account has a passkey."""
        return any(passkey.name == account.name for passkey in self.passkeys.values())

    def finish_login(self, pending: PendingLogin, code: str) -> Session:
        """Accept a code only from an account without a passkey."""
        if self.has_passkey(self.account_of(pending)):
            raise AccessDenied
        return super().finish_login(pending, code)

    def start_enrolment(self, pending: PendingLogin) -> Enrolment:
        """Offer a shared secret only to an account that has neither a secret nor a passkey."""
        if self.has_passkey(self.account_of(pending)):
            raise AccessDenied
        return super().start_enrolment(pending)

    # Registration

    def start_passkey(self, permit: PendingLogin | Session) -> PasskeyCreation:
        """Offer to register a passkey: in a session, or after the password if the account has no factor yet."""
        account = self._permitted(permit)
        token, challenge = self._new_token(), self.randomness.token_bytes(32)
        self._creations[token.reveal()] = account.name, challenge
        options = {
            "rp": {"id": self.rp_id, "name": "small server"},
            "user": {"id": encoded(account.name.encode()), "name": account.name, "displayName": account.name},
            "challenge": encoded(challenge),
            "pubKeyCredParams": [{"type": "public-key", "alg": -7}],
            "excludeCredentials": self._named(account),
            "authenticatorSelection": {"userVerification": "required"},
        }
        return PasskeyCreation(token, self.clock.now() + 900, options)

    def confirm_passkey(self, creation: PasskeyCreation, response: Mapping[str, Any]) -> RecoveryCodes:
        """Store the new passkey of the account that the offer was made to."""
        name, challenge = self._creations.pop(creation.token.reveal(), ("", b""))
        made = read_registration(response)
        signed_for = made.client_data["origin"], decoded(made.client_data["challenge"])
        if not name or signed_for[0] not in self.origins or signed_for[1] != challenge:
            raise AccessDenied
        self.store_passkey(self.accounts[name], made)
        return RecoveryCodes(())

    def store_passkey(self, account: Account, made: NewPasskey) -> None:
        """Store a passkey if no account has its credential id yet."""
        if made.credential_id in self.passkeys:
            raise AccessDenied
        self.passkeys[made.credential_id] = StoredPasskey(account.name, made.public_key)

    def _permitted(self, permit: PendingLogin | Session) -> Account:
        if isinstance(permit, Session):
            return self.accounts[self.check_session(permit).name]
        account = self.account_of(permit)
        if account.secret or self.has_passkey(account):
            raise AccessDenied
        return account

    def _named(self, account: Account) -> list[dict[str, Any]]:
        own = [number for number, passkey in self.passkeys.items() if passkey.name == account.name]
        return [{"type": "public-key", "id": encoded(number)} for number in own]
