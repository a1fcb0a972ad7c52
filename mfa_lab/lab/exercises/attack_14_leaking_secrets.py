"""The exercise and the prediction of attack 14, leaking secrets, for notebooks 28 and 29."""

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
        title="Attack 14: a secret that is not shown by accident",
        question=(
            "Write a class `Fixed` with the same methods as `Offer`. Its repr, its log output and its "
            "notebook view must not show the secret. `Fixed(account, secret)` creates an object, `uri()` "
            "returns the text of the QR code, and `picture()` returns the address of the QR code's picture. "
            "`Redacted(text)` hides a text, and only `reveal()` returns it. `build_uri(secret, account=..., "
            "issuer=...)` makes the URI, and `qr_png(text)` returns the QR code as PNG bytes. A web page "
            'can show these bytes as a data URI: `"data:image/png;base64,"`, followed by the bytes in Base64.'
        ),
        given=_GIVEN,
        hints=(
            (
                "Hide the secret as soon as you receive it, and reveal it as late as you can. Once you have "
                "revealed the secret, what else holds it?"
            ),
            (
                "If you reveal the secret inside a call, none of your variables holds it. And which machine "
                "draws the picture?"
            ),
        ),
        wrong=(
            Wrong(
                'class Fixed(Offer):\n    def __repr__(self):\n        return "<an offer>"',
                "The repr of your offer no longer shows the secret. But its fields, its notebook view and its "
                "picture's address still do. What exactly should your class hide?",
            ),
            Wrong(
                f"class Fixed(Offer):{_DRAWS}",
                "Your code draws the picture without another company's service. But in your object the secret is "
                "still an ordinary string. Which parts of a program could print such a string?",
            ),
            Wrong(
                f"{_HIDES}\n"
                "    def picture(self):\n"
                "        text = self.uri()\n"
                '        return "data:image/png;base64," + base64.b64encode(qr_png(text)).decode()',
                "Your secret is hidden until `picture` stores the URI in a variable. If drawing fails, the error "
                "report shows that variable. How can you avoid the variable?",
            ),
            Wrong(
                f"{_HIDES}{_DRAWS}\n"
                "    def _repr_html_(self):\n"
                """        return f'<img src="{self.picture()}" alt="QR code">'""",
                "Your offer no longer shows the secret as text, but a notebook still shows its picture. The "
                "picture also contains the secret, and the notebook saves it. When should your class show the "
                "picture?",
            ),
            Wrong(
                "class Fixed:\n"
                "    def __init__(self, account, secret):\n"
                '        self.text = build_uri(secret, account=account, issuer="small server")\n'
                "        self.account, self.secret = account, Redacted(secret)\n\n"
                "    def uri(self):\n"
                f"        return self.text\n{_DRAWS}",
                "Your offer hides the secret, but one of its fields holds the URI. The URI contains the secret, "
                "so the field shows it. When do you need the URI?",
            ),
            Wrong(
                f"{_HIDES}{_DRAWS}".replace("Redacted(secret)", "secret[::-1]").replace(".reveal()", "[::-1]"),
                "Your code stores the secret backwards. Anyone who reads your log can reverse it again. What "
                "would that reader have to know if the secret were really hidden?",
            ),
            Wrong(
                f"{_HIDES}{_DRAWS}".replace("Redacted(secret)", "base64.b64encode(secret.encode()).decode()").replace(
                    "self.secret.reveal()", "base64.b64decode(self.secret).decode()"
                ),
                "Your code stores the secret in Base64. Anyone who finds the field can decode it without a key. "
                "Is the secret hidden, or only written in another way?",
            ),
            Wrong(
                f"{_HIDES}{_DRAWS}".replace("self.secret.reveal()", "self.secret"),
                "Your code passed the `Redacted` object to `build_uri`, so the picture does not contain the "
                "secret. No phone can use that picture. What does `build_uri` need?",
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        id="attack-leaking-secrets",
        question=(
            "Nobody breaks in. We search five places: a log line, a repr, a traceback, a saved notebook, and a "
            "web service that draws pictures. In how many of the five does the shared secret of `Offer` appear?"
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
                "**What we saw:** all five places showed the secret. (The web service is a stand-in in this "
                "process, so the secret was not sent to anybody.) A secret that is an ordinary text leaks "
                "without an attacker. If code prints, logs or saves its data, it also prints, logs or saves "
                "the secret."
            ),
            (
                "Each of these places keeps the secret for a long time. Logs are sent to other machines and kept "
                "for years. Error reports go to anyone who collects them. Notebooks go into git, and another "
                "company's web service has its own access log. Nobody made a wrong decision here: a class printed "
                "its fields, as classes do."
            ),
            (
                "In 2017 [a user asked](https://github.com/antonioribeiro/google2fa/issues/86) why a library for "
                "second factors let another company's web service draw its QR codes. That service learnt every "
                "secret from the address of the picture. Since then the library refuses to use such a service, "
                "unless the developer explicitly asks for the insecure way."
            ),
            (
                "In this kit a `Redacted` object holds a secret. Code that prints it gets only the word "
                "`<hidden>`, and only code that calls `reveal()` gets the text. The kit also draws its QR codes "
                "without another company's service."
            ),
        ),
        secrets=(
            "in 5 of 5",
            "What we saw: all five",
        ),
    ),
)
