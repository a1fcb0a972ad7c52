"""Rung 2, the client names the account: what 24 asks and 25 has mended."""

from __future__ import annotations

from mfa_lab.attacks.client_names_account import ATTACK
from mfa_lab.lab.exercises.fixes import fix
from mfa_lab.lab.exercises.records import Option, Prediction, Wrong

NOTEBOOK = "25_fix_account_mixups"

EXERCISES = (
    fix(
        ATTACK,
        exercise_id="client-names-account",
        title="Rung 2: the server knows whose login it is",
        question=(
            "Write a class `Fixed` on top of `TrustingServer`, with a method `account_of(self, pending)` of its "
            "own. It answers with the account, one of `self.accounts`, that passed the first step, or raises "
            "`AccessDenied`. What the client sends back is the text `pending.token.reveal()`: a random token, a "
            "space, and a name. Under the token alone the server wrote down a name of its own, in `self.pendings`."
        ),
        given=("from mfa_lab import AccessDenied\nfrom mfa_lab.attacks.client_names_account import TrustingServer"),
        hints=(
            "Two of the things at hand were in the client's hands. Which one can the client not have made up?",
            "Split the text at the space, and look up the first part. The second part is for nobody.",
        ),
        wrong=(
            Wrong(
                "class Fixed(TrustingServer):\n"
                "    def account_of(self, pending):\n"
                '        token, _, name = pending.token.reveal().partition(" ")\n'
                "        if token not in self.pendings or name not in self.pendings.values():\n"
                "            raise AccessDenied\n"
                "        return self.accounts[name]",
                "The name that comes back may be anybody's. Did this very token pass the first step under it?",
            ),
            Wrong(
                "class Fixed(TrustingServer):\n"
                "    last = None\n"
                "    def begin_login(self, name, password):\n"
                "        pending = super().begin_login(name, password)\n"
                "        self.last = name\n"
                "        return pending\n"
                "    def account_of(self, pending):\n"
                "        if self.last is None:\n"
                "            raise AccessDenied\n"
                "        return self.accounts[self.last]",
                "The server remembers one name, that of the last one who came. Two people log in at the same time.",
            ),
            Wrong(
                "class Fixed(TrustingServer):\n"
                "    used = frozenset()\n"
                "    def account_of(self, pending):\n"
                '        token = pending.token.reveal().partition(" ")[0]\n'
                "        if token not in self.pendings or token in self.used:\n"
                "            raise AccessDenied\n"
                "        return self.accounts[self.pendings[token]]\n"
                "    def failed(self, count):\n"
                "        super().failed(count)\n"
                "        self.used = frozenset(self.pendings)",
                "The name is right now, but the first wrong digit ends the pending login.",
            ),
            Wrong(
                "class Fixed(TrustingServer):\n"
                "    seen = frozenset()\n"
                "    def open_session(self, account):\n"
                "        self.seen = self.seen | {account.name}\n"
                "        return super().open_session(account)\n"
                "    def account_of(self, pending):\n"
                '        token, _, name = pending.token.reveal().partition(" ")\n'
                "        if self.pendings.get(token) != name and name not in self.seen:\n"
                "            raise AccessDenied\n"
                "        return self.accounts[name]",
                "Whoever has logged in once is trusted by name from then on. A name is no proof.",
            ),
            Wrong(
                "class Fixed(TrustingServer):\n"
                "    def account_of(self, pending):\n"
                '        token = pending.token.reveal().partition(" ")[0]\n'
                "        return self.accounts[self.pendings[token]]",
                "A token that is not in the list is somebody's attempt to get in, and no fault of the server's: "
                "`AccessDenied`, and no `KeyError`.",
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        id="attack-client-names-account",
        question=(
            "Mallory logs in with his own password. On the page for the code he changes the hidden name to Alice's, "
            "and types a code that he read on her phone. What does he need her password for?"
        ),
        options=(
            Option("a", "for her pages, which stay shut", lambda measure: not measure.succeeded),
            Option("b", "for nothing", lambda measure: measure.succeeded),
            Option("c", "for the page for the code, which notices a changed name"),
        ),
    ),
)
