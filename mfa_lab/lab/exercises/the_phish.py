"""Exercises and predictions of 31_the_phish: the browser's rule, a policy against the downgrade, what remains."""

from __future__ import annotations

from functools import cache
from typing import Any

from mfa_lab.errors import MfaError, Reason
from mfa_lab.lab.demos.phishing import ADDRESS, Shop, can, what_opens
from mfa_lab.lab.exercises.records import Case, Exercise, Option, Prediction, Wrong, letters
from mfa_lab.policy import Policy

NOTEBOOK = "31_the_phish"

RP_ID = Exercise(
    id="rp-id-of-a-page",
    title="Which RP ID a page may use",
    question=(
        "Write `may_use(host, rp_id)`. It returns `True` if a page on this host may use this RP ID, and `False` "
        "otherwise. An RP ID is allowed if it is the host itself, or a domain above the host: `example.org` is above "
        "`shop.example.org`. Both texts are in lower case. A browser also refuses a public suffix such as `org`, but "
        "your function need not."
    ),
    solution="""
def may_use(host, rp_id):
    return host == rp_id or host.endswith("." + rp_id)
""".strip(),
    hints=(
        "There are two ways to be allowed. Write one condition for each, and join them.",
        "A domain is above a host if the host ends with it. But what must be in front of that ending?",
        (
            "Try your function with the host `notshop.example` and the RP ID `shop.example`. Where does a part of a "
            "domain name begin?"
        ),
    ),
    cases=(
        Case(
            "The page's own host",
            ("shop.localhost", "shop.localhost"),
            True,
            "Here the RP ID is the host itself. Why does your browser refuse the honest page?",
        ),
        Case(
            "A domain above the host",
            ("login.shop.example", "shop.example"),
            True,
            "The passkey was made for the whole site. Which part of the host must be equal?",
        ),
        Case(
            "The phishing page, which asks for the shop's RP ID",
            ("sh0p.localhost", "shop.localhost"),
            False,
            "Your browser lets a phishing page use the shop's passkeys. What do the two texts have in common?",
        ),
        Case(
            "A host that only ends with the same letters",
            ("notshop.example", "shop.example"),
            False,
            "Anyone can buy the domain `notshop.example`. Which character separates two parts of a domain name?",
        ),
        Case(
            "Another host that ends with the same letters",
            ("www.my-shop.example", "shop.example"),
            False,
            "This host is below `my-shop.example`, which anyone may own. Which of your conditions lets it in?",
        ),
        Case(
            "A domain below the host",
            ("shop.example", "login.shop.example"),
            False,
            "The page asks for the RP ID of a part of its site. In which direction does the rule go?",
        ),
        Case(
            "A host that begins with the shop's name",
            ("shop.example.evil.example", "shop.example"),
            False,
            "Mallory owns `evil.example`, and can put any labels in front of it. At which end does a domain begin?",
        ),
        Case(
            "Another host of the same site",
            ("shop.example", "mail.example"),
            False,
            "The two hosts only share a domain above both. Is the RP ID above this page?",
        ),
    ),
    wrong=(
        Wrong(
            "def may_use(host, rp_id):\n    return host == rp_id",
            "Your rule allows only the host itself. Then a site with several hosts needs a passkey for each host. "
            "Which other domains may a page use?",
        ),
        Wrong(
            "def may_use(host, rp_id):\n    return host.endswith(rp_id)",
            "Your rule compares letters, so `notshop.example` may use the passkeys of `shop.example`. What must be "
            "in front of the ending?",
        ),
        Wrong(
            "def may_use(host, rp_id):\n    return rp_id in host",
            "Your rule finds the RP ID anywhere in the host. Mallory can put the shop's name in front of his own "
            "domain. Where must it be?",
        ),
        Wrong(
            "def may_use(host, rp_id):\n    return host.startswith(rp_id)",
            "Your rule compares the beginnings. The owner of a domain is at its end, so Mallory can choose the "
            "beginning freely. Which end must you compare?",
        ),
        Wrong(
            'def may_use(host, rp_id):\n    return host == rp_id or rp_id.endswith("." + host)',
            "Your rule goes in the other direction: it allows domains below the host. Which of the two texts may be "
            "the longer one?",
        ),
        Wrong(
            'def may_use(host, rp_id):\n    return host.endswith("." + rp_id)',
            "Your rule needs a dot in front, so it refuses the host itself. Which condition is missing?",
        ),
        Wrong(
            'def may_use(host, rp_id):\n    return host.split(".")[-1] == rp_id.split(".")[-1]',
            "Your rule compares only the last labels, so every site under `.example` may use the others' passkeys. "
            "How much of the RP ID must fit?",
        ),
    ),
)

