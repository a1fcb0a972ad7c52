"""Attack 14, secrets that leak: what 28 asks and 29 fixes."""

from __future__ import annotations

from mfa_lab.attacks.leaking_secrets import ATTACK
from mfa_lab.lab.exercises.fixes import fix
from mfa_lab.lab.exercises.records import Option, Prediction, Wrong

NOTEBOOK = "29_fix_shared_secret"

_GIVEN = """
import base64

from mfa_lab.attacks.leaking_secrets import Offer
from mfa_lab.redaction import Redacted
from mfa_lab.provisioning import build_uri, qr_png
""".strip()

_HIDES = """
class Fixed:
    def __init__(self, account, secret):
        self.account, self.secret = account, Redacted(secret)

    def uri(self):
        return build_uri(self.secret.reveal(), account=self.account, issuer="small server")
"""

_DRAWS = """
    def picture(self):
        return "data:image/png;base64," + base64.b64encode(qr_png(self.uri())).decode()
"""

EXERCISES = (
    fix(
        ATTACK,
        exercise_id="leaking-secrets",
        title="Attack 14: a secret that shows itself to nobody",
        question=(
            "Write a class `Fixed` that can do what `Offer` can, and shows nothing by itself. `Fixed(account, "
            "secret)` makes it, `uri()` returns the text of the QR code, and `picture()` returns the address of "
            "the QR code's picture. `Redacted(text)` shows itself to nobody, and `reveal()` returns the text. "
            "`build_uri(secret, account=..., issuer=...)` makes the URI, and `qr_png(text)` draws it. A page "
            'takes the bytes as an address, in Base64 after `"data:image/png;base64,"`.'
        ),
        given=_GIVEN,
        hints=(
            (
                "Hide the secret where it comes in, and reveal it as late as you can. Once the secret is revealed, "
                "what else holds it?"
            ),
            "If you reveal the secret inside a call, it is in no variable of yours. And who draws the picture?",
        ),
        wrong=(
            Wrong(
                'class Fixed(Offer):\n    def __repr__(self):\n        return "<an offer>"',
                "Your offer no longer shows itself. Its fields still show the secret, and so do its notebook view "
                "and its picture's address. What exactly should be hidden?",
            ),
            Wrong(
                f"class Fixed(Offer):{_DRAWS}",
                "Your code draws the picture itself and asks no stranger. In this process the secret is still a text "
                "like any other. What prints such a text?",
            ),
            Wrong(
                f"{_HIDES}\n"
                "    def picture(self):\n"
                "        text = self.uri()\n"
                '        return "data:image/png;base64," + base64.b64encode(qr_png(text)).decode()',
                "Your secret is hidden until `picture` reveals it into a variable. If drawing fails, the error "
                "report shows that variable. How can you do without it?",
            ),
            Wrong(
                f"{_HIDES}{_DRAWS}\n"
                "    def _repr_html_(self):\n"
                """        return f'<img src="{self.picture()}" alt="QR code">'""",
                "Your offer shows no text any more, but a notebook still shows its picture. The picture also "
                "contains the secret, and the notebook saves the picture. Who should ask for the picture?",
            ),
            Wrong(
                "class Fixed:\n"
                "    def __init__(self, account, secret):\n"
                '        self.text = build_uri(secret, account=account, issuer="small server")\n'
                "        self.account, self.secret = account, Redacted(secret)\n\n"
                "    def uri(self):\n"
                f"        return self.text\n{_DRAWS}",
                "Your offer hides the secret, but one of its fields holds the URI. The URI contains the secret, and "
                "the field shows it. When is the URI needed?",
            ),
            Wrong(
                f"{_HIDES}{_DRAWS}".replace("Redacted(secret)", "secret[::-1]").replace(".reveal()", "[::-1]"),
                "Your code stores the secret backwards. Anyone who reads your log can turn the secret round. If it "
                "were hidden, what would that reader have to know?",
            ),
            Wrong(
                f"{_HIDES}{_DRAWS}".replace("Redacted(secret)", "base64.b64encode(secret.encode()).decode()").replace(
                    "self.secret.reveal()", "base64.b64decode(self.secret).decode()"
                ),
                "Your code stores the secret in Base64. Anyone who finds the field decodes it without a key. Is the "
                "secret hidden, or only spelled in another way?",
            ),
            Wrong(
                f"{_HIDES}{_DRAWS}".replace("self.secret.reveal()", "self.secret"),
                "Your `build_uri` was given the `Redacted` itself, so the picture does not contain the secret. No "
                "phone can use that picture. What does `build_uri` need?",
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        id="attack-leaking-secrets",
        question=(
            "Nobody breaks in. We search five places: a log line, a repr, a traceback, a saved notebook, a web "
            "service that draws pictures. In how many of the five does the shared secret of `Offer` appear?"
        ),
        options=(
            Option("a", "in none, because nobody broke in", lambda measure: measure.got == 0),
            Option("b", "in one or two of them", lambda measure: 0 < measure.got < 3),
            Option("c", "in three or four of them", lambda measure: 3 <= measure.got < measure.tries),
            Option("d", "in all five", lambda measure: measure.got == measure.tries),
        ),
        outcome="d",
        saw=(
            (
                "**What we saw:** all five. (The web service is a stand-in in this process, and nobody was asked "
                "anything.) A secret that is a text like any other gets out by itself. If code prints, logs or saves "
                "its data, it prints, logs or saves the secret, too."
            ),
            (
                "Each of these places outlives the moment. Logs are sent to other machines and kept for years. Error "
                "reports go to anyone who collects them. Notebooks go into git, and another company's web service "
                "keeps an access log of its own. Here nobody decided anything wrong: a class printed its fields, as "
                "classes do."
            ),
            (
                "In 2017 [a user asked](https://github.com/antonioribeiro/google2fa/issues/86) why a library for "
                "second factors let another company's web service draw its QR codes. That service learnt every "
                "secret from the address of the picture. Since then the library refuses to do so, unless the "
                "developer says that they want it insecure."
            ),
            (
                "In this kit `Redacted` holds a secret. It shows the word `<hidden>` to code that prints it, and "
                "gives the text only to code that calls `reveal()`. And the kit draws its QR codes itself."
            ),
        ),
        secrets=(
            "in 5 of 5",
            "What we saw: all five",
        ),
    ),
)
