"""The prediction of attack 15, the relay (notebook 22), and the exercise on what a server can fix (notebook 23)."""

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
    """Return a wrong answer with these lines in `check_session`.

    Without `notifies`, the answer sends no notification.
    """
    start = "class Fixed(LastingServer):\n    def check_session(self, session):\n"
    return Wrong(start + lines + (f"\n{_NOTIFIES}" if notifies else ""), feedback)


EXERCISES = (
    fix(
        ATTACK,
        exercise_id="relayed-session",
        title="Attack 15: what a stolen session is worth",
        question=(
            "You cannot stop the relay itself, so your server lets it in. Write a class `Fixed` that extends "
            "`LastingServer` with two methods. `check_session(self, session)` raises `AccessDenied` if the "
            "session has ended, and otherwise returns what the weak server returns. A session ends as soon as "
            "`self.session_seconds` have passed since it was opened, or `self.idle_seconds` since it was last "
            "used. `self.times[session.token.reveal()]` holds both times; your code must update the second one. "
            "The server calls `bound(self, name)` after it has bound an authenticator. In this method, send the "
            'owner a security notification with `self.notify(name, event)`; `event` is any text, such as "factor '
            'bound".'
        ),
        given=_GIVEN,
        hints=(
            (
                "First call the weak server's method with `super()`, to check whether the session exists. Then read "
                "the clock."
            ),
            (
                "Reject the session if it has reached either limit. Otherwise store the current time in "
                "`self.times` as the time of the last use."
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
                "Exactly one hour after the last use, your server still accepts the session and renews it. From "
                "that second on, the hour has passed. What does your comparison do if the two values are equal?",
            ),
            _checks(
                "        found, now = super().check_session(session), self.clock.now()\n"
                "        token = session.token.reveal()\n"
                "        opened, used = self.times[token]\n"
                "        self.times[token] = opened, now\n"
                "        if now >= opened + self.session_seconds or now >= used + self.idle_seconds:\n"
                "            raise AccessDenied\n"
                "        return found",
                "Your server rejected the first request, but still counted it as a use. So the second request got "
                "in. Which requests count as a use of the session?",
            ),
            _checks(
                "        found = super().check_session(session)\n"
                "        opened, used = self.times[session.token.reveal()]\n"
                "        if self.clock.now() >= min(opened + self.session_seconds, used + self.idle_seconds):\n"
                "            raise AccessDenied\n"
                "        return found",
                "Your code never records that the session was used. So the session ends an hour after the login, "
                "in the middle of Alice's work. Where does the server keep the time of the last use?",
            ),
            _checks(
                "        if self.clock.now() >= session.expires_at:\n"
                "            raise AccessDenied\n"
                "        return super().check_session(session)",
                "Your code reads the age of the session from the session itself. The client holds the session, "
                "and can write any date in it. Who else knows when the session was opened?",
            ),
            _checks(
                "        found = super().check_session(session)\n"
                "        opened, used = self.times[session.token.reveal()]\n"
                "        if self.clock.now() >= opened + self.session_seconds:\n"
                "            raise AccessDenied\n"
                "        return found",
                "Your session ends after a day. But Alice left hours ago, and the stolen copy still works. For "
                "how long has nobody used the session?",
            ),
            _checks(
                "        found, token = super().check_session(session), session.token.reveal()\n"
                "        if self.clock.now() >= self.times[token][1] + self.idle_seconds:\n"
                "            raise AccessDenied\n"
                "        self.times[token] = self.clock.now(), self.clock.now()\n"
                "        return found",
                "Your code renews the whole session at each use. So anyone who uses it often enough stays logged "
                "in for ever. Which of the two times may a use change?",
            ),
            _checks(
                "        found, now = super().check_session(session), self.clock.now()\n"
                "        token = session.token.reveal()\n"
                "        opened, used = self.times[token]\n"
                "        if now >= opened + self.session_seconds or now >= used + self.idle_seconds:\n"
                "            raise AccessDenied\n"
                "        self.times[token] = opened, now\n"
                "        return found",
                "Your session ends in time. But in its first minutes, Mallory used it to bind another phone, and "
                "Alice does not know about it. How could the server tell her?",
                notifies=False,
            ),
            _checks(
                "        found = super().check_session(session)\n"
                "        opened, used = self.times[session.token.reveal()]\n"
                "        if self.clock.now() >= opened + 600:\n"
                "            raise AccessDenied\n"
                "        return found",
                "Your session ends after ten minutes for everybody. So Alice has to log in again and again all "
                "day. Which two limits does the server already have?",
            ),
            _checks(
                "        found, now = super().check_session(session), self.clock.now()\n"
                "        opened, used = self.times.setdefault(found.name, (now, now))\n"
                "        if now >= opened + self.session_seconds or now >= used + self.idle_seconds:\n"
                "            raise AccessDenied\n"
                "        self.times[found.name] = opened, now\n"
                "        return found",
                "Your code stores one pair of times for all of Alice's sessions. So tomorrow's session has "
                "expired before it begins. What should these times belong to?",
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
                "Your code returns the session that the client sent, with the name that the client wrote in it. "
                "So Mallory can open Alice's pages. Who knows whose session it is?",
            ),
            _checks(
                "        token, now = session.token.reveal(), self.clock.now()\n"
                "        opened, used = self.times[token]\n"
                "        if now >= opened + self.session_seconds or now >= used + self.idle_seconds:\n"
                "            raise AccessDenied\n"
                "        self.times[token] = opened, now\n"
                "        return super().check_session(session)",
                "Your code looks up a token that the server never issued, and `self.times` does not contain "
                "it. So the page fails with an internal error. Which method could first check whether the "
                "session exists?",
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        id="attack-relay",
        question=(
            "Alice types her name, password and code into a phishing page. The page immediately sends everything "
            "to `MfaServer`, and keeps the session if the server opens one. In the first minute the page also "
            "tries to bind Mallory's phone to her account. What happens?"
        ),
        options=(
            Option(
                "a",
                "no session opens, because a code is accepted once, and Alice has used it",
                lambda measure: not measure.succeeded,
            ),
            Option(
                "b",
                "the server rejects his phone, because it asks for one more of Alice's codes",
                lambda measure: measure.succeeded and "phone is bound" not in measure.words,
            ),
            Option(
                "c",
                "his phone is bound, and Alice is notified",
                lambda measure: "security notification" in measure.words,
            ),
            Option(
                "d", "his phone is bound, and Alice is not notified", lambda measure: "told nothing" in measure.words
            ),
        ),
        outcome="c",
        saw=(
            (
                "**What we saw:** the result is *broken*, and it was our own server that failed. Alice was "
                "logged in, and everything looked normal to her. The code was correct, on time, and used only "
                "once: by the relay. No rule about codes helps here, because the relay broke none of them. "
                "People type the code into the page that asks for it, and they cannot see the difference. "
                "NIST-3.2.5 says plainly that a one-time password that is typed by hand does not count as "
                "phishing-resistant."
            ),
            (
                "Phishing fails against a key that is bound to the address that the browser really sees: a "
                "passkey or a security key. On a phishing page, such a key gives no answer that the real "
                "server would accept. That is why NIST-2.2.2 requires servers to offer such an option. "
                "Notebook 23 explains passkeys."
            ),
            (
                "A server *can* make a stolen session worth less, and notify the owner. On `LastingServer`, the "
                "second result, the session lasts all week and nobody is notified. On our server the session ends "
                "after a day, or after an hour without use (NIST-2.2.3). When the relay bound Mallory's phone, "
                "Alice was notified."
            ),
            (
                "The relay did bind his phone. For its first five minutes a session is fresh enough to change "
                "the factors (ASVS-7.5.1), and a relay is quick. That phone stays bound after the session has "
                "ended. With the password and his own phone, the attacker can log in next week, too: the "
                "limit of a day applies only to the session. Alice has to do the rest: she reads the security "
                "notification, has that phone removed and changes her password."
            ),
            (
                "The relay cannot prevent the notification. Alice sees it at her next login, and also gets it by "
                "e-mail if the operator sends e-mails. The e-mail matters: if the new phone replaced hers, she "
                "can no longer log in. A server that uses codes cannot do more than that."
            ),
            (
                "In March 2026 [a service that rented out such "
                "pages](https://www.itnews.com.au/news/"
                "europol-and-tech-firms-take-down-tycoon-2fa-bypass-service-624078) was shut down. In real "
                "time, it forwarded everything that victims typed to the real login page, and kept the "
                "session that came back."
            ),
        ),
        secrets=(
            "opens her pages for 24 hours",
            "another phone is bound",
            "Alice was notified",
            "all week long",
            "it was our own server",
            "everything looked normal",
            "rented out such pages",
            "kept the session that came",
        ),
    ),
)
