"""The first minutes of a newcomer: notebook 00, from its first cell to a rejected code, at a small screen."""

import re

import pytest
from playwright.sync_api import expect

from tests.notebooks.kit import NOTEBOOKS, parsed

from .four_steps import ROOT, Steps

pytestmark = pytest.mark.full
SCREEN = {"width": 1280, "height": 800}


def test_the_first_cells_lead_to_a_login(open_notebook):
    """The form is on the first screen, and its buttons, as the notebook names them, enrol the demo account. The code
    of the enrolment is typed again: the form says that it did not work, and shows why without being asked.
    """
    cells = parsed(NOTEBOOKS[0]).cells
    form = next(number for number, cell in enumerate(cells) if cell.source == "FourSteps()")
    named = re.findall(r"\*([A-Z][^*]+)\*", cells[form - 1].source)
    page = open_notebook(NOTEBOOKS[0].name)
    page.page.set_viewport_size(SCREEN)
    page.page.locator(".jp-Notebook .jp-Cell").first.click()
    for _ in range(form + 1):
        page.page.keyboard.press("Shift+Enter")
    page.outputs.locator(ROOT).wait_for()
    steps = Steps(page)
    page.page.locator(".jp-WindowedPanel-outer").evaluate("(panel) => panel.scrollTo(0, 0)")
    expect(steps.root).to_be_in_viewport()
    for name in ("Fill in the demo account", "Log in", "Show the QR code", "Scan the QR code"):
        assert name in named
        steps.button(name).click()
    code = steps.phones_code()
    steps.button("Type it into the form").click()
    steps.button("Confirm").click()
    steps.told("The authenticator is enrolled")
    steps.log_in()
    steps.field("Code from your authenticator").fill(code)
    steps.button("Verify").click()
    steps.told("That did not work")
    expect(steps.root.get_by_text("reused", exact=True)).to_be_visible()
