"""Committed lessons in the real lab, with a keyboard alone: run, answered, checked and read, light and dark."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from mfa_lab.lab import working_copy
from mfa_lab.lab.exercises import exercise
from mfa_lab.resources import notebooks_dir

from .axe import contrasts, violations
from .lab import LabPage

pytestmark = pytest.mark.full

ALL_DONE = """jupyterapp.shell.currentWidget.content.widgets.every(
    (cell) => cell.model.type !== "code" || cell.model.executionCount)"""
AT = "() => { const { content } = jupyterapp.shell.currentWidget; return [content.activeCellIndex, content.mode]; }"
IDS = "() => jupyterapp.shell.currentWidget.content.widgets.map((cell) => cell.model.id)"
FOCUSED = """() => {
    const at = document.activeElement;
    if (!at) return "";  // the body is not there yet
    return at.ariaLabel ?? (at.labels?.[0] ?? at).textContent.trim().slice(0, 60);
}"""


def tab_to(page: Page, name: str) -> None:
    """Tab on until the control called `name` has the focus, which can be seen."""
    passed = []
    for _ in range(40):
        page.keyboard.press("Tab")
        passed.append(page.evaluate(FOCUSED))
        if passed[-1] == name:
            outline = page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none", f"{name}: no visible focus"
            return
    raise AssertionError(f"Tab never reached {name}; it passed {passed}")


class Lesson:
    """A notebook in the lab, and somebody in front of it who has no mouse."""

    def __init__(self, lab: LabPage) -> None:
        self.lab = lab
        self.page: Page = lab.page
        self.press = lab.page.keyboard.press
        self.type = lab.page.keyboard.type
        self.ids: list[str] = lab.page.evaluate(IDS)

    def cell(self, cell_id: str) -> Locator:
        return self.page.locator(self.at(cell_id))

    def at(self, cell_id: str) -> str:
        """A selector."""
        return f'.jp-Cell[data-windowed-list-index="{self.ids.index(cell_id)}"]'

    def told(self, cell_id: str) -> Locator:
        """What `check` and its sisters say under this cell."""
        return self.cell(cell_id).locator(".jp-OutputArea-output").get_by_role("status")

    def run_all(self) -> None:
        """Select all cells and run them. The committed counts go, and come again one by one."""
        self.press("Control+a")
        self.press("Control+Enter")
        self.page.wait_for_function(f"!{ALL_DONE}")
        self.page.wait_for_function(ALL_DONE)

    def go_to(self, cell_id: str) -> None:
        """Up or down, cell by cell; the one that has the focus is on the screen."""
        wanted = self.ids.index(cell_id)
        at, mode = self.page.evaluate(AT)
        assert mode == "command"
        for _ in range(abs(wanted - at)):
            self.press("ArrowDown" if at < wanted else "ArrowUp")
        expect(self.cell(cell_id)).to_be_focused()
        expect(self.cell(cell_id)).to_be_in_viewport()

    def run(self, cell_id: str) -> None:
        """Go there and run it, which leads to the next cell."""
        self.go_to(cell_id)
        self.press("Shift+Enter")

    def write(self, cell_id: str, line: int, text: str) -> None:
        """Type `text` in place of one line of a cell, and run it."""
        self.go_to(cell_id)
        self.press("Enter")
        self.press("Control+Home")
        for _ in range(line):
            self.press("ArrowDown")
        self.press("End")
        self.press("Shift+Home")  # as far as the line is indented
        self.type(text)
        self.press("Shift+Enter")

    def paste(self, cell_id: str, source: str) -> None:
        """Put `source` in place of all that stands in a cell, and run it."""
        self.go_to(cell_id)
        self.press("Enter")
        self.press("Control+a")
        self.page.keyboard.insert_text(source)
        self.press("Shift+Enter")

    def tab_to(self, name: str) -> None:
        """From where the focus is to the control called `name`."""
        tab_to(self.page, name)

    def is_for_everyone(self, *cell_ids: str) -> None:
        """What these cells show: no serious finding of axe and 4.5:1 for every text, in both themes."""
        place = ", ".join(f"{self.at(cell_id)} .jp-OutputArea-output" for cell_id in cell_ids)
        for theme in ("dark", "light"):
            self.lab.theme(theme)
            assert violations(self.page, place) == []
            assert contrasts(self.page, place)[0][0] >= 4.5
        self.page.evaluate(
            "() => jupyterapp.shell.currentWidget.activate()"
        )  # a change of theme may take the focus away


@pytest.fixture
def open_lesson(open_notebook, work):
    """`open_lesson(name)`: a committed notebook, in a seat such as `mfa-lab` makes."""

    def opener(name):
        working_copy.deliver(notebooks_dir(), work / "lessons")
        return Lesson(open_notebook(f"lessons/{name}.ipynb"))

    return opener


def test_a_lesson_by_keyboard_alone(open_lesson):
    """Opened, run, a prediction made and compared, an exercise answered, fixed and done, the live form reached and
    left, and the next lesson opened.
    """
    lesson = open_lesson("07_otp_validation")
    lesson.run_all()
    lesson.write("again-guess", 0, 'guess = "b"')
    expect(lesson.told("again-guess")).to_contain_text("Noted")
    lesson.run("again-compare")
    expect(lesson.told("again-compare")).to_contain_text("You said b, which is correct.")

    for line, outcome in (
        ("return last_step < step <= current", "Not yet"),
        ("return lst_step < step", "Raised"),
        ("return last_step < step and abs(step - current) <= window_steps", "Done"),
    ):
        lesson.write("accept-answer", 1, line)
        expect(lesson.told("accept-answer")).to_contain_text(outcome)
        expect(lesson.told("accept-answer")).to_be_in_viewport(ratio=1)
    lesson.run("where-you-are")
    expect(lesson.cell("where-you-are").get_by_text("Accept or reject (done)")).to_be_visible()
    lesson.is_for_everyone("again-guess", "again-compare", "accept-answer", "where-you-are")

    lesson.go_to("cell-31")
    lesson.tab_to("Name or e-mail")
    lesson.tab_to("10 window and clock drift")  # in the map, below the form
    lesson.press("Enter")
    expect(lesson.page.get_by_role("tab", name="10_window_and_clock_drift.ipynb")).to_be_visible()


def test_the_other_tab_by_keyboard_alone(open_lesson):
    """The link leads to the server's pages; the key that stands there goes into the phone, its code back by copy and
    paste, and the authenticator is enrolled.
    """
    lesson = open_lesson("50_into_your_application")
    lesson.lab.context.grant_permissions(["clipboard-read", "clipboard-write"])
    lesson.run("setup")
    lesson.run("tab")
    here = lesson.cell("tab")
    expect(here.get_by_role("button", name="Keep it")).to_be_visible()
    lesson.is_for_everyone("tab")
    lesson.go_to("tab")
    lesson.tab_to("Open the server's pages in another tab")
    with lesson.lab.context.expect_page() as opened:
        lesson.press("Enter")

    other = opened.value
    press, type_in = other.keyboard.press, other.keyboard.type

    def follow(name: str, title: str) -> None:
        tab_to(other, name)
        press("Enter")
        expect(other).to_have_title(title)

    def sign(name: str, title: str) -> None:
        tab_to(other, name)
        type_in("nobody@example.org")
        tab_to(other, "Password")
        type_in("demo only: nobody reads this")
        press("Enter")
        expect(other).to_have_title(title)

    expect(other).to_have_title("Log in")
    follow("Register", "Register")
    sign("Name, for instance your mail address", "Log in to continue")
    follow("Log in", "Log in")
    sign("Name", "Enrol an authenticator")
    follow("Show the QR code", "Scan, then type the code")
    key = other.locator("#setup-key").inner_text()

    lesson.page.bring_to_front()
    lesson.tab_to("Setup key")
    lesson.type("not a key!")
    lesson.tab_to("Keep it")
    lesson.press("Enter")
    expect(here.get_by_role("status").filter(has_text="Base32")).to_be_visible()
    lesson.is_for_everyone("tab")
    lesson.press("Shift+Tab")
    lesson.press("Shift+Tab")
    lesson.type(key)
    lesson.tab_to("Show the setup key")
    lesson.press("Space")
    expect(here.get_by_label("Setup key", exact=True)).to_have_value(key)
    lesson.tab_to("Keep it")
    lesson.press("Space")
    expect(here.get_by_role("status").filter(has_text="The phone has stored the key.")).to_be_visible()
    expect(here.locator("[data-code]")).to_have_text(re.compile(r"\d{3} \d{3}"))
    lesson.is_for_everyone("tab")
    lesson.tab_to("Copy")
    lesson.press("Enter")
    expect(here.get_by_role("status").filter(has_text="Copied.")).to_be_visible()

    other.bring_to_front()
    tab_to(other, "The code that the app shows")
    press("Control+v")
    press("Enter")
    expect(other).to_have_title("Your authenticator is enrolled")


HALVES = {
    "60_capstone": ("yours", "second-draft", "SecondDraft", "window_steps = 1", (2, 6)),
    "61_capstone_every_clause": (
        "yours-b",
        "every-clause",
        "Fixed",
        "def must_wait(self, name): return self.failures.get(name, 0) >= 100",
        (7, 10),
    ),
}
"""By notebook: the cell of the class, its exercise and its name, a line that fixes one thing; and how many of the ten
rows are kept with that line, and by the solution.
"""


@pytest.mark.parametrize("name", HALVES)
def test_the_capstones_table_by_keyboard_alone(name, open_lesson):
    """A class that is empty, one that fixes one thing, and one that fixes what is asked: check and table say so."""
    yours, exercise_id, class_name, line, kept = HALVES[name]
    table = f"{yours}-table"

    def shows(caption: str) -> None:
        expect(lesson.cell(table).get_by_role("table", name=caption)).to_be_visible()

    lesson = open_lesson(name)
    lesson.run_all()
    expect(lesson.told(yours)).to_contain_text("Not attempted")
    shows("Your class is still empty")

    lesson.write(yours, 1, line)
    expect(lesson.told(yours)).to_contain_text("Not yet")
    lesson.run(table)
    shows(f"{kept[0]} of 10 kept")
    lesson.is_for_everyone(yours, table)

    lesson.paste(yours, f'{exercise(exercise_id).solution}\n\n\ncheck("{exercise_id}", {class_name})')
    expect(lesson.told(yours)).to_contain_text("Done")
    lesson.run(table)
    shows(f"{kept[1]} of 10 kept")
    lesson.is_for_everyone(yours, table)
