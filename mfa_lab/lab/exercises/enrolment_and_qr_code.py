"""Exercises and predictions of 05_enrolment_and_qr_code. Every secret is a demo secret and says so."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, unquote, urlsplit

from mfa_lab.lab.exercises.records import Case, Exercise, Option, Prediction, Wrong, letter

NOTEBOOK = "05_enrolment_and_qr_code"


def _part(answer: str, part: str) -> object:
    """Return one part of a provisioning URI as an app reads it: %20 is a space, and a plus sign stays a plus sign."""
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
        "By hand, write the URI that enrols the account `carol@example.org` at the issuer `Bee Works`, as "
        "one string in quotes. The demo setup key is `DEMO CARO LDEM OCAR OLDE MOCA ROLD EMO2`. Everything "
        "else is as usual: 6 digits, 30 seconds, SHA1."
    ),
    solution=(
        'uri = "otpauth://totp/Bee%20Works:carol@example.org'
        '?secret=DEMOCAROLDEMOCAROLDEMOCAROLDEMO2&issuer=Bee%20Works"'
    ),
    ask=_part,
    hints=(
        (
            "Copy Alice's URI, and change three parts for Carol: the account, the issuer and the secret. The issuer "
            "occurs twice."
        ),
        (
            "The groups of four in the setup key only make it easier to read. In the URI, the secret is one word, "
            "and a space in the issuer's name becomes `%20`."
        ),
        "The URI has the form `otpauth://totp/ISSUER:ACCOUNT?secret=...&issuer=ISSUER`.",
    ),
    cases=(
        Case(
            "The start",
            ("start",),
            "otpauth://totp/",
            "Your text does not begin like Alice's URI, so the phone does not know which app to open. What comes "
            "first in Alice's URI?",
            "the scheme and the type for time-based codes, then a slash",
        ),
        Case(
            "The label, up to its colon",
            ("prefix",),
            "Bee Works",
            "The app shows this part above the account. Is it the name of the company that issues the account? And "
            "how does a URI write a space?",
            "the issuer",
        ),
        Case(
            "The label, after its colon",
            ("account",),
            "carol@example.org",
            "The name in your label would appear in the app's list. Whose account does the question ask for?",
            "the account, and nothing else",
        ),
        Case(
            "The secret",
            ("secret",),
            "DEMOCAROLDEMOCAROLDEMOCAROLDEMO2",
            "The app would compute codes from a different secret. Does your secret have all 32 characters of the "
            "setup key?",
            "the setup key without the parts that only help people read it",
        ),
        Case(
            "The issuer",
            ("issuer",),
            "Bee Works",
            "Your parameter `issuer` does not have the value from the question. The issuer occurs twice in the URI "
            "(KEYURI): does it in yours?",
            "the issuer again, as a parameter",
        ),
        Case(
            "Spaces",
            ("spaces",),
            "an unbroken text",
            "Your text contains a space, and many programs end the URI there. How does Alice's URI write a space?",
            "a text without spaces",
        ),
        Case(
            "The kind of code",
            ("kind",),
            {"digits": "6", "period": "30", "algorithm": "SHA1"},
            "Your URI asks for a different kind of code than the question does. What do apps assume if a parameter "
            "is missing?",
            "the usual kind of code",
        ),
    ),
    wrong=(
        Wrong(
            'uri = "otpauth://totp/Bee%20Works:carol@example.org'
            '&secret=DEMOCAROLDEMOCAROLDEMOCAROLDEMO2&issuer=Bee%20Works"',
            "Your label continues to the end of the URI, so the app finds no secret. Which character ends the label "
            "in Alice's URI?",
        ),
        Wrong(
            'uri = "otpauth://totp/Bee%20Works:carol@example.org'
            '?secret=DEMOCAROLDEMOCAROLDEMOCAROLDEMO2?issuer=Bee%20Works"',
            "Your secret continues to the end of the URI, so it is too long. Which character separates two "
            "parameters?",
        ),
        Wrong(
            'uri = "otpauth://totp/mfa-lab%20demo:carol@example.org'
            '?secret=DEMOCAROLDEMOCAROLDEMOCAROLDEMO2&issuer=mfa-lab%20demo"',
            "Both places name the issuer of Alice's account, so Carol's app shows the wrong company. Who issues "
            "Carol's account?",
        ),
        Wrong(
            'uri = "otpauth://totp/mfa-lab%20demo:carol@example.org'
            '?secret=DEMOCAROLDEMOCAROLDEMOCAROLDEMO2&issuer=Bee%20Works"',
            "Your label still names Alice's issuer, so label and parameter contradict each other. Which of the two "
            "is Carol's?",
        ),
        Wrong(
            'uri = "otpauth://totp/Bee%20Works:carol@example.org'
            '?secret=DEMOCAROLDEMOCAROLDEMOCAROLDEMO2&issuer=mfa-lab%20demo"',
            "Your label is correct, but an app that reads the parameter shows Alice's issuer. Where else does the "
            "issuer occur?",
        ),
        Wrong(
            'uri = "otpauth://totp/carol@example.org?secret=DEMOCAROLDEMOCAROLDEMOCAROLDEMO2&issuer=Bee%20Works"',
            "Your label contains only the account. If an app shows only labels, Carol cannot tell this account from "
            "her other accounts. What else must the label contain?",
        ),
        Wrong(
            'uri = "otpauth://totp/Bee%20Works:carol@example.org'
            '?secret=DEMO%20CARO%20LDEM%20OCAR%20OLDE%20MOCA%20ROLD%20EMO2&issuer=Bee%20Works"',
            "Your secret is still in groups of four, so many apps reject it. Are these groups for the app or for "
            "people?",
        ),
        Wrong(
            'uri = "otpauth://totp/Bee%20Works:carol@example.org'
            '?secret=democaroldemocaroldemocaroldemo2&issuer=Bee%20Works"',
            "Your secret is in small letters. Some apps accept that, but others reject the QR code. Which letters "
            "does Base32 use?",
        ),
        Wrong(
            'uri = "otpauth://totp/Bee+Works:carol@example.org'
            '?secret=DEMOCAROLDEMOCAROLDEMOCAROLDEMO2&issuer=Bee+Works"',
            "Your issuer contains a plus sign, and many apps would show that plus sign. In web forms, a plus means a "
            "space: is that also true in this URI?",
        ),
        Wrong(
            'uri = "otpauth://totp/Bee%20Works:carol@example.org'
            '?secret=DEMOCAROLDEMOCAROLDEMOCAROLDEMO2&issuer=Bee+Works"',
            "You wrote a plus sign in the parameter, so many apps would show Bee+Works. How did you write the same "
            "space in the label?",
        ),
        Wrong(
            'uri = "otpauth://totp/Bee%20Works:alice@example.org'
            '?secret=DEMOCAROLDEMOCAROLDEMOCAROLDEMO2&issuer=Bee%20Works"',
            "The secret is Carol's, but the app would show Alice's name above the codes. Whose name does Carol "
            "expect to see there?",
        ),
        Wrong(
            'uri = "otpauth://totp/Bee%20Works:carol@example.org?secret=DEMOCAROLDEMOCAROLDEMOCAROLDEMO2"',
            "Your URI lacks a parameter, so an app that groups accounts by issuer lists Carol's account without a "
            "company. Which parameter does Alice's URI end with?",
        ),
        Wrong(
            'uri = "otpauth://hotp/Bee%20Works:carol@example.org'
            '?secret=DEMOCAROLDEMOCAROLDEMOCAROLDEMO2&issuer=Bee%20Works"',
            "Your type is hotp, so the app would use a counter. Does this account use a counter or the time?",
        ),
    ),
)

PHOTOGRAPH = Exercise(
    id="photographed-qr",
    title="The photograph",
    question=(
        "A week after her enrolment, Alice learns that somebody has a photograph of her QR code. What makes the "
        "photograph worthless?\n\n"
        "- **a** she changes her password\n"
        "- **b** she deletes the entry in her app and scans the same picture again\n"
        "- **c** she enrols again, with a new secret\n"
        "- **d** she does nothing, because the offer expired long ago"
    ),
    solution='answer = "c"',
    ask=letter,
    hints=(
        "What does the photograph contain, and where else is this content stored?",
        "For each of the four answers, ask which codes the server would accept afterwards.",
    ),
    cases=(
        Case(
            "Your choice",
            (),
            "c",
            "Choose one of the letters a, b, c and d.",
            wanted="the action that makes the photograph worthless",
        ),
    ),
    wrong=(
        Wrong(
            'answer = "a"',
            "A new password keeps out people who know only the old one. Anyone who learns the new password can still "
            "compute valid codes from the photograph. What does the photograph show?",
        ),
        Wrong(
            'answer = "b"',
            "Alice scans the same picture, so her app stores the same secret as before, and so does the "
            "photographer's app. What has changed on the server?",
        ),
        Wrong(
            'answer = "d"',
            "Nobody can confirm an expired offer, but Alice confirmed this one a week ago, and she logs in every "
            "day. Which codes does the server accept today?",
        ),
    ),
)

EXERCISES = (WRITE_A_URI, PHOTOGRAPH)


def _secret_in(uri: str) -> list[str]:
    """Return a list with the Base32 secret in the text, or an empty list."""
    return re.findall(r"[?&]secret=([A-Z2-7]{26,})", uri)


PREDICTIONS = (
    Prediction(
        id="inside-the-qr",
        question="How does this QR code transfer the secret to the phone?",
        options=(
            Option(
                "a",
                "encrypted: only an authenticator app can read it",
                lambda text: text.startswith("otpauth:") and not _secret_in(text),
            ),
            Option("b", "readable: any camera can read it", lambda text: bool(_secret_in(text))),
            Option(
                "c",
                "as a web address from which the app downloads it",
                lambda text: text.startswith("http") and not _secret_in(text),
            ),
            Option(
                "d", "as the first code, from which the app computes the next codes", lambda text: len(text) in (6, 8)
            ),
        ),
        outcome="b",
        saw=(
            (
                "**What we saw:** the QR code contains one line of text, a provisioning URI. `otpauth` tells the "
                "phone to open an authenticator app, and `totp` says that the codes depend on the time. The app "
                "shows the label above the code. After the label comes the secret, in plain text, in the letters A "
                "to Z and the digits 2 to 7. This alphabet is called *Base32*. It does not use 0, 1 and 8, because "
                "people confuse them with O, I and B."
            ),
            (
                "What the URI does not contain matters just as much. There is no password. There is no code: the app "
                "will compute the codes. And there is no address: the app fetches nothing, reports nothing and needs "
                "no network. This picture is all that is ever sent, and it is sent in one direction. The algorithm, "
                "the digits and the period are missing, too, so the usual values apply: SHA1, 6 and 30."
            ),
        ),
        secrets=("in plain text", "otpauth", "no address", "fetches nothing"),
    ),
)
