"""Exercises and predictions of 05_enrolment_and_qr_code. Every secret is a demo secret and says so."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, unquote, urlsplit

from mfa_lab.lab.exercises.records import Case, Exercise, Option, Prediction, Wrong, letter

NOTEBOOK = "05_enrolment_and_qr_code"


def _part(answer: str, part: str) -> object:
    """Return one part of a provisioning URI as an app reads it: a plus sign is a plus sign, a space is %20."""
    split = urlsplit(answer)
    if part == "start":
        return f"{split.scheme}://{split.netloc}/"
    if part in ("prefix", "account"):
        prefix, colon, account = unquote(split.path.removeprefix("/")).rpartition(":")
        return account.lstrip(" ") if part == "account" else prefix if colon else "nothing"
    if part == "spaces":
        return "spaces as such" if " " in answer else "an unbroken text"
    given = parse_qs(split.query.replace("+", "%2B"))
    if part == "kind":
        usual = {"digits": "6", "period": "30", "algorithm": "SHA1"}
        return {name: given.get(name, [value])[0] for name, value in usual.items()}
    return given.get(part, ["nothing"])[0]


WRITE_A_URI = Exercise(
    id="provisioning-uri",
    title="A provisioning URI by hand",
    question=(
        "Write by hand, as one text, the URI that enrols the account `carol@example.org` at the "
        "issuer `Bee Works`, with "
        "the demo setup key `DEMO CARO LDEM OCAR OLDE MOCA ROLD EMO2`. Everything else is as usual: 6 digits, 30 "
        "seconds, SHA1."
    ),
    solution=(
        'uri = "otpauth://totp/Bee%20Works:carol@example.org'
        '?secret=DEMOCAROLDEMOCAROLDEMOCAROLDEMO2&issuer=Bee%20Works"'
    ),
    ask=_part,
    hints=(
        (
            "Put Alice's URI beside yours and change what belongs to Carol: the account, the issuer and the secret. "
            "The issuer occurs twice."
        ),
        (
            "The groups of four in the setup key are only for the eye. Inside the URI the secret is one word, and a "
            "space in the issuer's name is `%20`."
        ),
        "Its skeleton is `otpauth://totp/ISSUER:ACCOUNT?secret=...&issuer=ISSUER`.",
    ),
    cases=(
        Case(
            "The start",
            ("start",),
            "otpauth://totp/",
            "Your text does not begin as Alice's does, so the phone does not know which app to open. What comes "
            "first in hers?",
            "the scheme and the type of a time-based account, then a slash",
        ),
        Case(
            "The label, up to its colon",
            ("prefix",),
            "Bee Works",
            "The app shows this above the account. Is it the name of the company that issues the account? And how "
            "does a URI write a space?",
            "the issuer",
        ),
        Case(
            "The label, after its colon",
            ("account",),
            "carol@example.org",
            "An account of this name would be in the app's list. Whose account does the question ask for?",
            "the account, and nothing else",
        ),
        Case(
            "The secret",
            ("secret",),
            "DEMOCAROLDEMOCAROLDEMOCAROLDEMO2",
            "The app would compute codes from another secret. Does yours have all 32 characters of the setup key?",
            "the setup key without what was put in for the eye",
        ),
        Case(
            "The issuer",
            ("issuer",),
            "Bee Works",
            "The parameter `issuer` says something else than the question. The issuer occurs in the URI twice "
            "(KEYURI): does yours?",
            "the issuer once more, as a parameter",
        ),
        Case(
            "Spaces",
            ("spaces",),
            "an unbroken text",
            "Your text contains a space, and for many readers a URI ends there. How does Alice's URI write one?",
            "a text without any",
        ),
        Case(
            "The kind of code",
            ("kind",),
            {"digits": "6", "period": "30", "algorithm": "SHA1"},
            "Your URI asks for another kind of code than the question. What do apps assume if a parameter is "
            "missing?",
            "the usual kind of code",
        ),
    ),
    wrong=(
        Wrong(
            'uri = "otpauth://totp/Bee%20Works:carol@example.org'
            '&secret=DEMOCAROLDEMOCAROLDEMOCAROLDEMO2&issuer=Bee%20Works"',
            "Your label runs on to the end, so the app finds no secret. Which character ends the label in Alice's "
            "URI?",
        ),
        Wrong(
            'uri = "otpauth://totp/Bee%20Works:carol@example.org'
            '?secret=DEMOCAROLDEMOCAROLDEMOCAROLDEMO2?issuer=Bee%20Works"',
            "Your secret runs on to the end, so it is too long. Which character stands between two parameters?",
        ),
        Wrong(
            'uri = "otpauth://totp/mfa-lab%20demo:carol@example.org'
            '?secret=DEMOCAROLDEMOCAROLDEMOCAROLDEMO2&issuer=mfa-lab%20demo"',
            "Both places name the issuer of Alice's account, so Carol's app shows the wrong company. Who issues "
            "hers?",
        ),
        Wrong(
            'uri = "otpauth://totp/mfa-lab%20demo:carol@example.org'
            '?secret=DEMOCAROLDEMOCAROLDEMOCAROLDEMO2&issuer=Bee%20Works"',
            "Your label still names Alice's issuer, so label and parameter contradict each other. Which one is "
            "Carol's?",
        ),
        Wrong(
            'uri = "otpauth://totp/Bee%20Works:carol@example.org'
            '?secret=DEMOCAROLDEMOCAROLDEMOCAROLDEMO2&issuer=mfa-lab%20demo"',
            "Your label is correct, but an app that reads the parameter shows Alice's issuer. Where else does the "
            "issuer occur?",
        ),
        Wrong(
            'uri = "otpauth://totp/carol@example.org?secret=DEMOCAROLDEMOCAROLDEMOCAROLDEMO2&issuer=Bee%20Works"',
            "Your label contains only the account. An app that shows only labels cannot tell this account from "
            "Carol's others. What else must the label contain?",
        ),
        Wrong(
            'uri = "otpauth://totp/Bee%20Works:carol@example.org'
            '?secret=DEMO%20CARO%20LDEM%20OCAR%20OLDE%20MOCA%20ROLD%20EMO2&issuer=Bee%20Works"',
            "Your secret still has its groups of four, so many apps reject it. For whom are the groups made?",
        ),
        Wrong(
            'uri = "otpauth://totp/Bee%20Works:carol@example.org'
            '?secret=democaroldemocaroldemocaroldemo2&issuer=Bee%20Works"',
            "Your secret is in small letters. Some apps accept that, and others reject the picture. Which letters "
            "does Base32 use?",
        ),
        Wrong(
            'uri = "otpauth://totp/Bee+Works:carol@example.org'
            '?secret=DEMOCAROLDEMOCAROLDEMOCAROLDEMO2&issuer=Bee+Works"',
            "Your issuer contains a plus sign, and many apps would show it as it is. A plus means a space in web "
            "forms: does it in this URI?",
        ),
        Wrong(
            'uri = "otpauth://totp/Bee%20Works:carol@example.org'
            '?secret=DEMOCAROLDEMOCAROLDEMOCAROLDEMO2&issuer=Bee+Works"',
            "In the parameter you wrote a plus, so many apps would show Bee+Works. How did you write the same space "
            "in the label?",
        ),
        Wrong(
            'uri = "otpauth://totp/Bee%20Works:alice@example.org'
            '?secret=DEMOCAROLDEMOCAROLDEMOCAROLDEMO2&issuer=Bee%20Works"',
            "The secret is Carol's, and the app would show Alice's account. Whose codes would Carol expect to see "
            "there?",
        ),
        Wrong(
            'uri = "otpauth://totp/Bee%20Works:carol@example.org?secret=DEMOCAROLDEMOCAROLDEMOCAROLDEMO2"',
            "Your URI lacks a parameter, so apps that group by issuer put Carol under no company. Which parameter "
            "does Alice's URI end with?",
        ),
        Wrong(
            'uri = "otpauth://hotp/Bee%20Works:carol@example.org'
            '?secret=DEMOCAROLDEMOCAROLDEMOCAROLDEMO2&issuer=Bee%20Works"',
            "Your type is hotp, so the app counts logins. Does this account count logins or seconds?",
        ),
    ),
)

PHOTOGRAPH = Exercise(
    id="photographed-qr",
    title="The photograph",
    question=(
        "Alice learns a week later that somebody has a photograph of her QR code. What makes the photograph "
        "worthless?\n\n"
        "- **a** she changes her password\n"
        "- **b** she deletes the entry in her app and scans the same picture again\n"
        "- **c** she enrols again, with a new secret\n"
        "- **d** nothing is needed: the offer expired long ago"
    ),
    solution='answer = "c"',
    ask=letter,
    hints=(
        "What does the photograph contain, and where else is the same thing stored?",
        "Go through the four and ask for each: which codes would the server accept afterwards?",
    ),
    cases=(
        Case(
            "Your choice",
            (),
            "c",
            "Choose one of the letters a, b, c and d.",
            wanted="what makes the photograph worthless",
        ),
    ),
    wrong=(
        Wrong(
            'answer = "a"',
            "A new password keeps out anyone who knows only the old one. The photograph still makes valid codes, for "
            "anyone who learns the new one. What does the photograph show?",
        ),
        Wrong(
            'answer = "b"',
            "She scans the same picture, so her app holds what it held before, and so does the photographer's. What "
            "has changed at the server?",
        ),
        Wrong(
            'answer = "d"',
            "The offer has expired: nobody can confirm it any more. But Alice confirmed it a week ago, and logs in "
            "every day. Which codes does the server accept today?",
        ),
    ),
)

EXERCISES = (WRITE_A_URI, PHOTOGRAPH)


def _secret_in(uri: str) -> list[str]:
    """Return what stands in the text as the secret in Base32, if there is one."""
    return re.findall(r"[?&]secret=([A-Z2-7]{26,})", uri)


PREDICTIONS = (
    Prediction(
        id="inside-the-qr",
        question="How does this QR code bring the secret to the phone?",
        options=(
            Option(
                "a",
                "encrypted: only an authenticator app can read it",
                lambda text: text.startswith("otpauth:") and not _secret_in(text),
            ),
            Option("b", "readable: any camera can read it", lambda text: bool(_secret_in(text))),
            Option(
                "c",
                "by a web address, from which the app fetches it",
                lambda text: text.startswith("http") and not _secret_in(text),
            ),
            Option(
                "d", "as the first code, from which the app computes the next ones", lambda text: len(text) in (6, 8)
            ),
        ),
        outcome="b",
        saw=(
            (
                "**What we saw:** one line of text, a provisioning URI. `otpauth` tells the phone to open an "
                "authenticator app, and `totp` says that the codes depend on the time. The app writes the label "
                "above the code. After it comes the secret, in clear: in the letters A to Z and the digits 2 to 7. "
                "This alphabet is *Base32*. It has no 0, 1 and 8, which people mistake for O, I and B."
            ),
            (
                "What is missing matters just as much. There is no password. There is no code: the app will compute "
                "those. And there is no address: the app fetches nothing, reports nothing and needs no network. This "
                "picture is the whole conversation, in one direction. Algorithm, digits and period are missing too. "
                "Then the usual values apply: SHA1, 6 and 30."
            ),
        ),
        secrets=("in clear", "otpauth", "no address", "fetches nothing"),
    ),
)
