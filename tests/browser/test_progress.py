"""Checks, hints, solution and the map of progress, as they stand in the real JupyterLab."""

import pytest
from playwright.sync_api import expect

from mfa_lab.lab import working_copy
from mfa_lab.lab.exercises import exercise
from mfa_lab.resources import notebooks_dir
from tests.notebooks.kit import write

from .axe import contrasts, violations

pytestmark = pytest.mark.full
OUTPUTS = ".jp-OutputArea-output"
SETUP = "from mfa_lab.lab.grading.checks import *"


def test_progress_is_for_everyone_and_reaches_the_next_notebook(open_notebook, work):
    """All faces are free of axe's serious findings and readable in both themes; another kernel knows what was done,
    and the map leads to its notebook by keyboard.
    """
    working_copy.deliver(notebooks_dir(), work / "seat")
    solved = f"{exercise('dynamic-truncation').solution}\n\ncheck('dynamic-truncation', truncate)"
    asked = (
        "hint('dynamic-truncation')",
        "solution('code-digits')",
        "reset('code-digits')",
        "check('dynamic-truncation', 3)",
    )
    write(work / "seat" / "first.ipynb", SETUP, solved, "predict('one-bit-flipped', 'c')", *asked)
    open_notebook("seat/first.ipynb").run_all()
    write(work / "seat" / "second.ipynb", SETUP, "compare('one-bit-flipped', 19)", *asked, "progress_map()")
    page = open_notebook("seat/second.ipynb")
    page.run_all()
    expect(page.outputs.get_by_text("You said c, which is correct.")).to_be_visible()
    drawn = page.outputs.locator(".mfa-map")
    expect(drawn.get_by_text("Dynamic truncation (done)")).to_be_visible()
    for theme in ("dark", "light"):
        page.theme(theme)
        assert violations(page.page, OUTPUTS) == []
        assert contrasts(page.page, OUTPUTS)[0][0] >= 4.5
    drawn.get_by_role("link", name="03 OTP generation").last.press("Enter")
    expect(page.page.get_by_role("tab", name="03_otp_generation.ipynb")).to_be_visible()
