"""Exercises and predictions of 05_enrolment_and_qr_code. Every secret is a demo secret and says so."""

from __future__ import annotations

from urllib.parse import parse_qs, unquote, urlsplit

from mfa_lab.lab.exercises.records import Case, Exercise, Option, Prediction, Wrong, letter

NOTEBOOK = "05_enrolment_and_qr_code"


def _part(answer: str, part: str) -> object:
    """One part of a provisioning URI as an app reads it: a plus sign is a plus sign, a space is %20."""
    split = urlsplit(answer)
    if part == "start":
        return f"{split.scheme}://{split.netloc}/"
    if part == "label":
        return unquote(split.path.removeprefix("/"))
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
            "Lay Alice's URI beside it and change what is Carol's: the account, the issuer (it stands "
            "there twice), the secret."
        ),
        (
            "The groups of four in the setup key are for the eye. Inside the URI the secret is one word, "
            "and a space in the issuer's name is `%20`."
        ),
        "Its skeleton is `otpauth://totp/ISSUER:ACCOUNT?secret=...&issuer=ISSUER`.",
    ),
    cases=(
        Case(
            "The start",
            ("start",),
            "otpauth://totp/",
            "First comes what tells the phone which app to open, and the kind of code.",
            "the scheme and the type of a time-based account, then a slash",
        ),
        Case(
            "The label",
            ("label",),
            "Bee Works:carol@example.org",
            "The label is issuer and account with a colon between them; a space is written %20.",
            "issuer and account, readable in the app's list",
        ),
        Case(
            "The secret",
            ("secret",),
            "DEMOCAROLDEMOCAROLDEMOCAROLDEMO2",
            "The secret is the setup key, as one word of Base32.",
            "the setup key without what was put in for the eye",
        ),
        Case(
            "The issuer",
            ("issuer",),
            "Bee Works",
            "The issuer stands in the URI twice (KEYURI).",
            "the issuer once more, as a parameter",
        ),
        Case(
            "Spaces",
            ("spaces",),
            "an unbroken text",
            "For many readers a URI ends at the first space: write %20.",
            "a text without any",
        ),
        Case(
            "The kind of code",
            ("kind",),
            {"digits": "6", "period": "30", "algorithm": "SHA1"},
            "Digits, period and algorithm are left out, or they are 6, 30 and SHA1.",
            "the usual kind of code",
        ),
    ),
    wrong=(
        Wrong(
            'uri = "otpauth://totp/Bee%20Works:carol@example.org'
            '&secret=DEMOCAROLDEMOCAROLDEMOCAROLDEMO2&issuer=Bee%20Works"',
            "The label swallowed the rest: a `?` is missing.",
        ),
        Wrong(
            'uri = "otpauth://totp/Bee%20Works:carol@example.org'
            '?secret=DEMOCAROLDEMOCAROLDEMOCAROLDEMO2?issuer=Bee%20Works"',
            "The secret swallowed the rest: between two parameters stands `&`.",
        ),
        Wrong(
            'uri = "otpauth://totp/mfa-lab%20demo:carol@example.org'
            '?secret=DEMOCAROLDEMOCAROLDEMOCAROLDEMO2&issuer=mfa-lab%20demo"',
            "That is still Alice's issuer, at both places.",
        ),
        Wrong(
            'uri = "otpauth://totp/mfa-lab%20demo:carol@example.org'
            '?secret=DEMOCAROLDEMOCAROLDEMOCAROLDEMO2&issuer=Bee%20Works"',
            "In the label that is still Alice's issuer.",
        ),
        Wrong(
            'uri = "otpauth://totp/Bee%20Works:carol@example.org'
            '?secret=DEMOCAROLDEMOCAROLDEMOCAROLDEMO2&issuer=mfa-lab%20demo"',
            "That is still Alice's issuer: it stands in the URI twice.",
        ),
        Wrong(
            'uri = "otpauth://totp/carol@example.org?secret=DEMOCAROLDEMOCAROLDEMOCAROLDEMO2&issuer=Bee%20Works"',
            "The label lacks its issuer: an app that shows labels alone could not tell this account "
            "from Carol's others.",
        ),
        Wrong(
            'uri = "otpauth://totp/Bee%20Works:carol@example.org'
            '?secret=DEMO%20CARO%20LDEM%20OCAR%20OLDE%20MOCA%20ROLD%20EMO2&issuer=Bee%20Works"',
            "The groups of four are for the eye of whoever types: in the URI the secret is one word.",
        ),
        Wrong(
            'uri = "otpauth://totp/Bee%20Works:carol@example.org'
            '?secret=democaroldemocaroldemocaroldemo2&issuer=Bee%20Works"',
            "Base32 is written in capitals. Some apps forgive small letters, others refuse the picture.",
        ),
        Wrong(
            'uri = "otpauth://totp/Bee+Works:carol@example.org'
            '?secret=DEMOCAROLDEMOCAROLDEMOCAROLDEMO2&issuer=Bee+Works"',
            "A plus stands for a space in web forms, not here: many apps would show Bee+Works. Write %20.",
        ),
        Wrong(
            'uri = "otpauth://totp/Bee%20Works:carol@example.org?secret=DEMOCAROLDEMOCAROLDEMOCAROLDEMO2"',
            "Readable, and the issuer is missing as a parameter: apps that group by it would put Carol under nobody.",
        ),
        Wrong(
            'uri = "otpauth://hotp/Bee%20Works:carol@example.org'
            '?secret=DEMOCAROLDEMOCAROLDEMOCAROLDEMO2&issuer=Bee%20Works"',
            "hotp counts logins instead of seconds: this account goes by the time.",
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
        "- **c** she enrols anew, with a new secret\n"
        "- **d** nothing is needed: the offer expired long ago"
    ),
    solution='answer = "c"',
    ask=letter,
    hints=(
        "What is it that the photograph holds, and where does the same thing lie besides?",
        "Go through the four and ask of each: which codes would the server accept afterwards?",
    ),
    cases=(
        Case(
            "Your choice",
            (),
            "c",
            "Choose one of the letters a, b, c and d.",
            wanted="what makes the server expect other codes",
        ),
    ),
    wrong=(
        Wrong(
            'answer = "a"',
            "That shuts out who knows the old password, and is worth doing. But the photograph goes on making right "
            "codes, for whoever comes by the new one.",
        ),
        Wrong(
            'answer = "b"',
            "The same picture holds the same secret: afterwards there are two authenticators again, hers and the "
            "photographer's.",
        ),
        Wrong(
            'answer = "d"',
            "The offer expires. What was enrolled by it lives on at the server, and that is what the picture shows.",
        ),
    ),
)

EXERCISES = (WRITE_A_URI, PHOTOGRAPH)

PREDICTIONS = (
    Prediction(
        id="inside-the-qr",
        question="Which of these is written inside the QR code, for everybody who can photograph it?",
        options=(
            Option("a", "Alice's password", lambda parts: "password" in parts),
            Option("b", "the shared secret, in clear", lambda parts: "secret" in parts),
            Option("c", "the next code", lambda parts: "code" in parts),
            Option("d", "the server's address, where the app fetches the secret", lambda parts: "server" in parts),
        ),
    ),
)
