"""What a check answers: four outcomes in words, two faces of one record, and predictions that are remembered."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup

import mfa_lab
from mfa_lab.errors import InvalidInput
from mfa_lab.lab import exercises
from mfa_lab.lab.cell_order import REMEDY
from mfa_lab.lab.exercises import Option, Prediction, prediction, predictions
from mfa_lab.lab.grading.checks import Outcome, Result, check, compare, hint, predict, reset, solution
from mfa_lab.lab.working_copy import MANIFEST
from mfa_lab.resources import notebooks_dir

RIGHT = exercises.exercise("dynamic-truncation").solution


def run(source: str, names: dict[str, Any], cell: str = "<cell>") -> dict[str, Any]:
    """Run a learner's cell among these names."""
    exec(compile(source, cell, "exec"), names)  # noqa: S102
    return names


def written(source: str, name: str = "truncate") -> Any:
    """What a learner's cell defines."""
    return run(source, {})[name]


BLANK = [
    None,
    ...,
    written("def truncate(digest):\n    ..."),
    written('def truncate(digest):\n    "to do"'),
    written('def truncate(digest):\n    "to do"\n    ...'),
    written("def truncate(digest): ..."),
]


@pytest.mark.parametrize("answer", BLANK)
def test_not_attempted(answer):
    """Where nothing was written yet, the check says so, and finds no fault."""
    assert check("dynamic-truncation", answer).outcome == Outcome.NOT_ATTEMPTED


@pytest.mark.parametrize("body", ["pass", '"nothing"\n    pass', "return", "return None"])
def test_to_do_nothing_is_an_answer(fix, body):
    """It may be what somebody means, and is put to the cases: in a function and in a class."""
    assert check("dynamic-truncation", written(f"def truncate(digest):\n    {body}")).outcome == Outcome.NOT_YET
    nested = body.replace("\n", "\n    ")
    assert check("99-fix", fix(f"    def right(self, code):\n        {nested}")).outcome == Outcome.NOT_YET


def test_done():
    """A right answer is done, whatever names it uses."""
    assert check("dynamic-truncation", written(RIGHT)).outcome == Outcome.DONE
    assert check("dynamic-truncation", written(RIGHT.replace("digest", "d"))).outcome == Outcome.DONE


def test_the_answer_is_what_is_passed_in():
    """A right function of the right name that lies about is not looked for."""
    names = {"truncate": written(RIGHT), "check": check}
    assert run("result = check('dynamic-truncation', None)", names)["result"].outcome == Outcome.NOT_ATTEMPTED


@pytest.mark.parametrize("answer", [0, 1.5, "truncate", True, b"", [], written("def truncate(d):\n    return 0")])
def test_not_yet(answer):
    """A wrong answer of any kind is not yet right; the first line says what came."""
    result = check("dynamic-truncation", answer)
    assert result.outcome == Outcome.NOT_YET
    assert ("your answer gave 0;" if callable(answer) else "You passed ") in result.lines[0]


def test_not_yet_names_case_and_both_values():
    """Which case, what came, what was expected, and a sentence to think about."""
    case, words = check("dynamic-truncation", written("def truncate(d):\n    return 7")).lines
    assert case == "The HMAC of counter 1: your answer gave 7; the expected result is 1094287082."
    assert words == exercises.exercise("dynamic-truncation").cases[0].feedback


LONG = "the beginning " + "x" * 150 + " and the end"


@pytest.mark.parametrize(
    ("answer", "came"),
    [
        (LONG, repr(LONG)),
        (dict.fromkeys("abcdef", LONG[:30]), repr(dict.fromkeys("abcdef", LONG[:30]))),
        (bytes(range(64)), f"the bytes {bytes(range(64)).hex(' ')}"),
        ("y" * 10**6, f"'{'y' * 299}..."),
        (list(range(10**6)), f"[{', '.join(map(str, range(50)))}, ...]"),
    ],
)
def test_what_came_is_cut_at_its_end_alone(answer, came):
    """What has two or three lines is told whole. Of what goes on for ever the beginning stands."""
    assert (
        f"your answer gave {came}; the expected result"
        in check("dynamic-truncation", lambda _digest: answer).lines[0]
    )


