"""Rung 14, secrets that leak: what 28 asks and 29 has mended."""

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
        title="Rung 14: a secret that shows itself to nobody",
        question=(
            "Write a class `Fixed` that can do what `Offer` can and lets nothing out by itself: it is made by "
            "`Fixed(account, secret)`, `uri()` gives what the QR code says, and `picture()` the address of the QR "
            "code's picture. `Redacted(text)` shows itself to nobody, and `reveal()` gives the text back. "
            "`build_uri(secret, account=..., issuer=...)` makes the URI; `qr_png(text)` draws, and a page takes the "
            'bytes in Base64 after `"data:image/png;base64,"` as an address.'
        ),
        given=_GIVEN,
        hints=(
            "Hide the secret where it comes in, and reveal it as late as you can. What else holds it, once revealed?",
            "An argument that is revealed on the spot stands in no variable of yours. Of a picture: who draws it?",
        ),
        wrong=(
            Wrong(
                'class Fixed(Offer):\n    def __repr__(self):\n        return "<an offer>"',
                "The offer itself is silent now. Its fields are not, nor what a notebook asks it for, nor its "
                "picture's address: hide the secret, not the box.",
            ),
            Wrong(
                f"class Fixed(Offer):{_DRAWS}",
                "You draw the picture yourself, and no stranger is told. In this process the secret is still a text "
                "like any other.",
            ),
            Wrong(
                f"{_HIDES}\n"
                "    def picture(self):\n"
                "        text = self.uri()\n"
                '        return "data:image/png;base64," + base64.b64encode(qr_png(text)).decode()',
                "Hidden, until `picture` reveals it into a variable. When drawing fails, the error report shows that "
                "variable.",
            ),
            Wrong(
                f"{_HIDES}{_DRAWS}\n"
                "    def _repr_html_(self):\n"
                """        return f'<img src="{self.picture()}" alt="QR code">'""",
                "Nothing shows the text any more. The picture says the same, and a notebook saves it: let it be "
                "shown by who asks for it.",
            ),
            Wrong(
                "class Fixed:\n"
                "    def __init__(self, account, secret):\n"
                '        self.text = build_uri(secret, account=account, issuer="small server")\n'
                "        self.account, self.secret = account, Redacted(secret)\n\n"
                "    def uri(self):\n"
                f"        return self.text\n{_DRAWS}",
                "The offer is silent, and one of its fields is not. Whatever holds the secret has to be hidden "
                "itself; the URI holds it, too.",
            ),
            Wrong(
                f"{_HIDES}{_DRAWS}".replace("Redacted(secret)", "secret[::-1]").replace(".reveal()", "[::-1]"),
                "Backwards it is the same text, and whoever reads your log reads it from the other end.",
            ),
            Wrong(
                f"{_HIDES}{_DRAWS}".replace("Redacted(secret)", "base64.b64encode(secret.encode()).decode()").replace(
                    "self.secret.reveal()", "base64.b64decode(self.secret).decode()"
                ),
                "Base64 is a spelling, made for computers to pass on: whoever finds the field turns it back.",
            ),
            Wrong(
                f"{_HIDES}{_DRAWS}".replace("self.secret.reveal()", "self.secret"),
                "`build_uri` was given the `Redacted`, so the picture cannot hold the secret: it needs the text, "
                "`reveal()` it there.",
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        id="attack-leaking-secrets",
        question=(
            "Nobody breaks in. A log line, a repr, a traceback, a saved notebook, a web service that draws pictures: "
            "in how many of the five does the shared secret of `Offer` turn up?"
        ),
        options=(
            Option("a", "in none: nobody broke in", lambda measure: measure.got == 0),
            Option("b", "in some of them", lambda measure: 0 < measure.got < measure.tries),
            Option("c", "in all five", lambda measure: measure.got == measure.tries),
        ),
    ),
)