_AGES = {"just before five minutes": 299, "just after five minutes": 301}


@cache
def _under(policy: Policy) -> dict[str, bool]:
    """Return who can do what under a policy, and how long a session with a passkey can change the address."""
    shop = Shop(policy)
    session = shop.with_passkey()
    aged = {}
    for words, seconds in _AGES.items():
        shop.clock.advance(session.created_at + seconds - shop.clock.now())
        aged[words] = can(lambda: shop.change_address(session))
    return what_opens(policy) | aged


def _asked(policy: Any, what: str) -> str:
    """Return a word that says what a policy allows in this case."""
    if not isinstance(policy, Policy):
        raise TypeError("the answer is a policy")
    try:
        return "allowed" if _under(policy)[what] else "refused"
    except MfaError:
        return "Alice and Bob cannot enrol what they use"


def _case(name: str, what: str, expected: str, feedback: str) -> Case:
    return Case(name, (what,), expected, feedback, "another result: read the rule in the question again")


DOWNGRADE = Exercise(
    id="downgrade-policy",
    title="A policy against the downgrade",
    question=(
        "Write `my_policy`, a policy for the shop. Somebody who has only Alice's password and code must not change "
        "the delivery address. Alice must still be able to read her orders with a code if her passkey is at home. "
        "With her passkey, she changes the address until five minutes after the login, but not later. `ADDRESS` is "
        "the name of the action, and `replace(Policy.STANDARD, ...)` returns a policy with other values."
    ),
    given="from dataclasses import replace\nfrom mfa_lab import Policy\nfrom mfa_lab.lab import ADDRESS",
    solution=("my_policy = replace(Policy.STANDARD, step_up=((ADDRESS, 300),), step_up_phishing_resistant=True)"),
    ask=_asked,
    hints=(
        "The table shows three policies. Which of them lets Alice read her orders without her passkey?",
        "`step_up` is a tuple of pairs: an action's name, and the greatest age of a session in seconds.",
        "A step-up rule for the age is not enough. A second field says that the session must begin with a passkey.",
    ),
    cases=(
        _case(
            "Mallory, with Alice's code, changes the address",
            f"Mallory, with Alice's code: {ADDRESS}",
            "refused",
            "Mallory has a session that began with a code, and your policy lets him change the address. Which demand "
            "can his session never meet?",
        ),
        _case(
            "Alice, with her code, reads her orders",
            "Alice, with her code, her passkey at home: read her orders",
            "allowed",
            "Alice left her passkey at home, and your policy lets her do nothing at all. Which field forbids her "
            "code?",
        ),
        _case(
            "Alice, with her passkey, changes the address",
            f"Alice, with her passkey: {ADDRESS}",
            "allowed",
            "Alice has just logged in with her passkey, and your policy does not let her change her own address. "
            "What do you demand of her?",
        ),
        _case(
            "Alice, a second before five minutes have passed",
            "just before five minutes",
            "allowed",
            "Alice needs a few minutes to choose a gift, and your policy sends her back to the login. In which unit "
            "is the age of a session?",
        ),
        _case(
            "Somebody at Alice's laptop, a second after the five minutes",
            "just after five minutes",
            "refused",
            "Alice has left her laptop open, and after five minutes your policy still lets anybody there change the "
            "address. Which number ends this?",
        ),
        _case(
            "Bob, who has no passkey, reads his orders",
            "Bob, who has no passkey: read his orders",
            "allowed",
            "Your policy keeps Bob out, who has no passkey yet. He has done nothing wrong. Which field does this?",
        ),
    ),
    wrong=(
        Wrong(
            "my_policy = replace(Policy.STANDARD, code_allowed_with_passkey=False)",
            "Your policy stops the downgrade, but it also locks Alice out while her passkey is at home. What if only "
            "the sensitive action needs the passkey?",
        ),
        Wrong(
            "my_policy = replace(Policy.STANDARD, step_up_phishing_resistant=True)",
            "Your policy has no step-up rule for this action, so a session that began with a code may change the "
            "address. Which field contains the actions?",
        ),
        Wrong(
            "my_policy = replace(Policy.STANDARD, step_up=((ADDRESS, 300),))",
            "Your policy demands a young session. Mallory's session is only seconds old, because he relays in real "
            "time. What else can you demand?",
        ),
        Wrong(
            "my_policy = replace(Policy.STANDARD, step_up=((ADDRESS, 5),), step_up_phishing_resistant=True)",
            "Your policy sends Alice back to the login before five minutes have passed. The number is in seconds. "
            "How many seconds does the question allow?",
        ),
        Wrong(
            "my_policy = replace(Policy.STANDARD, step_up=((ADDRESS, 3600),), step_up_phishing_resistant=True)",
            "Your policy allows an hour. Anybody who finds Alice's open laptop in that time can change the address. "
            "How long does the question allow?",
        ),
        Wrong(
            "my_policy = replace(Policy.STANDARD, authenticators=0)",
            "Under your policy nobody can enrol an app, so neither Alice's code nor Bob's exists. The question asks "
            "for a shop where codes still work. Which field concerns only one action?",
        ),
    ),
)