def test_text_is_no_number_and_true_is_not_one():
    """What looks alike is told apart: '7' and 7, True and 1."""
    codes = written("def to_code(n, digits):\n    return n % 10**digits", "to_code")
    assert check("code-digits", codes).outcome == Outcome.NOT_YET
    ones = written(
        exercises.exercise("accept-or-reject").solution.replace("return ", "return 1 * (") + ")", "may_accept"
    )
    assert check("accept-or-reject", ones).lines[0].endswith("your answer gave 1; the expected result is True.")


PLANTED_CLASS = """
from mfa_lab.lab.exercises.records import Case, Exercise, Wrong
NOTEBOOK = "99_planted"


class Weak:
    \"\"\"It counts nothing.\"\"\"

    def guess(self, code):
        return "in" if self.right(code) else "refused"

    def right(self, code):
        return True


def thief(fix):
    return fix().guess(1)


def thrice(fix):
    server = fix()
    return " ".join(server.guess(code) for code in (1, 2, 3))


EXERCISES = (
    Exercise(
        id="99-fix", title="Fix it", question="Write `Fixed`.",
        solution="class Fixed(Weak):\\n    def right(self, code):\\n        return code == 2",
        cases=(Case("A thief", (thief,), "refused", "Who gets in?"),
               Case("Three guesses", (thrice,), "refused in refused", "Who is locked out?")),
        wrong=(Wrong("class Fixed(Weak):\\n    def right(self, code):\\n        return True", "All get in."),
               Wrong("class Fixed(Weak):\\n    def right(self, code):\\n        return code == 1", "One gets in."),
               Wrong("class Fixed(Weak):\\n    def right(self, code):\\n        return code > 2", "Only the last.")),
        ask=lambda fix, scenario: scenario(fix), given="from mfa_lab.lab.exercises.planted_class import Weak",
        hints=("Who may get in?", "Compare the code."),
    ),
)
"""


@pytest.fixture
def fix(monkeypatch, tmp_path):
    """A planted exercise whose answer is a class, asked by scenarios; gives what runs a learner's cell for it."""
    (tmp_path / "planted_class.py").write_text(PLANTED_CLASS)
    monkeypatch.setattr(exercises, "__path__", [*exercises.__path__, str(tmp_path)])
    given = {"Weak": exercises.made_by("from mfa_lab.lab.exercises.planted_class import Weak\nweak = Weak")}
    yield lambda body: run(f"class Fixed(Weak):\n{body}", dict(given))["Fixed"]
    del sys.modules["mfa_lab.lab.exercises.planted_class"]


@pytest.mark.parametrize(
    "body",
    [
        "    ...",
        "    pass",
        "    'to do'",
        "    codes: int",
        "    codes = ...",
        "    def right(self, code):\n        ...",
        "    @property\n    def right(self):\n        ...",
        "    @staticmethod\n    def right(code):\n        ...",
    ],
)
def test_an_empty_class_is_not_attempted(fix, body):
    """Also where its methods are there and empty."""
    assert check("99-fix", fix(body)).outcome == Outcome.NOT_ATTEMPTED


def test_a_class_is_an_answer(fix):
    """Done, refused with its own feedback, and no instance or function in its place."""
    right = fix("    def right(self, code):\n        return code == 2")
    assert check("99-fix", right).outcome == Outcome.DONE
    for wrong in exercises.exercise("99-fix").wrong:
        given = exercises.exercise("99-fix").given
        assert check("99-fix", exercises.made_by(wrong.source, given)).lines[-1] == wrong.feedback
    for other in (right(), right().right, 3):
        result = check("99-fix", other)
        assert result.outcome == Outcome.NOT_YET
        assert result.lines[0].startswith("Pass the class itself, which is its name without brackets")


