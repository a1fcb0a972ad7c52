"""What no exercise expects: answers of every wrong kind are answered in words, and spelling is forgiven."""

import re

import numpy as np
import pytest

from mfa_lab.lab.exercises import exercises, made_by, predictions
from mfa_lab.lab.grading.checks import Outcome, check, predict

ODD = {
    "number": 5,
    "fraction": 0.5,
    "true": True,
    "text": "I do not know",
    "empty text": "",
    "bytes": b"a",
    "list": ["c"],
    "nested list": [["a"], 1],
    "dictionary": {"A": 1, 2: ["b"]},
    "set": {"a", 1},
    "function": lambda: None,
    "raising function": lambda *_: 1 / 0,
    "class": int,
    "object": object(),
}
BY_ID = {exercise.id: exercise for exercise in exercises()}
each_odd_answer = pytest.mark.parametrize("answer", ODD.values(), ids=ODD)


@pytest.mark.parametrize("exercise_id", [exercise.id for exercise in exercises()])
@each_odd_answer
def test_an_odd_answer_is_refused_in_words(exercise_id, answer):
    """Never a traceback, never `Done`."""
    result = check(exercise_id, answer)
    assert result.outcome in {Outcome.NOT_YET, Outcome.RAISED, Outcome.NOT_ATTEMPTED}
    assert all(result.lines)


@pytest.mark.parametrize("prediction_id", [prediction.id for prediction in predictions()])
@each_odd_answer
def test_an_odd_guess_is_refused_in_words(prediction_id, answer):
    """A guess that is no letter is told which letters there are."""
    result = predict(prediction_id, answer)
    assert result.outcome in {Outcome.NOT_YET, Outcome.NOT_ATTEMPTED}
    assert "a" in result.lines[0]


@pytest.mark.parametrize(
    ("exercise_id", "answer"),
    [
        ("factor-kinds", "D, B"),
        ("factor-kinds", ["b", "D"]),
        ("factor-kinds", "b and d"),
        ("factor-kinds", "b) and d)"),
        ("usual-story", "A, C & E."),
        ("photographed-qr", "c)"),
        ("photographed-qr", "(C)"),
        ("usual-story", "A C E"),
        ("photographed-qr", " C "),
        ("ignored-parameters", {"a": " Period", "b": "DIGITS", "C": "algorithm "}),
        ("remember-step", "B"),
    ],
)
def test_capitals_and_spaces_are_forgiven(exercise_id, answer):
    """In a choice the letter counts, not how it was typed."""
    assert check(exercise_id, answer).outcome == Outcome.DONE


@pytest.mark.parametrize("exercise_id", ["wrong-clock", "accept-or-reject", "alarm-rule", "code-lifetime"])
def test_numbers_and_truth_of_numpy_are_as_good(exercise_id):
    """Anyone who computes with NumPy gets its own kinds of numbers, and they are told like Python's."""
    exercise = BY_ID[exercise_id]
    solution = made_by(exercise.solution, exercise.given)
    assert check(exercise_id, lambda *given: np.asarray(solution(*given))[()]).outcome == Outcome.DONE
    wrong = check(exercise_id, lambda *given: ~np.asarray(solution(*given))[()])
    assert wrong.outcome == Outcome.NOT_YET
    assert "np." not in wrong.lines[0]


OTHER_ROWS = {
    "JSON": """
import json, os
class Fixed(PlaintextServer):
    def encrypt(self, secret, name):
        nonce = os.urandom(12)
        sealed = AESGCM(self.key).encrypt(nonce, secret.encode(), name.encode())
        return json.dumps([base64.b64encode(part).decode() for part in (nonce, sealed)]).encode()
    def decrypt(self, row, name):
        nonce, sealed = [base64.b64decode(part, validate=True) for part in json.loads(row)]
        return AESGCM(self.key).decrypt(nonce, sealed, name.encode()).decode()
""",
    "Fernet": """
from cryptography.fernet import Fernet
class Fixed(PlaintextServer):
    def box(self):
        return Fernet(base64.urlsafe_b64encode(self.key))
    def encrypt(self, secret, name):
        return self.box().encrypt(f"{name} {secret}".encode())
    def decrypt(self, row, name):
        whose, secret = self.box().decrypt(row).decode().split(" ")
        if whose != name:
            raise ValueError("a row of somebody else")
        return secret
""",
}


