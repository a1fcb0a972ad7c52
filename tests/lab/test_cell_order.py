"""A cell that was run too early or twice says which cells to run first; all other errors are left to Python."""

from __future__ import annotations

import nbformat
import pytest
from nbclient import NotebookClient

from mfa_lab.errors import AccessDenied
from mfa_lab.lab.cell_order import REMEDY, Book, advice, books, slip_of_writing

SETUP = "from mfa_lab.lab import check, demo_room\nroom = demo_room()"
LOGIN = "login, server = LoginForm(room), room.server"
ENROL = "offer = server.start_enrolment(login)"
ANSWER = 'def truncate(digest):\n    ...\n\ncheck("dynamic-truncation", truncate)'
WRITTEN = ANSWER.replace("...", "return digest")
FINISH = "session = server.finish_login(login, offer)"
BOOK = Book("04_lesson", (SETUP, LOGIN, ENROL, ANSWER, FINISH))
OTHER = Book("05_lesson", ("from mfa_lab.lab import check", "print(login)"))
DENIED = AccessDenied()


def undefined(name: str) -> NameError:
    """What Python raises for a name that is not there."""
    return NameError(f"name {name!r} is not defined", name=name)


def told(error: Exception, *ran: str, session: str = "") -> str:
    """The advice after these cells, the last of which raised."""
    return advice(error, ran, (OTHER, BOOK), session)


def test_a_missing_name_is_told_with_the_cell_that_makes_it() -> None:
    """By its line, or as the setup cell; in a cell of the learner's own too."""
    assert (
        told(undefined("server"), SETUP, ENROL)
        == f"'server' is defined by another cell, which has not run: {LOGIN}\n{REMEDY}"
    )
    assert "defined by the setup cell" in told(undefined("room"), LOGIN)
    assert LOGIN in told(undefined("login"), SETUP, "print(login, server)")


@pytest.mark.parametrize(
    ("error", "ran"),
    [
        (undefined("logn"), (SETUP, LOGIN, "print(logn)")),
        (undefined("session"), (SETUP, LOGIN, ENROL, WRITTEN)),
        (UnboundLocalError("local variable 'login'", name="login"), (SETUP, "def f(): ...")),
        (DENIED, (SETUP, LOGIN, "server.begin_login('my own cell')")),
        (DENIED, (SETUP, LOGIN, ENROL, ANSWER, FINISH)),
        (DENIED, (SETUP, LOGIN, ENROL, WRITTEN, FINISH)),
        (DENIED, (SETUP, LOGIN, FINISH, SETUP, LOGIN, ENROL, ANSWER, FINISH)),
        (undefined("login"), ("import math", "print(login)")),
    ],
    ids=["typing error", "later cell", "local name", "own cell", "in order", "answered", "run above", "no notebook"],
)
def test_other_errors_are_pythons(error: Exception, ran: tuple[str, ...]) -> None:
    """Nothing is said that would hide the learner's own mistake, or the kit's."""
    assert told(error, *ran) == ""


ASKED = 'predict("reused-elsewhere", guess)'


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("guess = c", 'Write letters and words in quotes: guess = "c"'),
        ("letters = b, d", 'Write letters and words in quotes: letters = "bd"'),
        ("guess = \u201cc\u201d", 'These quotes are curly. Python needs straight quotes: guess = "c"'),
        ("guess = \u2019c\u2019", 'These quotes are curly. Python needs straight quotes: guess = "c"'),
        ("share = 6.9%", "Write the number without the percent sign: share = 6.9"),
        ("guess = undefined(1)", ""),
        ("guess = 'c", ""),
        ("def f(x):\n    return 6.9 %\n", ""),
        ("guess = 1 / 0", ""),
    ],
)
def test_a_slip_of_writing_in_an_answer_is_explained(written: str, said: str) -> None:
    """Python's own error decides, and only a cell that asks for an answer is helped."""

    def slip(source: str) -> str:
        with pytest.raises(Exception) as raised:  # noqa: PT011 (whatever Python says)
            exec(compile(source, "cell", "exec"), {})  # noqa: S102
        return slip_of_writing(raised.value, source)

    assert slip(f"{written}\n{ASKED}") == said
    assert slip(written) == ""


def test_a_cell_run_twice_and_one_run_too_early() -> None:
    """Each in its own words, with what Python said."""
    twice = told(DENIED, SETUP, LOGIN, ENROL, ANSWER, FINISH, FINISH)
    assert twice.startswith("This cell works only once")
    early = told(AssertionError(), SETUP, LOGIN, FINISH)
    assert early == f"This cell builds on the cells above it.\n{REMEDY}\n(Python says: AssertionError)"
    assert early == told(AssertionError(), SETUP, LOGIN, LOGIN, FINISH)


def test_a_notebook_is_known_by_its_name_before_any_cell_ran() -> None:
    """A copy has another name and is known by its cells; a cell of two notebooks by the name."""
    assert told(undefined("check"), WRITTEN, session="04_lesson")
    assert not told(undefined("check"), "check(1)", session="Untitled")


def test_every_notebook_is_known() -> None:
    """Each begins with its setup cell, and no two with the same."""
    assert len(books()) > 20
    assert len({book.cells[0] for book in books()}) == len(books())


# The notebooks with the most cells that build on one another; all others take some minutes.
MANY_STEPS = {"06_clock_faults_and_recovery", "07_otp_validation", "50_into_your_application"}
TIERS = [
    pytest.param(book.name, marks=pytest.mark.full if book.name in MANY_STEPS else pytest.mark.long)
    for book in books()
]


@pytest.mark.parametrize("name", TIERS)
def test_every_cell_after_the_setup_cell_alone_and_twice(name: str) -> None:
    """In each notebook no cell ends in a traceback then: each runs, or says in a sentence or two what to do."""
    (book,) = [book for book in books() if book.name == name]
    alone = [source for cell in book.cells[1:] for source in ("%reset -f", book.cells[0], cell)]
    twice = [source for cell in book.cells for source in (cell, cell)]
    cells = [nbformat.v4.new_code_cell(source) for source in (*alone, "%reset -f", *twice)]  # type: ignore[no-untyped-call]
    run = nbformat.v4.new_notebook(cells=cells)  # type: ignore[no-untyped-call]
    NotebookClient(run, timeout=120, allow_errors=True).execute()
    errors = [(cell.source, out) for cell in run.cells for out in cell.outputs if out.output_type == "error"]
    assert [(source, out.traceback) for source, out in errors if REMEDY not in "".join(out.traceback)] == []
    assert [source for source, out in errors if len("".join(out.traceback).splitlines()) > 3] == []