def test_raised_deep_below_a_scenario_is_told_by_the_learners_line(fix):
    """Between the check and the learner's method lie the scenario's frames and the kit's, and they are not told."""
    result = check("99-fix", fix("    def right(self, code):\n        code += 1\n        return code / 0"))
    assert result.outcome == Outcome.RAISED
    assert "line 4 of your cell raised ZeroDivisionError" in result.lines[0]
    attribute = check("99-fix", fix("    right = 3"))
    assert "your answer raised TypeError" in attribute.lines[0]


def test_a_mistake_is_known_by_all_that_fails(fix):
    """`in` in the first case is two known mistakes'; what the second case gives decides.

    An answer that is neither hears the case's own sentence.
    """
    assert check("99-fix", fix("    def right(self, code):\n        return code < 2")).lines[-1] == "One gets in."
    assert check("99-fix", fix("    def right(self, code):\n        return code < 9")).lines[-1] == "All get in."
    assert check("99-fix", fix("    def right(self, code):\n        return code != 2")).lines[-1] == "Who gets in?"


def test_no_mistake_is_tried_after_one_that_explains_all(monkeypatch, tmp_path):
    """The cases are put to known wrong answers while the learner waits: to no more of them than it takes."""
    planted = PLANTED_CLASS.replace("99-fix", "99-lazy").replace("planted_class", "planted_lazy")
    (tmp_path / "planted_lazy.py").write_text(planted)
    monkeypatch.setattr(exercises, "__path__", [*exercises.__path__, str(tmp_path)])
    exercise, asked = exercises.exercise("99-lazy"), []
    object.__setattr__(exercise, "ask", lambda fix, scenario: asked.append(fix) or scenario(fix))
    for number, feedback in enumerate(["All get in.", "One gets in."]):
        wrong = exercises.made_by(exercise.wrong[number].source, exercise.given)
        assert check("99-lazy", wrong).lines[-1] == feedback
        assert len(set(asked) - {wrong}) == 1 + number
        asked[:] = [answer for answer in asked if answer is not wrong]


def test_of_several_known_mistakes_the_one_that_explains_most_is_told():
    """Anyone who takes everything makes two mistakes: told is the one that belongs to the case that is shown."""
    taking_all = written("def may_accept(step, current, window_steps, last_step):\n    return True", "may_accept")
    case, feedback = check("accept-or-reject", taking_all).lines
    assert case.startswith("Step 100, now 100, window 1, last 100: ")
    assert feedback == (
        "Your code ignores `last_step`, so the same code is accepted a second time. What does the server remember?"
    )


SLIPS = [
    ("dynamic-truncation", written("def truncate(digest):\n    print(digest)"), "returned nothing"),
    ("dynamic-truncation", written("def truncate(digest):\n    return str(len(digest))"), "has no quotes"),
    ("remember-step", 2, "needs quotes"),
    ("code-lifetime", written("def f(window_steps, period):\n    return b", "f"), 'put it in quotes: "b"'),
    (
        "code-lifetime",
        written("def f(window_steps, period):\n    return periods", "f"),
        "Is the name spelled correctly",
    ),
    (
        "accept-or-reject",
        written("def f(s, c, w, l):\n    if s > c:\n        return False", "f"),
        "nothing in this case",
    ),
    (
        "unsalted-table",
        written("def f(stolen, words):\n    return words", "f"),
        "Your answer gave a list. The case expects a dict",
    ),
    (
        "ignored-parameters",
        ["period", "digits", "algorithm"],
        "Your answer gave a list. The case expects a dictionary",
    ),
    ("ignored-parameters", {"A": "period", "B": "digits", "C": "SHA-256"}, "Which parameter do you mean?"),
    ("ignored-parameters", {"A": ..., "B": ..., "C": ...}, "Which parameter do you mean?"),
    (
        "dynamic-truncation",
        written("def f(digest):\n    return digest[1:5] & 0x7FFF_FFFF", "f"),
        "`int.from_bytes` first",
    ),
    (
        "whole-totp",
        written("import hmac\ndef f(k, now):\n    return hmac.digest(k, now // 30, 'sha1')", "f"),
        "to_bytes",
    ),
    ("factor-kinds", 3, "needs quotes"),
    ("factor-kinds", {1, 2}, "What kind is each proof"),
    ("remember-step", ["b"], "Choose one of the letters"),
]


