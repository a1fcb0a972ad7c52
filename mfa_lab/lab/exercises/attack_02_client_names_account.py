"""Attack 2, the client names the account: what 24 asks and 25 fixes."""

from __future__ import annotations

from mfa_lab.attacks.client_names_account import ATTACK
from mfa_lab.lab.exercises.fixes import fix
from mfa_lab.lab.exercises.records import Option, Prediction, Wrong

NOTEBOOK = "25_fix_account_mixups"

EXERCISES = (
    fix(
        ATTACK,
        exercise_id="client-names-account",
        title="Attack 2: the server knows whose login it is",
        question=(
            "Write a class `Fixed` on top of `TrustingServer`, with its own method `account_of(self, pending)`. It "
            "returns the account that passed the first step, one of `self.accounts`, or raises `AccessDenied`. The "
            "client sends back the text `pending.token.reveal()`: a random token, a space, and a name. In the first "
            "step the server itself stored a name under the token alone, in `self.pendings`."
        ),
        given=("from mfa_lab import AccessDenied\nfrom mfa_lab.attacks.client_names_account import TrustingServer"),
        hints=(
            "Both parts of the text come from the client. Which of the two parts can a client not have made up?",
            "Split the text at the space, and look up the first part. Ignore the second part.",
        ),
        wrong=(
            Wrong(
                "class Fixed(TrustingServer):\n"
                "    def account_of(self, pending):\n"
                '        token, _, name = pending.token.reveal().partition(" ")\n'
                "        if token not in self.pendings or name not in self.pendings.values():\n"
                "            raise AccessDenied\n"
                "        return self.accounts[name]",
                "Your code checks the token and the name separately. So Mallory's token works with the name of "
                "anyone who is logging in. Under which name did this very token pass the first step?",
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
                "Your server remembers only one name, the name of the person who came last. If two people log in at "
                "the same time, it takes one for the other. What tells their logins apart?",
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
                "Your code finds the correct name, but it ends the pending login at the first wrong code. If Alice "
                "mistypes once, she has to start again. How many mistakes should one login allow?",
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
                "Your code trusts every name that has logged in once. Mallory waits for Alice's login, and then "
                "sends her name. What does a name prove?",
            ),
            Wrong(
                "class Fixed(TrustingServer):\n"
                "    def account_of(self, pending):\n"
                '        token = pending.token.reveal().partition(" ")[0]\n'
                "        return self.accounts[self.pendings[token]]",
                "Your code raises `KeyError` for a token that is not in the list. The server then reports a fault of "
                "its own, but in truth somebody made up a token to get in. Which error rejects a login?",
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        id="attack-client-names-account",
        question=(
            "Mallory logs in with his own password. On the page for the code he changes the hidden name to "
            "Alice's, and types a code that he read on her phone. Whose pages open?"
        ),
        options=(
            Option(
                "a", "nobody's, because the name does not belong to the token", lambda measure: not measure.succeeded
            ),
            Option("b", "Mallory's, because his password opened this login"),
            Option("c", "Alice's, because the name is hers", lambda measure: measure.succeeded),
        ),
        outcome="c",
        saw=(
            (
                "**What we saw:** Alice's pages open, and nobody typed her password. One factor is Mallory's and the "
                "other is Alice's. Together they are not two factors of the same person (ASVS-6.3.3). Between "
                "Mallory and her pages there are only six digits, which can be seen or guessed."
            ),
            (
                "Our server has a list. In step 1 the server stored the owner of this login under the token, which "
                "is random. The token contains no name, so there is no name to change. Mallory's token stays "
                "Mallory's, and Alice's code is a wrong code for it. At the end the server issues another new token "
                "(ASVS-7.2.4), with its own owner in the list."
            ),
            (
                "This has happened. In 2019 users of [an adapter that adds one-time passwords to company "
                "logins](https://github.com/sbidy/privacyIDEA-ADFSProvider/issues/19) found the wrong person's name "
                "in the second step. The name travelled in a hidden field. The adapter's author wrote in public what "
                "that meant: one person's password and another's code made one login. The report was closed as "
                "fixed. PortSwigger's Web Security Academy has [a lab built on this "
                "mistake](https://portswigger.net/web-security/authentication/multi-factor/lab-2fa-broken-logic), in "
                "which the attacker then guesses the code."
            ),
        ),
        secrets=(
            "her pages open",
            "pages of alice@",
        ),
    ),
)
