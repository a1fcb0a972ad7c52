"""What no exercise expects: answers of every wrong kind are answered in words, and spelling is forgiven."""

import pytest

from mfa_lab.lab.exercises import exercises, predictions
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
        ("usual-story", "A C E"),
        ("photographed-qr", " C "),
        ("ignored-parameters", {"a": " Period", "b": "DIGITS", "C": "algorithm "}),
        ("remember-step", "B"),
    ],
)
def test_capitals_and_spaces_are_forgiven(exercise_id, answer):
    """In a choice the letter counts, not how it was typed."""
    assert check(exercise_id, answer).outcome == Outcome.DONE


@pytest.mark.parametrize(
    ("exercise_id", "answer", "words"),
    [
        ("factor-kinds", "ab", "PIN"),
        ("factor-kinds", "a", "PIN"),
        ("thousand-passwords", 120, "keylogger"),
        ("cost-of-salts", 5, "salt"),
        ("seconds-left", lambda now: now % 30, "still to go"),
        (
            "provisioning-uri",
            "otpauth://totp/Bee%20Works:carol@example.org?secret=democaroldemocaroldemocaroldemo2&issuer=Bee%20Works",
            "Base32 is written in capitals",
        ),
    ],
)
def test_a_common_slip_has_words_of_its_own(exercise_id, answer, words):
    """What newcomers really answered is met with what helps against it."""
    assert words in check(exercise_id, answer).lines[1]