@pytest.mark.parametrize(("exercise_id", "answer", "words"), SLIPS)
def test_the_commonest_slips_are_told_in_words(exercise_id, answer, words):
    """No return, text for a number and the other way, a letter without quotes, a list for a letter: no traceback."""
    result = check(exercise_id, answer)
    assert words in result.lines[-1]
    assert "'int' object" not in repr(result)


RAISING = [
    ("def truncate(digest):\n    x = 1\n    return digest[99]", 3, "IndexError: index out of range"),
    ("def truncate():\n    return 1", 1, "TypeError"),
    ("def truncate(digest):\n    raise ValueError", 2, "ValueError: without a message"),
    ("def truncate(digest):\n    raise ValueError('one\\ntwo')", 2, "ValueError: one."),
    ("\n\ndef truncate(digest):\n    return sum(\n        digest + 1)", 5, "TypeError"),
    ("class Odd:\n    def __eq__(self, other):\n        1 / 0\ndef truncate(digest):\n    return Odd()", 3, "Zero"),
]


@pytest.mark.parametrize(("source", "line", "words"), RAISING)
def test_raised(source, line, words):
    """What the learner's code raises is one readable line with the line number of their own cell, no traceback."""
    result = check("dynamic-truncation", written(source))
    assert result.outcome == Outcome.RAISED
    (told,) = result.lines
    assert f"line {line} of your cell raised {words}" in told
    assert "Traceback" not in repr(result)
    assert "\n" not in told


def answer_to(exercise_id: str, body: str) -> Any:
    """A learner's cell for one of the ladder's exercises: `Fixed` on top of the weak server, with this body."""
    exercise = exercises.exercise(exercise_id)
    head = exercise.solution.splitlines()[0]
    return exercises.made_by(f"{head}\n{body}", exercise.given)


FORGOTTEN_RETURNS = [
    ("skipped-step", "    def begin_login(self, name, password):\n        super().begin_login(name, password)"),
    ("guessing-one-session", "    def wait_seconds(self, failures):\n        pass"),
    ("guessing-many-sessions", "    def counted(self, pending):\n        self.account_of(pending)"),
    (
        "user-enumeration",
        "    def begin_login(self, name, password):\n        MinimalServer.begin_login(self, name, password)",
    ),
]


@pytest.mark.parametrize(("exercise_id", "body"), FORGOTTEN_RETURNS)
def test_a_method_that_answers_none_is_told_of_its_return(exercise_id, body):
    """What raises is the kit's own line, which could do nothing with None: so the missing `return` is named."""
    result = check(exercise_id, answer_to(exercise_id, body))
    assert result.outcome == Outcome.RAISED
    assert result.lines[-1] == "Your method returned None: is a `return` missing in this case?"


def test_none_in_the_learners_own_line_is_another_matter():
    """There the line is told, and no `return` is missing."""
    body = "    def counted(self, pending):\n        return self.accounts.get('nobody').name"
    (told,) = check("guessing-many-sessions", answer_to("guessing-many-sessions", body)).lines
    assert "AttributeError: 'NoneType' object has no attribute 'name'" in told


def test_raised_in_a_helper_of_another_cell():
    """Where a helper from elsewhere raises, the line is that of the call in the learner's cell."""
    names = run("\n\n\n\ndef helper():\n    1 / 0", {}, cell="<another cell>")
    truncate = run("def truncate(digest):\n    return helper()", names)["truncate"]
    assert "line 2 of your cell raised ZeroDivisionError" in check("dynamic-truncation", truncate).lines[0]


@pytest.mark.parametrize("ending", ["sys.exit()", "sys.exit('no')", "exit()", "quit()", "raise SystemExit"])
def test_to_leave_the_program_is_to_raise(ending):
    """It does not leave the check: the line is told, and what ends a function."""
    result = check("dynamic-truncation", written(f"import sys\ndef truncate(digest):\n    {ending}"))
    assert result.outcome == Outcome.RAISED
    assert "line 3 of your cell raised SystemExit: " in result.lines[0]
    assert "`return`" in result.lines[-1]