REMAINS = Exercise(
    id="what-still-works",
    title="What still works against a passkey",
    question=(
        "Alice's account has only a passkey and recovery codes, and the policy accepts no code of an app. Which of "
        'these attacks can still succeed? Answer with all the letters in quotes, such as `"ae"`.\n\n'
        "- **a**: a phishing page relays her password and asks her browser for the passkey\n"
        "- **b**: Mallory persuades the help desk to reset her factors\n"
        "- **c**: a program on her laptop copies the session after she has logged in\n"
        "- **d**: a phishing page asks for her password and for a recovery code\n"
        "- **e**: Mallory buys the domain `shop.localhost.example` and copies the shop's page"
    ),
    solution='still_works = "bcd"',
    ask=letters,
    hints=(
        "What does Mallory have at the end of each attack: a proof that works only on his page, or anywhere?",
        "A passkey protects one door, the login. Are there other doors to the account?",
        "Recovery is for people who have lost their passkey. Can anybody else use the same way?",
    ),
    cases=(
        Case(
            "Your letters",
            (),
            "bcd",
            "Your list is not correct yet. For each attack, ask whether the browser's check of the RP ID is in "
            "Mallory's way at all.",
            "exactly the attacks that can still succeed",
        ),
    ),
    wrong=(
        Wrong(
            'still_works = "bc"',
            "You missed one attack. A person can read a recovery code aloud or type it anywhere. Does anything "
            "bind it to the shop's page?",
        ),
        Wrong(
            'still_works = "cd"',
            "You missed one attack. A person at a desk can decide that Alice has lost her passkey. Who checks that "
            "it is really Alice?",
        ),
        Wrong(
            'still_works = "bd"',
            "You missed one attack. After the login, the browser sends only the session, and no passkey is asked "
            "for. What does a copy of it open?",
        ),
        Wrong(
            'still_works = "abcd"',
            "You named one attack too many. You have seen the browser's answer to this page in the figures. Which RP "
            "IDs may the phishing page use?",
        ),
        Wrong(
            'still_works = "bcde"',
            "You named one attack too many. The end of a host's name says whose page it is. Is Alice's RP ID above "
            "this page, or does "
            "the page only begin with the same letters?",
        ),
        Wrong(
            'still_works = "ae"',
            "You named attacks that a browser stops. In which attacks does Mallory never need the passkey?",
        ),
    ),
)

EXERCISES = (RP_ID, DOWNGRADE, REMAINS)


def _reason(answer: Any) -> str:
    """Return why the server refused in an answer of a phishing page; an empty text if it did not."""
    return str(dict(answer.seen).get("reason", ""))


