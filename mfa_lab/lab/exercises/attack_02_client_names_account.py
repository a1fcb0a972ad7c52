"""The exercise and the prediction of attack 2, where the client names the account, for notebooks 24 and 25."""

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
            "Write a class `Fixed` that extends `TrustingServer` with its own method `account_of(self, "
            "pending)`. The method returns the account from `self.accounts` that passed the first step, or "
            "raises `AccessDenied`. The client sends back the text `pending.token.reveal()`: a random token, "
            "a space, and a name. In the first step the server stored a name in `self.pendings`, with only "
            "the random token as the key."
        ),
        given=("from mfa_lab import AccessDenied\nfrom mfa_lab.attacks.client_names_account import TrustingServer"),
        hints=(
            ("Both parts of the text come from the client. Which of the two parts can a client not invent?"),
            "Split the text at the space, look up the first part, and ignore the second part.",
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
                "anyone who is logging in. Which name passed the first step with this token?",
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
                "Your server remembers only one name, that of the last person who typed a password. If two people "
                "log in at the same time, your server takes one person for the other. What is different about their "
                "two logins?",
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
                "Your code finds the correct name, but it ends the pending login after the first wrong code. If "
                "Alice mistypes once, she has to start again. How many mistakes should one login allow?",
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
                "Your code trusts every name that has ever logged in. Mallory waits until Alice has logged in, "
                "and then sends her name. What does a name prove?",
            ),
            Wrong(
                "class Fixed(TrustingServer):\n"
                "    def account_of(self, pending):\n"
                '        token = pending.token.reveal().partition(" ")[0]\n'
                "        return self.accounts[self.pendings[token]]",
                "Your code raises `KeyError` for a token that is not in `self.pendings`. The server then reports "
                "an internal error, although somebody tried to get in with a made-up token. Which error rejects a "
                "login?",
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        id="attack-client-names-account",
        question=(
            "Mallory logs in with his own password. On the page for the code, he changes the hidden name to "
            "Alice's, and types a code that he has read on her phone. Whose pages open?"
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
                "**What we saw:** Alice's pages open, although nobody typed her password. One factor is Mallory's "
                "and the other is Alice's, so they are not two factors of the same person (ASVS-6.3.3). Only six "
                "digits protect her pages from Mallory, and he can see or guess them."
            ),
            (
                "Our server keeps a list. In step 1 it stores the owner of the login under a random token. The "
                "token contains no name, so there is no name to change. Mallory's token always belongs to "
                "Mallory, so the server rejects Alice's code for it. When the login is complete, the server "
                "issues a new token for the session and stores its owner, too (ASVS-7.2.4)."
            ),
            (
                "This has happened in practice. In 2019 users of [an adapter that adds one-time passwords to "
                "company logins](https://github.com/sbidy/privacyIDEA-ADFSProvider/issues/19) found the wrong "
                "person's name in the second step. The page sent the name in a hidden field. The adapter's "
                "author explained in public what that meant: one person's password and another person's code "
                "were enough for a login. The report was closed as fixed. PortSwigger's Web Security Academy "
                "has [a lab built on this "
                "mistake](https://portswigger.net/web-security/authentication/multi-factor/"
                "lab-2fa-broken-logic), in which the attacker then guesses the code."
            ),
        ),
        secrets=(
            "her pages open",
            "pages of alice@",
        ),
    ),
)