def test_interrupting_is_not_swallowed():
    """Who stops an endless loop gets the kernel back."""
    with pytest.raises(KeyboardInterrupt):
        check("dynamic-truncation", written("def truncate(digest):\n    raise KeyboardInterrupt"))


def test_an_unknown_exercise_is_an_error_that_names_those_there_are():
    """A typing mistake in the id is not an outcome of the exercise."""
    with pytest.raises(InvalidInput, match="dynamic-truncation"):
        check("02-truncated", None)
    with pytest.raises(InvalidInput, match="one-bit-flipped"):
        predict("02-one-byte", "a")


@pytest.mark.parametrize(
    "call",
    [
        lambda: check("dynamic-trunkation", None),
        lambda: hint("dynamic-trunkation"),
        lambda: solution("dynamictruncation"),
        lambda: reset("dynamic_truncation"),
    ],
)
def test_the_nearest_exercise_is_suggested(call):
    """And nothing else: in a notebook that sentence is all that is shown."""
    with pytest.raises(InvalidInput, match="did you mean 'dynamic-truncation'") as raised:
        call()
    assert raised.value._render_traceback_() == [str(raised.value)]
    assert "code-digits" not in str(raised.value)


def test_the_nearest_prediction_is_suggested():
    """And what belongs to the other kind is said to."""
    for call in (lambda: predict("late-cod", "a"), lambda: compare("lat-code", True)):
        with pytest.raises(InvalidInput, match="did you mean 'late-code'"):
            call()
    with pytest.raises(InvalidInput, match="is a prediction and not an exercise"):
        check("late-code", "a")
    with pytest.raises(InvalidInput, match="is an exercise and not a prediction"):
        predict("code-digits", "a")
    with pytest.raises(InvalidInput, match="must be the id of the"):
        check([], "dynamic-truncation")


def test_a_prediction_has_no_solution():
    """It says so, and nothing is raised."""
    assert "no solution" in solution("late-code").lines[0]


PLANTED = """
from mfa_lab.lab.exercises.records import Case, Exercise
NOTEBOOK = "99_planted"
CASE = Case("The names", ({"b": 1},), ["b"], "Look again.")
EXERCISES = (Exercise("99-names", "Names", "Write `names(d)`.", "def names(d): return sorted(d)", (CASE,), ()),)
"""


def test_an_exercise_in_a_new_module_is_found(monkeypatch, tmp_path):
    """One more file in the folder is one more notebook's exercises; a case survives an answer that changes it."""
    (tmp_path / "planted.py").write_text(PLANTED)
    monkeypatch.setattr(exercises, "__path__", [*exercises.__path__, str(tmp_path)])
    emptying = written("def names(d):\n    return [d.popitem()[0]]", "names")
    for _ in range(2):
        assert check("99-names", emptying).outcome == Outcome.DONE
    assert check("99-names", written("def names(d):\n    return list('<b>')", "names")).outcome == Outcome.NOT_YET


def test_hints_are_told_one_by_one(fix):
    """From the first to the last, each with what comes next; a number that is none is answered in words."""
    assert hint("99-fix").lines == ("1 of 2: Who may get in?", 'Next: hint("99-fix", 2).')
    assert hint("99-fix", 2).lines == ("2 of 2: Compare the code.", 'Next: solution("99-fix").')
    for number in (0, 3, -1, "1", 1.0, True, None):
        assert hint("99-fix", number).lines == ('The hints are numbered from hint("99-fix", 1) to 2.',)


def test_the_solution_is_shown_as_it_is_written():
    """Source text, spaces and all, in both faces."""
    result = solution("dynamic-truncation")
    assert result.code == RIGHT
    assert "\n".join(f"  {line}" for line in RIGHT.splitlines()) in repr(result)
    assert BeautifulSoup(result._repr_html_(), "html.parser").find("pre").get_text() == RIGHT


