"""The exercise and the prediction of attack 21, where a passkey is overwritten, for notebooks 32 and 33."""

from __future__ import annotations

from mfa_lab.attacks.credential_overwritten import ATTACK
from mfa_lab.lab.exercises.fixes import fix
from mfa_lab.lab.exercises.records import Option, Prediction, Wrong

NOTEBOOK = "33_fix_passkeys"

_HEAD = "class Fixed(OverwritingServer):\n    def store_passkey(self, account, made):\n"
_STORE = "        self.passkeys[made.credential_id] = StoredPasskey(account.name, made.public_key)\n"

EXERCISES = (
    fix(
        ATTACK,
        exercise_id="credential-overwritten",
        title="Attack 21: an id is registered once",
        question=(
            "Write a class `Fixed` that extends `OverwritingServer` with its own method "
            "`store_passkey(self, account, made)`. The method stores `StoredPasskey(account.name, made.public_key)` "
            "in `self.passkeys`, under the key `made.credential_id`. If this id is already stored, no matter for "
            "whom, the method raises `AccessDenied` and changes nothing."
        ),
        given="from mfa_lab import AccessDenied\n"
        "from mfa_lab.attacks.credential_overwritten import OverwritingServer\n"
        "from mfa_lab.attacks.passkeys.passkey_server import StoredPasskey",
        hints=(
            "The client chooses the credential id. What does the weak server do if it knows the id already?",
            (
                "First ask whether the dictionary has the id, then store. With a database, a unique column does the "
                "same."
            ),
        ),
        wrong=(
            Wrong(
                f"{_HEAD}"
                "        known = self.passkeys.get(made.credential_id)\n"
                "        if known and known.name == account.name:\n"
                "            raise AccessDenied\n"
                f"{_STORE}",
                "Your code accepts an id that another account has already. So Mallory can store his own passkey "
                "in the place of Alice's, and she is locked out. Whose ids must a new id differ from?",
            ),
            Wrong(
                f"{_HEAD}        if made.credential_id in self.passkeys:\n            return\n{_STORE}",
                "Your code keeps the stored passkey, but the caller reports success. The user would rely on a "
                "passkey that the server did not store, and nobody learns of the attack. Which error rejects a "
                "request?",
            ),
            Wrong(
                f"{_HEAD}"
                "        known = self.passkeys.get(made.credential_id)\n"
                "        if known and known.name != account.name:\n"
                "            raise AccessDenied\n"
                f"{_STORE}",
                "Your code lets an account replace the key of an id that it already has. A thief with one of Alice's "
                "sessions replaces her key, and no passkey seems to be added. When is an id new?",
            ),
            Wrong(
                f"{_HEAD}"
                "        known = made.credential_id in self.passkeys\n"
                f"{_STORE}"
                "        if known:\n"
                "            raise AccessDenied\n",
                "Your code raises an error, but it has replaced or removed Alice's passkey before. An error does not "
                "undo what your code has changed. In which order should the two steps come?",
            ),
            Wrong(
                f"{_HEAD}"
                "        known = self.passkeys[made.credential_id]\n"
                "        if known:\n"
                "            raise AccessDenied\n"
                f"{_STORE}",
                "Your code reads the passkey of every id, but a new id has none yet. Python raises `KeyError`, so "
                "nobody can register a passkey. How can you find out whether a dictionary has a key?",
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        id="attack-credential-overwritten",
        question=(
            "Mallory logs in to his own account, and registers a passkey there. His client sends a new public key "
            "under the credential id of Alice's passkey. Whom does `OverwritingServer` harm?"
        ),
        options=(
            Option(
                "a", "nobody, because the passkey is registered for Mallory's account", lambda one: not one.succeeded
            ),
            Option("b", "Alice: his key opens her pages, and her own passkey is rejected", lambda one: one.succeeded),
            Option("c", "only Alice's next login, which fails"),
            Option("d", "only Mallory, who can no longer log in"),
        ),
        outcome="b",
        saw=(
            (
                "**What we saw:** with her password, Alice's pages opened to Mallory's key, and her own passkey was "
                "rejected. The server looked up the id, found a passkey of Alice's, and wrote the new public key "
                "into it. From then on it was Mallory's key, with Alice's name."
            ),
            (
                "The client chooses the credential id, so an id proves nothing. WebAuthn tells the server to check "
                "at the registration that no account has this id already. `MfaServer` does so, and its table has a "
                "unique column for the id."
            ),
            (
                "In August 2026 the developers of [an event "
                "platform](https://github.com/SandeepVashishtha/Eventra/issues/17866) found that their server kept "
                "all passkeys in one table by credential id. A user who registered a known id silently replaced "
                "another user's passkey. The issue was closed after a fix. The training shop of OWASP, Juice Shop, "
                "has the same fault on purpose."
            ),
        ),
        secrets=(
            "her pages open to him",
            "opened to Mallory's key",
            r"✓ gets in",
            "silently replaced",
        ),
    ),
)
