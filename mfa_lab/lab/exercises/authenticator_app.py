"""Exercises and predictions of 03_authenticator_app. Every secret is a demo secret and says so."""

from __future__ import annotations

from urllib.parse import parse_qs, unquote, urlsplit

from mfa_lab.lab.exercises.records import Case, Exercise, Option, Prediction, Wrong, look

NOTEBOOK = "03_authenticator_app"


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
    id="03-uri",
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

LIARS = Exercise(
    id="03-liars",
    title="Which app ignores what",
    question=(
        'Each of the three apps ignores one thing. Say which: `lies = {"A": ..., "B": ..., "C": ...}`, with '
        '`"digits"`, `"algorithm"` or `"period"` in place of the dots.'
    ),
    solution='lies = {"A": "period", "B": "digits", "C": "algorithm"}',
    ask=look,
    cases=(
        Case(
            "Your dictionary",
            (),
            {"A": "period", "B": "digits", "C": "algorithm"},
            "Read each line of the table from left to right: is it long enough, does it change when it "
            "should, and is "
            "it then the honest app's code?",
            "for each of A, B and C the one thing that it ignores",
        ),
    ),
    wrong=(
        Wrong(
            'lies = {"A": "algorithm", "B": "digits", "C": "period"}',
            "B is found. Of the others one shows three different codes within the minute, though a code of this "
            "account stands for 60 seconds: which?",
        ),
        Wrong(
            'lies = {"A": "period", "B": "algorithm", "C": "digits"}',
            "A is found. Now count the digits of B and C; and compare B's with the end of the honest app's code.",
        ),
        Wrong(
            'lies = {"A": "digits", "B": "digits", "C": "digits"}',
            "All three are wrong codes, but only one of them is too short.",
        ),
        Wrong(
            'lies = {"A": "digits", "B": "period", "C": "algorithm"}',
            "C is found. Count the digits of A and B, then look which of the two changes after 30 seconds.",
        ),
    ),
)

DRIFT = Exercise(
    id="03-drift",
    title="Who gets in with a wrong clock",
    question=(
        "Write `gets_in(drift_seconds, second)`. A phone's clock is `drift_seconds` fast (or slow, if negative). At "
        "`second` (0 to 29) of the server's step its code is read and typed at once. Return True if a window of one "
        "step either side lets it in."
    ),
    solution="""
def gets_in(drift_seconds, second):
    return -30 <= second + drift_seconds < 60
""".strip(),
    cases=(
        Case("A right clock, second 10", (0, 10), True, "A right clock gets in at any moment."),
        Case(
            "10 s fast, second 25", (10, 25), True, "By the phone the next step is 5 seconds old: is that one open?"
        ),
        Case(
            "45 s slow, second 10",
            (-45, 10),
            False,
            "By the phone it is 35 seconds before this step began: how many steps back?",
        ),
        Case(
            "45 s slow, second 20",
            (-45, 20),
            True,
            "By the phone it is 25 seconds before this step began: how many steps back?",
        ),
        Case(
            "45 s fast, second 10",
            (45, 10),
            True,
            "By the phone it is second 55, counted from the start of the server's step.",
        ),
        Case(
            "45 s fast, second 20",
            (45, 20),
            False,
            "By the phone it is second 65, counted from the start of the server's step.",
        ),
        Case(
            "30 s slow, second 0",
            (-30, 0),
            True,
            "By the phone the step before has just begun, and that one is inside.",
        ),
        Case(
            "60 s fast, second 0",
            (60, 0),
            False,
            "By the phone the step after the next has just begun, and that one is outside.",
        ),
        Case("59 s fast, second 0", (59, 0), True, "By the phone it is the last second of the next step."),
    ),
    wrong=(
        Wrong(
            "def gets_in(drift_seconds, second):\n    return abs(drift_seconds) <= 30",
            "30 seconds is what gets in always. At some moments more does: it depends on where in its "
            "step the server is.",
        ),
        Wrong(
            "def gets_in(drift_seconds, second):\n    return -30 <= second - drift_seconds < 60",
            "Here it came out wrong. A slow phone has seen fewer seconds than the server: compute the step of each, "
            "rounding down with //, and compare the two.",
        ),
        Wrong(
            "def gets_in(drift_seconds, second):\n    return -30 <= second + drift_seconds <= 60",
            "Nearly: second 60 is the first of a step that is two steps on, and that is outside.",
        ),
        Wrong(
            "def gets_in(drift_seconds, second):\n    return 0 <= second + drift_seconds < 30",
            "Here it came out wrong. One step either side is open as well as the server's own: how many seconds is "
            "that on each side, from where the server stands in its step?",
        ),
    ),
)

EXERCISES = (WRITE_A_URI, LIARS, DRIFT)

PREDICTIONS = (
    Prediction(
        id="03-inside",
        question="Which of these is written inside the QR code, for everybody who can photograph it?",
        options=(
            Option("a", "Alice's password", lambda parts: "password" in parts),
            Option("b", "the shared secret, in clear", lambda parts: "secret" in parts),
            Option("c", "the next code", lambda parts: "code" in parts),
            Option("d", "the server's address, where the app fetches the secret", lambda parts: "server" in parts),
        ),
    ),
    Prediction(
        id="03-slow",
        question="Alice's phone is 45 seconds slow. Does she get in?",
        options=(
            Option("a", "always: 45 seconds are less than two steps", lambda seconds: seconds == 30),
            Option("b", "never: 45 seconds are more than one step", lambda seconds: seconds == 0),
            Option("c", "sometimes yes, sometimes no", lambda seconds: 0 < seconds < 30),
        ),
    ),
    Prediction(
        id="03-recovery",
        question="Alice has lost her phone and types a right recovery code. What does the server give her?",
        options=(
            Option("a", "a session: she is in", lambda permits: permits == "session"),
            Option(
                "b", "leave to enrol a new authenticator, and no session", lambda permits: permits == "new factor"
            ),
            Option("c", "leave to type another code", lambda permits: permits == "code"),
        ),
    ),
)