def test_reset_says_how_the_cell_comes_back():
    """What is forgotten, and the command that brings the notebook back and keeps one's own."""
    result = reset("dynamic-truncation")
    assert "`mfa-lab reset 03_otp_generation`" in result.lines[1]
    assert "<code>mfa-lab reset 03_otp_generation</code>" in result._repr_html_()
    assert "`" not in result._repr_html_()


def test_whoever_is_stuck_reads_how_to_ask_for_a_hint(fix):
    """The last line of every `Not yet` and `Raised`, and of no other outcome, is the call itself: it can be run as it
    stands.
    """
    wrong = check("dynamic-truncation", written("def truncate(d):\n    return 7"))
    assert repr(wrong).splitlines()[-1] == '  Stuck? hint("dynamic-truncation")'
    assert repr(check("dynamic-truncation", 7)).splitlines()[-1] == '  Stuck? hint("dynamic-truncation")'
    assert repr(check("99-fix", fix("    pass\n    x = 1"))).splitlines()[-1] == '  Stuck? hint("99-fix")'
    raising = check("dynamic-truncation", written("def truncate():\n    return 1"))
    assert (raising.outcome, repr(raising).splitlines()[-1]) == (
        Outcome.RAISED,
        '  Stuck? hint("dynamic-truncation")',
    )
    others = [check("dynamic-truncation", answer) for answer in (None, written(RIGHT))]
    assert [str(other.outcome) for other in others if "Stuck?" in repr(other)] == []


def test_an_exercise_without_hints_promises_none(monkeypatch, tmp_path):
    """A plugin's may have none: then `Not yet` ends with its feedback."""
    (tmp_path / "planted.py").write_text(PLANTED)
    monkeypatch.setattr(exercises, "__path__", [*exercises.__path__, str(tmp_path)])
    assert repr(check("99-names", written("def names(d):\n    return 1", "names"))).endswith("  Look again.")
    assert hint("99-names").lines == ("This exercise has no hints.",)


def test_hint_alone_says_how_it_is_used_and_a_prediction_has_none():
    """No traceback for either."""
    for line in hint().lines:
        assert 'hint("dynamic-truncation"' in line
    assert (hint().outcome, hint("late-code").outcome) == (Outcome.HINT, Outcome.HINT)
    assert hint("late-code").lines[0].startswith("A prediction has no hints")


@pytest.mark.parametrize("ask", [hint, solution, reset])
def test_an_unknown_exercise_has_neither_hint_nor_solution(ask):
    """The error names those there are."""
    with pytest.raises(InvalidInput, match="dynamic-truncation"):
        ask("02-truncated")


EACH_OUTCOME = {
    Outcome.NOT_ATTEMPTED: check("dynamic-truncation", None),
    Outcome.NOT_YET: check("dynamic-truncation", written("def truncate(d):\n    return 0")),
    Outcome.RAISED: check("dynamic-truncation", written("def truncate(d):\n    1 / 0")),
    Outcome.DONE: check("dynamic-truncation", written(RIGHT)),
    Outcome.HINT: hint("dynamic-truncation"),
    Outcome.SOLUTION: solution("dynamic-truncation"),
    Outcome.FORGOTTEN: reset("dynamic-truncation"),
}
FOUR = list(EACH_OUTCOME)[:4]


@pytest.mark.parametrize(("outcome", "result"), EACH_OUTCOME.items())
def test_two_faces_of_one_record(outcome, result):
    """Text and HTML say the same words; the outcome is a word and a sign, the sign is silent, and it is a status."""
    page = BeautifulSoup(result._repr_html_(), "html.parser")
    status = page.find(attrs={"role": "status"})
    said = " ".join(status.get_text(" ").split())
    assert said.split() == repr(result).replace("`", "").split()
    assert str(outcome) in said
    assert page.find(attrs={"aria-hidden": "true"}).get_text() == result.sign