@pytest.mark.parametrize("source", OTHER_ROWS.values(), ids=OTHER_ROWS)
def test_an_encrypted_row_may_be_written_and_refused_otherwise(source):
    """Any format, and any exception for a row that is not genuine."""
    assert check("stolen-database", made_by(source, BY_ID["stolen-database"].given)).outcome == Outcome.DONE


def test_a_mistake_in_decrypt_is_told_by_its_line():
    """It is no row that was changed."""
    broken = OTHER_ROWS["JSON"].replace("json.loads(row)", "jsn.loads(row)")
    result = check("stolen-database", made_by(broken, BY_ID["stolen-database"].given))
    assert result.outcome == Outcome.RAISED
    assert "raised NameError: name 'jsn' is not defined" in result.lines[0]


@pytest.mark.parametrize("body", ["    pass", "    'Both together.'"])
@pytest.mark.parametrize("exercise_id", ["skipped-step", "replay-forgotten"])
def test_a_class_may_be_put_together_from_others(exercise_id, body):
    """What a learner writes in a class of their own counts, and so does what is inherited from it."""
    exercise = BY_ID[exercise_id]
    mixin = re.sub(r"class Fixed\(\w+\)", "class Mixin", exercise.solution)
    (weak,) = re.findall(r"class Fixed\((\w+)\)", exercise.solution)
    fixed = made_by(f"{mixin}\nclass Fixed(Mixin, {weak}):\n{body}", exercise.given)
    assert check(exercise_id, fixed).outcome == Outcome.DONE
    empty = made_by(f"class Mixin:\n{body}\nclass Fixed(Mixin, {weak}):\n    ...", exercise.given)
    assert check(exercise_id, empty).outcome == Outcome.NOT_ATTEMPTED


@pytest.mark.parametrize(
    ("exercise_id", "answer", "words"),
    [
        ("code-lifetime", lambda _window_steps, period: 2 * period, "a wider window makes no difference"),
        ("factor-kinds", "ab", "PIN"),
        ("factor-kinds", "a", "two proofs of the same kind"),
        ("thousand-passwords", 120, "keylogger"),
        ("cost-of-salts", 5, "salt"),
        ("seconds-left", lambda now: now % 30, "are over"),
        (
            "provisioning-uri",
            "otpauth://totp/Bee%20Works:carol@example.org?secret=democaroldemocaroldemocaroldemo2&issuer=Bee%20Works",
            "Which letters does Base32 use?",
        ),
        (
            "provisioning-uri",
            "otpauth://totp/Bee%20Works:dave@example.org?secret=DEMOCAROLDEMOCAROLDEMOCAROLDEMO2&issuer=Bee%20Works",
            "Whose account",
        ),
    ],
)
def test_a_common_slip_has_words_of_its_own(exercise_id, answer, words):
    """What newcomers really answered is met with what helps against it."""
    assert words in check(exercise_id, answer).lines[1]


def test_a_space_after_the_colon_is_no_fault():
    """KEYURI allows it in a label, as %20."""
    spaced = BY_ID["provisioning-uri"].solution.replace("Works:carol", "Works:%20carol")
    assert check("provisioning-uri", made_by(spaced)).outcome == Outcome.DONE


def test_a_class_kept_instead_of_an_object_is_told():
    """`Count` for `Count()`: what goes wrong, every time the same, and what it needs."""
    exercise = BY_ID["guessing-many-sessions"]
    told = [
        check("guessing-many-sessions", made_by(exercise.solution.replace("Count()", "Count"), exercise.given))
        for _ in range(2)
    ]
    assert {result.outcome for result in told} == {Outcome.RAISED}
    assert told[0].lines[-1].startswith("You store the class itself")


def test_two_hashes_and_one_are_not_called_nothing():
    """In the capstone the work for both names has to be equal; what came is told as it is."""
    exercise = BY_ID["second-draft"]
    source = f"""{exercise.solution.replace("SecondDraft", "Mine")}

class SecondDraft(Mine):
    def begin_login(self, name, password):
        if name in self.passwords:
            self.hasher.verify(None, Redacted(password))
        return super().begin_login(name, password)
"""
    result = check("second-draft", made_by(source, exercise.given))
    assert "2 and 1 hashes" in result.lines[0]
    assert "nothing" not in result.lines[1]
