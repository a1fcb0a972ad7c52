"""Attack 15, the relay: what notebook 22 asks, and what notebook 23 can fix, the session and the notification."""

from __future__ import annotations

from mfa_lab.attacks.relay import ATTACK
from mfa_lab.lab.exercises.fixes import fix
from mfa_lab.lab.exercises.records import Option, Prediction, Wrong

NOTEBOOK = "23_fix_replay_and_relay"

_GIVEN = """
from mfa_lab import AccessDenied
from mfa_lab.attacks.helpers.lasting_sessions import LastingServer
""".strip()

_NOTIFIES = """
    def bound(self, name):
        self.notify(name, "factor bound")
"""


def _checks(lines: str, feedback: str, *, notifies: bool = True) -> Wrong:
    """Make a wrong answer: its mistake is in `check_session`, or it sends no notification."""
    start = "class Fixed(LastingServer):\n    def check_session(self, session):\n"
    return Wrong(start + lines + (f"\n{_NOTIFIES}" if notifies else ""), feedback)


EXERCISES = (
    fix(
        ATTACK,
        exercise_id="relayed-session",
        title="Attack 15: what a stolen session is worth",
        question=(
            "You cannot stop the relay itself, so let it in. Write a class `Fixed` on top of `LastingServer` with "
            "two methods. `check_session(self, session)` raises `AccessDenied` once the session has ended, and "
            "otherwise returns what the weak server returns. A session ends at the second at which "
            "`self.session_seconds` have passed since it was opened, or `self.idle_seconds` since it was last used. "
            "`self.times[session.token.reveal()]` holds both moments; keeping the second one up to date is your "
            "part. `bound(self, name)` is called when an authenticator was bound. Leave a security notification "
            'there with `self.notify(name, event)`; `event` is a text of your own, such as "factor bound".'
        ),
        given=_GIVEN,
        hints=(
            "Ask the weak server first, with `super()`, whether there is such a session. Then read the clock.",
            (
                "Refuse when either limit has passed. Otherwise note in `self.times` that the session was used at "
                "this moment."
            ),
        ),
        wrong=(
            _checks(
                "        found, now = super().check_session(session), self.clock.now()\n"
                "        token = session.token.reveal()\n"
                "        opened, used = self.times[token]\n"
                "        if now > opened + self.session_seconds or now > used + self.idle_seconds:\n"
                "            raise AccessDenied\n"
                "        self.times[token] = opened, now\n"
                "        return found",
                "Your session still opens exactly when the hour is over, and this use renews it. From that second on "
                "the hour has passed. What does your comparison say about equal values?",
            ),
            _checks(
                "        found, now = super().check_session(session), self.clock.now()\n"
                "        token = session.token.reveal()\n"
                "        opened, used = self.times[token]\n"
                "        self.times[token] = opened, now\n"
                "        if now >= opened + self.session_seconds or now >= used + self.idle_seconds:\n"
                "            raise AccessDenied\n"
                "        return found",
                "Your server refused the first request, and yet counted it as a use. So the second request got in. "
                "Which requests count as using the session?",
            ),
            _checks(
                "        found = super().check_session(session)\n"
                "        opened, used = self.times[session.token.reveal()]\n"
                "        if self.clock.now() >= min(opened + self.session_seconds, used + self.idle_seconds):\n"
                "            raise AccessDenied\n"
                "        return found",
                "Your code never notes that the session was used. So it ends an hour after the login, in the middle "
                "of Alice's work. Where is the last use kept?",
            ),
            _checks(
                "        if self.clock.now() >= session.expires_at:\n"
                "            raise AccessDenied\n"
                "        return super().check_session(session)",
                "Your code asks the session itself how old it is. The client holds it, and can write any date on "
                "it. Who else knows when it was opened?",
            ),
            _checks(
                "        found = super().check_session(session)\n"
                "        opened, used = self.times[session.token.reveal()]\n"
                "        if self.clock.now() >= opened + self.session_seconds:\n"
                "            raise AccessDenied\n"
                "        return found",
                "Your session ends after a day. But Alice left hours ago, and the copy is still open. For how long "
                "has nobody used it?",
            ),
            _checks(
                "        found, token = super().check_session(session), session.token.reveal()\n"
                "        if self.clock.now() >= self.times[token][1] + self.idle_seconds:\n"
                "            raise AccessDenied\n"
                "        self.times[token] = self.clock.now(), self.clock.now()\n"
                "        return found",
                "Your code renews the session at each use. So anyone who uses it often enough stays for ever. Which "
                "of the two moments may a use change?",
            ),
            _checks(
                "        found, now = super().check_session(session), self.clock.now()\n"
                "        token = session.token.reveal()\n"
                "        opened, used = self.times[token]\n"
                "        if now >= opened + self.session_seconds or now >= used + self.idle_seconds:\n"
                "            raise AccessDenied\n"
                "        self.times[token] = opened, now\n"
                "        return found",
                "Your session ends in time. But in its first minutes Mallory bound another phone with it, and Alice "
                "does not know. How could the server tell her?",
                notifies=False,
            ),
            _checks(
                "        found = super().check_session(session)\n"
                "        opened, used = self.times[session.token.reveal()]\n"
                "        if self.clock.now() >= opened + 600:\n"
                "            raise AccessDenied\n"
                "        return found",
                "Your session ends after ten minutes for everybody. So Alice logs in all day long. Which two limits "
                "does the server have already?",
            ),
            _checks(
                "        found, now = super().check_session(session), self.clock.now()\n"
                "        opened, used = self.times.setdefault(found.name, (now, now))\n"
                "        if now >= opened + self.session_seconds or now >= used + self.idle_seconds:\n"
                "            raise AccessDenied\n"
                "        self.times[found.name] = opened, now\n"
                "        return found",
                "Your code keeps one age for all of Alice's sessions. So tomorrow's session is old before it "
                "begins. What should an age belong to?",
            ),
            _checks(
                "        token, now = session.token.reveal(), self.clock.now()\n"
                "        if token not in self.times:\n"
                "            raise AccessDenied\n"
                "        opened, used = self.times[token]\n"
                "        if now >= opened + self.session_seconds or now >= used + self.idle_seconds:\n"
                "            raise AccessDenied\n"
                "        self.times[token] = opened, now\n"
                "        return session",
                "Your code returns the session that the client brought, with the name that the client wrote on it. "
                "So Mallory opens Alice's pages. Who knows whose session it is?",
            ),
            _checks(
                "        token, now = session.token.reveal(), self.clock.now()\n"
                "        opened, used = self.times[token]\n"
                "        if now >= opened + self.session_seconds or now >= used + self.idle_seconds:\n"
                "            raise AccessDenied\n"
                "        self.times[token] = opened, now\n"
                "        return super().check_session(session)",
                "Your code looks up a token that the server never issued, and `self.times` has nothing for it. So "
                "the page fails with its own error. Whom could you ask first whether there is such a session?",
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        id="attack-relay",
        question=(
            "Alice types name, password and code into a phishing page. It sends each at once to MfaServer, and "
            "keeps the session if one comes back. In the first minute it also tries to bind Mallory's own phone to "
            "her account. What happens?"
        ),
        options=(
            Option(
                "a",
                "there is no session: a code is accepted once, and Alice has used it",
                lambda measure: not measure.succeeded,
            ),
            Option(
                "b",
                "the server refuses his phone, because it asks for one more of Alice's codes",
                lambda measure: measure.succeeded and "phone is bound" not in measure.words,
            ),
            Option(
                "c",
                "his phone is bound, and Alice hears of it",
                lambda measure: "security notification" in measure.words,
            ),
            Option(
                "d", "his phone is bound, and Alice hears nothing", lambda measure: "told nothing" in measure.words
            ),
        ),
        outcome="c",
        saw=(
            (
                "**What we saw:** *broken*, and it was our own server. Alice was logged in, and everything looked "
                "as always. The code was correct, on time, and used once: by the relay. No rule about codes helps "
                "here, because every rule was kept. A code goes to the page that asked for it, and a person cannot "
                "see the difference. NIST-3.2.5 says it soberly: a one-time password that is typed by hand does not "
                "count as phishing-resistant."
            ),
            (
                "What resists is a key that is bound to the address that the browser really sees: a passkey or a "
                "security key. On a phishing page it gives no answer that the real server would accept. That is why "
                "NIST-2.2.2 wants such an option to be offered. Notebook 23 explains it."
            ),
            (
                "A server *can* make a stolen session worth less, and tell the owner. `LastingServer`, the "
                "second result, lets it live all week and says nothing. At ours it ends after a day, and after an "
                "hour without use (NIST-2.2.3). And when the relay bound its own phone, Alice was notified."
            ),
            (
                "Yes, it bound one. For its first five minutes a session is fresh enough to change the factors "
                "(ASVS-7.5.1), and a relay is quick. That phone outlives the session. With the password and his own "
                "phone, the attacker logs in next week, too: the day limits only the session. Alice ends the rest. "
                "She reads the security notification, has that phone removed and changes her password."
            ),
            (
                "The relay cannot avoid the notification. It waits for her next login, and comes by e-mail if the "
                "operator sends e-mails. The e-mail matters, because if the new phone took the place of hers, she "
                "cannot log in any more. Codes cannot do more than that."
            ),
            (
                "In March 2026 [a service that rented out such "
                "pages](https://www.itnews.com.au/news/europol-and-tech-firms-"
                "take-down-tycoon-2fa-bypass-service-624078) "
                "was shut down. In real time it passed everything that victims typed to the real login page, and "
                "kept the session that came back."
            ),
        ),
        secrets=(
            "opens her pages for 24 hours",
            "another phone is bound",
            "Alice was notified",
            "all week long",
            "it was our own server",
            "everything looked as always",
            "rented out such pages",
            "kept the session that came",
        ),
    ),
)