def test_outcomes_differ_by_word_and_sign():
    """Colour is never alone."""
    assert len({EACH_OUTCOME[outcome].sign for outcome in FOUR}) == 4
    assert len({repr(result).split("·")[0] for result in EACH_OUTCOME.values()}) == len(EACH_OUTCOME)


def in_the_sources(name: str) -> list[str]:
    """The files of the package, but for that of the results, that use this name of a CSS class."""
    word = re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])")
    files = [path for path in Path(mfa_lab.__file__).parent.rglob("*") if path.suffix in {".py", ".js", ".css"}]
    return [path.name for path in files if path.name != "result.py" and word.search(path.read_text("utf-8"))]


@pytest.mark.parametrize("outcome", Outcome)
def test_a_results_style_reaches_nothing_else(outcome):
    """The style of one output holds for the whole page: each rule names the card, by a class that nobody else has."""
    page = BeautifulSoup(Result(outcome, "title", ("line",))._repr_html_(), "html.parser")
    (card,) = page.find(attrs={"role": "status"})["class"]
    rules = re.findall(r"([^{}]+)\{", page.style.string)
    assert len(rules) == 4
    assert [rule for rule in rules if f".{card}" not in rule] == []
    assert in_the_sources(card) == []
    assert "style.py" in in_the_sources("mfa-hint")  # the search finds what there is


def test_what_a_learner_wrote_is_text_and_never_markup():
    """A value that looks like a tag stays a value."""
    html = check(
        "dynamic-truncation", written("def truncate(d):\n    return '<script>alert(1)</script>'")
    )._repr_html_()
    assert "<script>" not in html
    assert "<script>" in unescape(html)
    assert "<b>x" not in Result(Outcome.DONE, "<b>x", ("<b>x",), "<b>x")._repr_html_()


def test_a_value_without_a_repr_is_told_all_the_same():
    """A learner's own class cannot break the check."""
    source = "class Odd:\n    def __repr__(self):\n        1 / 0\ndef truncate(d):\n    return Odd()"
    assert check("dynamic-truncation", written(source)).outcome == Outcome.NOT_YET


@pytest.fixture
def unguessed():
    """No prediction of an earlier test is remembered."""
    reset("one-bit-flipped")


@pytest.mark.parametrize(
    ("guess", "noted", "said"),
    [
        (..., Outcome.NOT_ATTEMPTED, "You made no prediction."),
        ("c", Outcome.NOTED, "You said c, which is correct."),
        (" C ", Outcome.NOTED, "You said c, which is correct."),
        ("a", Outcome.NOTED, "You said a: one, perhaps two. Something else happened: why?"),
        ("z", Outcome.NOT_YET, "You made no prediction."),
        (["c"], Outcome.NOT_YET, "You made no prediction."),
        ({"c": 1}, Outcome.NOT_YET, "You made no prediction."),
        (3, Outcome.NOT_YET, "You made no prediction."),
    ],
)
def test_a_prediction_is_remembered_and_compared(unguessed, guess, noted, said):
    """A letter is kept and set beside what happened; what is no letter of the question is not kept."""
    assert predict("one-bit-flipped", guess).outcome == noted
    result = compare("one-bit-flipped", 19)
    assert result.outcome == Outcome.COMPARED
    assert result.lines == (said, "What happened is c: nearly all of them.")


def test_the_first_guess_stays(unguessed):
    """Another guess comes after the demo may have been seen: it is told apart, and three dots change nothing."""
    predict("one-bit-flipped", "a")
    assert predict("one-bit-flipped", "c").lines[0] == (
        "Your first guess still counts: a. You now say c, which is recorded as a later guess."
    )
    predict("one-bit-flipped", ...)
    said = "You said a: one, perhaps two. Something else happened: why?"
    assert compare("one-bit-flipped", 19).lines[0] == f"{said} After you had seen the answer, you said c."
    predict("one-bit-flipped", "a")
    assert compare("one-bit-flipped", 19).lines[0] == said
    reset("one-bit-flipped")
    assert compare("one-bit-flipped", 19).lines[0] == "You made no prediction."