PREDICTIONS = (
    Prediction(
        id="passkey-at-the-phish",
        question=(
            "Alice is on Mallory's page, and has typed her name and password. The page asks her browser for a "
            "signature of the shop's challenge, for the RP ID shop.localhost. Who stops Mallory?"
        ),
        options=(
            Option("a", "Alice, because she notices the wrong address", lambda _page: False),
            Option("b", "the browser, before anything is signed", lambda page: page.events[-1].at == "browser"),
            Option("c", "the server, which rejects the signature", lambda page: page.events[-1].at == "server"),
            Option("d", "nobody: Mallory gets a session", lambda page: page.session is not None),
        ),
        outcome="b",
        saw=(
            (
                "**What we saw:** the browser knows the page's real address, and `shop.localhost` is not its "
                "domain. So the request ends with a `SecurityError`. The passkey was not even asked, and Alice had "
                "nothing to decide."
            ),
        ),
        secrets=(r"The passkey was not even asked",),
    ),
    Prediction(
        id="origin-rewritten",
        question=(
            "Alice's browser is careless: it signs for any RP ID. Mallory also writes the shop's origin into the "
            "response before he passes it on. What does the server do?"
        ),
        options=(
            Option("a", "it opens a session", lambda answer: answer.granted),
            Option("b", "it rejects the origin", lambda answer: _reason(answer) == Reason.PASSKEY_ORIGIN),
            Option("c", "it rejects the RP ID hash", lambda answer: _reason(answer) == Reason.PASSKEY_RP_ID),
            Option("d", "it rejects the signature", lambda answer: _reason(answer) == Reason.PASSKEY_SIGNATURE),
        ),
        outcome="d",
        saw=(
            (
                "**What we saw:** with the shop's origin in it, the text passes the server's check of the origin. "
                "But it is no longer the text that was signed, so the signature does not fit. Mallory cannot make "
                "another signature without the private key."
            ),
        ),
        secrets=(r"no longer the text that was signed",),
    ),
    Prediction(
        id="passkey-hidden",
        question=(
            "Alice has an app and a passkey, and the shop uses the standard policy. Mallory's page shows no passkey "
            "button. It asks for a code and relays it. Then Mallory tries to bind his own phone. What happens?"
        ),
        options=(
            Option("a", "he gets no session, because Alice has a passkey", lambda done: done == (False, False)),
            Option("b", "he gets a session, and can bind his phone", lambda done: done == (True, True)),
            Option("c", "he gets a session, but cannot bind his phone", lambda done: done == (True, False)),
        ),
        outcome="c",
        saw=(
            (
                "**What we saw:** the code still opens the account, so the passkey did not protect it. But once an "
                "account has a passkey, the server lets only a session that began with a passkey change the "
                "authenticators. Mallory cannot stay longer than his session."
            ),
        ),
        secrets=(r"cannot stay longer than his session",),
    ),
    Prediction(
        id="recovery-code-phished",
        question=(
            "Alice has a passkey, and the shop accepts no code of an app beside it. Mallory's page asks her for a "
            "recovery code and passes it on. What can Mallory do in the end?"
        ),
        options=(
            Option("a", "nothing, because the server also asks for Alice's passkey", lambda done: not done[0]),
            Option("b", "read her orders, until his session ends", lambda done: done[:2] == (True, False)),
            Option("c", "log in with a passkey of his own, and Alice can still log in with hers", all),
            Option(
                "d",
                "log in with a passkey of his own, and Alice can no longer log in",
                lambda done: done == (True, True, False),
            ),
        ),
        outcome="d",
        saw=(
            (
                "**What we saw:** a recovery code opens no session. But it permits registering a passkey, and the "
                "new passkey replaces Alice's, because the server believes that hers is lost. Mallory's session "
                "even counts as phishing-resistant, because his own passkey began it."
            ),
            (
                "Mallory did not attack the passkey. The login asks for a signature, which only Alice's "
                "authenticator can make. But recovery asks for a text that she can type into any page. An attacker "
                "takes the weakest door, and this door is now recovery. The server notifies Alice (NIST-4.2.3), but "
                "only afterwards."
            ),
        ),
        secrets=(r"new passkey replaces Alice's", r"counts as phishing-resistant"),
    ),
)