def test_the_explanation_comes_with_the_comparison(unguessed):
    """It is shown by `compare` alone, in HTML with its marks and in plain text without them."""
    explained = Prediction(
        "p", "How many?", (Option("a", "one", lambda _: True),), saw=("**Two** of `a<b`, see [here](x.html), *all*.",)
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exercises, "prediction", lambda _: explained)
        assert "Two" not in repr(predict("p", ...))
        result = compare("p", 1)
    assert repr(result).endswith("\n  Two of a<b, see here, all.")
    html = '<b>Two</b> of <code>a&lt;b</code>, see <a href="x.html">here</a>, <i>all</i>.'
    assert html in result._repr_html_()


@pytest.mark.parametrize("asked", predictions(), ids=lambda asked: asked.id)
def test_each_prediction_knows_the_outcome_of_the_committed_notebook(asked):
    """Its letter is the one that the notebook's own run shows."""
    asking = f'compare("{asked.id}"'
    cells = [cell for path in notebooks_dir().glob("*.ipynb") for cell in json.loads(path.read_text())["cells"]]
    (outputs,) = [cell["outputs"] for cell in cells if asking in "".join(cell["source"])]
    assert f"What happened is {asked.outcome}: " in json.dumps(outputs)


def test_another_outcome_than_the_notebooks_own_is_not_explained(unguessed):
    """After cells run twice, the explanation would say the opposite: it names the cells to run instead."""
    predict("one-bit-flipped", "a")
    result = compare("one-bit-flipped", 1)
    assert (result.outcome, result.prose, result.lines[-1]) == (Outcome.NOT_YET, (), REMEDY)
    assert "What happened" not in repr(result)


def test_a_plugins_prediction_may_have_any_outcome(monkeypatch):
    """Without a letter of its own, the option that holds for the value is named, whichever it is."""
    free = replace(prediction("one-bit-flipped"), outcome="")
    monkeypatch.setattr(exercises, "prediction", lambda _: free)
    assert [compare("one-bit-flipped", changed).lines[-1][17] for changed in (1, 10, 20)] == ["a", "b", "c"]


def test_a_working_copy_asks_for_the_guess_first(unguessed, monkeypatch, tmp_path):
    """Once; the second run shows the result all the same, and a guess shows it at once."""
    (tmp_path / MANIFEST).write_text("{}")
    monkeypatch.chdir(tmp_path)
    asked = compare("one-bit-flipped", 19)
    assert (asked.outcome, asked.prose) == (Outcome.NOT_ATTEMPTED, ())
    assert asked.lines[0].startswith(
        "You have not guessed yet. Replace the three dots further up with one of the letters a, b, c"
    )
    assert compare("one-bit-flipped", 19).outcome is Outcome.COMPARED
    reset("one-bit-flipped")
    assert compare("one-bit-flipped", 19).outcome is Outcome.NOT_ATTEMPTED
    predict("one-bit-flipped", "c")
    assert compare("one-bit-flipped", 19).lines[0] == "You said c, which is correct."


@pytest.mark.parametrize("guess", ["...b", "…b", "b..."])
def test_dots_beside_the_letter_are_no_guess(unguessed, guess):
    """It is said, and nothing is noted."""
    assert predict("one-bit-flipped", guess).outcome is Outcome.NOT_YET
    assert compare("one-bit-flipped", 19).lines[0] == "You made no prediction."


def test_what_is_no_answer_at_all_is_told():
    """What was to be compared has not happened, for instance since a cell was left out: a sentence, no traceback."""
    result = compare("race-between-workers", 0)
    assert result.outcome == Outcome.NOT_YET
    assert result.lines[0].startswith("This cell passed the value 0, which fits none of the options: run all cells ")


def test_a_fraction_where_a_whole_number_is_needed():
    """`/` for `//` is the commonest slip of all: what raised is told, and then what helps."""
    result = check("whole-totp", written("def totp(key, now):\n    return (now / 30).to_bytes(8, 'big')", "totp"))
    assert result.outcome == Outcome.RAISED
    assert "// gives an integer" in result.lines[-1]
